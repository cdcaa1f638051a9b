package tiles

import (
	"math"
	"testing"

	"suhe/geo"
)

// FuzzShape draws any geometry in any tile: nothing may break, and polygons must
// come out valid.
func FuzzShape(f *testing.F) {
	f.Add([]byte{3, 0, 15, 0, 0, 0, 9, 0, 0, 9, 9}, true)
	f.Add([]byte{2, 1, 22, 255, 255, 0, 0, 128, 128}, false)
	f.Add([]byte{1, 0, 0, 1, 2}, false)
	f.Add([]byte{3, 3, 10, 0, 0, 255, 255, 0, 255, 255, 0, 9, 9, 20, 30, 40, 10}, true)
	w := newLayerWriter()
	f.Fuzz(func(t *testing.T, data []byte, thin bool) {
		if len(data) < 5 || len(data) > 200 {
			return
		}
		g := geo.Flat{Type: geo.FlatType(data[0] % 4), Min: [2]uint32{math.MaxUint32, math.MaxUint32}}
		per, z := int(data[1]%40)+3, uint32(data[2]%23)
		for i := 3; i+1 < len(data); i += 2 {
			for k := range 2 {
				v := uint32(data[i+k]) * 0x01010101 >> (z / 3)
				g.XY = append(g.XY, v)
				g.Min[k], g.Max[k] = min(g.Min[k], v), max(g.Max[k], v)
			}
			if n := len(g.XY) / 2; n%per == 0 {
				g.Ends = append(g.Ends, int32(n))
				if n%2 == 0 {
					g.Polys = append(g.Polys, int32(len(g.Ends)))
				}
			}
		}
		g.Ends = append(g.Ends, int32(len(g.XY)/2))
		g.Polys = append(g.Polys, int32(len(g.Ends)))
		tolerance := 0.0
		if thin {
			tolerance = 1
		}
		at := geo.Tile{Z: z, X: uint32(uint64(g.Max[0]) << z >> 32), Y: uint32(uint64(g.Min[1]) << z >> 32)}
		w.begin(at, tolerance)
		if w.shape(&g) != (len(w.out.data) > 0) {
			t.Fatal("shape does not say what it wrote")
		}
		if g.Type == geo.FlatPolygon {
			checkValid(t, ringsOf(t, w.out.data))
		}
	})
}

// A polygon too intricate for its tile is drawn coarser, not given up.
func TestIntricatePolygon(t *testing.T) {
	ring := []spot{{4096, -50}, {2096, 4096}, {0, 4096}}
	for i := range 3000 { // the teeth of a comb, long and aslant
		x := float64(i) * 1.3
		ring = append(ring, spot{x * 0.5, 4000}, spot{x*0.5 + 2000, 0}, spot{x*0.5 + 2000.3, 0}, spot{x*0.5 + 0.3, 4000})
	}
	w := newLayerWriter()
	w.weave.limit = 200_000
	w.begin(home, 0)
	if !w.shape(world([][]spot{ring}, true)) {
		t.Fatal("nothing was drawn")
	}
	polygons := ringsOf(t, w.out.data)
	checkValid(t, polygons)
	for _, v := range polygons[0][0] {
		if (v.x|v.y)%2 != 0 {
			t.Fatalf("%v is not on a coarser lattice", v)
		}
	}
}
