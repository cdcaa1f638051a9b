package twin

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
)

// spread returns n places along the creek, the same for the same n.
func spread(n int) []orb.Point {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	out := make([]orb.Point, n)
	for i := range out {
		out[i] = orb.Point{121.34 + 0.12*r.Float64(), 31.21 + 0.09*r.Float64()}
	}
	return out
}

// sensors is a world of n sensors, with a batch of reports of some of them.
func sensors(b *testing.B, n, batch int) (*World, []Entry) {
	s := newShelf()
	places := spread(n)
	for i := range n {
		s.assets[assets.FID(i+1)] = gauge(assets.FID(i+1), named("g", i), places[i])
	}
	w, err := New(Options{Phenomenon: phenomena})
	if err != nil {
		b.Fatal(err)
	}
	if err := w.Load(context.Background(), Source{Assets: s, History: s}); err != nil {
		b.Fatal(err)
	}
	e := Entry{Stream: Obs}
	for i := range batch {
		e.Observations = append(e.Observations, reading(named("g", i*(n/batch)), "level", 2, t0))
	}
	return w, []Entry{e}
}

// renew makes the batch's reports newer, so that all are applied.
func renew(batch []Entry) {
	batch[0].Seq++
	for i := range batch[0].Observations {
		o := &batch[0].Observations[i]
		o.PhenomenonTime += 1000
		o.ReceivedTime += 1000
		o.Value += 0.001
	}
}

// BenchmarkApply applies batches of observations, each of another of 50,000
// sensors, to a running world; ns/obs is the figure.
func BenchmarkApply(b *testing.B) {
	for _, size := range []int{1, 16, 256, 4096} {
		b.Run(fmt.Sprintf("batch=%d", size), func(b *testing.B) {
			w, batch := sensors(b, 50_000, size)
			b.ReportAllocs()
			for b.Loop() {
				renew(batch)
				if err := w.apply(batch, nil); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*size), "ns/obs")
		})
	}
}

// BenchmarkDecode reads messages of 100 observations.
func BenchmarkDecode(b *testing.B) {
	var obs []Observation
	for i := range 100 {
		obs = append(obs, Observation{named("sensor-water", i), "water_level", 3.12 + float64(i)/100, t0, t0 + 123})
	}
	data, _ := AppendObservations(nil, obs)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := DecodeReports(data); err != nil {
			b.Fatal(err)
		}
	}
}

// million yields n point assets as a store does.
type million int

func (n million) Load(_ context.Context, yield func(*assets.Asset) error) (uint64, error) {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range int(n) {
		p := orb.Point{121.34 + 0.12*r.Float64(), 31.21 + 0.09*r.Float64()}
		a := lamp(assets.FID(i+1), named("lamp", i), p)
		a.Revision.At = time.UnixMilli(t0)
		if err := yield(a); err != nil {
			return 0, err
		}
	}
	return 1, nil
}

// BenchmarkLoadMillion loads a million point assets. MB is what the world holds
// of them, B/thing the same for each; asset-B of these is the registry's asset.
func BenchmarkLoadMillion(b *testing.B) {
	const n = 1_000_000
	before := heapBytes()
	var bare []*assets.Asset
	million(n).Load(context.Background(), func(a *assets.Asset) error { bare = append(bare, a); return nil })
	own := heapBytes() - before - 8*n
	runtime.KeepAlive(bare)
	bare = nil
	var w *World
	for b.Loop() {
		var err error
		if w, err = New(Options{}); err != nil {
			b.Fatal(err)
		}
		if err := w.Load(context.Background(), Source{Assets: million(n), History: newShelf()}); err != nil {
			b.Fatal(err)
		}
	}
	held := heapBytes() - before
	runtime.KeepAlive(w)
	b.ReportMetric(float64(held)/(1<<20), "MB")
	b.ReportMetric(float64(held)/n, "B/thing")
	b.ReportMetric(float64(own)/n, "asset-B")
}

func heapBytes() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkWithin looks at about a hundred of a million points, beside a writer or not.
func BenchmarkWithin(b *testing.B) {
	w, err := New(Options{})
	if err != nil {
		b.Fatal(err)
	}
	if err := w.Load(context.Background(), Source{Assets: million(1_000_000), History: newShelf()}); err != nil {
		b.Fatal(err)
	}
	box := orb.Bound{Min: orb.Point{121.40, 31.25}, Max: orb.Point{121.4012, 31.2509}}
	var dst []*Thing
	b.ReportAllocs()
	for b.Loop() {
		dst = w.Within(dst[:0], assets.Fixture, box)
	}
	b.ReportMetric(float64(len(dst)), "hits")
}
