package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/twin"
)

// shanghai is the time zone that answers speak in; the district knows no summer time.
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// live is what is known of a thing now, beside its registration.
type live struct {
	State    twin.State           `json:"state"`
	Summary  string               `json:"summary"`
	Severity twin.Severity        `json:"severity"`
	Values   map[string]float64   `json:"values"`
	Times    map[string]time.Time `json:"times"`
	Fix      *fixAnswer           `json:"fix,omitempty"`     // of a mover
	Finding  *findingAnswer       `json:"finding,omitempty"` // the latest of a camera
}

// asset answers with one asset and its live state.
func (s *server) asset(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	thing, err := s.visible(r, who)
	if err != nil {
		return err
	}
	return s.answerThing(w, thing, who)
}

// visible finds the thing that the path names. One that the caller may not see
// is not found: an answer that tells the two apart would tell that it exists.
func (s *server) visible(r *http.Request, who access.Principal) (*twin.Thing, error) {
	id := assets.ID(r.PathValue("id"))
	thing := s.World.ByID(id)
	if thing == nil || !who.Scope.Sees(thing.Asset) {
		return nil, fmt.Errorf("asset %s: %w", id, assets.ErrNotFound)
	}
	return thing, nil
}

// answerThing sends the registration and the live state as one object.
func (s *server) answerThing(w http.ResponseWriter, t *twin.Thing, who access.Principal) error {
	now := live{State: t.State, Summary: t.Summary(), Severity: t.Severity, Values: map[string]float64{}, Times: map[string]time.Time{}, Fix: fixOf(t.Live), Finding: s.findingOf(t.Finding, who)}
	for _, o := range t.Last {
		now.Values[o.Phenomenon] = o.Value
		now.Times[o.Phenomenon] = time.UnixMilli(o.PhenomenonTime).In(shanghai)
	}
	registered, err := json.Marshal(t.Asset)
	if err != nil {
		return err
	}
	current, err := json.Marshal(now)
	if err != nil {
		return err
	}
	w.Header().Set("ETag", etag(t.Asset.Revision.N))
	w.Header().Set("Cache-Control", "private, no-cache")
	answer(w, json.RawMessage(joinObjects(registered, current)))
	return nil
}

// joinObjects makes one JSON object of two that are not empty.
func joinObjects(a, b []byte) []byte {
	return append(append(a[:len(a)-1:len(a)-1], ','), b[1:]...)
}

// putAsset creates or replaces an asset. With If-Match it replaces that revision
// only, with `If-None-Match: *` it creates only.
func (s *server) putAsset(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	body, err := readBody(r)
	if err != nil {
		return err
	}
	a := new(assets.Asset)
	if err := json.Unmarshal(body, a); err != nil {
		return fmt.Errorf("%w: body: %w", assets.ErrInvalid, err)
	}
	if id := assets.ID(r.PathValue("id")); a.ID == "" {
		a.ID = id
	} else if a.ID != id {
		return fmt.Errorf("%w: id: %q in the body, %q in the address", assets.ErrInvalid, a.ID, id)
	}
	return s.edit(w, r, who, assets.Edit{Asset: a})
}

// removeAsset removes an asset, with If-Match that revision only.
func (s *server) removeAsset(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	if _, err := s.visible(r, who); err != nil {
		return err
	}
	return s.edit(w, r, who, assets.Edit{Remove: assets.ID(r.PathValue("id"))})
}

const (
	// commitPatience bounds a commit: a database that is away or hangs is told to
	// the caller, who may try again.
	commitPatience = 2500 * time.Millisecond
	// showPatience bounds the wait for what is committed to show: it may stand
	// behind a large import.
	showPatience = 30 * time.Second
)

// edit commits, and answers when this node shows what was committed. After an
// answer that we are busy the edit may have been committed all the same.
func (s *server) edit(w http.ResponseWriter, r *http.Request, who access.Principal, e assets.Edit) error {
	was, conditional, err := wasRevision(r)
	if err != nil {
		return err
	}
	e.WasRev = was
	a, verdict, err := s.commit(r, who, e)
	if err != nil {
		return unmet(conditional, err)
	}
	ctx, cancel := context.WithTimeout(r.Context(), showPatience)
	defer cancel()
	events, err := s.Relay.Flush(ctx)
	if err != nil {
		return err
	}
	if err := s.World.Wait(ctx, twin.Position{Events: events}); err != nil {
		return err
	}
	if verdict == assets.Removed {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	w.Header().Set("ETag", etag(a.Revision.N))
	status := http.StatusOK
	if verdict == assets.Created {
		status = http.StatusCreated
	}
	writeJSON(w, "application/json", status, a)
	return nil
}

// unmet says of a conflict that it is the caller's condition that does not hold.
func unmet(conditional bool, err error) error {
	if conditional && errors.Is(err, assets.ErrConflict) {
		return fmt.Errorf("%w: %w", errPrecondition, err)
	}
	return err
}

func (s *server) commit(r *http.Request, who access.Principal, e assets.Edit) (*assets.Asset, assets.Verdict, error) {
	ctx, cancel := context.WithTimeout(r.Context(), commitPatience)
	defer cancel()
	return s.Registry.Edit(ctx, who.ID, r.URL.Query().Get("why"), e)
}

func etag(revision int64) string { return `"` + strconv.FormatInt(revision, 10) + `"` }

// wasRevision reads the condition of an edit: If-Match with a revision's ETag,
// or If-None-Match: * for what must not exist.
func wasRevision(r *http.Request) (was int64, conditional bool, err error) {
	if r.Header.Get("If-None-Match") == "*" {
		return 0, true, nil
	}
	match := r.Header.Get("If-Match")
	if match == "" || match == "*" {
		return assets.AnyRev, false, nil
	}
	n, err := strconv.ParseInt(strings.Trim(match, `"`), 10, 64)
	if err != nil || n < 1 {
		return 0, false, fmt.Errorf(`%w: If-Match: %s, want an ETag like "3"`, assets.ErrInvalid, match)
	}
	return n, true, nil
}
