// Package key is API keys: what a program brings along to act for an account, with
// less than its owner's rights, for a time and up to a quota.
//
// A key is `suhe_key_ID_SECRET`. The secret is 256 bits from the system's source of
// randomness and is told once. Only its SHA-256 is kept: nobody guesses 256 bits,
// so a slow, salted hash, which protects what people think of, would add nothing
// but work for every request.
//
// Rights follow the owner's: what is decided about an account or a key holds on
// every node as soon as it has read the settings again. Requests are counted by
// each node for itself.
package key

import (
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/account"
	"suhe/internal/settings"
)

// Kind is that of the settings that hold keys, by their id.
const Kind settings.Kind = "key"

// Key is one key, without its secret.
type Key struct {
	ID      string       `json:"id"`
	Name    string       `json:"name"` // what it is for
	Owner   string       `json:"owner"`
	Grant   access.Grant `json:"grant"` // narrows the owner's, see access.Grant.Narrow
	Quota   Quota        `json:"quota"`
	Made    time.Time    `json:"made"`
	Expires time.Time    `json:"expires"`
	Revoked time.Time    `json:"revoked,omitzero"`
}

// document is a key as the setting holds it.
type document struct {
	Key
	Hash string `json:"hash"` // SHA-256 of the secret, hexadecimal
}

// Wish is what a key is to be. Zero values stand for: all that the owner may; the
// usual quota.
type Wish struct {
	Name    string       `json:"name"`
	Grant   access.Grant `json:"grant"`
	Quota   Quota        `json:"quota"`
	Expires time.Time    `json:"expires"`
}

// NewWish is the wish for a key that may all that its owner may.
func NewWish() Wish { return Wish{Grant: access.Grant{Sensitivity: assets.Personal}} }

// The bounds of keys.
const (
	maxKeys  = 10_000 // of all owners
	maxOwned = 50     // that are alive, of one owner
)

// alive says whether the key is good at the time.
func (k *Key) alive(now time.Time) bool { return k.Revoked.IsZero() && now.Before(k.Expires) }

// check says what is wrong with the wish, which wraps assets.ErrInvalid.
func (w *Wish) check(now time.Time) error {
	if err := account.CheckDeputy(w.Name, now, w.Expires); err != nil {
		return err
	}
	if err := w.Quota.check(); err != nil {
		return err
	}
	return account.CheckNarrowing(w.Grant)
}
