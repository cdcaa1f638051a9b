package ingest

import (
	"strings"
	"time"

	"suhe/assets"
	"suhe/internal/bus"
	"suhe/twin"
)

// Bounds of what is sent.
const (
	MaxReadings = 1_000         // of one MQTT message
	MaxValues   = 32            // of one reading
	MaxPayload  = bus.MaxLetter // bytes of one MQTT message
	maxCode     = 64            // bytes of a phenomenon's code
)

// Topics is the topic filter under which devices publish observations.
const Topics = topicBefore + "+" + topicAfter

const (
	topicBefore = "suhe/v1/devices/"
	topicAfter  = "/observations"
)

// Topic is where the device publishes its observations.
func Topic(id assets.ID) string { return topicBefore + string(id) + topicAfter }

// deviceOf is the inverse of Topic.
func deviceOf(topic string) (assets.ID, error) {
	rest, before := strings.CutPrefix(topic, topicBefore)
	id, after := strings.CutSuffix(rest, topicAfter)
	if !before || !after {
		return "", malformed("topic %.200q is not %s", topic, Topics)
	}
	parsed, err := assets.ParseID(id)
	if err != nil {
		return "", malformed("topic: %w", err)
	}
	return parsed, nil
}

// Decode reads an MQTT message: one reading or an array of readings of the
// device that the topic names, in the order of the text. Received is when we got
// it. The message is taken as a whole or not at all; the error wraps ErrMalformed
// or ErrTooLarge and names the place. Decode knows no device: see Intake.
func Decode(topic string, payload []byte, received time.Time) ([]twin.Observation, error) {
	id, err := deviceOf(topic)
	if err != nil {
		return nil, err
	}
	if len(payload) > MaxPayload {
		return nil, tooLarge("payload", len(payload), MaxPayload)
	}
	s := scanner{text: payload}
	d := decoder{received: received.UnixMilli()}
	if s.peek() != '[' {
		r, err := readReading(&s, false)
		if err != nil {
			return nil, err
		}
		d.add(id, r)
		return d.out, s.end()
	}
	err = s.items(func(i int) error {
		if i == MaxReadings {
			return malformed("more than %d readings", MaxReadings)
		}
		r, err := readReading(&s, false)
		if err != nil {
			return inReading(i, err)
		}
		d.add(id, r)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return d.out, s.end()
}

// decoder makes observations of readings.
type decoder struct {
	received int64
	out      []twin.Observation
}

func (d *decoder) add(id assets.ID, r reading) {
	at := d.received
	if r.timed {
		at = r.time
	}
	for _, v := range r.values {
		d.out = append(d.out, twin.Observation{
			Asset: id, Phenomenon: v.phenomenon, Value: v.number, PhenomenonTime: at, ReceivedTime: d.received,
		})
	}
}
