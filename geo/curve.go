package geo

import "github.com/paulmach/orb"

// CurveBits is how many bits the number of a cell has.
const CurveBits = 2 * curveOrder

// curveOrder cells to the power of two lie along each axis: of 300 m at most.
const curveOrder = 17

// Curve is the number of the cell that p lies in, along Hilbert's curve through
// the plane of degrees: cells that follow each other lie side by side, and what is
// near is mostly near in number. A point that is not finite is in cell 0, one out
// of range in the nearest.
func Curve(p orb.Point) uint64 { return curve(p, curveOrder) }

// fineCurve is Curve with cells of 2.4 m at most.
func fineCurve(p orb.Point) uint64 { return curve(p, 24) }

// curve is Curve with so many cells, to the power of two, along each axis.
func curve(p orb.Point, order uint) uint64 {
	if !finite(p) {
		return 0
	}
	last := float64(uint64(1)<<order - 1)
	cell := func(share float64) uint32 { return uint32(max(0, min(last, share*(last+1)))) }
	return hilbert(cell((p[0]+180)/360), cell((p[1]+90)/180), order)
}

// hilbert takes the quarters that (x, y) lies in from the largest to the smallest,
// and turns the plane so that each quarter's curve begins where the one before ends.
func hilbert(x, y uint32, order uint) (d uint64) {
	for s := uint32(1) << (order - 1); s > 0; s >>= 1 {
		right, upper := x&s != 0, y&s != 0
		d <<= 2
		switch {
		case right && upper:
			d |= 2
		case right:
			d |= 3
			x, y = ^y, ^x
		case upper:
			d |= 1
		default:
			x, y = y, x
		}
	}
	return d
}
