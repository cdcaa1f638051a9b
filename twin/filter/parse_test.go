package filter_test

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"suhe/assets"
	"suhe/twin/filter"
)

// grammar are texts and their normal forms.
var grammar = []struct{ name, text, normal string }{
	{"nothing", "", ""},
	{"blank", " \t\n\u3000", ""},
	{"equal", "class='bridge'", "class = 'bridge'"},
	{"unequal", "height<>3", "height <> 3"},
	{"less", "height<3", "height < 3"},
	{"at most", "height<=3.50", "height <= 3.5"},
	{"greater", "height>+3", "height > 3"},
	{"at least", "height>=-3e2", "height >= -300"},
	{"minus nought", "height > -0", "height > 0"},
	{"point first", "height > .5", "height > 0.5"},
	{"point last", "height > 5.", "height > 5"},
	{"literal first", "3 < height", "height > 3"},
	{"two properties", "height >= base", "base <= height"},
	{"boolean", "lit = true", "lit = TRUE"},
	{"quote doubled", "name = 'it''s'", "name = 'it''s'"},
	{"quote escaped", `name = 'it\'s'`, "name = 'it''s'"},
	{"quote behind backslash", `name = 'a\\'b'`, `name = 'a\\'b'`},
	{"empty text", "name = ''", "name = ''"},
	{"chinese", "name = '苏州河' AND 名称 = '桥'", "name = '苏州河' AND 名称 = '桥'"},
	{"dotted", "values.water_level > 3 AND properties.material = 'steel'", "properties.material = 'steel' AND values.water_level > 3"},
	{"name in quotes", `"height" > 3`, "height > 3"},
	{"name that needs quotes", `"name:en" = 'x' AND "two words" = 'y' AND "say ""so""" = 'z'`, `"say ""so""" = 'z' AND "two words" = 'y' AND name:en = 'x'`},
	{"keyword as name", `"in" = 1 AND date = 2 AND bbox = 3`, `"in" = 1 AND bbox = 3 AND date = 2`},
	{"timestamp", "updated > timestamp('2026-11-24T08:00:00.250+08:00')", "updated > TIMESTAMP('2026-11-24T00:00:00.25Z')"},
	{"date", "updated >= DATE('2026-11-24')", "updated >= TIMESTAMP('2026-11-24T00:00:00Z')"},
	{"in", "class in ('b','a' , 'b')", "class IN ('a', 'b')"},
	{"in one", "class IN ('a')", "class = 'a'"},
	{"not in one", "class NOT IN ('a')", "class <> 'a'"},
	{"not in", "n NOT IN (2, 10, 1)", "n NOT IN (1, 2, 10)"},
	{"like", "name LIKE 'a_c%%'", "name LIKE 'a_c%'"},
	{"like percent", "name LIKE '%%'", "name LIKE '%'"},
	{"like escaped", `name NOT LIKE '50\%\_\x'`, `name NOT LIKE '50\%\_x'`},
	{"casei", "CASEI(name) = CASEI('ÄBC')", "CASEI(name) = 'äbc'"},
	{"casei in", "casei(name) IN (CASEI('B'), casei('A'), 'a')", "CASEI(name) IN ('a', 'b')"},
	{"casei like", "CASEI(name) LIKE CASEI('%Q_')", "CASEI(name) LIKE '%q_'"},
	{"casei of two", "CASEI(name) = class", "class = CASEI(name)"},
	{"between", "n between 1 and 3", "n BETWEEN 1 AND 3"},
	{"not between", "n NOT BETWEEN 1 AND 3 AND m = 1", "m = 1 AND n NOT BETWEEN 1 AND 3"},
	{"null", "name is null", "name IS NULL"},
	{"not null", "name IS NOT NULL", "name IS NOT NULL"},
	{"and in or", "b = 1 OR a = 1 AND c = 1", "a = 1 AND c = 1 OR b = 1"},
	{"or in and", "(b = 1 OR a = 1) AND c = 1", "(a = 1 OR b = 1) AND c = 1"},
	{"brackets for nothing", "((a = 1) and ((b = 1 and c = 1)))", "a = 1 AND b = 1 AND c = 1"},
	{"repeated", "a = 1 AND A = 1 AND a=1.0", "A = 1 AND a = 1"},
	{"not", "NOT a = 1", "a <> 1"},
	{"not not", "NOT NOT a = 1", "a = 1"},
	{"not and", "NOT (a < 1 AND b > 1)", "a >= 1 OR b <= 1"},
	{"not or", "not (a <= 1 or b >= 1)", "a > 1 AND b < 1"},
	{"not like", "NOT name LIKE 'x%'", "name NOT LIKE 'x%'"},
	{"not null again", "NOT (name IS NOT NULL)", "name IS NULL"},
	{"true", "TRUE", ""},
	{"false", "false", "FALSE"},
	{"constants", "a = 1 AND TRUE OR FALSE", "a = 1"},
	{"decided", "a = 1 AND NOT TRUE", "FALSE"},
	{"decided true", "a = 1 OR 1 < 2", ""},
	{"literals", "1 BETWEEN 0 AND 2 AND 'a' IN ('a', 'b') AND 'ab' LIKE 'a_' AND a = 1", "a = 1"},
	{"true compared", "TRUE = lit", "lit = TRUE"},
	{"intersects", "s_intersects(geometry,point(121.4 31.2))", "S_INTERSECTS(geometry, POINT(121.4 31.2))"},
	{"within box", "S_WITHIN(geometry, BBOX(121.4, 31.2, 121.5, 31.30))", "S_WITHIN(geometry, BBOX(121.4,31.2,121.5,31.3))"},
	{"box with heights", "S_WITHIN(geometry, BBOX(1,2,0,3,4,9))", "S_WITHIN(geometry, BBOX(1,2,3,4))"},
	{"contains turned", `S_CONTAINS(LINESTRING(0 0, 1 1), "geometry")`, "S_WITHIN(geometry, LINESTRING(0 0,1 1))"},
	{"disjoint", "S_DISJOINT(geometry, MULTIPOINT(0 0, 1 1))", "S_DISJOINT(geometry, MULTIPOINT(0 0,1 1))"},
	{"not disjoint", "NOT S_DISJOINT(geometry, POINT Z (0 0 5))", "S_INTERSECTS(geometry, POINT(0 0))"},
	{"equals", "s_equals(BBOX(0,0,1,1), geometry)", "S_EQUALS(geometry, BBOX(0,0,1,1))"},
	{"touches", "S_TOUCHES(geometry, LINESTRING(0 0,1 1))", "S_TOUCHES(geometry, LINESTRING(0 0,1 1))"},
	{"overlaps turned", "S_OVERLAPS(MULTIPOINT(0 0,1 1), geometry)", "S_OVERLAPS(geometry, MULTIPOINT(0 0,1 1))"},
	{"not crosses", "NOT S_Crosses(geometry, POLYGON((0 0,1 0,1 1,0 0)))", "NOT S_CROSSES(geometry, POLYGON((0 0,1 0,1 1,0 0)))"},
	{"not contains", "NOT S_CONTAINS(geometry, POLYGON((0 0,1 0,1 1,0 0)))", "NOT S_CONTAINS(geometry, POLYGON((0 0,1 0,1 1,0 0)))"},
	{"deepest", strings.Repeat("(", 32) + "a = 1" + strings.Repeat(")", 32), "a = 1"},
	{"most terms", "n IN (1" + strings.Repeat(",1", 254) + ")", "n = 1"},
}

