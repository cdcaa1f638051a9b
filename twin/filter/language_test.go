package filter_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"suhe/assets"
	"suhe/twin/filter"
)

// bothNotations are filters as text and as JSON, each after the examples of CQL2.
var bothNotations = []struct{ text, json string }{
	{"", ""},
	{"TRUE", "true"},
	{"FALSE", "false"},
	{"a = 1", `{"op":"=","args":[{"property":"a"},1]}`},
	{"3 < a", `{"op":">","args":[{"property":"a"},3]}`},
	{"a = 'x' AND b <> TRUE OR NOT c >= 2.5", `{"op":"or","args":[{"op":"and","args":[{"op":"=","args":[{"property":"a"},"x"]},{"op":"<>","args":[{"property":"b"},true]}]},{"op":"not","args":[{"op":">=","args":[{"property":"c"},2.5]}]}]}`},
	{"CASEI(a) = CASEI('ÄX')", `{"op":"=","args":[{"op":"casei","args":[{"property":"a"}]},{"op":"casei","args":["ÄX"]}]}`},
	{`a LIKE '50\%_%'`, `{"op":"like","args":[{"property":"a"},"50\\%_%"]}`},
	{"CASEI(a) LIKE CASEI('X%')", `{"op":"like","args":[{"op":"casei","args":[{"property":"a"}]},{"op":"casei","args":["X%"]}]}`},
	{"a NOT BETWEEN 1 AND 3", `{"op":"not","args":[{"op":"between","args":[{"property":"a"},1,3]}]}`},
	{"a IN ('b','a')", `{"op":"in","args":[{"property":"a"},["a","b"]]}`},
	{"a IS NOT NULL", `{"op":"not","args":[{"op":"isNull","args":[{"property":"a"}]}]}`},
	{"updated >= DATE('2026-11-24')", `{"op":">=","args":[{"property":"updated"},{"date":"2026-11-24"}]}`},
	{"updated >= TIMESTAMP('2026-11-24T08:00:00+08:00')", `{"op":">=","args":[{"property":"updated"},{"timestamp":"2026-11-24T00:00:00Z"}]}`},
	{"S_INTERSECTS(geometry, BBOX(121.1,31.2,121.3,31.4))", `{"op":"s_intersects","args":[{"property":"geometry"},{"bbox":[121.1,31.2,121.3,31.4]}]}`},
	{"S_WITHIN(POINT(121.123456789012 31), geometry)", `{"op":"s_contains","args":[{"property":"geometry"},{"type":"Point","coordinates":[121.123456789012,31]}]}`},
	{"NOT S_WITHIN(geometry, POLYGON((0 0,2 0,2 2,0 0)))", `{"op":"not","args":[{"op":"s_within","args":[{"property":"geometry"},{"type":"Polygon","coordinates":[[[0,0],[2,0],[2,2],[0,0]]]}]}]}`},
	{"S_DISJOINT(geometry, MULTIPOINT(1 2,3 4))", `{"op":"s_disjoint","args":[{"property":"geometry"},{"type":"MultiPoint","coordinates":[[1,2],[3,4]]}]}`},
	{"S_EQUALS(geometry, POINT(1 2))", `{"op":"s_equals","args":[{"property":"geometry"},{"type":"Point","coordinates":[1,2]}]}`},
	{"S_TOUCHES(geometry, BBOX(1,2,3,4))", `{"op":"s_touches","args":[{"bbox":[1,2,3,4]},{"property":"geometry"}]}`},
	{"S_OVERLAPS(geometry, MULTIPOINT(1 2,3 4))", `{"op":"s_overlaps","args":[{"property":"geometry"},{"type":"MultiPoint","coordinates":[[1,2],[3,4]]}]}`},
	{"NOT S_CROSSES(LINESTRING(1 2,3 4), geometry)", `{"op":"not","args":[{"op":"s_crosses","args":[{"property":"geometry"},{"type":"LineString","coordinates":[[1,2],[3,4]]}]}]}`},
	{"S_INTERSECTS(geometry, GEOMETRYCOLLECTION(POINT(1 2), LINESTRING(1 2,3 4)))", `{"op":"s_intersects","args":[{"property":"geometry"},{"type":"GeometryCollection","geometries":[{"type":"LineString","coordinates":[[1,2],[3,4]]},{"type":"Point","coordinates":[1,2]}]}]}`},
	{"S_DISJOINT(GEOMETRYCOLLECTION(POINT(1 2), POINT(3 4)), geometry)", `{"op":"and","args":[{"op":"s_disjoint","args":[{"property":"geometry"},{"type":"Point","coordinates":[1,2]}]},{"op":"s_disjoint","args":[{"property":"geometry"},{"type":"Point","coordinates":[3,4]}]}]}`},
	{"T_AFTER(updated, TIMESTAMP('2026-11-24T00:00:00Z'))", `{"op":"t_after","args":[{"property":"updated"},{"timestamp":"2026-11-24T00:00:00Z"}]}`},
	{"T_DURING(updated, INTERVAL('2026-11-24', '..'))", `{"op":"t_during","args":[{"property":"updated"},{"interval":["2026-11-24",".."]}]}`},
	{"T_OVERLAPS(INTERVAL(a, b), INTERVAL('..', '2026-11-24T00:00:00Z'))", `{"op":"t_overlaps","args":[{"interval":[{"property":"a"},{"property":"b"}]},{"interval":["..","2026-11-24T00:00:00Z"]}]}`},
	{"NOT T_INTERSECTS(updated, DATE('2026-11-24'))", `{"op":"t_disjoint","args":[{"property":"updated"},{"date":"2026-11-24"}]}`},
	{"A_CONTAINS(properties.tags, ('b','a','b'))", `{"op":"a_contains","args":[{"property":"properties.tags"},["a","b"]]}`},
	{"A_CONTAINEDBY((1, TRUE, (2, 'x')), tags)", `{"op":"a_contains","args":[{"property":"tags"},[1,true,[2,"x"]]]}`},
	{"A_OVERLAPS(a, b)", `{"op":"a_overlaps","args":[{"property":"a"},{"property":"b"}]}`},
	{"NOT A_EQUALS(a, ())", `{"op":"not","args":[{"op":"a_equals","args":[{"property":"a"},[]]}]}`},
}

