package ingest

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"suhe/assets"
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
	for i, text := range items {
		f, located, err := readFinding(text, now)
		if err == nil {
			err = place(&f, located, in.options.Cameras, in.options.Classes)
		}
		if err != nil {
			t[resultOf(err)]++
			report.refuse(i, "", err)
			in.complaints.about(now, f.Camera, err, nil)
			continue
		}
		f.Hook = hook
		taken = append(taken, f)
	}
	if len(taken) > 0 {
		if err := in.options.Publisher.PublishFindings(ctx, taken); err != nil {
			return Report{}, fmt.Errorf("%w: the log does not take findings: %w", assets.ErrBusy, err)
		}
	}
	report.Accepted, t[Accepted] = len(taken), len(taken)
	in.counts.add(t)
	return report, nil
}
