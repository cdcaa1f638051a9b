package filter_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"

	"suhe/geo"
	"suhe/internal/pgtest"
)

// The spatial functions say what PostGIS says of the same geometries; and what
// passes touches the filter's bound.
func TestSpatialAgainstPostGIS(t *testing.T) {
	url := pgtest.Start(t)
	random := rand.New(rand.NewPCG(7, 8))
	point := func() orb.Point { return orb.Point{float64(random.IntN(6)), float64(random.IntN(6))} }
	shapes := []func() orb.Geometry{
		func() orb.Geometry { return point() },
		func() orb.Geometry { return orb.MultiPoint{point(), point()} },
		func() orb.Geometry { return orb.LineString{point(), point(), point()} },
		func() orb.Geometry { return orb.MultiLineString{{point(), point()}, {point(), point()}} },
		func() orb.Geometry { a := point(); return orb.Polygon{{a, point(), point(), a}} },
		func() orb.Geometry { return orb.MultiPoint{point(), point()}.Bound().ToPolygon() },
		func() orb.Geometry { return orb.MultiPolygon{orb.MultiPoint{point(), point()}.Bound().ToPolygon()} },
	}
	var lines []string
	for range 3000 {
		lines = append(lines, wkt.MarshalString(shapes[random.IntN(len(shapes))]())+"\t"+wkt.MarshalString(shapes[random.IntN(len(shapes))]()))
	}
	pgtest.Query(t, url, "CREATE TABLE pairs (a geometry, b geometry); COPY pairs FROM STDIN", lines...)
	passed := map[string]int{}
	functions := []string{"S_INTERSECTS", "S_DISJOINT", "S_WITHIN", "S_CONTAINS"}
	for _, r := range pgtest.Query(t, url, `SELECT ST_AsText(a), ST_AsText(b), ST_Intersects(a, b), ST_Disjoint(a, b), ST_Within(a, b), ST_Contains(a, b)
		FROM pairs WHERE ST_IsValid(a) AND ST_IsValid(b)`) {
		s, err := geo.ParseWKT(r[0])
		if err != nil {
			t.Fatal(err)
		}
		for i, function := range functions {
			f := parse(t, fmt.Sprintf("%s(geometry, %s)", function, r[1]))
			got := f.Passes(thing{geometry: s.Plane})
			if got != (r[2+i] == "t") {
				t.Errorf("%s(%s, %s): %v", function, r[0], r[1], got)
			}
			if turned := parse(t, fmt.Sprintf("%s(%s, geometry)", functions[[]int{0, 1, 3, 2}[i]], r[1])); turned.String() != f.String() {
				t.Errorf("turned: %s, want %s", turned, f)
			}
			if site := f.Site(); got && site != nil && !site.Intersects(s.Plane) {
				t.Errorf("%s: %s passes but does not touch %v", f, r[0], site.Bound())
			}
			if got {
				passed[function]++
			}
		}
	}
	for _, function := range functions {
		if passed[function] < 30 {
			t.Errorf("%s: only %d pass", function, passed[function])
		}
	}
}

// What passes a filter of several places touches its site.
func TestSiteHoldsWhatPasses(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	number := func() int { return random.IntN(8) }
	passed := 0
	for range 3000 {
		var terms []string
		for range 2 + random.IntN(3) {
			x, y := number(), number()
			function := []string{"S_INTERSECTS", "S_WITHIN", "S_DISJOINT"}[random.IntN(3)]
			terms = append(terms, fmt.Sprintf("%s(geometry, BBOX(%d,%d,%d,%d))", function, x, y, x+1+number(), y+1+number()))
		}
		f := parse(t, strings.Join(terms[:2], []string{" AND ", " OR "}[random.IntN(2)])+strings.Join(append([]string{""}, terms[2:]...), " AND "))
		line := orb.LineString{{float64(number()), float64(number())}, {float64(number()) + 0.5, float64(number())}}
		site := f.Site()
		if f.Passes(thing{geometry: line}) && site != nil {
			passed++
			if !site.Intersects(line) {
				t.Errorf("%s: %v passes but does not touch %v", f, line, site.Bound())
			}
		}
	}
	if passed < 100 {
		t.Errorf("only %d pass", passed)
	}
}
