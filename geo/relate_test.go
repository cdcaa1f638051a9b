package geo_test

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"

	"suhe/geo"
	"suhe/internal/pgtest"
)

// relations are those of this file, by their names in SQL, and without a word beside.
var relations = []struct {
	name  string
	holds func(p *geo.Prepared, g orb.Geometry) bool
}{
	{"ST_Equals", (*geo.Prepared).Equals},
	{"ST_Touches", (*geo.Prepared).Adjoins},
	{"ST_Overlaps", (*geo.Prepared).Overlaps},
	{"ST_Crosses", (*geo.Prepared).Crosses},
}

// What OGC 06-103r4 says of each pair of types; what is not named does not hold.
func TestRelations(t *testing.T) {
	for _, c := range []struct{ name, a, b, holds string }{
		{"point, itself", "POINT(1 1)", "POINT(1 1)", "ST_Equals"},
		{"point, other", "POINT(1 1)", "POINT(1 2)", ""},
		{"points in another order", "MULTIPOINT(1 1,2 2)", "MULTIPOINT(2 2,1 1,2 2)", "ST_Equals"},
		{"points, some in common", "MULTIPOINT(1 1,2 2)", "MULTIPOINT(2 2,3 3)", "ST_Overlaps"},
		{"points, fewer", "MULTIPOINT(1 1,2 2)", "POINT(2 2)", ""},
		{"point at the end of a line", "POINT(1 1)", "LINESTRING(1 1,2 2)", "ST_Touches"},
		{"point on a line", "POINT(1 1)", "LINESTRING(0 0,2 2)", ""},
		{"points on a line in part", "MULTIPOINT(1 1,5 5)", "LINESTRING(0 0,2 2)", "ST_Crosses"},
		{"points on the end of a line in part", "MULTIPOINT(2 2,5 5)", "LINESTRING(0 0,2 2)", "ST_Touches"},
		{"point where a ring of lines closes", "POINT(0 0)", "LINESTRING(0 0,2 2,2 0,0 0)", ""},
		{"point where two lines meet", "POINT(1 1)", "MULTILINESTRING((0 0,1 1),(1 1,2 0))", ""},
		{"point where three lines meet", "POINT(1 1)", "MULTILINESTRING((0 0,1 1),(1 1,2 0),(1 1,1 3))", "ST_Touches"},
		{"point at a corner", "POINT(0 0)", "POLYGON((0 0,2 0,2 2,0 0))", "ST_Touches"},
		{"point in an area", "POINT(1 0.5)", "POLYGON((0 0,2 0,2 2,0 0))", ""},
		{"points in an area in part", "MULTIPOINT(1 0.5,9 9)", "POLYGON((0 0,2 0,2 2,0 0))", "ST_Crosses"},
		{"line turned round", "LINESTRING(0 0,2 2)", "LINESTRING(2 2,1 1,0 0)", "ST_Equals"},
		{"lines end to end", "LINESTRING(0 0,1 1)", "LINESTRING(1 1,2 0)", "ST_Touches"},
		{"line that ends on another", "LINESTRING(0 0,2 0)", "LINESTRING(1 0,1 1)", "ST_Touches"},
		{"lines that cross", "LINESTRING(0 0,2 2)", "LINESTRING(0 2,2 0)", "ST_Crosses"},
		{"lines that cross at vertices", "LINESTRING(0 0,1 1,2 2)", "LINESTRING(0 2,1 1,2 0)", "ST_Crosses"},
		{"lines that cross where a third ends", "MULTILINESTRING((0 0,2 2),(1 1,5 1))", "LINESTRING(0 2,2 0)", "ST_Touches"},
		{"lines with a stretch in common", "LINESTRING(0 0,2 0)", "LINESTRING(1 0,3 0)", "ST_Overlaps"},
		{"a line and part of it", "LINESTRING(0 0,2 0)", "LINESTRING(1 0,2 0)", ""},
		{"line into an area", "LINESTRING(0 0,2 2)", "POLYGON((1 1,4 1,4 4,1 4,1 1))", "ST_Crosses"},
		{"line to an area", "LINESTRING(0 0,1 1)", "POLYGON((1 1,4 1,4 4,1 4,1 1))", "ST_Touches"},
		{"line along an area", "LINESTRING(0 1,9 1)", "POLYGON((1 1,4 1,4 4,1 4,1 1))", "ST_Touches"},
		{"line in an area", "LINESTRING(1 1,2 2)", "POLYGON((1 1,4 1,4 4,1 4,1 1))", ""},
		{"line in a hole", "LINESTRING(2 2,3 3)", "POLYGON((1 1,4 1,4 4,1 4,1 1),(2 2,3 2,3 3,2 3,2 2))", "ST_Touches"},
		{"area from another corner", "POLYGON((0 0,2 0,2 2,0 2,0 0))", "POLYGON((2 2,2 1,2 0,0 0,0 2,2 2))", "ST_Equals"},
		{"areas side by side", "POLYGON((0 0,2 0,2 2,0 2,0 0))", "POLYGON((2 1,4 1,4 3,2 3,2 1))", "ST_Touches"},
		{"areas corner to corner", "POLYGON((0 0,2 0,2 2,0 2,0 0))", "POLYGON((2 2,4 2,4 4,2 4,2 2))", "ST_Touches"},
		{"areas that overlap", "POLYGON((0 0,2 0,2 2,0 2,0 0))", "POLYGON((1 1,3 1,3 3,1 3,1 1))", "ST_Overlaps"},
		{"areas like a cross", "POLYGON((0 1,3 1,3 2,0 2,0 1))", "POLYGON((1 0,2 0,2 3,1 3,1 0))", "ST_Overlaps"},
		{"an area in another", "POLYGON((0 0,4 0,4 4,0 4,0 0))", "POLYGON((1 1,2 1,2 2,1 2,1 1))", ""},
		{"an area in the hole of another", "POLYGON((1 1,4 1,4 4,1 4,1 1),(2 2,3 2,3 3,2 3,2 2))", "POLYGON((2 2,3 2,3 3,2 3,2 2))", "ST_Touches"},
		{"areas, one in common", "MULTIPOLYGON(((0 0,1 0,1 1,0 0)),((5 5,6 5,6 6,5 5)))", "MULTIPOLYGON(((5 5,6 5,6 6,5 5)),((8 8,9 8,9 9,8 8)))", "ST_Overlaps"},
		{"far apart", "POLYGON((0 0,2 0,2 2,0 2,0 0))", "POLYGON((7 7,8 7,8 8,7 7))", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := parse(t, c.a), parse(t, c.b)
			for _, r := range relations {
				want := r.name == c.holds
				if r.holds(geo.Prepare(a), b) != want || r.holds(geo.Prepare(b), a) != want {
					t.Errorf("%s: want %v in either order", r.name, want)
				}
			}
		})
	}
}

