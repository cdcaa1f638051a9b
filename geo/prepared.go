package geo

import (
	"sync"

	"github.com/paulmach/orb"
)

// Prepared is a geometry, in degrees WGS84, made ready to be compared with many
// others. It works in the plane of degrees, where edges are straight, with the
// predicates of OGC 06-103r4. Rings and multipolygons must be valid as the
// standard has it. It is immutable; comparing allocates nothing in the long run.
type Prepared struct {
	figure figure
	box    bool // it is its own bound, and has an inside
}

// Prepare makes g, which must not be nil and is not changed any more, ready.
func Prepare(g orb.Geometry) *Prepared {
	p := new(Prepared)
	if b, ok := g.(orb.Bound); ok {
		p.box = b.Min[0] < b.Max[0] && b.Min[1] < b.Max[1]
	}
	p.figure.fill(g)
	return p
}

// Bound is the box around it.
func (p *Prepared) Bound() orb.Bound { return p.figure.bound }

// figurePool lends the figures of what is compared.
var figurePool = sync.Pool{New: func() any { return new(figure) }}

// Intersects says whether the two share a point.
func (p *Prepared) Intersects(g orb.Geometry) bool {
	if point, ok := g.(orb.Point); ok {
		return p.Touches(point)
	}
	switch b := g.Bound(); {
	case !p.figure.bound.Intersects(b):
		return false
	case p.box && inBox(p.figure.bound, b):
		return true
	}
	f := figurePool.Get().(*figure)
	defer figurePool.Put(f)
	f.fill(g)
	return f.meets(&p.figure)
}

// Touches is Intersects of a point; it allocates nothing.
func (p *Prepared) Touches(point orb.Point) bool {
	return p.figure.bound.Contains(point) && (p.box || p.figure.locate(point) != outside)
}

// Holds says whether g lies within it: no point of g is outside, and their
// interiors meet, so that a line along the edge of a polygon is not within it.
func (p *Prepared) Holds(g orb.Geometry) bool {
	if point, ok := g.(orb.Point); ok {
		return p.figure.bound.Contains(point) && p.figure.locate(point) == within
	}
	switch b := g.Bound(); {
	case !surrounds(p.figure.bound, b):
		return false
	case p.box && inBox(p.figure.bound, b):
		return true
	}
	f := figurePool.Get().(*figure)
	defer figurePool.Put(f)
	f.fill(g)
	return f.liesIn(&p.figure)
}

// Within says whether it lies within g.
func (p *Prepared) Within(g orb.Geometry) bool {
	if !surrounds(g.Bound(), p.figure.bound) {
		return false
	}
	f := figurePool.Get().(*figure)
	defer figurePool.Put(f)
	f.fill(g)
	return p.figure.liesIn(f)
}

// surrounds says whether the box b lies in the box a.
func surrounds(a, b orb.Bound) bool { return a.Contains(b.Min) && a.Contains(b.Max) }

// inBox says whether the box b, and there is one, lies in the interior of the box a.
func inBox(a, b orb.Bound) bool {
	return !b.IsEmpty() && a.Min[0] < b.Min[0] && a.Min[1] < b.Min[1] && b.Max[0] < a.Max[0] && b.Max[1] < a.Max[1]
}