func TestParse(t *testing.T) {
	for _, c := range grammar {
		t.Run(c.name, func(t *testing.T) {
			f, err := filter.Parse(c.text)
			if err != nil || f.String() != c.normal {
				t.Fatalf("%q: %q, %v, want %q", c.text, f, err, c.normal)
			}
			again, err := filter.Parse(f.String())
			if err != nil || again.String() != c.normal || !slices.Equal(again.Properties(), f.Properties()) {
				t.Errorf("again: %q, %v", again, err)
			}
		})
	}
}

// wrongs are texts that are none, and what is said of them.
var wrongs = []struct{ name, text, want string }{
	{"too long", strings.Repeat("x", 1_000_000), "invalid: filter: 1000000 bytes, want at most 8192"},
	{"too deep", strings.Repeat("(", 1000), "invalid: filter: at byte 32: brackets nest deeper than 32"},
	{"too many", "n IN (1" + strings.Repeat(",1", 255) + ")", "invalid: filter: at byte 516: more than 256 predicates and literals"},
	{"longer in normal form", "n IN (1" + series(",%de99", 200) + ") OR name = '" + strings.Repeat("x", 6500) + "'", "invalid: filter: 8899 bytes in its normal form, want at most 8192"},
	{"no name", "= 1", `invalid: filter: at byte 0: "=", want a property or a literal`},
	{"no operator", "height", "invalid: filter: at byte 6: the end, want =, <>, <, <=, >, >=, IN, LIKE, BETWEEN or IS"},
	{"no right side", "height >", "invalid: filter: at byte 8: the end, want a property or a literal"},
	{"compared with null", "height = NULL", `invalid: filter: at byte 9: "NULL", want a property or a literal`},
	{"two operators", "height == 3", `invalid: filter: at byte 8: "=", want a property or a literal`},
	{"unequal of C", "height != 3", `invalid: filter: at byte 7: '!', want a name, a literal or an operator`},
	{"arithmetic", "height + 3 > 4", "invalid: filter: at byte 7: '+': arithmetic is not handled"},
	{"hyphen", "water-level > 4", "invalid: filter: at byte 5: '-': arithmetic is not handled"},
	{"open text", "name = 'abc", "invalid: filter: at byte 11: the end, want ' for the one at byte 7"},
	{"open text by backslash", `name = 'C:\'`, "invalid: filter: at byte 12: the end, want ' for the one at byte 7"},
	{"open name", `"abc`, `invalid: filter: at byte 4: the end, want " for the one at byte 0`},
	{"empty name", `"" = 1`, "invalid: filter: at byte 0: an empty name, want one of a property"},
	{"open bracket", "(a = 1", "invalid: filter: at byte 6: the end, want AND, OR or )"},
	{"closed too often", "a = 1)", `invalid: filter: at byte 5: ")", want AND, OR or the end`},
	{"two predicates", "a = 1 b = 2", `invalid: filter: at byte 6: "b", want AND, OR or the end`},
	{"not at the end", "a = 1 AND NOT", "invalid: filter: at byte 13: the end, want a property or a literal"},
	{"not what", "a NOT 1", `invalid: filter: at byte 6: "1", want IN, LIKE or BETWEEN`},
	{"is what", "a IS 1", `invalid: filter: at byte 5: "1", want NULL`},
	{"literal is null", "1 IS NULL", "invalid: filter: at byte 0: IS NULL: want the name of a property before it"},
	{"letters in a number", "a = 12abc", `invalid: filter: at byte 4: 'a' behind the number "12", want a blank or an operator`},
	{"number too great", "a = 1e999", "invalid: filter: at byte 4: 1e999, want a number within ±1.8e308"},
	{"in what", "a IN 1", `invalid: filter: at byte 5: "1", want (`},
	{"in nothing", "a IN ()", `invalid: filter: at byte 6: ")", want a literal`},
	{"in property", "a IN (b)", `invalid: filter: at byte 6: "b", want a literal`},
	{"in mixed", "a IN (1, 'x')", "invalid: filter: at byte 0: IN: a text, want a number as before it"},
	{"in open", "a IN (1", "invalid: filter: at byte 7: the end, want , or )"},
	{"like number", "a LIKE 1", "invalid: filter: at byte 0: LIKE: a number, want a text as its pattern"},
	{"like long", "a LIKE '" + strings.Repeat("%x", 200) + "'", "invalid: filter: at byte 0: LIKE: a pattern of 400 characters, want at most 256"},
	{"between or", "a BETWEEN 1 OR 2", `invalid: filter: at byte 12: "OR", want AND`},
	{"between mixed", "a BETWEEN 1 AND 'x'", "invalid: filter: at byte 0: BETWEEN: a text, want a number as its lower end"},
	{"literals mixed", "b = 1 OR 1 = 'x'", "invalid: filter: at byte 9: comparison: a text, want a number"},
	{"casei of number", "CASEI(1) = 'x'", "invalid: filter: at byte 0: CASEI: a number, want a text or a property"},
	{"casei with number", "CASEI(a) = 1", "invalid: filter: at byte 0: CASEI(a): a number, want a text"},
	{"casei in casei", "CASEI(CASEI(a)) = 'x'", `invalid: filter: at byte 6: "CASEI", want a property or a text in CASEI`},
	{"casei of property in list", "a IN (CASEI(b))", "invalid: filter: at byte 6: CASEI of a property, want a literal"},
	{"timestamp", "a > TIMESTAMP('yesterday')", `invalid: filter: at byte 14: the text "yesterday", want a time such as '2026-11-24T08:00:00Z'`},
	{"date", "a > DATE(2026)", `invalid: filter: at byte 9: "2026", want a time such as '2026-11-24'`},
	{"function", "upper(a) = 'X'", `invalid: filter: at byte 0: function "upper": want CASEI, TIMESTAMP, DATE, or where it is true or false S_…, T_… or A_…`},
	{"spatial of one", "S_WITHIN(geometry)", "invalid: filter: at byte 0: S_WITHIN: want two arguments, the property geometry and a literal"},
	{"spatial of three", "S_WITHIN(geometry, POINT(1 2), 3)", `invalid: filter: at byte 31: "3", want )`},
	{"spatial of literals", "S_WITHIN(POINT(1 2), POINT(1 2))", "invalid: filter: at byte 0: S_WITHIN: want two arguments, the property geometry and a literal"},
	{"spatial of name", "S_WITHIN(geom, POINT(1 2))", `invalid: filter: at byte 9: "geom", want geometry, BBOX, POINT, LINESTRING, POLYGON, a multi or a collection of these`},
	{"spatial of number", "S_WITHIN(geometry, 1)", `invalid: filter: at byte 19: "1", want geometry, BBOX or WKT`},
	{"wkt", "S_WITHIN(geometry, POINT(1))", "invalid: filter: at byte 26: geometry: vertex of 1 numbers, want 2 or 3"},
	{"wkt open ring", "S_WITHIN(geometry, POLYGON((0 0,1 0,1 1,0 1)))", "invalid: filter: at byte 19: S_WITHIN: geometry: ring 0 is not closed: it starts at [0 0] and ends at [0 1]"},
	{"wkt swapped", "S_WITHIN(geometry, POINT(31.2 121.4))", "invalid: filter: at byte 19: S_WITHIN: geometry: latitude 121.4 out of [-90,90]: are longitude and latitude swapped?"},
	{"wkt long", "S_WITHIN(geometry, LINESTRING(0 0" + strings.Repeat(",1 1", 2000) + "))", "invalid: filter: at byte 8033: geometry: more than 2000 vertices"},
	{"touches a collection", "S_TOUCHES(geometry, GEOMETRYCOLLECTION(POINT(1 1)))", "invalid: filter: at byte 20: S_TOUCHES: a collection of 1, want a point, line, polygon or a multi of these"},
	{"box of three", "S_WITHIN(geometry, BBOX(1,2,3))", "invalid: filter: at byte 19: BBOX: 3 numbers, want four or six"},
	{"box of seven", "S_WITHIN(geometry, BBOX(1,2,3,4,5,6,7))", `invalid: filter: at byte 36: "7", want four or six numbers in BBOX`},
	{"box turned", "S_WITHIN(geometry, BBOX(3,2,1,4))", "invalid: filter: at byte 19: BBOX: [3 2 1 4], want west < east and south < north"},
	{"NUL", "a = 'x\x00'", "invalid: filter: at byte 6: a NUL byte, want text"},
	{"broken UTF-8", "a = '\xff'", "invalid: filter: at byte 5: byte 0xff is not UTF-8"},
}

