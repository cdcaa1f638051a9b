package stream

import (
	"fmt"
	"testing"
	"time"

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
			h := New(Options{World: nowhere{}, Tick: time.Second})
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

// BenchmarkTick tells ten thousand views, each of its own square, of a thousand
// values; each sees some nine of them. What the network takes is not in it.
func BenchmarkTick(b *testing.B) {
	const views, things = 10_000, 25_000
	h := New(Options{World: nowhere{}, Tick: time.Second})
	var sessions []*session
	for i := range views {
		s := newSession(h, access.Principal{Scope: access.Open()}, asBinary, fmt.Sprint(i))
		x, y := 121.4+float64(i%100)*0.00055, 31.2+float64(i/100)*0.0004
		zoom := 16.0
		l, err := h.look(ask{Layers: []string{"sensors"}, Zoom: &zoom, BBox: []float64{x, y, x + 0.00525, y + 0.0045}}, nil, access.Open())
		if err != nil {
			b.Fatal(err)
		}
		v := newView("v", s, l)
		s.add(v, nil)
		v.begin(nil, 0, h.watch(v, l, nil))
		sessions = append(sessions, s)
	}
	all := make([]*twin.Thing, things)
	for i := range all {
		all[i] = standing(orb.Point{121.4 + float64(i%158)*0.00038, 31.2 + float64(i/158)*0.000285})
		all[i].Asset.FID = assets.FID(i + 1)
		all[i].Last = []twin.Observation{{Phenomenon: "water_level", Value: 3}}
	}
	batch, told := twin.Batch{At: twin.Position{Epoch: 1}}, 0
	b.ReportAllocs()
	for b.Loop() {
		batch.Changes = nil
		for range 1000 {
			i := int(batch.Shown*1000+uint64(len(batch.Changes))) * 7919 % things
			is := *all[i]
			batch.Changes = append(batch.Changes, twin.Change{Was: all[i], Is: &is})
			all[i] = &is
		}
		batch.Shown++
		batch.At.Obs++
		h.Took(batch)
		h.tick(h.o.Now())
		for _, s := range sessions {
			for frame, some := s.next(); some; frame, some = s.next() {
				told += len(frame.data)
			}
		}
	}
	b.ReportMetric(float64(told)/float64(b.N), "bytes/op")
}
