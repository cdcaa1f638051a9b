package geo

import "github.com/paulmach/orb"

// Within says whether a lies within b; see [Prepared.Holds].
func Within(a, b orb.Geometry) bool { return Prepare(b).Holds(a) }

// liesIn says whether f lies within o.
func (f *figure) liesIn(o *figure) bool { return f.liesTo(o) == within }

// liesTo says how f lies to o: outside if any of it is, within if all of it is in o and
// the interiors meet, else onBoundary.
func (f *figure) liesTo(o *figure) where {
	if !surrounds(o.bound, f.bound) {
		return outside
	}
	how := onBoundary
	for _, p := range f.points {
		switch o.locate(p) {
		case outside:
			return outside
		case within:
			how = within
		}
	}
	for i := range f.pieces {
		switch f.pieceIn(i, o) {
		case outside:
			return outside
		case within:
			how = within
		}
	}
	return how
}

// pieceIn says how a piece lies to o: outside if any of it is, onBoundary if all
// of it is.
func (f *figure) pieceIn(i int, o *figure) where {
	p := &f.pieces[i]
	how := onBoundary
	for _, b := range f.bundles[p.from:p.to] {
		for _, e := range f.edges[b.from:b.to] {
			out, in := o.span(e, o.pieces, p.polygon == nil)
			if out {
				return outside
			}
			if in {
				how = within
			}
		}
	}
	switch {
	case p.polygon == nil:
		return how
	case f.holdsBoundary(i, o):
		return outside
	case how == onBoundary: // it is one of o's polygons, or fills a hole
		return o.locate(f.interior(p))
	}
	return how
}

// interior is a point strictly inside the polygon, if any of a few heights has one.
func (f *figure) interior(p *piece) (point orb.Point) {
	for _, height := range [...]float64{0.4999, 0.2817, 0.7183} {
		point[1] = p.bound.Min[1] + (p.bound.Max[1]-p.bound.Min[1])*height
		from, to, _ := widestStretch(p.polygon, point[1])
		if point[0] = (from + to) / 2; f.locateIn(p, point) == within {
			break
		}
	}
	return point
}

// holdsBoundary says whether an edge of a polygon of o runs through the interior
// of f's polygon i: then what is beyond that edge is in the polygon but not in o.
func (f *figure) holdsBoundary(i int, o *figure) bool {
	p := &f.pieces[i]
	for k := range o.pieces {
		q := &o.pieces[k]
		if q.polygon == nil || !p.bound.Intersects(q.bound) {
			continue
		}
		for _, b := range o.bundles[q.from:q.to] {
			if !p.bound.Intersects(b.bound) {
				continue
			}
			for _, e := range o.edges[b.from:b.to] {
				if _, in := f.span(e, f.pieces[i:i+1], false); in {
					return true
				}
			}
		}
	}
	return false
}

// span says whether any of an edge lies outside the pieces of the figure, and
// whether any of it lies in their interior. Without lines it looks at polygons
// only.
func (f *figure) span(e [2]orb.Point, pieces []piece, lines bool) (out, in bool) {
	var room [16]cut
	cuts := f.cuts(append(room[:0], cut{at: 0}, cut{at: 1}), e, pieces, lines)
	sortCuts(cuts)
	onLines := false
	rings, line := 0, 0 // how many edges of each run along the stretch
	for i := range cuts[:len(cuts)-1] {
		rings += cuts[i].ring
		line += cuts[i].line
		onLines = onLines || cuts[i].line != 0
		switch from, to := cuts[i].at, cuts[i+1].at; {
		case to-from < shortest:
		case line > 0:
			in = true
		case rings == 0:
			w := f.locateInAny(pieces, between(e[0], e[1], (from+to)/2))
			out, in = out || w == outside, in || w == within
		}
	}
	// The ends are exact, where edges cross is not.
	if !out && !onLines {
		out = f.locateInAny(pieces, e[0]) == outside || f.locateInAny(pieces, e[1]) == outside
	}
	return out, in
}

// locateInAny says how p lies to the polygons among the pieces.
func (f *figure) locateInAny(pieces []piece, p orb.Point) where {
	best := outside
	for i := range pieces {
		if q := &pieces[i]; q.polygon != nil && q.bound.Contains(p) {
			best = max(best, f.locateIn(q, p))
		}
	}
	return best
}
