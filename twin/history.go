package twin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"suhe/assets"
	"suhe/internal/bus"
)

// Keeper is what the history writer writes to; every History is one.
type Keeper interface {
	Saved(ctx context.Context) (obs uint64, err error)
	Save(ctx context.Context, batch []Kept, obs uint64) error
	SaveFixes(ctx context.Context, batch []KeptFix) error
	SaveFindings(ctx context.Context, batch []KeptFinding) error
}

// HistoryOptions are the settings of a HistoryWriter; zero means the default.
type HistoryOptions struct {
	Batch   int                   // reports that are saved at once at most, but for one message; default 8,192
	Every   time.Duration         // how long one waits to be saved at most; default 500 ms
	Now     func() time.Time      // default time.Now
	Metrics prometheus.Registerer // nil: none
	Log     *slog.Logger          // nil: silent
}

// HistoryWriter brings the observations of the log into history, in order, each
// at least once; Save keeps each once. It holds one batch and a few messages in
// memory, whatever happens. While the database is down it waits and reads no
// further: OBS keeps what it has not read, as long as OBS is bounded to.
type HistoryWriter struct {
	obs     Reader
	keeper  Keeper
	options HistoryOptions
	saved   prometheus.Counter
	lag     prometheus.Gauge
	at      prometheus.Gauge
	gaps    prometheus.Counter
	failed  prometheus.Counter
}

// The waits between two tries to save.
const (
	firstRetry = 100 * time.Millisecond
	lastRetry  = 10 * time.Second
)

// NewHistoryWriter makes a writer. It fails if its metrics are registered twice.
func NewHistoryWriter(obs Reader, keeper Keeper, o HistoryOptions) (*HistoryWriter, error) {
	if o.Batch <= 0 {
		o.Batch = 8192
	}
	if o.Every <= 0 {
		o.Every = 500 * time.Millisecond
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	h := &HistoryWriter{
		obs: obs, keeper: keeper, options: o,
		saved:  prometheus.NewCounter(prometheus.CounterOpts{Name: "suhe_history_observations_total", Help: "Observations, fixes and findings handed to history."}),
		lag:    prometheus.NewGauge(prometheus.GaugeOpts{Name: "suhe_history_lag_seconds", Help: "Age of the oldest report that is read and not in history; 0 if there is none."}),
		at:     prometheus.NewGauge(prometheus.GaugeOpts{Name: "suhe_history_position", Help: "OBS sequence up to which history is complete."}),
		gaps:   prometheus.NewCounter(prometheus.CounterOpts{Name: "suhe_history_gaps_total", Help: "Times that OBS no longer held what history lacks."}),
		failed: prometheus.NewCounter(prometheus.CounterOpts{Name: "suhe_history_failures_total", Help: "Tries to save that failed."}),
	}
	if err := registerAll(o.Metrics, h.saved, h.lag, h.at, h.gaps, h.failed); err != nil {
		return nil, fmt.Errorf("history writer: %w", err)
	}
	return h, nil
}

// Run writes from where history stands until ctx ends, then returns nil. What
// was read and not saved is read again the next time.
func (h *HistoryWriter) Run(ctx context.Context) error {
	var saved uint64
	err := h.insist(ctx, "read the position of history", func() (err error) {
		saved, err = h.keeper.Saved(ctx)
		return err
	})
	if err != nil {
		return nil // ctx ended
	}
	h.at.Set(float64(saved))
	ctx, cancel := context.WithCancel(ctx)
	in := make(chan delivery)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() { deliver(ctx, Follow(h.obs, silence{}), Position{Obs: saved}, in) })
	return h.follow(ctx, in, saved)
}

// follow gathers what is delivered, and saves when enough is there or when the
// first of it has waited long enough.
func (h *HistoryWriter) follow(ctx context.Context, in <-chan delivery, saved uint64) error {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	timer.Stop()
	p := pending{position: saved}
	for waits := false; ; {
		select {
		case <-ctx.Done():
			return nil
		case d := <-in:
			if d.err != nil {
				return fmt.Errorf("history writer: %w", d.err)
			}
			h.gather(&p, d.entries)
			close(d.done)
			if !waits {
				waits = true
				timer.Reset(h.options.Every)
			}
			if p.len() < h.options.Batch {
				continue
			}
		case <-timer.C:
		}
		waits = false
		timer.Stop()
		if err := h.save(ctx, &p); err != nil {
			return nil // ctx ended
		}
	}
}

// pending is what is read and not saved.
type pending struct {
	batch    []Kept
	fixes    []KeptFix
	findings []KeptFinding
	position uint64
	oldest   int64 // ReceivedTime, or 0
}

func (p *pending) len() int { return len(p.batch) + len(p.fixes) + len(p.findings) }

// since notes a report that was received at that time.
func (p *pending) since(received int64) {
	if p.oldest == 0 {
		p.oldest = received
	}
}

