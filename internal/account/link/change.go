package link

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"suhe/assets"
	"suhe/internal/audit"
)

// Add makes a link and returns its text, which is told nowhere else. Errors wrap
// assets.ErrInvalid, or assets.ErrConflict: there are too many.
func (b *Book) Add(ctx context.Context, w Wish) (l Link, text string, err error) {
	b.changes.Lock()
	defer b.changes.Unlock()
	if l, err = w.link(b.o.Now().UTC().Truncate(time.Second)); err != nil {
		return l, "", err
	}
	if _, ok := b.o.Owners.Owner(w.Account); !ok {
		return l, "", fmt.Errorf("%w: account: %.80q is no account that may come in", assets.ErrInvalid, w.Account)
	}
	if n := len(b.links.All()); n >= maxLinks {
		return l, "", fmt.Errorf("%w: there are %d links: forget those that are over", assets.ErrConflict, n)
	}
	if err := b.put(ctx, l, 0, "link add"); err != nil {
		return l, "", err
	}
	return l, l.text(b.o.Key, toOpen), b.Refresh(ctx)
}

// put writes a link and the audit entry about it.
func (b *Book) put(ctx context.Context, l Link, was int64, action audit.Action) error {
	doc, err := json.Marshal(l)
	if err != nil {
		return err
	}
	e := audit.From(ctx).Entry(action, "link "+l.ID, audit.Done)
	e.Detail = doc
	_, err = b.o.Store.PutSetting(ctx, Kind, l.ID, was, doc, e)
	return err
}

// Revoke makes a link and the screen that it opened worth nothing; one that is over
// already it forgets. assets.ErrNotFound: there is none.
func (b *Book) Revoke(ctx context.Context, id string) error {
	b.changes.Lock()
	defer b.changes.Unlock()
	l, known := b.links.Get(id)
	if !known {
		return fmt.Errorf("link %.40q: %w", id, assets.ErrNotFound)
	}
	var err error
	if now := b.o.Now(); l.Is.alive(now) {
		is := l.Is.Link
		is.Revoked = now.UTC().Truncate(time.Second)
		err = b.put(ctx, is, l.Rev, "link revoke")
	} else {
		_, err = b.o.Store.PutSetting(ctx, Kind, id, l.Rev, nil, audit.From(ctx).Entry("link forget", "link "+id, audit.Done))
	}
	if err != nil {
		return err
	}
	return b.Refresh(ctx)
}

// List tells of all links, the newest first.
func (b *Book) List() []Link {
	out := []Link{}
	for _, l := range b.links.All() {
		out = append(out, l.Is.Link)
	}
	slices.SortFunc(out, func(x, y Link) int {
		if c := y.Made.Compare(x.Made); c != 0 {
			return c
		}
		return strings.Compare(x.ID, y.ID)
	})
	return out
}
