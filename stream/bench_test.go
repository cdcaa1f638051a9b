package stream

import (
	"fmt"
	"testing"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin"
)

// BenchmarkMark marks a thousand moves beside views of tiles that none of them
// touches: what it takes must not grow with the number of views.
func BenchmarkMark(b *testing.B) {
	var changes []twin.Change
	for i := range 1000 {
		changes = append(changes, twin.Change{Was: standing(orb.Point{121.6 + float64(i)/1e5, 31.2}), Is: standing(orb.Point{121.7, 31.2})})
	}
	for _, views := range []int{0, 1, 10_000} {
		b.Run(fmt.Sprint(views, " views"), func(b *testing.B) {
			h := New(Options{World: nowhere{}})
			var all []*Painted
			for i := range h.o.Painted {
				all = append(all, &h.o.Painted[i])
			}
			s := newSession(h, access.Principal{Scope: access.Open()}, asJSON, "s")
			for i := range views {
				low := orb.Point{121.3 + float64(i%100)/1e3, 31.1 + float64(i/100)/1e3}
				l := &look{tiles: all, zooms: [2]uint32{14, 15}, region: region{box: orb.Bound{Min: low, Max: orb.Point{low[0] + 0.02, low[1] + 0.02}}}}
				h.watch(newView("v", s, l), l, nil)
			}
			b.ReportAllocs()
			for b.Loop() {
				h.markTiles([]twin.Batch{{Changes: changes}}, twin.Position{Epoch: 1})
			}
		})
	}
}

func standing(p orb.Point) *twin.Thing {
	return &twin.Thing{Flat: geo.Flatten(p), Asset: &assets.Asset{Kind: assets.Sensor, Shape: assets.Shape{Geometry: geo.Solid{Plane: p}}}}
}

// nowhere is a world without things.
type nowhere struct{}

func (nowhere) Look(dst []*twin.Thing, _ []assets.Kind, _ orb.Bound) ([]*twin.Thing, uint64) {
	return dst, 0
}
func (nowhere) Shown() uint64           { return 0 }
func (nowhere) Position() twin.Position { return twin.Position{Epoch: 1} }
