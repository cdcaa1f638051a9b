package api

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"suhe/internal/access"
	"suhe/internal/account"
	"suhe/internal/account/idp"
	"suhe/internal/door"
)

// City is an identity provider; see idp.Provider.
type City interface {
	Source() string
	Start(ctx context.Context) (address, cookie string, err error)
	Finish(ctx context.Context, cookie string, query url.Values) (account.Identity, error)
}

// Federation lets in whom a City knows; see account.Logins.
type Federation interface {
	Federated(ctx context.Context, who account.Identity, address netip.Addr) (account.Login, error)
	NotFederated(ctx context.Context, source, lost string, address netip.Addr, why string) error
}

// city finds the provider of the path. What comes from one address is bounded
// before that.
func (s *server) city(r *http.Request) (City, error) {
	if err := s.limits.admit(r, access.Principal{ID: "logins"}, time.Now()); err != nil {
		return nil, err
	}
	c := s.Cities[r.PathValue("name")]
	if c == nil {
		return nil, notFound(r)
	}
	return c, nil
}

// startOIDC sends the browser to the provider.
func (s *server) startOIDC(w http.ResponseWriter, r *http.Request) error {
	city, err := s.city(r)
	if err != nil {
		return err
	}
	address, cookie, err := city.Start(r.Context())
	if err != nil {
		return s.turnAway(w, r, city, err)
	}
	setFlow(w, r, cookie)
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, address, http.StatusSeeOther)
	return nil
}

// finishOIDC lets in who comes back from the provider.
func (s *server) finishOIDC(w http.ResponseWriter, r *http.Request) error {
	city, err := s.city(r)
	if err != nil {
		return err
	}
	var begun string
	if c, err := r.Cookie(door.CookieName(r, flowCookie)); err == nil {
		begun = c.Value
	}
	setFlow(w, r, "")
	who, err := city.Finish(r.Context(), begun, r.URL.Query())
	if err != nil {
		return s.turnAway(w, r, city, err)
	}
	in, err := s.Federation.Federated(r.Context(), who, door.Address(r))
	if errors.Is(err, access.ErrDenied) {
		err = &idp.Refusal{Why: idp.Closed}
	}
	if err != nil {
		return s.turnAway(w, r, city, err)
	}
	account.SetCookie(w, r, in.Token, in.Expires)
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

// turnAway records that somebody was not let in, and shows a page that says why.
func (s *server) turnAway(w http.ResponseWriter, r *http.Request, city City, err error) error {
	var refusal *idp.Refusal
	if !errors.As(err, &refusal) {
		return err
	}
	s.Log.Warn("not let in", "from", city.Source(), "err", refusal)
	if err := s.Federation.NotFederated(r.Context(), city.Source(), refusal.Lost, door.Address(r), refusal.Error()); err != nil {
		return err
	}
	return showRefusal(w, refusal.Why)
}

// flowCookie is the name of the cookie of a login that was begun, which has the
// provider's name inside; see door.CookieName.
const flowCookie = "suhe_oidc"

// setFlow makes the cookie of a login that was begun, or removes it. It comes back
// from the provider's page, so it is Lax.
func setFlow(w http.ResponseWriter, r *http.Request, value string) {
	c := door.Cookie(r, flowCookie, value)
	c.MaxAge, c.SameSite = int(idp.FlowLife.Seconds()), http.SameSiteLaxMode
	if value == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}
