package geo

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

func TestCoarse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := orb.Point{rapid.Float64Range(-179, 179).Draw(t, "lon"), rapid.Float64Range(-80, 80).Draw(t, "lat")}
		grid := Metres(rapid.Float64Range(1, 2000).Draw(t, "grid"))
		q := Coarse(p, grid)
		if d := Distance(p, q); d > grid*0.75 {
			t.Fatalf("%v moved %v m, with a grid of %v", p, d, grid)
		}
		if again := Coarse(q, grid); Distance(q, again) > 1e-3 {
			t.Fatalf("the middle of a cell moved from %v to %v", q, again)
		}
	})
	near := orb.Point{121.4400001, 31.2500001}
	if Coarse(near, 50) != Coarse(orb.Point{near[0] + 1e-6, near[1] + 1e-6}, 50) {
		t.Error("two points of a cell are told apart")
	}
	for _, p := range []orb.Point{{math.NaN(), 1}, {200, 1}} {
		if q := Coarse(p, 50); q[1] != p[1] {
			t.Errorf("%v became %v", p, q)
		}
	}
	if p := (orb.Point{121.44, 31.25}); Coarse(p, 0) != p {
		t.Error("no grid moves points")
	}
}
