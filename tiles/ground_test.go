package tiles

import (
	"testing"

	"pgregory.net/rapid"

	"suhe/geo"
)

// touches is the plain judgement that ground speeds up: whether the box shows in
// the tile with its buffer and half a unit of rounding.
func touches(lo, hi [2]uint32, t geo.Tile) bool {
	size := 1 << (32 - t.Z)
	grow := size*Buffer/Extent + size/Extent
	at := [2]int{int(t.X) * size, int(t.Y) * size}
	for k := range 2 {
		if int(hi[k])+grow < at[k] || int(lo[k])-grow >= at[k]+size {
			return false
		}
	}
	return true
}

// A change moves the version of all the tiles that it touches, and of no other
// but those that share a slot or, deeper than zoom 18, an ancestor.
func TestGroundAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := new(ground)
		cx := rapid.Uint32Range(0, 1<<32-1).Draw(t, "cx")
		near := func(label string) uint32 {
			reach := uint32(1) << rapid.IntRange(0, 31).Draw(t, "reach")
			d := rapid.Uint32Range(0, reach).Draw(t, label)
			if cx > 1<<31 {
				return cx - d
			}
			return cx + d
		}
		type watched struct {
			tile    geo.Tile
			version uint64
		}
		var tiles []watched
		for range rapid.IntRange(1, 10).Draw(t, "tiles") {
			z := rapid.Uint32Range(0, geo.MaxZoom).Draw(t, "z")
			tiles = append(tiles, watched{geo.Tile{Z: z, X: near("x") >> (32 - z), Y: near("y") >> (32 - z)}, 0})
		}
		for range rapid.IntRange(1, 2*wideLen).Draw(t, "changes") {
			lo := [2]uint32{near("lx"), near("ly")}
			hi := lo
			for k := range 2 {
				size := uint32(1) << rapid.IntRange(0, 31).Draw(t, "size")
				hi[k] = max(lo[k], lo[k]+size-1) // an overflow makes it a point
			}
			g.mark(geo.Box{Min: lo, Max: hi})
			for i := range tiles {
				w := &tiles[i]
				v := g.version(w.tile)
				if touches(lo, hi, w.tile) && v == w.version {
					t.Fatalf("%v–%v did not move %v", lo, hi, w.tile)
				}
				if v < w.version {
					t.Fatalf("%v went back from %d to %d", w.tile, w.version, v)
				}
				w.version = v
			}
		}
	})
}

// Far from a change nothing moves; slots are few enough to look at.
func TestGroundLeavesOthersAlone(t *testing.T) {
	g := new(ground)
	x, y := home.X<<(32-home.Z), home.Y<<(32-home.Z)
	unit := uint32(1) << (20 - home.Z)
	point := [2]uint32{x + 2000*unit, y + 2000*unit}
	g.mark(geo.Box{Min: point, Max: point})
	wide := [2]uint32{x + 4096*4*unit, y + 4096*8*unit}
	g.mark(geo.Box{Min: [2]uint32{x - 4096*4*unit, y + 4096*4*unit}, Max: wide})
	cases := []struct {
		name string
		tile geo.Tile
		want uint64
	}{
		{"the tile", home, 1},
		{"west", geo.Tile{Z: home.Z, X: home.X - 1, Y: home.Y}, 0},
		{"north", geo.Tile{Z: home.Z, X: home.X, Y: home.Y - 1}, 0},
		{"below the wide one", geo.Tile{Z: home.Z, X: home.X, Y: home.Y + 9}, 0},
		{"in the wide one", geo.Tile{Z: home.Z, X: home.X, Y: home.Y + 6}, 2},
		{"deep in the wide one", geo.Tile{Z: 22, X: home.X << (22 - home.Z), Y: (home.Y + 6) << (22 - home.Z)}, 2},
		{"deep beside the point", geo.Tile{Z: 18, X: home.X << 3, Y: home.Y << 3}, 0},
		{"around all", geo.Tile{Z: 8, X: home.X >> 7, Y: home.Y >> 7}, 2},
	}
	for _, c := range cases {
		if got := g.version(c.tile); got != c.want {
			t.Errorf("%s: version %d, want %d", c.name, got, c.want)
		}
	}
}

// A wide footprint that is no longer remembered still counts, for all tiles.
func TestGroundForgetsNothing(t *testing.T) {
	g := new(ground)
	wide := func(x uint32) { g.mark(geo.Box{Min: [2]uint32{x, 0}, Max: [2]uint32{x + 1<<24, 1 << 24}}) }
	before := g.version(geo.Tile{})
	wide(0)
	for range wideLen {
		wide(1 << 31)
	}
	if got := g.version(geo.Tile{Z: 8}); got == before {
		t.Error("a tile under a forgotten footprint did not move")
	}
}
