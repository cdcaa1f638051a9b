package geo

import (
	"slices"

	"github.com/paulmach/orb"
)

// Equals says whether both are made of the same points.
func (p *Prepared) Equals(g orb.Geometry) bool {
	return boundOf(g) == p.figure.bound && p.with(g, func(f, o *figure) bool { return f.liesIn(o) && o.liesIn(f) })
}

// Adjoins says whether the two share points, but their interiors do not: what OGC
// 06-103r4 calls touching. A point has no boundary, so two points never do.
func (p *Prepared) Adjoins(g orb.Geometry) bool {
	return p.with(g, func(f, o *figure) bool { return f.meets(o) && f.common(o) == none })
}

// Overlaps says whether two of one dimension have a part of that dimension in common,
// and each has points that the other has not.
func (p *Prepared) Overlaps(g orb.Geometry) bool {
	return p.with(g, func(f, o *figure) bool {
		d := f.dimension()
		return d == o.dimension() && f.common(o) == d && f.liesTo(o) == outside && o.liesTo(f) == outside
	})
}

// Crosses says whether the interiors of the two meet, and what they have in common is
// of a lesser dimension than the greater of both and less than the smaller: points that
// lie in part on a line or in an area, a line that is in part in an area, lines that
// meet in points alone. Two areas never cross, nor do points.
func (p *Prepared) Crosses(g orb.Geometry) bool {
	return p.with(g, func(f, o *figure) bool {
		switch d, e := f.dimension(), o.dimension(); {
		case d < e:
			return f.common(o) != none && f.liesTo(o) == outside
		case d > e:
			return f.common(o) != none && o.liesTo(f) == outside
		default:
			return d == lengthwise && f.common(o) == pointwise
		}
	})
}

// with asks about g, taken apart, and the prepared one; it is false if they lie apart.
func (p *Prepared) with(g orb.Geometry, ask func(f, o *figure) bool) bool {
	if !p.figure.bound.Intersects(boundOf(g)) {
		return false
	}
	f := figurePool.Get().(*figure)
	defer figurePool.Put(f)
	f.fill(g)
	return ask(f, p.shape())
}

// extent is the dimension of a set of points of the plane.
type extent int8

const (
	none extent = iota - 1
	pointwise
	lengthwise
	areal
)

// dimension is that of the figure's greatest part.
func (f *figure) dimension() extent {
	d := none
	if len(f.points) > 0 {
		d = pointwise
	}
	for i := range f.pieces {
		d = max(d, f.pieces[i].dimension())
	}
	return d
}

func (p *piece) dimension() extent {
	if p.polygon != nil {
		return areal
	}
	return lengthwise
}

// common is the dimension of what the interiors of both have in common.
func (f *figure) common(o *figure) extent {
	best := max(f.piecesIn(o), o.piecesIn(f))
	if best == none && (f.pointsIn(o) || o.pointsIn(f) || f.linesMeet(o)) {
		return pointwise
	}
	return best
}

// pointsIn says whether one of f's points lies in the interior of o.
func (f *figure) pointsIn(o *figure) bool {
	return slices.ContainsFunc(f.points, func(p orb.Point) bool { return o.locate(p) == within })
}

// piecesIn is the dimension of what f's lines and polygons have in common with the
// interior of o, but for points.
func (f *figure) piecesIn(o *figure) extent {
	best := none
	for i := range f.pieces {
		if p := &f.pieces[i]; p.dimension() > best && f.pieceEnters(p, o) {
			best = p.dimension()
		}
	}
	return best
}

// pieceEnters says whether a stretch of a line runs in the interior of o; of a polygon,
// whether its ring runs in a polygon of o, or the two have the same ring. One that has a
// polygon of o in it is found from there.
func (f *figure) pieceEnters(p *piece, o *figure) bool {
	if !p.bound.Intersects(o.bound) {
		return false
	}
	for _, b := range f.bundles[p.from:p.to] {
		if !b.bound.Intersects(o.bound) {
			continue
		}
		for _, e := range f.edges[b.from:b.to] {
			if _, in := o.span(e, o.pieces, p.polygon == nil); in {
				return true
			}
		}
	}
	return p.polygon != nil && o.locateInAny(o.pieces, f.interior(p)) == within
}

// linesMeet says whether lines of both meet in a point that ends neither.
func (f *figure) linesMeet(o *figure) bool {
	meet := func(some, others [][2]orb.Point) bool {
		for _, s := range some {
			for _, t := range others {
				if f.meetsInside(s, o, t) {
					return true
				}
			}
		}
		return false
	}
	for i := range f.pieces {
		for k := range o.pieces {
			p, q := &f.pieces[i], &o.pieces[k]
			if p.polygon == nil && q.polygon == nil && p.bound.Intersects(q.bound) && f.edgesMeet(p, o, q, meet) {
				return true
			}
		}
	}
	return false
}

// meetsInside says whether an edge of f's lines and one of o's share a point of the
// interior of both.
func (f *figure) meetsInside(s [2]orb.Point, o *figure, t [2]orb.Point) bool {
	if !boxesTouch(s, t) {
		return false
	}
	if properlyCross(s, t) {
		return !f.endsWhere(s, t) && !o.endsWhere(s, t)
	}
	for _, v := range [...]orb.Point{s[0], s[1], t[0], t[1]} {
		if onBoth(v, s, t) && f.locate(v) == within && o.locate(v) == within {
			return true
		}
	}
	return false
}

// endsWhere says whether the boundary of f's lines has the point at which edges cross.
func (f *figure) endsWhere(s, t [2]orb.Point) bool {
	for i := range f.pieces {
		p := &f.pieces[i]
		if p.polygon != nil {
			continue
		}
		for _, end := range [...]orb.Point{f.first(p), f.last(p)} {
			if onBoth(end, s, t) && f.locate(end) == onBoundary {
				return true
			}
		}
	}
	return false
}

// onBoth says whether a point lies on both edges.
func onBoth(v orb.Point, s, t [2]orb.Point) bool {
	at := [2]orb.Point{v, v}
	return segmentsTouch(s, at) && segmentsTouch(t, at)
}
