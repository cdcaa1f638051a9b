package alarm

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/internal/docket"
)

// pack is an open alarm as the keeper has it: what the store has, what is to be
// written, and the conditions that it holds.
type pack struct {
	stored Alarm // what the store has; zero: nothing yet
	rev    int64 // of that
	steps  []Step
	is     Alarm // stored after the steps

	active map[Key]*Condition // that hold, listed or not
	joined []*Condition       // of these, what no step tells yet
	left   []Leave            // what holds no more, and no step tells yet
	spots  []spot             // where members are or were
	empty  time.Time          // since when none holds; zero: one does
	wrote  time.Time          // when a step was made last
}

// newPack is a pack around an alarm of the store.
func newPack(is Alarm, rev int64) *pack {
	return &pack{stored: is, is: is, rev: rev, active: map[Key]*Condition{}}
}

// hold adds a condition. told says that the alarm lists it already.
func (p *pack) hold(c *Condition, told bool) {
	p.active[c.Key] = c
	p.empty = time.Time{}
	if !told {
		p.joined = append(p.joined, c)
	}
	if s := spotOf(c); !slices.ContainsFunc(p.spots, func(o spot) bool { return o.carrier == s.carrier && o.gather >= s.gather }) {
		p.spots = append(p.spots, s)
	}
}

// drop ends a condition.
func (p *pack) drop(l Leave, now time.Time) {
	delete(p.active, l.Key)
	p.left = append(p.left, l)
	if len(p.active) == 0 {
		p.empty = now
	}
}

// do makes a step of the pack's alarm; one that it cannot take is an error.
func (p *pack) do(s Step) error {
	next, err := p.is.After(s)
	if err != nil {
		return err
	}
	p.is, p.steps = next, append(p.steps, s)
	p.wrote = s.At
	return nil
}

// atOnce bounds the members that one step tells of, so that it is not too long.
const atOnce = 60

// news are the steps that tell what joined and left; none if nothing did. Those that
// find no place in the list count.
func (p *pack) news(now time.Time) []Step {
	var out []Step
	add := func(s Step) {
		s.Verb, s.By, s.At = Change, Rules, now
		out = append(out, s)
	}
	listed := 0
	for i := range p.is.Members {
		if m := &p.is.Members[i]; m.Until == 0 {
			listed++
		}
	}
	for some := range slices.Chunk(p.left, atOnce) {
		add(Step{Leave: some})
	}
	for _, l := range p.left {
		if m := p.is.member(l.Key); m != nil && m.Until == 0 {
			listed--
		}
	}
	var list []Condition
	for _, c := range p.joined {
		if listed < MaxMembers {
			list = append(list, *c)
			listed++
		}
	}
	for some := range slices.Chunk(list, atOnce) {
		add(Step{Join: some})
	}
	if unlisted := len(p.active) - listed; unlisted != p.is.Unlisted {
		if len(out) == 0 {
			add(Step{})
		}
		out[len(out)-1].Unlisted = &unlisted
	}
	p.joined, p.left = nil, nil
	return out
}

// worst is the worst severity of what holds.
func (p *pack) worst() uint8 {
	var out uint8
	for _, c := range p.active {
		if worse(c.Severity, out) {
			out = c.Severity
		}
	}
	return out
}

// maxSources bounds the list of who says so.
const maxSources = 20

// trust is who says so, and how far all together are to be trusted: each may err on
// its own.
func (p *pack) trust() Trust {
	by := map[string]float64{}
	for _, c := range p.active {
		by[c.source()] = max(by[c.source()], c.Reliability)
	}
	doubt := 1.0
	for _, r := range by {
		doubt *= 1 - r
	}
	names := slices.SortedFunc(maps.Keys(by), func(a, b string) int {
		return cmp.Or(-cmp.Compare(by[a], by[b]), cmp.Compare(a, b))
	})
	return Trust{Reliability: tidy(1 - doubt), Sources: names[:min(len(names), maxSources)]}
}

// begins says whether nothing but the pack's begin is to be written, and that tells of
// no member yet: it is to tell of the first at once.
func (p *pack) begins() bool { return p.rev == 0 && len(p.steps) == 1 && p.steps[0].Join == nil }

// settle adds to the last of the steps what is so from now on.
func (p *pack) settle(steps []Step, now time.Time) {
	if len(steps) == 0 || len(p.active) == 0 {
		return
	}
	last := &steps[len(steps)-1]
	if worst := p.worst(); worst != p.is.Severity || p.is.ID == "" {
		last.Severity = &worst
	}
	trust := p.trust()
	if trust.Reliability != p.is.Reliability || !slices.Equal(trust.Sources, p.is.Sources) {
		last.Trust = &trust
	}
	if len(trust.Sources) > 1 && p.is.Confirmed == nil {
		last.Confirmed = &Act{By: Rules, At: now, Why: "several sources say so: " + strings.Join(trust.Sources[:2], ", ")}
	}
}

// changes are what makes the store's case what the pack is.
func (p *pack) changes(locate func(orb.Point) assets.Location) ([]docket.Change, error) {
	is, rev := p.stored, p.rev
	var out []docket.Change
	for _, s := range p.steps {
		var err error
		if is, err = is.After(s); err != nil {
			return nil, err
		}
		c, err := changeOf(is, rev, s, locate)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
		rev++
	}
	return out, nil
}

// changeOf is the change that a step makes of the case of that revision.
func changeOf(is Alarm, was int64, s Step, locate func(orb.Point) assets.Location) (docket.Change, error) {
	doc, err := json.Marshal(is)
	if err != nil {
		return docket.Change{}, fmt.Errorf("alarm %s: %w", is.ID, err)
	}
	event, err := json.Marshal(s)
	if err != nil {
		return docket.Change{}, fmt.Errorf("alarm %s: %w", is.ID, err)
	}
	return docket.Change{
		Case:  docket.Case{Marker: is.Marker(locate), Open: is.Open(), Doc: doc},
		Was:   was,
		Event: docket.Event{Type: "alarm." + string(s.Verb), Doc: event},
	}, nil
}
