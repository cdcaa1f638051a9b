package sight

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"

	"suhe/geo"
	"suhe/twin"
)

// Seen is a camera that sees a place.
type Seen struct {
	Thing   *twin.Thing
	Glance  geo.Glance
	Level   Level   // of its picture there, at the field of view that it has
	Now     bool    // it sees the place as it stands; else it has to be turned
	Aim     geo.Aim // where to turn it, if it can be
	Turns   bool
	Closest float64 // pixels on a metre with all its zoom; 0: it has none, or it is not known
	Best    Level   // of that
}

// At are the cameras that see the place, the best first: those that need not be turned
// before others, then by level, then the nearest.
func (c *Cameras) At(p orb.Point, ask Asked) []Seen {
	out := []Seen{}
	for _, w := range c.watchers(p.Bound(), &ask) {
		bare := geo.NewEye(w.lens, nil)
		now := bare.InPicture(p, ask.Height)
		if !now && !bare.InReach(p, ask.Height) || !c.eye(w.lens, p.Bound(), &ask).Clear(p, ask.Height) {
			continue
		}
		out = append(out, seen(w, bare, p, ask.Height, now))
	}
	slices.SortFunc(out, func(a, b Seen) int {
		return cmp.Or(cmp.Compare(rank(b.Now), rank(a.Now)), cmp.Compare(b.Level.rank(), a.Level.rank()),
			cmp.Compare(a.Glance.Metres, b.Glance.Metres), cmp.Compare(a.Thing.Asset.ID, b.Thing.Asset.ID))
	})
	return out
}

func seen(w watcher, e *geo.Eye, p orb.Point, z geo.Metres, now bool) Seen {
	s := Seen{Thing: w.thing, Glance: e.Glance(p, z), Now: now, Turns: w.lens.Turn.Can}
	s.Level = LevelOf(s.Glance.Density)
	if s.Turns {
		s.Aim = e.Aim(p, z)
		s.Closest = w.lens.Density(w.lens.Turn.Narrow, s.Glance.Metres)
		s.Best = LevelOf(s.Closest)
	}
	return s
}

func rank(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
