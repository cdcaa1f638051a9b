package twin

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"suhe/assets"
	"suhe/internal/bus"
)

// node is all of a node's twin on an embedded bus.
type node struct {
	world     *World
	relay     *Relay
	publisher *Publisher
	ctx       context.Context // ends when a part of the node does
	stop      func()
}

// startNode recovers, loads and runs everything as a server does.
func startNode(t testing.TB, dir string, o *outbox, s *shelf, k Keeper, sinks ...Sink) *node {
	t.Helper()
	b, err := bus.Open(t.Context(), bus.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	obs := must(b.Stream(t.Context(), bus.StreamOptions{Name: "OBS", Subjects: []string{"obs.>"}}))(t)
	events := must(b.Stream(t.Context(), bus.StreamOptions{Name: "EVENTS", Subjects: []string{"events.>"}}))(t)
	at := must(Recover(t.Context(), o, k, events, obs))(t)
	n := &node{
		world:     must(New(Options{Phenomenon: phenomena}))(t),
		relay:     must(NewRelay(o, events, RelayOptions{}))(t),
		publisher: must(NewPublisher(obs, nil))(t),
	}
	if err := n.world.Load(t.Context(), Source{Assets: s, History: s, Log: at}); err != nil {
		t.Fatal(err)
	}
	history := must(NewHistoryWriter(obs, k, HistoryOptions{Every: 10 * time.Millisecond}))(t)
	ctx, cancel := context.WithCancel(context.Background())
	n.ctx = ctx
	var wg sync.WaitGroup
	run := func(what string, f func() error) {
		wg.Go(func() {
			defer cancel()
			if err := f(); err != nil {
				t.Errorf("%s: %v", what, err)
			}
		})
	}
	run("world", func() error { return n.world.Run(ctx, Follow(obs, events), sinks...) })
	run("relay", func() error { return n.relay.Run(ctx) })
	run("history", func() error { return history.Run(ctx) })
	var once sync.Once
	n.stop = func() {
		once.Do(func() {
			n.publisher.Close()
			cancel()
			wg.Wait()
			if err := b.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	t.Cleanup(n.stop)
	return n
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// An edit and reports go through the real log into memory and history, and are
// there again after a restart, also when the whole log is lost.
func TestWholeWay(t *testing.T) {
	o, s, dir := newOutbox(), newShelf(), t.TempDir()
	a := gauge(1, "g", here)
	edit := func(n *node, a *assets.Asset) {
		t.Helper()
		s.mu.Lock()
		s.assets[a.FID] = a
		s.mu.Unlock()
		o.commit(row{asset: a, fid: a.FID})
		if err := n.world.Wait(n.ctx, Position{Events: flush(t, n.relay)}); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now().UnixMilli()
	report := func(n *node, i int) {
		t.Helper()
		at := n.world.Position()
		if err := n.publisher.Publish(n.ctx, []Observation{reading("g", "level", float64(i)/10, now+int64(i))}); err != nil {
			t.Fatal(err)
		}
		if err := n.world.Wait(n.ctx, Position{Obs: at.Obs + 1}); err != nil {
			t.Fatal(err)
		}
	}
	level := func(n *node, want int) {
		t.Helper()
		if got := n.world.ByID("g"); got == nil || len(got.Last) != 1 || got.Last[0].Value != float64(want)/10 || got.Summary() != "normal" {
			t.Errorf("want level %v: %+v", want, got)
		}
	}

	n := startNode(t, dir, o, s, s)
	edit(n, a)
	for i := range 10 {
		report(n, i+1)
	}
	level(n, 10)
	n.stop()

	n = startNode(t, dir, o, s, s)
	if err := n.world.Wait(n.ctx, Position{Epoch: 1, Obs: 10, Events: 1}); err != nil {
		t.Fatal(err)
	}
	level(n, 10)
	report(n, 11)
	for saved := uint64(0); saved < 11; saved, _ = s.Saved(t.Context()) {
		time.Sleep(time.Millisecond)
	}
	n.stop()

	n = startNode(t, t.TempDir(), o, s, s)
	if at, want := n.world.Position(), (Position{2, 11, 1}); at != want {
		t.Errorf("with a new log at %+v, want %+v", at, want)
	}
	level(n, 11)
	report(n, 12)
	b := *a
	b.Name, b.Revision.N = "renamed", 2
	edit(n, &b)
	if at, want := n.world.Position(), (Position{2, 12, 2}); at != want {
		t.Errorf("at %+v, want %+v", at, want)
	}
	level(n, 12)
	if got := n.world.ByID("g").Asset.Name; got != "renamed" {
		t.Errorf("name %q", got)
	}
}

// BenchmarkWholeWay brings observations through the publisher, an embedded bus
// and the log into memory, in messages of 10 and 100 from 16 callers; a history
// writer reads along. obs/s is the figure.
func BenchmarkWholeWay(b *testing.B) {
	for _, size := range []int{1, 10, 100} {
		b.Run(fmt.Sprintf("batch=%d", size), func(b *testing.B) {
			const devices, callers = 20_000, 16
			s := newShelf()
			for i, p := range spread(devices) {
				s.assets[assets.FID(i+1)] = gauge(assets.FID(i+1), named("g", i), p)
			}
			n := startNode(b, b.TempDir(), newOutbox(), s, newKeeper())
			var seen sync.WaitGroup
			b.ReportAllocs()
			b.ResetTimer()
			for c := range callers {
				seen.Go(func() {
					batch := make([]Observation, size)
					for i := c; i < b.N; i += callers {
						for j := range batch {
							batch[j] = reading(named("g", (i*size+j)%devices), "level", 2, t0+int64(i*size+j))
						}
						if err := n.publisher.Publish(context.Background(), batch); err != nil {
							b.Error(err)
						}
					}
				})
			}
			seen.Wait()
			total := float64(b.N * size)
			for done := 0.0; done < total; {
				done = 0
				for _, result := range []string{ResultApplied, ResultLate, ResultRepeat} {
					done += counted(n.world.metrics.results[result])
				}
				time.Sleep(time.Millisecond)
			}
			b.ReportMetric(total/b.Elapsed().Seconds(), "obs/s")
		})
	}
}

// BenchmarkRelay publishes edits of point assets on an embedded bus.
func BenchmarkRelay(b *testing.B) {
	o := newOutbox()
	n := startNode(b, b.TempDir(), o, newShelf(), newKeeper())
	rows := make([]row, b.N)
	for i := range rows {
		rows[i] = putRow(assets.FID(i + 1))
	}
	o.commit(rows...)
	b.ReportAllocs()
	b.ResetTimer()
	events, err := n.relay.Flush(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	if err := n.world.Wait(context.Background(), Position{Events: events}); err != nil {
		b.Fatal(err)
	}
}
