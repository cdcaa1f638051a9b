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
	"suhe/stream/ingest/mapping"
	"suhe/twin"
)

// Publisher puts observations into the log.
type Publisher interface {
	// Publish returns when the log has acknowledged the observations. After an
	// error they may be in the log all the same.
	Publish(ctx context.Context, obs []twin.Observation) error
}

// Options are an Intake's settings.
type Options struct {
	Devices   Devices               // must be set
	Publisher Publisher             // must be set
	Mappings  Mappings              // nil: there are none
	Refused   Refused               // nil: nobody keeps what is refused
	Now       func() time.Time      // nil: time.Now
	Log       *slog.Logger          // nil: none
	Metrics   prometheus.Registerer // nil: none
}

// Intake takes observations by the package's rules. Its methods may run at once.
type Intake struct {
	devices    Devices
	publisher  Publisher
	now        func() time.Time
	counts     counts
	complaints *complaints
	mappings   Mappings
	refused    Refused
	damper     mapping.Damper
}

// New makes an intake. It panics if its metric is registered already.
func New(o Options) *Intake {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	in := &Intake{
		devices:   o.Devices,
		publisher: o.Publisher,
		now:       o.Now,
		counts: newCounts(prometheus.CounterOpts{
			Name: "suhe_ingest_total",
			Help: "Observations that devices sent, by way (mqtt, http, replay) and what became of them.",
		}, []way{byMQTT, byHTTP, byReplay}, Results(), o.Metrics),
		complaints: newComplaints(o.Log, "observation"),
		mappings:   o.Mappings,
		refused:    o.Refused,
	}
	if in.mappings == nil {
		in.mappings = noMappings{}
	}
	if in.refused == nil {
		in.refused = nobody{}
	}
	return in
}

// TakeLetters takes MQTT messages; it is made for bus.Inbox with Topics. What it
// refuses it counts, and tells the log now and then. Its only error is that the
// log is away; then nothing counts and the same letters may be handed in again.
func (in *Intake) TakeLetters(ctx context.Context, batch []bus.Letter) error {
	now := in.now()
	t := tally{}
	d := decoder{out: make([]twin.Observation, 0, len(batch))}
	var dead []deadletter.Letter
	for i := range batch {
		dead = in.takeLetter(&d, &batch[i], now, t, dead)
	}
	if err := in.publish(ctx, d.out); err != nil {
		return err
	}
	keepAll(in.refused, dead)
	t[Accepted] = len(d.out)
	in.counts.add(t, byMQTT)
	return nil
}

// takeLetter adds what the rules let in of a message, and a dead letter of the rest.
func (in *Intake) takeLetter(d *decoder, l *bus.Letter, now time.Time, t tally, dead []deadletter.Letter) []deadletter.Letter {
	came := heard(*l, now)
	d.received = came.UnixMilli()
	from := len(d.out)
	err := d.message(l.Topic, l.Data)
	for i := range d.out[from:] {
		d.out[from+i].ReceivedTime = now.UnixMilli() // we have it now
	}
	var why *complaint
	refuse := func(err error, payload []byte) {
		if why == nil {
			why = &complaint{in: in, now: now, heard: came, device: sender(l.Topic, topicAfter)}
		}
		why.add(err, payload)
	}
	if err != nil {
		t[Malformed]++
		refuse(err, l.Data)
	}
	d.out = d.out[:from+in.keep(d.out[from:], nil, now, t, func(_ int, err error) { refuse(err, nil) })]
	if why == nil {
		return dead
	}
	return why.letter(dead, byMQTT, l.Topic, l.Data)
}

// heard is when a message came, as what has no time of its own was true then: when
// the broker got it, not when it came to us, so the same when it comes again. A
// broker's clock that is ahead of ours does not count.
func heard(l bus.Letter, now time.Time) time.Time {
	if !l.Time.IsZero() && l.Time.Before(now) {
		return l.Time
	}
	return now
}

// unknownSender stands for a device in a log line if nobody knows it.
const unknownSender assets.ID = "?"

// sender names who a message is from in a log line, also if the topic is odd.
func sender(topic, ending string) assets.ID {
	if id, err := deviceOf(topic, ending); err == nil {
		return id
	}
	return unknownSender
}

// keep moves what the rules let in to the front and returns how many; refused
// hears of the others by their place.
func (in *Intake) keep(obs []twin.Observation, from Sender, now time.Time, t tally, refused func(i int, err error)) (kept int) {
	for i := range obs {
		o := obs[i]
		if err := in.judge(&o, from, now); err != nil {
			t[resultOf(err)]++
			refused(i, err)
			continue
		}
		obs[kept] = o
		kept++
	}
	return kept
}

// judge says whether the sender may say that, and whether it can be so.
func (in *Intake) judge(o *twin.Observation, from Sender, now time.Time) error {
	if err := from.check(o.Asset, unknownSensor); err != nil {
		return err
	}
	return shape(o, now, in.devices)
}

func (in *Intake) publish(ctx context.Context, obs []twin.Observation) error {
	if len(obs) == 0 {
		return nil
	}
	if err := in.publisher.Publish(ctx, obs); err != nil {
		return fmt.Errorf("%w: the log does not take observations: %w", assets.ErrBusy, err)
	}
	return nil
}

// Batch takes a body by HTTP from who sends it. A body that is no batch is an error that wraps
// ErrMalformed or ErrTooLarge; assets.ErrBusy: the log is away, send it again. Otherwise
// the report tells what became of each reading.
func (in *Intake) Batch(ctx context.Context, from Sender, body []byte) (Report, error) {
	report := Report{Results: []Refusal{}}
	if len(body) > MaxBody {
		return report, tooLarge("body", len(body), MaxBody)
	}
	items, err := readBatch(body)
	now := in.now()
	if err != nil {
		in.counts.add(tally{Malformed: 1}, byHTTP)
		in.refused.Keep(letterOf(byHTTP, now, "", err, body))
		return report, err
	}
	d, at := observe(items, now, &report)
	t := tally{Malformed: report.Refused}
	phenomenon := func(i int) string { return d.out[i].Phenomenon }
	kept := in.keep(d.out, from, now, t, func(i int, err error) { report.refuse(at[i], phenomenon(i), err) })
	if err := in.publish(ctx, d.out[:kept]); err != nil {
		return Report{}, err
	}
	report.sort()
	keepAll(in.refused, deadItems(items, &report, now))
	report.Accepted, t[Accepted] = kept, kept
	in.counts.add(t, byHTTP)
	return report, nil
}
