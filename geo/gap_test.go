package geo_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"suhe/geo"
)

// dots are points laid densely on the edges of g.
func dots(g orb.Geometry) (out []orb.Point) {
	var lines []orb.LineString
	switch g := g.(type) {
	case orb.Point:
		return []orb.Point{g}
	case orb.LineString:
		lines = append(lines, g)
	case orb.Polygon:
		for _, r := range g {
			lines = append(lines, orb.LineString(r))
		}
	}
	for _, l := range lines {
		for i := 1; i < len(l); i++ {
			for k := range 201 {
				s := float64(k) / 200
				out = append(out, orb.Point{l[i-1][0] + (l[i][0]-l[i-1][0])*s, l[i-1][1] + (l[i][1]-l[i-1][1])*s})
			}
		}
	}
	return out
}

// Distances between points, lines and polygons are those between points laid densely on
// them, and are 0 where they share one; the order does not matter.
func TestDistancesAgainstDots(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	shape := func() orb.Geometry {
		p := orb.Point{121.43 + (random.Float64()-.5)*0.02, 31.24 + (random.Float64()-.5)*0.02}
		switch random.IntN(3) {
		case 0:
			return p
		case 1:
			return orb.LineString{p, {p[0] + (random.Float64()-.5)*0.004, p[1] + (random.Float64()-.5)*0.004}, {p[0] + 0.003, p[1] + 0.001}}
		}
		w, h := random.Float64()*0.003, random.Float64()*0.003
		return orb.Polygon{{p, {p[0] + w, p[1]}, {p[0] + w, p[1] + h}, {p[0], p[1] + h}, p}}
	}
	met := 0
	for range 1500 {
		a, b := shape(), shape()
		d, ok := geo.Prepare(a).Distance(b, 1e6)
		back, _ := geo.Prepare(b).Distance(a, 1e6)
		if !ok || math.Abs(float64(d-back)) > 1e-6+1e-4*float64(d) {
			t.Fatalf("%v from %v: %v %v, back %v", a, b, d, ok, back)
		}
		if geo.Intersects(a, b) {
			if met++; d != 0 {
				t.Fatalf("%v meets %v at %v", a, b, d)
			}
			continue
		}
		want := math.Inf(1)
		ds := dots(b)
		for _, p := range dots(a) {
			for _, q := range ds {
				// Most are far: degrees tell which may be nearest.
				if dx, dy := (p[0]-q[0])*95_000, (p[1]-q[1])*110_000; math.Hypot(dx, dy) < 1.02*want {
					want = min(want, float64(geo.Distance(p, q)))
				}
			}
		}
		// Between two dots lie at most 2.5 m.
		if float64(d) > want*1.0001+1e-6 || float64(d) < want-2*want*1e-4-2.5*2.5/want-0.02 {
			t.Fatalf("%v from %v: %v, dots say %v", a, b, d, want)
		}
		if _, ok := geo.Prepare(a).Distance(b, d*0.999); ok {
			t.Fatalf("%v is found within less", d)
		}
		if again, ok := geo.Prepare(a).Distance(b, d*1.000001); !ok || again != d {
			t.Fatalf("%v is not found within a little more: %v", d, again)
		}
	}
	if met < 10 {
		t.Errorf("only %d met", met)
	}
}

// Cells hold their points, are as wide and high on the ground as is said, and lie side by
// side.
func TestGridIsTrueInMetres(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	for range 300 {
		size := geo.Metres(10 + random.Float64()*2000)
		grid := geo.NewGrid(size)
		p := orb.Point{121.2 + random.Float64()*0.6, 31 + random.Float64()*0.5}
		c := grid.Cell(p)
		ring := grid.Outline(c)[0]
		for i := 1; i < len(ring); i++ {
			if d := geo.Distance(ring[i-1], ring[i]); math.Abs(float64(d/size)-1) > 1e-4 {
				t.Fatalf("a side of %g m is %g m", float64(size), float64(d))
			}
		}
		if !geo.Contains(orb.Polygon{ring}, p) || grid.Cell(grid.Middle(c)) != c {
			t.Fatalf("cell %v does not hold %v or its middle", c, p)
		}
	}
	grid := geo.NewGrid(100)
	box := orb.Bound{Min: orb.Point{121.40, 31.24}, Max: orb.Point{121.41, 31.25}}
	over, err := grid.Over(box, 1000)
	if err != nil {
		t.Fatal(err)
	}
	in := map[geo.Cell]bool{}
	for _, c := range over {
		in[c] = true
	}
	for range 1000 {
		p := orb.Point{121.40 + random.Float64()*0.01, 31.24 + random.Float64()*0.01}
		if !in[grid.Cell(p)] {
			t.Fatalf("%v lies in a cell that is not over the box", p)
		}
	}
	if len(in) != len(over) || len(over) > 200 {
		t.Errorf("%d cells, %d of them different", len(over), len(in))
	}
	if _, err := grid.Over(orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}, 1000); err == nil {
		t.Error("the world has few cells")
	}
}
