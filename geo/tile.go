package geo

import "github.com/paulmach/orb"

// MaxZoom is the deepest tile zoom served.
const MaxZoom = 22

// Tile is a square of the Web Mercator grid (XYZ, y south).
type Tile struct{ Z, X, Y uint32 }

// Valid says whether the tile lies in the grid.
func (t Tile) Valid() bool { return t.Z <= MaxZoom && t.X < 1<<t.Z && t.Y < 1<<t.Z }

// Bound is the tile's box in degrees WGS84, grown by buffer, a share of the tile's width.
func (t Tile) Bound(buffer float64) orb.Bound { panic("stub") }

// TileAt is the tile at zoom z that holds p.
func TileAt(p orb.Point, z uint32) Tile { panic("stub") }
