package archive

import (
	"testing"

	"suhe/geo"
)

// The ids that PMTiles' specification and its own implementation give.
func TestID(t *testing.T) {
	for id, tile := range map[uint64]geo.Tile{
		0: {Z: 0, X: 0, Y: 0},
		1: {Z: 1, X: 0, Y: 0}, 2: {Z: 1, X: 0, Y: 1}, 3: {Z: 1, X: 1, Y: 1}, 4: {Z: 1, X: 1, Y: 0},
		5:        {Z: 2, X: 0, Y: 0},
		19078479: {Z: 12, X: 3423, Y: 1763},
	} {
		if got := ID(tile); got != id {
			t.Errorf("%v has id %d, want %d", tile, got, id)
		}
	}
}

// At every zoom each id is given once, without a gap, and one step of the curve
// is one step on the grid.
func TestIDWalksTheGrid(t *testing.T) {
	next := uint64(0)
	for z := range uint32(8) {
		tiles := make(map[uint64]geo.Tile)
		for x := range uint32(1) << z {
			for y := range uint32(1) << z {
				tiles[ID(geo.Tile{Z: z, X: x, Y: y})] = geo.Tile{Z: z, X: x, Y: y}
			}
		}
		var last geo.Tile
		for i := range uint64(1) << (2 * z) {
			tile, ok := tiles[next]
			if !ok {
				t.Fatalf("zoom %d: no tile has id %d", z, next)
			}
			if dx, dy := int(tile.X)-int(last.X), int(tile.Y)-int(last.Y); i > 0 && dx*dx+dy*dy != 1 {
				t.Fatalf("zoom %d: from %v to %v", z, last, tile)
			}
			last = tile
			next++
		}
	}
}

func TestDeepestID(t *testing.T) {
	last := geo.Tile{Z: geo.MaxZoom, X: 1<<geo.MaxZoom - 1}
	if got, want := ID(last), firstID(geo.MaxZoom+1)-1; got != want {
		t.Errorf("the last tile has id %d, want %d", got, want)
	}
}
