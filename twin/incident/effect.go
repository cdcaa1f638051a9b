package incident

import (
	"slices"

	"suhe/assets"
)

// What the verbs make of an incident beside the state that their rows name: they are
// given it in the state that it had.

func begins(in *Incident, e *Event) {
	in.ID, in.What, in.Terms, in.Sources = e.Own.ID, *e.Own.What, *e.Own.Terms, e.Own.Sources
	attaches(in, e)
	in.Task.Level = in.Terms.Level
	in.Tally.Begun = e.At
}

func files(in *Incident, e *Event) {
	in.Tally.Filed = e.At
	if e.Severity != 0 {
		in.What.Severity = e.Severity
	}
}

func merges(in *Incident, e *Event) {
	in.Before, in.Into = in.State, e.Into
}

func unmerges(in *Incident, _ *Event) {
	in.State, in.Before, in.Into = in.Before, "", ""
}

func dispatches(in *Incident, e *Event) {
	in.Task.Unit, in.Task.Person = e.Unit, e.Person
	in.Tally.Dispatches++
	if k := in.clock(StepAccept); k != nil && k.Running() {
		k.end(e.At) // the next one has all of the time
	}
}

func works(in *Incident, e *Event) {
	if p := e.person(); !slices.Contains(in.Task.Handlers, p) {
		in.Task.Handlers = append(in.Task.Handlers, p)
	}
}

func returns(in *Incident, _ *Event) {
	in.Tally.Returns++
	in.Task.Unit, in.Task.Person = "", ""
}

func contacts(in *Incident, e *Event) { in.Tally.Contacted = e.At }

func suspends(in *Incident, _ *Event) { in.Before = in.State }

func resumes(in *Incident, _ *Event) { in.State, in.Before = in.Before, "" }

func reports(in *Incident, e *Event) {
	works(in, e)
	in.Tally.Reports++
	in.Extension = nil
}

func asks(in *Incident, e *Event) {
	in.Extension = &Extension{By: e.person(), At: e.At, Extra: *e.Extra}
}

func approves(in *Incident, e *Event) {
	if k := in.clock(StepHandle); !e.No && k != nil && k.Running() {
		k.Extra += in.Extension.Extra.N
		k.Told = "" // there is time again
		in.Tally.Extensions++
	}
	in.Extension = nil
}

func redoes(in *Incident, _ *Event) {
	in.Tally.Reworks++
	in.Task.Round++
}

func closes(in *Incident, e *Event) {
	in.Tally.Closed = e.At
	in.Tally.Closes++
}

func evaluates(in *Incident, e *Event) { in.Tally.Satisfaction = e.Satisfaction }

func reopens(in *Incident, _ *Event) {
	in.Tally.Reopens++
	in.Task.Round++
	in.Task.Unit, in.Task.Person = "", ""
}

func escalates(in *Incident, _ *Event) { in.Task.Level = in.Task.Level.above() }

func supervises(in *Incident, e *Event) {
	in.Task.Supervised = e.By
	if e.No {
		in.Task.Supervised = ""
	}
}

func attaches(in *Incident, e *Event) {
	for _, p := range e.Own.Evidence {
		p.Round = in.Task.Round
		if p.By == "" {
			p.By = e.By
		}
		if p.At.IsZero() {
			p.At = e.At
		}
		in.Evidence = append(in.Evidence, p)
	}
}

func absorbs(in *Incident, e *Event) {
	in.Members = append(in.Members, e.Own.Member)
	in.Sources = append(in.Sources, e.Own.Sources...)
}

func releases(in *Incident, e *Event) {
	in.Members = slices.DeleteFunc(in.Members, func(id assets.ID) bool { return id == e.Own.Member })
	in.Sources = slices.DeleteFunc(in.Sources, func(s Source) bool { return s.Of == e.Own.Member })
}

func tells(in *Incident, e *Event) {
	if k := in.clock(e.Own.Step); k != nil {
		k.Told = e.Own.Told
	}
}
