package geo_test

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"suhe/geo"
)

// meander is a line of many turns, large and small.
func meander(t *rapid.T, n int) orb.LineString {
	line := orb.LineString{{rapid.Float64Range(-170, 170).Draw(t, "lon"), rapid.Float64Range(-80, 80).Draw(t, "lat")}}
	size := math.Pow(10, rapid.Float64Range(-7, 0).Draw(t, "size"))
	for range n - 1 {
		p := line[len(line)-1]
		line = append(line, orb.Point{
			p[0] + size*rapid.Float64Range(-1, 1.2).Draw(t, "dx"), math.Max(-85, math.Min(85, p[1]+size*rapid.Float64Range(-1, 1).Draw(t, "dy"))),
		})
	}
	return line
}

// What does not show at a zoom lies within a unit of what does, and what shows
// keeps showing.
func TestLevelsKeepTheirTolerance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(5, 60).Draw(t, "n")
		var g orb.Geometry = meander(t, n)
		closed := rapid.Bool().Draw(t, "ring")
		if closed {
			ring := orb.Ring(g.(orb.LineString))
			g = orb.Polygon{append(ring, ring[0])}
		}
		f := geo.Flatten(g)
		if f.Levels == nil || len(f.Levels.From) != len(f.XY)/2 {
			t.Fatalf("levels are %+v", f.Levels)
		}
		for z := range uint8(21) {
			var kept [][2]float64
			for i, from := range f.Levels.From {
				if from <= z {
					kept = append(kept, [2]float64{float64(f.XY[2*i]), float64(f.XY[2*i+1])})
				}
			}
			if closed {
				if len(kept) < 3 {
					t.Fatalf("zoom %d keeps %d vertices of a ring", z, len(kept))
				}
				kept = append(kept, kept[0])
			}
			unit := math.Exp2(20 - float64(z))
			for i, from := range f.Levels.From {
				p := [2]float64{float64(f.XY[2*i]), float64(f.XY[2*i+1])}
				if d := away(p, kept); from > z && d > unit*1.000001 {
					t.Fatalf("zoom %d drops a vertex %g units away", z, d/unit)
				}
			}
		}
	})
}

// away is the distance of p from a line.
func away(p [2]float64, line [][2]float64) float64 {
	least := math.Inf(1)
	for i := 1; i < len(line); i++ {
		a, b := line[i-1], line[i]
		dx, dy := b[0]-a[0], b[1]-a[1]
		t := 0.0
		if l := dx*dx + dy*dy; l > 0 {
			t = math.Max(0, math.Min(1, ((p[0]-a[0])*dx+(p[1]-a[1])*dy)/l))
		}
		least = math.Min(least, math.Hypot(a[0]+t*dx-p[0], a[1]+t*dy-p[1]))
	}
	return least
}

// What is said to be valid when drawn is known so: the table has what is not.
func TestLevelsProve(t *testing.T) {
	const m = 1e-5 // about a metre
	square := func(x, y, w float64) orb.Ring {
		return orb.Ring{{x * m, y * m}, {(x + w) * m, y * m}, {(x + w) * m, (y + w) * m}, {x * m, (y + w) * m}, {x * m, y * m}}
	}
	tests := []struct {
		name  string
		g     orb.Geometry
		sharp uint8 // 22: never
	}{
		{"10 m", orb.Polygon{square(0, 0, 10)}, 11},
		{"1 m", orb.Polygon{square(0, 0, 1)}, 14},
		{"with a court", orb.Polygon{square(0, 0, 10), square(4, 4, 2)}, 13},
		{"a court at the wall", orb.Polygon{square(0, 0, 10), square(0, 4, 2)}, 22},
		{"a court through the wall", orb.Polygon{square(0, 0, 10), square(-1, 4, 2)}, 22},
		{"a court outside", orb.Polygon{square(0, 0, 10), square(20, 4, 2)}, 22},
		{"a court in a court", orb.Polygon{square(0, 0, 10), square(2, 2, 6), square(4, 4, 2)}, 22},
		{"bow", orb.Polygon{{{0, 0}, {10 * m, 10 * m}, {10 * m, 0}, {0, 10 * m}, {0, 0}}}, 22},
		{"spike", orb.Polygon{{{0, 0}, {10 * m, 0}, {5 * m, 0}, {5 * m, 9 * m}, {0, 0}}}, 22},
		{"twice the same corner", orb.Polygon{{{0, 0}, {10 * m, 0}, {10 * m, 0}, {5 * m, 9 * m}, {0, 0}}}, 22},
		{"many", orb.MultiPolygon{{square(0, 0, 10)}, {square(20, 0, 10)}}, 22},
		{"line", orb.LineString{{0, 0}, {m, m}, {2 * m, 0}}, 22},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l := geo.Flatten(test.g).Levels
			if l == nil {
				l = &geo.Levels{Sharp: 22}
			}
			if l.Sharp != test.sharp {
				t.Errorf("sharp from %d, want %d", l.Sharp, test.sharp)
			}
			for z := range uint32(23) {
				if l.From == nil && l.CleanAt(z, true) != l.CleanAt(z, false) {
					t.Errorf("zoom %d: clean %v thinned, %v whole, with nothing to thin", z, l.CleanAt(z, true), l.CleanAt(z, false))
				}
			}
		})
	}
}

// A shape made to need as many passes as it has vertices costs no more than others.
func TestLevelsOfACostlyShape(t *testing.T) {
	var line orb.LineString
	for i := range 100_000 {
		x := float64(i) / 100_000
		line = append(line, orb.Point{x, 60 * x * x * x * x * x * x})
	}
	f := geo.Flatten(line)
	seen := [23]int{}
	for _, z := range f.Levels.From {
		seen[z]++
	}
	if seen[0] > 100 {
		t.Errorf("vertices by zoom: %v", seen)
	}
}

func BenchmarkFlatten(b *testing.B) {
	var creek, house orb.Ring
	for i := range 5000 {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / 5000)
		r := 0.1 + 0.01*math.Sin(float64(i)) + 0.03*math.Sin(float64(i)/70)
		creek = append(creek, orb.Point{121 + r*cos, 31 + r*sin})
	}
	for i := range 12 {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / 12)
		house = append(house, orb.Point{121 + 0.0001*(1+float64(i%3))*cos, 31 + 0.0001*(1+float64(i%3))*sin})
	}
	for name, ring := range map[string]orb.Ring{"creek of 5000": creek, "house of 12": house} {
		g := orb.Polygon{append(ring, ring[0])}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				geo.Flatten(g)
			}
		})
	}
}
