package bench

import (
	"strings"
	"testing"

	"suhe/assets"
)

// Small numbers of everything: all that Query measures is measured, and both sides find
// the same.
func TestQuery(t *testing.T) {
	table, err := Query(t.Context(), QueryOptions{Count: 3000, Cameras: 200, Asks: 60, Span: 1})
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, r := range table.Rows {
		all.WriteString(r.What + "\n")
		if r.Figure <= 0 && r.Unit != "MB" {
			t.Errorf("%s: %v", r.What, r.Figure)
		}
	}
	for _, what := range []string{"box of 250 m", "polygon of 12 corners", "nearest 10", "who sees a place: p99", "by words, with facets: p99", "as CSV", "memory more at most"} {
		if !strings.Contains(all.String(), what) {
			t.Errorf("nothing is told of %q:\n%s", what, all.String())
		}
	}
}

// Finders that differ are told apart, also where they find equally many.
func TestSameFinds(t *testing.T) {
	m := newMaker()
	things := m.points(assets.Fixture, 100, ground(100))
	world, err := newWorld(t.Context(), things)
	if err != nil {
		t.Fatal(err)
	}
	asks := places(questions(20, ground(100)))
	if err := sameFinds(t.Context(), asks, ourNearest(world), ourNearest(world), things, true); err != nil {
		t.Error(err)
	}
	if err := sameFinds(t.Context(), asks, ourBox(world), ourPolygon(world), things, false); err == nil {
		t.Error("a box and a polygon find the same")
	}
	other, err := newWorld(t.Context(), newMaker().points(assets.Fixture, 100, ground(50)))
	if err != nil {
		t.Fatal(err)
	}
	if err := sameFinds(t.Context(), asks, ourNearest(world), ourNearest(other), things, true); err == nil {
		t.Error("the nearest of two worlds are the same")
	}
}
