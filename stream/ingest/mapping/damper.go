package mapping

import (
	"math"
	"sync"
	"time"

	"suhe/assets"
)

// maxRemembered bounds a Damper's memory: about 20 MB.
const maxRemembered = 200_000

// Damper holds back values that hardly differ from the last one told. The zero
// Damper is ready; its methods may run at once.
type Damper struct {
	mu   sync.Mutex
	told map[channel]sample
}

// channel is one phenomenon of one device.
type channel struct {
	asset      assets.ID
	phenomenon string
}

type sample struct {
	value float64
	at    int64 // Unix milliseconds
}

// Round judges one batch. What it lets pass counts as told only after Keep, so a
// batch that the log did not take can be judged again. One goroutine uses it.
type Round struct {
	damper *Damper
	passed map[channel]sample
}

// Begin starts a round.
func (d *Damper) Begin() *Round { return &Round{damper: d, passed: map[channel]sample{}} }

// Passes says whether the reading is to be told: it has no deadband, its channel
// is new or was last told of more than every ago, it differs by the deadband or
// more, or it is older than what was told and so belongs to history.
func (r *Round) Passes(in Reading, every time.Duration) bool {
	if in.Deadband <= 0 {
		return true
	}
	c := channel{in.Asset, in.Phenomenon}
	last, known := r.passed[c]
	if !known {
		last, known = r.damper.last(c)
	}
	now := sample{in.Value, in.PhenomenonTime}
	if known && now.at < last.at {
		return true
	}
	if known && math.Abs(now.value-last.value) < in.Deadband && now.at-last.at < every.Milliseconds() {
		return false
	}
	r.passed[c] = now
	return true
}

// Keep remembers what passed.
func (r *Round) Keep() {
	if len(r.passed) == 0 {
		return
	}
	d := r.damper
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.told == nil {
		d.told = map[channel]sample{}
	}
	for c, s := range r.passed {
		if _, known := d.told[c]; !known && len(d.told) >= maxRemembered {
			d.forget()
		}
		d.told[c] = s
	}
}

// forget makes room by a quarter, of whom it meets: their next value is told.
func (d *Damper) forget() {
	for c := range d.told {
		if len(d.told) <= maxRemembered*3/4 {
			return
		}
		delete(d.told, c)
	}
}

func (d *Damper) last(c channel) (sample, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s, known := d.told[c]
	return s, known
}
