package format_test

import (
	"io"
	"runtime"
	"testing"

	"github.com/paulmach/orb"

	"suhe/geo"
	"suhe/internal/format"
)

// BenchmarkWrite writes rows of an asset's size; rows/s and the most heap that was
// seen beside what there was before.
func BenchmarkWrite(b *testing.B) {
	for _, f := range format.Formats() {
		b.Run(f.Name, func(b *testing.B) {
			h := format.Head{Fields: []format.Field{{Name: "kind"}, {Name: "class"}, {Name: "name"}, {Name: "area"}, {Name: "height", Type: format.Number},
				{Name: "chainage", Type: format.Number}, {Name: "revision", Type: format.Integer}, {Name: "owner"}}}
			feature := &format.Feature{ID: "310107005-lamp-000123", Geometry: geo.Solid{Plane: orb.Point{121.4234567, 31.2345678}},
				Values: []any{"asset", "asset.lamp", "苏州河沿岸路灯", "310107005", 8.5, 12345.67, int64(3), nil}}
			var before, now runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			most := before.HeapAlloc
			w, err := format.New(f.Name, io.Discard, h)
			if err != nil {
				b.Fatal(err)
			}
			defer w.Discard()
			b.ReportAllocs()
			rows := 0
			for b.Loop() {
				if err := w.Write(feature); err != nil {
					b.Fatal(err)
				}
				if rows++; rows%100_000 == 0 {
					runtime.ReadMemStats(&now)
					most = max(most, now.HeapAlloc)
				}
			}
			if err := w.Close(); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(float64(most-before.HeapAlloc)/(1<<20), "MiB-more")
		})
	}
}
