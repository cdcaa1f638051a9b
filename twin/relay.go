package twin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"suhe/assets"
	"suhe/internal/bus"
)

// EventStream is what the relay appends to; *bus.Stream is one.
type EventStream interface {
	AppendAfter(ctx context.Context, last uint64, subject string, data []byte) error
	Bounds(ctx context.Context) (first, last uint64, err error)
}

// RelayOptions are the settings of a Relay; zero means the default.
type RelayOptions struct {
	Prepare Prepare               // for each asset before it takes a number; default: as it is
	Tick    time.Duration         // how often it looks unasked; default 1 s
	Metrics prometheus.Registerer // nil: none
	Log     *slog.Logger          // nil: silent
}

// Relay brings what is committed into the log: it publishes the outbox to
// EVENTS, where the sequence of an event is its number. Several nodes may have
// one each; they number in turn.
type Relay struct {
	outbox   Outbox
	events   EventStream
	options  RelayOptions
	requests chan chan<- flushed
	sent     prometheus.Counter
	refused  prometheus.Counter

	// Of Run's goroutine.
	known   bool   // last is the stream's, as far as we know
	last    uint64 // sequence of EVENTS
	encoded encodedAsset
}

type flushed struct {
	events uint64
	err    error
}

// encodedAsset is the JSON of the asset that was prepared last.
type encodedAsset struct {
	asset *assets.Asset
	json  []byte
}

// NewRelay makes a relay. It fails if its metrics are registered twice.
func NewRelay(outbox Outbox, events EventStream, o RelayOptions) (*Relay, error) {
	if o.Tick <= 0 {
		o.Tick = time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	if o.Prepare == nil {
		o.Prepare = func(a *assets.Asset) (*assets.Asset, error) { return a, nil }
	}
	r := &Relay{
		outbox: outbox, events: events, options: o,
		requests: make(chan chan<- flushed),
		sent:     prometheus.NewCounter(prometheus.CounterOpts{Name: "suhe_relay_events_total", Help: "Events that this node put into the log."}),
		refused:  prometheus.NewCounter(prometheus.CounterOpts{Name: "suhe_relay_refused_total", Help: "Committed changes that are no good and were not published."}),
	}
	if err := registerAll(o.Metrics, r.sent, r.refused); err != nil {
		return nil, fmt.Errorf("relay: %w", err)
	}
	return r, nil
}

// Run publishes until ctx ends, then returns nil: when the outbox wakes it, when
// somebody asks by Flush, and at every tick. What fails at the outbox or the
// stream is logged and tried again at the next tick. It ends with ErrResync when
// EVENTS is behind the store: Recover, Load and start again.
func (r *Relay) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	wake := r.outbox.Wake(ctx)
	ticker := time.NewTicker(r.options.Tick)
	defer ticker.Stop()
	for {
		var waiting []chan<- flushed
		select {
		case <-ctx.Done():
			return nil
		case answer := <-r.requests:
			waiting = r.others(answer)
		case _, ok := <-wake:
			if !ok {
				wake = nil // the ticker is left
			}
		case <-ticker.C:
		}
		events, err := r.publish(ctx)
		for _, answer := range waiting {
			answer <- flushed{events, err}
		}
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, ErrResync):
			return fmt.Errorf("relay: %w", err)
		case err != nil && len(waiting) == 0:
			r.options.Log.Error("publish the outbox", "error", err)
		}
	}
}

// others takes with the first all who ask now: one round answers them all, as
// it begins after each of them committed.
func (r *Relay) others(first chan<- flushed) []chan<- flushed {
	waiting := []chan<- flushed{first}
	for {
		select {
		case answer := <-r.requests:
			waiting = append(waiting, answer)
		default:
			return waiting
		}
	}
}

// Flush returns when everything that was committed before the call is in
// EVENTS, at or before the sequence that it returns. Run must be running.
func (r *Relay) Flush(ctx context.Context) (events uint64, err error) {
	answer := make(chan flushed, 1)
	select {
	case r.requests <- answer:
	case <-ctx.Done():
		return 0, fmt.Errorf("flush: %w", ctx.Err())
	}
	select {
	case f := <-answer:
		return f.events, f.err
	case <-ctx.Done():
		return 0, fmt.Errorf("flush: %w", ctx.Err())
	}
}

// tries is how often publish begins again when other nodes were first.
const tries = 10

// publish puts all that is committed into EVENTS and returns the last sequence.
func (r *Relay) publish(ctx context.Context) (events uint64, err error) {
	for range tries {
		if err := r.learn(ctx); err != nil {
			return 0, err
		}
		last, err := r.outbox.Publish(ctx, r.last, r.prepare, func(e Event) error { return r.put(ctx, e) }, r.bad)
		if err == nil {
			r.last = max(r.last, last)
			return r.last, nil
		}
		r.known = false // the failed message may be stored all the same
		if !errors.Is(err, bus.ErrSequence) {
			return 0, fmt.Errorf("publish: %w", err)
		}
		if err := r.behind(ctx); err != nil {
			return 0, err
		}
	}
	return 0, fmt.Errorf("publish: %d times another node was first: %w", tries, bus.ErrSequence)
}

// learn reads where EVENTS stands, unless that is known.
func (r *Relay) learn(ctx context.Context) error {
	if r.known {
		return nil
	}
	_, last, err := r.events.Bounds(ctx)
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	r.known, r.last = true, last
	return nil
}

// behind tells apart that another node was first from an EVENTS that lost its end.
func (r *Relay) behind(ctx context.Context) error {
	published, err := r.outbox.Published(ctx)
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	if err := r.learn(ctx); err != nil {
		return err
	}
	if r.last < published {
		return fmt.Errorf("publish: EVENTS ends at %d, the store published %d: %w", r.last, published, ErrResync)
	}
	return nil
}

// prepare refuses also what could not travel.
func (r *Relay) prepare(a *assets.Asset) (*assets.Asset, error) {
	a, err := r.options.Prepare(a)
	if err != nil {
		return nil, err
	}
	if err := livable(a); err != nil {
		return nil, fmt.Errorf("%w: %w", assets.ErrInvalid, err)
	}
	data, err := a.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", assets.ErrInvalid, err)
	}
	if len(data) > maxEvent-eventFrame {
		return nil, fmt.Errorf("%w: %d bytes as JSON, want at most %d", assets.ErrInvalid, len(data), maxEvent-eventFrame)
	}
	r.encoded = encodedAsset{a, data}
	return a, nil
}

func (r *Relay) put(ctx context.Context, e Event) error {
	var data []byte
	if e.Asset != nil && e.Asset == r.encoded.asset {
		data = appendPut(nil, &e, r.encoded.json)
	} else {
		var err error
		if data, err = EncodeEvent(e); err != nil {
			return err
		}
	}
	if err := r.events.AppendAfter(ctx, e.Seq-1, "events."+e.Type, data); err != nil {
		return err
	}
	r.last = e.Seq
	r.sent.Inc()
	return nil
}

func (r *Relay) bad(fid assets.FID, err error) {
	r.refused.Inc()
	r.options.Log.Error("a change in the store is no good and is not published", "fid", fid, "error", err)
}
