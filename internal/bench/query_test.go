package bench

import (
	"testing"

	"suhe/assets"
)

// Finders that differ are told apart, also where they find equally many.
func TestSameFinds(t *testing.T) {
	m := newMaker()
	things := m.points(assets.Fixture, 100, ground(100))
	world, err := newWorld(t.Context(), things)
	if err != nil {
		t.Fatal(err)
	}
	asks := places(questions(20, ground(100)))
	if err := sameFinds(t.Context(), asks, ourNearest(world, ourThing), ourNearest(world, ourThing), things, true); err != nil {
		t.Error(err)
	}
	if err := sameFinds(t.Context(), asks, ourBox(world, ourThing), ourPolygon(world, ourThing), things, false); err == nil {
		t.Error("a box and a polygon find the same")
	}
	other, err := newWorld(t.Context(), newMaker().points(assets.Fixture, 100, ground(50)))
	if err != nil {
		t.Fatal(err)
	}
	if err := sameFinds(t.Context(), asks, ourNearest(world, ourThing), ourNearest(other, ourThing), things, true); err == nil {
		t.Error("the nearest of two worlds are the same")
	}
}
