package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/twin/alarm"
)

// Trials try rules on what was; see alarm.Trials.
type Trials interface {
	Try(ctx context.Context, t alarm.Trial) (*alarm.Tried, error)
}

// usualTrial is how much of the past a rule is tried on if nothing is said.
const usualTrial = 24 * time.Hour

// tryRule tells which alarms a rule would have raised of the things that the caller sees;
// nothing is saved, and nothing is raised.
func (s *server) tryRule(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	if who.Scope.Delayed() || !s.shows(who)("values") {
		return fmt.Errorf("%w: values: you are not shown them", access.ErrDenied)
	}
	t := alarm.Trial{Sees: func(a *assets.Asset) bool { return who.Scope.Sees(a) }}
	var err error
	if t.To, err = instant(r, "to", time.Now()); err != nil {
		return err
	}
	if t.From, err = instant(r, "from", t.To.Add(-usualTrial)); err != nil {
		return err
	}
	t.From, t.To = t.From.Truncate(time.Second), t.To.Truncate(time.Second)
	is, err := s.readRule(w, r, "try")
	if err != nil {
		return err
	}
	t.Rule = is
	out, err := s.Trials.Try(r.Context(), t)
	if err != nil {
		return err
	}
	answerUnkept(w, http.StatusOK, out)
	return nil
}

// checkRule says whether a rule is good, without saving it.
func (s *server) checkRule(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	if _, err := s.readRule(w, r, "check"); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// readRule reads the rule that is a request's body, as saving it would.
func (s *server) readRule(w http.ResponseWriter, r *http.Request, name string) (*alarm.Rule, error) {
	r.Body = http.MaxBytesReader(w, r.Body, alarm.MaxDocument)
	doc, err := readBody(r)
	if err != nil {
		return nil, err
	}
	return s.Library.Rule(name, doc)
}
