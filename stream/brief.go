package stream

import "suhe/twin"

// brief is what columns say of a thing that lives, in one place. Of what changes it
// is worked out once for all who look: the thing, its asset and its values lie far
// apart in memory.
type brief struct {
	fid     uint64
	state   uint64
	summary string
	heard   int64 // newest phenomenonTime in Unix milliseconds, or 0
	values  []reading
}

// reading is the latest value of a phenomenon.
type reading struct {
	phenomenon string
	value      float64
}

// fill works it out. Equal texts become one, so that comparing them reads nothing;
// nil texts leaves them as they are.
func (b *brief) fill(t *twin.Thing, texts map[string]string) {
	b.fid, b.state, b.summary, b.heard = uint64(t.Asset.FID), stateNumber(t), one(texts, t.Summary()), heard(t)
	b.values = b.values[:0]
	values(t, func(name string, value float64) {
		b.values = append(b.values, reading{one(texts, name), value})
	})
}

// one is the text as it came first.
func one(texts map[string]string, text string) string {
	if texts == nil {
		return text
	}
	first, known := texts[text]
	if !known {
		texts[text] = text
		first = text
	}
	return first
}
