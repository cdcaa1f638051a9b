package geo

import (
	"strconv"

	"github.com/paulmach/orb"
)

// AppendWKT appends g as well-known text of the fewest digits that ParseWKT reads
// as the same numbers. What is empty has empty brackets, which ParseWKT refuses.
func AppendWKT(dst []byte, g orb.Geometry) []byte { return AppendSolidWKT(dst, Solid{Plane: g}) }

// AppendSolidWKT is AppendWKT with the heights, if s has any, as third ordinates.
func AppendSolidWKT(dst []byte, s Solid) []byte {
	w := wktWriter{dst: dst, z: s.Z, solid: s.Z != nil}
	w.geometry(s.Plane)
	return w.dst
}

// wktWriter uses up the heights vertex by vertex.
type wktWriter struct {
	dst   []byte
	z     []float64
	solid bool
}

func (w *wktWriter) geometry(g orb.Geometry) {
	switch g := g.(type) {
	case orb.Point:
		w.head("POINT")
		w.vertices([]orb.Point{g})
	case orb.MultiPoint:
		w.head("MULTIPOINT")
		w.vertices(g)
	case orb.LineString:
		w.head("LINESTRING")
		w.vertices(g)
	case orb.MultiLineString:
		w.head("MULTILINESTRING")
		inBrackets(w, g, func(l orb.LineString) { w.vertices(l) })
	case orb.Ring:
		w.geometry(orb.Polygon{g})
	case orb.Polygon:
		w.head("POLYGON")
		w.rings(g)
	case orb.MultiPolygon:
		w.head("MULTIPOLYGON")
		inBrackets(w, g, w.rings)
	case orb.Bound:
		w.geometry(g.ToPolygon())
	case orb.Collection:
		w.head("GEOMETRYCOLLECTION")
		inBrackets(w, g, w.geometry)
	}
}

func (w *wktWriter) head(name string) {
	w.dst = append(w.dst, name...)
	if w.solid {
		w.dst = append(w.dst, " Z "...)
	}
}

func (w *wktWriter) rings(p orb.Polygon) {
	inBrackets(w, p, func(r orb.Ring) { w.vertices(r) })
}

func (w *wktWriter) vertices(vertices []orb.Point) { inBrackets(w, vertices, w.vertex) }

func (w *wktWriter) vertex(p orb.Point) {
	w.dst = append(strconv.AppendFloat(w.dst, p[0], 'g', -1, 64), ' ')
	w.dst = strconv.AppendFloat(w.dst, p[1], 'g', -1, 64)
	if w.solid {
		w.dst = strconv.AppendFloat(append(w.dst, ' '), w.z[0], 'g', -1, 64)
		w.z = w.z[1:]
	}
}

// inBrackets writes members in brackets with commas between.
func inBrackets[M any](w *wktWriter, members []M, one func(M)) {
	w.dst = append(w.dst, '(')
	for i, m := range members {
		if i > 0 {
			w.dst = append(w.dst, ',')
		}
		one(m)
	}
	w.dst = append(w.dst, ')')
}
