package key

import (
	"context"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"suhe/internal/access"
	"suhe/internal/account"
	"suhe/internal/settings"
)

// Options are a Ring's settings.
type Options struct {
	Store  settings.Store   // must be set
	Owners account.Owners   // must be set
	File   string           // where the use of keys is kept; "": nowhere
	Now    func() time.Time // nil: time.Now
	Log    *slog.Logger     // nil: none
}

// Ring is all keys. All methods may be called at once.
type Ring struct {
	o       Options
	tallies tallies
	keys    *settings.Shelf[*held]
	changes sync.Mutex // of the store, one at a time from this node
}

var (
	_ account.Credential = (*Ring)(nil)
	_ account.Reviewer   = (*Ring)(nil)
)

// held is a key in memory.
type held struct {
	document
	sum    []byte
	deputy account.Deputy // of the owner
}

// read takes a key out of its setting.
func read(s settings.Setting) (*held, error) {
	k := new(held)
	if err := json.Unmarshal(s.Doc, &k.document); err != nil {
		return nil, err
	}
	if k.ID != s.Name {
		return nil, fmt.Errorf("id: %.40q, want %.40q", k.ID, s.Name)
	}
	k.Quota = k.Quota.filled()
	k.sum, _ = hex.DecodeString(k.Hash) // one that is broken is nobody's, as that of a revoked key
	return k, nil
}

// New makes a ring without keys; see Refresh.
func New(o Options) *Ring {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	r := &Ring{o: o, keys: settings.NewShelf(o.Store, Kind, o.Log, read)}
	if o.File != "" {
		if err := r.tallies.recall(o.File, o.Now()); err != nil {
			o.Log.Warn("the use of keys is counted anew", "err", err)
		}
	}
	return r
}

// Refresh reads the keys that have changed in the store; see settings.Shelf.
func (r *Ring) Refresh(ctx context.Context) error {
	anew, err := r.keys.Refresh(ctx)
	if anew {
		r.tallies.only(func(id string) bool { _, is := r.keys.Get(id); return is })
	}
	return err
}

// principal is who acts by the key; false: its owner may not come in.
func (r *Ring) principal(k *held) (access.Principal, bool) {
	// Who says what others may comes in person, with a second factor.
	who, ok := k.deputy.Act(r.o.Owners, k.Owner, k.Grant, access.Admit)
	who.ID, who.Name, who.For = principalPrefix+k.ID, k.Name, k.Owner
	return who, ok
}

// principalPrefix begins the ids of principals that act by a key.
const principalPrefix = "key:"

// Run keeps the use of keys until ctx ends, and once more then.
func (r *Ring) Run(ctx context.Context) error {
	if r.o.File == "" {
		return nil
	}
	ticker := time.NewTicker(keepEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			if err := r.tallies.keep(r.o.File); err != nil {
				r.o.Log.Error("keep", "err", err)
			}
		case <-ctx.Done():
			return r.tallies.keep(r.o.File)
		}
	}
}

// Who takes a key from Authorization: Bearer and counts the request. An error wraps
// access.ErrUnauthenticated, the same for whatever is wrong, or ErrQuota.
func (r *Ring) Who(request *http.Request) (who access.Principal, presented bool, err error) {
	text, bearer := account.Authorization(request, "Bearer")
	if !bearer || !strings.HasPrefix(text, account.KeyPrefix) {
		return who, false, nil
	}
	who, err = r.Admit(text)
	return who, true, err
}

// nobody stands in for the hash of a key that is not there.
var nobody = make([]byte, 32)

// Admit says who acts by the key, and counts it as a request. Errors are those of Who.
func (r *Ring) Admit(text string) (access.Principal, error) {
	id, sum, ok := parse(text)
	if !ok {
		return access.Principal{}, access.ErrUnauthenticated
	}
	now := r.o.Now()
	found, known := r.keys.Get(id)
	k, want := found.Is, nobody
	if known && len(k.sum) == len(nobody) {
		want = k.sum
	}
	if subtle.ConstantTimeCompare(sum[:], want) != 1 || !known || !k.alive(now) {
		return access.Principal{}, access.ErrUnauthenticated
	}
	who, ok := r.principal(k)
	if !ok {
		return access.Principal{}, access.ErrUnauthenticated
	}
	if err := r.tallies.take(id, k.Quota, now); err != nil {
		return access.Principal{}, fmt.Errorf("key %s: %w", id, err)
	}
	return who, nil
}

// Still implements account.Reviewer.
func (r *Ring) Still(was access.Principal) (now access.Principal, mine bool, err error) {
	return account.Still(was, principalPrefix, func(id string) (who access.Principal, ok bool) {
		k, known := r.keys.Get(id)
		if !known || !k.Is.alive(r.o.Now()) {
			return who, false
		}
		return r.principal(k.Is)
	})
}
