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

// PositionTopics is the topic filter under which movers publish where they are.
const PositionTopics = topicBefore + "+" + positionsAfter

const (
	topicBefore    = "suhe/v1/devices/"
	topicAfter     = "/observations"
	positionsAfter = "/positions"
)

// Topic is where the device publishes its observations.
func Topic(id assets.ID) string { return topicBefore + string(id) + topicAfter }

// PositionTopic is where the mover publishes its positions.
func PositionTopic(id assets.ID) string { return topicBefore + string(id) + positionsAfter }

// deviceOf finds whose topic with that ending it is.
func deviceOf(topic, ending string) (assets.ID, error) {
	rest, before := strings.CutPrefix(topic, topicBefore)
	id, after := strings.CutSuffix(rest, ending)
	if !before || !after {
		return "", malformed("topic %.200q is not %s+%s", topic, topicBefore, ending)
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
	d := decoder{received: received.UnixMilli()}
	err := d.message(topic, payload)
	return d.out, err
}

// oneOrMore reads a text that is one reading or an array of them.
func oneOrMore(s *scanner, read func(*scanner) error) error {
	if s.peek() != '[' {
		if err := read(s); err != nil {
			return err
		}
		return s.end()
	}
	err := s.items(func(i int) error {
		if i == MaxReadings {
			return malformed("more than %d readings", MaxReadings)
		}
		if err := read(s); err != nil {
			return inReading(i, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.end()
}

// decoder makes observations of readings. One that reads many messages has the memory
// for it once.
type decoder struct {
	received int64
	out      []twin.Observation
	met      words
	text     scanner
	last     reading
}

// message adds what an MQTT message says. After an error out is as it was.
func (d *decoder) message(topic string, payload []byte) error {
	id, err := deviceOf(topic, topicAfter)
	if err != nil {
		return err
	}
	if len(payload) > MaxPayload {
		return tooLarge("payload", len(payload), MaxPayload)
	}
	was := len(d.out)
	d.text = scanner{text: payload, met: &d.met}
	err = oneOrMore(&d.text, func(s *scanner) error {
		d.last = reading{values: d.last.values[:0]}
		err := d.last.read(s, false)
		if err == nil {
			d.add(id, &d.last)
		}
		return err
	})
	if err != nil {
		d.out = d.out[:was]
	}
	return err
}

func (d *decoder) add(id assets.ID, r *reading) {
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
