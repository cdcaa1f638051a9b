package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"golang.org/x/sync/errgroup"

	"suhe/assets"
	"suhe/twin"
)

// world is a follower: what is there by the events so far.
type world struct {
	at     uint64
	things map[assets.FID]*assets.Asset
}

func newWorld() *world { return &world{things: map[assets.FID]*assets.Asset{}} }

// apply takes the next event; one that is not the next is an error.
func (w *world) apply(e twin.Event) error {
	if e.Seq != w.at+1 {
		return fmt.Errorf("event %d after %d", e.Seq, w.at)
	}
	w.at = e.Seq
	if e.Type == twin.AssetRemoved {
		delete(w.things, e.FID)
	} else {
		w.things[e.FID] = e.Asset
	}
	return nil
}

// catchUp applies what waits to be published.
func (w *world) catchUp(ctx context.Context, s twin.Outbox) error {
	_, err := s.Publish(ctx, w.at, asIs, w.apply, func(assets.FID, error) {})
	return err
}

// eventLog is EVENTS: it takes only the next number.
type eventLog struct {
	mu     sync.Mutex
	events []twin.Event
}

func (l *eventLog) append(e twin.Event) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e.Seq != uint64(len(l.events))+1 {
		return errOvertaken
	}
	l.events = append(l.events, e)
	return nil
}

func (l *eventLog) last() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return uint64(len(l.events))
}

var errOvertaken = errors.New("the log is elsewhere")

// followFromTheMiddle changes, removes, adds and publishes while a load is
// under way: what it does not yield comes as an event after its position.
func followFromTheMiddle(t *testing.T, h House) {
	s, other := h.Open(t), h.Open(t)
	put(t, s, plain(1), plain(2), plain(3))
	log := &eventLog{}
	publishTo := func() {
		if _, err := other.Publish(t.Context(), log.last(), asIs, log.append, func(assets.FID, error) {}); err != nil {
			t.Fatal(err)
		}
	}
	publishTo()
	w := newWorld()
	at, err := s.Load(t.Context(), func(a *assets.Asset) error {
		if len(w.things) == 0 {
			changed := plain(3)
			changed.Name = "changed"
			put(t, other, changed, plain(4))
			remove(t, other, plain(2).ID)
			publishTo()
		}
		w.things[a.FID] = a
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w.at = at
	for _, e := range log.events[at:] {
		if err := w.apply(e); err != nil {
			t.Fatal(err)
		}
	}
	all, _ := loaded(t, s)
	w.compare(t, fmt.Sprintf("a follower from %d of %d", at, log.last()), all)
}

// follow lets several write, several publish and several start to follow at the
// same time: in the end every follower has what the store has.
func follow(t *testing.T, h House) {
	const writers, followers = 4, 6
	log := &eventLog{}
	stores := []Store{h.Open(t), h.Open(t)}
	done := make(chan struct{})
	var relays, work errgroup.Group
	for _, s := range stores {
		relays.Go(func() error { return relay(t.Context(), s, log, done) })
	}
	for i := range writers {
		work.Go(func() error { return scribble(t.Context(), stores[i%2], rand.New(rand.NewPCG(1, uint64(i)))) })
	}
	worlds := make([]*world, followers)
	for i := range worlds {
		work.Go(func() (err error) {
			worlds[i], err = start(t.Context(), stores[i%2], log, uint64(i*15))
			return err
		})
	}
	if err := work.Wait(); err != nil {
		t.Fatal(err)
	}
	close(done)
	if err := relays.Wait(); err != nil {
		t.Fatal(err)
	}
	all, at := loaded(t, stores[0])
	if at != log.last() {
		t.Errorf("the store is at %d, the log at %d", at, log.last())
	}
	for i, w := range worlds {
		began := w.at
		for _, e := range log.events[w.at:] {
			if err := w.apply(e); err != nil {
				t.Fatal(err)
			}
		}
		w.compare(t, fmt.Sprintf("follower %d, who began at %d of %d,", i, began, at), all)
	}
}

func (w *world) compare(t *testing.T, who string, all []*assets.Asset) {
	t.Helper()
	if len(w.things) != len(all) {
		t.Errorf("%s has %d assets, the store %d", who, len(w.things), len(all))
	}
	for _, a := range all {
		if d := differs(w.things[a.FID], a); d != "" {
			t.Errorf("%s has %s: %s", who, a.ID, d)
		}
	}
}

// start loads once the log has come so far (or as it is, at the end).
func start(ctx context.Context, s Store, log *eventLog, after uint64) (*world, error) {
	for log.last() < after {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if _, err := s.Published(ctx); err != nil {
			return nil, err
		}
	}
	w := newWorld()
	at, err := s.Load(ctx, func(a *assets.Asset) error {
		w.things[a.FID] = a
		return nil
	})
	w.at = at
	return w, err
}

// relay publishes until done, then once more. That another relay was faster is no error.
func relay(ctx context.Context, s Store, log *eventLog, done <-chan struct{}) error {
	for last := false; ; {
		select {
		case <-done:
			last = true
		default:
		}
		_, err := s.Publish(ctx, log.last(), asIs, log.append, func(assets.FID, error) {})
		if err != nil && !errors.Is(err, errOvertaken) {
			return err
		}
		if last && err == nil {
			return nil
		}
	}
}

// scribble makes many small commits on few assets.
func scribble(ctx context.Context, s Store, r *rand.Rand) error {
	for n := range 60 {
		edits := make([]assets.Edit, 1+r.IntN(3))
		for i := range edits {
			id := assets.ID(fmt.Sprintf("s%d", r.IntN(12)))
			edits[i] = assets.Edit{Remove: id, WasRev: assets.AnyRev}
			if r.IntN(4) > 0 {
				a := sample(id, assets.Fixture)
				a.Name = fmt.Sprint(n, " ", r.IntN(1000))
				edits[i] = assets.Edit{Asset: a, WasRev: assets.AnyRev}
			}
		}
		_, _, err := commit(ctx, s, edits...)
		if err != nil && !errors.Is(err, assets.ErrNotFound) && !errors.Is(err, assets.ErrConflict) {
			return err
		}
	}
	return nil
}
