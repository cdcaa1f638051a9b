package link

import (
	"context"
	"crypto/hmac"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"suhe/internal/access"
	"suhe/internal/account"
	"suhe/internal/audit"
	"suhe/internal/settings"
)

// Options are a Book's settings.
type Options struct {
	Store  settings.Store   // must be set
	Audit  audit.Store      // must be set
	Owners account.Owners   // must be set
	Key    []byte           // that MACs are made with; see access.KeyFile
	Now    func() time.Time // nil: time.Now
	Log    *slog.Logger     // nil: none
}

// Book is all links. All methods may be called at once.
type Book struct {
	o       Options
	links   atomic.Pointer[map[string]*held]
	changes sync.Mutex // of the store, one at a time from this node
}

var _ account.Credential = (*Book)(nil)

// held is a link as it was at the last Load.
type held struct {
	Link
	rev    int64
	deputy account.Deputy // of the account
}

// New makes a book without links; see Load.
func New(o Options) *Book {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	b := &Book{o: o}
	b.links.Store(&map[string]*held{})
	return b
}

// Load reads all links again; it is called when settings changed.
func (b *Book) Load(ctx context.Context) error {
	all, _, err := b.o.Store.Settings(ctx, Kind)
	if err != nil {
		return fmt.Errorf("links: %w", err)
	}
	links := make(map[string]*held, len(all))
	for _, s := range all {
		l := &held{rev: s.Rev}
		if err := json.Unmarshal(s.Doc, &l.Link); err != nil || l.ID != s.Name {
			b.o.Log.Error("link cannot be read, so it opens nothing", "link", s.Name, "err", err)
			continue
		}
		links[s.Name] = l
	}
	b.links.Store(&links)
	return nil
}

// Cookie is the name of the cookie of a screen.
const Cookie = "suhe_screen"

// principalPrefix begins the ids of principals that see by a link.
const principalPrefix = "link:"

// Open takes the text of a link, once for each time that the screen begins, and
// returns the value of the screen's cookie and the link. Every opening is in the
// audit record, refused ones with the reason. The error wraps
// access.ErrUnauthenticated, the same for whatever is wrong, or is of the record:
// what cannot be recorded is not opened.
func (b *Book) Open(r *http.Request, text string) (l Link, cookie string, err error) {
	h, wrong := b.judge(text, toOpen, r)
	e := audit.From(r.Context()).Entry("link open", "link", audit.Done)
	detail := map[string]any{}
	if h != nil {
		e.Who, e.What = principalPrefix+h.ID, "link "+h.ID
		detail["account"], detail["name"], detail["page"] = h.Account, h.Name, h.Page
	}
	if wrong != "" {
		e.Outcome, detail["why"] = audit.Refused, wrong
	}
	if e.Address == "" {
		e.Address = addressOf(r).String()
	}
	if e.Detail, err = json.Marshal(detail); err != nil {
		return l, "", err
	}
	if err := b.o.Audit.AppendAudit(r.Context(), e); err != nil {
		return l, "", fmt.Errorf("link: %w", err)
	}
	if wrong != "" {
		return l, "", access.ErrUnauthenticated
	}
	return h.Link, h.text(b.o.Key, toSee), nil
}

// judge finds the link of a text; wrong says why it is not good for that, here
// and now. The link is returned with it only if the text is really its.
func (b *Book) judge(text string, u use, r *http.Request) (l *held, wrong string) {
	id, mac, ok := parse(text)
	if !ok {
		return nil, "no link"
	}
	l, known := (*b.links.Load())[id]
	if !known {
		l = new(held)
	}
	if !hmac.Equal([]byte(l.mac(b.o.Key, u)), []byte(mac)) || !known {
		return nil, "no link of ours"
	}
	switch _, in := b.principal(l); {
	case !l.Revoked.IsZero():
		return l, "revoked"
	case !l.alive(b.o.Now()):
		return l, "expired"
	case !l.at(addressOf(r)):
		return l, "opened at another address"
	case !in:
		return l, "its account may not come in"
	}
	return l, ""
}

// principal is who sees by the link; false: its account may not come in.
func (b *Book) principal(l *held) (access.Principal, bool) {
	by := l.Grant
	by.Actions = []access.Action{access.View}
	who, ok := l.deputy.Act(b.o.Owners, l.Account, by)
	who.ID, who.Name = principalPrefix+l.ID, l.Name
	return who, ok
}

// addressOf is where the request comes from; the zero Addr, which is no screen's,
// if nobody can tell.
func addressOf(r *http.Request) netip.Addr {
	if at, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		return at.Addr().Unmap()
	}
	at, _ := netip.ParseAddr(r.RemoteAddr)
	return at.Unmap()
}

// Who takes the cookie that Open gave, by either name; see CookieName.
func (b *Book) Who(r *http.Request) (who access.Principal, presented bool, err error) {
	cookie, err := r.Cookie(CookieName(r.TLS != nil))
	if err != nil {
		return who, false, nil
	}
	l, wrong := b.judge(cookie.Value, toSee, r)
	if wrong != "" {
		return who, true, access.ErrUnauthenticated
	}
	who, _ = b.principal(l)
	return who, true, nil
}

// CookieName is what the screen's cookie is called. With TLS a browser takes one
// of that name from nobody but us (RFC 6265bis, 4.1.3.2).
func CookieName(secure bool) string {
	if secure {
		return "__Host-" + Cookie
	}
	return Cookie
}

// Again is the principal that sees by a link, as it is now; false: it is good no
// longer, or no link's.
func (b *Book) Again(principal string) (access.Principal, bool) {
	id, ok := strings.CutPrefix(principal, principalPrefix)
	if !ok {
		return access.Principal{}, false
	}
	l := (*b.links.Load())[id]
	if l == nil || !l.alive(b.o.Now()) {
		return access.Principal{}, false
	}
	return b.principal(l)
}
