package bench

import (
	"testing"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
)

// BenchmarkFresh renders tiles of points and of buildings, whole requests without
// a cache. Its profile is what the program is built with: see `make pgo`.
func BenchmarkFresh(b *testing.B) {
	m := newMaker()
	points := m.points(assets.Landmark, spanCount, ground(spanCount))
	buildings := m.buildings(spanCount, ground(spanCount))
	few := newThousands(m)
	world, err := newWorld(b.Context(), points, buildings, few.all)
	if err != nil {
		b.Fatal(err)
	}
	s, err := newServer(world, how{plain: true})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	middle := orb.Point{middleLon, middleLat}
	for _, c := range []struct {
		name string
		kind assets.Kind
		tile geo.Tile
	}{
		{"points/z10", assets.Landmark, geo.TileAt(middle, 10)},
		{"points/z14", assets.Landmark, geo.TileAt(middle, 14)},
		{"points/1000", assets.Landmark, few.full[1]},
		{"buildings/z12", assets.Building, geo.TileAt(middle, 12)},
		{"buildings/z14", assets.Building, geo.TileAt(middle, 14)},
	} {
		tile := ours(s, c.kind)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			var size int
			for b.Loop() {
				data, err := tile(b.Context(), c.tile)
				if err != nil {
					b.Fatal(err)
				}
				size = len(data)
			}
			b.ReportMetric(float64(size), "bytes")
		})
	}
}
