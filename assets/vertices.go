package assets

import "github.com/paulmach/orb"

// countVertices counts the vertices of g as a Solid's heights do.
func countVertices(g orb.Geometry) int {
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
	}
	return 0
}

func sum[G orb.Geometry](parts []G) int {
	n := 0
	for _, p := range parts {
		n += countVertices(p)
	}
	return n
}
