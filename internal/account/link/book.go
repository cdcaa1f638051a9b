package link

import (
	"context"
	"crypto/hmac"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"suhe/internal/access"
	"suhe/internal/account"
	"suhe/internal/audit"
	"suhe/internal/door"
	"suhe/internal/settings"
)

// Options are a Book's settings.
type Options struct {
	Store  settings.Store   // must be set
	Record account.Recorder // must be set
	Owners account.Owners   // must be set
	Key    []byte           // that MACs are made with; see wholefile.Key
	Now    func() time.Time // nil: time.Now
	Log    *slog.Logger     // nil: none
}

// Book is all links. All methods may be called at once.
type Book struct {
	o       Options
	links   *settings.Shelf[*held]
	changes sync.Mutex // of the store, one at a time from this node
}

var (
	_ account.Credential = (*Book)(nil)
	_ account.Reviewer   = (*Book)(nil)
)

// held is a link in memory.
type held struct {
	Link
	deputy account.Deputy // of the account
}

// read takes a link out of its setting.
func read(s settings.Setting) (*held, error) {
	l := new(held)
	if err := json.Unmarshal(s.Doc, &l.Link); err != nil {
		return nil, err
	}
	if l.ID != s.Name {
		return nil, fmt.Errorf("id: %.40q, want %.40q", l.ID, s.Name)
	}
	return l, nil
}

// New makes a book without links; see Refresh.
func New(o Options) *Book {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Book{o: o, links: settings.NewShelf(o.Store, Kind, o.Log, read)}
}

// Refresh reads the links that have changed in the store; see settings.Shelf.
func (b *Book) Refresh(ctx context.Context) error {
	_, err := b.links.Refresh(ctx)
	return err
}

// Cookie is the name of the cookie of a screen; see door.CookieName.
const Cookie = "suhe_screen"

// principalPrefix begins the ids of principals that see by a link.
const principalPrefix = "link:"

// Open takes the text of a link, once for each time that the screen begins, and
// returns the value of the screen's cookie and the link. Every opening is in the
// audit record, refused ones with the reason. The error wraps
// access.ErrUnauthenticated, the same for whatever is wrong, or is of the record:
// what cannot be recorded is not opened.
func (b *Book) Open(r *http.Request, text string) (l Link, cookie string, err error) {
	h, _, wrong := b.judge(text, toOpen, r)
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
		e.Address = door.Address(r).String()
	}
	if e.Detail, err = json.Marshal(detail); err != nil {
		return l, "", err
	}
	if err := b.o.Record.AppendAudit(r.Context(), e); err != nil {
		return l, "", fmt.Errorf("link: %w", err)
	}
	if wrong != "" {
		return l, "", access.ErrUnauthenticated
	}
	return h.Link, h.text(b.o.Key, toSee), nil
}

// judge finds the link of a text and who sees by it; wrong says why it is not good
// for that, here and now. The link is returned with it only if the text is really its.
func (b *Book) judge(text string, u use, r *http.Request) (l *held, who access.Principal, wrong string) {
	id, mac, ok := parse(text)
	if !ok {
		return nil, who, "no link"
	}
	found, known := b.links.Get(id)
	if l = found.Is; !known {
		l = new(held)
	}
	if !hmac.Equal([]byte(l.mac(b.o.Key, u)), []byte(mac)) || !known {
		return nil, who, "no link of ours"
	}
	switch is, in := b.principal(l); {
	case !l.Revoked.IsZero():
		return l, who, "revoked"
	case !l.alive(b.o.Now()):
		return l, who, "expired"
	case !l.at(door.Address(r)):
		return l, who, "opened at another address"
	case !in:
		return l, who, "its account may not come in"
	default:
		return l, is, ""
	}
}

// principal is who sees by the link; false: its account may not come in.
func (b *Book) principal(l *held) (access.Principal, bool) {
	by := l.Grant
	by.Actions = []access.Action{access.View}
	who, ok := l.deputy.Act(b.o.Owners, l.Account, by)
	who.ID, who.Name = principalPrefix+l.ID, l.Name
	return who, ok
}

// Who takes the cookie that Open gave.
func (b *Book) Who(r *http.Request) (who access.Principal, presented bool, err error) {
	cookie, err := r.Cookie(door.CookieName(r, Cookie))
	if err != nil {
		return who, false, nil
	}
	_, who, wrong := b.judge(cookie.Value, toSee, r)
	if wrong != "" {
		return who, true, access.ErrUnauthenticated
	}
	return who, true, nil
}

// Still implements account.Reviewer.
func (b *Book) Still(was access.Principal) (now access.Principal, mine bool, err error) {
	return account.Still(was, principalPrefix, func(id string) (who access.Principal, ok bool) {
		l, known := b.links.Get(id)
		if !known || !l.Is.alive(b.o.Now()) {
			return who, false
		}
		return b.principal(l.Is)
	})
}
