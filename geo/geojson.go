package geo

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/paulmach/orb"
)

// DecodeGeoJSON reads a GeoJSON geometry object (RFC 7946), third ordinates as
// heights. Either all positions have a height or none; a fourth ordinate is refused.
func DecodeGeoJSON(b []byte) (Solid, error) {
	var r jsonReader
	plane, err := r.geometry(b, 0)
	if err != nil {
		return Solid{}, fmt.Errorf("geojson: %w", err)
	}
	if len(r.z) > 0 && len(r.z) != r.vertices {
		return Solid{}, fmt.Errorf("geojson: %d of %d positions have a height, want all or none", len(r.z), r.vertices)
	}
	return Solid{plane, r.z}, nil
}

// jsonReader collects heights in the order of vertices.
type jsonReader struct {
	z        []float64
	vertices int
}

func (r *jsonReader) geometry(b []byte, depth int) (orb.Geometry, error) {
	var g struct {
		Type        string            `json:"type"`
		Coordinates json.RawMessage   `json:"coordinates"`
		Geometries  []json.RawMessage `json:"geometries"`
	}
	if depth > maxDepth {
		return nil, fmt.Errorf("collections nested deeper than %d", maxDepth)
	}
	if err := json.Unmarshal(b, &g); err != nil {
		return nil, err
	}
	if g.Type == "GeometryCollection" {
		out := make(orb.Collection, 0, len(g.Geometries))
		for _, member := range g.Geometries {
			m, err := r.geometry(member, depth+1)
			if err != nil {
				return nil, err
			}
			out = append(out, m)
		}
		return out, nil
	}
	if g.Coordinates == nil {
		return nil, fmt.Errorf("%q has no coordinates", g.Type)
	}
	return r.coordinates(g.Type, g.Coordinates)
}

func (r *jsonReader) coordinates(kind string, b []byte) (orb.Geometry, error) {
	switch kind {
	case "Point":
		return read(b, r.point)
	case "MultiPoint":
		return read(b, func(c [][]float64) (orb.MultiPoint, error) { return each(c, r.point) })
	case "LineString":
		return read(b, func(c [][]float64) (orb.LineString, error) { return each(c, r.point) })
	case "MultiLineString":
		return read(b, func(c [][][]float64) (orb.MultiLineString, error) {
			return each(c, func(l [][]float64) (orb.LineString, error) { return each(l, r.point) })
		})
	case "Polygon":
		return read(b, r.polygon)
	case "MultiPolygon":
		return read(b, func(c [][][][]float64) (orb.MultiPolygon, error) { return each(c, r.polygon) })
	}
	return nil, fmt.Errorf("type: %q is no GeoJSON geometry", kind)
}

func (r *jsonReader) polygon(c [][][]float64) (orb.Polygon, error) {
	return each(c, func(ring [][]float64) (orb.Ring, error) { return each(ring, r.point) })
}

func (r *jsonReader) point(c []float64) (orb.Point, error) {
	if len(c) != 2 && len(c) != 3 {
		return orb.Point{}, fmt.Errorf("position of %d numbers, want 2 or 3", len(c))
	}
	r.vertices++
	if r.vertices > MaxVertices {
		return orb.Point{}, fmt.Errorf("more than %d vertices", MaxVertices)
	}
	if len(c) == 3 {
		r.z = append(r.z, c[2])
	}
	return orb.Point{c[0], c[1]}, nil
}

// read decodes coordinates of one shape and builds the geometry from them.
func read[C any, G orb.Geometry](b []byte, build func(C) (G, error)) (orb.Geometry, error) {
	var c C
	if err := json.Unmarshal(b, &c); err != nil {
		return nil, fmt.Errorf("coordinates: %w", err)
	}
	return build(c)
}

// each builds every member.
func each[C, M any](members []C, build func(C) (M, error)) ([]M, error) {
	out := make([]M, 0, len(members))
	for _, c := range members {
		m, err := build(c)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

// AppendGeoJSON appends s as a GeoJSON geometry object (RFC 7946) with at most
// nine decimals, heights as third ordinates.
func AppendGeoJSON(dst []byte, s Solid) []byte {
	w := jsonWriter{dst, s.Z}
	w.geometry(s.Plane)
	return w.dst
}

// jsonWriter takes heights in the order of vertices.
type jsonWriter struct {
	dst []byte
	z   []float64
}

func (w *jsonWriter) geometry(g orb.Geometry) {
	if c, ok := g.(orb.Collection); ok {
		w.text(`{"type":"GeometryCollection","geometries":[`)
		for i, member := range c {
			w.comma(i)
			w.geometry(member)
		}
		w.text("]}")
		return
	}
	w.text(`{"type":"` + g.GeoJSONType() + `","coordinates":`)
	w.coordinates(g)
	w.text("}")
}

func (w *jsonWriter) coordinates(g orb.Geometry) {
	switch g := g.(type) {
	case orb.Point:
		w.point(g)
	case orb.MultiPoint:
		w.points(g)
	case orb.LineString:
		w.points(g)
	case orb.Ring:
		w.coordinates(orb.Polygon{g})
	case orb.Bound:
		w.coordinates(g.ToPolygon())
	case orb.MultiLineString:
		list(w, g, func(l orb.LineString) { w.points(l) })
	case orb.Polygon:
		list(w, g, func(r orb.Ring) { w.points(r) })
	case orb.MultiPolygon:
		list(w, g, func(p orb.Polygon) { w.coordinates(p) })
	}
}

func list[M any](w *jsonWriter, members []M, write func(M)) {
	w.text("[")
	for i, m := range members {
		w.comma(i)
		write(m)
	}
	w.text("]")
}

func (w *jsonWriter) points(points []orb.Point) { list(w, points, w.point) }

func (w *jsonWriter) point(p orb.Point) {
	w.text("[")
	w.number(p[0])
	w.text(",")
	w.number(p[1])
	if len(w.z) > 0 {
		w.text(",")
		w.number(w.z[0])
		w.z = w.z[1:]
	}
	w.text("]")
}

// number writes nine decimals at most: a tenth of a millimetre.
func (w *jsonWriter) number(v float64) {
	const scale = 1e9
	w.dst = strconv.AppendFloat(w.dst, float64(int64(v*scale+half(v)))/scale, 'f', -1, 64)
}

func half(v float64) float64 {
	if v < 0 {
		return -0.5
	}
	return 0.5
}

func (w *jsonWriter) text(s string) { w.dst = append(w.dst, s...) }

func (w *jsonWriter) comma(i int) {
	if i > 0 {
		w.text(",")
	}
}
