package api

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"suhe/assets"
	"suhe/internal/access"
)

// Archive keeps what assets were; see assets.Archive.
type Archive interface {
	Revisions(ctx context.Context, id assets.ID, before int64, limit int) ([]assets.Past, error)
}

// The bounds of a page of revisions.
const (
	usualRevisions = 20
	mostRevisions  = 200
)

// revisionsAnswer is a page of the revisions of an asset, newest first.
type revisionsAnswer struct {
	Revisions []revisionEntry `json:"revisions"`
	Next      string          `json:"next,omitempty"` // address of the next page
}

// revisionEntry is one of them: who made it, when and why, and what it changed.
type revisionEntry struct {
	Revision int64     `json:"revision"`
	At       time.Time `json:"at"`
	By       string    `json:"by"`
	Why      string    `json:"why,omitempty"`
	Removed  bool      `json:"removed,omitempty"`
	Changed  []string  `json:"changed,omitempty"` // fields; none of the first, and behind one that is not seen
}

// revisions answers with the story of an asset, also of one that was removed.
func (s *server) revisions(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	after, limit, err := pageOf(r, usualRevisions, mostRevisions)
	if err != nil {
		return err
	}
	t, err := s.teller(r, who)
	if err != nil {
		return err
	}
	// One more says what the last of the page changed.
	seen, _, err := fill(limit+1, mostRevisions+1, t.sees, func(last *assets.Past, atOnce int) ([]assets.Past, error) {
		before := int64(after)
		if last != nil {
			before = last.Asset.Revision.N
		}
		return t.archive.Revisions(r.Context(), t.id, before, atOnce)
	})
	if err != nil {
		return err
	}
	if len(seen) == 0 && after == 0 {
		return unseen(t.id)
	}
	out := revisionsAnswer{Revisions: []revisionEntry{}}
	for i, p := range seen[:min(limit, len(seen))] {
		e := revisionEntry{Revision: p.Asset.Revision.N, At: p.Asset.Revision.At.In(shanghai), By: p.Asset.Revision.By, Why: p.Asset.Revision.Why, Removed: p.Removed}
		if i+1 < len(seen) && seen[i+1].Asset.Revision.N == e.Revision-1 {
			e.Changed = assets.Changes(t.shown(seen[i+1].Asset), t.shown(p.Asset))
		}
		out.Revisions = append(out.Revisions, e)
	}
	if len(seen) > limit {
		last := out.Revisions[limit-1].Revision
		out.Next = fmt.Sprintf("/v1/assets/%s/revisions?after=%d&limit=%d", t.id, last, limit)
	}
	answerUnkept(w, http.StatusOK, out)
	return nil
}

// revision answers with an asset as it was.
func (s *server) revision(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	t, err := s.teller(r, who)
	if err != nil {
		return err
	}
	p, err := t.past(r)
	if err != nil {
		return err
	}
	if err := s.viewingAsset(r.Context(), p.Asset); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return s.answerAsset(w, http.StatusOK, p.Asset, who, struct {
		Removed bool `json:"removed,omitempty"`
		redacted
	}{p.Removed, redacted{s.hidden(who)}})
}

// restoreRevision makes an asset what it was, as one more edit; one that was removed is
// there again. What of it the caller is not shown stays as it is.
func (s *server) restoreRevision(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	t, err := s.teller(r, who)
	if err != nil {
		return err
	}
	p, err := t.past(r)
	if err != nil {
		return err
	}
	return s.edit(w, r, who, put(p.Asset))
}

// teller tells somebody what an asset was, as far as he may know.
type teller struct {
	s       *server
	who     access.Principal
	id      assets.ID
	archive Archive
}

// teller finds out whether the caller may know what the asset of the path was: that is
// of who sees it as it is and is shown who changed what.
func (s *server) teller(r *http.Request, who access.Principal) (*teller, error) {
	v, err := s.views(r.Context(), who)
	if err != nil {
		return nil, err
	}
	if v.Archive == nil || !s.shows(who)("revision") {
		return nil, fmt.Errorf("%w: you are not shown who changed what", access.ErrDenied)
	}
	t := &teller{s: s, who: who, id: assets.ID(r.PathValue("id")), archive: v.Archive}
	if thing := v.World.ByID(t.id); thing != nil && !who.Scope.Sees(thing.Asset) {
		return nil, unseen(t.id)
	}
	latest, err := v.Archive.Revisions(r.Context(), t.id, 0, 1)
	if err != nil {
		return nil, err
	}
	if len(latest) == 0 || !t.sees(&latest[0]) {
		return nil, unseen(t.id)
	}
	return t, nil
}

// sees says whether the caller sees what was: by the areas of now.
func (t *teller) sees(p *assets.Past) bool { return t.who.Scope.Sees(t.s.Registry.Place(p.Asset)) }

// shown is what the caller is shown of an asset, in plain text.
func (t *teller) shown(a *assets.Asset) *assets.Asset {
	return t.s.Registry.Opened(a.Redacted(t.s.shows(t.who)))
}

// past finds the revision that the path names.
func (t *teller) past(r *http.Request) (*assets.Past, error) {
	text := r.PathValue("revision")
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 {
		return nil, fmt.Errorf("%w: revision: %.40q, want a number from 1", assets.ErrInvalid, text)
	}
	all, err := t.archive.Revisions(r.Context(), t.id, n+1, 1)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 || all[0].Asset.Revision.N != n || !t.sees(&all[0]) {
		return nil, fmt.Errorf("revision %d of asset %s: %w", n, t.id, assets.ErrNotFound)
	}
	return &assets.Past{Asset: t.s.Registry.Place(all[0].Asset), Removed: all[0].Removed}, nil
}
