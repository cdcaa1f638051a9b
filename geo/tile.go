package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// MaxZoom is the deepest tile zoom served.
const MaxZoom = 22

// Tile is a square of the Web Mercator grid (XYZ, y south).
type Tile struct{ Z, X, Y uint32 }

// Valid says whether the tile lies in the grid.
func (t Tile) Valid() bool { return t.Z <= MaxZoom && t.X < 1<<t.Z && t.Y < 1<<t.Z }

// Bound is the tile's box in degrees WGS84, grown by buffer, a share of the
// tile's width. It never leaves the grid's own box.
func (t Tile) Bound(buffer float64) orb.Bound {
	n := math.Exp2(float64(t.Z))
	west, east := (float64(t.X)-buffer)/n, (float64(t.X)+1+buffer)/n
	north, south := (float64(t.Y)-buffer)/n, (float64(t.Y)+1+buffer)/n
	return orb.Bound{
		Min: orb.Point{math.Max(-180, west*360-180), latitudeAt(math.Min(1, south))},
		Max: orb.Point{math.Min(180, east*360-180), latitudeAt(math.Max(0, north))},
	}
}

// TileAt is the tile at zoom z that holds p.
func TileAt(p orb.Point, z uint32) Tile {
	x, y := World32(p)
	return Tile{z, uint32(uint64(x) << z >> 32), uint32(uint64(y) << z >> 32)}
}

// latitudeAt is the latitude at a share of the Mercator world's height from the north.
func latitudeAt(share float64) float64 {
	return math.Atan(math.Sinh(math.Pi*(1-2*share))) * 180 / math.Pi
}
