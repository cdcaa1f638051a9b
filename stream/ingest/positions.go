package ingest

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"suhe/assets"
	"suhe/internal/bus"
	"suhe/stream/ingest/deadletter"
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
	Refused   Refused               // nil: what is refused is not kept
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
	if o.Refused == nil {
		o.Refused = nobody{}
	}
	p := &Positions{options: o, complaints: newComplaints(o.Log, "position")}
	p.counts = newCounts(prometheus.CounterOpts{
		Name: "suhe_ingest_positions_total",
		Help: "Positions that movers sent, by way (mqtt, http, replay) and what became of them.",
	}, []way{byMQTT, byHTTP, byReplay}, []Result{Accepted, Malformed, Future, OutOfRange, UnknownDevice}, o.Metrics)
	return p
}

// TakeLetters takes MQTT messages; it is made for bus.Inbox with PositionTopics.
// See Intake.TakeLetters.
func (p *Positions) TakeLetters(ctx context.Context, batch []bus.Letter) error {
	now := p.options.Now()
	t := tally{}
	var taken []twin.Fix
	var dead []deadletter.Letter
	for _, l := range batch {
		var first error
		refused := 0
		fixes := p.read(l.Topic, l.Data, heard(l, now), now, t, func(err error) {
			p.complaints.about(now, sender(l.Topic, positionsAfter), err, l.Data)
			if refused++; refused == 1 {
				first = err
			}
		})
		taken = append(taken, fixes...)
		if first != nil {
			one := p.letter(byMQTT, heard(l, now), sender(l.Topic, positionsAfter), first, l.Data)
			one.Topic, one.Refusals = l.Topic, refused
			dead = append(dead, one)
		}
	}
	if err := p.publish(ctx, taken); err != nil {
		return err
	}
	t[Accepted] = len(taken)
	p.counts.add(t, byMQTT)
	keepAll(p.options.Refused, dead)
	return nil
}

// read reads what a mover published and leaves out what is refused.
func (p *Positions) read(topic string, payload []byte, received, now time.Time, t tally, refused func(error)) []twin.Fix {
	fixes, err := DecodePositions(topic, payload, received)
	if err != nil {
		t[Malformed]++
		refused(err)
		return nil
	}
	kept := fixes[:0]
	for i := range fixes {
		fixes[i].ReceivedTime = now.UnixMilli()
		if err := fits(&fixes[i], p.options.Movers); err != nil {
			t[resultOf(err)]++
			refused(err)
			continue
		}
		kept = append(kept, fixes[i])
	}
	return kept
}

// readItem reads an item of a batch.
func (p *Positions) readItem(text []byte, received time.Time, from Sender) (twin.Fix, error) {
	f, err := readPosition(&scanner{text: text}, true, received)
	if err == nil {
		err = from.check(f.Asset, unknownMover)
	}
	if err == nil {
		err = fits(&f, p.options.Movers)
	}
	return f, err
}

// letter is a dead letter of what was refused.
func (p *Positions) letter(w way, received time.Time, mover assets.ID, err error, payload []byte) deadletter.Letter {
	l := letterOf(w, received, mover, err, payload)
	l.Door = doorOfPositions
	return l
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
	var dead []deadletter.Letter
	index := 0
	err := readArray(body, "positions", func(text []byte) {
		f, err := p.readItem(text, now, from)
		if err == nil {
			taken = append(taken, f)
		} else {
			t[resultOf(err)]++
			report.refuse(index, "", err)
			if !isForeign(err) {
				dead = append(dead, p.letter(byHTTP, now, f.Asset, err, text))
			}
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
	keepAll(p.options.Refused, dead)
	return report, nil
}

// again lets a dead letter in; see Doors.Replay.
func (p *Positions) again(ctx context.Context, l deadletter.Letter) (report Report, err error) {
	report.Results = []Refusal{}
	t := tally{}
	var taken []twin.Fix
	if l.Topic != "" {
		taken = p.read(l.Topic, l.Payload, l.Received, l.Received, t, func(err error) { report.refuse(0, "", err) })
	} else if f, err := p.readItem(l.Payload, l.Received, nil); err == nil {
		taken = []twin.Fix{f}
	} else {
		t[resultOf(err)]++
		report.refuse(0, "", err)
	}
	if err := p.publish(ctx, taken); err != nil {
		return Report{}, err
	}
	report.Accepted, t[Accepted] = len(taken), len(taken)
	p.counts.add(t, byReplay)
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
