package key

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"suhe/assets"
	"suhe/internal/settings"
)

// Add makes a key for the owner and returns its text, which is told nowhere else.
// Errors wrap assets.ErrInvalid, or assets.ErrConflict: there are too many.
func (r *Ring) Add(ctx context.Context, owner string, w Wish) (k Key, text string, err error) {
	r.changes.Lock()
	defer r.changes.Unlock()
	now := r.o.Now().UTC().Truncate(time.Second)
	if err := w.check(now); err != nil {
		return k, "", err
	}
	if _, ok := r.o.Owners.Owner(owner); !ok {
		return k, "", fmt.Errorf("%w: owner: %.80q is no account that may come in", assets.ErrInvalid, owner)
	}
	if err := r.room(ctx, owner, now); err != nil {
		return k, "", err
	}
	text, id, sum := newText()
	d := document{Key: Key{ID: id, Name: w.Name, Owner: owner, Grant: w.Grant, Quota: w.Quota.filled(), Made: now, Expires: w.Expires.UTC().Truncate(time.Second)},
		Hash: hex.EncodeToString(sum[:])}
	if err := r.keys.Put(ctx, id, 0, d, "key add", map[string]any{"owner": owner, "name": w.Name, "grant": w.Grant, "expires": d.Expires}); err != nil {
		return k, "", err
	}
	return d.Key, text, r.Refresh(ctx)
}

// room sees to it that the owner may have one more key: keys that are dead longest
// make room for it.
func (r *Ring) room(ctx context.Context, owner string, now time.Time) error {
	keys := r.keys.All()
	alive := 0
	var dead []settings.Held[*held]
	for _, k := range keys {
		switch {
		case k.Is.Owner != owner:
		case k.Is.alive(now):
			alive++
		default:
			dead = append(dead, k)
		}
	}
	if alive >= maxOwned {
		return fmt.Errorf("%w: %s has %d keys: revoke one first", assets.ErrConflict, owner, alive)
	}
	if len(dead) >= maxOwned {
		slices.SortFunc(dead, func(a, b settings.Held[*held]) int { return a.Is.Made.Compare(b.Is.Made) })
		return r.keys.Put(ctx, dead[0].Is.ID, dead[0].Rev, nil, "key forget", nil)
	}
	if len(keys) >= maxKeys {
		return fmt.Errorf("%w: there are %d keys", assets.ErrConflict, len(keys))
	}
	return nil
}

// Revoke makes a key worth nothing. The owner "" is anybody. assets.ErrNotFound:
// the owner has no such key; one that was revoked before stays so.
func (r *Ring) Revoke(ctx context.Context, owner, id string) error {
	r.changes.Lock()
	defer r.changes.Unlock()
	k, known := r.keys.Get(id)
	if !known || owner != "" && k.Is.Owner != owner {
		return fmt.Errorf("key %.40q: %w", id, assets.ErrNotFound)
	}
	if !k.Is.Revoked.IsZero() {
		return nil
	}
	d := k.Is.document
	d.Revoked, d.Hash = r.o.Now().UTC().Truncate(time.Second), ""
	if err := r.keys.Put(ctx, id, k.Rev, d, "key revoke", map[string]any{"owner": d.Owner, "name": d.Name}); err != nil {
		return err
	}
	return r.Refresh(ctx)
}

// Listed is a key and what is known of its use.
type Listed struct {
	Key
	Use Use `json:"use"` // on this node
}

// List tells of the owner's keys, the newest first; of all for the owner "".
func (r *Ring) List(owner string) []Listed {
	now := r.o.Now()
	out := []Listed{}
	for id, k := range r.keys.All() {
		if owner == "" || k.Is.Owner == owner {
			out = append(out, Listed{k.Is.Key, r.tallies.use(id, now)})
		}
	}
	slices.SortFunc(out, func(a, b Listed) int {
		if c := b.Made.Compare(a.Made); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out
}
