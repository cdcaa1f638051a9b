package geo

import "github.com/paulmach/orb"

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
