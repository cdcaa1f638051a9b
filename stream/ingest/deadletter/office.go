package deadletter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"suhe/assets"
	"suhe/internal/bus"
)

// queued is how many letters wait to be written: 16 MiB at most.
const queued = 256

// lastWords is how long Run writes what waits after its end.
const lastWords = 2 * time.Second

// MaxPage bounds the letters of one List.
const MaxPage = 200

// Stream holds the letters; *bus.Stream is one.
type Stream interface {
	Append(ctx context.Context, subject string, data []byte) (seq uint64, err error)
	Next(ctx context.Context, from uint64, filter string) (bus.Message, error)
	Remove(ctx context.Context, seq uint64) error
}

var _ Stream = (*bus.Stream)(nil)

// Options are an Office's settings.
type Options struct {
	Stream  Stream                // must be set
	Now     func() time.Time      // nil: time.Now
	Log     *slog.Logger          // nil: none
	Metrics prometheus.Registerer // nil: none
}

// Office keeps letters, and shows them. Its methods may run at once.
type Office struct {
	stream  Stream
	now     func() time.Time
	log     *slog.Logger
	flood   *flood
	waiting chan Letter
	counts  *prometheus.CounterVec
}

// New makes an office; what it keeps is written by Run.
func New(o Options) *Office {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	of := &Office{
		stream: o.Stream, now: o.Now, log: o.Log, flood: newFlood(), waiting: make(chan Letter, queued),
		counts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "suhe_deadletters_total",
			Help: "Refused payloads, by what became of them (kept, repeated: equal to one of the same minute, dropped: one too many).",
		}, []string{"result"}),
	}
	if o.Metrics != nil {
		o.Metrics.MustRegister(of.counts)
	}
	for _, v := range []verdict{kept, repeated, dropped} {
		of.count(v)
	}
	return of
}

func (of *Office) count(v verdict) prometheus.Counter { return of.counts.WithLabelValues(string(v)) }

// Keep takes a letter; it never waits. Seq and Size are ignored, the payload is
// copied.
func (of *Office) Keep(l Letter) {
	v := of.flood.admit(of.now().Unix()/60, l)
	if v == kept {
		select {
		case of.waiting <- trimmed(l):
			return // Run counts it
		default:
			v = dropped
		}
	}
	of.count(v).Inc()
}

// Run writes what is kept until ctx ends. While the broker is away letters are
// dropped.
func (of *Office) Run(ctx context.Context) error {
	for {
		select {
		case l := <-of.waiting:
			of.write(ctx, l)
		case <-ctx.Done():
			of.drain(context.WithoutCancel(ctx))
			return nil
		}
	}
}

// drain writes what waits, for a while.
func (of *Office) drain(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, lastWords)
	defer cancel()
	for {
		select {
		case l := <-of.waiting:
			of.write(ctx, l)
		default:
			return
		}
	}
}

func (of *Office) write(ctx context.Context, l Letter) {
	data, err := json.Marshal(l)
	if err == nil {
		_, err = of.stream.Append(ctx, subjectOf(l), data)
	}
	if err != nil {
		of.count(dropped).Inc()
		of.log.Debug("dead letter dropped", "reason", l.Reason, "err", err)
		return
	}
	of.count(kept).Inc()
}

// List returns letters that the filter passes, oldest first, from after the
// sequence: at most limit, and MaxPage.
func (of *Office) List(ctx context.Context, f Filter, after uint64, limit int) ([]Letter, error) {
	if err := f.Check(); err != nil {
		return nil, err
	}
	letters := []Letter{}
	for len(letters) < min(limit, MaxPage) {
		m, err := of.stream.Next(ctx, after+1, subject(f.Reason, f.Device))
		if errors.Is(err, bus.ErrNone) {
			break
		}
		if err != nil {
			return nil, busy(err)
		}
		l, err := decode(m.Seq, m.Data)
		if err != nil {
			return nil, err
		}
		letters, after = append(letters, l), m.Seq
	}
	return letters, nil
}

// Get returns one letter; assets.ErrNotFound: there is none.
func (of *Office) Get(ctx context.Context, seq uint64) (Letter, error) {
	m, err := of.stream.Next(ctx, seq, Subjects)
	if errors.Is(err, bus.ErrNone) || err == nil && m.Seq != seq {
		return Letter{}, none(seq)
	}
	if err != nil {
		return Letter{}, busy(err)
	}
	return decode(seq, m.Data)
}

// Remove removes one letter; assets.ErrNotFound: there is none.
func (of *Office) Remove(ctx context.Context, seq uint64) error {
	err := of.stream.Remove(ctx, seq)
	if errors.Is(err, bus.ErrNone) {
		return none(seq)
	}
	if err != nil {
		return busy(err)
	}
	return nil
}

func none(seq uint64) error { return fmt.Errorf("dead letter %d: %w", seq, assets.ErrNotFound) }

func busy(err error) error { return fmt.Errorf("%w: dead letters: %w", assets.ErrBusy, err) }
