package alarm

import (
	"context"
	"io"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/paulmach/orb"
	"github.com/prometheus/client_golang/prometheus"

	"suhe/assets"
	"suhe/twin"
)

// World is the living world, as far as an Engine asks it.
type World interface {
	Shown() uint64
	Each(kind assets.Kind, yield func(*twin.Thing) bool)
}

// EngineOptions are the settings of an Engine; zero means the default, where there is one.
type EngineOptions struct {
	World   World
	Locate  func(orb.Point) assets.Location             // where a point is in the district
	Seeds   func(context.Context) ([]*Condition, error) // what held before: see Holding
	Now     func() time.Time                            // default time.Now
	Tick    time.Duration                               // how often time passes for the judge; default 1 s
	Metrics prometheus.Registerer                       // nil: none
	Log     *slog.Logger                                // nil: silent
}

// The bounds of what waits. Of observations that wait to be judged all are dropped
// beyond it, and the world is looked at as it is; of turns that nobody takes likewise,
// and who takes them is told. Both are counted.
const (
	maxBehind = 500_000
	maxTurns  = 200_000
)

// Engine judges every batch of the twin on a goroutine of its own. All methods may be
// called at once.
type Engine struct {
	options EngineOptions
	metrics engineMetrics
	wake    chan struct{} // something waits
	news    chan struct{} // there are turns

	mu      sync.Mutex
	book    *Book
	queue   []twin.Batch
	waiting int  // observations in queue
	behind  bool // the queue was dropped

	judged  twin.Position
	moved   chan struct{} // closed when judged moves
	ready   bool          // held is what the world makes of it
	held    map[Key]*Condition
	ended   []Turn // of the last half minute: who begins to watch may not know of them
	watched bool   // turns are kept
	turns   []Turn
	lost    bool // turns were dropped
}

// NewEngine makes an engine without rules. It fails if its metrics are registered twice.
func NewEngine(o EngineOptions) (*Engine, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Tick <= 0 {
		o.Tick = time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	e := &Engine{
		options: o, wake: make(chan struct{}, 1), news: make(chan struct{}, 1), moved: make(chan struct{}),
		book: NewBook(nil, nil), held: map[Key]*Condition{},
	}
	var err error
	e.metrics, err = newEngineMetrics(o.Metrics)
	return e, err
}

// Listens implements twin.Listener.
func (*Engine) Listens() {}

// Took implements twin.Sink. It queues the batch and returns.
func (e *Engine) Took(b twin.Batch) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.waiting += len(b.Heard); e.waiting > maxBehind {
		e.metrics.dropped.Add(float64(e.waiting))
		e.queue, e.waiting, e.behind = nil, 0, true
	}
	e.queue = append(e.queue, b)
	signal(e.wake)
}

// Judge lets the engine judge by the book from now on.
func (e *Engine) Judge(b *Book) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.book = b
	signal(e.wake)
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Wait returns when all observations up to p, and all events, are judged, or with the
// context's error.
func (e *Engine) Wait(ctx context.Context, p twin.Position) error {
	for {
		e.mu.Lock()
		moved, at := e.moved, e.judged
		e.mu.Unlock()
		if at.Obs >= p.Obs && at.Events >= p.Events {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Watch returns what holds now, in order of Since, and what ended in the last half minute;
// from now on Turns tells what changes. It is false while the engine does not know yet.
// One at a time watches.
func (e *Engine) Watch() (held []*Condition, ended []Turn, ready bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.ready {
		return nil, nil, false
	}
	e.watched, e.turns, e.lost = true, nil, false
	return slices.SortedFunc(maps.Values(e.held), compare), slices.Clone(e.ended), true
}

// The bounds of what is remembered of what ended. Alarms linger for as long.
const (
	remembered = 30 * time.Second
	maxEnded   = 10_000
)

// remember keeps a turn that ends something, and forgets what is long over.
func (e *Engine) remember(t Turn, now int64) {
	t.At = max(t.At, t.Condition.Since)
	e.ended = append(e.ended, t)
	i := 0
	for i < len(e.ended) && (len(e.ended)-i > maxEnded || now-e.ended[i].At > remembered.Milliseconds()) {
		i++
	}
	e.ended = slices.Delete(e.ended, 0, i)
}

// Turns are those since the last call, in order; lost says that some are not among
// them, so that Watch must be asked again.
func (e *Engine) Turns() (turns []Turn, lost bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	turns, lost = e.turns, e.lost
	e.turns = nil
	return turns, lost
}

// Unwatch ends what Watch began.
func (e *Engine) Unwatch() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.watched, e.turns = false, nil
}

// News is told when there may be turns.
func (e *Engine) News() <-chan struct{} { return e.news }

// Held are the conditions of a rule that hold, in order of Since.
func (e *Engine) Held(rule string) []*Condition {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []*Condition
	for k, c := range e.held {
		if k.Rule == rule {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, compare)
	return out
}
