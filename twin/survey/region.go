package survey

import (
	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// The bounds of what is drawn.
const (
	MaxVertices            = 10_000
	MaxPoints              = 200    // that are drawn alone: nothing spares the way over all of them
	MaxReach    geo.Metres = 20_000 // of a buffer
)

// Region is a piece of ground. The zero Region is everywhere. It is immutable.
type Region struct{ tests []test }

// test is one way in which ground is bounded.
type test struct {
	box    orb.Bound     // that everything in it touches
	core   orb.Bound     // that all its points lie in; the zero Bound: as box
	site   *geo.Prepared // all that shares a point with it is in it; nil: thing has to be asked
	thing  func(*twin.Thing) bool
	point  func(orb.Point, assets.Location) bool
	placed bool               // point wants to know where in the district a point is
	spots  func() []orb.Point // some points of an outline, for who only asks of points; nil: none
}

// And is the ground that is in both.
func (r Region) And(o Region) Region {
	return Region{append(append([]test(nil), r.tests...), o.tests...)}
}

// Everywhere says whether it is not bounded.
func (r Region) Everywhere() bool { return len(r.tests) == 0 }

var world = orb.Bound{Min: orb.Point{-360, -180}, Max: orb.Point{360, 180}}

// bound is a box that everything in the region touches.
func (r Region) bound() orb.Bound {
	b := world
	for _, t := range r.tests {
		for k := range 2 {
			b.Min[k], b.Max[k] = max(b.Min[k], t.box.Min[k]), min(b.Max[k], t.box.Max[k])
		}
	}
	return b
}

// core is a box that all points of the region lie in.
func (r Region) core() orb.Bound {
	b := r.bound()
	for _, t := range r.tests {
		if t.core != (orb.Bound{}) {
			for k := range 2 {
				b.Min[k], b.Max[k] = max(b.Min[k], t.core.Min[k]), min(b.Max[k], t.core.Max[k])
			}
		}
	}
	return b
}

// site is what everything in the region shares a point with; nil: it is everywhere. But
// is the test that all that does so passes, or -1.
func (r Region) site() (site *geo.Prepared, but int) {
	but = -1
	for i, t := range r.tests {
		if t.site != nil && (but < 0 || smaller(t.box, r.tests[but].box)) {
			but = i
		}
	}
	if but >= 0 {
		return r.tests[but].site, but
	}
	if r.Everywhere() {
		return nil, but
	}
	box := r.tests[0].box
	for _, t := range r.tests {
		if smaller(t.box, box) {
			box = t.box
		}
	}
	return geo.Prepare(box), but
}

func smaller(a, b orb.Bound) bool {
	return (a.Max[0]-a.Min[0])*(a.Max[1]-a.Min[1]) < (b.Max[0]-b.Min[0])*(b.Max[1]-b.Min[1])
}

// has says whether the thing is in the region, if it passes the test but; -1: none is
// known to be passed.
func (r Region) has(t *twin.Thing, but int) bool {
	for i, is := range r.tests {
		if i != but && !is.thing(t) {
			return false
		}
	}
	return true
}

func (r Region) holds(p orb.Point, at assets.Location) bool {
	for _, is := range r.tests {
		if !is.point(p, at) {
			return false
		}
	}
	return true
}

// Box is what touches a box.
func Box(b orb.Bound) Region { return touching(geo.Prepare(b), nil) }

// Touching is what shares a point with an outline.
func Touching(g orb.Geometry) (Region, error) {
	if err := drawn(g); err != nil {
		return Region{}, err
	}
	return touching(geo.Prepare(g), spotsOf(g)), nil
}

func touching(p *geo.Prepared, spots func() []orb.Point) Region {
	is := outline(p, spots, func(t *twin.Thing) bool { return p.Intersects(t.Geometry()) })
	is.site = p
	return Region{[]test{is}}
}

// Inside is what lies in an outline with all of it.
func Inside(g orb.Geometry) (Region, error) {
	if err := drawn(g); err != nil {
		return Region{}, err
	}
	if g.Dimensions() < 2 {
		return Region{}, invalid("geometry: %s, want a polygon to be within", g.GeoJSONType())
	}
	p := geo.Prepare(g)
	return Region{[]test{outline(p, spotsOf(g), func(t *twin.Thing) bool { return p.Holds(t.Geometry()) })}}, nil
}

func outline(p *geo.Prepared, spots func() []orb.Point, has func(*twin.Thing) bool) test {
	return test{
		box: p.Bound(), thing: has,
		point: func(q orb.Point, _ assets.Location) bool { return p.Intersects(q) },
		spots: spots,
	}
}

// Around is what is at most so many metres from a point, a line or an outline: a
// buffer, or a corridor.
func Around(g orb.Geometry, reach geo.Metres) (Region, error) {
	if err := drawn(g); err != nil {
		return Region{}, err
	}
	if !(reach >= 0 && reach <= MaxReach) {
		return Region{}, invalid("distance: %g, want 0 to %g metres", float64(reach), float64(MaxReach))
	}
	p := geo.Prepare(g)
	near := func(o orb.Geometry) bool { _, ok := p.Distance(o, reach); return ok }
	return Region{[]test{{
		box:   geo.Grow(p.Bound(), reach),
		thing: func(t *twin.Thing) bool { return near(t.Geometry()) },
		point: func(q orb.Point, _ assets.Location) bool { return near(q) },
		spots: spotsOf(g),
	}}}, nil
}

// drawn says what is wrong with a geometry that somebody drew.
func drawn(g orb.Geometry) error {
	if err := geo.Check(g); err != nil {
		return invalid("%w", err) // geo names the geometry itself
	}
	points, vertices := tallied(g)
	if points > MaxPoints || vertices > MaxVertices {
		return invalid("geometry: %d points and %d vertices, want at most %d and %d", points, vertices, MaxPoints, MaxVertices)
	}
	return nil
}

// tallied counts points that are drawn alone, and vertices of lines and outlines.
func tallied(g orb.Geometry) (points, vertices int) {
	add := func(m orb.Geometry) {
		p, v := tallied(m)
		points, vertices = points+p, vertices+v
	}
	switch g := g.(type) {
	case orb.Point:
		return 1, 0
	case orb.MultiPoint:
		return len(g), 0
	case orb.LineString:
		return 0, len(g)
	case orb.MultiLineString:
		for _, l := range g {
			add(l)
		}
	case orb.Polygon:
		for _, r := range g {
			add(orb.LineString(r))
		}
	case orb.MultiPolygon:
		for _, p := range g {
			add(p)
		}
	case orb.Collection:
		for _, m := range g {
			add(m)
		}
	}
	return points, vertices
}

// Stretch is a piece of the creek and its banks.
type Stretch struct {
	From, To geo.Metres // chainage
	Bank     geo.Bank   // or empty: both
	Off      geo.Metres // from the creek's line at most; 0: as far as things have a place along it
}

// Along is what stands along the stretch.
func (s *Survey) Along(st Stretch) (Region, error) {
	length := s.Length()
	switch {
	case s.o.River == nil:
		return Region{}, invalid("chainage: there is no creek here")
	case !(st.From >= 0 && st.From <= st.To):
		return Region{}, invalid("chainage: %g,%g, want two metres from 0 to %.0f that rise", float64(st.From), float64(st.To), float64(length))
	case st.Bank != "" && st.Bank != geo.Left && st.Bank != geo.Right:
		return Region{}, invalid("bank: %.40q, want left or right", st.Bank)
	case !(st.Off >= 0 && st.Off <= assets.MaxPlaceOffset):
		return Region{}, invalid("offset: %g, want 0 to %g metres", float64(st.Off), float64(assets.MaxPlaceOffset))
	}
	if st.Off == 0 {
		st.Off = assets.MaxPlaceOffset
	}
	in := func(at assets.Location) bool {
		p := at.Place
		return p != nil && p.Chainage >= st.From && p.Chainage <= st.To && p.Offset <= st.Off && (st.Bank == "" || p.Bank == st.Bank)
	}
	// A box of a long thing may touch only with the point that stands for it; the
	// public's places are rounded, so their boxes may lie a little beside.
	box := geo.Grow(s.o.River.Bound(min(st.From, length), min(st.To, length), st.Off), slack)
	return Region{[]test{{
		box: box, core: s.o.River.Bound(min(st.From, length), min(st.To, length), st.Off), thing: func(t *twin.Thing) bool { return in(t.Location()) },
		point: func(_ orb.Point, at assets.Location) bool { return in(at) }, placed: true,
	}}}, nil
}
