package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/audit"
)

// Recorder keeps what is no change of the store; audit.Store is one.
type Recorder interface {
	AppendAudit(ctx context.Context, entries ...audit.Entry) error
}

// Options are the settings of Logins; zero means the default, except where one
// must be set.
type Options struct {
	Directory *Directory // must be set
	Record    Recorder   // must be set
	Table     Table      // must be set
	Key       *Key       // must be set
	Log       *slog.Logger

	Idle         time.Duration // a session that is not used for so long is over; default 30 min
	Life         time.Duration // a session is over after so long in any case; default 12 h
	PasswordLife time.Duration // a password must be changed after so long; default 90 days
	Rest         time.Duration // of an account or address with too many failures; default 15 min
	Tries        int           // failures that lock an account; default 5
	AddressTries int           // failures that lock an address; default 5
}

// Logins lets people in by name and password, and knows them by their session
// from then on. All methods may be called at once.
type Logins struct {
	Options
	*Directory
	names, addresses lock
	origin           *http.CrossOriginProtection

	mu       sync.RWMutex
	verified map[string]string // tokens whose signature was checked: their sessions
}

// NewLogins makes them; nothing follows the store until Run.
func NewLogins(o Options) *Logins {
	for _, d := range []struct {
		is    *time.Duration
		usual time.Duration
	}{{&o.Idle, 30 * time.Minute}, {&o.Life, 12 * time.Hour}, {&o.PasswordLife, 90 * 24 * time.Hour}, {&o.Rest, 15 * time.Minute}} {
		if *d.is <= 0 {
			*d.is = d.usual
		}
	}
	for _, n := range []*int{&o.Tries, &o.AddressTries} {
		if *n <= 0 {
			*n = 5
		}
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return &Logins{Options: o, Directory: o.Directory, names: lock{o.Tries, o.Rest}, addresses: lock{o.AddressTries, o.Rest},
		origin: http.NewCrossOriginProtection(), verified: map[string]string{}}
}

// Attempt is what somebody says to be let in.
type Attempt struct {
	Name, Password string
	OTP            string // code of the second factor; "": none
	Address        netip.Addr
}

// Login is a session as its owner gets to know it.
type Login struct {
	Token   string
	Expires time.Time
	Who     access.Principal
}

// Login lets somebody in. access.ErrUnauthenticated: something is wrong, or there
// were too many failures; a Refusal says what else is wanted. assets.ErrBusy: too
// many log in at once, or the store is away.
func (l *Logins) Login(ctx context.Context, a Attempt) (Login, error) {
	is, err := l.prove(ctx, a, usualOTP)
	if err != nil {
		return Login{}, err
	}
	return l.enter(ctx, is, a.Address)
}

// enter begins a session, unless something has to be done first.
func (l *Logins) enter(ctx context.Context, is *Account, address netip.Addr) (Login, error) {
	if err := l.due(is); err != nil {
		return Login{}, err
	}
	return l.Begin(ctx, is, address)
}

// due is what has to be done before the account is let in.
func (l *Logins) due(is *Account) error {
	switch {
	case is.Demo:
		return nil
	case is.OneTime || l.now().Sub(is.PasswordAt) > l.PasswordLife:
		return errPassword
	case access.Administer(is.Roles) && is.OTP == "":
		return errEnrolment
	}
	return nil
}

// Begin lets in whose identity was proved, by whatever way.
func (l *Logins) Begin(ctx context.Context, is *Account, address netip.Addr) (Login, error) {
	s, err := l.begin(ctx, is, address, l.Life)
	if err != nil {
		return Login{}, busy(err)
	}
	token, err := l.Key.sign(s.id, is.Name, s.Since, s.Until)
	if err != nil {
		return Login{}, err
	}
	who, good := l.principal(s)
	if !good {
		return Login{}, wrong(0)
	}
	return Login{token, s.Until, who}, nil
}

// busy says of a store that is away that it is worth to come again.
func busy(err error) error {
	if err == nil {
		return nil
	}
	for _, kind := range []error{assets.ErrBusy, assets.ErrInvalid, assets.ErrConflict, assets.ErrNotFound, access.ErrDenied, access.ErrUnauthenticated, context.Canceled} {
		if errors.Is(err, kind) {
			return err
		}
	}
	return fmt.Errorf("%w: %w", assets.ErrBusy, err)
}

// Logout ends the session, or all sessions of its account.
func (l *Logins) Logout(ctx context.Context, who access.Principal, everywhere bool) error {
	if everywhere {
		return l.Change(ctx, who.ID, assets.AnyRev, "logout everywhere", func(a *Account) error {
			a.Generation = newGeneration()
			return nil
		})
	}
	s := l.session(who.Session)
	if s == nil {
		return nil
	}
	return busy(l.end(ctx, s, "by its owner"))
}

// maxClaimed bounds what is recorded of a name that anybody may have sent, in bytes.
const maxClaimed = 80

// refused counts a failure and records it.
func (l *Logins) refused(ctx context.Context, a Attempt, why string) error {
	now := l.now()
	var unlocked time.Time
	if is, known := l.find(a.Name); known {
		unlocked = is.Unlocked
	}
	count := func(by lock, key string, since time.Time) (time.Time, error) {
		f, err := change(ctx, l.Table, key, func(f failures) failures { return by.another(f, since, now) })
		return by.until(f, since, now), err
	}
	until, err := count(l.names, nameKey(a.Name), unlocked)
	if err != nil {
		return err
	}
	addressUntil, err := count(l.addresses, addressKey(a.Address), time.Time{})
	if err != nil {
		return err
	}
	if addressUntil.After(until) {
		until = addressUntil
	}
	detail := map[string]string{"why": why}
	if !until.IsZero() {
		detail["lockedUntil"] = until.Format(time.RFC3339)
	}
	e := entry(ctx, &Account{Name: shorten(a.Name, maxClaimed)}, a.Address, "login", audit.Refused)
	if e.Detail, err = json.Marshal(detail); err != nil {
		return err
	}
	if err := l.Record.AppendAudit(ctx, e); err != nil {
		return busy(err)
	}
	return wrong(wait(until, now))
}

// wait is how long it is until then; zero: no time.
func wait(until, now time.Time) time.Duration {
	if until.IsZero() {
		return 0
	}
	return until.Sub(now)
}

// locked refuses an attempt on an account or from an address with too many failures.
func (l *Logins) locked(ctx context.Context, a Attempt, unlocked time.Time) (failed bool, err error) {
	now := l.now()
	var name, address failures
	revision, err := kept(ctx, l.Table, nameKey(a.Name), &name)
	if err != nil {
		return false, err
	}
	if _, err := kept(ctx, l.Table, addressKey(a.Address), &address); err != nil {
		return false, err
	}
	until := l.names.until(name, unlocked, now)
	if by := l.addresses.until(address, time.Time{}, now); by.After(until) {
		until = by
	}
	if !until.IsZero() {
		return true, wrong(wait(until, now))
	}
	return revision != 0, nil
}
