package geo

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/paulmach/orb"
)

// Prepared is a geometry, in degrees WGS84, made ready to be compared with many
// others. It works in the plane of degrees, where edges are straight, with the
// predicates of OGC 06-103r4. Rings and multipolygons must be valid as the
// standard has it. It is immutable; comparing allocates nothing in the long run.
type Prepared struct {
	figure figure                 // of a box no more than its bound: shape has it
	box    bool                   // it is its own bound, and has an inside
	once   sync.Once              // lets a box be taken apart
	area   bool                   // it is one polygon or several
	cells  atomic.Pointer[raster] // of an area that was compared with much
}

// Prepare makes g, which must not be nil and is not changed any more, ready. A box that
// has no inside is the point or line that it is.
func Prepare(g orb.Geometry) *Prepared {
	p := new(Prepared)
	switch g := g.(type) {
	case orb.Bound:
		if p.box = g.Min[0] < g.Max[0] && g.Min[1] < g.Max[1]; p.box {
			p.figure.bound = g
			return p
		}
		p.figure.fill(boxGeometry(g))
		return p
	case orb.Polygon, orb.MultiPolygon:
		p.area = true
	}
	p.figure.fill(g)
	return p
}

// boxGeometry is the box as a geometry of its true dimension.
func boxGeometry(b orb.Bound) orb.Geometry {
	switch {
	case b.Min == b.Max:
		return b.Min
	case b.Min[0] == b.Max[0] || b.Min[1] == b.Max[1]:
		return orb.LineString{b.Min, b.Max}
	default:
		return b.ToPolygon()
	}
}

// shape is what it is made of.
func (p *Prepared) shape() *figure {
	if p.box {
		p.once.Do(func() { p.figure.add(p.figure.bound) })
	}
	return &p.figure
}

// raster lets an area be compared with much in less time.
func (p *Prepared) raster() {
	if p.area && p.cells.Load() == nil {
		p.cells.Store(newRaster(&p.figure))
	}
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
	if r := p.cells.Load(); r != nil && p.touchesCorner(g) {
		return true
	}
	switch b := boundOf(g); {
	case !p.figure.bound.Intersects(b):
		return false
	case p.box && !b.IsEmpty() && overlaps(&p.figure.bound, &b), p.box && p.touchesCorner(g):
		return true
	}
	f := figurePool.Get().(*figure)
	defer figurePool.Put(f)
	f.fill(g)
	return f.meets(p.shape())
}

// touchesCorner says whether a corner of a line or polygon lies in it.
func (p *Prepared) touchesCorner(g orb.Geometry) bool {
	switch g := g.(type) {
	case orb.LineString:
		return slices.ContainsFunc(g, p.Touches)
	case orb.Polygon:
		return slices.ContainsFunc(g, func(r orb.Ring) bool { return slices.ContainsFunc(r, p.Touches) })
	}
	return false
}

// Touches is Intersects of a point; it allocates nothing.
func (p *Prepared) Touches(point orb.Point) bool {
	if in := holds(&p.figure.bound, point); !in || p.box {
		return in
	}
	if r := p.cells.Load(); r != nil {
		return r.touches(point)
	}
	return p.figure.locate(point) != outside
}

// Holds says whether g lies within it: no point of g is outside, and their
// interiors meet, so that a line along the edge of a polygon is not within it.
func (p *Prepared) Holds(g orb.Geometry) bool {
	if point, ok := g.(orb.Point); ok {
		return holds(&p.figure.bound, point) && p.shape().locate(point) == within
	}
	switch b := boundOf(g); {
	case !surrounds(p.figure.bound, b):
		return false
	case p.box && inBox(p.figure.bound, b):
		return true
	}
	f := figurePool.Get().(*figure)
	defer figurePool.Put(f)
	f.fill(g)
	return f.liesIn(p.shape())
}

// Within says whether it lies within g.
func (p *Prepared) Within(g orb.Geometry) bool {
	if !surrounds(boundOf(g), p.figure.bound) {
		return false
	}
	f := figurePool.Get().(*figure)
	defer figurePool.Put(f)
	f.fill(g)
	return p.shape().liesIn(f)
}

// holds says whether the point is in the box; one that is nowhere, and so no number, is
// in none.
func holds(b *orb.Bound, p orb.Point) bool {
	return b.Min[0] <= p[0] && p[0] <= b.Max[0] && b.Min[1] <= p[1] && p[1] <= b.Max[1]
}

// surrounds says whether the box b lies in the box a.
func surrounds(a, b orb.Bound) bool { return a.Contains(b.Min) && a.Contains(b.Max) }

// inBox says whether the box b, and there is one, lies in the interior of the box a.
func inBox(a, b orb.Bound) bool {
	return !b.IsEmpty() && a.Min[0] < b.Min[0] && a.Min[1] < b.Min[1] && b.Max[0] < a.Max[0] && b.Max[1] < a.Max[1]
}
