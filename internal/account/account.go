// Package account says who somebody is: local accounts with their passwords and
// second factors, the login sessions that they have, and the gate that every
// request passes with what it brings along to say who asks.
//
// Accounts and sessions are settings, so all nodes of a store know the same ones.
// Each node keeps them in memory and asks once a second whether anything changed:
// what is decided about an account holds on every node within two seconds, also
// for what is connected. While the store is away nobody can log in, and who is
// logged in stays so.
package account

import (
	"fmt"
	"regexp"
	"slices"
	"time"
	"unicode/utf8"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/settings"
)

// The kinds of settings that this package reads. It owns the documents of
// accounts and sessions. A tree's document is an access.Trees, and all trees are
// taken together.
const (
	Kind        settings.Kind = "account"
	SessionKind settings.Kind = "session"
	TreeKind    settings.Kind = "tree"
)

// Account is one local account.
type Account struct {
	Name string `json:"-"` // of the setting
	Rev  int64  `json:"-"` // of the setting

	Title    string        `json:"title,omitempty"` // to show
	Roles    []access.Role `json:"roles"`
	Areas    []string      `json:"areas"`          // see access.Grant
	Unit     string        `json:"unit,omitempty"` // that incidents are dispatched to
	Disabled bool          `json:"disabled,omitempty"`
	Demo     bool          `json:"demo,omitempty"` // good only while a node runs as a demo
	Unlocked time.Time     `json:"unlocked,omitzero"`

	// Generation is another after each time that the account was logged out
	// everywhere: sessions of an earlier one are over.
	Generation int64 `json:"generation"`

	Password   string    `json:"password,omitempty"` // PHC string; "": nobody logs in by a password
	PasswordAt time.Time `json:"passwordAt,omitzero"`
	OneTime    bool      `json:"oneTime,omitempty"` // the password must be changed before anything else
	Former     []string  `json:"former,omitempty"`  // PHC strings of the passwords before, the latest first

	Source  string `json:"source,omitempty"`  // where people of another place come from, as oidc:NAME; "": here
	Subject string `json:"subject,omitempty"` // who they are there

	OTP        string `json:"otp,omitempty"`        // secret of the second factor, base 32; sealed in the store
	OTPStep    int64  `json:"otpStep,omitempty"`    // of the last code that was used
	OTPPending string `json:"otpPending,omitempty"` // a secret that has yet to be confirmed

	stale bool // a secret is in the store in plain text, or sealed with an old key
}

// nameForm is what an account may be called: what begins with device:, gateway: or
// key: is no person.
var nameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,62}$`)

// The bounds of an account.
const (
	maxTitle = 100 // bytes
	maxAreas = 100
	maxArea  = 64 // bytes
	maxUnit  = 128
)

// check says what is wrong with the account, without its secrets.
func (a *Account) check() error {
	if !nameForm.MatchString(a.Name) {
		return fmt.Errorf("%w: name: %.80q, want 1 to 63 of a-z, 0-9, ., _ and -", assets.ErrInvalid, a.Name)
	}
	if len(a.Title) > maxTitle {
		return fmt.Errorf("%w: title: %d bytes, want at most %d", assets.ErrInvalid, len(a.Title), maxTitle)
	}
	if len(a.Unit) > maxUnit || !utf8.ValidString(a.Unit) {
		return fmt.Errorf("%w: unit: %d bytes, want at most %d of UTF-8", assets.ErrInvalid, len(a.Unit), maxUnit)
	}
	if err := access.CheckRoles(a.Roles); err != nil {
		return err
	}
	if err := a.fromElsewhere(); err != nil {
		return err
	}
	if len(a.Areas) > maxAreas {
		return fmt.Errorf("%w: areas: %d, want at most %d", assets.ErrInvalid, len(a.Areas), maxAreas)
	}
	for _, area := range a.Areas {
		if area == "" || len(area) > maxArea {
			return fmt.Errorf("%w: areas: %.80q, want 1 to %d bytes", assets.ErrInvalid, area, maxArea)
		}
	}
	return nil
}

// admits says whether the account may say who comes in.
func (a *Account) admits() bool {
	return !a.Disabled && slices.ContainsFunc(a.Roles, func(r access.Role) bool {
		spec, _ := r.Spec()
		return slices.Contains(spec.Actions, access.Admit)
	})
}

// sameRights says whether both may the same.
func (a *Account) sameRights(b *Account) bool {
	return slices.Equal(a.Roles, b.Roles) && slices.Equal(a.Areas, b.Areas) && a.Unit == b.Unit && a.Disabled == b.Disabled
}

// clone is a copy that can be changed.
func (a *Account) clone() *Account {
	c := *a
	c.Roles, c.Areas, c.Former = slices.Clone(a.Roles), slices.Clone(a.Areas), slices.Clone(a.Former)
	return &c
}
