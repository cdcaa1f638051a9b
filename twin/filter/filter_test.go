package filter_test

import (
	"testing"
	"time"

	"github.com/paulmach/orb"

	"suhe/twin/filter"
)

// thing is a subject of a test.
type thing struct {
	properties map[string]filter.Value
	geometry   orb.Geometry
	items      map[string][]any
}

func (t thing) Property(name string) filter.Value { return t.properties[name] }
func (t thing) Geometry() orb.Geometry            { return t.geometry }
func (t thing) Items(name string) []any           { return t.items[name] }

// things are of every type, and one is nothing.
var things = []thing{
	{},
	{map[string]filter.Value{"a": filter.Number(1), "b": filter.Bool(true), "n": filter.Number(5), "name": filter.String("苏州河 Bridge")}, orb.Point{1, 1}, nil},
	{map[string]filter.Value{"a": filter.String("x"), "b": filter.Bool(false), "updated": filter.Time(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC))}, orb.Polygon{{{0, 0}, {2, 0}, {2, 2}, {0, 2}, {0, 0}}}, nil},
}

func TestPasses(t *testing.T) {
	bridge := thing{map[string]filter.Value{
		"name": filter.String("Wuning Bridge 武宁路桥"), "class": filter.String("bridge.road"), "height": filter.Number(9.5),
		"lit": filter.Bool(true), "updated": filter.Time(time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)), "base": filter.Number(3),
	}, orb.LineString{{121.41, 31.24}, {121.42, 31.24}}, nil}
	for text, want := range map[string]bool{
		"":                                       true,
		"FALSE":                                  false,
		"height = 9.5 AND class = 'bridge.road'": true,
		"height > base":                          true,
		"height < base":                          false,
		"height = '9.5'":                         false,
		"height <> '9.5'":                        false,
		"name < 'X'":                             true,
		"lit = TRUE AND lit > FALSE":             true,
		"updated >= DATE('2026-11-24')":          true,
		"updated < TIMESTAMP('2026-11-24T08:00:00.001Z')":                         true,
		"updated = TIMESTAMP('2026-11-24T16:00:00+08:00')":                        true,
		"class IN ('a', 'bridge.road')":                                           true,
		"class NOT IN ('a', 'bridge.road')":                                       false,
		"class NOT IN ('a', 'b')":                                                 true,
		"height IN (1, 9.5, 20)":                                                  true,
		"absent NOT IN (1, 2)":                                                    false,
		"height NOT IN ('a', 'b')":                                                false,
		"height BETWEEN 9.5 AND 9.5":                                              true,
		"height NOT BETWEEN 1 AND 9":                                              true,
		"absent NOT BETWEEN 1 AND 9":                                              false,
		"name LIKE 'Wuning%'":                                                     true,
		"name LIKE '%Bridge%'":                                                    true,
		"name LIKE '%路桥'":                                                         true,
		"name LIKE '%路_'":                                                         true,
		"name LIKE '%路_桥'":                                                        false,
		"name LIKE '______ Bridge _路桥'":                                           false,
		"name LIKE '______ Bridge __路桥'":                                          true,
		"name LIKE '_%_'":                                                         true,
		"name LIKE 'Wuning'":                                                      false,
		"name LIKE '%bridge%'":                                                    false,
		"CASEI(name) LIKE CASEI('%BRIDGE%')":                                      true,
		"CASEI(name) LIKE CASEI('w_NING%桥')":                                      true,
		"CASEI(name) LIKE '%B%'":                                                  false,
		"CASEI(name) = CASEI('WUNING BRIDGE 武宁路桥')":                               true,
		"CASEI(class) IN (CASEI('Bridge.Road'), 'x')":                             true,
		"absent NOT LIKE 'x'":                                                     false,
		"height NOT LIKE 'x'":                                                     false,
		"absent IS NULL AND name IS NOT NULL":                                     true,
		"absent = 1 OR height > 1":                                                true,
		"NOT (absent = 1 AND height > 1)":                                         false,
		"NOT (absent = 1 AND height < 1)":                                         true,
		"S_INTERSECTS(geometry, BBOX(121.415,31,122,32))":                         true,
		"S_WITHIN(geometry, BBOX(121.415,31,122,32))":                             false,
		"S_WITHIN(geometry, BBOX(121.4,31,122,32))":                               true,
		"S_CONTAINS(geometry, POINT(121.415 31.24))":                              true,
		"S_CONTAINS(geometry, POINT(121.41 31.24))":                               false, // an end is its boundary
		"S_INTERSECTS(geometry, POINT(121.41 31.24))":                             true,
		"S_EQUALS(geometry, LINESTRING(121.42 31.24,121.415 31.24,121.41 31.24))": true,
		"S_EQUALS(geometry, LINESTRING(121.42 31.24,121.41 31.25))":               false,
		"S_TOUCHES(geometry, BBOX(121.42,31,122,32))":                             true,
		"S_TOUCHES(geometry, BBOX(121.415,31,122,32))":                            false,
		"NOT S_TOUCHES(geometry, BBOX(121.415,31,122,32))":                        true,
		"S_CROSSES(geometry, BBOX(121.415,31,122,32))":                            true,
		"S_CROSSES(BBOX(121.4,31,122,32), geometry)":                              false,
		"S_OVERLAPS(geometry, LINESTRING(121.415 31.24,121.43 31.24))":            true,
		"S_OVERLAPS(geometry, BBOX(121.415,31,122,32))":                           false, // of another dimension
		"S_DISJOINT(geometry, BBOX(0,0,1,1))":                                     true,
		"NOT S_WITHIN(geometry, BBOX(0,0,1,1))":                                   true,
	} {
		if got := parse(t, text).Passes(bridge); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

func parse(t testing.TB, text string) filter.Filter {
	t.Helper()
	f, err := filter.Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return f
}

// The tables of SQL for AND, OR and NOT of true (T), false (F) and unknown (U).
func TestThreeValuedLogic(t *testing.T) {
	predicates := map[byte]string{'T': "a = 1", 'F': "a = 2", 'U': "absent = 1"}
	and := map[string]byte{"TT": 'T', "TF": 'F', "TU": 'U', "FT": 'F', "FF": 'F', "FU": 'F', "UT": 'U', "UF": 'F', "UU": 'U'}
	or := map[string]byte{"TT": 'T', "TF": 'T', "TU": 'T', "FT": 'T', "FF": 'F', "FU": 'U', "UT": 'T', "UF": 'U', "UU": 'U'}
	not := map[byte]byte{'T': 'F', 'F': 'T', 'U': 'U'}
	subject := thing{properties: map[string]filter.Value{"a": filter.Number(1)}}
	check := func(text string, want byte) {
		t.Helper()
		if got := parse(t, text).Passes(subject); got != (want == 'T') {
			t.Errorf("%s: %v, want %c", text, got, want)
		}
		if got := parse(t, "NOT ("+text+")").Passes(subject); got != (not[want] == 'T') {
			t.Errorf("NOT (%s): %v, want %c", text, got, not[want])
		}
	}
	for value, text := range predicates {
		check(text, value)
	}
	for pair, want := range and {
		check(predicates[pair[0]]+" AND "+predicates[pair[1]], want)
	}
	for pair, want := range or {
		check(predicates[pair[0]]+" OR "+predicates[pair[1]], want)
	}
	// A thing without a geometry lies nowhere, and not elsewhere either.
	check("S_INTERSECTS(geometry, POINT(1 1))", 'U')
	check("S_DISJOINT(geometry, POINT(1 1))", 'U')
	check("S_TOUCHES(geometry, POINT(1 1))", 'U')
}

func TestZeroFilter(t *testing.T) {
	var f filter.Filter
	if !f.Passes(thing{}) || f.String() != "" || f.Properties() != nil || f.Site() != nil {
		t.Errorf("the zero filter: %q, %v", f, f.Properties())
	}
}

func TestProperties(t *testing.T) {
	f := parse(t, "height > base AND CASEI(name) = 'x' AND name IS NULL OR class IN ('a', 'b') AND S_INTERSECTS(geometry, POINT(1 2)) AND height > 3")
	want := []string{"base", "class", "height", "name"}
	if got := f.Properties(); len(got) != 4 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] || got[3] != want[3] {
		t.Errorf("properties %v, want %v", got, want)
	}
	uses := map[filter.Use]bool{}
	for _, u := range f.Uses() {
		uses[u] = true
	}
	for _, u := range []filter.Use{{"base", filter.TypeNull}, {"height", filter.TypeNull}, {"height", filter.TypeNumber}, {"name", filter.TypeString}, {"name", filter.TypeNull}, {"class", filter.TypeString}} {
		if !uses[u] {
			t.Errorf("%v is missing in %v", u, f.Uses())
		}
	}
}

