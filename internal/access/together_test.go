package access

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"suhe/assets"
	"suhe/internal/bus"
	"suhe/internal/natstest"
)

// nodes are the tables of two nodes that share a NATS.
func nodes(t *testing.T) (a, b *bus.Table) {
	t.Helper()
	address := natstest.Start(t)
	open := func() *bus.Table {
		node, err := bus.Open(t.Context(), bus.Options{URL: address})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = node.Close() }) // nothing waits
		table, err := node.Table(t.Context(), bus.TableOptions{Name: "ONCE", MaxAge: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		return table
	}
	return open(), open()
}

func TestATicketOfOneNodeIsGoodOnceAtAnother(t *testing.T) {
	one, other := nodes(t)
	a, b := Tickets{Shared: one}, Tickets{Shared: other}
	now := time.Now()
	who := Principal{ID: "key:7", Name: "told by nobody", For: "li", Session: "s-1", Areas: []string{"310107005"}}
	text, ends, err := a.Issue(t.Context(), who, now)
	if err != nil || !ends.After(now) {
		t.Fatalf("Issue = %v, %v", ends, err)
	}
	if _, err := b.Redeem(t.Context(), text+"x", now); !errors.Is(err, ErrUnauthenticated) {
		t.Errorf("another text: %v", err)
	}
	got, err := b.Redeem(t.Context(), text, ends)
	if err != nil || got.ID != who.ID || got.For != who.For || got.Session != who.Session || got.Scope.May(View) {
		t.Errorf("Redeem = %+v, %v", got, err)
	}
	for _, node := range []*Tickets{&a, &b} {
		if _, err := node.Redeem(t.Context(), text, now); !errors.Is(err, ErrUnauthenticated) {
			t.Errorf("again: %v", err)
		}
	}
	text, ends, _ = b.Issue(t.Context(), who, now)
	if _, err := a.Redeem(t.Context(), text, ends.Add(1)); !errors.Is(err, ErrUnauthenticated) {
		t.Errorf("too late: %v", err)
	}
}

// Of all who come at once with one ticket, to two nodes, one gets in.
func TestOneOfManyGetsInByATicket(t *testing.T) {
	one, other := nodes(t)
	a, b := Tickets{Shared: one}, Tickets{Shared: other}
	for range 20 {
		text, _, err := a.Issue(t.Context(), Principal{ID: "li"}, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		var in atomic.Int32
		var all sync.WaitGroup
		for _, node := range []*Tickets{&a, &b, &a, &b} {
			all.Go(func() {
				switch _, err := node.Redeem(t.Context(), text, time.Now()); {
				case err == nil:
					in.Add(1)
				case !errors.Is(err, ErrUnauthenticated):
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := in.Load(); n != 1 {
			t.Fatalf("%d got in", n)
		}
	}
}

func TestAWebhookIsTakenOnceByTwoNodes(t *testing.T) {
	one, other := nodes(t)
	dir := filepath.Join(t.TempDir(), "hooks")
	a, b := OpenHooks(dir, one), OpenHooks(dir, other)
	secret, err := a.Add("ai")
	if err != nil {
		t.Fatal(err)
	}
	take := func(h *Hooks, text string, now time.Time, do func() error) error {
		return h.Take(t.Context(), "ai", Sign(secret, noon, []byte(text)), []byte(text), now, do)
	}
	good := func() error { return nil }

	if err := take(a, "first", noon, good); err != nil {
		t.Fatal(err)
	}
	for _, h := range []*Hooks{b, a, OpenHooks(dir, other)} { // the last is a node that was started anew
		if err := take(h, "first", noon, nil); !errors.Is(err, assets.ErrConflict) {
			t.Errorf("again: %v", err)
		}
	}

	away := errors.New("the log is away")
	if err := take(a, "fails", noon, func() error { return away }); !errors.Is(err, away) {
		t.Errorf("%v, want what failed", err)
	}
	if err := take(b, "fails", noon, good); err != nil {
		t.Errorf("what failed at one node is refused at the other: %v", err)
	}

	if err := take(a, "at once", noon, func() error {
		if err := take(b, "at once", noon, nil); !errors.Is(err, assets.ErrBusy) {
			t.Errorf("while the other is at it: %v", err)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}

// A node that was killed in the middle holds up nobody for long.
func TestAClaimOfAKilledNodeEnds(t *testing.T) {
	one, other := nodes(t)
	done := func(s Shared, now time.Time) error {
		return once(t.Context(), s, "key", now, func() error { return nil })
	}
	if _, err := claim(t.Context(), one, "key", noon); err != nil {
		t.Fatal(err)
	}
	if err := done(other, noon.Add(claimLife-time.Second)); !errors.Is(err, assets.ErrBusy) {
		t.Errorf("while it may live: %v", err)
	}
	if err := done(other, noon.Add(claimLife)); err != nil {
		t.Errorf("when it cannot: %v", err)
	}
	if err := done(one, noon.Add(time.Hour)); !errors.Is(err, errDone) {
		t.Errorf("done: %v", err)
	}
}

// What cannot be known is not done.
func TestNothingIsTakenWithoutTheOthers(t *testing.T) {
	gone, stop := context.WithCancel(t.Context())
	stop()
	one, _ := nodes(t)
	if err := once(gone, one, "key", noon, func() error { t.Error("done"); return nil }); !errors.Is(err, assets.ErrBusy) {
		t.Error(err)
	}
	tickets := Tickets{Shared: one}
	if _, _, err := tickets.Issue(gone, Principal{}, noon); !errors.Is(err, assets.ErrBusy) {
		t.Error(err)
	}
	if _, err := tickets.Redeem(gone, "x", noon); !errors.Is(err, assets.ErrBusy) {
		t.Error(err)
	}
}
