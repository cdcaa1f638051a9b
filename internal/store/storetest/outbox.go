package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"suhe/assets"
	"suhe/twin"
)

// asIs prepares nothing.
func asIs(a *assets.Asset) (*assets.Asset, error) { return a, nil }

// published publishes what waits, none of it bad, and returns the events.
func published(t testing.TB, s twin.Outbox) []twin.Event {
	t.Helper()
	events, bad := publishing(t, s)
	if len(bad) > 0 {
		t.Fatalf("bad: %v", bad)
	}
	return events
}

func publishing(t testing.TB, s twin.Outbox) (events []twin.Event, bad map[assets.FID]error) {
	t.Helper()
	before, err := s.Published(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	bad = map[assets.FID]error{}
	last, err := s.Publish(t.Context(), 0, asIs, func(e twin.Event) error {
		events = append(events, e)
		return nil
	}, func(fid assets.FID, err error) { bad[fid] = err })
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range events {
		if e.Seq != before+uint64(i)+1 {
			t.Fatalf("event %d after %d has number %d", i, before, e.Seq)
		}
	}
	if after, err := s.Published(t.Context()); err != nil || after != last || last != before+uint64(len(events)) {
		t.Fatalf("published %d, told %d, counted %d: %v", after, last, before+uint64(len(events)), err)
	}
	return events, bad
}

func epochs(t *testing.T, h House) {
	before := uint64(time.Now().Unix()) - 1
	first, err := h.Open(t).Epoch(t.Context())
	if err != nil || first < before || first > before+600 {
		t.Fatalf("first epoch %d, want the time of birth, %d: %v", first, before, err)
	}
	for want := first; want < first+3; want++ {
		s := h.Open(t)
		if got, err := s.Epoch(t.Context()); err != nil || got != want {
			t.Fatalf("epoch %d, want %d: %v", got, want, err)
		}
		if got, err := s.NextEpoch(t.Context()); err != nil || got != want+1 {
			t.Fatalf("next epoch %d, want %d: %v", got, want+1, err)
		}
	}
}

func publish(t *testing.T, h House) {
	s := h.Open(t)
	if events := published(t, s); len(events) != 0 {
		t.Fatalf("a new store published %v", events)
	}
	before := time.Now().Add(-time.Second)
	a := put(t, s, sample("a", assets.Camera))[0]
	e := published(t, s)
	if len(e) != 1 || e[0].Type != twin.AssetPut || e[0].ID != "a" || e[0].FID != a.FID || e[0].Time.Before(before) || differs(e[0].Asset, a) != "" {
		t.Fatalf("published %+v", e)
	}
	put(t, s, sample("a", assets.Camera))
	if e := published(t, h.Open(t)); len(e) != 0 {
		t.Errorf("an edit that says the same, and what was published, came as %v", e)
	}
	remove(t, s, "a")
	e = published(t, s)
	if len(e) != 1 || e[0].Type != twin.AssetRemoved || e[0].ID != "a" || e[0].FID != a.FID || e[0].Asset != nil || e[0].Seq != 2 {
		t.Errorf("published %+v", e)
	}
}

// publishCoalesces lets an asset change several times, go and come back before
// anybody looks: a follower has the right picture, whatever the number of events.
func publishCoalesces(t *testing.T, h House) {
	s := h.Open(t)
	for i := range 3 {
		a := sample("a", assets.Bank)
		a.Name = fmt.Sprint(i)
		put(t, s, a)
	}
	remove(t, s, "a")
	put(t, s, sample("b", assets.Bank))
	back := put(t, s, sample("a", assets.Bank))[0]
	remove(t, s, "b")
	w := newWorld()
	if err := w.catchUp(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if len(w.things) != 1 || differs(w.things[back.FID], back) != "" {
		t.Errorf("follower has %v", w.things)
	}
}

func publishFrom(t *testing.T, h House) {
	s := h.Open(t)
	put(t, s, plain(1), plain(2))
	published(t, s)
	put(t, s, plain(3))
	collect := func(from uint64) (seqs []uint64) {
		last, err := s.Publish(t.Context(), from, asIs, func(e twin.Event) error {
			seqs = append(seqs, e.Seq)
			return nil
		}, func(assets.FID, error) {})
		if err != nil || len(seqs) != 1 || last != seqs[0] {
			t.Fatalf("from %d: numbers %v, last %d: %v", from, seqs, last, err)
		}
		return seqs
	}
	if got := collect(40); got[0] != 41 {
		t.Errorf("the log was at 40, the next number is %d", got[0])
	}
	put(t, s, plain(4))
	if got := collect(7); got[0] != 42 {
		t.Errorf("the store was at 41, the next number is %d", got[0])
	}
	if got, err := s.Published(t.Context()); err != nil || got != 42 {
		t.Errorf("published %d: %v", got, err)
	}
}

func publishPutFails(t *testing.T, h House) {
	s := h.Open(t)
	for i := range 10 {
		put(t, s, plain(i))
	}
	broken := errors.New("no log")
	var got []twin.Event
	last, err := s.Publish(t.Context(), 0, asIs, func(e twin.Event) error {
		if e.Seq == 4 {
			return broken
		}
		got = append(got, e)
		return nil
	}, func(assets.FID, error) {})
	if !errors.Is(err, broken) || last != 3 || len(got) != 3 {
		t.Fatalf("last %d after %d events: %v", last, len(got), err)
	}
	got = append(got, published(t, h.Open(t))...)
	if len(got) != 10 {
		t.Fatalf("%d events", len(got))
	}
	for i, e := range got {
		if e.Seq != uint64(i)+1 || e.ID != plain(i).ID {
			t.Errorf("event %d is %d of %s", i+1, e.Seq, e.ID)
		}
	}
}

// publishCancelled ends in the middle of publishing: what was put is remembered.
func publishCancelled(t *testing.T, h House) {
	s := h.Open(t)
	for i := range 5 {
		put(t, s, plain(i))
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err := s.Publish(ctx, 0, asIs, func(e twin.Event) error {
		if e.Seq == 3 {
			cancel()
			return ctx.Err()
		}
		return nil
	}, func(assets.FID, error) {})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("publish: %v", err)
	}
	if got, err := s.Published(t.Context()); err != nil || got != 2 {
		t.Errorf("published %d: %v", got, err)
	}
	if got := published(t, s); len(got) != 3 {
		t.Errorf("%d events are left", len(got))
	}
}

func publishPrepares(t *testing.T, h House) {
	s := h.Open(t)
	all := put(t, s, plain(1), plain(2), plain(3))
	dull := errors.New("dull")
	var names []string
	bad := map[assets.FID]error{}
	last, err := s.Publish(t.Context(), 0, func(a *assets.Asset) (*assets.Asset, error) {
		if a.FID == all[1].FID {
			return nil, dull
		}
		b := *a
		b.Name = "prepared"
		return &b, nil
	}, func(e twin.Event) error {
		names = append(names, fmt.Sprint(e.Seq, " ", e.Asset.Name))
		return nil
	}, func(fid assets.FID, err error) { bad[fid] = err })
	if err != nil || last != 2 || fmt.Sprint(names) != "[1 prepared 2 prepared]" {
		t.Errorf("published %v, last %d: %v", names, last, err)
	}
	if len(bad) != 1 || !errors.Is(bad[all[1].FID], dull) {
		t.Errorf("bad: %v", bad)
	}
	if events := published(t, s); len(events) != 0 {
		t.Errorf("refused, and seen again: %v", events)
	}
}

func publishManyBatches(t *testing.T, h House) {
	s := h.Open(t)
	const n = 1700
	all := make([]*assets.Asset, n)
	for i := range all {
		all[i] = plain(i)
	}
	put(t, s, all...)
	if events := published(t, s); len(events) != n {
		t.Errorf("%d events, want %d", len(events), n)
	}
}

// publishTogether lets two publish at once into a log that takes anything: only
// the store's lock keeps each number and each asset single.
func publishTogether(t *testing.T, h House) {
	stores := []Store{h.Open(t), h.Open(t)}
	const n = 1200
	all := make([]*assets.Asset, n)
	for i := range all {
		all[i] = plain(i)
	}
	put(t, stores[0], all...)
	var mu sync.Mutex
	seqs, names := map[uint64]int{}, map[assets.ID]int{}
	var both errgroup.Group
	for _, s := range stores {
		both.Go(func() error {
			_, err := s.Publish(t.Context(), 0, asIs, func(e twin.Event) error {
				mu.Lock()
				defer mu.Unlock()
				seqs[e.Seq]++
				names[e.ID]++
				return nil
			}, func(assets.FID, error) {})
			return err
		})
	}
	if err := both.Wait(); err != nil {
		t.Fatal(err)
	}
	if len(seqs) != n || len(names) != n {
		t.Errorf("%d numbers and %d assets, want %d", len(seqs), len(names), n)
	}
	for seq, times := range seqs {
		if times != 1 || seq > n {
			t.Errorf("number %d, %d times", seq, times)
		}
	}
}

// wake waits for as long as the test may run: a wake-up that never comes shows
// as a test that never ends.
func wake(t *testing.T, h House) {
	s := h.Open(t)
	put(t, s, plain(0))
	ctx, cancel := context.WithCancel(t.Context())
	woken := s.Wake(ctx)
	until := func(what string, n int) {
		for have := 0; have < n; have += len(published(t, s)) {
			if _, open := <-woken; !open {
				t.Fatalf("%s: no longer woken", what)
			}
		}
	}
	until("what was there", 1)
	put(t, s, plain(1))
	until("a commit", 1)
	if err := h.Hand(t).Set(plain(1).ID, "name", "by hand"); err != nil {
		t.Fatal(err)
	}
	until("an edit by hand", 1)
	put(t, h.Open(t), plain(2))
	until("a commit of another store", 1)
	cancel()
	for range woken {
	}
}
