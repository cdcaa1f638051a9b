package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"sync"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/audit"
	"suhe/internal/settings"
)

// DirectoryOptions are what a Directory is told.
type DirectoryOptions struct {
	Store settings.Store
	Now   func() time.Time
	Demo  bool         // accounts of the demo are good
	Seal  Sealer       // of second factors in the store; nil: they stay as they are
	Log   *slog.Logger // nil: none
}

// Directory is what a node knows of accounts, their sessions and the trees of
// areas: all of it in memory, as of the last Refresh. All methods may be called at
// once.
type Directory struct {
	store  settings.Store
	now    func() time.Time
	demo   bool
	seal   Sealer
	log    *slog.Logger
	hashes *hashes
	began  time.Time // by the steady clock

	refreshing sync.Mutex // one at a time; taken before mu
	asked      time.Time  // when the store was last asked, by the steady clock
	failed     error      // what came of that

	mu        sync.RWMutex
	changes   uint64 // of the store, when it was read
	read      bool   // the store has been read once
	people    map[string]person
	sessions  map[string]*session
	trees     access.Trees
	reading   bool     // the store is being read
	meanwhile []func() // what was written while it was read: told again after
}

// person is an account with its rights, compiled.
type person struct {
	*Account
	at    time.Time // of the setting
	scope access.Scope
	owner *Owner
}

// NewDirectory makes a directory that knows nobody until Refresh.
func NewDirectory(o DirectoryOptions) *Directory {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Directory{store: o.Store, now: o.Now, demo: o.Demo, seal: o.Seal, log: o.Log, hashes: newHashes(), began: time.Now(),
		people: map[string]person{}, sessions: map[string]*session{}}
}

// refreshPatience bounds the wait for the store, which may hang.
const refreshPatience = 2 * time.Second

// Refresh reads what has changed in the store since the last time. Who waits for
// another's Refresh gets what came of it.
func (d *Directory) Refresh(ctx context.Context) error {
	came := time.Now()
	d.refreshing.Lock()
	defer d.refreshing.Unlock()
	if d.asked.After(came) {
		return d.failed
	}
	ctx, cancel := context.WithTimeout(ctx, refreshPatience)
	defer cancel()
	d.failed = d.refresh(ctx)
	d.asked = time.Now()
	return d.failed
}

func (d *Directory) refresh(ctx context.Context) error {
	changes, err := d.store.SettingChanges(ctx)
	if err != nil {
		return fmt.Errorf("accounts: %w", err)
	}
	d.mu.Lock()
	current := d.read && changes == d.changes
	d.reading, d.meanwhile = !current, nil
	d.mu.Unlock()
	if current {
		return nil
	}
	var all [3][]settings.Setting
	for i, kind := range [...]settings.Kind{TreeKind, Kind, SessionKind} {
		if all[i], _, err = d.store.Settings(ctx, kind); err != nil {
			err = fmt.Errorf("accounts: %w", err)
			break
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.reading = false
	if err != nil {
		return err
	}
	d.changes, d.read = changes, true
	err = errors.Join(d.takeTrees(all[0]), d.takeAccounts(all[1]), d.takeSessions(all[2]))
	for _, again := range d.meanwhile {
		again()
	}
	d.meanwhile = nil
	return err
}

// note changes what is known, after the store did. What is known is what mu guards;
// who calls f or a method that takes holds it.
func (d *Directory) note(f func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f()
	if d.reading {
		d.meanwhile = append(d.meanwhile, f)
	}
}

func (d *Directory) takeTrees(all []settings.Setting) (err error) {
	trees := access.Trees{}
	for _, s := range all {
		var one access.Trees
		if wrong := json.Unmarshal(s.Doc, &one); wrong != nil {
			err = errors.Join(err, fmt.Errorf("tree %s: %w", s.Name, wrong))
			continue
		}
		for node, below := range one {
			trees[node] = append(trees[node], below...)
		}
	}
	if !reflect.DeepEqual(trees, d.trees) {
		d.trees = trees
		clear(d.people) // whose scopes are of the trees before
	}
	return err
}

// takeAccounts takes over the accounts that have changed; one that cannot be read
// is none.
func (d *Directory) takeAccounts(all []settings.Setting) (err error) {
	people := make(map[string]person, len(all))
	for _, s := range all {
		if is, known := d.people[s.Name]; known && is.Rev == s.Rev && is.at.Equal(s.At) {
			people[s.Name] = is
			continue
		}
		a, wrong := d.readAccount(s)
		if wrong != nil {
			err = errors.Join(err, wrong)
			continue
		}
		people[a.Name] = d.person(a, s.At)
	}
	d.people = people
	return err
}

// person compiles the rights of the account, unless they are what they were: who
// has the same scope as before is told nothing anew.
func (d *Directory) person(a *Account, at time.Time) person {
	if was, known := d.people[a.Name]; known && was.sameRights(a) {
		return person{a, at, was.scope, was.owner}
	}
	if a.Disabled {
		return person{a, at, access.Scope{}, new(Owner)}
	}
	may := access.GrantOf(a.Roles, a.Areas)
	owner := NewOwner(may, d.trees)
	owner.unit = a.Unit
	return person{a, at, may.Compile(d.trees), owner}
}

func (d *Directory) takeSessions(all []settings.Setting) (err error) {
	sessions := make(map[string]*session, len(all))
	for _, s := range all {
		if is := d.sessions[s.Name]; is != nil {
			sessions[s.Name] = is // its document never changes
			continue
		}
		is, wrong := d.readSession(s)
		if wrong != nil {
			err = errors.Join(err, wrong)
			continue
		}
		sessions[s.Name] = is
	}
	d.sessions = sessions
	return err
}

// find returns the account of the name, if it is good: there, not disabled, and of
// the demo only in the demo.
func (d *Directory) find(name string) (person, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	p, known := d.people[name]
	return p, known && !p.Disabled && (d.demo || !p.Demo)
}

// Owner implements Owners.
func (d *Directory) Owner(account string) (*Owner, bool) {
	p, good := d.find(account)
	return p.owner, good
}

// Accounts returns all accounts by name. They are shared and must not be changed.
func (d *Directory) Accounts() []*Account {
	d.mu.RLock()
	defer d.mu.RUnlock()
	out := make([]*Account, 0, len(d.people))
	for _, name := range slices.Sorted(maps.Keys(d.people)) {
		out = append(out, d.people[name].Account)
	}
	return out
}

// Account returns one account, which is shared. assets.ErrNotFound: there is none.
func (d *Directory) Account(name string) (*Account, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	p, known := d.people[name]
	if !known {
		return nil, fmt.Errorf("account %.80q: %w", name, assets.ErrNotFound)
	}
	return p.Account, nil
}

// put writes an account in place of its revision, with the audit entry.
func (d *Directory) put(ctx context.Context, a *Account, e audit.Entry) (*Account, error) {
	doc, err := json.Marshal(d.sealed(a))
	if err != nil {
		return nil, err
	}
	s, err := d.store.PutSetting(ctx, Kind, a.Name, a.Rev, doc, e)
	if err != nil {
		return nil, fmt.Errorf("account %s: %w", a.Name, err)
	}
	is, err := d.readAccount(s)
	if err != nil {
		return nil, err
	}
	d.note(func() {
		if p, known := d.people[is.Name]; !known || p.Rev < is.Rev {
			d.people[is.Name] = d.person(is, s.At)
		}
	})
	return is, nil
}
