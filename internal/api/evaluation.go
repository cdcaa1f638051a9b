package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/format"
	"suhe/twin/incident"
)

// evaluation scores the incidents that were found in a period; the last 30 days if it
// is not told. As JSON, or as CSV.
func (s *server) evaluation(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	by, err := incident.CheckBy(r.URL.Query().Get("by"))
	if err != nil {
		return err
	}
	from, to, err := lastMonth(r)
	if err != nil {
		return err
	}
	form := r.URL.Query().Get("f")
	if form != "" && form != "json" && form != "csv" {
		return fmt.Errorf("%w: f: %.40q, want json or csv", assets.ErrInvalid, form)
	}
	scores, err := s.Incidents.Evaluate(r.Context(), who, by, from, to)
	if err != nil {
		return err
	}
	if form == "csv" {
		return s.exportEvaluation(w, r, who, by, scores)
	}
	answerUnkept(w, http.StatusOK, struct {
		From   time.Time        `json:"from"`
		To     time.Time        `json:"to"`
		Scores []incident.Score `json:"scores"`
	}{from, to, scores})
	return nil
}

// evaluationColumns are those of the file of an evaluation, in their order. Rates are told
// by what they are of, so that nothing is rounded and they can be added.
var evaluationColumns = []format.Field{
	{Name: "name"}, {Name: "found", Type: format.Integer},
	{Name: "on_time", Type: format.Integer}, {Name: "on_time_of", Type: format.Integer},
	{Name: "returned", Type: format.Integer}, {Name: "returned_of", Type: format.Integer},
	{Name: "reworked", Type: format.Integer}, {Name: "reworked_of", Type: format.Integer},
	{Name: "reopened", Type: format.Integer}, {Name: "reopened_of", Type: format.Integer},
	{Name: "first_contact", Type: format.Integer}, {Name: "first_contact_of", Type: format.Integer},
	{Name: "satisfied", Type: format.Integer}, {Name: "satisfied_of", Type: format.Integer},
}

// exportEvaluation answers with the scores as CSV, a group in each line.
func (s *server) exportEvaluation(w http.ResponseWriter, r *http.Request, who access.Principal, by incident.By, scores []incident.Score) error {
	v, err := s.views(r.Context(), who)
	if err != nil {
		return err
	}
	head := format.Head{Name: "evaluation", Fields: evaluationColumns, Placeless: true}
	return s.exportTable(w, r, who, head, func(_ context.Context, out format.Writer) error {
		for i := range scores {
			if err := out.Write(evaluationLine(s.groupName(v.World, who, by, scores[i].Group), &scores[i])); err != nil {
				return err
			}
		}
		return nil
	})
}

func evaluationLine(name string, is *incident.Score) *format.Feature {
	values := []any{name, is.Found}
	for _, rate := range []incident.Rate{is.OnTime, is.Returned, is.Reworked, is.Reopened, is.FirstContact, is.Satisfied} {
		values = append(values, rate.Of, rate.All)
	}
	return &format.Feature{ID: is.Group, Values: values}
}

// groupName is what a group is called: an area or a class by its name, others by what they
// are grouped by.
func (s *server) groupName(w World, who access.Principal, by incident.By, group string) string {
	switch by {
	case incident.ByClass:
		if c, err := s.Incidents.Tables().Classes.Class(group); err == nil {
			return c.Name
		}
	case incident.ByArea:
		if id, _, known := s.Registry.Area(group); known {
			if t := w.ByID(id); t != nil && who.Scope.Sees(t.Asset) {
				return t.Asset.Name
			}
		}
	}
	return group
}
