package tiles

import (
	"testing"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/twin"
)

// twoAreas is a scope of two areas that sees all that is in them.
func twoAreas() access.Scope {
	return access.GrantOf([]access.Role{access.Operator}, []string{"310107005", "310107014"}).Compile(nil)
}

// A tile costs with a scope of two areas what it costs with the open one: both are
// drawn in turn, and x-open is how many times as long the quickest of the first take
// as the quickest of the other: the machine has more to do.
func BenchmarkTileOfAScope(b *testing.B) {
	w := &sortedWorld{}
	for fid := assets.FID(1); fid <= 5_000; fid++ {
		is := thing(fid, assets.Fixture, at(home, float64(fid*7919%4000), float64(fid*104729%4000)))
		is.Asset.Class, is.Asset.Name, is.Asset.Location.Area = "asset.lamp", "路灯", []string{"310107005", "310107014012"}[fid%2]
		is.Asset.Sensitivity = assets.Sensitivity(fid % 2)
		w.things = append(w.things, labelled(is))
	}
	s, err := New(Options{World: w, Bytes: 10 << 20})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	draw := func(scope access.Scope) (time.Duration, int) {
		began := time.Now()
		data, err := s.Draw(b.Context(), Request{Layers: []string{"assets"}, Tile: home, Scope: scope})
		if err != nil {
			b.Fatal(err)
		}
		return time.Since(began), len(data)
	}
	open, scoped, two := time.Hour, time.Hour, twoAreas()
	for b.Loop() {
		d, n := draw(access.Open())
		e, m := draw(two)
		if open, scoped = min(open, d), min(scoped, e); n != m {
			b.Fatalf("%d bytes, want %d", m, n)
		}
	}
	b.ReportMetric(float64(scoped)/float64(open), "x-open")
}

// sortedWorld finds everything everywhere, in order.
type sortedWorld struct{ plainWorld }

func (w *sortedWorld) Within(dst []*twin.Thing, kind assets.Kind, _ orb.Bound) []*twin.Thing {
	if kind != assets.Fixture {
		return dst
	}
	return append(dst, w.things...)
}
