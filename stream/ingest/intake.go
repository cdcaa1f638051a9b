package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"suhe/assets"
	"suhe/twin"
)

// Publisher takes observations into the log; it returns when they are acknowledged.
type Publisher interface {
	Publish(ctx context.Context, obs []twin.Observation) error
}

// The bounds of one HTTP batch.
const (
	MaxBody  = 1 << 20
	MaxItems = 5_000
)

// Options are an Intake's settings.
type Options struct {
	Devices   Devices               // must be set
	Publisher Publisher             // must be set
	Now       func() time.Time      // nil: time.Now
	Log       *slog.Logger          // nil: slog.Default
	Metrics   prometheus.Registerer // nil: none
}

// Intake is the door for observations. Its methods may be called at once from
// many goroutines.
type Intake struct {
	o       Options
	results *prometheus.CounterVec
	quiet   quiet
}

// New makes an intake.
func New(o Options) *Intake {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	in := &Intake{o: o, results: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "suhe_ingest_total", Help: "Readings sent by devices, by what became of them.",
	}, []string{"result"})}
	if o.Metrics != nil {
		o.Metrics.MustRegister(in.results)
	}
	return in
}

// Letter is one MQTT message.
type Letter struct {
	Topic string
	Data  []byte
}

// TakeLetters takes a batch of MQTT messages. What cannot be read or is against
// a rule is counted, told to the log now and then, and done with; an error means
// that nothing of the batch is sure to be in the log and all of it may come again.
func (in *Intake) TakeLetters(ctx context.Context, letters []Letter) error {
	var obs []twin.Observation
	now := in.o.Now()
	for _, l := range letters {
		readings, err := Decode(l.Topic, l.Data)
		if err != nil {
			in.refused(l.Topic, err)
			continue
		}
		for _, r := range readings {
			if obs, err = in.shape(obs, r, now); err != nil {
				in.refused(l.Topic, err)
			}
		}
	}
	return in.publish(ctx, obs)
}

// shape shapes one reading and counts it if it is good.
func (in *Intake) shape(dst []twin.Observation, r Reading, now time.Time) ([]twin.Observation, error) {
	dst, err := shape(dst, in.o.Devices, r, now)
	if err == nil {
		in.results.WithLabelValues(Accepted).Inc()
	}
	return dst, err
}

// refused counts a refusal by MQTT, where nobody reads an answer, and tells the
// first of each topic and minute to the log.
func (in *Intake) refused(topic string, err error) {
	code := codeOf(err)
	in.results.WithLabelValues(code).Inc()
	if in.quiet.speak(topic, in.o.Now()) {
		in.o.Log.Warn("observation refused", "topic", topic, "code", code, "err", err)
	}
}

func (in *Intake) publish(ctx context.Context, obs []twin.Observation) error {
	if len(obs) == 0 {
		return nil
	}
	if err := in.o.Publisher.Publish(ctx, obs); err != nil {
		return fmt.Errorf("%w: %w", ErrBusy, err)
	}
	return nil
}

// batch is the body of a POST.
type batch struct {
	Observations []rawReading `json:"observations"`
}

// Answer is what became of a batch; only refused items have a result.
type Answer struct {
	Accepted int      `json:"accepted"`
	Refused  int      `json:"refused"`
	Results  []Result `json:"results"`
}

// Result is one refused item.
type Result struct {
	Index  int    `json:"index"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// ServeObservations takes a batch {"observations":[{"id","time","values"}…]} and
// answers with an Answer when what was accepted is in the log. An error that it
// returns has not been answered: assets.ErrInvalid for a body that cannot be
// read, ErrBusy.
func (in *Intake) ServeObservations(w http.ResponseWriter, r *http.Request) error {
	items, err := readBatch(r.Body)
	if err != nil {
		in.results.WithLabelValues(Malformed).Inc()
		return err
	}
	answer := Answer{Results: []Result{}}
	var obs []twin.Observation
	now := in.o.Now()
	for i, item := range items {
		if obs, err = in.take(obs, item, now); err != nil {
			in.results.WithLabelValues(codeOf(err)).Inc()
			answer.Refused++
			answer.Results = append(answer.Results, Result{i, codeOf(err), err.Error()})
			continue
		}
		answer.Accepted++
	}
	if err := in.publish(r.Context(), obs); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(answer)
}

// readBatch reads a bounded body.
func readBatch(body io.Reader) ([]rawReading, error) {
	text, err := io.ReadAll(io.LimitReader(body, MaxBody+1))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge || len(text) > MaxBody {
		return nil, malformed("body: more than %d bytes", MaxBody)
	}
	if err != nil {
		return nil, malformed("body: %v", err)
	}
	var b batch
	if err := decodeOne(text, &b); err != nil {
		return nil, err
	}
	if len(b.Observations) == 0 || len(b.Observations) > MaxItems {
		return nil, malformed("observations: %d of them, want 1 to %d", len(b.Observations), MaxItems)
	}
	return b.Observations, nil
}

// take checks and shapes one item of a batch.
func (in *Intake) take(dst []twin.Observation, item rawReading, now time.Time) ([]twin.Observation, error) {
	id, err := assets.ParseID(item.ID)
	if err != nil {
		return dst, malformed("id: %v", err)
	}
	reading, err := item.reading(id)
	if err != nil {
		return dst, err
	}
	return in.shape(dst, reading, now)
}
