package twin

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"

	"suhe/internal/bus"
)

// Stream is one of the two streams of the log.
type Stream uint8

// The streams.
const (
	Obs    Stream = iota // observations; bounded
	Events               // decisions; lossless
)

// Entry is one message of the log, or the news that some are gone.
type Entry struct {
	Stream       Stream
	Seq          uint64
	Observations []Observation // of Obs
	Fixes        []Fix         // of Obs
	Findings     []Finding     // of Obs
	Event        *Event        // of Events
	Err          error         // the message cannot be read
	Gap          bool          // the stream no longer reaches back to here; no other field but Stream is set
}

// Log is what happens, in order. Read yields what is there after the position,
// many entries at once when many are ready, then waits for more until ctx ends;
// then it just ends. It yields at most one error, as the last. The slice is
// good until the next one is asked for.
type Log interface {
	Read(ctx context.Context, after Position) iter.Seq2[[]Entry, error]
}

// Reader is a stream as the log reads it; *bus.Stream is one.
type Reader interface {
	Read(ctx context.Context, after uint64) iter.Seq2[bus.Message, error]
}

// readAhead is how many messages of each stream are decoded ahead of the world.
const readAhead = 64

// Follow merges the two streams. Each keeps its order; what is ready is yielded
// together, up to about 4,096 observations. Messages are decoded beside the
// reader, a few ahead.
func Follow(obs, events Reader) Log { return follower{obs, events} }

type follower struct{ obs, events Reader }

// heard is an entry, or the error with which a stream ended.
type heard struct {
	entry Entry
	err   error
}

func (f follower) Read(ctx context.Context, after Position) iter.Seq2[[]Entry, error] {
	return func(yield func([]Entry, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		var wg sync.WaitGroup
		defer wg.Wait()
		defer cancel()
		in := make(chan heard, readAhead)
		wg.Go(func() { listen(ctx, f.obs, Obs, after.Obs, in) })
		wg.Go(func() { listen(ctx, f.events, Events, after.Events, in) })
		var batch []Entry
		for {
			var err error
			if batch, err = gather(ctx, in, batch[:0]); len(batch) > 0 && !yield(batch, nil) {
				return
			}
			switch {
			case ctx.Err() != nil:
				return
			case err != nil:
				yield(nil, err)
				return
			}
		}
	}
}

// gather waits for one entry and takes with it what else is ready.
func gather(ctx context.Context, in <-chan heard, batch []Entry) ([]Entry, error) {
	clear(batch[:cap(batch)])
	var h heard
	select {
	case h = <-in:
	case <-ctx.Done():
		return batch, nil
	}
	for weight := 0; ; {
		if h.err != nil {
			return batch, h.err
		}
		batch = append(batch, h.entry)
		if weight += 1 + len(h.entry.Observations) + len(h.entry.Fixes) + len(h.entry.Findings); weight >= atOnce {
			return batch, nil
		}
		select {
		case h = <-in:
		default:
			return batch, nil
		}
	}
}

// listen decodes a stream until ctx ends; how the stream ends is heard last.
func listen(ctx context.Context, r Reader, of Stream, after uint64, out chan<- heard) {
	send := func(h heard) bool {
		select {
		case out <- h:
			return true
		case <-ctx.Done():
			return false
		}
	}
	for m, err := range r.Read(ctx, after) {
		switch {
		case errors.Is(err, bus.ErrGap):
			if !send(heard{entry: Entry{Stream: of, Gap: true}}) {
				return
			}
		case err != nil:
			send(heard{err: fmt.Errorf("read the log: %w", err)})
			return
		case !send(heard{entry: decode(of, m)}):
			return
		}
	}
	send(heard{err: fmt.Errorf("read the log: stream %d ended", of)})
}

func decode(of Stream, m bus.Message) Entry {
	e := Entry{Stream: of, Seq: m.Seq}
	if of == Obs {
		var r Reports
		r, e.Err = DecodeReports(m.Data)
		e.Observations, e.Fixes, e.Findings = r.Observations, r.Fixes, r.Findings
		return e
	}
	e.Event, e.Err = DecodeEvent(m.Data)
	if e.Err == nil && e.Event.Seq != m.Seq {
		e.Err = fmt.Errorf("event %d lies at %d of its stream", e.Event.Seq, m.Seq)
	}
	return e
}
