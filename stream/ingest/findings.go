package ingest

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"suhe/assets"
	"suhe/stream/ingest/deadletter"
	"suhe/twin"
)

// MaxFindings bounds the findings of one message of a webhook.
const MaxFindings = 500

// FindingPublisher puts findings into the log, as Publisher does observations.
type FindingPublisher interface {
	PublishFindings(ctx context.Context, findings []twin.Finding) error
}

// FindingOptions are the settings of Findings.
type FindingOptions struct {
	Cameras   Cameras               // must be set
	Classes   *assets.Classes       // must be set
	Publisher FindingPublisher      // must be set
	Refused   Refused               // nil: what is refused is not kept
	Now       func() time.Time      // nil: time.Now
	Log       *slog.Logger          // nil: none
	Metrics   prometheus.Registerer // nil: none
}

// Findings takes what algorithms find, by the package's rules. Its methods may
// run at once.
type Findings struct {
	options    FindingOptions
	counts     counts
	complaints *complaints
}

// NewFindings makes one. It panics if its metric is registered already.
func NewFindings(o FindingOptions) *Findings {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Refused == nil {
		o.Refused = nobody{}
	}
	f := &Findings{options: o, complaints: newComplaints(o.Log, "finding")}
	f.counts = newCounts(prometheus.CounterOpts{
		Name: "suhe_ingest_findings_total",
		Help: "Findings that webhooks sent, by what became of them.",
	}, nil, []Result{Accepted, Malformed, Future, OutOfRange, UnknownDevice, UnknownClass}, o.Metrics)
	return f
}

// Batch takes the body of a webhook whose signature was found good; see
// Intake.Batch for report and errors.
func (in *Findings) Batch(ctx context.Context, hook string, body []byte) (Report, error) {
	report := Report{Results: []Refusal{}}
	items, err := splitFindings(body)
	if err != nil {
		in.counts.add(tally{Malformed: 1})
		return report, err
	}
	now := in.options.Now()
	t := tally{}
	var taken []twin.Finding
	var dead []deadletter.Letter
	for i, text := range items {
		f, err := in.read(hook, text, now)
		if err != nil {
			t[resultOf(err)]++
			report.refuse(i, "", err)
			in.complaints.about(now, f.Camera, err, nil)
			l := letterOf(byHTTP, now, f.Camera, err, text)
			l.Door, l.Hook = doorOfFindings, hook
			dead = append(dead, l)
			continue
		}
		taken = append(taken, f)
	}
	if err := in.publish(ctx, taken); err != nil {
		return Report{}, err
	}
	report.Accepted, t[Accepted] = len(taken), len(taken)
	in.counts.add(t)
	keepAll(in.options.Refused, dead)
	return report, nil
}

// read reads one finding of the hook.
func (in *Findings) read(hook string, text []byte, received time.Time) (twin.Finding, error) {
	f, located, err := readFinding(text, received)
	if err == nil {
		err = place(&f, located, in.options.Cameras, in.options.Classes)
	}
	f.Hook = hook
	return f, err
}

func (in *Findings) publish(ctx context.Context, all []twin.Finding) error {
	if len(all) == 0 {
		return nil
	}
	if err := in.options.Publisher.PublishFindings(ctx, all); err != nil {
		return fmt.Errorf("%w: the log does not take findings: %w", assets.ErrBusy, err)
	}
	return nil
}

// again lets a dead letter in; see Doors.Replay.
func (in *Findings) again(ctx context.Context, l deadletter.Letter) (report Report, err error) {
	report.Results = []Refusal{}
	f, err := in.read(l.Hook, l.Payload, l.Received)
	if err != nil {
		report.refuse(0, "", err)
		in.counts.add(tally{resultOf(err): 1})
		return report, nil
	}
	if err := in.publish(ctx, []twin.Finding{f}); err != nil {
		return Report{}, err
	}
	report.Accepted = 1
	in.counts.add(tally{Accepted: 1})
	return report, nil
}
