package geo

import "github.com/paulmach/orb"

// where is how a point lies to a figure.
type where uint8

const (
	outside where = iota
	onBoundary
	within
)

// locate says how p lies to the figure: to a point of it, else to its lines,
// else to its polygons, whichever holds it best. An end of a line is boundary
// unless an even number of lines ends there (the mod-2 rule of OGC 06-103r4).
func (f *figure) locate(p orb.Point) where {
	for _, q := range f.points {
		if p == q {
			return within
		}
	}
	best, ends, onLines := outside, 0, false
	for i := range f.pieces {
		piece := &f.pieces[i]
		switch {
		case !piece.bound.Contains(p):
		case piece.polygon != nil:
			best = max(best, f.locateIn(piece, p))
		case f.touched(piece, p):
			onLines = true
			ends += f.endsAt(piece, p)
		}
	}
	switch {
	case onLines && ends%2 == 0:
		return within
	case onLines:
		return max(best, onBoundary)
	}
	return best
}

// locateIn says how p lies to a polygon, by how often a ray to the east crosses
// its rings. The signs are exact, so the boundary is.
func (f *figure) locateIn(piece *piece, p orb.Point) where {
	odd := false
	for _, b := range f.bundles[piece.from:piece.to] {
		if b.bound.Max[0] < p[0] || b.bound.Max[1] < p[1] || b.bound.Min[1] > p[1] {
			continue
		}
		for _, e := range f.edges[b.from:b.to] {
			switch crossing(e, p) {
			case onEdge:
				return onBoundary
			case meets:
				odd = !odd
			}
		}
	}
	if odd {
		return within
	}
	return outside
}

// ray is what the ray from a point to the east does with an edge.
type ray uint8

const (
	misses ray = iota
	meets
	onEdge // the point lies on the edge
)

// crossing counts the lower end of an edge to it and the upper not.
func crossing(e [2]orb.Point, p orb.Point) ray {
	low, high := e[0], e[1]
	if low[1] > high[1] {
		low, high = high, low
	}
	if p[1] < low[1] || p[1] > high[1] || p[0] > max(low[0], high[0]) {
		return misses
	}
	if low[1] == high[1] {
		if p[0] >= min(low[0], high[0]) {
			return onEdge
		}
		return misses
	}
	switch d := side([2]orb.Point{low, high}, p); {
	case d == 0:
		return onEdge
	case d > 0 && p[1] < high[1]:
		return meets
	}
	return misses
}

// touched says whether p lies on a line.
func (f *figure) touched(piece *piece, p orb.Point) bool {
	for _, b := range f.bundles[piece.from:piece.to] {
		if !b.bound.Contains(p) {
			continue
		}
		for _, e := range f.edges[b.from:b.to] {
			if segmentsTouch(e, [2]orb.Point{p, p}) {
				return true
			}
		}
	}
	return false
}

// endsAt counts the ends of a line that lie at p; a closed line has none.
func (f *figure) endsAt(piece *piece, p orb.Point) int {
	switch first, last := f.first(piece), f.last(piece); {
	case first == last:
		return 0
	case p == first, p == last:
		return 1
	}
	return 0
}
