package geo_test

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"
	"pgregory.net/rapid"

	"suhe/geo"
)

// Tiles are those of orb's maptile, which is the grid that everybody uses.
func TestTilesAgainstMaptile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := orb.Point{rapid.Float64Range(-179.9, 179.9).Draw(t, "lon"), rapid.Float64Range(-85, 85).Draw(t, "lat")}
		z := uint32(rapid.IntRange(0, geo.MaxZoom).Draw(t, "z"))
		got, want := geo.TileAt(p, z), maptile.At(p, maptile.Zoom(z))
		// On a border, such as the equator, a rounding may choose either side.
		border := got.Bound(0).Pad(1e-12).Contains(p) && want.Bound().Pad(1e-12).Contains(p)
		if (got.X != want.X || got.Y != want.Y) && !border {
			t.Fatalf("tile of %v at %d: got %v, want %v", p, z, got, want)
		}
		want.X, want.Y = got.X, got.Y
		g, w := got.Bound(0), want.Bound()
		for i := range 2 {
			if math.Abs(g.Min[i]-w.Min[i]) > 1e-9 || math.Abs(g.Max[i]-w.Max[i]) > 1e-9 {
				t.Fatalf("bound of %v: got %v, want %v", got, g, w)
			}
		}
		if grown := got.Bound(0.1); !grown.Contains(p) {
			t.Fatalf("%v does not hold %v", grown, p)
		}
	})
}

func TestFlattenWindsRings(t *testing.T) {
	outer := orb.Ring{{0, 0}, {4, 0}, {4, 4}, {0, 4}, {0, 0}}
	hole := orb.Ring{{1, 1}, {2, 1}, {2, 2}, {1, 2}, {1, 1}}
	back := func(r orb.Ring) orb.Ring { c := r.Clone(); c.Reverse(); return c }
	for _, p := range []orb.Polygon{{outer, hole}, {back(outer), hole}, {outer, back(hole)}, {back(outer), back(hole)}} {
		f := geo.Flatten(p)
		if f.Type != geo.FlatPolygon || len(f.Ends) != 2 || f.Polys != nil {
			t.Fatalf("flat is %+v", f)
		}
		if a := area(f.XY[:2*f.Ends[0]]); a <= 0 {
			t.Errorf("the exterior ring has area %g", a)
		}
		if a := area(f.XY[2*f.Ends[0] : 2*f.Ends[1]]); a >= 0 {
			t.Errorf("the hole has area %g", a)
		}
	}
}

func area(xy []uint32) (sum float64) {
	n := len(xy) / 2
	for i := range n {
		j := (i + 1) % n
		sum += float64(xy[2*i])*float64(xy[2*j+1]) - float64(xy[2*j])*float64(xy[2*i+1])
	}
	return sum
}

func TestFlattenEveryType(t *testing.T) {
	square := orb.Ring{{0, 0}, {1, 0}, {1, 1}, {0, 0}}
	tests := []struct {
		name  string
		g     orb.Geometry
		want  geo.FlatType
		count int // vertices
	}{
		{"point", orb.Point{1, 2}, geo.FlatPoint, 1},
		{"points", orb.MultiPoint{{1, 2}, {3, 4}}, geo.FlatPoint, 2},
		{"line", orb.LineString{{1, 2}, {3, 4}}, geo.FlatLine, 2},
		{"short line", orb.LineString{{1, 2}}, geo.FlatNone, 0},
		{"lines", orb.MultiLineString{{{1, 2}, {3, 4}}, {{1, 2}}, {{5, 6}, {7, 8}}}, geo.FlatLine, 4},
		{"ring", square, geo.FlatPolygon, 3},
		{"polygons", orb.MultiPolygon{{square}, {square}}, geo.FlatPolygon, 6},
		{"mixed", orb.Collection{orb.Point{1, 2}, orb.Polygon{square}}, geo.FlatPolygon, 3},
		{"empty", orb.MultiPolygon{}, geo.FlatNone, 0},
		{"beyond the pole", orb.Point{200, 95}, geo.FlatPoint, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if f := geo.Flatten(test.g); f.Type != test.want || len(f.XY) != 2*test.count {
				t.Errorf("got %+v", f)
			}
		})
	}
}

// The anchor of a polygon lies in it, also where the centroid does not.
func TestAnchor(t *testing.T) {
	horseshoe := orb.Polygon{{{0, 0}, {6, 0}, {6, 6}, {5, 6}, {5, 1}, {1, 1}, {1, 6}, {0, 6}, {0, 0}}}
	for _, g := range []orb.Geometry{horseshoe, orb.MultiPolygon{horseshoe}, orb.Collection{orb.Point{9, 9}, horseshoe}} {
		if p := geo.Anchor(g); !geo.Contains(horseshoe, p) {
			t.Errorf("anchor %v of %T lies outside", p, g)
		}
	}
	if p := geo.Anchor(orb.LineString{{0, 0}, {2, 0}, {4, 0}}); p != (orb.Point{2, 0}) {
		t.Errorf("anchor of a line is %v", p)
	}
}

func TestIntersects(t *testing.T) {
	square := orb.Polygon{{{0, 0}, {4, 0}, {4, 4}, {0, 4}, {0, 0}}, {{1, 1}, {3, 1}, {3, 3}, {1, 3}, {1, 1}}}
	tests := []struct {
		name string
		g    orb.Geometry
		want bool
	}{
		{"inside", orb.Point{0.5, 0.5}, true},
		{"in the hole", orb.Point{2, 2}, false},
		{"on the edge", orb.Point{4, 2}, true},
		{"outside", orb.Point{5, 5}, false},
		{"line through", orb.LineString{{-1, 2}, {5, 2}}, true},
		{"line in the hole", orb.LineString{{1.5, 2}, {2.5, 2}}, false},
		{"polygon around", orb.Bound{Min: orb.Point{-1, -1}, Max: orb.Point{9, 9}}, true},
		{"polygon in the hole", orb.Bound{Min: orb.Point{1.5, 1.5}, Max: orb.Point{2, 2}}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := geo.Intersects(square, test.g); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
			if got := geo.Intersects(test.g, square); got != test.want {
				t.Errorf("the other way round: got %v, want %v", got, test.want)
			}
		})
	}
}
