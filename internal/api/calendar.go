package api

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/twin/incident"
)

// calendar tells when people work: what the clocks of incidents count by.
func (s *server) calendar(w http.ResponseWriter, _ *http.Request, _ access.Principal) error {
	c := s.Incidents.Tables().Calendar
	answer(w, struct {
		Edition string         `json:"edition"`
		Note    string         `json:"note,omitempty"`
		Zone    string         `json:"zone"`
		Hours   []string       `json:"hours"`
		Years   []int          `json:"years"`
		Days    []incident.Day `json:"days"`
	}{c.Edition, c.Note, c.Zone().String(), c.Hours(), c.Years(), c.Days()})
	return nil
}

// calendarDue tells when a clock of a limit would be past due.
func (s *server) calendarDue(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	q := r.URL.Query()
	from, err := instant(r, "from", time.Now())
	if err != nil {
		return err
	}
	n, err := strconv.ParseFloat(q.Get("n"), 64)
	if err != nil {
		return fmt.Errorf("%w: n: %.40q, want a number", assets.ErrInvalid, q.Get("n"))
	}
	c := s.Incidents.Tables().Calendar
	limit := incident.Limit{N: n, Unit: incident.Unit(q.Get("unit"))}
	due, err := c.Due(limit, from)
	if err != nil {
		return err
	}
	answer(w, struct {
		From  time.Time      `json:"from"`
		Limit incident.Limit `json:"limit"`
		Due   time.Time      `json:"due,omitzero"` // zero: beyond what the calendar looks ahead
		Known bool           `json:"known"`        // whether the holidays of all years between are
	}{from.In(c.Zone()), limit, due, c.KnowsAll(from, due)})
	return nil
}
