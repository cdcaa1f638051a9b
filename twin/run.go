package twin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Run applies the log from where the world stands until ctx ends, then returns
// nil; time passes for the world only here. It is the only writer. Every batch
// is told to the sinks, in their order, on Run's goroutine. An error that wraps
// ErrResync asks for Load and another Run; any other is the log's end.
func (w *World) Run(ctx context.Context, log Log, sinks ...Sink) error {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	in := make(chan delivery)
	after := w.Position()
	wg.Go(func() { deliver(ctx, log, after, in) })

	w.writer.listens = slices.ContainsFunc(sinks, func(s Sink) bool { _, listens := s.(Listener); return listens })
	w.catchUp(sinks)
	ticks := w.ticks
	if ticks == nil {
		ticker := time.NewTicker(w.options.Tick)
		defer ticker.Stop()
		ticks = ticker.C
	}
	for {
		var err error
		select {
		case <-ctx.Done():
			return nil
		case <-ticks:
			now := w.options.Now().UnixMilli()
			w.watchClock(now)
			err = w.expire(now, sinks)
		case d := <-in:
			err = d.err
			if err == nil {
				err = w.apply(d.entries, sinks)
				close(d.done)
			}
		}
		if err != nil {
			return fmt.Errorf("world at obs %d, events %d: %w", w.at.Obs, w.at.Events, err)
		}
	}
}

// catchUp tells the sinks what a reload changed, and where the world stands.
func (w *World) catchUp(sinks []Sink) {
	b := Batch{At: w.at, Shown: w.shown}
	if w.writer.pending != nil {
		b, w.writer.pending = *w.writer.pending, nil
	}
	w.tell(b, sinks)
}

// delivery is one step of the log. The entries are good until done is closed.
type delivery struct {
	entries []Entry
	done    chan struct{}
	err     error
}

// deliver hands over the log one batch at a time until ctx ends. A batch waits
// in the reader while the world is busy with the one before.
func deliver(ctx context.Context, log Log, after Position, out chan<- delivery) {
	send := func(d delivery) bool {
		select {
		case out <- d:
			return true
		case <-ctx.Done():
			return false
		}
	}
	for entries, err := range log.Read(ctx, after) {
		d := delivery{entries: entries, done: make(chan struct{}), err: err}
		if !send(d) || err != nil {
			return
		}
		select {
		case <-d.done:
		case <-ctx.Done():
			return
		}
	}
	send(delivery{err: errors.New("the log ended")})
}
