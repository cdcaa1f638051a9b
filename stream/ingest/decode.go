package ingest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"suhe/assets"
)

// The bounds of one message.
const (
	MaxPayload  = 64 << 10 // bytes
	MaxReadings = 1_000
	MaxValues   = 32 // of one reading
)

// Reading is what a device says at one time.
type Reading struct {
	Device assets.ID
	Time   time.Time // zero: when we got it
	Values map[string]float64
}

// topicPrefix and topicSuffix are around the device's id in an MQTT topic.
const (
	topicPrefix = "suhe/v1/devices/"
	topicSuffix = "/observations"
)

// Topics is the MQTT filter of all observations.
const Topics = topicPrefix + "+" + topicSuffix

// Topic is where a device publishes.
func Topic(id assets.ID) string { return topicPrefix + string(id) + topicSuffix }

// Decode reads an MQTT message: one reading {"time":…,"values":{…}} or an array
// of them. The error says what is wrong with which reading.
func Decode(topic string, payload []byte) ([]Reading, error) {
	id, err := device(topic)
	if err != nil {
		return nil, err
	}
	if len(payload) > MaxPayload {
		return nil, malformed("payload: %d bytes, want at most %d", len(payload), MaxPayload)
	}
	raw, err := readings(payload)
	if err != nil {
		return nil, err
	}
	out := make([]Reading, 0, len(raw))
	for i, r := range raw {
		reading, err := r.reading(id)
		if err != nil {
			return nil, fmt.Errorf("reading %d: %w", i, err)
		}
		out = append(out, reading)
	}
	return out, nil
}

// device finds the id in a topic.
func device(topic string) (assets.ID, error) {
	rest, ok := strings.CutPrefix(topic, topicPrefix)
	name, whole := strings.CutSuffix(rest, topicSuffix)
	if !ok || !whole {
		return "", malformed("topic: %q, want %s", topic, Topics)
	}
	id, err := assets.ParseID(name)
	if err != nil {
		return "", malformed("topic: %v", err)
	}
	return id, nil
}

// rawReading is a reading as it stands in JSON.
type rawReading struct {
	ID     string             `json:"id"` // in a batch by HTTP only
	Time   string             `json:"time"`
	Values map[string]float64 `json:"values"`
}

// readings decodes one or an array.
func readings(payload []byte) ([]rawReading, error) {
	var out []rawReading
	payload = bytes.TrimSpace(payload)
	if len(payload) > 0 && payload[0] == '[' {
		if err := decodeOne(payload, &out); err != nil {
			return nil, err
		}
	} else {
		var one rawReading
		if err := decodeOne(payload, &one); err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	if len(out) == 0 || len(out) > MaxReadings {
		return nil, malformed("payload: %d readings, want 1 to %d", len(out), MaxReadings)
	}
	return out, nil
}

// decodeOne decodes a JSON value that must be all there is.
func decodeOne(b []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return malformed("payload: %v", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return malformed("payload: more behind the JSON value")
	}
	return nil
}

// reading checks one reading of the device.
func (r rawReading) reading(id assets.ID) (Reading, error) {
	if len(r.Values) == 0 || len(r.Values) > MaxValues {
		return Reading{}, malformed("values: %d of them, want 1 to %d", len(r.Values), MaxValues)
	}
	out := Reading{Device: id, Values: r.Values}
	if r.Time == "" {
		return out, nil
	}
	t, err := time.Parse(time.RFC3339, r.Time)
	if err != nil {
		return Reading{}, malformed("time: %.40q, want RFC 3339 with an offset", r.Time)
	}
	out.Time = t
	return out, nil
}
