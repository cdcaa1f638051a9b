package ingest

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"suhe/assets"
	"suhe/internal/bus"
	"suhe/twin"
)

// FixPublisher puts fixes into the log, as Publisher does observations.
type FixPublisher interface {
	PublishFixes(ctx context.Context, fixes []twin.Fix) error
}

// PositionOptions are the settings of Positions.
type PositionOptions struct {
	Movers    Movers                // must be set
	Publisher FixPublisher          // must be set
	Now       func() time.Time      // nil: time.Now
	Log       *slog.Logger          // nil: none
	Metrics   prometheus.Registerer // nil: none
}

// Positions takes where movers say they are, by the package's rules. Its methods
// may run at once.
type Positions struct {
	options    PositionOptions
	counts     counts
	complaints *complaints
}

// NewPositions makes one. It panics if its metric is registered already.
func NewPositions(o PositionOptions) *Positions {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	p := &Positions{options: o, complaints: newComplaints(o.Log, "position")}
	p.counts = newCounts(prometheus.CounterOpts{
		Name: "suhe_ingest_positions_total",
		Help: "Positions that movers sent, by way (mqtt, http) and what became of them.",
	}, []way{byMQTT, byHTTP}, []Result{Accepted, Malformed, Future, OutOfRange, UnknownDevice}, o.Metrics)
	return p
}

// TakeLetters takes MQTT messages; it is made for bus.Inbox with PositionTopics.
// See Intake.TakeLetters.
func (p *Positions) TakeLetters(ctx context.Context, batch []bus.Letter) error {
	now := p.options.Now()
	t := tally{}
	var taken []twin.Fix
	for _, l := range batch {
		who := sender(l.Topic, positionsAfter)
		fixes, err := DecodePositions(l.Topic, l.Data, heard(l, now))
		if err != nil {
			t[Malformed]++
			p.complaints.about(now, who, err, l.Data)
			continue
		}
		for i := range fixes {
			fixes[i].ReceivedTime = now.UnixMilli()
			if err := fits(&fixes[i], p.options.Movers); err != nil {
				t[resultOf(err)]++
				p.complaints.about(now, who, err, nil)
				continue
			}
			taken = append(taken, fixes[i])
		}
	}
	if err := p.publish(ctx, taken); err != nil {
		return err
	}
	t[Accepted] = len(taken)
	p.counts.add(t, byMQTT)
	return nil
}

// Batch takes a body by HTTP; see Intake.Batch.
func (p *Positions) Batch(ctx context.Context, from Sender, body []byte) (Report, error) {
	report := Report{Results: []Refusal{}}
	if len(body) > MaxBody {
		return report, tooLarge("body", len(body), MaxBody)
	}
	now := p.options.Now()
	t := tally{}
	var taken []twin.Fix
	index := 0
	err := readArray(body, "positions", func(text []byte) {
		f, err := readPosition(&scanner{text: text}, true, now)
		if err == nil {
			err = from.check(f.Asset, unknownMover)
		}
		if err == nil {
			err = fits(&f, p.options.Movers)
		}
		if err == nil {
			taken = append(taken, f)
		} else {
			t[resultOf(err)]++
			report.refuse(index, "", err)
		}
		index++
	})
	if err != nil {
		p.counts.add(tally{Malformed: 1}, byHTTP)
		return report, err
	}
	if err := p.publish(ctx, taken); err != nil {
		return Report{}, err
	}
	report.Accepted, t[Accepted] = len(taken), len(taken)
	p.counts.add(t, byHTTP)
	return report, nil
}

func (p *Positions) publish(ctx context.Context, fixes []twin.Fix) error {
	if len(fixes) == 0 {
		return nil
	}
	if err := p.options.Publisher.PublishFixes(ctx, fixes); err != nil {
		return fmt.Errorf("%w: the log does not take positions: %w", assets.ErrBusy, err)
	}
	return nil
}
