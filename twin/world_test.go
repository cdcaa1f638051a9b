package twin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/prometheus/client_golang/prometheus"

	"suhe/assets"
	"suhe/internal/access"
)

var here = orb.Point{121.42, 31.24}

// TestResults has one case for each result of an observation.
func TestResults(t *testing.T) {
	for _, c := range []struct {
		result string
		o      Observation
		value  float64 // of level afterwards
	}{
		{ResultApplied, reading("g", "level", 2.5, t0+1), 2.5},
		{ResultInvalid, reading("g", "level", 99, t0+1), 99},
		{ResultLate, Observation{"g", "level", 2.5, t0 - 1, t0 + 1}, 2},
		{ResultRepeat, Observation{"g", "level", 2.5, t0, t0 + 1}, 2},
		{ResultFuture, Observation{"g", "level", 2.5, t0 + tooFar + 2, t0 + 1}, 2},
		{ResultFuture, Observation{"g", "level", 2.5, -1, t0}, 2},
		{ResultUnknownDevice, reading("nobody", "level", 2.5, t0+1), 2},
		{ResultUnknownDevice, reading("lamp", "level", 2.5, t0+1), 2},
		{ResultUnknownPhenomenon, reading("g", "ph", 7, t0+1), 2},
	} {
		t.Run(c.result, func(t *testing.T) {
			r := newRig(t, newShelf(gauge(1, "g", here), lamp(2, "lamp", here)))
			r.report(reading("g", "level", 2, t0))
			before := valueOf(t, r.metrics.results[c.result])
			seq := r.report(c.o)
			if got := valueOf(t, r.metrics.results[c.result]) - before; got != 1 {
				t.Errorf("%s counted %v times, want 1", c.result, got)
			}
			if p := r.Position(); p.Obs != seq {
				t.Errorf("position %+v, want obs %d", p, seq)
			}
			if got := r.ByID("g").Last[0].Value; got != c.value {
				t.Errorf("level is %v, want %v", got, c.value)
			}
		})
	}
}

func TestLastIsInOrderOfPhenomenon(t *testing.T) {
	r := newRig(t, newShelf(gauge(1, "g", here)))
	r.report(reading("g", "rain", 1, t0), reading("g", "level", 2, t0))
	r.report(reading("g", "rain", 3, t0+1))
	last := r.ByID("g").Last
	if len(last) != 2 || last[0].Phenomenon != "level" || last[1].Phenomenon != "rain" || last[1].Value != 3 {
		t.Errorf("last %+v", last)
	}
}

func TestMalformedMessageIsSkipped(t *testing.T) {
	r := newRig(t, newShelf(gauge(1, "g", here)))
	r.obs.Append(t.Context(), "obs.x", []byte(`{"not":"an array"}`))
	r.report(reading("g", "level", 2, t0))
	if n := valueOf(t, r.metrics.results[ResultMalformed]); n != 1 {
		t.Errorf("malformed counted %v times", n)
	}
	if r.ByID("g").Last[0].Value != 2 {
		t.Error("the message behind was not applied")
	}
}

func TestRegistryEvents(t *testing.T) {
	r := newRig(t, newShelf())
	a := lamp(7, "lamp", here)
	r.put(a)
	if got := r.ByFID(7); got == nil || got.Asset.ID != "lamp" || got.Anchor != [2]float64(here) || got.Changed.Events != 1 {
		t.Fatalf("after put: %+v", got)
	}
	moved := lamp(7, "lamp", orb.Point{121.5, 31.3})
	moved.Revision.N = 2
	r.put(moved)
	if n := len(r.Within(nil, assets.Fixture, here.Bound())); n != 0 {
		t.Errorf("%d things where it was", n)
	}
	if n := len(r.Within(nil, assets.Fixture, orb.Point{121.5, 31.3}.Bound())); n != 1 {
		t.Errorf("%d things where it is", n)
	}
	older := lamp(7, "lamp", here)
	r.put(older)
	if r.ByFID(7).Asset.Revision.N != 2 {
		t.Error("an older revision replaced a newer one")
	}
	renamed := lamp(7, "light", here)
	renamed.Revision.N = 3
	r.put(renamed)
	if r.ByID("lamp") != nil || r.ByID("light") == nil {
		t.Error("the old name is still known, or the new one is not")
	}
	bridge := lamp(7, "light", here)
	bridge.Revision.N, bridge.Kind, bridge.Class = 4, assets.Bridge, "bridge.road"
	r.put(bridge)
	if len(r.Within(nil, assets.Fixture, here.Bound())) != 0 || len(r.Within(nil, assets.Bridge, here.Bound())) != 1 {
		t.Error("a change of kind left it in the old layer")
	}
	r.remove(bridge)
	if r.ByFID(7) != nil || r.ByID("light") != nil || len(r.Within(nil, assets.Bridge, here.Bound())) != 0 {
		t.Error("still there after its removal")
	}
	for _, c := range r.Counts(access.Open().SeesFacet) {
		if c.Total != 0 || len(c.Classes) != 0 || len(c.States) != 0 {
			t.Errorf("counts of an empty world: %+v", c)
		}
	}
}

