package tiles

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin"
)

const million = 1_000_000

// places is where the sensors of a benchmark stand.
type places struct {
	name          string
	width, height float64 // degrees around the middle of the creek
}

var (
	city = places{"city", 0.4, 0.3} // some 38 km × 33 km
	asia = places{"asia", 116, 100}
)

// codes are of classes and of areas.
var codes = strings.Fields("a b c d e f g h i j k l m n o p q r s t")

func (p places) point(r *rand.Rand) orb.Point {
	return orb.Point{121.4062 + p.width*(r.Float64()-0.5), 31.2372 + p.height*(r.Float64()-0.5)}
}

// sensor is one of 20 classes and 15 areas, mostly well.
func (p places) sensor(r *rand.Rand, fid assets.FID) *twin.Thing {
	t := thing(fid, assets.Sensor, p.point(r))
	t.Asset.Class = codes[r.IntN(20)]
	t.Asset.Location.Area = codes[r.IntN(15)]
	t.State.Communication = twin.Online
	if r.IntN(100) == 0 {
		t.Severity = twin.Severity(r.IntN(5))
	}
	return t
}

// populate counts n sensors, and keeps the first few as things.
func (p places) populate(b testing.TB, n, few int) (*clusters, []*twin.Thing) {
	c := newClusters(mustLayer(b, newServer(b, Options{World: &plainWorld{}}), "sensors"))
	r := rand.New(rand.NewPCG(5, 6))
	var kept []*twin.Thing
	for i := range n {
		t := p.sensor(r, assets.FID(i+1))
		c.tree.add(c.groups.member(t))
		if i < few {
			kept = append(kept, t)
		}
	}
	c.full = true
	return c, kept
}

// BenchmarkClustersTake is one change among a thousand and among a million things.
func BenchmarkClustersTake(b *testing.B) {
	for _, n := range []int{1000, million} {
		c, things := city.populate(b, n, 1000)
		r := rand.New(rand.NewPCG(7, 8))
		var ill, well, away, back []twin.Change
		for _, t := range things {
			worse := *t
			worse.State.Communication, worse.Severity = twin.Offline, 3
			ill, well = append(ill, twin.Change{Was: t, Is: &worse}), append(well, twin.Change{Was: &worse, Is: t})
			moved := city.sensor(r, t.Asset.FID)
			away, back = append(away, twin.Change{Was: t, Is: moved}), append(back, twin.Change{Was: moved, Is: t})
		}
		for _, bench := range []struct {
			name        string
			there, back []twin.Change
		}{{"state", ill, well}, {"move", away, back}} {
			b.Run(fmt.Sprintf("%s/%d", bench.name, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if !c.take(bench.there) || !c.take(bench.back) {
						b.Fatal("the counts are contradicted")
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/2000, "ns/change")
			})
		}
	}
}

// BenchmarkClustersTile is a tile of a million things at each zoom: its clusters
// alone, and drawn.
func BenchmarkClustersTile(b *testing.B) {
	for _, p := range []places{city, asia} {
		c, _ := p.populate(b, million, 0)
		d := &renderer{writer: newLayerWriter()}
		d.sight.By(access.Open())
		for z := range c.layer.Clusters.Below {
			r := Request{Layers: []string{"sensors"}, Tile: geo.TileAt(orb.Point{121.4062, 31.2372}, z), Scope: access.Open()}
			b.Run(fmt.Sprintf("%s/z%d/within", p.name, z), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					d.clusters[0] = c.within(d.clusters[0][:0], r.Tile, r.Scope)
				}
				b.ReportMetric(float64(len(d.clusters[0])), "clusters")
			})
			b.Run(fmt.Sprintf("%s/z%d/drawn", p.name, z), func(b *testing.B) {
				b.ReportAllocs()
				s := newServer(b, Options{World: &plainWorld{}})
				s.clusters[c.layer] = c
				for b.Loop() {
					d.clusters[0] = d.gather(s, c.layer, d.clusters[0][:0], &r, &Response{})
					d.cluster(nil, s.options.World, c.layer, d.clusters[0], &r, c.layer.fields)
				}
			})
		}
	}
}

// BenchmarkClustersGather makes a tile's clusters of a list of 100,000 things.
func BenchmarkClustersGather(b *testing.B) {
	c, things := city.populate(b, 100_000, 100_000)
	b.ReportAllocs()
	for b.Loop() {
		c.layer.gather(things, geo.Tile{})
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(things)), "ns/thing")
}

// BenchmarkClustersFill counts 100,000 things that a world begins with.
func BenchmarkClustersFill(b *testing.B) {
	c, things := city.populate(b, 100_000, 100_000)
	w := &plainWorld{things: things}
	for b.Loop() {
		c.fill(w)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(things)), "ns/thing")
}

// BenchmarkClustersMemory counts a million things, and says how many bytes that
// takes for each.
func BenchmarkClustersMemory(b *testing.B) {
	for _, p := range []places{city, asia} {
		b.Run(p.name, func(b *testing.B) {
			for b.Loop() {
				before := inUse()
				c, _ := p.populate(b, million, 0)
				b.ReportMetric(float64(inUse()-before)/million, "B/thing")
				runtime.KeepAlive(c)
			}
		})
	}
}

func inUse() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
