// Package audit is the record of who did what: append-only, each entry carrying
// the hash of the one before, so that an edit, a removal, a change of order or a
// cut of the record is found.
//
// An entry about a change of the store is written in the transaction of that
// change (see From); a Recorder writes the others a little later. The stores keep
// the entries; a Watch follows them and seals the last one outside the store, and
// Forward tells those who watch over security.
package audit

import (
	"context"
	"encoding/json"
	"iter"
	"time"
)

// Entry is one thing that somebody did, or was refused.
type Entry struct {
	Seq      uint64          `json:"seq"`                // from 1, without a gap; the store gives it
	At       time.Time       `json:"at"`                 // whole milliseconds, UTC; the store gives it, never before the last one's
	Who      string          `json:"who"`                // access.Principal.ID, or what was claimed if nobody was let in
	Roles    []string        `json:"roles,omitempty"`    //
	Address  string          `json:"address,omitempty"`  // from where, without port
	Session  string          `json:"session,omitempty"`  // of the login
	Action   Action          `json:"action"`             //
	What     string          `json:"what,omitempty"`     // what it was done to: "asset cam-0001"
	Purpose  string          `json:"purpose,omitempty"`  // why, in the words of who did it
	Incident string          `json:"incident,omitempty"` // number of the incident that it was done for
	Outcome  Outcome         `json:"outcome"`            //
	Detail   json.RawMessage `json:"detail,omitempty"`   // a JSON object, compact, never a secret
	Hash     string          `json:"hash"`               // of this entry and the hash before it; see Head.Link
}

// Store keeps the record. All methods may be called at once.
type Store interface {
	// AppendAudit appends the entries, which have no Seq, At and Hash yet, in one transaction.
	AppendAudit(ctx context.Context, entries ...Entry) error
	// Audit yields the entries after the one with that number, in order.
	Audit(ctx context.Context, after uint64) iter.Seq2[Entry, error]
	// AuditHead is where the record begins (what the first entry that is kept is
	// chained to) and where it ends, as the store says. The entries tell whether it
	// is true; see Verify.
	AuditHead(ctx context.Context) (base, head Head, err error)
	// AuditPage returns entries that the query asks for, the newest first.
	AuditPage(ctx context.Context, q Query) ([]Entry, error)
	// PruneAudit removes the oldest entries, some thousands at most, that are from
	// before that time, which is MinKeep ago or longer, and appends an entry in the
	// name of who acts that tells of it. The last entry is never removed.
	PruneAudit(ctx context.Context, before time.Time) (removed int, err error)
}

// MinKeep is how long entries are kept at least.
const MinKeep = 180 * 24 * time.Hour

// Query asks for a page of entries. What is empty does not matter.
type Query struct {
	Who      string
	Action   Action
	Outcome  Outcome
	Incident string
	What     string    // part of what it was done to
	From, To time.Time // To is past the last
	After    uint64    // the last one of the page before
	Limit    int
}

// Origin is who acts, as every entry of one request or command tells it.
type Origin struct {
	Who, Address, Session, Purpose, Incident string
	Roles                                    []string
}

type key struct{}

// With returns a context in which the stores know who acts.
func With(ctx context.Context, o Origin) context.Context { return context.WithValue(ctx, key{}, o) }

// From is who acts; the zero Origin if nobody said.
func From(ctx context.Context) Origin {
	o, _ := ctx.Value(key{}).(Origin)
	return o
}

// Entry begins an entry in the name of who acts.
func (o Origin) Entry(a Action, what string, out Outcome) Entry {
	return Entry{Who: o.Who, Roles: o.Roles, Address: o.Address, Session: o.Session, Purpose: o.Purpose, Incident: o.Incident,
		Action: a, What: what, Outcome: out}
}
