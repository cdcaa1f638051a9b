package twin

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Sort is a sort of history; each is kept for a time of its own.
type Sort string

// The sorts of history.
const (
	Readings Sort = "observations"
	Tracks   Sort = "fixes"
	Found    Sort = "findings"
	Revised  Sort = "revisions" // what assets were before edits
)

// Sorts returns all sorts of history.
func Sorts() []Sort { return []Sort{Readings, Tracks, Found, Revised} }

// Personal says whether it tells of people: what is removed of it is recorded.
func (s Sort) Personal() bool { return s != Readings }

// Forgets is what a Forgetter needs of the store; every History is one.
type Forgets interface {
	Forget(ctx context.Context, of Sort, before time.Time, most int) (removed int, err error)
}

// ForgetOptions are the settings of a Forgetter; zero means the default.
type ForgetOptions struct {
	Keep    map[Sort]time.Duration // how long each is kept; 0 or missing: for ever
	Every   time.Duration          // between two sweeps; default 1 h
	Batch   int                    // rows of one transaction; default 2,000
	Now     func() time.Time       // default time.Now
	Metrics prometheus.Registerer  // nil: none
	Log     *slog.Logger           // nil: silent
	// Gone is told once for each sort of a sweep that removed something, also of a
	// sweep that was cut short; ctx may have ended. Nil: nobody is told.
	Gone func(ctx context.Context, of Sort, before time.Time, rows int)
}

// Forgetter removes what of history is older than it is to be kept. One runs at a time
// for a store; two would do no harm.
type Forgetter struct {
	store   Forgets
	options ForgetOptions
	removed *prometheus.CounterVec
	failed  prometheus.Counter
}

// NewForgetter makes a forgetter. It fails if its metrics are registered twice.
func NewForgetter(store Forgets, o ForgetOptions) (*Forgetter, error) {
	if o.Every <= 0 {
		o.Every = time.Hour
	}
	if o.Batch <= 0 {
		o.Batch = 2000
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	f := &Forgetter{
		store: store, options: o,
		removed: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "suhe_history_removed_total", Help: "Rows of history that were older than they are to be kept, by sort."}, []string{"sort"}),
		failed:  prometheus.NewCounter(prometheus.CounterOpts{Name: "suhe_history_remove_failures_total", Help: "Times that old rows of history could not be removed."}),
	}
	for _, s := range Sorts() {
		f.removed.WithLabelValues(string(s))
	}
	if err := registerAll(o.Metrics, f.removed, f.failed); err != nil {
		return nil, fmt.Errorf("forgetter: %w", err)
	}
	return f, nil
}

// Run sweeps at once and then now and again, until ctx ends; then it returns nil. What
// fails is tried again with the next sweep.
func (f *Forgetter) Run(ctx context.Context) error {
	tick := time.NewTicker(f.options.Every)
	defer tick.Stop()
	for {
		for _, s := range Sorts() {
			f.sweep(ctx, s)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// sweep removes all that is too old of a sort. It lets others at the store for as long
// as it was at it itself.
func (f *Forgetter) sweep(ctx context.Context, of Sort) {
	keep := f.options.Keep[of]
	if keep <= 0 {
		return
	}
	before, rows := f.options.Now().Add(-keep), 0
	for ctx.Err() == nil {
		began := time.Now()
		n, err := f.store.Forget(ctx, of, before, f.options.Batch)
		rows += n
		f.removed.WithLabelValues(string(of)).Add(float64(n))
		if err != nil && ctx.Err() == nil {
			f.failed.Inc()
			f.options.Log.Warn("old rows of history stay", "sort", of, "error", err)
		}
		if err != nil || n == 0 {
			break
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Since(began)):
		}
	}
	if rows > 0 {
		f.options.Log.Info("removed old rows of history", "sort", of, "rows", rows, "before", before)
		if f.options.Gone != nil {
			f.options.Gone(ctx, of, before, rows)
		}
	}
}
