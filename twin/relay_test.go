package twin

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/bus"
)

// eventLog is EVENTS as the tests look at it: in memory and on a real bus.
type eventLog interface {
	Reader
	EventStream
	Ends
	Appender
}

// onBoth runs the test on a stream in memory and on an embedded bus.
func onBoth(t *testing.T, test func(t *testing.T, events eventLog)) {
	t.Run("memory", func(t *testing.T) { test(t, newMemory()) })
	t.Run("bus", func(t *testing.T) { test(t, realStream(t, "EVENTS", "events.>")) })
}

func realStream(t testing.TB, name, subjects string) *bus.Stream {
	t.Helper()
	b, err := bus.Open(t.Context(), bus.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	s, err := b.Stream(t.Context(), bus.StreamOptions{Name: name, Subjects: []string{subjects}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// startRelay runs a relay that looks by itself once an hour.
func startRelay(t *testing.T, o *outbox, events EventStream, prepare Prepare) *Relay {
	t.Helper()
	r, err := NewRelay(o, events, RelayOptions{Prepare: prepare, Tick: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return r
}

func flush(t *testing.T, r *Relay) uint64 {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	events, err := r.Flush(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return events
}

// published reads the first n events.
func published(t *testing.T, events Reader, n int) []*Event {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var out []*Event
	for m, err := range events.Read(ctx, 0) {
		if err != nil {
			t.Fatal(err)
		}
		e := decode(Events, m)
		if e.Err != nil {
			t.Fatal(e.Err)
		}
		if want := "events." + e.Event.Type; m.Subject != want {
			t.Errorf("subject %s, want %s", m.Subject, want)
		}
		if out = append(out, e.Event); len(out) == n {
			return out
		}
	}
	t.Fatalf("%d events, want %d", len(out), n)
	return nil
}

func TestRelayNumbersInCommitOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, events eventLog) {
		o := newOutbox()
		r := startRelay(t, o, events, nil)
		o.commit(putRow(1), putRow(2), row{fid: 1})
		if got := flush(t, r); got != 3 {
			t.Errorf("flushed to %d, want 3", got)
		}
		if got := flush(t, r); got != 3 {
			t.Errorf("with nothing new flushed to %d, want 3", got)
		}
		o.commit(putRow(3))
		if got := flush(t, r); got != 4 {
			t.Errorf("flushed to %d, want 4", got)
		}
		for i, e := range published(t, events, 4) {
			wantFID := []assets.FID{1, 2, 1, 3}[i]
			wantType := []string{AssetPut, AssetPut, AssetRemoved, AssetPut}[i]
			if e.Seq != uint64(i+1) || e.FID != wantFID || e.Type != wantType {
				t.Errorf("event %d is %+v", i, e)
			}
		}
	})
}

func TestRelayWakes(t *testing.T) {
	o, events := newOutbox(), newMemory()
	startRelay(t, o, events, nil)
	o.commit(putRow(1))
	o.ring()
	published(t, events, 1)
}

func TestRelayTicks(t *testing.T) {
	o, events := newOutbox(), newMemory()
	r, err := NewRelay(o, events, RelayOptions{Tick: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	o.commit(putRow(1))
	published(t, events, 1)
	cancel()
	<-done
}

// What is refused takes no number; what prepare completes travels complete.
func TestRelayPrepares(t *testing.T) {
	o, events := newOutbox(), newMemory()
	r := startRelay(t, o, events, func(a *assets.Asset) (*assets.Asset, error) {
		if a.FID == 2 {
			return nil, errors.New("not this one")
		}
		b := *a
		b.Location.Area = "310107005"
		return &b, nil
	})
	flat := putRow(4)
	flat.asset.Shape.Geometry.Plane = orb.LineString{}
	long := putRow(5)
	line := make(orb.LineString, 0, geo.MaxVertices)
	for range geo.MaxVertices {
		line = append(line, orb.Point{121.123456789, 31.123456789})
	}
	long.asset.Shape.Geometry.Plane = line
	huge := putRow(6)
	huge.asset.Name = strings.Repeat("x", maxEvent)
	o.commit(putRow(1), putRow(2), row{fid: 3, err: errors.New("unreadable")}, flat, long, huge, putRow(7))
	if got := flush(t, r); got != 3 {
		t.Errorf("flushed to %d, want 3", got)
	}
	for i, e := range published(t, events, 3) {
		if want := []assets.FID{1, 5, 7}[i]; e.FID != want || e.Asset.Location.Area != "310107005" {
			t.Errorf("event %d is of %d in %q", i, e.FID, e.Asset.Location.Area)
		}
	}
	if n := valueOf(t, r.refused); n != 4 {
		t.Errorf("%v refused, want 4", n)
	}
}

// Two nodes publish one outbox: every change once or more, the numbers without gaps.
func TestTwoRelays(t *testing.T) {
	onBoth(t, func(t *testing.T, events eventLog) {
		const changes = 100
		o := newOutbox()
		relays := []*Relay{startRelay(t, o, events, nil), startRelay(t, o, events, nil)}
		var wg sync.WaitGroup
		for n, r := range relays {
			wg.Go(func() {
				for i := range changes {
					o.commit(putRow(assets.FID(n*changes + i + 1)))
					before := o.waiting()
					events := flush(t, r)
					if before > 0 && events == 0 {
						t.Error("flushed to 0")
					}
				}
			})
		}
		wg.Wait()
		seen := map[assets.FID]bool{}
		for _, e := range published(t, events, 2*changes) {
			seen[e.FID] = true
		}
		if len(seen) != 2*changes {
			t.Errorf("%d of %d changes are in the log", len(seen), 2*changes)
		}
	})
}

// A relay that stopped between put and remembering puts again, behind.
func TestRelayPutsAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, events eventLog) {
		o := newOutbox()
		r := startRelay(t, o, events, nil)
		o.commit(putRow(1), putRow(2))
		o.forget = 1
		if _, err := r.Flush(t.Context()); err == nil {
			t.Fatal("the database went away, and Flush knows nothing of it")
		}
		if got := flush(t, r); got != 4 {
			t.Errorf("flushed to %d, want 4", got)
		}
		if all := published(t, events, 4); all[2].FID != 1 || all[3].FID != 2 {
			t.Errorf("put again: %d, %d", all[2].FID, all[3].FID)
		}
	})
}

// Somebody else is first between our look at EVENTS and our put.
func TestRelayMeetsAnother(t *testing.T) {
	o, events := newOutbox(), newMemory()
	r := startRelay(t, o, events, nil)
	flush(t, r)
	o.commit(putRow(1))
	o.before = func(o *outbox) {
		o.before = nil
		data, _ := EncodeEvent(Event{Seq: 1, Type: AssetRemoved, FID: 9, ID: "a-9"})
		events.AppendAfter(context.Background(), 0, "events.asset.removed", data)
	}
	if got := flush(t, r); got != 2 {
		t.Errorf("flushed to %d, want 2", got)
	}
	if all := published(t, events, 2); all[1].FID != 1 {
		t.Errorf("second is %+v", all[1])
	}
}

// An EVENTS that is behind the store ends the relay: the node must recover.
func TestRelayBehind(t *testing.T) {
	onBoth(t, func(t *testing.T, events eventLog) {
		o := newOutbox()
		o.published = 7
		o.commit(putRow(1))
		r, err := NewRelay(o, events, RelayOptions{Tick: time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Run(t.Context()); !errors.Is(err, ErrResync) {
			t.Fatalf("Run: %v", err)
		}
		at, err := Recover(t.Context(), o, newShelf(), events, newMemory())
		if want := (Position{Epoch: 2, Events: 7}); err != nil || at != want {
			t.Fatalf("recovered to %+v, %v; want %+v", at, err, want)
		}
		if got := flush(t, startRelay(t, o, events, nil)); got != 8 {
			t.Errorf("flushed to %d, want 8", got)
		}
	})
}

// A store or a stream that is down is tried again; who asks is told.
func TestRelayOutlivesTheStore(t *testing.T) {
	o, events := newOutbox(), newMemory()
	r := startRelay(t, o, events, nil)
	down := errors.New("down")
	o.mu.Lock()
	o.down = down
	o.mu.Unlock()
	o.commit(putRow(1))
	if _, err := r.Flush(t.Context()); !errors.Is(err, down) {
		t.Errorf("flush: %v", err)
	}
	o.mu.Lock()
	o.down = nil
	o.mu.Unlock()
	if got := flush(t, r); got != 1 {
		t.Errorf("flushed to %d, want 1", got)
	}
}

func TestFlushLeavesOnItsContext(t *testing.T) {
	r, err := NewRelay(newOutbox(), newMemory(), RelayOptions{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Flush(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("flush: %v", err)
	}
}
