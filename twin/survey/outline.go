package survey

import (
	"math"
	"slices"

	"github.com/paulmach/orb"

	"suhe/geo"
)

// The bounds of the points that stand for an outline.
const (
	outlineEvery    = geo.Metres(10)
	maxOutlineSpots = 5_000
)

// spotsOf are points of an outline: its vertices, and of its edges one every ten metres or
// as many as there is room for.
func spotsOf(g orb.Geometry) func() []orb.Point {
	return func() []orb.Point { return outlineSpots(g) }
}

func outlineSpots(g orb.Geometry) []orb.Point {
	var lines [][]orb.Point
	collect(g, func(line []orb.Point) { lines = append(lines, line) })
	length := geo.Metres(0)
	for _, l := range lines {
		length += geo.Length(l)
	}
	every := max(outlineEvery, length/maxOutlineSpots)
	var out []orb.Point
	for _, l := range lines {
		for i, p := range l {
			out = append(out, p)
			if i+1 == len(l) {
				continue
			}
			n := math.Ceil(float64(geo.Distance(p, l[i+1]) / every))
			for k := 1.0; k < n; k++ {
				out = append(out, orb.Point{p[0] + (l[i+1][0]-p[0])*k/n, p[1] + (l[i+1][1]-p[1])*k/n})
			}
		}
	}
	return out
}

// collect yields the points and lines that a geometry is drawn by.
func collect(g orb.Geometry, yield func([]orb.Point)) {
	switch g := g.(type) {
	case orb.Point:
		yield([]orb.Point{g})
	case orb.MultiPoint:
		for _, p := range g {
			yield([]orb.Point{p})
		}
	case orb.LineString:
		yield(g)
	case orb.Ring:
		yield(g)
	case orb.MultiLineString:
		for _, l := range g {
			yield(l)
		}
	case orb.Polygon:
		for _, r := range g {
			yield(r)
		}
	case orb.MultiPolygon:
		for _, p := range g {
			collect(p, yield)
		}
	case orb.Collection:
		for _, m := range g {
			collect(m, yield)
		}
	}
}

// Ground is the region as ground of which is asked who sees it.
func (s *Survey) Ground(r Region) Watched {
	out := Watched{Box: r.core()}
	if !r.Everywhere() {
		out.Holds = func(p orb.Point) bool { return r.holds(p, s.location(r, p)) }
		out.Spots = slices.DeleteFunc(r.spots(), func(p orb.Point) bool { return !out.Holds(p) })
	}
	return out
}

// spots are points that stand for the outlines of the region.
func (r Region) spots() (out []orb.Point) {
	for _, t := range r.tests {
		if t.spots != nil {
			out = append(out, t.spots()...)
		}
	}
	return out
}
