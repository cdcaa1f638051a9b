package geo_test

import (
	"math"
	"testing"

	"github.com/paulmach/orb"

	"suhe/geo"
)

// The curve goes from each cell to one beside it, and comes to every cell of a
// square whose side is a power of two before it leaves it.
func TestCurveGoesFromNeighbourToNeighbour(t *testing.T) {
	const side, cells = 64, 1 << 17
	at := map[uint64][2]int{}
	least := uint64(math.MaxUint64)
	for x := range side {
		for y := range side {
			lon := (float64(x)+0.5)*360/cells - 180
			lat := (float64(y)+0.5)*180/cells - 90
			n := geo.Curve(orb.Point{lon, lat})
			if was, double := at[n]; double {
				t.Fatalf("cells %v and %d,%d have one number", was, x, y)
			}
			at[n] = [2]int{x, y}
			least = min(least, n)
		}
	}
	for n := least + 1; n < least+side*side; n++ {
		a, b := at[n-1], at[n]
		if far := math.Abs(float64(a[0]-b[0])) + math.Abs(float64(a[1]-b[1])); far != 1 {
			t.Fatalf("from %v to %v as the %d-th step", a, b, n-least)
		}
	}
}

func TestCurveOfAnyPoint(t *testing.T) {
	for _, p := range []orb.Point{{math.NaN(), 31}, {121, math.Inf(1)}, {-1e300, 1e300}, {180, 90}, {-180, -90}, {540, -270}} {
		if n := geo.Curve(p); n >= 1<<geo.CurveBits {
			t.Errorf("%v: cell %d", p, n)
		}
	}
	if geo.Curve(orb.Point{181, 91}) != geo.Curve(orb.Point{180, 90}) {
		t.Error("a point out of range is not in the nearest cell")
	}
}
