package api

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"suhe/internal/access"
)

// handler answers a request of a principal, or returns the error to answer with.
type handler func(w http.ResponseWriter, r *http.Request, who access.Principal) error

// route adds a route that only those may take whose scope allows the action.
func (s *server) route(pattern string, action access.Action, h handler) {
	s.credited(pattern, string(action), permitted(action, h))
}

// permitted lets the handler run for those alone whose scope allows the action.
func permitted(action access.Action, h handler) handler {
	return func(w http.ResponseWriter, r *http.Request, who access.Principal) error {
		if !who.Scope.May(action) {
			return access.Denied(who, action)
		}
		return h(w, r, who)
	}
}

// hailed is route for a WebSocket whose client may also say who it is by its first
// message: a page of another origin can send no header along. Until then it is
// nobody, who may nothing.
func (s *server) hailed(pattern string, action access.Action, h handler) {
	s.handle(pattern, string(action), func(w http.ResponseWriter, r *http.Request) {
		who, err := s.who(r)
		if errors.Is(err, access.ErrNobody) && strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
			s.serve(w, r, access.Principal{}, nil, h)
			return
		}
		s.serve(w, r, who, err, permitted(action, h))
	})
}

// own adds a route about the caller alone, whoever it is.
func (s *server) own(pattern string, h handler) { s.credited(pattern, Own, h) }

// credited adds a route that wants to know who asks.
func (s *server) credited(pattern, takes string, h handler) {
	s.handle(pattern, takes, func(w http.ResponseWriter, r *http.Request) {
		who, err := s.who(r)
		s.serve(w, r, who, err, h)
	})
}

// serve answers a request of who asks, or with what is wrong with that.
func (s *server) serve(w http.ResponseWriter, r *http.Request, who access.Principal, err error, h handler) {
	r, wrong := acting(r, who)
	if err == nil {
		err = wrong
	}
	if err == nil {
		err = h(w, r, who)
	}
	if err != nil {
		s.fail(w, r, err)
	}
}

// who finds out who asks, and whether it does not ask too often. Saying who one is
// costs us some work, so an address that often cannot is not listened to.
func (s *server) who(r *http.Request) (access.Principal, error) {
	now := time.Now()
	if err := s.limits.stranger(r, 0, now); err != nil {
		return access.Principal{}, err
	}
	who, err := s.Gate.Who(r)
	if err != nil {
		_ = s.limits.stranger(r, 1, now) // counted; what is wrong is known
		return access.Principal{}, err
	}
	return who, s.limits.admit(r, who, now)
}

// signed adds a route whose requests are signed: who signs may take its one
// action and nothing else, so the handler checks the signature first of all.
// What comes from one address is bounded before that.
func (s *server) signed(pattern string, h func(w http.ResponseWriter, r *http.Request) error) {
	s.handle(pattern, Signed, func(w http.ResponseWriter, r *http.Request) {
		r, _ = acting(r, access.Principal{}) // a machine gives no reasons
		err := s.limits.admit(r, access.Principal{ID: "hooks"}, time.Now())
		if err == nil {
			err = h(w, r)
		}
		if errors.Is(err, access.ErrUnauthenticated) {
			w.Header().Set("WWW-Authenticate", access.SignatureHeader)
		}
		if err != nil {
			s.fail(w, r, err)
		}
	})
}

// open adds a route for everybody: health, the page's own files, and logging in,
// which records refusals itself.
func (s *server) open(pattern string, h func(w http.ResponseWriter, r *http.Request) error) {
	s.handle(pattern, Open, func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			fail(w, r, s.Log, err)
		}
	})
}
