package bench

import (
	"context"
	"io"
	"runtime"
	"time"

	"suhe/assets"
	"suhe/internal/format"
	"suhe/twin"
)

// rows measures a file of all assets, from the world to bytes: once for its time, once
// for the memory that it holds.
func (m *querying) rows(ctx context.Context) error {
	m.say("writing all assets as CSV")
	begun := time.Now()
	n, err := m.write(ctx, func() {})
	if err != nil {
		return err
	}
	rate := float64(n) / time.Since(begun).Seconds()
	before, most := held(), int64(0)
	if _, err := m.write(ctx, func() { most = max(most, held()-before) }); err != nil {
		return err
	}
	name := count(n) + " assets as CSV"
	m.add(alone(name, "rows/s", rate, atLeast(200_000)), alone(name+": memory held more at most", "MB", float64(most)/1e6, atMost(100)))
	return nil
}

// lookEvery is how many rows are written between two looks.
const lookEvery = 100_000

// write writes all assets and returns how many; look is called now and then, and first.
func (m *querying) write(ctx context.Context, look func()) (n int, err error) {
	err = format.WriteAssets(ctx, "csv", io.Discard, "", func(yield func(*assets.Asset, error) bool) {
		for _, kind := range kindsAsked {
			m.world.Each(kind, func(t *twin.Thing) bool {
				if n%lookEvery == 0 {
					look()
				}
				n++
				return yield(t.Asset, nil)
			})
		}
	})
	return n, err
}

// held is how many bytes of the heap are in use, without what nobody needs.
func held() int64 {
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return int64(s.HeapAlloc)
}
