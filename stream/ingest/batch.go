package ingest

import (
	"slices"
	"time"
)

// Bounds of a batch by HTTP.
const (
	MaxItems = 5_000   // readings or positions of one batch
	MaxBody  = 1 << 20 // bytes
)

// item is one reading of a batch by HTTP, or why it cannot be read.
type item struct {
	reading
	err  error
	text []byte // as it was sent
}

// readBatch reads a body as package doc shows it. What is not JSON spoils the
// whole body; an item that is JSON but no reading spoils itself.
func readBatch(body []byte) (items []item, err error) {
	err = readArray(body, "observations", func(text []byte) { items = append(items, readItem(text)) })
	return items, err
}

// readArray reads a body that is an object with one array of that name, and
// hands over the text of each of its items.
func readArray(body []byte, name string, item func(text []byte)) error {
	s := scanner{text: body}
	seen := false
	err := s.members(func(key string) error {
		if key != name {
			return malformed("unknown key %.64q, want %s", key, name)
		}
		if seen {
			return malformed("%s: comes twice", name)
		}
		seen = true
		return s.items(func(i int) error {
			if i == MaxItems {
				return malformed("%s: more than %d", name, MaxItems)
			}
			text, err := s.skip()
			if err != nil {
				return inReading(i, err)
			}
			item(text)
			return nil
		})
	})
	if err == nil {
		err = s.end()
	}
	if err == nil && !seen {
		err = malformed("%s: missing", name)
	}
	return err
}

func readItem(text []byte) item {
	var r reading
	err := r.read(&scanner{text: text}, true)
	return item{r, err, text}
}

// Report is the answer to a batch by HTTP. Accepted and Refused count
// observations, a reading that cannot be read as one.
type Report struct {
	Accepted int       `json:"accepted"`
	Refused  int       `json:"refused"`
	Deadband int       `json:"deadband,omitempty"` // held back by a mapping: too near to the last one
	Results  []Refusal `json:"results"`            // of what was refused only, in order of Index
}

// Refusal is why an observation of a batch was not taken.
type Refusal struct {
	Index      int    `json:"index"` // of the reading in the batch, from 0
	Phenomenon string `json:"phenomenon,omitempty"`
	Code       Result `json:"code"`
	Detail     string `json:"detail"`

	foreign bool
}

// refuse adds a refusal.
func (r *Report) refuse(index int, phenomenon string, err error) {
	r.Refused++
	r.Results = append(r.Results, Refusal{index, phenomenon, resultOf(err), err.Error(), isForeign(err)})
}

// foreign says whether the sender spoke for a device that it may not speak for.
func (r *Report) foreign() bool {
	return slices.ContainsFunc(r.Results, func(one Refusal) bool { return one.foreign })
}

// observe turns what can be read into observations; at tells of each the index
// of its reading.
func observe(items []item, received time.Time, r *Report) (d decoder, at []int) {
	d.received = received.UnixMilli()
	for i := range items {
		it := &items[i]
		if it.err != nil {
			r.refuse(i, "", it.err)
			continue
		}
		d.add(it.id, &it.reading)
		for range it.values {
			at = append(at, i)
		}
	}
	return d, at
}

// sort puts the refusals in order of their readings.
func (r *Report) sort() {
	slices.SortStableFunc(r.Results, func(a, b Refusal) int { return a.Index - b.Index })
}
