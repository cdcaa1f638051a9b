package alarm

import (
	"fmt"
	"slices"
	"time"

	"suhe/assets"
)

// Verb is what happens to an alarm.
type Verb string

// The verbs.
const (
	Raise       Verb = "raise"       // it begins
	Change      Verb = "change"      // members join or leave, or it is confirmed by a second source
	Acknowledge Verb = "acknowledge" // somebody knows
	Suppress    Verb = "suppress"    // nobody is to be bothered
	Resume      Verb = "resume"      // the reason for that is gone
	Confirm     Verb = "confirm"     // somebody says that it is true
	Refute      Verb = "false"       // somebody says that it is not
	Clear       Verb = "clear"       // somebody says that it is dealt with
	Promote     Verb = "promote"     // somebody wants an incident to be made of it
	Link        Verb = "link"        // an incident was made of it
	Storm       Verb = "storm"       // it is one of several that are one storm
	End         Verb = "end"         // nothing of it holds any more
)

// Step is what happens to an alarm at once. An alarm is what its steps made of it.
type Step struct {
	Verb Verb      `json:"verb"`
	By   string    `json:"by"` // a person, or who decided by rule: Rules
	At   time.Time `json:"at"`
	Why  string    `json:"why,omitempty"`

	Head  *Head       `json:"head,omitempty"`  // of raise
	Join  []Condition `json:"join,omitempty"`  // conditions that it lists from now on
	Leave []Leave     `json:"leave,omitempty"` // that hold no more, of those it lists

	// What is so from now on, of raise and change; nil: as before.
	Unlisted  *int    `json:"unlisted,omitempty"`
	Severity  *uint8  `json:"severity,omitempty"`
	Trust     *Trust  `json:"trust,omitempty"`
	Confirmed *Act    `json:"confirmed,omitempty"`
	Cameras   []Sight `json:"cameras,omitempty"`

	Until *time.Time `json:"until,omitempty"` // of suppress, and of raise if it begins suppressed
	Muted bool       `json:"muted,omitempty"` // raise: it begins suppressed, for Why
	Into  assets.ID  `json:"into,omitempty"`  // end: what took over its members; link: the incident
	Storm string     `json:"storm,omitempty"` // of storm: its name
}

// Rules is who acts when rules decide.
const Rules = "rules"

// Head is what an alarm is from the first.
type Head struct {
	ID      assets.ID `json:"id"`
	Title   string    `json:"title"`
	TitleEn string    `json:"titleEn"`
	Rule    string    `json:"rule"`
	Cause   string    `json:"cause"`
	Area    string    `json:"area,omitempty"`
	Lon     float64   `json:"lon"`
	Lat     float64   `json:"lat"`
	Event   string    `json:"event,omitempty"`
	Promote Promotion `json:"promote,omitempty"`
}

// Leave is the end of a member.
type Leave struct {
	Key
	At  int64  `json:"at"` // Unix milliseconds
	Why string `json:"why,omitempty"`
}

// Trust is who says so, and how far all together are to be trusted.
type Trust struct {
	Reliability float64  `json:"reliability"`
	Sources     []string `json:"sources"`
}

// After is the alarm after the step; the zero alarm is before the first.
// assets.ErrConflict: an alarm in its state has no such step; the error says why. The
// alarm itself stays as it is.
func (a Alarm) After(s Step) (Alarm, error) {
	if err := a.takes(s); err != nil {
		return a, err
	}
	a.Members = slices.Clone(a.Members)
	if s.Verb == Raise {
		a.begin(s)
	}
	a.Changed = s.At
	a.leave(s.Leave)
	a.join(s.Join)
	a.set(s)
	act := Act{By: s.By, At: s.At, Why: s.Why}
	switch s.Verb {
	case Acknowledge:
		a.State, a.Acknowledged = IsAcknowledged, &act
	case Suppress:
		a.suppress(act, s.Until)
	case Resume:
		a.State, a.Suppressed = a.Suppressed.Was, nil
	case Confirm:
		a.Confirmed, a.False = &act, nil
	case Refute:
		a.False, a.Confirmed = &act, nil
		a.clear()
	case Clear:
		a.clear()
	case Promote:
		a.Wanted = &act
	case Link:
		a.Incident = s.Into
	case Storm:
		a.Storm = s.Storm
	case End:
		a.clear()
		a.Over, a.Into = &s.At, s.Into
	}
	return a, nil
}

