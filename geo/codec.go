package geo

import "github.com/paulmach/orb"

// Solid is a geometry with heights: Plane in degrees WGS84, Z in metres above
// datum, one for each vertex of Plane in its order, or nil for a flat one.
// A published Solid is never changed.
type Solid struct {
	Plane orb.Geometry
	Z     []float64
}

// DecodeEWKB reads (E)WKB of any byte order, with or without Z and SRID 4326.
// Counts are checked against the bytes left before anything is allocated.
func DecodeEWKB(b []byte) (Solid, error) { panic("stub") }

// EncodeEWKB writes s as little-endian EWKB with SRID 4326, with Z if s has heights.
func EncodeEWKB(s Solid) ([]byte, error) { panic("stub") }
