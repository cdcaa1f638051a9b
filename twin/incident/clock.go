package incident

import (
	"fmt"
	"iter"
	"time"

	"suhe/assets"
)

// Unit is in what a limit is counted.
type Unit string

// The units.
const (
	Hours        Unit = "hours"        // 紧急: by day and night
	WorkingHours Unit = "workingHours" // 工作时
	WorkingDays  Unit = "workingDays"  // 工作日: to the end of work of the n-th workday after the day that the clock began
)

// Limit is how long something may take. The zero Limit is none.
type Limit struct {
	N    float64 `json:"n"`
	Unit Unit    `json:"unit"`
}

// maxLimit is the largest number of any unit.
const maxLimit = 1000

// check says what is wrong with a limit.
func (l Limit) check(field string) error {
	switch {
	case l == Limit{}:
		return nil
	case l.Unit != Hours && l.Unit != WorkingHours && l.Unit != WorkingDays:
		return fmt.Errorf("%w: %s.unit: %.20q, want %s, %s or %s", assets.ErrInvalid, field, l.Unit, Hours, WorkingHours, WorkingDays)
	case !(l.N > 0 && l.N <= maxLimit):
		return fmt.Errorf("%w: %s.n: %v, want more than 0 and at most %d", assets.ErrInvalid, field, l.N, maxLimit)
	}
	return nil
}

// Step is what a clock measures.
type Step string

// The steps.
const (
	StepFiling   Step = "filing"   // discovered, to be filed or not
	StepDispatch Step = "dispatch" // to be sent to somebody
	StepAccept   Step = "accept"   // to be accepted
	StepContact  Step = "contact"  // whoever reported it to be called (先行联系)
	StepHandle   Step = "handle"   // from the first dispatch to what is reported; returns do not set it back
	StepCheck    Step = "check"    // reported, to be checked and closed
)

// Colour is how much of a clock's time is used.
type Colour string

// The colours.
const (
	Green  Colour = "green"
	Yellow Colour = "yellow" // 80 % is used
	Red    Colour = "red"    // it is past due
)

// Light is 0 for green, 1 for yellow and 2 for red, as markers tell it.
func (c Colour) Light() int {
	switch c {
	case Yellow:
		return 1
	case Red:
		return 2
	}
	return 0
}

// worse says whether the colour is worse than the other.
func (c Colour) worse(than Colour) bool { return c.Light() > than.Light() }

// Pause is a time in which a clock stands.
type Pause struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to,omitzero"` // zero: it stands still
}

// Clock is what happened to the clock of one step. It is what is stored; what follows
// of it is said by Calendar.Read.
type Clock struct {
	Step   Step      `json:"step"`
	Limit  Limit     `json:"limit"`
	Extra  float64   `json:"extra,omitempty"` // in the limit's unit, approved
	Began  time.Time `json:"began"`
	Ended  time.Time `json:"ended,omitzero"` // zero: it runs, or stands
	Pauses []Pause   `json:"pauses,omitempty"`
	Told   Colour    `json:"told,omitempty"` // the worst that was told
}

// Running says whether the clock has not ended.
func (c *Clock) Running() bool { return c.Ended.IsZero() }

// stands says whether the clock is paused.
func (c *Clock) stands() bool {
	n := len(c.Pauses)
	return n > 0 && c.Pauses[n-1].To.IsZero()
}

// Reading is what a clock says.
type Reading struct {
	Step   Step          `json:"step"`
	Due    time.Time     `json:"due,omitzero"` // while it stands: if it went on now
	Used   time.Duration `json:"-"`            // of what is counted: by hours all, else time of work
	Limit  time.Duration `json:"-"`
	Share  float64       `json:"share"` // Used of Limit; over 1 if it is past due
	Colour Colour        `json:"colour"`
	Stands bool          `json:"stands,omitempty"`
	Ended  bool          `json:"ended,omitempty"`
}

// yellowAt is the share of a limit at which a clock turns yellow.
const yellowAt = 0.8

// Read says what the clock shows at that time, or showed when it ended.
func (c *Calendar) Read(k Clock, now time.Time) Reading {
	at := now
	if !k.Running() {
		at = k.Ended
	}
	r := Reading{Step: k.Step, Limit: c.total(k), Stands: k.Running() && k.stands(), Ended: !k.Running(), Colour: Green}
	var counted time.Duration
	for s := range c.counted(k, at) {
		if r.Due.IsZero() && counted+s.to.Sub(s.from) >= r.Limit {
			r.Due = s.from.Add(r.Limit - counted)
		}
		counted += s.to.Sub(s.from)
		r.Used += max(0, min(s.to.Sub(s.from), at.Sub(s.from)))
		if !r.Due.IsZero() && !s.to.Before(at) {
			break
		}
	}
	if !r.Due.IsZero() {
		r.Due = r.Due.In(c.zone)
	}
	r.Share = float64(r.Used) / float64(r.Limit)
	switch {
	case !r.Due.IsZero() && at.After(r.Due):
		r.Colour = Red
	case r.Share >= yellowAt:
		r.Colour = Yellow
	}
	return r
}

// total is all that the clock is allowed.
func (c *Calendar) total(k Clock) time.Duration {
	of := time.Hour
	if k.Limit.Unit == WorkingDays {
		of = c.day
	}
	return time.Duration((k.Limit.N + k.Extra) * float64(of))
}

// counted yields the times that count, in order, without the pauses. A clock that
// stands is taken to go on at that time.
func (c *Calendar) counted(k Clock, at time.Time) iter.Seq[span] {
	return func(yield func(span) bool) {
		for s := range c.base(k) {
			for _, p := range k.Pauses {
				to := p.To
				if to.IsZero() {
					to = at
				}
				if before := (span{s.from, earlier(s.to, p.From)}); before.from.Before(before.to) && !yield(before) {
					return
				}
				s.from = later(s.from, earlier(to, s.to))
			}
			if s.from.Before(s.to) && !yield(s) {
				return
			}
		}
	}
}

// base yields the times that count if the clock never stands.
func (c *Calendar) base(k Clock) iter.Seq[span] {
	switch k.Limit.Unit {
	case WorkingHours:
		return c.work(k.Began)
	case WorkingDays:
		return c.work(c.tomorrow(k.Began))
	}
	return func(yield func(span) bool) { yield(span{k.Began, k.Began.AddDate(0, 0, horizon)}) }
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
