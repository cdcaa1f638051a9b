package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/audit"
	"suhe/internal/docket"
	"suhe/twin/incident"
)

// Incidents is where incidents are begun and led; see incident.Desk.
type Incidents interface {
	Begin(ctx context.Context, who access.Principal, f incident.Finding) (in incident.Incident, begun bool, err error)
	Do(ctx context.Context, who access.Principal, id assets.ID, v incident.Verb, ask incident.Ask, was int64) (incident.Incident, error)
	Attach(ctx context.Context, who access.Principal, id assets.ID, e incident.Evidence) (incident.Incident, error)
	IncidentRecords
	IncidentBoard
}

// IncidentRecords are incidents as the store has them.
type IncidentRecords interface {
	Get(ctx context.Context, who access.Principal, id assets.ID) (incident.Incident, error)
	Events(ctx context.Context, who access.Principal, id assets.ID) ([]incident.Event, error)
	Page(ctx context.Context, q docket.Query) ([]docket.Case, error)
	Evaluate(ctx context.Context, who access.Principal, by incident.By, from, to time.Time) ([]incident.Score, error)
	Reachable(who access.Principal, in *incident.Incident) []string
	Tables() incident.Tables
}

// IncidentBoard is what memory tells of those that are open.
type IncidentBoard interface {
	All() []*docket.Held[incident.Incident]
	Advise(in *incident.Incident, who access.Principal) incident.Advice
	Doubles(of *incident.Incident, who access.Principal) []incident.Double
}

// incidentClasses tells what incidents are of, and by what they are found.
func (s *server) incidentClasses(w http.ResponseWriter, _ *http.Request, _ access.Principal) error {
	t := s.Incidents.Tables()
	answer(w, struct {
		Edition  string                 `json:"edition"`
		Note     string                 `json:"note"`
		Calendar string                 `json:"calendar"`
		Classes  []incident.Class       `json:"classes"`
		Channels []incident.ChannelSpec `json:"channels"`
		States   []incident.State       `json:"states"`
		Verbs    []incident.Verb        `json:"verbs"`
	}{t.Classes.Edition, t.Classes.Note, t.Calendar.Edition, t.Classes.All(), incident.Channels(), incident.States(), incident.Verbs()})
	return nil
}

// beginIncident makes an incident of what the caller reports.
func (s *server) beginIncident(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	var f incident.Finding
	if err := readStrict(r, &f); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), showPatience)
	defer cancel()
	in, begun, err := s.Incidents.Begin(ctx, who, f)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if begun {
		status = http.StatusCreated
	}
	w.Header().Set("Location", "/v1/incidents/"+url.PathEscape(string(in.ID)))
	s.answerIncident(w, status, in, who)
	return nil
}

// incident tells all of one.
func (s *server) incident(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	in, err := s.named(r, who)
	if err != nil {
		return err
	}
	s.answerIncident(w, http.StatusOK, in, who)
	return nil
}

// named is the incident that the address names.
func (s *server) named(r *http.Request, who access.Principal) (incident.Incident, error) {
	return s.Incidents.Get(r.Context(), who, assets.ID(r.PathValue("id")))
}

// stepIncident does what the address says with an incident; with If-Match only at that
// revision.
func (s *server) stepIncident(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	was, conditional, err := wasRevision(r)
	if err != nil {
		return err
	}
	var ask incident.Ask
	if r.ContentLength != 0 {
		if err := readStrict(r, &ask); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(r.Context(), showPatience)
	defer cancel()
	in, err := s.Incidents.Do(ctx, who, assets.ID(r.PathValue("id")), incident.Verb(r.PathValue("verb")), ask, was)
	if err != nil {
		return unmet(conditional && errors.Is(err, incident.ErrRevision), err)
	}
	s.answerIncident(w, http.StatusOK, in, who)
	return nil
}

// incidentEvents tells what happened to an incident, oldest first.
func (s *server) incidentEvents(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	events, err := s.Incidents.Events(r.Context(), who, assets.ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	for i := range events {
		if own := events[i].Own; own != nil {
			hide(own.Sources)
		}
	}
	answerUnkept(w, http.StatusOK, struct {
		Events []incident.Event `json:"events"`
	}{events})
	return nil
}

// incidentContact tells how those who reported an incident can be reached, who may
// know that, and records it.
func (s *server) incidentContact(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	if !who.Scope.Shows("contact", assets.Personal) {
		return fmt.Errorf("%w: %s is not shown contact", access.ErrDenied, who.ID)
	}
	in, err := s.named(r, who)
	if err != nil {
		return err
	}
	if err := s.Recorder.Viewed(r.Context(), entry(r.Context(), audit.ContactView, "incident "+string(in.ID), audit.Done, nil)); err != nil {
		return err
	}
	answerUnkept(w, http.StatusOK, struct {
		Contacts []string `json:"contacts"`
	}{s.Incidents.Reachable(who, &in)})
	return nil
}

// incidentAdvice tells to whom an incident may be dispatched.
func (s *server) incidentAdvice(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	in, err := s.named(r, who)
	if err != nil {
		return err
	}
	answerUnkept(w, http.StatusOK, s.Incidents.Advise(&in, who))
	return nil
}

// incidentView is all that a caller is told of an incident.
type incidentView struct {
	incident.Incident
	Readings []incident.Reading `json:"readings"` // of clocks, in their order
	May      []incident.Verb    `json:"may"`      // what the caller may do with it
	Doubles  []doubleView       `json:"doubles,omitempty"`
}

// doubleView is another incident that may be the same.
type doubleView struct {
	ID       assets.ID `json:"id"`
	Title    string    `json:"title"`
	Distance float64   `json:"distance"` // metres
	Apart    float64   `json:"apart"`    // seconds
}

// answerIncident tells all of an incident but how somebody can be reached.
func (s *server) answerIncident(w http.ResponseWriter, status int, in incident.Incident, who access.Principal) {
	v := incidentView{Incident: in, Readings: s.Incidents.Tables().Calendar.Readings(&in, time.Now()), May: incident.May(in, who)}
	v.Clocks = s.Incidents.Tables().Calendar.Local(&in)
	hide(v.Sources)
	if in.State == incident.Discovered || in.State == incident.Filed {
		for _, d := range s.Incidents.Doubles(&in, who) {
			v.Doubles = append(v.Doubles, doubleView{d.Incident.ID, d.Incident.What.Title, float64(d.Distance), d.Apart.Seconds()})
		}
	}
	w.Header().Set("ETag", etag(in.Rev))
	answerUnkept(w, status, v)
}

// hide takes sealed values out of what is told: they are of no use outside.
func hide(sources []incident.Source) {
	for i := range sources {
		if sources[i].Contact != "" {
			sources[i].Contact = "•"
		}
	}
}
