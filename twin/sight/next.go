package sight

import (
	"context"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// Place is where a further camera would see much of what none sees yet.
type Place struct {
	At      orb.Point
	Azimuth geo.Degrees
	Area    float64    // m² that it would add, after those before it
	Bank    geo.Metres // likewise
}

// The bounds of the search.
const (
	maxSites  = 150 // places that are tried
	maxGoals  = 60_000
	azimuths  = 24
	goalEvery = geo.Metres(2) // of blind bank
)

// goal is something blind: a cell, or some metres of bank.
type goal struct {
	at   orb.Point
	area float64
	bank geo.Metres
	done bool // a place that was found sees it
}

// site is a place that is tried, and the goals that nothing hides from it.
type site struct {
	eye   *geo.Eye
	goals []int32
}

// next finds places for further cameras, each the best after those before it: of some
// places spread over what is blind, and some directions of each. That is not the best
// of all, but never far less than two thirds of it (Nemhauser, Wolsey, Fisher, An
// analysis of approximations for maximizing submodular set functions, 1978), as far as
// the tried places and directions go.
func (c *Cameras) next(ctx context.Context, g *grid, covered *Coverage, ask *Wanted) ([]Place, error) {
	if ask.Next == 0 {
		return nil, nil
	}
	goals := goalsOf(g, covered, ask.Bank)
	sites, err := c.sites(ctx, goals, ask)
	if err != nil {
		return nil, err
	}
	frames := make([]*geo.Eye, len(sites)*azimuths)
	out := []Place{}
	for range min(ask.Next, MaxNext) {
		best, from := Place{}, -1
		for i := range sites {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			for k := range azimuths {
				f := &frames[i*azimuths+k]
				if *f == nil {
					l := sites[i].eye.Lens()
					l.Azimuth = geo.Degrees(k * 360 / azimuths)
					*f = geo.NewEye(l, nil)
				}
				if p := gain(*f, sites[i].goals, goals, ask.Height); worth(p, ask.Bank) > worth(best, ask.Bank) {
					best, from = p, i*azimuths+k
				}
			}
		}
		if from < 0 {
			break
		}
		for _, i := range sites[from/azimuths].goals {
			goals[i].done = goals[i].done || frames[from].InPicture(goals[i].at, ask.Height)
		}
		out = append(out, best)
	}
	return out, nil
}

func worth(p Place, bank bool) float64 {
	if bank {
		return float64(p.Bank)
	}
	return p.Area
}

// gain is what a camera would add.
func gain(e *geo.Eye, clear []int32, goals []goal, height geo.Metres) Place {
	l := e.Lens()
	p := Place{At: l.At, Azimuth: l.Azimuth}
	for _, i := range clear {
		if t := &goals[i]; !t.done && e.InPicture(t.at, height) {
			p.Area += t.area
			p.Bank += t.bank
		}
	}
	return p
}

// goalsOf are the blind cells and some points of the blind bank; what matters most
// comes first and is there, of the rest as much as there is room for.
func goalsOf(g *grid, covered *Coverage, bank bool) []goal {
	var cells, points []goal
	for row := range g.rows {
		for column := range g.columns {
			if is := g.cells[row*g.columns+column]; is.open() && is.eyes == 0 {
				cells = append(cells, goal{at: g.middle(column, row), area: float64(covered.Step * covered.Step)})
			}
		}
	}
	for _, gap := range covered.Bank.Blind {
		n := max(1, int(gap.Length/goalEvery))
		each := gap.Length / geo.Metres(n)
		for i := range n {
			if part := Part(gap.Line, each*geo.Metres(i), each*(geo.Metres(i)+.5)); len(part) > 0 {
				points = append(points, goal{at: part[len(part)-1], bank: each})
			}
		}
	}
	cells, points = thin(cells), thin(points)
	if bank {
		return append(points, cells...)
	}
	return append(cells, points...)
}

// thin leaves every so-manieth goal, which stands for those that are left out.
func thin(goals []goal) []goal {
	every := (len(goals) + maxGoals/2 - 1) / (maxGoals / 2)
	if every <= 1 {
		return goals
	}
	var out []goal
	for i := every / 2; i < len(goals); i += every {
		t := goals[i]
		t.area, t.bank = t.area*float64(every), t.bank*geo.Metres(every)
		out = append(out, t)
	}
	return out
}

// sites are places among the goals that matter, apart from each other, but none on the
// water, with what each might see.
func (c *Cameras) sites(ctx context.Context, goals []goal, ask *Wanted) ([]site, error) {
	var out []site
	for _, p := range spread(goals, ask) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if !ask.Bank && c.wet(p, ask) {
			continue
		}
		l := ask.With
		l.At, l.Turn, l.Unaimed = p, geo.Turn{}, false
		box := reachOf(l)
		s := site{eye: c.eye(l, box, &ask.Asked)}
		for i := range goals {
			if box.Contains(goals[i].at) && s.eye.Clear(goals[i].at, ask.Height) {
				s.goals = append(s.goals, int32(i))
			}
		}
		out = append(out, s)
	}
	return out, nil
}

// spread are the places of goals that matter, one of each square of the ground, which
// are as large as it takes for there to be few enough.
func spread(goals []goal, ask *Wanted) []orb.Point {
	side := geo.Grow(orb.Bound{}, ask.With.Range/4).Max[1] // degrees
	for ; ; side *= 1.3 {
		var out []orb.Point
		taken := map[[2]int]bool{}
		for i := range goals {
			p := goals[i].at
			square := [2]int{int(math.Floor(p[0] / side)), int(math.Floor(p[1] / side))}
			if (goals[i].bank > 0) == ask.Bank && !taken[square] {
				taken[square] = true
				out = append(out, p)
			}
		}
		if len(out) <= maxSites {
			return out
		}
	}
}

// wet says whether the place is on the water.
func (c *Cameras) wet(p orb.Point, ask *Wanted) bool {
	return slices.ContainsFunc(c.world.Within(nil, assets.Water, p.Bound()), func(t *twin.Thing) bool {
		return ask.counts(t) && geo.Contains(t.Asset.Shape.Geometry.Plane, p)
	})
}
