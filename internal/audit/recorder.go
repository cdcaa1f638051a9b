package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/netip"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"suhe/assets"
	"suhe/internal/door"
)

// The bounds of a Recorder.
const (
	usualQueue  = 8192
	usualWait   = time.Second
	batch       = 256
	retryAfter  = 100 * time.Millisecond
	retryMost   = 5 * time.Second
	stopTimeout = 5 * time.Second
	late        = 2 * time.Second // an entry that was written so long after is told so
)

// RecorderOptions are a Recorder's settings; zero means the default.
type RecorderOptions struct {
	Store   Appender              // must be set
	Queue   int                   // entries that wait to be written, at most; default 8192
	Wait    time.Duration         // for room in the queue; default 1 s
	Now     func() time.Time      // default time.Now
	Log     *slog.Logger          // default slog.Default
	Metrics prometheus.Registerer // nil: none
}

// Appender is what a Recorder needs of a Store.
type Appender interface {
	AppendAudit(ctx context.Context, entries ...Entry) error
}

// Recorder writes entries that are bound to no change of the store, some at a time
// and a little later. What it has taken is written, unless the process is killed
// in that moment; what it cannot take is refused, so that its caller does not do
// what nobody would know of. All methods may be called at once.
type Recorder struct {
	o        RecorderOptions
	queue    chan waiting
	views    repeats
	refusals repeats

	written  prometheus.Counter
	failures prometheus.Counter
	turned   prometheus.Counter
}

type waiting struct {
	Entry
	since time.Time
}

// NewRecorder makes a recorder; Run writes.
func NewRecorder(o RecorderOptions) *Recorder {
	if o.Queue <= 0 {
		o.Queue = usualQueue
	}
	if o.Wait <= 0 {
		o.Wait = usualWait
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	r := &Recorder{
		o: o, queue: make(chan waiting, o.Queue),
		views:    repeats{window: 5 * time.Minute, each: 1, kinds: 20_000, kindOf: sameView},
		refusals: repeats{window: time.Minute, each: 10, all: 120, kinds: 200, kindOf: sameNetwork},
		written:  prometheus.NewCounter(prometheus.CounterOpts{Name: "suhe_audit_entries_total", Help: "Audit entries that the recorder wrote."}),
		failures: prometheus.NewCounter(prometheus.CounterOpts{Name: "suhe_audit_failures_total", Help: "Times that the audit record could not be written to."}),
		turned:   prometheus.NewCounter(prometheus.CounterOpts{Name: "suhe_audit_refused_total", Help: "Requests refused because they could not be recorded."}),
	}
	if o.Metrics != nil {
		o.Metrics.MustRegister(r.written, r.failures, r.turned, prometheus.NewGaugeFunc(
			prometheus.GaugeOpts{Name: "suhe_audit_waiting", Help: "Audit entries that wait to be written."},
			func() float64 { return float64(len(r.queue)) }))
	}
	return r
}

// sameView is whoever sees one thing for one purpose.
func sameView(e Entry) kind {
	return kind{who: e.Who, session: e.Session, address: e.Address, what: e.What, purpose: e.Purpose, incident: e.Incident, action: e.Action, outcome: e.Outcome}
}

// sameNetwork is whoever comes from one address, or from one network of IPv6.
func sameNetwork(e Entry) kind {
	k := kind{address: e.Address, action: e.Action, outcome: e.Outcome}
	if a, err := netip.ParseAddr(e.Address); err == nil && a.Is6() {
		k.address = door.Network(a).String()
	}
	return k
}

// Record takes entries to be written. assets.ErrBusy: so many wait already that
// what they tell of must not be done.
func (r *Recorder) Record(ctx context.Context, entries ...Entry) error {
	for _, e := range entries {
		if err := r.put(ctx, e.bounded()); err != nil {
			return err
		}
	}
	return nil
}

// Viewed is Record for what is done many times over, like looking at a camera:
// the repeats of some minutes become one entry.
func (r *Recorder) Viewed(ctx context.Context, e Entry) error {
	e = e.bounded()
	now := r.o.Now()
	if !r.views.tell(e, now) {
		return nil
	}
	err := r.put(ctx, e)
	if err != nil {
		r.views.forget(e, now) // it was not done: the next one is the first
	}
	return err
}

// Refuse records that somebody was refused. It never waits: when there are too many,
// of one address or of all, they are counted.
func (r *Recorder) Refuse(e Entry) {
	e = e.bounded() // before it is kept: anybody may have sent it
	now := r.o.Now()
	if !r.refusals.tell(e, now) {
		return
	}
	select {
	case r.queue <- waiting{e, now}:
	default:
		r.refusals.missed(e, now)
	}
}

// put takes an entry that is bounded.
func (r *Recorder) put(ctx context.Context, e Entry) error {
	w := waiting{e, r.o.Now()}
	select {
	case r.queue <- w:
		return nil
	default:
	}
	full := time.NewTimer(r.o.Wait)
	defer full.Stop()
	select {
	case r.queue <- w:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-full.C:
		r.turned.Inc()
		return fmt.Errorf("%w: what was asked for cannot be recorded now, so it is not done", assets.ErrBusy)
	}
}

// Run writes until ctx ends, and then what is left: whoever calls the other methods
// has stopped by then. What cannot be written even then is told to the log.
func (r *Recorder) Run(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	var left []waiting
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case w := <-r.queue:
			left = r.write(ctx, r.gather(w))
		case <-tick.C:
			left = r.write(ctx, r.repeated(false))
		}
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	left = append(left, r.repeated(true)...)
	for more := true; more; {
		select {
		case w := <-r.queue:
			left = append(left, w)
		default:
			more = false
		}
	}
	if left = r.write(last, left); len(left) > 0 {
		r.o.Log.Error("audit entries are lost", "count", len(left))
	}
	return nil
}

