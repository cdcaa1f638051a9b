package incident

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// By is how evaluation groups incidents.
type By string

// What incidents are grouped by.
const (
	ByAll     By = ""
	ByArea    By = "area"
	ByUnit    By = "unit"
	ByClass   By = "class"
	ByChannel By = "channel"
	ByDay     By = "day" // on which they were found, in the calendar's zone
	ByMonth   By = "month"
)

// CheckBy says whether incidents can be grouped so.
func CheckBy(text string) (By, error) {
	all := []By{ByAll, ByArea, ByUnit, ByClass, ByChannel, ByDay, ByMonth}
	if !slices.Contains(all, By(text)) {
		return "", invalid("by: %.40q, want one of %v", text, all[1:])
	}
	return By(text), nil
}

// Rate is a share: Of of All. Without All it is of nothing.
type Rate struct {
	Of  int `json:"of"`
	All int `json:"all"`
}

func (r *Rate) count(yes bool) {
	r.All++
	if yes {
		r.Of++
	}
}

// Score is how the incidents of a group went (问效).
type Score struct {
	Group        string        `json:"group"`
	Found        int           `json:"found"`        // all, but those that are part of others
	OnTime       Rate          `json:"onTime"`       // handled by the due time, of those that were handled
	Steps        map[Step]Rate `json:"steps"`        // clocks that ended in time, of those that ended
	Returned     Rate          `json:"returned"`     // sent back at least once, of those that were dispatched
	Reworked     Rate          `json:"reworked"`     // done again at least once, of those that were reported as done
	Reopened     Rate          `json:"reopened"`     // opened again at least once, of those that were closed
	FirstContact Rate          `json:"firstContact"` // who reported was called in time, of those that could be
	Satisfied    Rate          `json:"satisfied"`    // 4 or 5 of 5, of those who were asked and answered
}

// Evaluation scores incidents one by one. It is one caller's.
type Evaluation struct {
	by       By
	calendar *Calendar
	groups   map[string]*Score
}

// NewEvaluation begins an evaluation.
func (c *Calendar) NewEvaluation(by By) *Evaluation {
	return &Evaluation{by: by, calendar: c, groups: map[string]*Score{}}
}

// Add counts an incident. It looks at nothing but what Replay makes of events.
func (e *Evaluation) Add(in *Incident) {
	if in.State == Merged {
		return // its reports count with the one that it is part of
	}
	group := e.group(in)
	s := e.groups[group]
	if s == nil {
		s = &Score{Group: group, Steps: map[Step]Rate{}}
		e.groups[group] = s
	}
	s.Found++
	e.clocks(s, in)
	t := in.Tally
	if t.Dispatches > 0 {
		s.Returned.count(t.Returns > 0)
	}
	if t.Reports > 0 {
		s.Reworked.count(t.Reworks > 0)
	}
	if t.Closes > 0 {
		s.Reopened.count(t.Reopens > 0)
	}
	if t.Satisfaction > 0 {
		s.Satisfied.count(t.Satisfaction >= 4)
	}
}

// clocks counts the clocks that ended. Handling is on time if all of it was: also what
// was done again.
func (e *Evaluation) clocks(s *Score, in *Incident) {
	handled, inTime := false, true
	for _, k := range in.Clocks {
		if k.Running() {
			continue
		}
		good := e.calendar.Read(k, time.Time{}).Colour != Red
		r := s.Steps[k.Step]
		r.count(good)
		s.Steps[k.Step] = r
		switch k.Step {
		case StepHandle:
			handled, inTime = true, inTime && good
		case StepContact:
			s.FirstContact.count(good && !in.Tally.Contacted.IsZero())
		}
	}
	if handled && in.Tally.Reports > 0 {
		s.OnTime.count(inTime)
	}
}

func (e *Evaluation) group(in *Incident) string {
	switch e.by {
	case ByArea:
		return in.What.Area
	case ByUnit:
		return in.Task.Unit
	case ByClass:
		return in.What.Class
	case ByChannel:
		return string(in.Channel())
	case ByDay:
		return in.Tally.Begun.In(e.calendar.zone).Format(time.DateOnly)
	case ByMonth:
		return in.Tally.Begun.In(e.calendar.zone).Format("2006-01")
	}
	return ""
}

// Scores are those of all groups, in order of their names.
func (e *Evaluation) Scores() []Score {
	out := []Score{}
	for _, s := range slices.SortedFunc(maps.Values(e.groups), func(a, b *Score) int { return cmp.Compare(a.Group, b.Group) }) {
		out = append(out, *s)
	}
	return out
}
