package incident

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"suhe/assets"
	"suhe/internal/access"
)

// check refuses an action, or nil.
type check func(in *Incident, a *Action) error

func denied(why string, args ...any) error {
	return fmt.Errorf("%w: "+why, append([]any{access.ErrDenied}, args...)...)
}

func conflict(why string, args ...any) error {
	return fmt.Errorf("%w: "+why, append([]any{assets.ErrConflict}, args...)...)
}

func invalid(why string, args ...any) error {
	return fmt.Errorf("%w: "+why, append([]any{assets.ErrInvalid}, args...)...)
}

// The checks of who acts.

// charge wants who acts to be in charge of the whole division that the incident is
// with by now: what went up to the district no street sends anybody for.
func charge(in *Incident, a *Action) error {
	ground := in.Task.Level.ground(in.What.Area)
	if ground == "" && !a.Who.Scope.Everywhere() || ground != "" && !a.Who.Scope.Holds(ground) {
		return denied("the incident is with the %s %s, want who is in charge of all of it", in.Task.Level, ground)
	}
	return nil
}

// assigned wants the one that it was dispatched to, if it was to one; of what was
// dispatched to a unit alone, nobody who is of another.
func assigned(in *Incident, a *Action) error {
	if t := in.Task; t.Person == "" && t.Unit != "" && a.Who.Unit != "" && a.Who.Unit != t.Unit {
		return denied("it was dispatched to %s, not to %s", t.Unit, a.Who.Unit)
	}
	if p := in.Task.Person; p != "" && p != a.Who.Person() && a.Who.ID != "device:"+p {
		return denied("it was dispatched to another person")
	}
	return nil
}

// notOwn wants somebody else than those who worked on it.
func notOwn(in *Incident, a *Action) error {
	if p := a.Who.Person(); slices.Contains(in.Task.Handlers, p) {
		return denied("%s worked on it, want somebody else", p)
	}
	return nil
}

// notAsked wants somebody else than who asked for the extension.
func notAsked(in *Incident, a *Action) error {
	if in.Extension != nil && in.Extension.By == a.Who.Person() {
		return denied("%s asked for it, want somebody else", a.Who.Person())
	}
	return nil
}

// callsBack lets who reported an incident say how it went, whatever else he may do.
func callsBack(in *Incident, a *Action) bool {
	return a.Verb == Evaluate && a.Satisfaction != 0 && in.State != "" && in.reporter() == a.Who.Person() && a.Who.Scope.May(access.Report)
}

// The checks of what is given, and of what is there.

// The bounds of texts, in bytes.
const (
	maxReason = 4000
	maxName   = 128
)

// bounded wants all that is given to be of a kind and size that can be kept.
func bounded(_ *Incident, a *Action) error {
	for _, f := range []struct {
		name, text string
		most       int
	}{{"reason", a.Reason, maxReason}, {"unit", a.Unit, maxName}, {"person", a.Person, maxName}, {"into", string(a.Into), maxName}} {
		if len(f.text) > f.most || !utf8.ValidString(f.text) || strings.ContainsRune(f.text, 0) {
			return invalid("%s: %d bytes, want at most %d of UTF-8", f.name, len(f.text), f.most)
		}
	}
	if a.Place != nil && !onEarth(*a.Place) {
		return invalid("place: %v, want [lon, lat] in degrees", *a.Place)
	}
	return nil
}

func onEarth(p [2]float64) bool { return math.Abs(p[0]) <= 180 && math.Abs(p[1]) <= 90 }

func reason(_ *Incident, a *Action) error {
	if strings.TrimSpace(a.Reason) == "" {
		return invalid("reason: none, want why")
	}
	return nil
}

// inside wants what only the room itself can give.
func inside(_ *Incident, a *Action) error {
	if a.own == nil {
		return denied("it cannot be asked for")
	}
	return nil
}

// The bounds of one incident: its document is kept in one piece.
const (
	maxEvidence = 200
	maxSources  = 500
)

// room wants room in the document for what is added.
func room(in *Incident, a *Action) error {
	switch {
	case len(in.Evidence)+len(a.own.Evidence) > maxEvidence:
		return conflict("%d pieces of evidence, want at most %d", len(in.Evidence), maxEvidence)
	case len(in.Sources)+len(a.own.Sources) > maxSources:
		return conflict("%d sources, want at most %d", len(in.Sources), maxSources)
	}
	return nil
}

func filable(in *Incident, _ *Action) error {
	if n := len(in.Evidence); n < in.Terms.Filing {
		return conflict("%d pieces of evidence, its class wants %d to be filed", n, in.Terms.Filing)
	}
	return nil
}

func severity(_ *Incident, a *Action) error {
	if a.Severity < 0 || a.Severity > 4 {
		return invalid("severity: %d, want 1 to 4", a.Severity)
	}
	return nil
}

func into(in *Incident, a *Action) error {
	switch {
	case a.Into == "" || a.Into == in.ID:
		return invalid("into: %q, want the number of another incident", a.Into)
	case len(in.Members) > 0:
		return conflict("%d others are part of it: unmerge them first", len(in.Members))
	}
	return nil
}

func somebody(in *Incident, a *Action) error {
	if a.Unit == "" && a.Person == "" {
		return invalid("unit, person: none, want one of them")
	}
	if in.State == Dispatched && a.Unit == in.Task.Unit && a.Person == in.Task.Person {
		return conflict("it is dispatched to them already")
	}
	return nil
}

func callable(in *Incident, _ *Action) error {
	switch {
	case !in.reachable():
		return conflict("nobody who reported it left a way to be reached")
	case !in.Tally.Contacted.IsZero():
		return conflict("they were called already")
	}
	return nil
}

func suspendable(in *Incident, _ *Action) error {
	if !in.Terms.Suspend {
		return conflict("its class cannot be suspended")
	}
	return nil
}

func proved(in *Incident, _ *Action) error {
	if n := in.proofs(); n < in.Terms.Proof {
		return conflict("%d files of after the work, its class wants %d", n, in.Terms.Proof)
	}
	return nil
}

func extendable(in *Incident, a *Action) error {
	k := in.clock(StepHandle)
	switch {
	case k == nil || !k.Running():
		return conflict("no clock of handling runs")
	case in.Extension != nil:
		return conflict("an extension is asked for already")
	case in.Tally.Extensions >= in.Terms.Extensions:
		return conflict("it was extended %d times, its class allows %d", in.Tally.Extensions, in.Terms.Extensions)
	case a.Extra == nil || a.Extra.Unit != k.Limit.Unit || !(a.Extra.N > 0 && a.Extra.N <= k.Limit.N):
		return invalid("extra: want more than 0 and at most %v %s", k.Limit.N, k.Limit.Unit)
	}
	return nil
}

func asked(in *Incident, _ *Action) error {
	if in.Extension == nil {
		return conflict("no extension is asked for")
	}
	return nil
}

func satisfied(_ *Incident, a *Action) error {
	if a.Satisfaction < 0 || a.Satisfaction > 5 {
		return invalid("satisfaction: %d, want 1 to 5, or 0 if nobody could be asked", a.Satisfaction)
	}
	return nil
}

func higher(in *Incident, _ *Action) error {
	if in.Task.Level.above() == "" {
		return conflict("it is with the %s, the highest", in.Task.Level)
	}
	return nil
}
