package geo

import "github.com/paulmach/orb"

// FlatType is the MVT geometry type of a Flat.
type FlatType uint8

// The MVT geometry types.
const (
	FlatNone FlatType = iota
	FlatPoint
	FlatLine
	FlatPolygon
)

// Flat is a geometry in world Mercator with 32-bit coordinates: the world is
// 2^32 units wide, x east and y south from the north-west corner, so that a
// tile at zoom z is a shift and a subtraction. It is immutable.
type Flat struct {
	Type  FlatType
	XY    []uint32 // x, y, x, y …; the rings and lines one behind the other; rings are not closed (the last vertex is not the first again)
	Ends  []int32  // for lines and rings: index into XY/2 behind each part; nil for points and for a single part
	Polys []int32  // for polygons: index into Ends behind each polygon's rings; nil for a single polygon
	Min   [2]uint32
	Max   [2]uint32
}

// Flatten projects g (degrees WGS84; latitudes beyond ±85.0511 are clamped).
// Exterior rings come out positive in the sense of MVT 2.1, holes negative.
// A collection keeps the members of its highest dimension.
func Flatten(g orb.Geometry) Flat { panic("stub") }

// World32 projects one point.
func World32(p orb.Point) (x, y uint32) { panic("stub") }
