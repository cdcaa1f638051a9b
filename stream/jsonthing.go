package stream

import (
	"encoding/json"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"

	"suhe/twin"
)

// written keeps things as they were written whole, in WGS84, so that one that many
// look at is written once. What nobody asked for between two turns is forgotten.
type written struct {
	mu       sync.Mutex
	now, was map[*twin.Thing][]byte
}

// things appends the things, with commas between.
func (w *written) things(b []byte, things []*twin.Thing, l *look) []byte {
	whole := l.fields == allFields && l.datum.to == nil
	for i, t := range things {
		if i > 0 {
			b = append(b, ',')
		}
		if whole {
			b = append(b, w.of(t)...)
		} else {
			b = appendThing(b, t, l.fields, l.datum)
		}
	}
	return b
}

// of returns the thing's JSON; it must not be changed.
func (w *written) of(t *twin.Thing) []byte {
	w.mu.Lock()
	b, ok := w.now[t]
	if !ok {
		if b, ok = w.was[t]; ok {
			w.keep(t, b)
		}
	}
	w.mu.Unlock()
	if ok {
		return b
	}
	b = appendThing(make([]byte, 0, 384), t, allFields, datum{})
	w.mu.Lock()
	defer w.mu.Unlock()
	w.keep(t, b)
	return b
}

// keep notes what was written. The caller holds the lock.
func (w *written) keep(t *twin.Thing, b []byte) {
	if w.now == nil {
		w.now = make(map[*twin.Thing][]byte)
	}
	w.now[t] = b
}

// turn begins a new time.
func (w *written) turn() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.was, w.now = w.now, nil
}

// appendThing appends the fields of the thing as a JSON object.
func appendThing(b []byte, t *twin.Thing, f fields, d datum) []byte {
	b = strconv.AppendUint(append(b, `{"fid":`...), uint64(t.Asset.FID), 10)
	for _, text := range [...]struct {
		field fields
		key   string
		value string
	}{
		{fieldID, `,"id":`, string(t.Asset.ID)},
		{fieldLayer, `,"layer":`, t.Asset.Kind.Layer()},
		{fieldClass, `,"class":`, t.Asset.Class},
		{fieldName, `,"name":`, t.Asset.Name},
	} {
		if f&text.field != 0 {
			b = appendString(append(b, text.key...), text.value)
		}
	}
	at := d.of(t.Anchor)
	if f&fieldLon != 0 {
		b = appendDegrees(append(b, `,"lon":`...), at[0])
	}
	if f&fieldLat != 0 {
		b = appendDegrees(append(b, `,"lat":`...), at[1])
	}
	if f&fieldState != 0 {
		b = appendString(append(b, `,"state":{"communication":`...), string(t.State.Communication))
		b = appendString(append(b, `,"data":`...), string(t.State.Data))
		b = append(appendString(append(b, `,"service":`...), string(t.State.Service)), '}')
	}
	if f&fieldSummary != 0 {
		b = appendString(append(b, `,"summary":`...), t.Summary())
	}
	if f&fieldSeverity != 0 {
		b = strconv.AppendUint(append(b, `,"severity":`...), uint64(t.Severity), 10)
	}
	if f&fieldValues != 0 {
		b = appendValues(append(b, `,"values":{`...), t)
	}
	if newest := heard(t); f&fieldTime != 0 && newest > 0 {
		b = appendString(append(b, `,"time":`...), stamp(time.UnixMilli(newest)))
	}
	return append(b, '}')
}

func appendValues(b []byte, t *twin.Thing) []byte {
	first := true
	values(t, func(name string, value float64) {
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(appendString(b, name), ':')
		b = strconv.AppendFloat(b, value, 'g', -1, 64)
	})
	return append(b, '}')
}

// appendDegrees writes a coordinate to a centimetre.
func appendDegrees(b []byte, v float64) []byte { return strconv.AppendFloat(b, v, 'f', 7, 64) }

// appendString appends a JSON string.
func appendString(b []byte, s string) []byte {
	plain := utf8.ValidString(s)
	for i := 0; i < len(s) && plain; i++ {
		plain = s[i] >= ' ' && s[i] != '"' && s[i] != '\\'
	}
	if !plain {
		quoted, _ := json.Marshal(s) // a string always can be
		return append(b, quoted...)
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}
