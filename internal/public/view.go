package public

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/bus"
	"suhe/twin"
)

// Stream is a stream of the log; *bus.Stream is one.
type Stream interface {
	twin.Reader
	Bounds(ctx context.Context) (first, last uint64, err error)
	Next(ctx context.Context, from uint64, filter string) (bus.Message, error)
}

// Options are the settings of a View. All but the last two must be set.
type Options struct {
	Delay       time.Duration // how late the public is told
	Grid        geo.Metres    // how coarsely things lie
	Classes     *assets.Classes
	Registry    twin.Registry
	Epoch       func(ctx context.Context) (uint64, error) // of the log
	Obs, Events Stream
	Now         func() time.Time // default time.Now
	Log         *slog.Logger     // default slog.Default
}

// View is the public's world, and what keeps it late. All methods may be called at
// once, Run by one.
type View struct {
	options Options
	rules   rules
	world   *twin.World

	asking, loading sync.Once
	asked           chan struct{} // closed when somebody wants the view
	loaded          chan struct{} // closed when there is one
}

// New makes a view that has not begun.
func New(o Options) (*View, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	o.Log = o.Log.With("view", "public")
	world, err := twin.New(twin.Options{Now: o.Now, Log: o.Log})
	if err != nil {
		return nil, fmt.Errorf("public view: %w", err)
	}
	return &View{options: o, rules: rules{o.Grid, o.Classes}, world: world, asked: make(chan struct{}), loaded: make(chan struct{})}, nil
}

// World is the world of the view; it is empty until Ready.
func (v *View) World() *twin.World { return v.world }

// Delay is how late the view is.
func (v *View) Delay() time.Duration { return v.options.Delay }

// History is what the view shows of these series.
func (v *View) History(s Series) History { return History{s, v} }

// patience bounds how long somebody waits for the view to begin.
const patience = 10 * time.Second

// Ready returns when the view is there, and lets it begin. assets.ErrBusy: it takes
// a while.
func (v *View) Ready(ctx context.Context) error {
	select {
	case <-v.loaded:
		return nil
	default:
	}
	v.asking.Do(func() { close(v.asked) })
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case <-v.loaded:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%w: the public view begins", assets.ErrBusy)
	}
}

// Run waits until somebody wants the view, then follows the log late until ctx ends,
// and tells the sinks. Whatever fails is tried again: the public view harms nobody
// else's.
func (v *View) Run(ctx context.Context, sinks ...twin.Sink) {
	select {
	case <-v.asked:
	case <-ctx.Done():
		return
	}
	for {
		err := v.follow(ctx, sinks)
		if ctx.Err() != nil {
			return
		}
		v.options.Log.Warn("loading the world again", "err", err)
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return
		}
	}
}

// follow loads the world and lets it run.
func (v *View) follow(ctx context.Context, sinks []twin.Sink) error {
	if err := v.begin(ctx); err != nil {
		return err
	}
	v.loading.Do(func() { close(v.loaded) })
	return v.world.Run(ctx, log{twin.Follow(late{v.options.Obs, v}, late{v.options.Events, v}), v.rules}, sinks...)
}

// The log is read from a while before the delay: devices that reported then have a
// value at once, and an event may be stored a little later than it happened.
const (
	lookBack   = 5 * time.Minute
	lookBackAt = 100_000 // messages at most
)

// begin loads the world as it was known the delay ago.
func (v *View) begin(ctx context.Context) (err error) {
	var at twin.Position
	if at.Epoch, err = v.options.Epoch(ctx); err != nil {
		return fmt.Errorf("public view: %w", err)
	}
	from := v.horizon().Add(-lookBack)
	if at.Obs, err = before(ctx, v.options.Obs, from); err != nil {
		return fmt.Errorf("public view: OBS: %w", err)
	}
	if at.Events, err = before(ctx, v.options.Events, from); err != nil {
		return fmt.Errorf("public view: EVENTS: %w", err)
	}
	return v.world.Load(ctx, twin.Source{Assets: registry{v.options.Registry, v, at}, History: past{at.Obs}, Log: at})
}

// before is the sequence of the last message that was stored before the time, or
// lookBackAt before the end.
func before(ctx context.Context, s Stream, t time.Time) (uint64, error) {
	first, last, err := s.Bounds(ctx)
	if err != nil {
		return 0, err
	}
	low, high := first-1, last // the answer is in [low, high]
	if last > lookBackAt {
		low = max(low, last-lookBackAt)
	}
	for low < high {
		middle := low + (high-low+1)/2
		m, err := s.Next(ctx, middle, ">")
		if errors.Is(err, bus.ErrNone) || err == nil && !m.Time.Before(t) {
			high = middle - 1
			continue
		}
		if err != nil {
			return 0, err
		}
		low = middle
	}
	return low, nil
}

// horizon is the time up to which the public is told.
func (v *View) horizon() time.Time { return v.options.Now().Add(-v.options.Delay) }

// due waits until the public may know what was stored at the time; false: ctx ended.
func (v *View) due(ctx context.Context, stored time.Time) bool {
	for {
		wait := stored.Sub(v.horizon())
		if wait <= 0 {
			return true
		}
		// Clocks are set: who waits long asks again.
		select {
		case <-time.After(min(wait, time.Second)):
		case <-ctx.Done():
			return false
		}
	}
}
