package survey

import (
	"context"
	"slices"

	"suhe/assets"
)

// The bounds of a walk.
const (
	MaxDepth  = 20
	MaxWalked = 10_000 // things
)

// Walk is a walk over relations, from one thing.
type Walk struct {
	From   assets.ID
	Follow []string // names of relations or of their inverses; empty: all of both
	Depth  int      // steps at most, from 1
}

// Step is a thing that was reached, and how: by what the one before it is to it. It is
// reached once, by the fewest steps.
type Step struct {
	Depth  int       `json:"depth"`
	By     string    `json:"by"`     // upstream_of: From is upstream of this
	From   assets.ID `json:"from"`   // the thing before
	Thing  Row       `json:"thing"`  //
	Onward bool      `json:"onward"` // it is not the end: the walk went no further for its depth
}

// Walked is where a walk came to.
type Walked struct {
	From  Row    `json:"from"`
	Steps []Step `json:"steps"` // nearest first, in order of how they were reached
}

// turn is a way that a walk may take: a relation, forward or back.
type turn struct {
	relation, name string
	back           bool
}

// turns are those that a walk may take: of relations that who asks is told of.
func turns(a *Ask, follow []string) (out []turn, err error) {
	var names []string
	for _, r := range assets.Relations() {
		names = append(names, r.Name, r.Inverse)
		for _, t := range []turn{{r.Name, r.Name, false}, {r.Name, r.Inverse, true}} {
			wanted := slices.Contains(follow, t.name)
			if wanted && !a.shows(r.Sensitive) {
				return nil, denied("follow: %s: you are not shown it", t.name)
			}
			if wanted || len(follow) == 0 && a.shows(r.Sensitive) {
				out = append(out, t)
			}
		}
	}
	for _, name := range follow {
		if !slices.Contains(names, name) {
			return nil, invalid("follow: %.40q, want some of %v", name, names)
		}
	}
	return out, nil
}

// Walk follows relations from a thing that who asks sees; what they do not see ends the
// way there. Kinds, classes, filter and region say which of the things that are reached
// are told. Cycles are walked once.
func (s *Survey) Walk(ctx context.Context, a Ask, w Walk) (Walked, error) {
	if w.Depth < 1 || w.Depth > MaxDepth {
		return Walked{}, invalid("depth: %d, want 1 to %d", w.Depth, MaxDepth)
	}
	ways, err := turns(&a, w.Follow)
	if err != nil {
		return Walked{}, err
	}
	begin := s.o.World.ByID(w.From)
	if begin == nil || a.Sees == nil || !a.Sees(begin.Asset) {
		return Walked{}, notFound(w.From)
	}
	out := Walked{From: a.row(begin), Steps: []Step{}}
	reached := map[assets.ID]bool{w.From: true}
	now := []assets.ID{w.From}
	for depth := 1; depth <= w.Depth && len(now) > 0; depth++ {
		var next []assets.ID
		for _, id := range now {
			if err := ctx.Err(); err != nil {
				return out, err
			}
			for _, n := range s.neighbours(&a, id, ways) {
				if reached[n.to] {
					continue
				}
				if len(reached) > MaxWalked {
					return out, costly("depth: more than %d things are reached, want fewer steps or relations", MaxWalked)
				}
				reached[n.to] = true
				next = append(next, n.to)
				if t := s.o.World.ByID(n.to); t != nil && a.told(t.Asset.Kind) && a.takes(t) {
					out.Steps = append(out.Steps, Step{Depth: depth, By: n.relation, From: id, Thing: a.row(t)})
				}
			}
		}
		now = next
	}
	for i := range out.Steps {
		if step := &out.Steps[i]; step.Depth == w.Depth {
			step.Onward = slices.ContainsFunc(s.neighbours(&a, step.Thing.ID, ways), func(n link) bool { return !reached[n.to] })
		}
	}
	return out, nil
}

func (a *Ask) told(k assets.Kind) bool { return len(a.Kinds) == 0 || slices.Contains(a.Kinds, k) }

// neighbours are the things one step from it that who asks sees, by the names of the
// turns, in their order. A relation to what it cannot be to is none.
func (s *Survey) neighbours(a *Ask, id assets.ID, ways []turn) (out []link) {
	forward, back := s.o.Links.of(id)
	here := s.o.World.ByID(id)
	if here == nil {
		return nil
	}
	for _, way := range ways {
		links := forward
		if way.back {
			links = back
		}
		for _, l := range links {
			t := s.o.World.ByID(l.to)
			if l.relation != way.relation || t == nil || !a.Sees(t.Asset) {
				continue
			}
			from, to := here.Asset.Kind, t.Asset.Kind
			if way.back {
				from, to = to, from
			}
			if fits(way.relation, from, to) {
				out = append(out, link{way.name, l.to})
			}
		}
	}
	return out
}

func fits(relation string, from, to assets.Kind) bool {
	for _, r := range assets.Relations() {
		if r.Name == relation {
			return slices.Contains(r.From, from) && slices.Contains(r.To, to)
		}
	}
	return false
}
