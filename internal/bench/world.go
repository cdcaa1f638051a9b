package bench

import (
	"context"
	"iter"
	"sync/atomic"
	"time"

	"suhe/assets"
	"suhe/twin"
)

// stock is a registry and an empty history in memory.
type stock []*assets.Asset

// Load implements twin.Registry.
func (s stock) Load(_ context.Context, yield func(*assets.Asset) error) (uint64, error) {
	for _, a := range s {
		if err := yield(a); err != nil {
			return 0, err
		}
	}
	return 1, nil
}

// Latest implements twin.Past.
func (stock) Latest(context.Context, func(twin.Kept) error) (uint64, error) { return 0, nil }

// LatestFixes implements twin.Past.
func (stock) LatestFixes(context.Context, time.Time, func(twin.KeptFix) error) error { return nil }

// LatestFindings implements twin.Past.
func (stock) LatestFindings(context.Context, func(twin.KeptFinding) error) error { return nil }

// rule is what a water level can be.
func rule(string) (twin.Rule, bool) { return twin.Rule{Valid: [2]float64{-5, 15}}, true }

// newWorld holds the assets.
func newWorld(ctx context.Context, parts ...[]*assets.Asset) (*twin.World, error) {
	w, err := twin.New(twin.Options{Phenomenon: rule})
	if err != nil {
		return nil, err
	}
	var all stock
	for _, p := range parts {
		all = append(all, p...)
	}
	return w, w.Load(ctx, twin.Source{Assets: all, History: all, Log: twin.Position{Epoch: 1}})
}

// feed is a log of reports, each of which changes the state of a sensor: its
// value is possible and impossible in turns. It reports while it is on.
type feed struct {
	sensors []*assets.Asset
	rate    int // changes a second
	on      atomic.Bool
	took    atomic.Int64 // changes of state that the world showed
}

const feedTick = 10 * time.Millisecond

// Read implements twin.Log.
func (f *feed) Read(ctx context.Context, after twin.Position) iter.Seq2[[]twin.Entry, error] {
	return func(yield func([]twin.Entry, error) bool) {
		ticker := time.NewTicker(feedTick)
		defer ticker.Stop()
		next, seq, last := 0, after.Obs, time.Now()
		for {
			select {
			case <-ctx.Done():
				return
			case now := <-ticker.C:
				n := int(now.Sub(last).Seconds() * float64(f.rate))
				last = last.Add(time.Duration(float64(n) / float64(f.rate) * float64(time.Second)))
				if !f.on.Load() || n == 0 {
					continue
				}
				seq++
				e := twin.Entry{Stream: twin.Obs, Seq: seq, Observations: f.reports(next, n, now)}
				next += n
				if !yield([]twin.Entry{e}, nil) {
					return
				}
			}
		}
	}
}

// reports are n reports from the next-th on, all sensors in turn.
func (f *feed) reports(next, n int, now time.Time) []twin.Observation {
	out := make([]twin.Observation, n)
	for i := range out {
		round := (next + i) / len(f.sensors)
		out[i] = twin.Observation{
			Asset: f.sensors[(next+i)%len(f.sensors)].ID, Phenomenon: level.Phenomenon,
			Value: 2 + 100*float64(round%2), PhenomenonTime: now.UnixMilli(), ReceivedTime: now.UnixMilli(),
		}
	}
	return out
}

// Took implements twin.Sink: it counts.
func (f *feed) Took(b twin.Batch) {
	n := 0
	for _, c := range b.Changes {
		if c.Was != nil && c.Is != nil && c.Was.State != c.Is.State {
			n++
		}
	}
	f.took.Add(int64(n))
}