// Both notations make equal filters, and each is read again from what the filter
// writes of itself.
func TestNotations(t *testing.T) {
	for _, c := range bothNotations {
		text, err := filter.Read(filter.Text, c.text, nil)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		fromJSON, err := filter.Read(filter.JSON, c.json, nil)
		if err != nil || fromJSON.String() != text.String() {
			t.Errorf("%s\nis %q, %v\nwant %q", c.json, fromJSON, err, text)
		}
		for l, again := range map[filter.Language]string{filter.Text: text.String(), filter.JSON: string(text.JSON())} {
			if f, err := filter.Read(l, again, nil); err != nil || f.String() != text.String() {
				t.Errorf("%s: written as %s\nwas read as %q, %v", c.text, again, f, err)
			}
		}
	}
}

// A random filter is equal to what is read of it as JSON.
func TestJSONOfRandomFilters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, err := filter.Parse(formulas(4).Draw(t, "filter").text)
		if err != nil {
			t.Fatal(err)
		}
		again, err := filter.Read(filter.JSON, string(f.JSON()), nil)
		if err != nil || again.String() != f.String() {
			t.Fatalf("%s\nas JSON %s\nis %q, %v", f, f.JSON(), again, err)
		}
	})
}

func TestBadFilters(t *testing.T) {
	deep := strings.Repeat(`{"op":"not","args":[`, 40) + "true" + strings.Repeat("]}", 40)
	wide := `{"op":"or","args":[` + strings.TrimSuffix(strings.Repeat(`true,`, 400), ",") + "]}"
	for _, c := range []struct {
		language filter.Language
		text     string
		says     string
	}{
		{"cql", "a = 1", "filter-lang"},
		{filter.JSON, "a = 1", "want a boolean or an object"},
		{filter.JSON, "{", "EOF"},
		{filter.JSON, `{"op":"=","args":[{"property":"a"},1]}}`, "behind the value"},
		{filter.JSON, `{"op":"=","args":[{"property":"a"}]}`, "1 arguments, want 2"},
		{filter.JSON, `{"op":"=","args":[{"property":"a"},null]}`, ".args[1]"},
		{filter.JSON, `{"op":"=","args":[{"property":"a"},{"property":""}]}`, ".args[1]"},
		{filter.JSON, `{"op":"and","args":[true]}`, "two or more"},
		{filter.JSON, `{"op":"drop","args":[]}`, "drop"},
		{filter.JSON, `{"op":"and","args":[true,{"op":"x"}]}`, ".args[1]"},
		{filter.JSON, `{"property":"a"}`, "no \"op\""},
		{filter.JSON, `{"op":"not","args":[true],"more":1}`, "more"},
		{filter.JSON, `{"op":"in","args":[{"property":"a"},"x"]}`, "array of literals"},
		{filter.JSON, `{"op":"in","args":[{"property":"a"},[1,"x"]]}`, "IN"},
		{filter.JSON, `{"op":"s_within","args":[{"property":"geometry"},{"type":"Polygon","coordinates":[[[0,0],[2,2],[2,0],[0,2],[0,0]]]}]}`, "cross"},
		{filter.JSON, `{"op":"s_within","args":[{"property":"geometry"},{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]}]}]}`, "a collection of 1"},
		{filter.Text, "S_INTERSECTS(geometry, GEOMETRYCOLLECTION(POINT(1 91)))", "91"},
		{filter.JSON, `{"op":"s_within","args":[{"property":"geometry"},{"property":"geometry"}]}`, "a literal"},
		{filter.JSON, `{"op":"s_within","args":[{"property":"geometry"},{"bbox":[3,0,1,1]}]}`, "west < east"},
		{filter.JSON, `{"op":"=","args":[{"property":"a"},"\u0000"]}`, "NUL"},
		{filter.JSON, `{"op":"=","args":[{"property":"a"},1e999]}`, "1.8e308"},
		{filter.JSON, `{"op":"t_after","args":[{"property":"a"},{"timestamp":"yesterday"}]}`, ".args[1]"},
		{filter.JSON, `{"op":"t_after","args":[{"property":"a"},{"interval":["2026-01-02","2026-01-01"]}]}`, "before it begins"},
		{filter.JSON, `{"op":"a_contains","args":[{"property":"a"},[null]]}`, "items"},
		{filter.JSON, deep, "nest deeper"},
		{filter.JSON, wide, "more than 256"},
		{filter.JSON, strings.Repeat(" ", filter.MaxText+1), "bytes"},
		{filter.Text, "T_AFTER(updated)", "two arguments"},
		{filter.Text, "T_AFTER(updated, 'x')", "TIMESTAMP"},
		{filter.Text, "T_AFTER(updated, INTERVAL('2026-01-01'))", "two ends"},
		{filter.Text, "T_AFTER(updated, INTERVAL('x', '..'))", "INTERVAL"},
		{filter.Text, "T_AFTER(updated, INTERVAL(INTERVAL(a,b), '..'))", "INTERVAL in an INTERVAL"},
		{filter.Text, "A_CONTAINS(a, 'x')", "brackets"},
		{filter.Text, "A_CONTAINS(a, (DATE('2026-01-01')))", "array"},
		{filter.Text, "A_CONTAINS(a, " + strings.Repeat("(", 40) + strings.Repeat(")", 40) + ")", "nest deeper"},
		{filter.Text, "A_CONTAINS(a, (1", "at byte"},
	} {
		_, err := filter.Read(c.language, c.text, nil)
		if !errors.Is(err, assets.ErrInvalid) || !strings.Contains(err.Error(), c.says) || len(err.Error()) > 400 {
			t.Errorf("%s %.80s: %v, want %q", c.language, c.text, err, c.says)
		}
	}
}

