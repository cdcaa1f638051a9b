package assets

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/paulmach/orb"

	"suhe/geo"
)

// ErrEmptyGeometry comes from DecodeGPKG for a geometry without a vertex.
var ErrEmptyGeometry = errors.New("empty geometry")

// WKB type codes; ISO adds 1000 for Z, which GeoPackage demands.
const (
	wkbPoint = iota + 1
	wkbLineString
	wkbPolygon
	wkbMultiPoint
	wkbMultiLineString
	wkbMultiPolygon
	wkbCollection
	isoZ = 1000
)

const gpkgSRS = 4326

// EncodeGPKG writes s as a GeoPackage geometry (OGC 12-128r18, 2.1.3): little
// endian, srs_id 4326, with an envelope unless it is a point, ISO WKB with Z if
// s has heights. A Ring or Bound goes as a Polygon. A nil Plane gives nil, which
// is NULL in a table. It panics if the heights do not fit the vertices, which
// is a broken invariant of Solid.
func EncodeGPKG(s geo.Solid) []byte {
	if s.Plane == nil {
		return nil
	}
	return AppendGPKG(make([]byte, 0, 64), s, gpkgSRS)
}

// AppendGPKG is EncodeGPKG of a Plane that is not nil, in a reference system of that
// srs_id, behind dst.
func AppendGPKG(dst []byte, s geo.Solid, srs int32) []byte {
	_, point := s.Plane.(orb.Point)
	flags := byte(0b1) // little endian
	if !point {
		flags |= 0b10 // envelope minx, maxx, miny, maxy
	}
	dst = append(dst, 'G', 'P', 0, flags)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(srs))
	if !point {
		b := s.Plane.Bound()
		for _, v := range []float64{b.Min[0], b.Max[0], b.Min[1], b.Max[1]} {
			dst = appendFloat(dst, v)
		}
	}
	w := wkbWriter{dst: dst, z: s.Z}
	w.geometry(s.Plane)
	if len(w.z) != 0 {
		panic(fmt.Sprintf("geo.Solid: %d heights too many", len(w.z)))
	}
	return w.dst
}

// wkbWriter appends ISO WKB and uses up the heights vertex by vertex.
type wkbWriter struct {
	dst []byte
	z   []float64 // heights not yet written; nil for flat geometries
}

func (w *wkbWriter) head(code uint32) {
	if w.z != nil {
		code += isoZ
	}
	w.dst = append(w.dst, 1)
	w.count(int(code))
}

func (w *wkbWriter) count(n int) { w.dst = binary.LittleEndian.AppendUint32(w.dst, uint32(n)) }

func (w *wkbWriter) vertex(p orb.Point) {
	w.dst = appendFloat(appendFloat(w.dst, p[0]), p[1])
	if w.z != nil {
		w.dst = appendFloat(w.dst, w.z[0])
		w.z = w.z[1:]
	}
}

func (w *wkbWriter) line(ps []orb.Point) {
	w.count(len(ps))
	for _, p := range ps {
		w.vertex(p)
	}
}

func (w *wkbWriter) geometry(g orb.Geometry) {
	switch g := g.(type) {
	case orb.Point:
		w.head(wkbPoint)
		w.vertex(g)
	case orb.LineString:
		w.head(wkbLineString)
		w.line(g)
	case orb.Ring:
		w.geometry(orb.Polygon{g})
	case orb.Bound:
		w.geometry(g.ToPolygon())
	case orb.Polygon:
		w.head(wkbPolygon)
		w.count(len(g))
		for _, r := range g {
			w.line(r)
		}
	case orb.MultiPoint:
		writeParts(w, wkbMultiPoint, g)
	case orb.MultiLineString:
		writeParts(w, wkbMultiLineString, g)
	case orb.MultiPolygon:
		writeParts(w, wkbMultiPolygon, g)
	case orb.Collection:
		writeParts(w, wkbCollection, g)
	}
}

func writeParts[G orb.Geometry](w *wkbWriter, code uint32, parts []G) {
	w.head(code)
	w.count(len(parts))
	for _, g := range parts {
		w.geometry(g)
	}
}

func appendFloat(dst []byte, v float64) []byte {
	return binary.LittleEndian.AppendUint64(dst, math.Float64bits(v))
}
