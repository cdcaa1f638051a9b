package link

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"suhe/assets"
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
	if err := b.links.Put(ctx, l.ID, 0, l, "link add", l); err != nil {
		return l, "", err
	}
	return l, l.text(b.o.Key, toOpen), b.Refresh(ctx)
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
		err = b.links.Put(ctx, id, l.Rev, is, "link revoke", is)
	} else {
		err = b.links.Put(ctx, id, l.Rev, nil, "link forget", nil)
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
