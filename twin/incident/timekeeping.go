package incident

import (
	"slices"
	"time"
)

// runs are the steps whose clocks run in a state; those of other steps have ended. In
// Suspended and Merged those that ran stand.
func (in *Incident) runs() []Step {
	switch in.State {
	case Discovered:
		return []Step{StepFiling}
	case Filed, Reopened:
		return []Step{StepDispatch}
	case Dispatched:
		return in.withContact(StepAccept, StepHandle)
	case Returned:
		return in.withContact(StepDispatch, StepHandle)
	case Accepted, Handling, Rework:
		return in.withContact(StepHandle)
	case Reported, Checking:
		return []Step{StepCheck}
	}
	return nil
}

// withContact adds the step of calling back, while somebody can be and was not.
func (in *Incident) withContact(steps ...Step) []Step {
	if in.reachable() && in.Tally.Contacted.IsZero() && in.Tally.Reports == 0 {
		steps = append(steps, StepContact)
	}
	return steps
}

// keepTime lets the clocks begin, stand, go on and end that do in the state that the
// incident has come to.
func (in *Incident) keepTime(at time.Time) {
	stand := in.State == Suspended || in.State == Merged
	steps := in.runs()
	for i := range in.Clocks {
		k := &in.Clocks[i]
		switch {
		case !k.Running():
		case stand && !k.stands():
			k.Pauses = append(k.Pauses, Pause{From: at})
		case !stand && k.stands():
			k.Pauses[len(k.Pauses)-1].To = at
		}
		if k.Running() && !stand && !slices.Contains(steps, k.Step) {
			k.end(at)
		}
	}
	for _, s := range steps {
		limit := in.Terms.Limits[s]
		if k := in.clock(s); limit != (Limit{}) && (k == nil || !k.Running()) {
			in.Clocks = append(in.Clocks, Clock{Step: s, Limit: limit, Began: at})
		}
	}
}

// clock is the last one of the step, or nil.
func (in *Incident) clock(s Step) *Clock {
	for i := len(in.Clocks) - 1; i >= 0; i-- {
		if in.Clocks[i].Step == s {
			return &in.Clocks[i]
		}
	}
	return nil
}

// end ends the clock; one that stands no longer does.
func (k *Clock) end(at time.Time) {
	if k.stands() {
		k.Pauses[len(k.Pauses)-1].To = at
	}
	k.Ended = at
}

// Readings are what all clocks of the incident show.
func (c *Calendar) Readings(in *Incident, now time.Time) []Reading {
	out := make([]Reading, len(in.Clocks))
	for i, k := range in.Clocks {
		out[i] = c.Read(k, now)
	}
	return out
}

// Local are the clocks of the incident with all times in the calendar's zone, as the
// readings have them.
func (c *Calendar) Local(in *Incident) []Clock {
	out := slices.Clone(in.Clocks)
	local := func(t *time.Time) {
		if !t.IsZero() {
			*t = t.In(c.zone)
		}
	}
	for i := range out {
		k := &out[i]
		local(&k.Began)
		local(&k.Ended)
		k.Pauses = slices.Clone(k.Pauses)
		for j := range k.Pauses {
			local(&k.Pauses[j].From)
			local(&k.Pauses[j].To)
		}
	}
	return out
}

// Worst is the reading that matters most of the clocks that run: the worst colour,
// then the first that is due. False: none runs.
func (c *Calendar) Worst(in *Incident, now time.Time) (worst Reading, any bool) {
	for _, k := range in.Clocks {
		if !k.Running() {
			continue
		}
		r := c.Read(k, now)
		if !any || r.Colour.worse(worst.Colour) || r.Colour == worst.Colour && r.Due.Before(worst.Due) {
			worst, any = r, true
		}
	}
	return worst, any
}
