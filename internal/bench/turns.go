package bench

import (
	"context"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"suhe/geo"
)

// side makes one tile and returns its bytes. It runs on several goroutines.
type side func(ctx context.Context, t geo.Tile) ([]byte, error)

// score is what one side of a race did.
type score struct {
	wall  time.Duration
	times []time.Duration // of single tiles
	zooms []uint32        // of the same
	bytes int64
}

// rate is the tiles a second.
func (s *score) rate() float64 { return float64(len(s.times)) / s.wall.Seconds() }

// at is the mean time of the tiles of a zoom, in milliseconds; 0 without any.
func (s *score) at(zoom uint32) float64 {
	sum, n := 0.0, 0
	for i, z := range s.zooms {
		if z == zoom {
			sum += milliseconds(s.times[i])
			n++
		}
	}
	return sum / math.Max(1, float64(n))
}

// perTile is the mean size in bytes.
func (s *score) perTile() float64 { return float64(s.bytes) / float64(len(s.times)) }

// percentile of the times, in milliseconds; 0 without any.
func (s *score) percentile(share float64) float64 { return milliseconds(percentile(s.times, share)) }

func percentile(times []time.Duration, share float64) time.Duration {
	if len(times) == 0 {
		return 0
	}
	sorted := slices.Clone(times)
	slices.Sort(sorted)
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))]
}

func milliseconds(d time.Duration) float64 { return d.Seconds() * 1000 }

// race lets two sides make the same tiles, a few at a time in turns, on equally
// many goroutines. The first, which is thought to be the faster, makes each turn
// `again` times. It ends after the first whole pass that ends after the span.
type race struct {
	tiles   []geo.Tile
	workers int
	turn    int // tiles in a turn
	again   int
	span    time.Duration
}

// run returns the scores, after a turn to warm up that does not count.
func (r race) run(ctx context.Context, first, second side) (a, b *score, err error) {
	a, b = new(score), new(score)
	warm := r.tiles[:min(len(r.tiles), r.turn)]
	for _, s := range []side{first, second} {
		if err := pass(ctx, warm, r.workers, s, new(score)); err != nil {
			return nil, nil, err
		}
	}
	for end := time.Now().Add(r.span); ; {
		for turn := range slices.Chunk(r.tiles, r.turn) {
			for range r.again {
				if err := pass(ctx, turn, r.workers, first, a); err != nil {
					return nil, nil, err
				}
			}
			if err := pass(ctx, turn, r.workers, second, b); err != nil {
				return nil, nil, err
			}
		}
		if !time.Now().Before(end) {
			return a, b, nil
		}
	}
}

// pass makes the tiles once and adds to the score.
func pass(ctx context.Context, tiles []geo.Tile, workers int, make side, to *score) error {
	var next atomic.Int64
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	start := time.Now()
	for range workers {
		group.Go(func() error {
			var own score
			for {
				i := next.Add(1) - 1
				if i >= int64(len(tiles)) {
					break
				}
				begun := time.Now()
				data, err := make(ctx, tiles[i])
				if err != nil {
					return err
				}
				own.times = append(own.times, time.Since(begun))
				own.zooms = append(own.zooms, tiles[i].Z)
				own.bytes += int64(len(data))
			}
			mu.Lock()
			defer mu.Unlock()
			to.times = append(to.times, own.times...)
			to.zooms = append(to.zooms, own.zooms...)
			to.bytes += own.bytes
			return nil
		})
	}
	err := group.Wait()
	to.wall += time.Since(start)
	return err
}
