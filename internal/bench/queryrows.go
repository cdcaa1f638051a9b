package bench

import (
	"context"
	"io"
	"sync"
	"time"

	"suhe/assets"
	"suhe/internal/format"
	"suhe/twin"
)

// rows measures a file of all assets, from the world to bytes.
func (m *querying) rows(ctx context.Context) error {
	m.say("writing all assets as CSV")
	more, stop := watchHeap()
	begun := time.Now()
	n := 0
	err := format.WriteAssets(ctx, "csv", io.Discard, "", func(yield func(*assets.Asset, error) bool) {
		for _, kind := range kindsAsked {
			m.world.Each(kind, func(t *twin.Thing) bool {
				n++
				return yield(t.Asset, nil)
			})
		}
	})
	took := time.Since(begun)
	stop()
	if err != nil {
		return err
	}
	name := count(n) + " assets as CSV"
	m.add(alone(name, "rows/s", float64(n)/took.Seconds(), atLeast(200_000)), alone(name+": memory more at most", "MB", float64(more())/1e6, atMost(100)))
	return nil
}

// watchHeap looks at the heap until it is stopped: more is by how much it grew at most.
func watchHeap() (more func() int64, stop func()) {
	before := heap()
	most := before
	ended := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		ticker := time.NewTicker(5 * time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				most = max(most, heap())
			case <-ended:
				return
			}
		}
	})
	return func() int64 { return most - before }, func() { close(ended); watching.Wait() }
}
