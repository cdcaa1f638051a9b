package geo_test

import (
	"math"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"suhe/geo"
)

func TestCheck(t *testing.T) {
	tests := []struct {
		name string
		g    orb.Geometry
		want string // part of the error, or empty for none
	}{
		{"a point", orb.Point{121.4, 31.2}, ""},
		{"none", nil, "none"},
		{"empty line", orb.LineString{}, "empty"},
		{"empty polygon", orb.Polygon{}, "empty"},
		{"empty collection", orb.Collection{}, "empty"},
		{"one point line", orb.LineString{{1, 2}}, "two or more"},
		{"NaN", orb.Point{math.NaN(), 31}, "finite"},
		{"infinite", orb.Point{121, math.Inf(-1)}, "finite"},
		{"swapped", orb.Point{31.2, 121.4}, "swapped"},
		{"too far east", orb.Point{181, 31}, "longitude 181"},
		{"too far north", orb.Point{121, 91}, "latitude 91"},
		{"not closed", orb.Polygon{{{0, 0}, {1, 0}, {1, 1}, {0, 1}}}, "not closed"},
		{"two corners", orb.Polygon{{{0, 0}, {1, 0}, {0, 0}}}, "four or more"},
		{"bow tie", orb.Polygon{{{0, 0}, {1, 1}, {1, 0}, {0, 1}, {0, 0}}}, "crosses itself near 0.5"},
		{"hole across the edge", orb.Polygon{{{0, 0}, {4, 0}, {4, 4}, {0, 4}, {0, 0}}, {{3, 1}, {5, 1}, {5, 2}, {3, 2}, {3, 1}}}, "crosses"},
		{"concave", orb.Polygon{{{0, 0}, {4, 0}, {4, 4}, {2, 1}, {0, 4}, {0, 0}}}, ""},
		{"a million vertices", circle(1_000_000), "at most 100000"},
		{"as many as may be", circle(geo.MaxVertices - 1), ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := geo.Check(test.g)
			switch {
			case test.want == "" && err != nil:
				t.Errorf("got %v, want nil", err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("got %v, want %q in it", err, test.want)
			}
		})
	}
}

func circle(n int) orb.Polygon {
	ring := make(orb.Ring, 0, n+1)
	for i := range n {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(n))
		ring = append(ring, orb.Point{121 + cos/10, 31 + sin/10})
	}
	return orb.Polygon{append(ring, ring[0])}
}
