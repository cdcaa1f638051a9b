package mapping

import (
	"errors"
	"fmt"
	"time"

	"suhe/assets"
	"suhe/twin"
)

// Bounds of what one payload becomes.
const (
	MaxItems        = 5_000
	MaxObservations = 20_000
	MaxRefusals     = 1_000
)

// Message is a payload and how it came.
type Message struct {
	Levels   []string // of the topic below the gateway; nil by HTTP
	Payload  []byte
	Received time.Time
}

// Result is what became of a payload, in the order of its items.
type Result struct {
	Readings []Reading
	Refusals []Refusal
}

// Reading is an observation and what else its mapping says of it.
type Reading struct {
	twin.Observation
	Item     int     // that it came from, from 0
	Deadband float64 // a change smaller than this is not worth telling; 0: none
}

// Refusal is what could not be understood, and why.
type Refusal struct {
	Item  int    // from 0; -1: the whole payload
	Place string // pointer into the item, as the mapping has it; ^ from the payload's root
	Err   error
}

func (r Refusal) Error() string {
	if r.Item < 0 {
		return fmt.Sprintf("payload: %v", r.Err)
	}
	return fmt.Sprintf("item %d: %s: %v", r.Item, r.Place, r.Err)
}

// Unwrap gives the cause; ErrDevice: the mapping does not name the device.
func (r Refusal) Unwrap() error { return r.Err }

// Map makes observations of a payload. It is pure; what exceeds a bound is
// refused with everything that comes after it.
func (m *Mapping) Map(in Message) Result {
	w := work{m: m, in: in, received: in.Received.UnixMilli()}
	root, err := readPayload(in.Payload)
	if err != nil {
		w.refuse(-1, "", err)
		return w.out
	}
	w.root = root
	items, err := m.itemsOf(root)
	if err != nil {
		w.refuse(-1, "", err)
		return w.out
	}
	for i, item := range items {
		if !w.item(i, item) {
			break
		}
	}
	return w.out
}

// itemsOf finds the items: the elements of an array, or one object.
func (m *Mapping) itemsOf(root any) ([]any, error) {
	found, ok := m.items.find(root, root)
	if !ok {
		return nil, fmt.Errorf("nothing at %q, where the items should be", m.items.text)
	}
	switch found := found.(type) {
	case []any:
		if len(found) > MaxItems {
			return nil, fmt.Errorf("%d items, want at most %d", len(found), MaxItems)
		}
		return found, nil
	case map[string]any:
		return []any{found}, nil
	}
	return nil, fmt.Errorf("%s at %q, want an array of items or one object", kindOf(found), m.items.text)
}

// work is the state of one Map.
type work struct {
	m        *Mapping
	in       Message
	root     any
	received int64
	out      Result
}

func (w *work) refuse(item int, place string, err error) {
	w.out.Refusals = append(w.out.Refusals, Refusal{item, place, err})
}

// item maps one item; false: a bound was reached.
func (w *work) item(i int, item any) bool {
	if len(w.out.Refusals) >= MaxRefusals {
		w.refuse(i, "", fmt.Errorf("more than %d refusals, the rest is not read", MaxRefusals))
		return false
	}
	id, err := w.m.naming.of(w.root, item, w.in.Levels)
	if err != nil {
		w.refuse(i, w.m.naming.place(), err)
		return true
	}
	at, err := w.time(item)
	if err != nil {
		w.refuse(i, w.m.clock.from.text, err)
		return true
	}
	return w.values(i, item, id, at)
}

func (w *work) time(item any) (int64, error) {
	c := w.m.clock
	if c == nil {
		return w.received, nil
	}
	found, ok := c.from.find(w.root, item)
	if !ok {
		return 0, errors.New("missing")
	}
	return c.read(found)
}

// values maps the values that the item has: none of them need be there, but one must.
func (w *work) values(i int, item any, id assets.ID, at int64) bool {
	has := false
	for k := range w.m.values {
		v := &w.m.values[k]
		if !v.applies(w.root, item) {
			continue
		}
		found, ok := v.from.find(w.root, item)
		if !ok || found == nil {
			continue
		}
		has = true
		n, err := v.read(found)
		if err != nil {
			w.refuse(i, v.from.text, err)
			continue
		}
		if len(w.out.Readings) == MaxObservations {
			w.refuse(i, v.from.text, fmt.Errorf("more than %d values, the rest is not read", MaxObservations))
			return false
		}
		w.out.Readings = append(w.out.Readings, Reading{
			Observation: twin.Observation{Asset: id, Phenomenon: v.phenomenon, Value: n, PhenomenonTime: at, ReceivedTime: w.received},
			Item:        i, Deadband: v.deadband,
		})
	}
	if !has {
		w.refuse(i, "values", errors.New("none of the mapping's values is in the item"))
	}
	return true
}
