package api

import (
	"fmt"
	"net/http"
	"time"

	"suhe/assets"
	"suhe/internal/access"
)

// me is what somebody may know of themselves: pages show by it what can be done.
type me struct {
	ID          string             `json:"id"`
	Name        string             `json:"name"`
	Roles       []access.Role      `json:"roles"`
	Areas       []string           `json:"areas"`
	Unit        string             `json:"unit,omitempty"`
	Actions     []access.Action    `json:"actions"`
	Sensitivity assets.Sensitivity `json:"sensitivity"`
	Delayed     bool               `json:"delayed"`
	Delay       float64            `json:"delay"` // of what is shown, in seconds
	Demo        bool               `json:"demo"`
	Session     *sessionAnswer     `json:"session,omitempty"`
}

type sessionAnswer struct {
	Expires   time.Time `json:"expires"`
	IdleUntil time.Time `json:"idleUntil"`
}

func (s *server) me(w http.ResponseWriter, _ *http.Request, who access.Principal) error {
	answerUnkept(w, http.StatusOK, s.meOf(who))
	return nil
}

func (s *server) meOf(who access.Principal) me {
	out := me{ID: who.ID, Name: who.Name, Roles: notNull(who.Roles), Areas: notNull(who.Areas), Unit: who.Unit, Actions: []access.Action{},
		Delayed: who.Scope.Delayed(), Demo: who.Demo}
	if out.Delayed && s.Public != nil {
		out.Delay = s.Public.Delay().Seconds()
	}
	for _, a := range access.Actions() {
		if who.Scope.May(a) {
			out.Actions = append(out.Actions, a)
		}
	}
	for l := assets.Public; l <= assets.Personal; l++ {
		if who.Scope.Shows("", l) {
			out.Sensitivity = l
		}
	}
	if idle, ends := s.Logins.Ends(who.Session); !ends.IsZero() {
		out.Session = &sessionAnswer{ends.In(shanghai), idle.In(shanghai)}
	}
	return out
}

// notNull is the list, which JSON shows as one also if it is empty.
func notNull[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// flag reads a parameter that is true or false; it is false if it is not there.
func flag(r *http.Request, name string) (bool, error) {
	switch text := r.URL.Query().Get(name); text {
	case "", "false":
		return false, nil
	case "true":
		return true, nil
	default:
		return false, fmt.Errorf("%w: %s: %.40q, want true or false", assets.ErrInvalid, name, text)
	}
}

// Provider is another place where one can log in.
type Provider struct {
	Name  string `json:"name"`
	Start string `json:"start"` // address that begins it
}

// demoAccount is one of those that the login page offers in the demo.
type demoAccount struct {
	Username string      `json:"username"`
	Role     access.Role `json:"role"`
	Name     string      `json:"name"`
	NameEn   string      `json:"nameEn"`
}

// site tells the login page, which nobody has to be known for, where it is.
func (s *server) site(w http.ResponseWriter, _ *http.Request) error {
	demo := []demoAccount{}
	if s.Site.Scene.Demo {
		for _, spec := range access.Roles() {
			demo = append(demo, demoAccount{string(spec.Role), spec.Role, spec.Name, spec.NameEn})
		}
	}
	w.Header().Set("Cache-Control", "no-cache")
	answer(w, struct {
		Title        string        `json:"title"`
		TitleEn      string        `json:"titleEn"`
		Demo         bool          `json:"demo"`
		DemoAccounts []demoAccount `json:"demoAccounts"`
		OIDC         []Provider    `json:"oidc"`
		Version      string        `json:"version"`
	}{s.Site.Scene.Title, s.Site.Scene.TitleEn, s.Site.Scene.Demo, demo, notNull(s.Site.OIDC), s.Site.Scene.Version})
	return nil
}
