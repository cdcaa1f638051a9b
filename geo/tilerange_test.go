package geo

import (
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

func drawBox(t *rapid.T) Box {
	var b Box
	for k := range 2 {
		at := rapid.Uint32().Draw(t, "at")
		size := rapid.Uint32Range(0, 1<<rapid.IntRange(0, 31).Draw(t, "reach")).Draw(t, "size")
		b.Min[k], b.Max[k] = at, at+min(size, 1<<32-1-at)
	}
	return b
}

// The tiles of a box are those whose squares, grown by what they show beyond
// their edges, touch it: seen from each tile near its edges, one by one.
func TestTilesOfABoxAgainstEachTile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, z := drawBox(t), rapid.Uint32Range(0, MaxZoom).Draw(t, "z")
		size := int64(1) << (32 - z)
		touches := func(tile Tile, grow int64) bool {
			for k, n := range [2]uint32{tile.X, tile.Y} {
				if int64(b.Max[k])+grow < int64(n)*size || int64(b.Min[k])-grow >= (int64(n)+1)*size {
					return false
				}
			}
			return true
		}
		corner := func(k int, label string) uint32 {
			from := [2]uint32{b.Min[k], b.Max[k]}[rapid.IntRange(0, 1).Draw(t, label)]
			n := int64(from)/size + rapid.Int64Range(-2, 2).Draw(t, label)
			return uint32(max(0, min(n, 1<<z-1)))
		}
		for range 8 {
			tile := Tile{z, corner(0, "x"), corner(1, "y")}
			if got, want := b.Tiles(z).Has(tile), touches(tile, 0); got != want {
				t.Fatalf("%v.Tiles has %v: %v, want %v", b, tile, got, want)
			}
			grow := size/TileExtent*TileBuffer + size/TileExtent
			if z > 20 { // units are smaller than world units
				grow = size*TileBuffer/TileExtent + size/TileExtent
			}
			shown := b.Shown(z).Has(tile)
			if want := touches(tile, grow); shown != want {
				t.Fatalf("%v.Shown has %v: %v, want %v", b, tile, shown, want)
			}
			alone := TileRange{z, [2]uint32{tile.X, tile.Y}, [2]uint32{tile.X, tile.Y}}
			if got := meet(alone.Ground(), b); got != shown {
				t.Fatalf("the ground of %v touches %v: %v, want %v", tile, b, got, shown)
			}
		}
	})
}

func meet(a, b Box) bool {
	for k := range 2 {
		if a.Max[k] < b.Min[k] || b.Max[k] < a.Min[k] {
			return false
		}
	}
	return true
}

func TestTileRange(t *testing.T) {
	r := TileRange{14, [2]uint32{10, 20}, [2]uint32{11, 22}}
	all := slices.Collect(r.All())
	if len(all) != 6 || r.Len() != 6 || all[0] != (Tile{14, 10, 20}) || all[5] != (Tile{14, 11, 22}) {
		t.Errorf("%d tiles, Len %d: %v", len(all), r.Len(), all)
	}
	for _, tile := range all {
		if !r.Has(tile) {
			t.Errorf("%v is not in its range", tile)
		}
	}
	if both := r.And(TileRange{14, [2]uint32{11, 0}, [2]uint32{99, 20}}); !slices.Equal(slices.Collect(both.All()), []Tile{{14, 11, 20}}) {
		t.Errorf("both: %v", both)
	}
	if none := r.And(TileRange{14, [2]uint32{12, 0}, [2]uint32{99, 99}}); none.Len() != 0 || len(slices.Collect(none.All())) != 0 {
		t.Errorf("none: %v", none)
	}
}

func TestBoxOf(t *testing.T) {
	b := BoxOf(orb.Bound{Min: orb.Point{121.39, 31.21}, Max: orb.Point{121.41, 31.23}})
	for z := uint32(0); z <= MaxZoom; z++ {
		r := b.Tiles(z)
		northWest, southEast := TileAt(orb.Point{121.39, 31.23}, z), TileAt(orb.Point{121.41, 31.21}, z)
		if r.Min != [2]uint32{northWest.X, northWest.Y} || r.Max != [2]uint32{southEast.X, southEast.Y} {
			t.Errorf("zoom %d: %v, want %v to %v", z, r, northWest, southEast)
		}
	}
	whole := BoxOf(orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}})
	if n := whole.Tiles(3).Len(); n != 64 {
		t.Errorf("the world has %d tiles at zoom 3", n)
	}
}
