package geo

import (
	"strconv"

	"github.com/paulmach/orb"
)

// AppendWKT appends g as well-known text of the fewest digits that ParseWKT reads
// as the same numbers. What is empty has empty brackets, which ParseWKT refuses.
func AppendWKT(dst []byte, g orb.Geometry) []byte {
	switch g := g.(type) {
	case orb.Point:
		return appendVertices(append(dst, "POINT"...), []orb.Point{g})
	case orb.MultiPoint:
		return appendVertices(append(dst, "MULTIPOINT"...), g)
	case orb.LineString:
		return appendVertices(append(dst, "LINESTRING"...), g)
	case orb.MultiLineString:
		return appendEach(append(dst, "MULTILINESTRING"...), g, appendVertices[orb.LineString])
	case orb.Ring:
		return AppendWKT(dst, orb.Polygon{g})
	case orb.Polygon:
		return appendRings(append(dst, "POLYGON"...), g)
	case orb.MultiPolygon:
		return appendEach(append(dst, "MULTIPOLYGON"...), g, appendRings)
	case orb.Bound:
		return AppendWKT(dst, g.ToPolygon())
	case orb.Collection:
		return appendEach(append(dst, "GEOMETRYCOLLECTION"...), g, AppendWKT)
	}
	return dst
}

func appendRings(dst []byte, p orb.Polygon) []byte {
	return appendEach(dst, p, appendVertices[orb.Ring])
}

func appendVertices[L ~[]orb.Point](dst []byte, vertices L) []byte {
	return appendEach(dst, vertices, func(dst []byte, p orb.Point) []byte {
		dst = append(strconv.AppendFloat(dst, p[0], 'g', -1, 64), ' ')
		return strconv.AppendFloat(dst, p[1], 'g', -1, 64)
	})
}

// appendEach appends members in brackets with commas between.
func appendEach[M any](dst []byte, members []M, one func([]byte, M) []byte) []byte {
	dst = append(dst, '(')
	for i, m := range members {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = one(dst, m)
	}
	return append(dst, ')')
}
