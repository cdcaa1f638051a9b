package tiles

import "suhe/geo"

const (
	// Extent is the width of a tile in its own units.
	Extent = geo.TileExtent
	// Buffer is how far a tile's geometry reaches beyond its edge, in units.
	Buffer = geo.TileBuffer

	low  = -Buffer
	high = Extent + Buffer
)

// vertex is a point in tile units, x east and y south of the tile's north-west
// corner. Before clipping it may lie 2^34 units away.
type vertex struct{ x, y int64 }

// frame turns world coordinates into a tile's units. All tiles of a zoom round
// to one lattice, so that neighbours agree on every vertex.
type frame struct {
	x0, y0   int64 // the tile's corner in world units
	up, down uint  // shifts; one of them is 0
	half     int64
}

func frameOf(t geo.Tile) frame {
	f := frame{x0: int64(t.X) << (32 - t.Z), y0: int64(t.Y) << (32 - t.Z)}
	if t.Z <= 20 {
		f.down = uint(20 - t.Z)
		f.half = 1 << f.down >> 1
	} else {
		f.up = uint(t.Z - 20)
	}
	return f
}

// vertex rounds a world point to the tile's lattice.
func (f *frame) vertex(x, y uint32) vertex {
	up, down := f.up&63, f.down&63 // both are below 64, which spares the processor a look
	return vertex{
		((int64(x)-f.x0)<<up + f.half) >> down,
		((int64(y)-f.y0)<<up + f.half) >> down,
	}
}

// inside says whether v lies in the buffered tile.
func (v vertex) inside() bool {
	return v.x >= low && v.x <= high && v.y >= low && v.y <= high
}

// box is the geometry's box on the lattice.
func (f *frame) box(g *geo.Flat) (lo, hi vertex) {
	return f.vertex(g.Min[0], g.Min[1]), f.vertex(g.Max[0], g.Max[1])
}

// touches says whether the geometry's box meets the buffered tile.
func (f *frame) touches(g *geo.Flat) bool {
	lo, hi := f.box(g)
	return hi.x >= low && lo.x <= high && hi.y >= low && lo.y <= high
}
