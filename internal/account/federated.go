package account

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"unicode/utf8"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/audit"
)

// Identity is somebody whom another place knows, and what they may here.
type Identity struct {
	Source   string // of whom the place is: "oidc:city"
	Subject  string // who it is there, always the same
	Username string // what the account is called if it can be
	Title    string
	Roles    []access.Role
	Areas    []string
}

// Federated lets in whom another place knows. Their account is made when they
// first come, and has the rights of the latest login; it has no password here.
// access.ErrDenied: it is closed here.
func (l *Logins) Federated(ctx context.Context, who Identity, address netip.Addr) (Login, error) {
	for try := 1; ; try++ {
		is, err := l.federate(ctx, who, address)
		if err == nil {
			return l.Begin(ctx, is, address)
		}
		if try == proveTries || !errors.Is(err, assets.ErrConflict) {
			return Login{}, busy(err)
		}
		if err := l.Refresh(ctx); err != nil { // another node was faster
			return Login{}, busy(err)
		}
	}
}

// federate makes the account as it is to be now.
func (l *Logins) federate(ctx context.Context, who Identity, address netip.Addr) (*Account, error) {
	was := l.federated(who.Source, who.Subject)
	if was == nil { // or they came to another node, just now
		if err := l.Refresh(ctx); err != nil {
			return nil, err
		}
		was = l.federated(who.Source, who.Subject)
	}
	what := audit.Action("account edit")
	next := &Account{Source: who.Source, Subject: who.Subject, Generation: newGeneration()}
	if was == nil {
		what, next.Name = "account add", l.freeName(who)
	} else {
		next = was.clone()
	}
	next.Title, next.Roles, next.Areas = shorten(who.Title, maxTitle), who.Roles, who.Areas
	if next.Disabled {
		return nil, errClosed
	}
	if was != nil && was.sameRights(next) && was.Title == next.Title {
		return was, nil
	}
	if err := next.check(); err != nil {
		return nil, err
	}
	e := entry(ctx, next, address, what, audit.Done)
	var err error
	if e.Detail, err = json.Marshal(map[string]any{"source": who.Source, "roles": who.Roles, "areas": who.Areas}); err != nil {
		return nil, err
	}
	return l.put(ctx, next, e)
}

var errClosed = fmt.Errorf("%w: the account is closed", access.ErrDenied)

// NotFederated records that somebody from another place was not let in. lost is who
// may come in no more, whose sessions are over; "": that is not known.
func (l *Logins) NotFederated(ctx context.Context, source, lost string, address netip.Addr, why string) error {
	is := &Account{Name: source}
	if known := l.federated(source, lost); known != nil {
		is = known
		err := l.Change(ctx, is.Name, assets.AnyRev, "logout everywhere", func(a *Account) error {
			a.Generation = newGeneration()
			return nil
		})
		if err != nil {
			return busy(err)
		}
	}
	e := entry(ctx, is, address, "login", audit.Refused)
	var err error
	if e.Detail, err = json.Marshal(map[string]string{"source": source, "why": why}); err != nil {
		return err
	}
	return busy(l.Record.AppendAudit(ctx, e))
}

// federated finds the account of somebody at another place; nil: there is none.
func (d *Directory) federated(source, subject string) *Account {
	d.mu.RLock()
	defer d.mu.RUnlock()
	for _, p := range d.people {
		if subject != "" && p.Source == source && p.Subject == subject {
			return p.Account
		}
	}
	return nil
}

// freeName is what the account of somebody who comes for the first time is called:
// as they are there, as far as that can be a name; else, or if somebody is called
// so, with some letters of who they are.
func (d *Directory) freeName(who Identity) string {
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r) {
			return r
		}
		return -1
	}, strings.ToLower(who.Username))
	sum := sha256.Sum256([]byte(who.Source + "\x00" + who.Subject))
	tail := "-" + hex.EncodeToString(sum[:4])
	name = shorten(strings.TrimLeft(name, "._-"), maxAccountName-len(tail))
	if _, err := d.Account(name); err != nil && name != "" && name == strings.ToLower(who.Username) {
		return name
	}
	return strings.TrimLeft(name+tail, "-")
}

// shorten cuts a text to so many bytes, between two letters.
func shorten(text string, most int) string {
	for len(text) > most {
		_, last := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-last]
	}
	return text
}

// fromElsewhere says what is wrong with the source of an account.
func (a *Account) fromElsewhere() error {
	if a.Source != "" && (a.Password != "" || a.OTP != "") {
		return fmt.Errorf("%w: account %s comes from %s: it has no password and no second factor here", assets.ErrInvalid, a.Name, a.Source)
	}
	if len(a.Subject) > maxSubject || slices.Contains([]byte(a.Subject), 0) {
		return fmt.Errorf("%w: subject: want at most %d bytes", assets.ErrInvalid, maxSubject)
	}
	return nil
}

const (
	maxSubject     = 255 // bytes (OpenID Connect Core 1.0, 2)
	maxAccountName = 63
)
