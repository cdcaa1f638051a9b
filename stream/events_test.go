package stream

import (
	"context"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"suhe/internal/access"
	"suhe/twin"
)

// A hub that ticks while a session sends must not let it tell a position before the
// events up to it: who loses the line then would never get them.
func TestAPositionIsToldAfterItsEvents(t *testing.T) {
	l := simLog{at: twin.Position{Epoch: 1}, now: time.UnixMilli(1_795_400_000_000), first: 1}
	n := startNode(&l, usualBounds())
	s := newSession(n.hub, access.Principal{Scope: access.Open()}, asJSON, "s")
	n.hub.join(s)
	s.handle(asJSON.message(), []byte(`{"type":"subscribe","id":"v","layers":["sensors"],"bbox":[121,31,122,32]}`))
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 5000 {
			l.event(1, twin.AssetPut, l.assetOf(1, orb.Point{121.4, 31.2}, ""))
			n.apply(1)
			n.hear(2)
			n.hub.tick(time.UnixMilli(0))
		}
	}()
	seen := uint64(0)
	for ended := false; !ended; {
		select {
		case <-done:
			ended = true
		default:
		}
		for out, ok := s.next(); ok; out, ok = s.next() {
			if out.last != nil {
				t.Fatalf("the session ended: %+v", out.last)
			}
			f, err := hear(asJSON, out.data)
			if err != nil {
				t.Fatal(err)
			}
			if f.Type == "event" {
				seen = f.Event.Seq
			}
			if f.Type == "delta" && f.At.Events > seen {
				t.Fatalf("position %+v came before event %d", f.At, seen+1)
			}
		}
	}
	if seen != 5000 {
		t.Errorf("the last event is %d", seen)
	}
}

// countedPast counts how often the log is read.
type countedPast struct {
	*node
	reads int
}

func (c *countedPast) Events(ctx context.Context, after uint64, most int) ([]twin.Event, error) {
	c.reads++
	return c.node.Events(ctx, after, most)
}

// Who resumes from far back gets every event, in order, and the log is read by the
// hundred and not for each.
func TestEventsOfLongAgoAreReadInOneGo(t *testing.T) {
	l := simLog{at: twin.Position{Epoch: 1}, now: time.UnixMilli(1_795_400_000_000), first: 1}
	const many = 3000
	for range many {
		l.event(1, twin.AssetPut, l.assetOf(1, orb.Point{121.4, 31.2}, ""))
	}
	small := usualBounds()
	small.events = 16
	n := startNode(&l, small)
	past := &countedPast{node: n}
	n.hub.o.Past = past
	s := newSession(n.hub, access.Principal{Scope: access.Open()}, asJSON, "s")
	n.hub.join(s)
	s.handle(asJSON.message(), []byte(`{"type":"subscribe","id":"v","layers":["sensors"],"bbox":[121,31,122,32],"position":{"epoch":1,"obs":0,"events":5},"held":[]}`))
	want := uint64(6)
	for out, ok := s.next(); ok; out, ok = s.next() {
		f, err := hear(asJSON, out.data)
		if err != nil || out.last != nil {
			t.Fatal(err, string(out.data))
		}
		if f.Type == "event" {
			if f.Event.Seq != want {
				t.Fatalf("event %d, want %d", f.Event.Seq, want)
			}
			want++
		}
	}
	if want != many+1 || past.reads > 2+2*many/pastAtOnce {
		t.Errorf("%d events, the log was read %d times", want-1, past.reads)
	}
}
