package twin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/paulmach/orb"
	"github.com/prometheus/client_golang/prometheus"

	"suhe/assets"
)

// The endings of Run and Wait that callers tell apart.
var (
	// ErrResync says that the log no longer holds what the world needs: Load it
	// again and Run on.
	ErrResync = errors.New("the log has a hole: load the world again")
	// ErrEpoch says that a position belongs to another epoch of the log.
	ErrEpoch = errors.New("position is of another epoch")
)

// Options are the settings of a World; zero means the default.
type Options struct {
	Now        func() time.Time                         // default time.Now
	Steady     func() time.Duration                     // passes as time does, whoever sets the clock; nil: jumps of the clock are not looked for
	Tick       time.Duration                            // how often deadlines are looked at; default 1 s
	Phenomenon func(code string) (Rule, bool)           // default: every value is valid, nothing gets stuck
	Motion     func(class string) (assets.Motion, bool) // of a class of movers; default: anything goes
	Locate     func(orb.Point) assets.Location          // where a mover is in the district; default: nowhere
	Prepare    Prepare                                  // for the assets that Load reads, many at once; default: as they are
	Metrics    prometheus.Registerer                    // nil: none
	Log        *slog.Logger                             // nil: silent
}

// World is the living world. Its methods may be called at once from many
// goroutines, except that Load and Run are one caller's, one after the other.
// What it hands out is shared and must not be changed.
type World struct {
	options Options
	metrics metrics
	writer  writer
	ticks   <-chan time.Time // instead of a ticker, in tests

	mu    sync.RWMutex
	stock *stock
	at    Position // what stock shows
	shown uint64   // number of the last batch in stock

	telling sync.Mutex
	told    Position      // what the sinks know
	moved   chan struct{} // closed when told moves; nil if nobody waits
}

// New makes an empty world. It fails if its metrics are registered twice.
func New(o Options) (*World, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Tick <= 0 {
		o.Tick = time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	m, err := newMetrics(o.Metrics)
	if err != nil {
		return nil, fmt.Errorf("twin: %w", err)
	}
	w := &World{options: o, metrics: m, stock: newStock()}
	w.writer.init()
	return w, nil
}

// Position is how far the log is applied. What is asked of the world after it
// is at least as new.
func (w *World) Position() Position {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.at
}

// Shown is the number of the last batch that the world shows.
func (w *World) Shown() uint64 {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.shown
}

// Wait returns when p is applied and every sink knows: after it a reader sees
// what was written at p, in memory as well as in tiles and streams. A zero part
// of p is not waited for. It returns ErrEpoch if p names another epoch than the
// world's, and the context's error if that ends first.
func (w *World) Wait(ctx context.Context, p Position) error {
	for {
		moved, err := w.reached(p)
		if err != nil || moved == nil {
			return err
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return fmt.Errorf("wait for obs %d, events %d: %w", p.Obs, p.Events, ctx.Err())
		}
	}
}

// reached returns nil if p is told, else what closes at the next move.
func (w *World) reached(p Position) (<-chan struct{}, error) {
	w.telling.Lock()
	defer w.telling.Unlock()
	if p.Epoch != 0 && p.Epoch != w.told.Epoch {
		return nil, fmt.Errorf("wait: epoch %d, now %d: %w", p.Epoch, w.told.Epoch, ErrEpoch)
	}
	if w.told.Obs >= p.Obs && w.told.Events >= p.Events {
		return nil, nil
	}
	if w.moved == nil {
		w.moved = make(chan struct{})
	}
	return w.moved, nil
}

// tell tells the sinks of the batch and wakes who waits for it.
func (w *World) tell(b Batch, sinks []Sink) {
	for _, s := range sinks {
		s.Took(b)
	}
	w.telling.Lock()
	defer w.telling.Unlock()
	w.told = b.At
	if w.moved != nil {
		close(w.moved)
		w.moved = nil
	}
}

// Mover says whether there is a mover of that id.
func (w *World) Mover(id assets.ID) bool {
	t := w.ByID(id)
	return t != nil && t.Asset.Kind == assets.Mover
}

// Camera tells where the camera of that id is; false if there is none.
func (w *World) Camera(id assets.ID) (orb.Point, bool) {
	t := w.ByID(id)
	if t == nil || t.Asset.Kind != assets.Camera {
		return orb.Point{}, false
	}
	return t.Anchor, true
}

// Sensor tells what the sensor of that id measures; false if there is none.
func (w *World) Sensor(id assets.ID) (*assets.SensorSpec, bool) {
	t := w.ByID(id)
	if t == nil || t.Asset.Sensor == nil {
		return nil, false
	}
	return t.Asset.Sensor, true
}
