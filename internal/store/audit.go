package store

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"suhe/assets"
	"suhe/internal/audit"
)

// namedAssets is how many assets an audit entry names; the others it counts.
const namedAssets = 20

// Tally is what a commit of edits comes to, for its audit entry. The zero Tally is
// that of nothing.
type Tally struct {
	By      string      `json:"by,omitempty"`  // of the revisions, as the caller named it
	Why     string      `json:"why,omitempty"` // of the first edit
	Created int         `json:"created,omitempty"`
	Changed int         `json:"changed,omitempty"`
	Removed int         `json:"removed,omitempty"`
	IDs     []assets.ID `json:"ids"` // the first ones
}

// Take counts the verdict on an asset by an edit. What stays the same is no change.
func (t *Tally) Take(a *assets.Asset, v assets.Verdict, e assets.Edit) {
	by, why := a.Revision.By, a.Revision.Why
	switch v {
	case assets.Created:
		t.Created++
	case assets.Changed:
		t.Changed++
	case assets.Removed:
		t.Removed++
		by, why = e.By, e.Why // the asset carries the revision before it
	default:
		return
	}
	if t.By == "" && t.Why == "" {
		t.By, t.Why = by, why
	}
	t.name(a.ID)
}

// Hand counts an edit that somebody made past the store.
func (t *Tally) Hand(id assets.ID, removed bool) {
	if removed {
		t.Removed++
	} else {
		t.Changed++
	}
	t.name(id)
}

func (t *Tally) name(id assets.ID) {
	if len(t.IDs) < namedAssets {
		t.IDs = append(t.IDs, id)
	}
}

// Entry is what is recorded of the edits in the name of who acts; none if nothing
// changed.
func (t *Tally) Entry(who audit.Origin) []audit.Entry {
	total := t.Created + t.Changed + t.Removed
	if total == 0 {
		return nil
	}
	what := fmt.Sprintf("%d assets", total)
	if total == 1 {
		what = "asset " + string(t.IDs[0])
	}
	e := who.Entry(audit.AssetEdit, what, audit.Done)
	e.Detail, _ = json.Marshal(t) // texts and numbers
	return []audit.Entry{e}
}

// ByHand is who acts if a role of the database changes rows past the store.
func ByHand(role string) audit.Origin { return audit.Origin{Who: "database:" + role} }

// HandEntries are what is recorded of the rows that were changed by hand, one entry
// of each role, in order of role.
func HandEntries(pending []Pending) (entries []audit.Entry) {
	tallies := map[string]*Tally{}
	for _, p := range pending {
		if p.Hand == "" {
			continue
		}
		if tallies[p.Hand] == nil {
			tallies[p.Hand] = new(Tally)
		}
		tallies[p.Hand].Hand(p.ID, p.Removed)
	}
	for _, role := range slices.Sorted(maps.Keys(tallies)) {
		entries = append(entries, tallies[role].Entry(ByHand(role))...)
	}
	return entries
}

// RolesText is how the roles of an audit entry are kept: a JSON list, or nothing.
func RolesText(roles []string) string {
	if len(roles) == 0 {
		return ""
	}
	text, _ := json.Marshal(roles) // strings
	return string(text)
}

// ReadRoles reads them back. What is no list of names gives an error that wraps
// audit.ErrBroken.
func ReadRoles(text string) (roles []string, err error) {
	if text == "" {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(text), &roles); err != nil {
		return nil, fmt.Errorf("%w: roles: %.40q: %w", audit.ErrBroken, text, err)
	}
	return roles, nil
}

// ReadDetail reads the detail of an audit entry. What is no JSON becomes a text,
// which no entry had when it was chained.
func ReadDetail(text string) json.RawMessage {
	if text == "" {
		return nil
	}
	if !json.Valid([]byte(text)) {
		text, _ := json.Marshal(text) // a text
		return text
	}
	return json.RawMessage(text)
}

// PruneBatch is how many audit entries are removed at once at most.
const PruneBatch = 10_000

// CheckPrune refuses to remove audit entries that are to be kept.
func CheckPrune(before, now time.Time) error {
	if least := now.Add(-audit.MinKeep); before.After(least) {
		return fmt.Errorf("prune audit: %w: before: %v, want %v or earlier", assets.ErrInvalid, before.Format(time.RFC3339), least.Format(time.RFC3339))
	}
	return nil
}

// PruneEntry is the entry that tells of the removal of all entries up to the last.
func PruneEntry(ctx context.Context, base, last audit.Head) audit.Entry {
	e := audit.From(ctx).Entry(audit.RecordPrune, fmt.Sprintf("entries %d to %d", base.Seq+1, last.Seq), audit.Done)
	e.Detail, _ = json.Marshal(audit.Pruned{Last: last}) // texts and numbers
	return e
}
