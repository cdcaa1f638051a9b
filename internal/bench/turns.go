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

// answerer answers one question, perhaps with bytes that are counted. It runs on
// several goroutines.
type answerer[Q any] func(ctx context.Context, q Q) ([]byte, error)

// side makes one tile and returns its bytes.
type side = answerer[geo.Tile]

// score is what one side of a race did.
type score struct {
	wall  time.Duration
	times []time.Duration // of single questions
	zooms []uint32        // of the same, if they are tiles
	bytes int64
	spent time.Duration // processor time, if it is asked for
}

// each is the processor time of an answer, in microseconds.
func (s *score) each() float64 { return s.spent.Seconds() * 1e6 / float64(len(s.times)) }

// rate is the answers a second.
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

// perTile is the mean size of an answer in bytes.
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

// race lets two sides answer the same questions, a few at a time in turns, on equally
// many goroutines. The first, which is thought to be the faster, answers `again` times as
// many in each turn, going on where its last turn ended: so both meet each question when
// they have answered all others. It ends after the first whole pass that ends after the
// span.
type race[Q any] struct {
	asks    []Q
	workers int
	turn    int // questions in a turn
	again   int
	span    time.Duration
	spent   func() (time.Duration, error) // processor time of all that answer; nil: nobody asks
}

// run returns the scores, after a turn to warm up that does not count.
func (r race[Q]) run(ctx context.Context, first, second answerer[Q]) (a, b *score, err error) {
	a, b = new(score), new(score)
	for _, s := range []answerer[Q]{first, second} {
		if err := pass(ctx, r.part(0, min(len(r.asks), r.turn)), r.workers, s, new(score)); err != nil {
			return nil, nil, err
		}
	}
	done := 0
	for end := time.Now().Add(r.span); ; {
		for turn := range slices.Chunk(r.asks, r.turn) {
			more := r.again * len(turn)
			if err := r.take(ctx, r.part(done, more), first, a); err != nil {
				return nil, nil, err
			}
			done += more
			if err := r.take(ctx, turn, second, b); err != nil {
				return nil, nil, err
			}
		}
		if !time.Now().Before(end) {
			return a, b, nil
		}
	}
}

// part are n questions from that one on; behind the last comes the first again.
func (r race[Q]) part(from, n int) []Q {
	out := make([]Q, n)
	for i := range out {
		out[i] = r.asks[(from+i)%len(r.asks)]
	}
	return out
}

// take lets one side have its turn.
func (r race[Q]) take(ctx context.Context, asks []Q, answer answerer[Q], to *score) error {
	if r.spent == nil {
		return pass(ctx, asks, r.workers, answer, to)
	}
	before, err := r.spent()
	if err != nil {
		return err
	}
	if err := pass(ctx, asks, r.workers, answer, to); err != nil {
		return err
	}
	after, err := r.spent()
	to.spent += after - before
	return err
}

// pass answers the questions once and adds to the score.
func pass[Q any](ctx context.Context, asks []Q, workers int, answer answerer[Q], to *score) error {
	var next atomic.Int64
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	start := time.Now()
	for range workers {
		group.Go(func() error {
			var own score
			for {
				i := next.Add(1) - 1
				if i >= int64(len(asks)) {
					break
				}
				begun := time.Now()
				data, err := answer(ctx, asks[i])
				if err != nil {
					return err
				}
				own.times = append(own.times, time.Since(begun))
				if t, ok := any(asks[i]).(geo.Tile); ok {
					own.zooms = append(own.zooms, t.Z)
				}
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
