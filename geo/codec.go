package geo

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/paulmach/orb"
	"github.com/twpayne/go-geom"
	"github.com/twpayne/go-geom/encoding/ewkb"
	"github.com/twpayne/go-geom/encoding/wkb"
)

// Solid is a geometry with heights: Plane in degrees WGS84, Z in metres above
// datum, one for each vertex of Plane in its order, or nil for a flat one.
// A published Solid is never changed.
type Solid struct {
	Plane orb.Geometry
	Z     []float64
}

// srid is that of WGS84; CGCS2000 is treated as equal.
const srid = 4326

// DecodeEWKB reads EWKB (PostGIS) of any byte order, with or without Z, with
// SRID 4326, 4490 or none; M is refused. Counts are checked against the bytes
// left before anything is allocated.
func DecodeEWKB(b []byte) (Solid, error) {
	if p, ok := plainPoint(b); ok {
		return Solid{Plane: p}, nil
	}
	if err := walkWKB(b, extended); err != nil {
		return Solid{}, fmt.Errorf("ewkb: %w", err)
	}
	g, err := ewkb.Unmarshal(b)
	if err != nil {
		return Solid{}, fmt.Errorf("ewkb: %w", err)
	}
	return fromGeom(g)
}

// plainPoint reads what most rows of PostGIS hold, a flat little-endian point with
// its SRID, without the walk and the buffers that others need. Of an empty point,
// whose ordinates are not numbers, it says as of all others that it is none.
func plainPoint(b []byte) (orb.Point, bool) {
	const size = 25
	if len(b) != size || b[0] != 1 || binary.LittleEndian.Uint32(b[1:]) != flagSRID|wkbPoint || binary.LittleEndian.Uint32(b[5:]) != srid {
		return orb.Point{}, false
	}
	p := orb.Point{
		math.Float64frombits(binary.LittleEndian.Uint64(b[9:])),
		math.Float64frombits(binary.LittleEndian.Uint64(b[17:])),
	}
	return p, p == p
}

// DecodeWKB reads ISO WKB (GeoPackage), otherwise as DecodeEWKB.
func DecodeWKB(b []byte) (Solid, error) {
	if err := walkWKB(b, iso); err != nil {
		return Solid{}, fmt.Errorf("wkb: %w", err)
	}
	g, err := wkb.Unmarshal(b)
	if err != nil {
		return Solid{}, fmt.Errorf("wkb: %w", err)
	}
	return fromGeom(g)
}

// EncodeEWKB writes s as little-endian EWKB with SRID 4326, with Z if s has heights.
func EncodeEWKB(s Solid) ([]byte, error) {
	g, err := toGeom(s)
	if err != nil {
		return nil, fmt.Errorf("ewkb: %w", err)
	}
	setSRID(g)
	return ewkb.Marshal(g, binary.LittleEndian)
}

// EncodeWKB writes s as little-endian ISO WKB, with Z if s has heights.
func EncodeWKB(s Solid) ([]byte, error) {
	g, err := toGeom(s)
	if err != nil {
		return nil, fmt.Errorf("wkb: %w", err)
	}
	return wkb.Marshal(g, binary.LittleEndian)
}

func setSRID(g geom.T) {
	switch g := g.(type) {
	case *geom.Point:
		g.SetSRID(srid)
	case *geom.MultiPoint:
		g.SetSRID(srid)
	case *geom.LineString:
		g.SetSRID(srid)
	case *geom.MultiLineString:
		g.SetSRID(srid)
	case *geom.Polygon:
		g.SetSRID(srid)
	case *geom.MultiPolygon:
		g.SetSRID(srid)
	case *geom.GeometryCollection:
		g.SetSRID(srid)
	}
}
