package api

import (
	"fmt"
	"net/http"
	"strings"
)

// Route is one row of the table of routes.
type Route struct {
	Pattern string // of http.ServeMux: "GET /v1/assets/{id}"
	Takes   string // the access.Action that the caller's scope must allow, or Open, Own or Signed
}

// What a route takes that takes no action.
const (
	Open   = "open"   // everybody
	Own    = "own"    // whoever says who it is
	Signed = "signed" // who signs the request
)

// Routes is the table of all routes, in order of their registration.
func Routes() []Route { return newServer(Deps{}).table }

// handle adds a route to the table and to the mux.
func (s *server) handle(pattern, takes string, h http.HandlerFunc) {
	s.table = append(s.table, Route{pattern, takes})
	s.mux.HandleFunc(pattern, h)
}

// pages is the pattern of the page's files, which is the one of every GET that no
// other route takes.
const pages = "GET /"

// methods are those that HTTP (RFC 9110) and PATCH (RFC 5789) have for resources.
var methods = [...]string{http.MethodDelete, http.MethodGet, http.MethodHead, http.MethodPatch, http.MethodPost, http.MethodPut}

// allowed are the methods that the address of a request has routes for; "GET, HEAD"
// of what may be a file of the page.
func (s *server) allowed(r *http.Request) string {
	ask := r.Clone(r.Context())
	var out []string
	for _, ask.Method = range methods {
		if _, pattern := s.mux.Handler(ask); pattern != "" && pattern != pages && pattern != others {
			out = append(out, ask.Method)
		}
	}
	return strings.Join(out, ", ")
}

// others is the pattern of what no route takes.
const others = "/"

// other refuses a request that no route takes: 405 with the methods of the routes
// of its address, or of the page.
func (s *server) other(w http.ResponseWriter, r *http.Request) error {
	allow := s.allowed(r)
	if allow == "" {
		allow = http.MethodGet + ", " + http.MethodHead
	}
	w.Header().Set("Allow", allow)
	return fmt.Errorf("%w: %.20s %s: want %s", errMethod, r.Method, r.URL.Path, allow)
}