// series is the format with the numbers from 1001 on.
func series(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i+1001)
	}
	return b.String()
}

func TestParseErrors(t *testing.T) {
	for _, c := range wrongs {
		t.Run(c.name, func(t *testing.T) {
			f, err := filter.Parse(c.text)
			if err == nil || !errors.Is(err, assets.ErrInvalid) {
				t.Fatalf("%.200q, %v, want %q", f, err, c.want)
			}
			if err.Error() != c.want {
				t.Errorf("\ngot  %s\nwant %s", err, c.want)
			}
			if f.String() != "" {
				t.Errorf("an error with %q", f)
			}
		})
	}
}

// A hostile text costs little memory, whatever its length.
func TestParseMemory(t *testing.T) {
	for _, text := range hostile() {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := filter.Parse(text)
		runtime.ReadMemStats(&after)
		if err == nil {
			t.Errorf("%.20q… parses", text)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 512<<10 {
			t.Errorf("%.20q…: %d bytes for %d", text, used, len(text))
		}
	}
}

// hostile are texts made to be slow or large.
func hostile() []string {
	full := func(part string) string { return strings.Repeat(part, filter.MaxText/len(part)) }
	return []string{
		strings.Repeat("(", 1_000_000), strings.Repeat("a=1 AND ", 200_000), strings.Repeat("(", 1000), full("NOT "),
		full("("), full("a=1 OR "), full("a IN (1,"), "a IN (" + full("1,")[:8000], "'" + full("''")[:8000], full("CASEI("),
		"S_WITHIN(geometry,POLYGON((" + full("1 1,")[:8000], "S_WITHIN(geometry," + full("MULTIPOLYGON(((")[:8000], full("(" + "NOT (")[:8000],
	}
}

func FuzzParse(f *testing.F) {
	for _, c := range grammar {
		f.Add(c.text)
	}
	for _, c := range wrongs {
		if len(c.text) < 2*filter.MaxText {
			f.Add(c.text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got, err := filter.Parse(text)
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 8<<20 {
			t.Fatalf("%d bytes for %d", used, len(text))
		}
		if err != nil {
			if !errors.Is(err, assets.ErrInvalid) {
				t.Fatalf("%v wraps nothing", err)
			}
			return
		}
		again, err := filter.Parse(got.String())
		if err != nil || again.String() != got.String() || !slices.Equal(again.Uses(), got.Uses()) {
			t.Fatalf("%q: %q, again %q, %v", text, got, again, err)
		}
		for _, s := range things {
			if got.Passes(s) != again.Passes(s) {
				t.Fatalf("%q and %q differ about %v", text, again, s)
			}
		}
	})
}
