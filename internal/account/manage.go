package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/audit"
)

// Spec is what an administrator says of an account.
type Spec struct {
	Title    string        `json:"name,omitempty"`
	Roles    []access.Role `json:"roles"`
	Areas    []string      `json:"areas"`
	Unit     string        `json:"unit,omitempty"`
	Disabled bool          `json:"disabled"`
}

// Add makes an account. Without a password it gets one that must be changed at
// the first login, which is returned. assets.ErrConflict: the name is taken.
func (d *Directory) Add(ctx context.Context, name string, s Spec, password string) (a *Account, oneTime string, err error) {
	a = &Account{Name: name, Generation: newGeneration()}
	a.take(s)
	if err := a.check(); err != nil {
		return nil, "", err
	}
	if oneTime, err = d.givePassword(ctx, a, password); err != nil {
		return nil, "", err
	}
	a, err = d.put(ctx, a, d.about(ctx, "account add", a))
	return a, oneTime, err
}

// Set changes what the account of that revision may; assets.AnyRev: of any.
// Nobody changes what they may themselves, and somebody who admits others stays.
func (d *Directory) Set(ctx context.Context, name string, was int64, s Spec) (*Account, error) {
	err := d.Change(ctx, name, was, "account edit", func(a *Account) error {
		before := a.clone()
		a.take(s)
		if !a.sameRights(before) {
			return d.guarded(ctx, before, a)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return d.Account(name)
}

// Remove removes the account of that revision, or of any.
func (d *Directory) Remove(ctx context.Context, name string, was int64) error {
	a, err := d.Account(name)
	if err != nil {
		return err
	}
	if err := d.guarded(ctx, a, &Account{Name: name}); err != nil {
		return err
	}
	if was == assets.AnyRev {
		was = a.Rev
	}
	if _, err := d.store.PutSetting(ctx, Kind, name, was, nil, d.about(ctx, "account remove", a)); err != nil {
		return fmt.Errorf("account %s: %w", name, err)
	}
	d.note(func() { delete(d.people, name) })
	return nil
}

// Unlock lets an account that had too many failures try again.
func (d *Directory) Unlock(ctx context.Context, name string) error {
	return d.Change(ctx, name, assets.AnyRev, "account unlock", func(a *Account) error {
		a.Unlocked = d.now().UTC()
		return nil
	})
}

// ResetPassword gives the account another password and ends its sessions. An
// empty one is made, returned, and must be changed at the next login.
func (d *Directory) ResetPassword(ctx context.Context, name, password string) (oneTime string, err error) {
	err = d.Change(ctx, name, assets.AnyRev, "account password reset", func(a *Account) (err error) {
		a.Generation = newGeneration()
		oneTime, err = d.givePassword(ctx, a, password)
		return err
	})
	return oneTime, err
}

// ResetOTP takes the second factor away and ends the sessions.
func (d *Directory) ResetOTP(ctx context.Context, name string) error {
	return d.Change(ctx, name, assets.AnyRev, "account otp reset", func(a *Account) error {
		a.Generation, a.OTP, a.OTPPending, a.OTPStep = newGeneration(), "", "", 0
		return nil
	})
}

// Change changes the account of that revision, or of any, by f.
func (d *Directory) Change(ctx context.Context, name string, was int64, what audit.Action, f func(*Account) error) error {
	for try := 1; ; try++ {
		is, err := d.Account(name)
		if err != nil {
			return err
		}
		if was != assets.AnyRev && was != is.Rev {
			return fmt.Errorf("%w: account %s has revision %d, not %d", assets.ErrConflict, name, is.Rev, was)
		}
		next := is.clone()
		if err := f(next); err != nil {
			return err
		}
		if err := next.check(); err != nil {
			return err
		}
		_, err = d.put(ctx, next, d.about(ctx, what, next))
		if was != assets.AnyRev || try == proveTries || !errors.Is(err, assets.ErrConflict) {
			return err
		}
		if err := d.Refresh(ctx); err != nil { // another node was faster
			return err
		}
	}
}

// guarded refuses a change of rights by which somebody would change their own, or
// by which nobody would be left who admits others.
func (d *Directory) guarded(ctx context.Context, before, after *Account) error {
	if audit.From(ctx).Who == before.Name {
		return fmt.Errorf("%w: %s may not change what %s may", access.ErrDenied, before.Name, before.Name)
	}
	if !before.admits() || after.admits() {
		return nil
	}
	for _, a := range d.Accounts() {
		if a.Name != before.Name && a.admits() && a.Demo == before.Demo {
			return nil
		}
	}
	return fmt.Errorf("%w: account %s is the last that admits others", assets.ErrConflict, before.Name)
}

// givePassword gives the account the password, or makes one that must be changed.
func (d *Directory) givePassword(ctx context.Context, a *Account, password string) (oneTime string, err error) {
	a.OneTime = password == ""
	if a.OneTime {
		oneTime = NewPassword()
		password = oneTime
	} else if err := checkPassword(a.Name, password); err != nil {
		return "", err
	}
	done, err := d.hashes.turn(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	d.replace(a, password)
	return oneTime, nil
}

// replace makes it the account's password. The caller has its turn.
func (d *Directory) replace(a *Account, password string) {
	if a.Password != "" {
		a.Former = slices.Insert(a.Former, 0, a.Password)
		a.Former = a.Former[:min(len(a.Former), keptFormer-1)]
	}
	a.Password, a.PasswordAt = hash(password), d.now().UTC()
}

// take takes over what an administrator says.
func (a *Account) take(s Spec) {
	a.Title, a.Roles, a.Areas, a.Unit, a.Disabled = s.Title, s.Roles, s.Areas, s.Unit, s.Disabled
}

// about is the audit entry of a change of an account, with what it may now.
func (d *Directory) about(ctx context.Context, what audit.Action, a *Account) audit.Entry {
	e := audit.From(ctx).Entry(what, "account "+a.Name, audit.Done)
	// What it marshals are words: it cannot fail.
	detail := map[string]any{"roles": a.Roles, "areas": a.Areas, "disabled": a.Disabled}
	if a.Unit != "" {
		detail["unit"] = a.Unit
	}
	e.Detail, _ = json.Marshal(detail)
	return e
}

// newGeneration is another one than any before.
func newGeneration() int64 { return rand.Int64() }
