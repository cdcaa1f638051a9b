package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"suhe/internal/wholefile"
)

// retold is how many entries are looked at again when the record was cut.
const retold = 100

// maxTold bounds the detail of an entry that is told to a listener, in bytes.
const maxTold = 2048

// Severity of a security event, as syslog counts (RFC 5424): less is worse.
type Severity int

// The severities of security events.
const (
	Alert   Severity = 1 // act at once: the record is broken
	Warning Severity = 4 // somebody was refused
	Notice  Severity = 5 // rights or the record changed, as they may
)

// rightsWords begin the actions that change who may do what.
var rightsWords = map[string]bool{"account": true, "key": true, "link": true, "tree": true, "webhook": true}

// Severity says whether the entry is an event for those who watch over security,
// and how bad.
func (e Entry) Severity() (Severity, bool) {
	word, _, _ := strings.Cut(string(e.Action), " ")
	switch {
	case e.Action == RecordBroken, e.Action == RecordVerify && e.Outcome == Failed:
		return Alert, true
	case e.Outcome == Refused:
		return Warning, true
	case rightsWords[word], e.Action == RecordPrune, e.Action == RecordExport, e.Action == Restore:
		return Notice, true
	}
	return 0, false
}

// Listener takes security events: it returns when it has, or when ctx ends.
type Listener interface {
	Tell(ctx context.Context, s Severity, at time.Time, id string, event []byte) error
}

// ForwardOptions are the settings of Forward.
type ForwardOptions struct {
	Store   Store                 // must be set
	To      Listener              // must be set
	Place   string                // file that remembers what was told; must be set
	Every   time.Duration         // default 1 s
	Log     *slog.Logger          // default slog.Default
	Metrics prometheus.Registerer // nil: none
}

// Forward tells a listener of the security events in the record, those of other
// nodes and of commands included, until ctx ends. The record is the queue: while
// the listener does not listen nothing is lost, and after a restart it goes on
// where it was; an event may then be told twice.
func Forward(ctx context.Context, o ForwardOptions) error {
	if o.Every <= 0 {
		o.Every = watchEvery
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	told := prometheus.NewCounter(prometheus.CounterOpts{Name: "suhe_security_events_total", Help: "Security events that were told."})
	behind := prometheus.NewGauge(prometheus.GaugeOpts{Name: "suhe_security_events_behind", Help: "Audit entries that were not looked at yet for security events."})
	if o.Metrics != nil {
		o.Metrics.MustRegister(told, behind)
	}
	f := forwarder{o: o, told: told, behind: behind}
	tick := time.NewTicker(o.Every)
	defer tick.Stop()
	for {
		if err := f.turn(ctx); err != nil && ctx.Err() == nil {
			o.Log.Warn("security events cannot be told, trying again", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

type forwarder struct {
	o      ForwardOptions
	told   prometheus.Counter
	behind prometheus.Gauge
	begun  bool
	at     uint64
}

// turn tells of what is new.
func (f *forwarder) turn(ctx context.Context) error {
	base, head, err := f.o.Store.AuditHead(ctx)
	if err == nil && !f.begun {
		f.at, err = readPlace(f.o.Place, head.Seq)
		f.begun = err == nil
	}
	if err != nil {
		return err
	}
	if head.Seq < f.at { // the end is gone: what comes there now is news
		f.at = head.Seq - min(head.Seq, retold)
	}
	f.at = max(f.at, base.Seq)
	f.behind.Set(float64(head.Seq) - float64(f.at))
	if head.Seq <= f.at {
		return nil
	}
	events, to, err := f.read(ctx, head.Seq)
	if err != nil {
		return err
	}
	for _, e := range events {
		severity, _ := e.Severity()
		if len(e.Detail) > maxTold {
			e.Detail = nil // the record has it
		}
		text, err := json.Marshal(e)
		if err != nil {
			return err
		}
		if err := f.o.To.Tell(ctx, severity, e.At, strings.ReplaceAll(string(e.Action), " ", "-"), text); err != nil {
			return err
		}
		f.told.Inc()
		f.at = e.Seq
	}
	f.at = to
	return wholefile.Replace(f.o.Place, fmt.Appendln(nil, f.at))
}

// read finds the events among the next entries, and says how far it read.
func (f *forwarder) read(ctx context.Context, head uint64) (events []Entry, to uint64, err error) {
	to = f.at
	n := 0
	for e, err := range f.o.Store.Audit(ctx, f.at) {
		if err != nil {
			return nil, to, err
		}
		if _, is := e.Severity(); is {
			events = append(events, e)
		}
		to = e.Seq
		if n++; n == watchPart || to >= head {
			break
		}
	}
	return events, to, nil
}

// readPlace reads how far was told; who tells for the first time begins now.
func readPlace(file string, now uint64) (at uint64, err error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return now, nil
	}
	if err == nil {
		_, err = fmt.Sscan(string(text), &at)
	}
	if err != nil {
		return 0, fmt.Errorf("place of security events %s: %w", file, err)
	}
	return at, nil
}