func (h *HistoryWriter) gather(p *pending, entries []Entry) {
	for i := range entries {
		e := &entries[i]
		if e.Gap {
			h.gaps.Inc()
			h.options.Log.Error("history has a hole: OBS no longer holds what follows", "pos", p.position)
			continue
		}
		p.position = max(p.position, e.Seq)
		for _, o := range e.Observations {
			if !plausible(&o) {
				continue
			}
			p.since(o.ReceivedTime)
			p.batch = append(p.batch, Kept{o, e.Seq})
		}
		for _, f := range e.Fixes {
			if f.plausible() {
				p.since(f.ReceivedTime)
				p.fixes = append(p.fixes, KeptFix{f, e.Seq})
			}
		}
		for _, f := range e.Findings {
			if f.plausible() {
				p.since(f.ReceivedTime)
				p.findings = append(p.findings, KeptFinding{f, e.Seq})
			}
		}
	}
}

// save tries until what is pending is saved, or ctx ends.
func (h *HistoryWriter) save(ctx context.Context, p *pending) error {
	if p.oldest > 0 {
		h.lag.Set(h.options.Now().Sub(time.UnixMilli(p.oldest)).Seconds())
	}
	// The position comes last: what a crash leaves behind it is saved again.
	if err := saveSome(ctx, h, p.fixes, h.keeper.SaveFixes, func(f KeptFix) blame { return blame{"fix", f.Asset, f.Seq} }); err != nil {
		return err
	}
	if err := saveSome(ctx, h, p.findings, h.keeper.SaveFindings, func(f KeptFinding) blame { return blame{"finding", f.Camera, f.Seq} }); err != nil {
		return err
	}
	if err := h.saveAll(ctx, p.batch, p.position); err != nil {
		return err
	}
	h.saved.Add(float64(p.len()))
	h.lag.Set(0)
	h.at.Set(float64(p.position))
	clear(p.batch) // their names keep whole messages alive
	clear(p.fixes)
	clear(p.findings)
	p.batch, p.fixes, p.findings, p.oldest = p.batch[:0], p.fixes[:0], p.findings[:0], 0
	return nil
}

// blame says which report the store does not take.
type blame struct {
	what  string
	asset assets.ID
	seq   uint64
}

// saveSome saves what brings no position with it. What the store calls invalid it
// would refuse for ever: the batch is halved until the one that is to blame is
// alone, and left out.
func saveSome[T any](ctx context.Context, h *HistoryWriter, batch []T, save func(context.Context, []T) error, which func(T) blame) error {
	if len(batch) == 0 {
		return nil
	}
	invalid, err := h.attempt(ctx, func() error { return save(ctx, batch) })
	switch {
	case err != nil || invalid == nil:
		return err
	case len(batch) == 1:
		h.failed.Inc()
		b := which(batch[0])
		h.options.Log.Error(b.what+" is left out of history", "asset", b.asset, "pos", b.seq, "error", invalid)
		return nil
	}
	half := len(batch) / 2
	if err := saveSome(ctx, h, batch[:half], save, which); err != nil {
		return err
	}
	return saveSome(ctx, h, batch[half:], save, which)
}

// saveAll saves the batch and the position that it completes, in one go if all of
// it is valid, else the position last.
func (h *HistoryWriter) saveAll(ctx context.Context, batch []Kept, position uint64) error {
	if len(batch) > 0 {
		invalid, err := h.attempt(ctx, func() error { return h.keeper.Save(ctx, batch, position) })
		if err != nil || invalid == nil {
			return err
		}
		before := batch[0].Seq - 1
		save := func(ctx context.Context, some []Kept) error { return h.keeper.Save(ctx, some, before) }
		if err := saveSome(ctx, h, batch, save, func(k Kept) blame { return blame{"observation", k.Asset, k.Seq} }); err != nil {
			return err
		}
	}
	return h.insist(ctx, "save history", func() error { return h.keeper.Save(ctx, nil, position) })
}

// attempt insists on a save. That the store calls something of it invalid is no
// error: trying again would not help.
func (h *HistoryWriter) attempt(ctx context.Context, save func() error) (invalid, err error) {
	err = h.insist(ctx, "save history", func() error {
		err := save()
		if errors.Is(err, assets.ErrInvalid) {
			invalid, err = err, nil
		}
		return err
	})
	return invalid, err
}

// insist does it until that works or ctx ends, and waits longer each time.
func (h *HistoryWriter) insist(ctx context.Context, what string, do func() error) error {
	for wait := firstRetry; ; wait = min(2*wait, lastRetry) {
		err := do()
		if err == nil {
			return nil // done, even if ctx has ended meanwhile
		}
		if ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		h.failed.Inc()
		h.options.Log.Error(what, "error", err, "again", wait)
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// silence is a stream on which nothing happens.
type silence struct{}

func (silence) Read(ctx context.Context, _ uint64) iter.Seq2[bus.Message, error] {
	return func(func(bus.Message, error) bool) { <-ctx.Done() }
}
