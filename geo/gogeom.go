package geo

import (
	"fmt"

	"github.com/paulmach/orb"
	"github.com/twpayne/go-geom"
)

// fromGeom turns a go-geom geometry into orb and heights.
func fromGeom(g geom.T) (Solid, error) {
	var r reader
	plane, err := r.geometry(g)
	if err != nil {
		return Solid{}, err
	}
	return Solid{plane, r.z}, nil
}

// reader collects heights in the order of vertices.
type reader struct{ z []float64 }

func (r *reader) geometry(g geom.T) (orb.Geometry, error) {
	switch g := g.(type) {
	case *geom.Point:
		if g.Empty() {
			return orb.MultiPoint{}, nil
		}
		return r.points(g.FlatCoords(), g.Stride())[0], nil
	case *geom.MultiPoint:
		return orb.MultiPoint(r.points(g.FlatCoords(), g.Stride())), nil
	case *geom.LineString:
		return orb.LineString(r.points(g.FlatCoords(), g.Stride())), nil
	case *geom.MultiLineString:
		out := make(orb.MultiLineString, 0, g.NumLineStrings())
		for i := range g.NumLineStrings() {
			l := g.LineString(i)
			out = append(out, r.points(l.FlatCoords(), l.Stride()))
		}
		return out, nil
	case *geom.Polygon:
		return r.polygon(g), nil
	case *geom.MultiPolygon:
		out := make(orb.MultiPolygon, 0, g.NumPolygons())
		for i := range g.NumPolygons() {
			out = append(out, r.polygon(g.Polygon(i)))
		}
		return out, nil
	case *geom.GeometryCollection:
		return r.collection(g)
	}
	return nil, fmt.Errorf("geometry type %T is not handled", g)
}

func (r *reader) collection(g *geom.GeometryCollection) (orb.Geometry, error) {
	out := make(orb.Collection, 0, g.NumGeoms())
	for _, member := range g.Geoms() {
		m, err := r.geometry(member)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

func (r *reader) polygon(g *geom.Polygon) orb.Polygon {
	out := make(orb.Polygon, 0, g.NumLinearRings())
	for i := range g.NumLinearRings() {
		ring := g.LinearRing(i)
		out = append(out, r.points(ring.FlatCoords(), ring.Stride()))
	}
	return out
}

// points takes the ordinates apart: two to the plane, a third to the heights.
func (r *reader) points(flat []float64, stride int) []orb.Point {
	out := make([]orb.Point, 0, len(flat)/stride)
	for i := 0; i < len(flat); i += stride {
		out = append(out, orb.Point{flat[i], flat[i+1]})
		if stride > 2 {
			r.z = append(r.z, flat[i+2])
		}
	}
	return out
}

// toGeom turns s into a go-geom geometry.
func toGeom(s Solid) (geom.T, error) {
	w := writer{z: s.Z, layout: geom.XY}
	if s.Z != nil {
		w.layout = geom.XYZ
		if n := Vertices(s.Plane); n != len(s.Z) {
			return nil, fmt.Errorf("%d heights for %d vertices", len(s.Z), n)
		}
	}
	return w.geometry(s.Plane)
}

// writer takes heights in the order of vertices.
type writer struct {
	z      []float64
	layout geom.Layout
}

func (w *writer) geometry(g orb.Geometry) (geom.T, error) {
	switch g := g.(type) {
	case orb.Point:
		return geom.NewPointFlat(w.layout, w.flat(nil, g)), nil
	case orb.MultiPoint:
		return geom.NewMultiPointFlat(w.layout, w.flat(nil, g...)), nil
	case orb.LineString:
		return geom.NewLineStringFlat(w.layout, w.flat(nil, g...)), nil
	case orb.MultiLineString:
		flat, ends := w.lines(nil, nil, g)
		return geom.NewMultiLineStringFlat(w.layout, flat, ends), nil
	case orb.Ring:
		return w.geometry(orb.Polygon{g})
	case orb.Polygon:
		flat, ends := w.lines(nil, nil, lines(g))
		return geom.NewPolygonFlat(w.layout, flat, ends), nil
	case orb.MultiPolygon:
		return w.multiPolygon(g), nil
	case orb.Bound:
		return w.geometry(g.ToPolygon())
	case orb.Collection:
		out := geom.NewGeometryCollection()
		for _, member := range g {
			m, err := w.geometry(member)
			if err != nil {
				return nil, err
			}
			if err := out.Push(m); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return nil, fmt.Errorf("geometry type %T is not handled", g)
}

func (w *writer) multiPolygon(g orb.MultiPolygon) geom.T {
	var flat []float64
	endss := make([][]int, 0, len(g))
	for _, p := range g {
		var ends []int
		flat, ends = w.lines(flat, nil, lines(p))
		endss = append(endss, ends)
	}
	return geom.NewMultiPolygonFlat(w.layout, flat, endss)
}

func lines(p orb.Polygon) orb.MultiLineString {
	out := make(orb.MultiLineString, len(p))
	for i, ring := range p {
		out[i] = orb.LineString(ring)
	}
	return out
}

func (w *writer) lines(flat []float64, ends []int, lines orb.MultiLineString) ([]float64, []int) {
	for _, l := range lines {
		flat = w.flat(flat, l...)
		ends = append(ends, len(flat))
	}
	return flat, ends
}

func (w *writer) flat(dst []float64, points ...orb.Point) []float64 {
	for _, p := range points {
		dst = append(dst, p[0], p[1])
		if w.layout == geom.XYZ {
			dst = append(dst, w.z[0])
			w.z = w.z[1:]
		}
	}
	return dst
}