// A box has the relations of the polygon that it is.
func TestRelationsOfBoxes(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	for i := range 6000 {
		box, g := gridBox(random), gridShape(random, i%gridTypes)
		if !valid(g) {
			continue
		}
		for _, r := range relations {
			want := r.holds(geo.Prepare(box.ToPolygon()), g)
			if r.holds(geo.Prepare(box), g) != want || r.holds(geo.Prepare(g), box) != want {
				t.Errorf("%s of %v and %v: want %v", r.name, box, g, want)
			}
		}
	}
}

func valid(g orb.Geometry) bool { return geo.Check(g) == nil }

// Relations are those of PostGIS, of all pairs of types on a grid so coarse that nearly
// everything touches.
func TestRelationsAgainstPostGIS(t *testing.T) {
	url := pgtest.Start(t)
	random := rand.New(rand.NewPCG(9, 10))
	var lines []string
	for i := range gridTypes * gridTypes * 1500 {
		a, b := gridShape(random, i%gridTypes), gridShape(random, i/gridTypes%gridTypes)
		if i%7 == 0 {
			b = again(a)
		}
		if valid(a) && valid(b) {
			lines = append(lines, wkt.MarshalString(a)+"\t"+wkt.MarshalString(b))
		}
	}
	pgtest.Query(t, url, "CREATE TABLE pairs (a geometry, b geometry); COPY pairs FROM STDIN", lines...)
	held := map[string]int{} // how often, by the dimensions of both
	for _, row := range pgtest.Query(t, url, `SELECT ST_AsText(a), ST_AsText(b), ' ' || ST_Dimension(a) || ST_Dimension(b),
		ST_Equals(a, b), ST_Touches(a, b), ST_Overlaps(a, b), ST_Crosses(a, b) FROM pairs WHERE ST_IsValid(a) AND ST_IsValid(b)`) {
		a, b := parse(t, row[0]), parse(t, row[1])
		for i, r := range relations {
			want := row[3+i] == "t"
			if got := r.holds(geo.Prepare(a), b); got != want {
				t.Errorf("%s(%s, %s): %v", r.name, row[0], row[1], got)
			}
			if want {
				held[r.name+row[2]]++
			}
		}
	}
	for _, one := range []string{"ST_Equals 00", "ST_Equals 11", "ST_Equals 22", "ST_Overlaps 00", "ST_Overlaps 11", "ST_Overlaps 22",
		"ST_Touches 01", "ST_Touches 02", "ST_Touches 10", "ST_Touches 11", "ST_Touches 12", "ST_Touches 20", "ST_Touches 21", "ST_Touches 22",
		"ST_Crosses 01", "ST_Crosses 02", "ST_Crosses 10", "ST_Crosses 11", "ST_Crosses 12", "ST_Crosses 20", "ST_Crosses 21"} {
		if held[one] < 20 {
			t.Errorf("%s held %d times, too few to prove anything", one, held[one])
		}
	}
}

