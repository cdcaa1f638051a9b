package api

import "net/http"

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
