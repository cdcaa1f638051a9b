package alarm

import (
	"cmp"
	"maps"
	"slices"
)

// Tally is how often a rule or an algorithm was right.
type Tally struct {
	Of        string  `json:"of"` // "rule NAME" or "hook NAME"
	Alarms    int     `json:"alarms"`
	Confirmed int     `json:"confirmed"` // somebody, or a second source, said that they were true
	False     int     `json:"false"`     // somebody said that they were not
	Rate      float64 `json:"falseRate"` // false of those that were judged; 0 if none was
}

// Tallies counts alarms by rule and by algorithm. It can be made of the cases of any
// period, or of what Replay makes of their events.
type Tallies struct{ of map[string]*Tally }

// Add counts an alarm: for each rule and each algorithm of its members once.
func (t *Tallies) Add(a *Alarm) {
	if a.Into != "" { // its members are counted there
		return
	}
	of := map[string]bool{"rule " + a.Rule: true}
	for i := range a.Members {
		m := &a.Members[i]
		of["rule "+m.Rule] = true
		if m.Finding != nil {
			of["hook "+m.Finding.Hook] = true
		}
	}
	if t.of == nil {
		t.of = map[string]*Tally{}
	}
	for name := range of {
		c := t.of[name]
		if c == nil {
			c = &Tally{Of: name}
			t.of[name] = c
		}
		c.Alarms++
		switch {
		case a.False != nil:
			c.False++
		case a.Confirmed != nil:
			c.Confirmed++
		}
	}
}

// All are the tallies, the most often wrong first.
func (t *Tallies) All() []Tally {
	out := make([]Tally, 0, len(t.of))
	for _, c := range slices.Collect(maps.Values(t.of)) {
		if judged := c.False + c.Confirmed; judged > 0 {
			c.Rate = tidy(float64(c.False) / float64(judged))
		}
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b Tally) int {
		return cmp.Or(cmp.Compare(b.Rate, a.Rate), cmp.Compare(b.Alarms, a.Alarms), cmp.Compare(a.Of, b.Of))
	})
	return out
}
