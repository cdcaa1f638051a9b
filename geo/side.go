package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// side is 1 if p is left of the segment, -1 right of it, 0 on its line. The sign
// is that of the exact coordinates: what plain arithmetic leaves in doubt is
// reckoned again in pairs of doubles (Dekker, A floating-point technique for
// extending the available precision, Numer. Math. 18, 1971), as GEOS does.
func side(s [2]orb.Point, p orb.Point) float64 {
	left := (s[1][0] - s[0][0]) * (p[1] - s[0][1])
	right := (s[1][1] - s[0][1]) * (p[0] - s[0][0])
	d := left - right
	// Shewchuk, Adaptive precision floating-point arithmetic, 1997: ccwerrboundA.
	const doubt = (3 + 16*0x1p-53) * 0x1p-53
	if math.Abs(d) <= doubt*(math.Abs(left)+math.Abs(right)) {
		d = exactSide(s, p)
	}
	switch {
	case d > 0:
		return 1
	case d < 0:
		return -1
	}
	return 0
}

func exactSide(s [2]orb.Point, p orb.Point) float64 {
	left := minus(s[1][0], s[0][0]).times(minus(p[1], s[0][1]))
	right := minus(s[1][1], s[0][1]).times(minus(p[0], s[0][0]))
	if left.high != right.high {
		return left.high - right.high
	}
	return left.low - right.low
}

// double is the sum of a number and a much smaller one.
type double struct{ high, low float64 }

// minus is a-b without error.
func minus(a, b float64) double {
	d := a - b
	back := d - a
	return double{d, (a - (d - back)) - (b + back)}
}

// times is a·b to about 106 bits.
func (a double) times(b double) double {
	p := a.high * b.high
	e := math.FMA(a.high, b.high, -p) + (a.high*b.low + a.low*b.high)
	high := p + e
	return double{high, e - (high - p)}
}
