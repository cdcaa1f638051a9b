package key

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
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
	keys    atomic.Pointer[map[string]*held]
	changes sync.Mutex // of the store, one at a time from this node
}

var _ account.Credential = (*Ring)(nil)

// held is a key as it was at the last Load.
type held struct {
	document
	rev    int64
	sum    []byte
	deputy account.Deputy // of the owner
}

// New makes a ring without keys; see Load.
func New(o Options) *Ring {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	r := &Ring{o: o}
	r.keys.Store(&map[string]*held{})
	if o.File != "" {
		if err := r.tallies.recall(o.File, o.Now()); err != nil {
			o.Log.Warn("the use of keys is counted anew", "err", err)
		}
	}
	return r
}

// Load reads all keys again; it is called when settings changed.
func (r *Ring) Load(ctx context.Context) error {
	all, _, err := r.o.Store.Settings(ctx, Kind)
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	keys := make(map[string]*held, len(all))
	for _, s := range all {
		h := &held{rev: s.Rev}
		if err := json.Unmarshal(s.Doc, &h.document); err != nil || h.ID != s.Name {
			r.o.Log.Error("key cannot be read, so it opens nothing", "key", s.Name, "err", err)
			continue
		}
		h.sum, h.Quota = h.document.sum(), h.Quota.filled()
		keys[s.Name] = h
	}
	r.keys.Store(&keys)
	r.tallies.only(func(id string) bool { return keys[id] != nil })
	return nil
}

// principal is who acts by the key; false: its owner may not come in.
func (r *Ring) principal(k *held) (access.Principal, bool) {
	// Who says what others may comes in person, with a second factor.
	who, ok := k.deputy.Act(r.o.Owners, k.Owner, k.Grant, access.Admit)
	who.ID, who.Name = principalPrefix+k.ID, k.Name
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
	text, ok := strings.CutPrefix(request.Header.Get("Authorization"), "Bearer ")
	if !ok || !strings.HasPrefix(text, Prefix) {
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
	k, known := (*r.keys.Load())[id]
	want := nobody
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
		return access.Principal{}, fmt.Errorf("%w: key %s", err, id)
	}
	return who, nil
}

// Again is the principal of a key that was admitted before, as it is now; false: it
// is good no longer, or no key's.
func (r *Ring) Again(principal string) (access.Principal, bool) {
	id, ok := strings.CutPrefix(principal, principalPrefix)
	if !ok {
		return access.Principal{}, false
	}
	k := (*r.keys.Load())[id]
	if k == nil || !k.alive(r.o.Now()) {
		return access.Principal{}, false
	}
	return r.principal(k)
}
