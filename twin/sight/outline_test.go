package sight

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"pgregory.net/rapid"

	"suhe/geo"
)

// Whatever cells are blind, the outlines are valid polygons that hold those and no
// others.
func TestOutlines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		columns, rows := rapid.IntRange(1, 9).Draw(t, "columns"), rapid.IntRange(1, 9).Draw(t, "rows")
		g := &grid{west: 121, south: 31, dx: 1e-3, dy: 1e-3, columns: columns, rows: rows, cells: make([]cell, columns*rows)}
		n := 0
		for i := range g.cells {
			if g.cells[i].asked = rapid.Bool().Draw(t, "blind"); g.cells[i].asked {
				n++
			}
		}
		all := g.outlines(func(c cell) bool { return c.asked }, 1)
		sum := 0.0
		for _, b := range all {
			if err := geo.Check(b.Ground); err != nil {
				t.Fatalf("%v: %v", b.Ground, err)
			}
			for _, ring := range b.Ground {
				been := map[orb.Point]bool{}
				for _, p := range ring[1:] {
					if been[p] {
						t.Fatalf("a ring touches itself at %v: %v", p, ring)
					}
					been[p] = true
				}
			}
			if b.Ground[0].Orientation() != orb.CCW {
				t.Fatalf("the outside turns clockwise: %v", b.Ground)
			}
			if drawn := math.Abs(planar.Area(b.Ground)) / 1e-6; math.Abs(drawn-b.Area) > 1e-6 {
				t.Fatalf("%v is %v cells large, drawn %v", b.Ground, b.Area, drawn)
			}
			sum += b.Area
		}
		if sum != float64(n) {
			t.Fatalf("%v cells in all outlines, want %d", sum, n)
		}
		for row := range rows {
			for column := range columns {
				in := 0
				for _, b := range all {
					if planar.PolygonContains(b.Ground, g.middle(column, row)) {
						in++
					}
				}
				if want := g.cells[row*columns+column].asked; in > 1 || (in == 1) != want {
					t.Fatalf("cell %d,%d is in %d outlines, want it in one: %v", column, row, in, want)
				}
			}
		}
	})
}
