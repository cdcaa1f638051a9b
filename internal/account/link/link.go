// Package link is signed links for big screens that nobody attends: whoever opens
// the link at the screen's address sees what the link shows, until it ends or is
// revoked, and can do nothing.
//
// The link's text is an id and a MAC (HMAC-SHA-256, RFC 2104) over all that the
// link says, by a key that is not in the store: who can write to the store cannot
// make a link, nor change one to another account, address or page. Opening it
// exchanges the text for a cookie that belongs to the screen, so the text is in
// the address bar for one request only.
package link

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"time"
	"unicode"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/account"
	"suhe/internal/settings"
)

// Kind is that of the settings that hold links, by their id.
const Kind settings.Kind = "link"

// Link is one link, without its text.
type Link struct {
	ID      string       `json:"id"`
	Name    string       `json:"name"`    // which screen
	Account string       `json:"account"` // whose view it shows
	Grant   access.Grant `json:"grant"`   // narrows the account's, see access.Grant.Narrow; View at most
	Address netip.Prefix `json:"address"` // from where it is opened and used
	Page    string       `json:"page"`    // path that it opens
	Made    time.Time    `json:"made"`
	Expires time.Time    `json:"expires"`
	Revoked time.Time    `json:"revoked,omitzero"`
}

// Wish is what a link is to be.
type Wish struct {
	Name    string       `json:"name"`
	Account string       `json:"account"`
	Grant   access.Grant `json:"grant"`
	Address string       `json:"address"` // an address or a CIDR block
	Page    string       `json:"page"`
	Expires time.Time    `json:"expires"`
}

// NewWish is the wish for a link to the first page that shows no more than what is
// for inner use.
func NewWish() Wish { return Wish{Page: "/", Grant: access.Grant{Sensitivity: assets.Internal}} }

// The bounds of links.
const (
	maxPage  = 200 // bytes
	maxLinks = 1_000

	idLength   = 26
	macLength  = 43
	textLength = idLength + 1 + macLength
)

// link makes a link of the wish; the error wraps assets.ErrInvalid.
func (w *Wish) link(now time.Time) (l Link, err error) {
	if err := account.CheckDeputy(w.Name, now, w.Expires); err != nil {
		return l, err
	}
	if err := account.CheckNarrowing(w.Grant); err != nil {
		return l, err
	}
	if err := checkPage(w.Page); err != nil {
		return l, err
	}
	address, err := parseAddress(w.Address)
	if err != nil {
		return l, err
	}
	return Link{ID: rand.Text(), Name: w.Name, Account: w.Account, Grant: w.Grant, Address: address, Page: w.Page,
		Made: now, Expires: w.Expires.UTC().Truncate(time.Second)}, nil
}

// parseAddress reads an address or a CIDR block. A block of everybody is refused:
// such a link would be bound to no screen.
func parseAddress(text string) (netip.Prefix, error) {
	bad := fmt.Errorf("%w: address: %.60q, want an IP address or a block of addresses like 10.1.2.0/24", assets.ErrInvalid, text)
	if a, err := netip.ParseAddr(text); err == nil {
		if a.Zone() != "" {
			return netip.Prefix{}, bad
		}
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(text)
	if err != nil || p.Masked() != p || p.Addr().Is4In6() {
		return netip.Prefix{}, bad
	}
	if p.Bits() < 8 {
		return netip.Prefix{}, fmt.Errorf("%w: address: %s, want a block of /8 or smaller", assets.ErrInvalid, p)
	}
	return p, nil
}

// checkPage wants a path of our own: a browser that is sent there stays with us.
func checkPage(page string) error {
	u, err := url.Parse(page)
	if err != nil || len(page) > maxPage || !strings.HasPrefix(page, "/") || strings.HasPrefix(page, "//") || u.Host != "" || u.Scheme != "" ||
		strings.ContainsFunc(page, func(c rune) bool { return c == '\\' || c <= ' ' || c > unicode.MaxASCII || unicode.IsControl(c) }) {
		return fmt.Errorf("%w: page: %.220q, want a path of this server like /?view=quay of at most %d bytes", assets.ErrInvalid, page, maxPage)
	}
	return nil
}

// alive says whether the link is good at the time.
func (l *Link) alive(now time.Time) bool { return l.Revoked.IsZero() && now.Before(l.Expires) }

// at says whether the address is the screen's.
func (l *Link) at(address netip.Addr) bool { return l.Address.Contains(address.Unmap().WithZone("")) }

// use is what a MAC is good for.
type use string

const (
	toOpen use = "open"   // the text of a link
	toSee  use = "screen" // the cookie of a screen
)

// text is id and MAC of the link.
func (l *Link) text(key []byte, u use) string { return l.ID + "." + l.mac(key, u) }

// mac is over all that the link says but whether it was revoked.
func (l *Link) mac(key []byte, u use) string {
	m := hmac.New(sha256.New, key)
	// %q lets nothing in one part look like the beginning of the next.
	fmt.Fprintf(m, "%q %q %q %q %q %q %d %d", u, l.ID, l.Name, l.Account, l.Address, l.Page, l.Made.Unix(), l.Expires.Unix())
	g := l.Grant
	fmt.Fprintf(m, " %t %q %t %q %q %d %q %t %q %t", g.Actions == nil, g.Actions, g.Kinds == nil, g.Kinds, g.Classes, g.Sensitivity, g.Hidden, g.Areas == nil, g.Areas, g.Delayed)
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// parse splits a text into id and MAC; false: it is none.
func parse(text string) (id, mac string, ok bool) {
	if len(text) != textLength || text[idLength] != '.' {
		return "", "", false
	}
	return text[:idLength], text[idLength+1:], true
}