// again is g with its points in another order.
func again(g orb.Geometry) orb.Geometry {
	g = orb.Clone(g)
	switch g := g.(type) {
	case orb.Point:
		return orb.MultiPoint{g, g}
	case orb.MultiPoint:
		slices.Reverse(g)
	case orb.LineString:
		slices.Reverse(g)
	case orb.MultiLineString:
		slices.Reverse(g)
		slices.Reverse(g[0])
	case orb.Polygon:
		ring := g[0]
		g[0] = append(ring[1:], ring[1])
		return orb.MultiPolygon{g}
	case orb.MultiPolygon:
		slices.Reverse(g)
		slices.Reverse(g[0][0])
	}
	return g
}

// gridTypes is how many types of geometries there are.
const gridTypes = 6

// gridShape makes a geometry of a type on a grid; many are valid. Edges run straight or
// diagonally, so that they meet in halves: GEOS up to 3.12 cuts edges where they cross,
// and where that is no number of the machine, loses what they have in common with others.
func gridShape(random *rand.Rand, of int) orb.Geometry {
	switch of {
	case 0:
		return gridPoint(random)
	case 1:
		return orb.MultiPoint(some(random, 4, gridPoint))
	case 2:
		return gridLine(random)
	case 3:
		return orb.MultiLineString(some(random, 3, gridLine))
	case 4:
		return gridPolygon(random)
	}
	return orb.MultiPolygon(some(random, 3, gridPolygon))
}

// some makes one to most things.
func some[T any](random *rand.Rand, most int, one func(*rand.Rand) T) (out []T) {
	for range 1 + random.IntN(most) {
		out = append(out, one(random))
	}
	return out
}

func gridPoint(random *rand.Rand) orb.Point {
	return orb.Point{float64(random.IntN(5)), float64(random.IntN(5))}
}

// gridLine makes a line of one to four edges, which may leave the grid.
func gridLine(random *rand.Rand) orb.LineString {
	line := orb.LineString{gridPoint(random)}
	for range 1 + random.IntN(4) {
		last, length := line[len(line)-1], 1+random.IntN(3)
		line = append(line, orb.Point{last[0] + float64(length*(random.IntN(3)-1)), last[1] + float64(length*(random.IntN(3)-1))})
	}
	return line
}

func gridBox(random *rand.Rand) orb.Bound {
	from := gridPoint(random)
	return orb.Bound{Min: from, Max: orb.Point{from[0] + float64(1+random.IntN(5)), from[1] + float64(1+random.IntN(5))}}
}

// gridPolygon makes a box of which corners are cut off or out; if it is wide, with a hole.
func gridPolygon(random *rand.Rand) orb.Polygon {
	box := gridBox(random)
	out := orb.Polygon{gridRing(random, box)}
	if hole := box.Pad(-1); hole.Min[0] < hole.Max[0] && hole.Min[1] < hole.Max[1] {
		out = append(out, gridRing(random, hole))
	}
	return out
}

func gridRing(random *rand.Rand, box orb.Bound) (ring orb.Ring) {
	corners := box.ToRing()[:4]
	for i, corner := range corners {
		cut := float64(max(0, random.IntN(5)-2))
		before, behind := towards(corner, corners[(i+3)%4], cut), towards(corner, corners[(i+1)%4], cut)
		ring = append(ring, before)
		if cut > 0 && random.IntN(2) == 0 {
			ring = append(ring, orb.Point{before[0] + behind[0] - corner[0], before[1] + behind[1] - corner[1]})
		}
		if cut > 0 {
			ring = append(ring, behind)
		}
	}
	return append(ring, ring[0])
}

// towards is the point so far from a on the straight or level way to b.
func towards(a, b orb.Point, far float64) orb.Point {
	for k := range a {
		a[k] += far * float64(cmp.Compare(b[k], a[k]))
	}
	return a
}
