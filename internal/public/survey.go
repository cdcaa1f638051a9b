package public

import (
	"context"
	"time"

	"suhe/twin/survey"
)

// Past is what anybody may know of what was: sums of the phenomena that are told, up to
// the delay ago, as finely as the values are; and no incident.
type Past struct {
	past survey.Past
	view *View
}

// Past is what the view shows of that one.
func (v *View) Past(p survey.Past) Past { return Past{p, v} }

// Sums implements survey.Past.
func (p Past) Sums(ctx context.Context, q survey.SumQuery, yield func(survey.Sum) error) error {
	step, told := p.view.rules.step(q.Phenomenon)
	if until := time.UnixMilli(minute(p.view.horizon().UnixMilli())); q.To.After(until) {
		q.To = until
	}
	if !told || !q.From.Before(q.To) {
		return nil
	}
	return p.past.Sums(ctx, q, func(s survey.Sum) error {
		mean := rounded(s.Sum/float64(s.Count), step)
		s.Sum, s.Min, s.Max = mean*float64(s.Count), rounded(s.Min, step), rounded(s.Max, step)
		return yield(s)
	})
}

// Begun implements survey.Past: it yields none.
func (Past) Begun(context.Context, time.Time, time.Time, func(survey.Begun) error) error { return nil }
