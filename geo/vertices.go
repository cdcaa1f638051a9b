package geo

import "github.com/paulmach/orb"

// Vertices counts the vertices of g, one for each height of a Solid.
func Vertices(g orb.Geometry) int {
	switch g := g.(type) {
	case orb.Point:
		return 1
	case orb.MultiPoint:
		return len(g)
	case orb.LineString:
		return len(g)
	case orb.Ring:
		return len(g)
	case orb.MultiLineString:
		return sum(g)
	case orb.Polygon:
		return sum(g)
	case orb.MultiPolygon:
		return sum(g)
	case orb.Collection:
		return sum(g)
	case orb.Bound:
		return Vertices(g.ToPolygon())
	}
	return 0
}

func sum[G orb.Geometry](parts []G) int {
	n := 0
	for _, p := range parts {
		n += Vertices(p)
	}
	return n
}
