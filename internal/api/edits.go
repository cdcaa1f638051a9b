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
	if err := s.settable(who, a); err != nil {
		return err
	}
	return s.edit(w, r, who, put(a))
}

// settable refuses an asset that sets what the caller is not shown.
func (s *server) settable(who access.Principal, a *assets.Asset) error {
	if names := a.Unshown(s.shows(who)); names != nil {
		return fmt.Errorf("%w: %s: you are not shown it, so you cannot set it", access.ErrDenied, strings.Join(names, ", "))
	}
	return nil
}

// removeAsset removes an asset, with If-Match that revision only.
func (s *server) removeAsset(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	if _, err := s.visible(r, who); err != nil {
		return err
	}
	return s.edit(w, r, who, removal(assets.ID(r.PathValue("id"))))
}

// change is what somebody wants to do to an asset: edit makes it of the asset as it is,
// nil if there is none. It may be made more than once, when others are faster.
type change struct {
	id    assets.ID
	edit  func(was *assets.Asset) (assets.Edit, error)
	fresh bool // it must not exist yet
}

// put replaces an asset, or creates it.
func put(a *assets.Asset) change {
	return change{id: a.ID, edit: func(*assets.Asset) (assets.Edit, error) { return assets.Edit{Asset: a}, nil }}
}

// removal removes an asset.
func removal(id assets.ID) change {
	return change{id: id, edit: func(*assets.Asset) (assets.Edit, error) { return assets.Edit{Remove: id}, nil }}
}

const (
	// commitPatience bounds a commit: a database that is away or hangs is told to
	// the caller, who may try again.
	commitPatience = 2500 * time.Millisecond
	// showPatience bounds the wait for what is committed to show: it may stand
	// behind a large import.
	showPatience = 30 * time.Second
	// editTries is how often an edit without a condition begins again when another
	// was faster.
	editTries = 4
)

// edit commits, and answers when this node shows what was committed. After an
// answer that we are busy the edit may have been committed all the same.
func (s *server) edit(w http.ResponseWriter, r *http.Request, who access.Principal, c change) error {
	a, verdict, err := s.committed(r, who, c)
	if err != nil {
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
	return s.answerAsset(w, status, a, who, redacted{s.hidden(who)})
}

// committed commits a change, and returns when this node shows it.
func (s *server) committed(r *http.Request, who access.Principal, c change) (*assets.Asset, assets.Verdict, error) {
	a, verdict, err := s.commitPermitted(r, who, c)
	if err != nil {
		return nil, "", err
	}
	return a, verdict, s.catchUp(r.Context())
}

// catchUp waits until this node shows all that is committed.
func (s *server) catchUp(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, showPatience)
	defer cancel()
	events, err := s.Relay.Flush(ctx)
	if err != nil {
		return err
	}
	return s.Live.World.Wait(ctx, twin.Position{Events: events})
}

// unmet says of a conflict that it is the caller's condition that does not hold.
func unmet(conditional bool, err error) error {
	if conditional && errors.Is(err, assets.ErrConflict) {
		return fmt.Errorf("%w: %w", errPrecondition, err)
	}
	return err
}

// commitPermitted commits what the caller may do to the revision that was looked
// at, and to no other: one that somebody else made meanwhile is looked at anew.
func (s *server) commitPermitted(r *http.Request, who access.Principal, c change) (*assets.Asset, assets.Verdict, error) {
	was, conditional, err := wasRevision(r)
	if err != nil {
		return nil, "", err
	}
	for try := 1; ; try++ {
		permitted, err := s.permit(who, c)
		if conditional && permitted.WasRev != was && try == 1 {
			// Either of us is behind.
			if err := s.catchUp(r.Context()); err != nil {
				return nil, "", err
			}
			permitted, err = s.permit(who, c)
		}
		if err != nil {
			return nil, "", err
		}
		switch {
		case conditional:
			permitted.WasRev = was
		case c.fresh:
			permitted.WasRev = 0
		}
		a, verdict, err := s.commit(r, who, permitted)
		if conditional || c.fresh || !errors.Is(err, assets.ErrConflict) || try == editTries {
			return a, verdict, unmet(conditional, err)
		}
		if err := s.catchUp(r.Context()); err != nil {
			return nil, "", err
		}
	}
}

// permit says whether the caller may do the edit to the asset as this node shows
// it: that and what comes of it must be within the scope. What of the asset the
// caller is not shown stays as it is.
func (s *server) permit(who access.Principal, c change) (assets.Edit, error) {
	none := assets.Edit{}
	var was *assets.Asset
	if t := s.Live.World.ByID(c.id); t != nil {
		was, none.WasRev = t.Asset, t.Asset.Revision.N
		if !who.Scope.Sees(was) {
			return none, unseen(c.id)
		}
		if err := s.mayEdit(who, was); err != nil {
			return none, err
		}
	}
	e, err := c.edit(was)
	e.WasRev = none.WasRev
	if err != nil || e.Asset == nil {
		return e, err
	}
	if was != nil {
		e.Asset = e.Asset.Keeping(was, s.shows(who))
	}
	is := s.Registry.Place(e.Asset)
	if !who.Scope.Sees(is) {
		return e, fmt.Errorf("%w: asset %s: you would not see it then", access.ErrDenied, c.id)
	}
	return e, s.mayEdit(who, is)
}

// mayEdit says whether an asset that is seen may be edited. Areas say who sees
// what, so only those edit them who see everything.
func (s *server) mayEdit(who access.Principal, a *assets.Asset) error {
	if !who.Scope.Reaches(a) {
		return fmt.Errorf("%w: asset %s is not, or would not be, in an area of %s", access.ErrDenied, a.ID, who.ID)
	}
	if a.Kind == assets.Area && !who.Scope.Everywhere() {
		return fmt.Errorf("%w: asset %s is an area, want one who sees everywhere", access.ErrDenied, a.ID)
	}
	return nil
}

func (s *server) commit(r *http.Request, who access.Principal, e assets.Edit) (*assets.Asset, assets.Verdict, error) {
	ctx, cancel := context.WithTimeout(r.Context(), commitPatience)
	defer cancel()
	return s.Registry.Edit(ctx, who.ID, r.URL.Query().Get("why"), e)
}

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
	number, _, _ := strings.Cut(strings.Trim(match, `"`), "-") // behind it, of items, what names the whole answer
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 1 {
		return 0, false, fmt.Errorf(`%w: If-Match: %s, want an ETag like "3"`, assets.ErrInvalid, match)
	}
	return n, true, nil
}
