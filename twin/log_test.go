package twin

import (
	"context"
	"fmt"
	"testing"
	"time"

	"suhe/internal/bus"
)

// Each stream keeps its order, nothing is left out, and what is ready comes together.
func TestFollowKeepsOrder(t *testing.T) {
	const n = 500
	obs, events := newMemory(), newMemory()
	sendNumbered(t, obs, 0, n)
	for i := range n {
		data, _ := EncodeEvent(Event{Seq: uint64(i + 1), Type: AssetRemoved})
		events.Append(t.Context(), "", data)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	at, batches := Position{Obs: 100, Events: 200}, 0
	for batch, err := range Follow(obs, events).Read(ctx, at) {
		if err != nil {
			t.Fatal(err)
		}
		batches++
		for _, e := range batch {
			next := &at.Obs
			if e.Stream == Events {
				next = &at.Events
			}
			if *next++; e.Seq != *next || e.Err != nil || e.Gap {
				t.Fatalf("entry %+v, want sequence %d", e, *next)
			}
		}
		if at.Obs == n && at.Events == n {
			break
		}
	}
	if at.Obs != n || at.Events != n {
		t.Errorf("read to %+v", at)
	}
	if batches == 2*n-300 {
		t.Error("every entry came alone")
	}
}

func TestFollowTellsOfGapsAndNonsense(t *testing.T) {
	obs, events := newMemory(), newMemory()
	sendNumbered(t, obs, 0, 5)
	obs.drop(3)
	wrong, _ := EncodeEvent(Event{Seq: 7, Type: AssetRemoved})
	events.Append(t.Context(), "", wrong)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	got := map[string]bool{}
	for batch, err := range Follow(obs, events).Read(ctx, Position{}) {
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range batch {
			got[fmt.Sprintf("%d gap=%v seq=%d bad=%v", e.Stream, e.Gap, e.Seq, e.Err != nil)] = true
		}
		if len(got) == 4 {
			break
		}
	}
	for _, want := range []string{"0 gap=true seq=0 bad=false", "0 gap=false seq=4 bad=false", "0 gap=false seq=5 bad=false", "1 gap=false seq=1 bad=true"} {
		if !got[want] {
			t.Errorf("%s is missing in %v", want, got)
		}
	}
}

// A batch is bounded, however much is ready.
func TestFollowBoundsItsBatches(t *testing.T) {
	obs := newMemory()
	var message []Observation
	for i := range 1000 {
		message = append(message, reading("a", "level", 1, int64(i)))
	}
	data, _ := AppendObservations(nil, message)
	for range 40 {
		obs.Append(t.Context(), "", data)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	seen := 0
	for batch, err := range Follow(obs, newMemory()).Read(ctx, Position{}) {
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, e := range batch {
			n += len(e.Observations)
		}
		if n > atOnce+1000 {
			t.Errorf("a batch of %d observations", n)
		}
		if seen += n; seen == 40_000 {
			return
		}
	}
	t.Errorf("%d observations", seen)
}

var _ Reader = (*bus.Stream)(nil)
var _ EventStream = (*bus.Stream)(nil)
var _ Ends = (*bus.Stream)(nil)
var _ Appender = (*bus.Stream)(nil)