// with lets a raise tell what the first change after it tells.
func (s *Step) with(first *Step) {
	s.Join, s.Unlisted, s.Trust, s.Confirmed = first.Join, first.Unlisted, first.Trust, first.Confirmed
	if first.Severity != nil {
		s.Severity = first.Severity
	}
}

// takes says why the alarm has no such step, or nil.
func (a *Alarm) takes(s Step) error {
	refuse := func(why string) error {
		return fmt.Errorf("alarm %s: %s: %w: %s", a.ID, s.Verb, assets.ErrConflict, why)
	}
	switch {
	case (s.Verb == Raise) != (a.ID == "") || s.Verb == Raise && s.Head == nil:
		return refuse("an alarm is raised once")
	case s.Verb == Confirm || s.Verb == Refute:
		return nil // also when it is over: who was there says so later
	case s.Verb == Link:
		return nil // also when it is over by then
	case a.Over != nil:
		return refuse("it is over")
	case s.Verb == Promote && a.Incident != "":
		return refuse("incident " + string(a.Incident) + " was made of it")
	case s.Verb == Promote && (a.Event == "" || a.Wanted != nil || a.State == IsCleared):
		return refuse("its rule names no class of incidents, or that is wanted already")
	case s.Verb == Acknowledge && a.State == IsAcknowledged:
		return refuse(a.Acknowledged.By + " has acknowledged it")
	case a.State == IsCleared && (s.Verb == Acknowledge || s.Verb == Suppress || s.Verb == Clear):
		return refuse("it is cleared")
	case s.Verb == Acknowledge && a.State == IsSuppressed:
		return refuse("it is suppressed")
	case s.Verb == Suppress && a.State == IsSuppressed:
		return refuse("it is suppressed")
	case s.Verb == Resume && a.State != IsSuppressed:
		return refuse("it is not suppressed")
	}
	return nil
}

func (a *Alarm) begin(s Step) {
	h := s.Head
	*a = Alarm{
		ID: h.ID, State: IsRaised, Title: h.Title, TitleEn: h.TitleEn, Rule: h.Rule, Cause: h.Cause, Area: h.Area, Lon: h.Lon, Lat: h.Lat,
		Raised: s.At, Event: h.Event, Promote: h.Promote, Cameras: []Sight{}, Sources: []string{}, Members: []Member{},
	}
	if s.Muted {
		a.suppress(Act{By: s.By, At: s.At, Why: s.Why}, s.Until)
	}
}

func (a *Alarm) suppress(act Act, until *time.Time) {
	a.Suppressed = &Suppression{Act: act, Until: until, Was: a.State}
	a.State = IsSuppressed
}

func (a *Alarm) clear() { a.State, a.Suppressed = IsCleared, nil }

// leave ends members.
func (a *Alarm) leave(all []Leave) {
	for _, l := range all {
		if m := a.member(l.Key); m != nil && m.Until == 0 {
			m.Until, m.Why = l.At, l.Why
		}
	}
}

// join lists conditions. One that was a member before takes its old place; for a new
// one the member that ended first is forgotten, if there is no room.
func (a *Alarm) join(all []Condition) {
	for _, c := range all {
		a.Sensitivity = max(a.Sensitivity, c.Sensitivity)
		switch m := a.member(c.Key); {
		case m != nil:
			*m = Member{Condition: c}
		case len(a.Members) < MaxMembers || a.forget():
			a.Members = append(a.Members, Member{Condition: c})
		}
	}
}

// forget makes room for a member by one that is over; false if all hold.
func (a *Alarm) forget() bool {
	first := -1
	for i := range a.Members {
		if until := a.Members[i].Until; until != 0 && (first < 0 || until < a.Members[first].Until) {
			first = i
		}
	}
	if first >= 0 {
		a.Members = slices.Delete(a.Members, first, first+1)
	}
	return first >= 0
}

// set takes what is so from now on. What becomes worse than what somebody has
// acknowledged wants to be acknowledged again.
func (a *Alarm) set(s Step) {
	if s.Unlisted != nil {
		a.Unlisted = *s.Unlisted
	}
	if s.Severity != nil {
		if a.State == IsAcknowledged && worse(*s.Severity, a.Severity) {
			a.State, a.Acknowledged = IsRaised, nil
		}
		a.Severity = *s.Severity
	}
	if s.Trust != nil {
		a.Reliability, a.Sources = s.Trust.Reliability, s.Trust.Sources
	}
	if s.Confirmed != nil && a.False == nil {
		a.Confirmed = s.Confirmed
	}
	if s.Cameras != nil {
		a.Cameras = s.Cameras
	}
}
