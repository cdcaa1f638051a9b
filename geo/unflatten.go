package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// LonLat32 is where a point of world units lies, in degrees WGS84: what World32
// takes there, to the width of a unit.
func LonLat32(x, y uint32) orb.Point {
	const world = 1 << 32
	return orb.Point{(float64(x)+0.5)/world*360 - 180, math.Atan(math.Sinh(math.Pi*(1-2*(float64(y)+0.5)/world))) * 180 / math.Pi}
}

// Shift writes to dst the geometry f with every vertex converted, and returns
// dst. The zooms at which vertices show stay; of what was proved of the rounded
// geometry nothing does. Parts are shared with f, so they must not be changed;
// dst's own vertices are used again by the next Shift to it.
func (f *Flat) Shift(dst *Flat, convert func(orb.Point) orb.Point) *Flat {
	xy := dst.XY[:0]
	*dst = Flat{Type: f.Type, Ends: f.Ends, Polys: f.Polys, Min: [2]uint32{math.MaxUint32, math.MaxUint32}}
	for i := 0; i+1 < len(f.XY); i += 2 {
		x, y := World32(convert(LonLat32(f.XY[i], f.XY[i+1])))
		xy = append(xy, x, y)
		dst.Min = [2]uint32{min(dst.Min[0], x), min(dst.Min[1], y)}
		dst.Max = [2]uint32{max(dst.Max[0], x), max(dst.Max[1], y)}
	}
	dst.XY = xy
	if f.Levels != nil {
		dst.Levels = &Levels{From: f.Levels.From, Sharp: never + 1}
	}
	return dst
}
