package account

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"suhe/assets"
	"suhe/internal/bus"
	"suhe/internal/door"
)

// Table keeps small values by key, for all nodes, and forgets them in time;
// *bus.Table is one. Failed logins and the last use of sessions are kept there and
// not in the store: they come with every login and every minute, and are nothing
// that people decide.
type Table interface {
	Get(ctx context.Context, key string) (bus.Entry, error)
	Put(ctx context.Context, key string, value []byte, was uint64) (revision uint64, err error)
	Delete(ctx context.Context, key string) error
}

// failures are those of one account or of one address.
type failures struct {
	N    int       `json:"n"`
	Last time.Time `json:"last"`
}

// lock is the rule by which failures lock.
type lock struct {
	tries int           // so many failures lock
	rest  time.Duration // for so long; failures that lie so far back count no more
}

// until says until when the failures lock; zero: they do not. What was before the
// account was unlocked does not count.
func (l lock) until(f failures, unlocked, now time.Time) time.Time {
	end := f.Last.Add(l.rest)
	if f.N < l.tries || !f.Last.After(unlocked) || !now.Before(end) {
		return time.Time{}
	}
	return end
}

// another counts one more failure.
func (l lock) another(f failures, unlocked, now time.Time) failures {
	if !f.Last.After(unlocked) || !now.Before(f.Last.Add(l.rest)) {
		f.N = 0
	}
	return failures{f.N + 1, now.UTC()}
}

// The keys of the table. What comes from outside is hashed: a key has few letters.
func nameKey(name string) string     { return "name." + digest(name) }
func addressKey(a netip.Addr) string { return "address." + digest(door.Network(a).String()) }
func usedKey(session string) string  { return "used." + session }

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:16])
}

// kept reads a value of the table into v; revision 0: there is none.
func kept(ctx context.Context, t Table, key string, v any) (revision uint64, err error) {
	entry, err := t.Get(ctx, key)
	if errors.Is(err, bus.ErrNone) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("%w: %w", assets.ErrBusy, err)
	}
	if err := json.Unmarshal(entry.Value, v); err != nil {
		return 0, fmt.Errorf("kept of logins: %w", err)
	}
	return entry.Revision, nil
}

// keptTries is how often a value is changed anew when others change it too.
const keptTries = 20

// change replaces a value of the table by what f makes of it.
func change[V any](ctx context.Context, t Table, key string, f func(V) V) (V, error) {
	for range keptTries {
		var v V
		revision, err := kept(ctx, t, key, &v)
		if err != nil {
			return v, err
		}
		v = f(v)
		value, err := json.Marshal(v)
		if err != nil {
			return v, err
		}
		_, err = t.Put(ctx, key, value, revision)
		if err == nil {
			return v, nil
		}
		if !errors.Is(err, bus.ErrSequence) {
			return v, fmt.Errorf("%w: %w", assets.ErrBusy, err)
		}
	}
	var none V
	return none, fmt.Errorf("%w: logins: too many at once", assets.ErrBusy)
}
