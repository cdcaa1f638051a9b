package incident

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"suhe/assets"
	"suhe/internal/access"
)

// Ask is what comes with a verb; which of it a verb wants, its row says.
type Ask struct {
	Reason       string      `json:"reason,omitempty"`
	Place        *[2]float64 `json:"place,omitempty"` // lon, lat of who acts
	Unit         string      `json:"unit,omitempty"`
	Person       string      `json:"person,omitempty"`
	Into         assets.ID   `json:"into,omitempty"`
	Severity     int         `json:"severity,omitempty"`
	Extra        *Limit      `json:"extra,omitempty"`
	No           bool        `json:"no,omitempty"`           // approve: it is not granted; supervise: it ends
	Satisfaction int         `json:"satisfaction,omitempty"` // 1 to 5; 0: nobody could be asked
}

// Own is what the room itself adds to an action: nobody who asks can.
type Own struct {
	ID       assets.ID  `json:"id,omitempty"`
	What     *What      `json:"what,omitempty"`
	Terms    *Terms     `json:"terms,omitempty"`
	Sources  []Source   `json:"sources,omitempty"`
	Evidence []Evidence `json:"evidence,omitempty"`
	Member   assets.ID  `json:"member,omitempty"`
	Step     Step       `json:"step,omitempty"`
	Told     Colour     `json:"told,omitempty"`
}

// Action is what somebody wants to do with an incident.
type Action struct {
	Verb Verb
	Who  access.Principal
	Ask
	own *Own
}

// Event is an action that was taken. All events of an incident are all that it is
// made of: see Replay.
type Event struct {
	Verb  Verb          `json:"verb"`
	At    time.Time     `json:"at"`
	By    string        `json:"by"`
	For   string        `json:"for,omitempty"` // by a key: whose it is
	Name  string        `json:"name,omitempty"`
	Roles []access.Role `json:"roles,omitempty"`
	Ask
	Own *Own `json:"own,omitempty"`
}

// person is who stands behind the event.
func (e *Event) person() string {
	if e.For != "" {
		return e.For
	}
	return e.By
}

var byVerb = sync.OnceValue(func() map[Verb]rule {
	m := map[Verb]rule{}
	for _, r := range rules() {
		m[r.verb] = r
	}
	return m
})

// Next is what the action makes of the incident, and the event that it was taken. It
// is pure: now is when it is taken. The zero Incident is what has yet to begin.
//
// assets.ErrInvalid: what is given with the verb makes no sense; access.ErrDenied: who
// acts may not do that; assets.ErrConflict: it cannot be done as things stand.
func Next(in Incident, a Action, now time.Time) (Incident, Event, error) {
	r, known := byVerb()[a.Verb]
	if !known {
		return in, Event{}, fmt.Errorf("%w: verb: %.40q is none of %v", assets.ErrInvalid, a.Verb, Verbs())
	}
	if err := r.permits(&in, &a); err != nil {
		return in, Event{}, err
	}
	for _, c := range append([]check{bounded}, r.with...) {
		if err := c(&in, &a); err != nil {
			return in, Event{}, fmt.Errorf("%s: %w", a.Verb, err)
		}
	}
	e := Event{Verb: a.Verb, At: now.UTC().Truncate(time.Millisecond), By: a.Who.ID, For: a.Who.For, Name: a.Who.Name, Roles: a.Who.Roles, Ask: a.Ask, Own: a.own}
	out, err := apply(in, e)
	return out, e, err
}

// permits says whether who acts may do it in this state.
func (r rule) permits(in *Incident, a *Action) error {
	if r.needs == "" && a.own == nil {
		return fmt.Errorf("%w: %s is for nobody to ask", access.ErrDenied, a.Verb)
	}
	if r.needs != "" && !a.Who.Scope.May(r.needs) && !callsBack(in, a) {
		return fmt.Errorf("%s: %w", a.Verb, access.Denied(a.Who, r.needs))
	}
	if !r.starts(in.State) {
		return fmt.Errorf("%w: %s: the incident is %s, want one of %v", assets.ErrConflict, a.Verb, in.State, r.from)
	}
	for _, c := range r.who {
		if err := c(in, a); err != nil {
			return fmt.Errorf("%s: %w", a.Verb, err)
		}
	}
	return nil
}

// starts says whether the verb may be done in the state.
func (r rule) starts(s State) bool {
	if r.from == nil {
		return s == ""
	}
	return slices.Contains(r.from, s)
}

// May lists what who may do with the incident as it stands, if the right things are
// given along.
func May(in Incident, who access.Principal) []Verb {
	out := []Verb{}
	for _, v := range Verbs() {
		if byVerb()[v].permits(&in, &Action{Verb: v, Who: who}) == nil {
			out = append(out, v)
		}
	}
	return out
}

// apply makes of the incident what the event says. What may be was asked before: here
// is only refused what can be no event of it.
func apply(in Incident, e Event) (Incident, error) {
	r, known := byVerb()[e.Verb]
	if !known || !r.starts(in.State) || !e.whole(&in) {
		return in, fmt.Errorf("%w: event %d: %.40q of an incident that is %q", assets.ErrInvalid, in.Rev+1, e.Verb, in.State)
	}
	out := in.clone()
	out.Rev++
	if r.does != nil {
		r.does(&out, &e)
	}
	if r.to != "" {
		out.State = r.to
	}
	out.keepTime(e.At)
	return out, nil
}

// whole says whether the event has what its verb cannot be without.
func (e *Event) whole(in *Incident) bool {
	switch e.Verb {
	case Create:
		return e.Own != nil && e.Own.What != nil && e.Own.Terms != nil && len(e.Own.Sources) > 0
	case Attach, Absorb, Release, Remind, Overdue:
		return e.Own != nil
	case Extend:
		return e.Extra != nil
	case Approve:
		return in.Extension != nil
	}
	return true
}

// Replay makes the incident of all its events, oldest first.
func Replay(events []Event) (in Incident, err error) {
	for _, e := range events {
		if in, err = apply(in, e); err != nil {
			return Incident{}, err
		}
	}
	return in, nil
}
