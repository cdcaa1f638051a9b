package alarm

import (
	"context"
	"errors"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"suhe/internal/docket"
	"suhe/twin"
)

// alive runs the hall's engine and keeper as a node does, until the test ends.
func alive(t *testing.T, h *hall) {
	ctx, cancel := context.WithCancel(context.Background())
	var group errgroup.Group
	group.Go(func() error { return h.engine.Run(ctx) })
	group.Go(func() error { return h.keeper.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		if err := group.Wait(); err != nil {
			t.Error(err)
		}
	})
}

// until waits for what another goroutine brings about.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for !is() {
		if time.Now().After(deadline) {
			t.Fatalf("not within a minute: %s", what)
		}
		time.Sleep(time.Millisecond)
	}
}

// batch is a batch of one observation of the hall's gauge 1.
func batch(h *hall, value float64) twin.Batch {
	was := h.things[1]
	is := *was
	now := h.clock.Now().UnixMilli()
	shown := h.shown.Add(1)
	o := twin.Observation{Asset: is.Asset.ID, Phenomenon: "water_level", Value: value, PhenomenonTime: now + int64(shown), ReceivedTime: now}
	is.Last = []twin.Observation{o}
	return twin.Batch{
		At: twin.Position{Obs: shown}, Shown: shown, Changes: []twin.Change{{Was: was, Is: &is}},
		Heard: []twin.Heard{{Observation: o, FID: 1, Valid: true}},
	}
}

func TestEngineAndKeeperRunBesideTheWorld(t *testing.T) {
	h := newHall(t, []*Rule{rule(t, "high", flood)}, gauge(1, "g"))
	h.engine.Took(twin.Batch{Shown: 0}) // as the world does when it begins
	alive(t, h)
	stored := func() (all []docket.Case) {
		h.clock.Pass(time.Millisecond)
		h.store.mu.Lock()
		defer h.store.mu.Unlock()
		return h.store.all()
	}
	// Between two batches that are in order one is not: no observation is missed.
	for _, v := range []float64{2, 4, 2} {
		h.engine.Took(batch(h, v))
	}
	if err := h.engine.Wait(t.Context(), twin.Position{Obs: h.shown.Load()}); err != nil {
		t.Fatal(err)
	}
	until(t, "the alarm is written", func() bool { return len(stored()) == 1 })

	// Somebody acts while the keeper runs.
	id := stored()[0].Marker.ID
	for _, o := range []Order{{Verb: Acknowledge}, {Verb: Confirm}} {
		if err := h.does(id, o); err != nil {
			t.Fatal(err)
		}
	}
	h.engine.Took(batch(h, 5))
	until(t, "it holds again", func() bool {
		is, err := read(stored()[0])
		return err == nil && is.Active() == 1 && is.Confirmed != nil
	})
	if n := len(h.engine.Held("high")); n != 1 {
		t.Errorf("%d conditions of the rule", n)
	}
	h.engine.Judge(NewBook(nil, nil))
	until(t, "the rule's end ends it", func() bool {
		is, err := read(stored()[0])
		return err == nil && is.Active() == 0
	})
}

func TestEngineThatIsFarBehindLooksAtTheWorldAsItIs(t *testing.T) {
	h := newHall(t, []*Rule{rule(t, "high", flood)}, gauge(1, "g"))
	far := batch(h, 4)
	far.Heard = make([]twin.Heard, maxBehind+1)
	h.engine.Took(far)
	last := batch(h, 4)
	h.things[1] = last.Changes[0].Is
	h.run.step()
	held, _, _ := h.engine.Watch()
	if len(held) != 1 {
		t.Fatalf("held %v", held)
	}
}

func TestEngineAsksUntilItKnowsWhatHeldBefore(t *testing.T) {
	h := newHall(t, nil, gauge(1, "g"))
	asked := 0
	h.engine.options.Seeds = func(context.Context) ([]*Condition, error) {
		if asked++; asked < 2 {
			return nil, errors.New("away")
		}
		return nil, nil
	}
	h.engine.Took(batch(h, 2))
	alive(t, h)
	if err := h.engine.Wait(t.Context(), twin.Position{Obs: h.shown.Load()}); err != nil || asked != 2 {
		t.Fatal(asked, err)
	}
}