func TestSite(t *testing.T) {
	none := orb.Bound{}
	box := func(w, s, e, n float64) orb.Bound { return orb.Bound{Min: orb.Point{w, s}, Max: orb.Point{e, n}} }
	for text, want := range map[string]orb.Bound{
		"a = 1":                              none,
		"FALSE":                              none,
		"S_INTERSECTS(geometry, POINT(1 2))": box(1, 2, 1, 2),
		"S_CONTAINS(geometry, BBOX(1,2,3,4)) AND a = 1":                                box(1, 2, 3, 4),
		"S_TOUCHES(geometry, BBOX(1,2,3,4))":                                           box(1, 2, 3, 4),
		"S_CROSSES(geometry, BBOX(0,0,9,9)) AND S_EQUALS(geometry, BBOX(2,2,4,4))":     box(2, 2, 4, 4),
		"S_DISJOINT(geometry, POINT(1 2))":                                             none,
		"NOT S_CROSSES(geometry, BBOX(1,2,3,4))":                                       none,
		"NOT S_WITHIN(geometry, POINT(1 2))":                                           none,
		"S_WITHIN(geometry, BBOX(1,1,3,3)) AND S_WITHIN(geometry, BBOX(2,2,4,4))":      box(2, 2, 3, 3),
		"S_INTERSECTS(geometry, BBOX(0,0,9,9)) AND S_WITHIN(geometry, BBOX(2,2,4,4))":  box(2, 2, 4, 4),
		"S_INTERSECTS(geometry, BBOX(0,0,2,2)) AND S_INTERSECTS(geometry, POINT(1 1))": box(1, 1, 1, 1),
		"S_WITHIN(geometry, BBOX(0,0,1,1)) OR S_WITHIN(geometry, BBOX(3,3,4,4))":       box(0, 0, 4, 4),
		"S_WITHIN(geometry, BBOX(0,0,1,1)) OR a = 1":                                   none,
	} {
		switch site := parse(t, text).Site(); {
		case (site != nil) != (want != none):
			t.Errorf("%s: a site: %v", text, site != nil)
		case site != nil && site.Bound() != want:
			t.Errorf("%s: %v, want %v", text, site.Bound(), want)
		}
	}
}

// A value of a text, a number, a boolean or a time is what it was made of, and
// neither making nor comparing it allocates.
func TestPassesAllocatesNothing(t *testing.T) {
	for _, text := range []string{
		"name LIKE '%Bridge%' AND n > 3 AND b = TRUE", "CASEI(name) LIKE CASEI('%B_IDGE%')", "CASEI(name) IN ('a', 'b', 'c')",
		"a IN (1, 2, 3) AND a BETWEEN 0 AND 2", "S_WITHIN(geometry, BBOX(0,0,2,2)) OR updated > DATE('2020-01-01')",
	} {
		f := parse(t, text)
		var s filter.Subject = things[1]
		if n := testing.AllocsPerRun(100, func() { f.Passes(s) }); n > 0 {
			t.Errorf("%s: %v allocations", text, n)
		}
	}
}
