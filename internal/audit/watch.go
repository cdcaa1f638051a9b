package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	watchEvery = time.Second
	watchPart  = 5000 // entries that are followed at a time
)

// WatchOptions are a Watch's settings.
type WatchOptions struct {
	Store   Store                        // must be set
	Seals   SealFile                     // must be set
	Every   time.Duration                // default 1 s
	Broken  func(context.Context, error) // is told once of what is wrong; must be set
	Log     *slog.Logger                 // default slog.Default
	Metrics prometheus.Registerer        // nil: none
}

// Watch follows the record as it grows: every second it checks what was appended,
// and that the end it knew is still there, and seals the new one. So what is
// changed in the store behind the last seal is found at once, also after a
// restart; what lies before it is found by Verify.
type Watch struct {
	o      WatchOptions
	broken prometheus.Gauge
	at     Head
}

// NewWatch makes a watch; Run watches.
func NewWatch(o WatchOptions) *Watch {
	if o.Every <= 0 {
		o.Every = watchEvery
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	w := &Watch{o: o, broken: prometheus.NewGauge(prometheus.GaugeOpts{Name: "suhe_audit_broken", Help: "1 if the audit record is not what it was."})}
	if o.Metrics != nil {
		o.Metrics.MustRegister(w.broken)
	}
	return w
}

// Run watches until ctx ends, or until the record is broken: then it tells so and
// keeps the last seal, which says what was lost.
func (w *Watch) Run(ctx context.Context) error {
	tick := time.NewTicker(w.o.Every)
	defer tick.Stop()
	for begun := false; ; {
		var err error
		if !begun {
			err = w.begin(ctx)
			begun = err == nil
		}
		if begun {
			err = w.turn(ctx)
		}
		switch {
		case errors.Is(err, ErrBroken):
			w.broken.Set(1)
			w.o.Broken(ctx, err)
			<-ctx.Done()
			return nil
		case err != nil && ctx.Err() == nil:
			w.o.Log.Warn("the audit record cannot be watched", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// BrokenEntry is the entry that tells of what a Watch found.
func BrokenEntry(err error) Entry {
	e := Origin{}.Entry(RecordBroken, "record", Failed)
	e.Detail, _ = json.Marshal(map[string]string{"why": err.Error()}) // a text
	return e
}

// begin finds the last seal in the record, or begins where the record begins.
func (w *Watch) begin(ctx context.Context) error {
	base, _, err := w.o.Store.AuditHead(ctx)
	if err != nil {
		return err
	}
	seal, sealed, err := w.o.Seals.Read()
	if err != nil || !sealed || seal.Seq <= base.Seq {
		w.at = base
		return err
	}
	w.at = seal.Head
	return w.same(ctx)
}

// same says whether the last entry that was followed is still there.
func (w *Watch) same(ctx context.Context) error {
	if w.at.Seq == 0 {
		return nil
	}
	page, err := w.o.Store.AuditPage(ctx, Query{After: w.at.Seq + 1, Limit: 1})
	if err != nil {
		return err
	}
	if len(page) != 1 || page[0].Seq != w.at.Seq || page[0].Hash != w.at.Hash {
		return &Fault{w.at.Seq, fmt.Sprintf("it is gone or another than was sealed at %v", w.at.At.Format(time.RFC3339))}
	}
	return nil
}

// turn follows what was appended and seals it.
func (w *Watch) turn(ctx context.Context) error {
	for {
		base, head, err := w.o.Store.AuditHead(ctx)
		if err != nil {
			return err
		}
		switch {
		case head.Seq < w.at.Seq || head.Seq == w.at.Seq && head.Hash != w.at.Hash:
			return &Fault{head.Seq, fmt.Sprintf("the record ends there, and did so at entry %d before", w.at.Seq)}
		case base.Seq > w.at.Seq:
			w.at = base // it slept longer than entries are kept
		case head.Seq == w.at.Seq:
			return nil
		}
		if w.at.Seq == 0 {
			w.at.Algorithm = head.Algorithm // it has begun
		}
		v := NewVerifier(w.at)
		if err := v.part(ctx, w.o.Store, head); err != nil {
			return err
		}
		w.at = v.At()
		if err := w.o.Seals.Write(w.at); err != nil {
			return err
		}
	}
}

// part follows some entries towards the head.
func (v *Verifier) part(ctx context.Context, s Store, head Head) error {
	n := 0
	for e, err := range s.Audit(ctx, v.at.Seq) {
		if err != nil {
			return err
		}
		if err := v.Next(e); err != nil {
			return err
		}
		if n++; n == watchPart || v.at.Seq >= head.Seq {
			return nil
		}
	}
	return &Fault{v.at.Seq + 1, fmt.Sprintf("it is missing, and all up to entry %d", head.Seq)}
}
