package geo_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"

	"suhe/geo"
)

var wktTable = []struct {
	text string
	want geo.Solid
	err  string // part of the error; "" is good
}{
	{text: "POINT(1 2)", want: geo.Solid{Plane: orb.Point{1, 2}}},
	{text: " point z ( 1 2 3 ) ", want: geo.Solid{Plane: orb.Point{1, 2}, Z: []float64{3}}},
	{text: "POINTZ(1 2 3)", want: geo.Solid{Plane: orb.Point{1, 2}, Z: []float64{3}}},
	{text: "POINT M (1 2 3)", want: geo.Solid{Plane: orb.Point{1, 2}}},
	{text: "SRID=4326;POINT(1 2)", want: geo.Solid{Plane: orb.Point{1, 2}}},
	{text: "MULTIPOINT(1 2,(3 4))", want: geo.Solid{Plane: orb.MultiPoint{{1, 2}, {3, 4}}}},
	{text: "LINESTRING(1 2,3 4)", want: geo.Solid{Plane: orb.LineString{{1, 2}, {3, 4}}}},
	{text: "POLYGON((0 0,1 0,1 1,0 0))", want: geo.Solid{Plane: orb.Polygon{{{0, 0}, {1, 0}, {1, 1}, {0, 0}}}}},
	{text: "GEOMETRYCOLLECTION(POINT(1 2))", want: geo.Solid{Plane: orb.Collection{orb.Point{1, 2}}}},
	{text: "", err: "want POINT"},
	{text: "CIRCLE(1 2)", err: "CIRCLE"},
	{text: "POINT EMPTY", err: "EMPTY"},
	{text: "POINT(1)", err: "vertex of 1 numbers"},
	{text: "POINT(1 2 3 4 5)", err: `want ")"`},
	{text: "POINT(1 2", err: "the end"},
	{text: "POINT(1 2) x", err: "behind the geometry"},
	{text: "POINT(a b)", err: "want a number"},
	{text: "POINT(1 2,3 4)", err: "a point of 2 vertices"},
	{text: "LINESTRING Z (1 2 3,4 5)", err: "all or none"},
	{text: strings.Repeat("GEOMETRYCOLLECTION(", 1000), err: "nested deeper"},
}

func TestParseWKT(t *testing.T) {
	for _, c := range wktTable {
		got, err := geo.ParseWKT(c.text)
		switch {
		case c.err == "" && (err != nil || !reflect.DeepEqual(got, c.want)):
			t.Errorf("%q: %v, %v, want %v", c.text, got, err, c.want)
		case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)):
			t.Errorf("%q: %v, want %q", c.text, err, c.err)
		}
	}
}

// What orb writes must be read as it was.
func TestParseWKTAgainstOrb(t *testing.T) {
	for _, g := range orb.AllGeometries {
		if g == nil || g.Bound().IsEmpty() {
			continue
		}
		got, err := geo.ParseWKT(wkt.MarshalString(g))
		if err != nil || wkt.MarshalString(got.Plane) != wkt.MarshalString(g) {
			t.Errorf("%s: %v, %v", wkt.MarshalString(g), got, err)
		}
	}
}

// What is written is read as it was.
func TestAppendWKT(t *testing.T) {
	for _, g := range orb.AllGeometries {
		if g == nil || g.Bound().IsEmpty() {
			continue
		}
		if ours := string(geo.AppendWKT(nil, g)); !sameAs(t, ours, g) {
			t.Errorf("%s for %s", ours, wkt.MarshalString(g))
		}
	}
}

func sameAs(t *testing.T, text string, g orb.Geometry) bool {
	t.Helper()
	s, err := geo.ParseWKT(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return wkt.MarshalString(s.Plane) == wkt.MarshalString(g)
}

// What stands behind the geometry is left alone; an error says where it is.
func TestReadWKT(t *testing.T) {
	for _, c := range []struct {
		text string
		n    int
		err  string // part of the error; "" is good
	}{
		{"POINT(1 2)", 10, ""},
		{" POINT (1 2) , rest", 12, ""},
		{"LINESTRING(1 2,3 4) AND", 19, ""},
		{"LINESTRING(1 2,3 x)", 17, "want a number"},
		{"LINESTRING(1 2,3 4,5 6,7 8)", 26, "more than 3 vertices"},
		{"CIRCLE(1 2)", 6, "want POINT"},
		{"POINT(1 2", 9, "the end"},
		{"", 0, "want POINT"},
	} {
		_, n, err := geo.ReadWKT(c.text, 3)
		if n != c.n || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%q: %d, %v, want %d, %q", c.text, n, err, c.n, c.err)
		}
	}
}

func FuzzParseWKT(f *testing.F) {
	for _, c := range wktTable {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := geo.ParseWKT(text)
		if err != nil || geo.Check(s.Plane) != nil {
			return
		}
		if ours := string(geo.AppendWKT(nil, s.Plane)); !sameAs(t, ours, s.Plane) {
			t.Fatalf("%q: written as %s", text, ours)
		}
		again, err := geo.ParseWKT(wkt.MarshalString(s.Plane))
		if err != nil || !orb.Equal(again.Plane, s.Plane) {
			t.Fatalf("%q: %v, again %v, %v", text, s.Plane, again.Plane, err)
		}
	})
}
