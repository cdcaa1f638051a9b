package tiles

import (
	"fmt"
	"math"
	"testing"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// meanders is a river's surface of 5,000 vertices, 40 km long with bends of all
// sizes, through the home tile.
func meanders() *twin.Thing {
	const n = 2500
	var ring orb.Ring
	bank := func(i int, side float64) {
		x := float64(i)/n - 0.5
		bend := 0.02*math.Sin(30*x) + 0.002*math.Sin(250*x) + 0.00005*math.Sin(1500*x)
		ring = append(ring, orb.Point{121.4062 + 0.4*x, 31.2372 + bend + side})
	}
	for i := range n {
		bank(i, -0.0003)
	}
	for i := n - 1; i >= 0; i-- {
		bank(i, 0.0003)
	}
	return thing(1, assets.Water, orb.Polygon{append(ring, ring[0])})
}

// BenchmarkShape draws what is big or many, zoom by zoom: a river, and the areas of
// a city with their common borders.
func BenchmarkShape(b *testing.B) {
	for _, set := range []struct {
		name   string
		things []*twin.Thing
	}{{"river", []*twin.Thing{meanders()}}, {"areas", benchAreas()}} {
		for _, z := range []uint32{8, 11, 14, 17} {
			tile := geo.Tile{Z: z, X: home.X << 8 >> (23 - z), Y: home.Y << 8 >> (23 - z)}
			b.Run(fmt.Sprintf("%s/z%d", set.name, z), func(b *testing.B) {
				w := newLayerWriter()
				var data []byte
				b.ReportAllocs()
				for b.Loop() {
					w.begin(tile, 1)
					for _, t := range set.things {
						draw(w, t, 0)
					}
					data = w.finish(data[:0], "shapes")
				}
				b.ReportMetric(float64(len(data)), "bytes")
			})
		}
	}
}

// benchAreas are 100 areas of 250 vertices that share their borders.
func benchAreas() []*twin.Thing {
	const n, turns = 10, 64
	corner := func(i, j int) orb.Point {
		return orb.Point{121.3 + 0.02*float64(i) + 0.003*math.Sin(float64(7*i+3*j)), 31.13 + 0.02*float64(j) + 0.003*math.Cos(float64(5*i+j))}
	}
	side := func(a, b orb.Point) (out []orb.Point) {
		for k := range turns {
			s := float64(k) / turns
			w := 0.0004 * math.Sin(20*math.Pi*s)
			out = append(out, orb.Point{a[0] + s*(b[0]-a[0]) + w*(b[1]-a[1]), a[1] + s*(b[1]-a[1]) + w*(b[0]-a[0])})
		}
		return out
	}
	var out []*twin.Thing
	for i := range n {
		for j := range n {
			a, b, c, d := corner(i, j), corner(i+1, j), corner(i+1, j+1), corner(i, j+1)
			ring := append(append(append(append(orb.Ring{}, side(a, b)...), side(b, c)...), mirrored(side(d, c), c)...), mirrored(side(a, d), d)...)
			out = append(out, thing(assets.FID(len(out)+1), assets.Area, orb.Polygon{append(ring, ring[0])}))
		}
	}
	return out
}

// mirrored walks a side from its end back to its second point.
func mirrored(side []orb.Point, end orb.Point) []orb.Point {
	out := []orb.Point{end}
	for i := len(side) - 1; i > 0; i-- {
		out = append(out, side[i])
	}
	return out
}
