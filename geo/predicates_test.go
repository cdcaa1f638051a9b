package geo_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"

	"suhe/geo"
	"suhe/internal/pgtest"
)

// Intersects and Within say what PostGIS says, on a coarse grid where nearly
// everything touches and on random ordinates where little does. There the other relations
// are asked as well, which have a grid of their own.
func TestPredicatesAgainstPostGIS(t *testing.T) {
	url := pgtest.Start(t)
	random := rand.New(rand.NewPCG(5, 6))
	coordinates := map[string]func() float64{
		"grid":   func() float64 { return float64(random.IntN(6)) },
		"random": func() float64 { return 120 + random.Float64() },
	}
	for name, ordinate := range coordinates {
		t.Run(name, func(t *testing.T) {
			var lines []string
			for i := range 12_000 {
				a, b := shape(random, ordinate), shape(random, ordinate)
				if i%20 == 0 {
					b = a
				}
				lines = append(lines, fmt.Sprintf("%d\t%s\t%s", i, wkt.MarshalString(a), wkt.MarshalString(b)))
			}
			pgtest.Query(t, url, "DROP TABLE IF EXISTS pairs; CREATE TABLE pairs (i int, a geometry, b geometry); COPY pairs FROM STDIN", lines...)
			touching, inside := 0, 0
			for _, row := range pgtest.Query(t, url, `SELECT ST_AsText(a, 17), ST_AsText(b, 17), ST_Intersects(a, b)::int, ST_Within(a, b)::int,
				ST_Equals(a, b)::int, ST_Touches(a, b)::int, ST_Overlaps(a, b)::int, ST_Crosses(a, b)::int FROM pairs WHERE ST_IsValid(a) AND ST_IsValid(b)`) {
				a, b := parse(t, row[0]), parse(t, row[1])
				if got := geo.Intersects(a, b); strconv.Itoa(number(got)) != row[2] {
					t.Errorf("Intersects %s, %s: %v", row[0], row[1], got)
				}
				if got := geo.Within(a, b); strconv.Itoa(number(got)) != row[3] {
					t.Errorf("Within %s, %s: %v", row[0], row[1], got)
				}
				if got := geo.Prepare(a).Within(b); strconv.Itoa(number(got)) != row[3] {
					t.Errorf("prepared within %s, %s: %v", row[0], row[1], got)
				}
				if box := a.Bound(); box.Min[0] < box.Max[0] && box.Min[1] < box.Max[1] && (geo.Intersects(b, box) != geo.Intersects(b, box.ToPolygon()) || geo.Within(b, box) != geo.Within(b, box.ToPolygon())) {
					t.Errorf("%s lies otherwise to the box of %s than to its polygon", row[1], row[0])
				}
				for i, r := range relations {
					if got := r.holds(geo.Prepare(a), b); name == "random" && strconv.Itoa(number(got)) != row[4+i] {
						t.Errorf("%s %s, %s: %v", r.name, row[0], row[1], got)
					}
				}
				touching += number(row[2] == "1")
				inside += number(row[3] == "1")
			}
			t.Logf("%d intersect, %d are within", touching, inside)
			if touching < 100 || inside < 50 {
				t.Errorf("%d intersect, %d are within: too few to prove anything", touching, inside)
			}
		})
	}
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

func parse(t *testing.T, text string) orb.Geometry {
	t.Helper()
	s, err := geo.ParseWKT(text)
	if err != nil {
		t.Fatal(err)
	}
	return s.Plane
}

// shape makes a geometry of any type; many are valid.
func shape(random *rand.Rand, ordinate func() float64) orb.Geometry {
	point := func() orb.Point { return orb.Point{ordinate(), ordinate()} }
	points := func(n int) (out []orb.Point) {
		for range n {
			out = append(out, point())
		}
		return out
	}
	switch random.IntN(9) {
	case 0:
		return point()
	case 1:
		return orb.MultiPoint(points(1 + random.IntN(3)))
	case 2, 3:
		return orb.LineString(points(2 + random.IntN(3)))
	case 4:
		return orb.MultiLineString{points(2), points(2 + random.IntN(2))}
	case 5, 6:
		return box(point(), point())
	case 7:
		return orb.MultiPolygon{box(point(), point()), polygon(points(3))}
	}
	return polygon(points(3 + random.IntN(3)))
}

func polygon(corners []orb.Point) orb.Polygon {
	return orb.Polygon{append(corners, corners[0])}
}

// box has a hole if it is wide enough.
func box(a, b orb.Point) orb.Polygon {
	bound := orb.MultiPoint{a, b}.Bound()
	out := bound.ToPolygon()
	third := min(bound.Max[0]-bound.Min[0], bound.Max[1]-bound.Min[1]) / 3
	if third >= 1 || third > 0.1 {
		third = math.Round(third*4) / 4
		hole := orb.Bound{Min: orb.Point{bound.Min[0] + third, bound.Min[1] + third}, Max: orb.Point{bound.Max[0] - third, bound.Max[1] - third}}
		if hole.Min[0] < hole.Max[0] && hole.Min[1] < hole.Max[1] {
			out = append(out, hole.ToPolygon()[0])
		}
	}
	return out
}

// Points are compared without an allocation, and so is what lies far away. What
// is taken apart first is too, in the long run: see BenchmarkPrepared.
func TestPreparedAllocatesNothing(t *testing.T) {
	area := geo.Prepare(circle(1000))
	for _, g := range []orb.Geometry{orb.Point{121, 31}, orb.Point{121.1, 31.1}, orb.LineString{{122, 31}, {123, 32}}, circle(100)[0][:0]} {
		if n := testing.AllocsPerRun(100, func() { area.Intersects(g); area.Holds(g) }); n > 0 {
			t.Errorf("%v: %v allocations", g, n)
		}
	}
}

func BenchmarkPrepared(b *testing.B) {
	area := geo.Prepare(circle(1000))
	for _, c := range []struct {
		name string
		g    orb.Geometry
	}{
		{"point", orb.Point{121.03, 31.04}},
		{"building", orb.Polygon{{{121.03, 31}, {121.031, 31}, {121.031, 31.001}, {121.03, 31.001}, {121.03, 31}}}},
		{"far", orb.Polygon{{{122, 31}, {122.001, 31}, {122.001, 31.001}, {122, 31.001}, {122, 31}}}},
	} {
		b.Run("Intersects/"+c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				area.Intersects(c.g)
			}
		})
		b.Run("Holds/"+c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				area.Holds(c.g)
			}
		})
	}
}

// A point a few units in the last place beside a line is not on it, though plain
// arithmetic cannot tell (Kettner et al., Classroom examples of robustness
// problems in geometric computations, 2008).
func TestExactAtTheLine(t *testing.T) {
	diagonal := geo.Prepare(orb.LineString{{-12, -12}, {24, 24}})
	triangle := geo.Prepare(orb.Polygon{{{-12, -12}, {24, -12}, {24, 24}, {-12, -12}}})
	for i := range 32 {
		for k := range 32 {
			p := orb.Point{0.5 + float64(i)*0x1p-53, 0.5 + float64(k)*0x1p-53}
			if got, want := diagonal.Intersects(p), p[0] == p[1]; got != want {
				t.Errorf("%v on the diagonal: %v", p, got)
			}
			if got, want := triangle.Intersects(p), p[0] >= p[1]; got != want {
				t.Errorf("%v in the triangle: %v", p, got)
			}
			if got, want := triangle.Holds(p), p[0] > p[1]; got != want {
				t.Errorf("%v within the triangle: %v", p, got)
			}
		}
	}
}
