package geo

import (
	"iter"

	"github.com/paulmach/orb"
)

const (
	// TileExtent is the width of a vector tile in its own units.
	TileExtent = 4096
	// TileBuffer is how far a vector tile's geometry reaches beyond its edge, in
	// units: 8 pixels of a tile drawn 512 wide, more than the half of any line drawn.
	TileBuffer = 64
)

// Box is a box in world units (see Flat), its edges included.
type Box struct{ Min, Max [2]uint32 } // north-west and south-east corner

// BoxOf projects a box in degrees WGS84.
func BoxOf(b orb.Bound) Box {
	west, north := World32(orb.Point{b.Min[0], b.Max[1]})
	east, south := World32(orb.Point{b.Max[0], b.Min[1]})
	return Box{[2]uint32{west, north}, [2]uint32{east, south}}
}

// Box is the box of the geometry; it has no meaning if that is empty.
func (f *Flat) Box() Box { return Box{f.Min, f.Max} }

// Tiles are the tiles of a zoom whose squares touch the box.
func (b Box) Tiles(z uint32) TileRange {
	shift := 32 - z
	return TileRange{z,
		[2]uint32{uint32(uint64(b.Min[0]) >> shift), uint32(uint64(b.Min[1]) >> shift)},
		[2]uint32{uint32(uint64(b.Max[0]) >> shift), uint32(uint64(b.Max[1]) >> shift)}}
}

// Shown are the tiles of a zoom that may show something of the box.
func (b Box) Shown(z uint32) TileRange {
	r := TileRange{Z: z}
	for k := range 2 {
		r.Min[k], r.Max[k] = ShownAlong(b.Min[k], b.Max[k], z)
	}
	return r
}

// ShownAlong is the first and the last tile of a zoom, along one axis, that may
// show something of [lo, hi]: a tile shows its square, the buffer around it, and
// half a unit more for rounding.
func ShownAlong(lo, hi, z uint32) (first, last uint32) {
	size, grow := int64(1)<<(32-z), beyond(z)
	a := max(int64(lo)-grow, 0) / size
	b := min(int64(hi)+grow, 1<<32-1) / size
	return uint32(a), uint32(b)
}

// beyond is how far a tile shows beyond its edge, in world units.
func beyond(z uint32) int64 {
	size := int64(1) << (32 - z)
	return size*TileBuffer/TileExtent + size/TileExtent
}

// TileRange is the tiles of one zoom between two corners, both included. It has
// none if a minimum lies beyond its maximum.
type TileRange struct {
	Z        uint32
	Min, Max [2]uint32 // x and y of the north-west and of the south-east tile
}

// Len is how many tiles there are.
func (r TileRange) Len() uint64 {
	if r.Min[0] > r.Max[0] || r.Min[1] > r.Max[1] {
		return 0
	}
	return uint64(r.Max[0]-r.Min[0]+1) * uint64(r.Max[1]-r.Min[1]+1)
}

// Has says whether the tile is one of them.
func (r TileRange) Has(t Tile) bool {
	return t.Z == r.Z && t.X >= r.Min[0] && t.X <= r.Max[0] && t.Y >= r.Min[1] && t.Y <= r.Max[1]
}

// And are the tiles of both ranges, which must be of one zoom.
func (r TileRange) And(q TileRange) TileRange {
	for k := range 2 {
		r.Min[k], r.Max[k] = max(r.Min[k], q.Min[k]), min(r.Max[k], q.Max[k])
	}
	return r
}

// All yields the tiles, column by column.
func (r TileRange) All() iter.Seq[Tile] {
	return func(yield func(Tile) bool) {
		for x := r.Min[0]; x <= r.Max[0]; x++ {
			for y := r.Min[1]; y <= r.Max[1]; y++ {
				if !yield(Tile{r.Z, x, y}) {
					return
				}
			}
		}
	}
}

// Ground is what the tiles may show, their buffer included: a box outside it
// has none of them in Shown. The range must not be empty.
func (r TileRange) Ground() Box {
	var b Box
	size, grow := int64(1)<<(32-r.Z), beyond(r.Z)
	for k := range 2 {
		b.Min[k] = uint32(max(int64(r.Min[k])*size-grow, 0))
		b.Max[k] = uint32(min((int64(r.Max[k])+1)*size-1+grow, 1<<32-1))
	}
	return b
}