// An edit of the registry keeps what was heard, but for what the sensor no longer measures.
func TestEditKeepsObservations(t *testing.T) {
	r := newRig(t, newShelf(gauge(1, "g", here)))
	seq := r.report(reading("g", "level", 2, t0), reading("g", "rain", 1, t0))
	a := gauge(1, "g", orb.Point{121.43, 31.25})
	a.Revision.N = 2
	a.Sensor.Measures = a.Sensor.Measures[1:]
	r.put(a)
	got := r.ByID("g")
	if len(got.Last) != 1 || got.Last[0].Phenomenon != "level" || got.State.Communication != Online {
		t.Errorf("after the edit: %+v", got)
	}
	if got.Changed.Obs != seq || got.Changed.Events != 1 {
		t.Errorf("changed %+v, want obs %d, events 1", got.Changed, seq)
	}
}

func TestTimePasses(t *testing.T) {
	sink := &witness{}
	r := newRig(t, newShelf(gauge(1, "g", here)), sink)
	seq := r.report(reading("g", "level", 2, t0))
	r.pass(3*minute - 1)
	if got := r.ByID("g").Summary(); got != "normal" {
		t.Fatalf("before three intervals: %s", got)
	}
	r.pass(1)
	got := r.ByID("g")
	if got.Summary() != "offline" || got.State.Data != Stale {
		t.Fatalf("after three intervals: %+v", got.State)
	}
	if got.Changed.Obs != seq+1 {
		t.Errorf("changed at %d, want %d: behind the log", got.Changed.Obs, seq+1)
	}
	batches := sink.seen()
	last := batches[len(batches)-1]
	if len(last.Changes) != 1 || last.Changes[0].Was.Summary() != "normal" || last.Changes[0].Is != got || last.At.Obs != seq {
		t.Errorf("the sink was told %+v", last)
	}
	r.report(reading("g", "level", 2, t0+3*minute))
	if got := r.ByID("g").Summary(); got != "normal" {
		t.Errorf("after another report: %s", got)
	}
	r.pass(3 * minute)
	if got := r.ByID("g").Summary(); got != "offline" {
		t.Errorf("silent again: %s", got)
	}
}