// The sixteen ways in which intervals of small numbers can lie, after the definitions
// of CQL2 in plain words.
func TestTemporalFunctions(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 11, 1+n, 0, 0, 0, 0, time.UTC) }
	want := map[string]func(a, b, c, d int) bool{ // of a–b and c–d
		"T_AFTER":        func(a, _, _, d int) bool { return a > d },
		"T_BEFORE":       func(_, b, c, _ int) bool { return b < c },
		"T_CONTAINS":     func(a, b, c, d int) bool { return a < c && d < b },
		"T_DISJOINT":     func(a, b, c, d int) bool { return b < c || d < a },
		"T_DURING":       func(a, b, c, d int) bool { return c < a && b < d },
		"T_EQUALS":       func(a, b, c, d int) bool { return a == c && b == d },
		"T_FINISHEDBY":   func(a, b, c, d int) bool { return a < c && b == d },
		"T_FINISHES":     func(a, b, c, d int) bool { return a > c && b == d },
		"T_INTERSECTS":   func(a, b, c, d int) bool { return !(b < c || d < a) },
		"T_MEETS":        func(_, b, c, _ int) bool { return b == c },
		"T_METBY":        func(a, _, _, d int) bool { return a == d },
		"T_OVERLAPPEDBY": func(a, b, c, d int) bool { return c < a && a < d && d < b },
		"T_OVERLAPS":     func(a, b, c, d int) bool { return a < c && c < b && b < d },
		"T_STARTEDBY":    func(a, b, c, d int) bool { return a == c && b > d },
		"T_STARTS":       func(a, b, c, d int) bool { return a == c && b < d },
	}
	for name, says := range want {
		passed := 0
		for n := range 256 {
			a, b, c, d := n&3, n>>2&3, n>>4&3, n>>6
			if a > b || c > d {
				continue
			}
			of := thing{properties: map[string]filter.Value{"a": filter.Time(day(a)), "b": filter.Time(day(b)), "c": filter.Time(day(c)), "text": filter.String("x")}}
			literal := func(n int) string { return "'" + day(n).Format(time.RFC3339) + "'" }
			right := fmt.Sprintf("INTERVAL(%s, %s)", literal(c), literal(d))
			for form, text := range map[string]string{
				"properties": fmt.Sprintf("%s(INTERVAL(a, b), INTERVAL(c, %s))", name, literal(d)),
				"mixed":      fmt.Sprintf("%s(INTERVAL(a, b), %s)", name, right),
				"literals":   fmt.Sprintf("%s(INTERVAL(%s, %s), %s)", name, literal(a), literal(b), right),
			} {
				f := parse(t, text)
				if got := f.Passes(of); got != says(a, b, c, d) || parse(t, "NOT "+text).Passes(of) == got {
					t.Errorf("%s %s of %d–%d and %d–%d: %v", form, name, a, b, c, d, got)
				}
				if f.Passes(of) {
					passed++
				}
			}
			if a == b {
				if f := parse(t, name+"(a, "+right+")"); f.Passes(of) != says(a, a, c, d) {
					t.Errorf("%s of the instant %d and %d–%d", name, a, c, d)
				}
			}
			for _, unknown := range []string{"(absent, " + right + ")", "(text, " + right + ")", "(INTERVAL(a, absent), " + right + ")"} {
				if parse(t, name+unknown).Passes(of) || parse(t, "NOT "+name+unknown).Passes(of) {
					t.Errorf("%s%s is known", name, unknown)
				}
			}
		}
		if passed == 0 {
			t.Errorf("%s never passes", name)
		}
	}
	open := thing{properties: map[string]filter.Value{"a": filter.Time(day(3))}}
	for text, want := range map[string]bool{
		"T_INTERSECTS(a, INTERVAL('..', '..'))":         true,
		"T_INTERSECTS(a, INTERVAL('2026-11-04', ''))":   true,
		"T_INTERSECTS(a, INTERVAL('..', '2026-11-04'))": true, // a date as the end is the whole day
		"T_INTERSECTS(a, INTERVAL('..', '2026-11-03'))": false,
		"T_AFTER(a, DATE('2026-11-04'))":                false,
		"T_EQUALS(a, DATE('2026-11-04'))":               true,
	} {
		if parse(t, text).Passes(open) != want {
			t.Errorf("%s: want %v", text, want)
		}
	}
}

