package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/docket"
	"suhe/twin"
	"suhe/twin/incident"
)

// The bounds of one page of incidents.
const (
	defaultIncidents = 100
)

// incidentRow is what a list tells of an incident.
type incidentRow struct {
	ID         assets.ID         `json:"id"`
	Rev        int64             `json:"rev"`
	State      incident.State    `json:"state"`
	Class      string            `json:"class"`
	Title      string            `json:"title"`
	Severity   int               `json:"severity"`
	Place      [2]float64        `json:"place"`
	Area       string            `json:"area,omitempty"`
	Address    string            `json:"address,omitempty"`
	Channel    incident.Channel  `json:"channel"`
	Unit       string            `json:"unit,omitempty"`
	Person     string            `json:"person,omitempty"`
	Level      incident.Level    `json:"level"`
	Supervised bool              `json:"supervised,omitempty"`
	Extension  bool              `json:"extension,omitempty"` // more time is asked for
	Sources    int               `json:"sources"`
	Begun      time.Time         `json:"begun"`
	Clock      *incident.Reading `json:"clock,omitempty"` // that matters most; of none that runs there is none
}

// incidentAsk is what incidents a list is asked for. Empty fields do not matter.
type incidentAsk struct {
	states               []string
	class, area, channel string
	unit, person, text   string
	severity             int // as severe or more
	supervised           bool
	light                float64 // of the clock, as bad or worse
	open                 *bool
	from, to             time.Time // begun in [from, to); zero: unbounded
}

func readIncidentAsk(q url.Values, who access.Principal) (a incidentAsk, err error) {
	a = incidentAsk{class: q.Get("class"), area: q.Get("area"), channel: q.Get("channel"), unit: q.Get("unit"), person: q.Get("person"), text: q.Get("q")}
	if text := q.Get("state"); text != "" {
		a.states = strings.Split(text, ",")
	}
	if q.Get("mine") == "true" {
		a.person = who.Person()
	}
	a.supervised = q.Get("supervised") == "true"
	if text := q.Get("severity"); text != "" {
		if a.severity, err = strconv.Atoi(text); err != nil || a.severity < 1 || a.severity > 4 {
			return a, fmt.Errorf("%w: severity: %.40q, want 1 to 4", assets.ErrInvalid, text)
		}
	}
	switch text := incident.Colour(q.Get("colour")); text {
	case "", incident.Yellow, incident.Red:
		a.light = float64(text.Light())
	default:
		return a, fmt.Errorf("%w: colour: %.40q, want yellow or red", assets.ErrInvalid, text)
	}
	if text := q.Get("from"); text != "" {
		if a.from, err = readInstant("from", text); err != nil {
			return a, err
		}
	}
	if text := q.Get("to"); text != "" {
		if a.to, err = readInstant("to", text); err != nil {
			return a, err
		}
	}
	a.open, err = openOf(q.Get("open"))
	return a, err
}

// fits says whether the incident is asked for. Of its clock it knows what the map does.
func (a *incidentAsk) fits(h *heldIncident) bool {
	in := &h.Is
	is := func(asked, is string) bool { return asked == "" || asked == is }
	switch w := &in.What; {
	case len(a.states) > 0 && !slices.Contains(a.states, string(in.State)),
		!is(a.class, w.Class), a.area != "" && !strings.HasPrefix(w.Area, a.area), !is(a.channel, string(in.Channel())),
		!is(a.unit, in.Task.Unit), !is(a.person, in.Task.Person),
		a.severity > 0 && w.Severity > a.severity, a.supervised && in.Task.Supervised == "",
		in.Tally.Begun.Before(a.from), !a.to.IsZero() && !in.Tally.Begun.Before(a.to),
		a.text != "" && !strings.Contains(w.Title+"\n"+w.Address+"\n"+string(in.ID), a.text):
		return false
	}
	light, _ := twin.MarkerNumber(h.Marker, twin.MarkerLight)
	return light >= a.light
}

// incidents answers with incidents, newest first: a page of them, or all as a file.
func (s *server) incidents(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	ask, err := readIncidentAsk(r.URL.Query(), who)
	if err != nil {
		return err
	}
	switch form := r.URL.Query().Get("f"); form {
	case "csv":
		return s.exportIncidents(w, r, who, &ask)
	case "", "json":
	default:
		return fmt.Errorf("%w: f: %.40q, want json or csv", assets.ErrInvalid, form)
	}
	before, limit, err := pageOf(r, defaultIncidents, casesAtOnce)
	if err != nil {
		return err
	}
	held, more, err := s.readIncidents(r.Context(), who, &ask, assets.FID(before), limit)
	if err != nil {
		return err
	}
	now, calendar := time.Now(), s.Incidents.Tables().Calendar
	answerCases(w, r, "incidents", held, more, func(h *heldIncident) incidentRow { return rowOf(&h.Is, calendar, now) })
	return nil
}

func rowOf(in *incident.Incident, c *incident.Calendar, now time.Time) incidentRow {
	row := incidentRow{ID: in.ID, Rev: in.Rev, State: in.State, Class: in.What.Class, Title: in.What.Title, Severity: in.What.Severity,
		Place: in.What.Place, Area: in.What.Area, Address: in.What.Address, Channel: in.Channel(), Unit: in.Task.Unit, Person: in.Task.Person,
		Level: in.Task.Level, Supervised: in.Task.Supervised != "", Extension: in.Extension != nil, Sources: len(in.Sources), Begun: in.Tally.Begun}
	if r, runs := c.Worst(in, now); runs {
		row.Clock = &r
	}
	return row
}

type heldIncident = docket.Held[incident.Incident]

// readIncidents reads a page: those that are open from memory, others from the store.
func (s *server) readIncidents(ctx context.Context, who access.Principal, ask *incidentAsk, before assets.FID, limit int) ([]heldIncident, bool, error) {
	if ask.open != nil && *ask.open {
		return s.openIncidents(ctx, who, ask, before, limit)
	}
	return s.keptIncidents(ctx, who, ask, before, limit)
}

// openIncidents reads a page from memory.
func (s *server) openIncidents(_ context.Context, who access.Principal, ask *incidentAsk, before assets.FID, limit int) ([]heldIncident, bool, error) {
	page, more := openCases(s.Incidents.All(), who, before, limit, ask.fits)
	return page, more, nil
}

// keptIncidents reads a page from the store.
func (s *server) keptIncidents(ctx context.Context, who access.Principal, ask *incidentAsk, before assets.FID, limit int) ([]heldIncident, bool, error) {
	return storedCases(ctx, s.Incidents.Page, who, docket.Query{From: ask.from, Open: ask.open, Class: ask.class, Before: before}, limit, ask.fits) // what began since then has changed since then
}
