package geo

import "github.com/paulmach/orb"

// Intersects says whether a and b, in degrees WGS84, share a point. It works in
// the plane of degrees, where edges are straight.
func Intersects(a, b orb.Geometry) bool { return Prepare(b).Intersects(a) }

// meets says whether two figures share a point: a point of one lies in the
// other, edges touch, or a polygon holds a vertex of the other's piece.
func (f *figure) meets(o *figure) bool {
	if !f.bound.Intersects(o.bound) {
		return false
	}
	for _, p := range f.points {
		if o.locate(p) != outside {
			return true
		}
	}
	for _, p := range o.points {
		if f.locate(p) != outside {
			return true
		}
	}
	for i := range f.pieces {
		for k := range o.pieces {
			if f.pieceMeets(&f.pieces[i], o, &o.pieces[k]) {
				return true
			}
		}
	}
	return false
}

func (f *figure) pieceMeets(p *piece, o *figure, q *piece) bool {
	return p.bound.Intersects(q.bound) && (f.edgesMeet(p, o, q, edgesTouch) ||
		p.polygon != nil && f.locateIn(p, o.first(q)) != outside ||
		q.polygon != nil && o.locateIn(q, f.first(p)) != outside)
}

// edgesMeet says whether meet does of any bundles of the two that may.
func (f *figure) edgesMeet(p *piece, o *figure, q *piece, meet func(some, others [][2]orb.Point) bool) bool {
	for _, b := range f.bundles[p.from:p.to] {
		if !b.bound.Intersects(q.bound) {
			continue
		}
		for _, c := range o.bundles[q.from:q.to] {
			if b.bound.Intersects(c.bound) && meet(f.edges[b.from:b.to], o.edges[c.from:c.to]) {
				return true
			}
		}
	}
	return false
}

func edgesTouch(some, others [][2]orb.Point) bool {
	for _, s := range some {
		for _, t := range others {
			if segmentsTouch(s, t) {
				return true
			}
		}
	}
	return false
}

// segmentsTouch says whether two segments share a point.
func segmentsTouch(s, t [2]orb.Point) bool {
	if !boxesTouch(s, t) {
		return false
	}
	return side(t, s[0])*side(t, s[1]) <= 0 && side(s, t[0])*side(s, t[1]) <= 0
}

// boxesTouch says whether the boxes around two segments share a point.
func boxesTouch(s, t [2]orb.Point) bool {
	return max(s[0][0], s[1][0]) >= min(t[0][0], t[1][0]) && max(t[0][0], t[1][0]) >= min(s[0][0], s[1][0]) &&
		max(s[0][1], s[1][1]) >= min(t[0][1], t[1][1]) && max(t[0][1], t[1][1]) >= min(s[0][1], s[1][1])
}