// The ticker of a real world ticks.
func TestTickerRuns(t *testing.T) {
	s := newShelf(gauge(1, "g", here))
	s.Save(t.Context(), []Kept{{reading("g", "level", 2, time.Now().UnixMilli()), 1}}, 1)
	s.assets[1].Sensor.ReportInterval = 10 * time.Millisecond
	told := make(chan string, 100)
	w, err := New(Options{Tick: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Load(t.Context(), Source{Assets: s, History: s}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		obs := newMemory()
		obs.Append(ctx, "", nil)
		done <- w.Run(ctx, Follow(obs, newMemory()), sinkFunc(func(b Batch) {
			for _, c := range b.Changes {
				told <- c.Is.Summary()
			}
		}))
	}()
	for word := range told {
		if word == "offline" {
			break
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Run: %v", err)
	}
}

type sinkFunc func(Batch)

func (f sinkFunc) Took(b Batch) { f(b) }

// Sinks see every batch once, in order, in the order of the sinks, and after
// memory shows it; Wait ends after them.
func TestSinksInOrder(t *testing.T) {
	r := newRig(t, newShelf(gauge(1, "g", here)))
	r.stop()
	var order []string
	tell := func(name string) Sink {
		return sinkFunc(func(b Batch) {
			order = append(order, fmt.Sprintf("%s%d", name, b.At.Obs))
			if r.Position() != b.At {
				t.Errorf("told of %+v while the world shows %+v", b.At, r.Position())
			}
		})
	}
	r.sinks = []Sink{tell("a"), tell("b")}
	r.run()
	for i := range int64(3) {
		seq := r.report(reading("g", "level", float64(i), t0+i))
		if want := []string{fmt.Sprintf("a%d", seq), fmt.Sprintf("b%d", seq)}; !slices.Equal(order[len(order)-2:], want) {
			t.Errorf("after Wait the sinks were told %v, want %v last", order, want)
		}
	}
	r.stop()
	if want := []string{"a0", "b0", "a1", "b1", "a2", "b2", "a3", "b3"}; !slices.Equal(order, want) {
		t.Errorf("told %v, want %v", order, want)
	}
}

func TestWait(t *testing.T) {
	r := newRig(t, newShelf(gauge(1, "g", here)))
	if err := r.Wait(t.Context(), Position{}); err != nil {
		t.Errorf("nothing to wait for: %v", err)
	}
	if err := r.Wait(t.Context(), Position{Epoch: 2}); !errors.Is(err, ErrEpoch) {
		t.Errorf("another epoch: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Wait(ctx, Position{Events: 1}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	waited := make(chan error, 1)
	go func() { waited <- r.Wait(context.Background(), Position{Epoch: 1, Events: 2}) }()
	r.put(lamp(2, "a", here))
	select {
	case err := <-waited:
		t.Fatalf("back before the second event: %v", err)
	default:
	}
	r.put(lamp(3, "b", here))
	if err := <-waited; err != nil {
		t.Errorf("after the second event: %v", err)
	}
}

func TestSensor(t *testing.T) {
	r := newRig(t, newShelf(gauge(1, "g", here), lamp(2, "lamp", here)))
	if s, ok := r.Sensor("g"); !ok || len(s.Measures) != 2 {
		t.Errorf("of a sensor: %v, %v", s, ok)
	}
	for _, id := range []assets.ID{"lamp", "nobody"} {
		if _, ok := r.Sensor(id); ok {
			t.Errorf("%s is no sensor", id)
		}
	}
}

func TestNearest(t *testing.T) {
	r := newRig(t, newShelf(lamp(1, "near", orb.Point{121.4201, 31.24}), lamp(2, "far", orb.Point{121.43, 31.24}), gauge(3, "g", here)))
	got := r.Nearest(nil, assets.Fixture, here, 5, 500)
	if len(got) != 1 || got[0].Thing.Asset.ID != "near" || got[0].Distance < 9 || got[0].Distance > 10 {
		t.Errorf("within 500 m: %+v", got)
	}
	if got := r.Nearest(nil, "ghost", here, 5, 500); got != nil {
		t.Errorf("of no kind: %v", got)
	}
}

func TestEach(t *testing.T) {
	var as []*assets.Asset
	for i := range 1000 {
		as = append(as, lamp(assets.FID(3*i+1), named("lamp", i), here))
	}
	r := newRig(t, newShelf(append(as, gauge(2, "g", here))...))
	var got []*assets.Asset
	r.Each(assets.Fixture, func(t *Thing) bool {
		if len(got) == 0 {
			r.remove(as[999]) // no lock is held, and it comes no more
		}
		got = append(got, t.Asset)
		return true
	})
	if !slices.Equal(got, as[:999]) {
		t.Errorf("%d things, want %d in order of FID", len(got), 999)
	}
	n := 0
	r.Each(assets.Fixture, func(*Thing) bool { n++; return n < 3 })
	if n != 3 {
		t.Errorf("went on for %d after the third said stop", n)
	}
}

func TestCountsAreOfEveryKind(t *testing.T) {
	var as []*assets.Asset
	for i, k := range assets.Kinds() {
		a := lamp(assets.FID(i+1), named("a", i), here)
		a.Kind, a.Class = k, assets.Generic(k)
		as = append(as, a)
	}
	r := newRig(t, newShelf(as...))
	counts := r.Counts(access.Open().SeesFacet)
	for i, k := range assets.Kinds() {
		c := counts[i]
		state := "normal"
		if k == assets.Camera || k == assets.Sensor || k == assets.Mover || !k.Registered() {
			state = "unknown"
		}
		if c.Kind != k || c.Total != 1 || c.Classes[assets.Generic(k)] != 1 || c.States[state] != 1 {
			t.Errorf("count %+v, want one %s of %s", c, state, k)
		}
	}
}

func TestMetricsOfTwoRooms(t *testing.T) {
	reg := prometheus.NewRegistry()
	door, err := Results(reg)
	if err != nil {
		t.Fatal(err)
	}
	w, err := New(Options{Metrics: reg})
	if err != nil {
		t.Fatal(err)
	}
	w.metrics.results[ResultLate].Inc()
	if n := valueOf(t, door.WithLabelValues(ResultLate)); n != 1 {
		t.Errorf("the door counts %v, want the world's 1", n)
	}
	if _, err := New(Options{Metrics: reg}); err == nil {
		t.Error("a second world in one registry was not refused")
	}
}