// repeated are the entries that tell of repeats, of windows that are over or of all.
func (r *Recorder) repeated(all bool) (out []waiting) {
	now := r.o.Now()
	for _, e := range append(r.views.over(now, all), r.refusals.over(now, all)...) {
		out = append(out, waiting{e, now})
	}
	return out
}

// gather takes what waits behind the first one.
func (r *Recorder) gather(first waiting) []waiting {
	out := []waiting{first}
	for len(out) < batch {
		select {
		case w := <-r.queue:
			out = append(out, w)
		default:
			return out
		}
	}
	return out
}

// write writes the entries, however often that fails, until ctx ends; it returns
// those that are not written.
func (r *Recorder) write(ctx context.Context, all []waiting) (left []waiting) {
	for pause := retryAfter; len(all) > 0; pause = min(2*pause, retryMost) {
		entries := make([]Entry, len(all))
		for i, w := range all {
			entries[i] = w.told(r.o.Now())
		}
		err := r.o.Store.AppendAudit(context.WithoutCancel(ctx), entries...)
		if err == nil {
			r.written.Add(float64(len(all)))
			return nil
		}
		r.failures.Inc()
		r.o.Log.Warn("the audit record cannot be written to, trying again", "waiting", len(all)+len(r.queue), "err", err)
		select {
		case <-ctx.Done():
			return all
		case <-time.After(pause):
		}
	}
	return nil
}

// told is the entry, with when it was if that is long ago.
func (w waiting) told(now time.Time) Entry {
	e := w.Entry
	if now.Sub(w.since) < late {
		return e
	}
	detail := map[string]json.RawMessage{}
	if json.Unmarshal(e.Detail, &detail) != nil {
		detail = map[string]json.RawMessage{}
	}
	detail["at"], _ = json.Marshal(w.since.UTC()) // a time
	e.Detail, _ = json.Marshal(detail)            // what was JSON before
	return e
}
