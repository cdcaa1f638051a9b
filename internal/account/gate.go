package account

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"suhe/internal/access"
	"suhe/internal/door"
)

// Credential is a way to say who one is.
type Credential interface {
	// Who says whose request it is; presented: it brings this credential along. A
	// credential that is presented and wrong is an error that wraps
	// access.ErrUnauthenticated or access.ErrDenied.
	Who(r *http.Request) (who access.Principal, presented bool, err error)
}

// Reviewer is a Credential that can be asked again about who came by it, for what
// is connected and for tickets.
type Reviewer interface {
	// Still returns the principal with the rights that it has now; an error: it has
	// none any more. mine is false if it did not come by this credential.
	Still(who access.Principal) (now access.Principal, mine bool, err error)
}

// Gate asks the credentials in order; the first that is presented counts.
type Gate []Credential

// Who implements api.Gate. Whatever is wrong with what is presented is said in the
// same words; see access.Unbelieved.
func (g Gate) Who(r *http.Request) (access.Principal, error) {
	for _, c := range g {
		if who, presented, err := c.Who(r); presented || err != nil {
			return who, access.Unbelieved(err)
		}
	}
	return access.Principal{}, access.ErrNobody
}

// Still says what a principal that was let in before may now.
func (g Gate) Still(who access.Principal) (access.Principal, error) {
	for _, c := range g {
		reviewer, is := c.(Reviewer)
		if !is {
			continue
		}
		if now, mine, err := reviewer.Still(who); mine || err != nil {
			return now, err
		}
	}
	return who, nil
}

// Authorization is what the header Authorization says behind the scheme, as it
// stands there; false: it names another scheme, or is not there.
func Authorization(r *http.Request, scheme string) (text string, is bool) {
	said, text, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return text, strings.EqualFold(said, scheme)
}

// KeyPrefix is how an API key begins, which is a bearer token but none of a login.
const KeyPrefix = "suhe_key_"

// bearer takes login tokens from the header Authorization.
type bearer struct{ *Logins }

// Bearer is the credential of login tokens in the header Authorization.
func (l *Logins) Bearer() Credential { return bearer{l} }

// Who implements Credential.
func (b bearer) Who(r *http.Request) (access.Principal, bool, error) {
	token, presented := Authorization(r, "Bearer")
	if !presented || strings.HasPrefix(token, KeyPrefix) {
		return access.Principal{}, false, nil
	}
	who, err := b.Token(r.Context(), strings.TrimSpace(token))
	return who, true, err
}

// Still implements Reviewer, for the cookie as well.
func (b bearer) Still(who access.Principal) (access.Principal, bool, error) {
	if who.Session == "" {
		return who, false, nil
	}
	s := b.session(who.Session)
	if s == nil {
		return access.Principal{}, true, errOver
	}
	now, err := b.current(context.Background(), s)
	return now, true, err
}

// cookie takes login tokens from the session cookie.
type cookie struct{ *Logins }

// Cookie is the credential of pages. It is not enough for what a page of another
// origin asks to be changed (http.CrossOriginProtection), also if that page may ask
// as a program does.
func (l *Logins) Cookie() Credential { return cookie{l} }

// Who implements Credential.
func (c cookie) Who(r *http.Request) (access.Principal, bool, error) {
	is, err := r.Cookie(door.CookieName(r, sessionCookie))
	if err != nil {
		return access.Principal{}, false, nil
	}
	if err := c.origin.Check(r); err != nil {
		return access.Principal{}, true, fmt.Errorf("%w: session cookie: %s from a page of another origin", access.ErrDenied, r.Method)
	}
	who, err := c.Token(r.Context(), is.Value)
	return who, true, err
}

// sessionCookie is the session cookie's name; see door.CookieName.
const sessionCookie = "suhe_session"

// SetCookie makes the cookie of a login; without a token it removes it.
func SetCookie(w http.ResponseWriter, r *http.Request, token string, until time.Time) {
	is := door.Cookie(r, sessionCookie, token)
	is.Expires = until
	if token == "" {
		is.MaxAge = -1
	}
	http.SetCookie(w, is)
}

var errOver = fmt.Errorf("%w: the session is over, log in again", access.ErrUnauthenticated)

// maxVerified bounds the tokens whose signature is known to be good.
const maxVerified = 20_000

// Token says whose login token it is.
func (l *Logins) Token(ctx context.Context, token string) (access.Principal, error) {
	l.mu.RLock()
	id, known := l.verified[token]
	l.mu.RUnlock()
	var said claims
	if !known {
		var err error
		if said, err = l.Key.verify(token); err != nil {
			return access.Principal{}, err
		}
		id = said.Session
	}
	s := l.session(id)
	if s == nil && !known {
		// It may have begun on another node just now.
		if err := l.Refresh(ctx); err != nil {
			return access.Principal{}, busy(err)
		}
		s = l.session(id)
	}
	if s == nil {
		return access.Principal{}, errOver
	}
	if !known {
		l.mu.Lock()
		if len(l.verified) >= maxVerified {
			clear(l.verified)
		}
		l.verified[token] = id
		l.mu.Unlock()
	}
	return l.use(ctx, s)
}

// use is current for a request, which keeps the session from being idle.
func (l *Logins) use(ctx context.Context, s *session) (access.Principal, error) {
	who, err := l.current(ctx, s)
	if now := l.moment(); err == nil && now-s.used.Load() > int64(time.Second) {
		s.used.Store(now)
	}
	return who, err
}

// current is whose session it is, with the rights of now.
func (l *Logins) current(ctx context.Context, s *session) (access.Principal, error) {
	who, good := l.principal(s)
	if !good || !l.now().Before(s.Until) || l.idle(ctx, s) {
		return access.Principal{}, errOver
	}
	return who, nil
}

// principal is whose session it is, if the account still stands by it.
func (l *Logins) principal(s *session) (access.Principal, bool) {
	is, good := l.find(s.Account)
	if !good || is.Generation != s.Generation {
		return access.Principal{}, false
	}
	return access.Principal{ID: is.Name, Name: is.Title, Roles: is.Roles, Areas: is.Areas, Unit: is.Unit, Scope: is.scope, Session: s.id, Demo: is.Demo}, true
}

// idle says whether the session was not used for too long, on any node.
func (l *Logins) idle(ctx context.Context, s *session) bool {
	limit := l.moment() - int64(l.Idle)
	if s.used.Load() >= limit {
		return false
	}
	var elsewhere time.Time
	if _, err := kept(ctx, l.Table, usedKey(s.id), &elsewhere); err != nil || l.momentOf(elsewhere) < limit {
		return true
	}
	s.used.Store(max(s.used.Load(), l.momentOf(elsewhere)))
	return false
}

// Ends are when a session is over if it is not used any more, and when it is in any
// case; zero of a session that is not there.
func (l *Logins) Ends(session string) (idle, ends time.Time) {
	s := l.session(session)
	if s == nil {
		return idle, ends
	}
	return l.timeOf(s.used.Load()).Add(l.Idle), s.Until
}
