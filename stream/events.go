package stream

import (
	"context"
	"fmt"
	"time"

	"suhe/twin"
)

const (
	eventsKept = 4096             // how many events a session may be behind
	pastAtOnce = 128              // events read of the past in one go, kept for one session
	pastMost   = 100_000          // how far back a client may begin
	pastWait   = 10 * time.Second // for them
	pastReads  = 8                // at the same time
)

// Past is the log behind what the hub remembers.
type Past interface {
	// Events returns the events after a sequence, oldest first, at most n: all that
	// follow each other without a gap. It is an error if the first is no longer there.
	Events(ctx context.Context, after uint64, n int) ([]twin.Event, error)
}

// ring holds the last events, shared by all sessions: none has a queue of its
// own. Its owner's lock guards it.
type ring struct {
	kept   int    // events at least, if so many came
	last   uint64 // everything up to this sequence has come
	events []twin.Event
}

// add appends the events, oldest first, the last of which is the event last;
// it says whether there were any.
func (r *ring) add(events []twin.Event, last uint64) bool {
	for _, e := range events {
		if n := len(r.events); n > 0 && e.Seq != r.events[n-1].Seq+1 {
			r.events = nil // a world that was loaded anew left some out
		}
		r.events = append(r.events, e)
	}
	r.last = last
	if n := len(r.events); n > 0 && r.events[n-1].Seq != last {
		r.events = nil
	}
	if extra := len(r.events) - 2*r.kept; extra > 0 {
		r.events = append([]twin.Event(nil), r.events[len(r.events)-r.kept:]...)
	}
	return len(events) > 0
}

// after returns the events after a sequence, at most n; lost says that some of
// them are no longer here.
func (r *ring) after(seq uint64, n int) (out []twin.Event, lost bool) {
	if seq >= r.last {
		return nil, false
	}
	if len(r.events) == 0 || r.events[0].Seq > seq+1 {
		return nil, true
	}
	i := int(seq + 1 - r.events[0].Seq) // sequences have no gaps
	return r.events[i:min(i+n, len(r.events))], false
}

// recall fills the ring with the last events before the hub began, so that those
// who resume after a restart find them.
func (h *Hub) recall(ctx context.Context, last uint64) {
	if h.o.Past == nil || last == 0 {
		return
	}
	events, err := h.readPast(ctx, last-min(last, uint64(h.bounds.events)), h.bounds.events)
	if err != nil || len(events) == 0 || events[len(events)-1].Seq < last {
		h.o.Log.Info("events of before the start are read when asked for", "pos", last, "err", err)
		return
	}
	h.state.Lock()
	defer h.state.Unlock()
	if len(h.events.events) == 0 {
		h.events.events = events[:len(events)-int(events[len(events)-1].Seq-last)]
	}
}

// readPast reads the log, for some at a time.
func (h *Hub) readPast(ctx context.Context, after uint64, n int) ([]twin.Event, error) {
	ctx, cancel := context.WithTimeout(ctx, pastWait)
	defer cancel()
	select {
	case h.pastReads <- struct{}{}:
		defer func() { <-h.pastReads }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return h.o.Past.Events(ctx, after, n)
}

// reach says whether the events after a sequence can be had.
func (h *Hub) reach(seq uint64) error {
	h.state.Lock()
	_, lost := h.events.after(seq, 1)
	last := h.events.last
	h.state.Unlock()
	if !lost {
		return nil
	}
	if h.o.Past == nil || last-seq > pastMost {
		return fmt.Errorf("events after %d are no longer here", seq)
	}
	if _, err := h.readPast(context.Background(), seq, 1); err != nil {
		return fmt.Errorf("events after %d: %w", seq, err)
	}
	return nil
}

// eventsAfter returns the events after a sequence, none that the hub has not come to.
// Only one that began with the past may go on with it; another that is so far behind
// is too slow.
func (h *Hub) eventsAfter(seq uint64, past bool) ([]twin.Event, error) {
	h.state.Lock()
	events, lost := h.events.after(seq, 1)
	last := h.events.last
	h.state.Unlock()
	switch {
	case !lost:
		return events, nil
	case !past || h.o.Past == nil:
		return nil, fmt.Errorf("more than %d events behind", h.bounds.events)
	}
	// The log may be ahead of the hub: that is told when the hub has come to it.
	return h.readPast(context.Background(), seq, min(pastAtOnce, int(last-seq)))
}