func TestArrayFunctions(t *testing.T) {
	of := thing{items: map[string][]any{"tags": {"a", "b", 1.0, true, []any{"x", 2.0}, map[string]any{}}, "few": {"a"}, "none": {}},
		properties: map[string]filter.Value{"text": filter.String("a")}}
	for text, want := range map[string]bool{
		"A_CONTAINS(tags, ('a', 1))":                 true,
		"A_CONTAINS(tags, (('x', 2)))":               true,
		"A_CONTAINS(tags, ((2, 'x')))":               false,
		"A_CONTAINS(tags, ())":                       true,
		"A_CONTAINS(tags, ('c'))":                    false,
		"A_CONTAINS(tags, few)":                      true,
		"A_CONTAINS(few, tags)":                      false,
		"A_CONTAINEDBY(few, tags)":                   true,
		"A_CONTAINEDBY(few, ('b', 'a'))":             true,
		"A_EQUALS(few, ('a', 'a'))":                  true,
		"A_EQUALS(none, ())":                         true,
		"A_EQUALS(tags, ('a'))":                      false,
		"A_OVERLAPS(tags, ('z', TRUE))":              true,
		"A_OVERLAPS(tags, ('z', FALSE))":             false,
		"A_OVERLAPS(('a', 'b'), few)":                true,
		"A_CONTAINS(('a', 'b'), ('b'))":              true,
		"A_EQUALS(('a', 'b'), ('b'))":                false,
		"A_CONTAINS(text, ('a'))":                    false,
		"NOT A_CONTAINS(text, ('a'))":                false,
		"NOT A_CONTAINS(absent, ('a'))":              false,
		"NOT A_CONTAINS(tags, ('c'))":                true,
		"tags IS NOT NULL AND absent IS NULL":        true,
		"NOT (A_OVERLAPS(few, ('q')) OR text = 'b')": true,
	} {
		if got := parse(t, text).Passes(of); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	if uses := parse(t, "A_CONTAINS(tags, ('a'))").Uses(); len(uses) != 1 || uses[0] != (filter.Use{Name: "tags", Type: filter.TypeArray}) {
		t.Errorf("uses %v", uses)
	}
}

// Geometries lie where they are put, boxes as well.
func TestPlace(t *testing.T) {
	east := func(g orb.Geometry) orb.Geometry {
		switch g := g.(type) {
		case orb.Point:
			return orb.Point{g[0] + 100, g[1]}
		case orb.Bound:
			return orb.Bound{Min: orb.Point{g.Min[0] + 100, g.Min[1]}, Max: orb.Point{g.Max[0] + 100, g.Max[1]}}
		}
		return g
	}
	for l, text := range map[filter.Language]string{
		filter.Text: "S_INTERSECTS(geometry, POINT(21 31)) OR S_INTERSECTS(geometry, BBOX(21,31,22,32))",
		filter.JSON: `{"op":"or","args":[{"op":"s_intersects","args":[{"property":"geometry"},{"type":"Point","coordinates":[21,31]}]},{"op":"s_intersects","args":[{"property":"geometry"},{"bbox":[21,31,22,32]}]}]}`,
	} {
		f, err := filter.Read(l, text, east)
		if want := "S_INTERSECTS(geometry, BBOX(121,31,122,32)) OR S_INTERSECTS(geometry, POINT(121 31))"; err != nil || f.String() != want {
			t.Errorf("%s: %q, %v", l, f, err)
		}
	}
}

// What programs build says the same as what people write.
func TestBuilt(t *testing.T) {
	box := orb.Bound{Min: orb.Point{1, 1}, Max: orb.Point{2, 2}}
	touches, err := filter.Touches(box, orb.Point{5, 5})
	if err != nil {
		t.Fatal(err)
	}
	built := filter.And(filter.Filter{}, touches, filter.Is("class", filter.String("a")),
		filter.During("updated", time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Time{}))
	want := parse(t, "(S_INTERSECTS(geometry, BBOX(1,1,2,2)) OR S_INTERSECTS(geometry, POINT(5 5))) AND class = 'a' AND T_INTERSECTS(updated, INTERVAL('2026-01-01', '..'))")
	if built.String() != want.String() {
		t.Errorf("%s\nwant %s", built, want)
	}
	if _, err := filter.Touches(orb.Polygon{{{0, 0}, {2, 2}, {2, 0}, {0, 2}, {0, 0}}}); err == nil {
		t.Error("a polygon that crosses itself is taken")
	}
	if f := filter.And(); f.String() != "" || !f.Passes(thing{}) {
		t.Errorf("nothing: %q", f)
	}
}

func FuzzJSON(f *testing.F) {
	for _, c := range bothNotations {
		f.Add(c.json)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := filter.Read(filter.JSON, text, nil)
		if err != nil {
			if !errors.Is(err, assets.ErrInvalid) {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		for _, of := range things {
			got.Passes(of)
		}
		again, err := filter.Read(filter.JSON, string(got.JSON()), nil)
		if len(got.JSON()) <= filter.MaxText && (err != nil || again.String() != got.String()) {
			t.Fatalf("%q\nis %q\nas JSON %s\nis %q, %v", text, got, got.JSON(), again, err)
		}
		again, err = filter.Parse(got.String())
		if err != nil || again.String() != got.String() {
			t.Fatalf("%q\nis %q\nagain %q, %v", text, got, again, err)
		}
	})
}
