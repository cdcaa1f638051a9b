package geo

import "github.com/paulmach/orb"

// Intersects says whether a and b, in degrees WGS84, share a point. It works in
// the plane of degrees, where edges are straight.
func Intersects(a, b orb.Geometry) bool {
	if !a.Bound().Intersects(b.Bound()) {
		return false
	}
	for _, p := range parts(nil, a) {
		for _, q := range parts(nil, b) {
			if p.touches(q) {
				return true
			}
		}
	}
	return false
}

// part is a point, a line or a polygon.
type part struct {
	lines [][]orb.Point // one point, one line, or the rings
	area  orb.Polygon   // nil if not a polygon
}

// parts appends what g consists of.
func parts(dst []part, g orb.Geometry) []part {
	switch g := g.(type) {
	case orb.Point:
		dst = append(dst, part{lines: [][]orb.Point{{g}}})
	case orb.MultiPoint:
		for _, p := range g {
			dst = parts(dst, p)
		}
	case orb.LineString:
		dst = append(dst, part{lines: [][]orb.Point{g}})
	case orb.MultiLineString:
		for _, l := range g {
			dst = parts(dst, l)
		}
	case orb.Ring:
		dst = parts(dst, orb.Polygon{g})
	case orb.Polygon:
		lines := make([][]orb.Point, len(g))
		for i, ring := range g {
			lines[i] = ring
		}
		dst = append(dst, part{lines, g})
	case orb.MultiPolygon:
		for _, p := range g {
			dst = parts(dst, p)
		}
	case orb.Collection:
		for _, m := range g {
			dst = parts(dst, m)
		}
	case orb.Bound:
		dst = parts(dst, g.ToPolygon())
	}
	return dst
}

// touches says whether two parts share a point: one holds a vertex of the
// other, or their edges cross.
func (p part) touches(q part) bool {
	return p.holdsVertexOf(q) || q.holdsVertexOf(p) || p.crosses(q)
}

func (p part) holdsVertexOf(q part) bool {
	if p.area == nil {
		return false
	}
	for _, line := range q.lines {
		if len(line) > 0 && Contains(p.area, line[0]) {
			return true
		}
	}
	return false
}

func (p part) crosses(q part) bool {
	for _, a := range p.lines {
		for _, b := range q.lines {
			if linesTouch(a, b) {
				return true
			}
		}
	}
	return false
}

func linesTouch(a, b []orb.Point) bool {
	for i := range edges(a) {
		for j := range edges(b) {
			if segmentsTouch(edge(a, i), edge(b, j)) {
				return true
			}
		}
	}
	return false
}

// edges counts the edges of a line; a single point counts as one edge without length.
func edges(line []orb.Point) int {
	if len(line) == 1 {
		return 1
	}
	return max(0, len(line)-1)
}

func edge(line []orb.Point, i int) [2]orb.Point {
	if len(line) == 1 {
		return [2]orb.Point{line[0], line[0]}
	}
	return [2]orb.Point{line[i], line[i+1]}
}

// segmentsTouch says whether two segments share a point.
func segmentsTouch(s, t [2]orb.Point) bool {
	if max(s[0][0], s[1][0]) < min(t[0][0], t[1][0]) || max(t[0][0], t[1][0]) < min(s[0][0], s[1][0]) ||
		max(s[0][1], s[1][1]) < min(t[0][1], t[1][1]) || max(t[0][1], t[1][1]) < min(s[0][1], s[1][1]) {
		return false
	}
	d1, d2 := side(t, s[0]), side(t, s[1])
	d3, d4 := side(s, t[0]), side(s, t[1])
	return d1*d2 <= 0 && d3*d4 <= 0
}

// side is positive if p is left of the segment, negative right of it, 0 on its line.
func side(s [2]orb.Point, p orb.Point) float64 {
	d := (s[1][0]-s[0][0])*(p[1]-s[0][1]) - (s[1][1]-s[0][1])*(p[0]-s[0][0])
	switch {
	case d > 0:
		return 1
	case d < 0:
		return -1
	}
	return 0
}
