package account

import (
	"context"
	"encoding/json"
	"fmt"

	"suhe/assets"
	"suhe/internal/seal"
	"suhe/internal/settings"
)

// Sealer seals the secrets of second factors, so that who reads the store or a backup
// has no codes; *seal.Keys is one.
type Sealer interface {
	Seal(value string, of ...string) string
	Open(sealed string, of ...string) (string, error)
	Current(sealed string) bool
}

// secrets are those of the account that are kept sealed, by their fields.
func (a *Account) secrets() map[string]*string {
	return map[string]*string{"otp": &a.OTP, "otpPending": &a.OTPPending}
}

// sealed is the account as it is written to the store.
func (d *Directory) sealed(a *Account) *Account {
	if d.seal == nil {
		return a
	}
	out := a.clone()
	for field, secret := range out.secrets() {
		if *secret != "" && !seal.Is(*secret) {
			*secret = d.seal.Seal(*secret, string(Kind), a.Name, field)
		}
	}
	return out
}

// readAccount takes an account out of its setting. A secret that cannot be opened
// stays sealed: no code is one of it, and the account does not do without codes.
func (d *Directory) readAccount(s settings.Setting) (*Account, error) {
	a := new(Account)
	if err := json.Unmarshal(s.Doc, a); err != nil {
		return nil, fmt.Errorf("account %s: %w", s.Name, err)
	}
	a.Name, a.Rev = s.Name, s.Rev
	if d.seal == nil {
		return a, nil
	}
	for field, secret := range a.secrets() {
		if *secret == "" {
			continue
		}
		a.stale = a.stale || !d.seal.Current(*secret)
		if !seal.Is(*secret) {
			continue
		}
		plain, err := d.seal.Open(*secret, string(Kind), a.Name, field)
		if err != nil {
			d.log.Error("the second factor of an account cannot be opened: its codes are refused", "account", a.Name, "err", err)
			continue
		}
		*secret = plain
	}
	return a, nil
}

// Reseal seals the secrets that are in the store in plain text, or sealed with an old
// key, with the newest. It returns of how many accounts.
func (d *Directory) Reseal(ctx context.Context) (n int, err error) {
	for _, a := range d.Accounts() {
		if !a.stale {
			continue
		}
		if err := d.Change(ctx, a.Name, assets.AnyRev, "account seal", func(*Account) error { return nil }); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
