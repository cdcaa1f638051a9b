package archive

import "suhe/geo"

// ID is the tile's place in PMTiles' order: zoom after zoom, each along a
// Hilbert curve that begins north-west and ends north-east.
func ID(t geo.Tile) uint64 {
	x, y := t.X, t.Y
	id := firstID(t.Z)
	for s := uint32(1) << t.Z >> 1; s > 0; s >>= 1 {
		var quarter uint64
		right, down := x&s != 0, y&s != 0
		switch {
		case right && down:
			quarter = 2
		case right:
			quarter = 3
		case down:
			quarter = 1
		}
		id += quarter * uint64(s) * uint64(s)
		x, y = x&(s-1), y&(s-1)
		if !down { // the curve in the northern quarters lies on its side
			if right {
				x, y = s-1-x, s-1-y
			}
			x, y = y, x
		}
	}
	return id
}

// firstID is the number of tiles above zoom z.
func firstID(z uint32) uint64 { return (1<<(2*z) - 1) / 3 }
