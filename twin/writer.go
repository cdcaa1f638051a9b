package twin

import (
	"slices"
	"strings"

	"suhe/assets"
	"suhe/geo"
)

// writer is what Run alone knows: the batch that it is making, and what it
// remembers of sensors. A thing made in the batch is a draft: nobody else has
// it yet, so it may still be written.
type writer struct {
	watches   map[assets.FID]*watch
	deadlines deadlines
	clock     clock
	started   int64 // Unix milliseconds since when this node listens
	loaded    bool
	pending   *Batch // what the sinks must still be told of a reload
	holed     bool   // OBS had a gap, and nothing came since

	changes []Change
	drafts  map[assets.FID]int       // into changes
	born    map[assets.ID]assets.FID // ids that the batch gave
	events  []Event
	listens bool // heard is kept, since a sink asks for it
	heard   []Heard

	findings   []KeptFinding
	known      map[FindingKey]struct{} // findings that came, without their times
	knownOrder []FindingKey            // a ring of them, by when they came
	knownNext  int

	paths map[*assets.Asset]*geo.River // along banks, to walk on; scratch
}

func (w *writer) init() {
	w.watches = make(map[assets.FID]*watch)
	w.drafts = make(map[assets.FID]int)
	w.born = make(map[assets.ID]assets.FID)
	w.known = make(map[FindingKey]struct{})
	w.paths = make(map[*assets.Asset]*geo.River)
}

// begin starts a batch. What it makes is handed to sinks, who may keep it.
func (w *writer) begin() {
	w.changes = make([]Change, 0, len(w.changes))
	w.events, w.findings = nil, nil
	w.heard = make([]Heard, 0, len(w.heard))
	clear(w.drafts)
	clear(w.born)
}

// current is the thing as the batch leaves it so far, or nil.
func (w *writer) current(s *stock, fid assets.FID) *Thing {
	if i, ok := w.drafts[fid]; ok {
		return w.changes[i].Is
	}
	return s.things.get(fid)
}

// named is the thing of that id as the batch leaves it so far, or nil.
func (w *writer) named(s *stock, id assets.ID) *Thing {
	fid, ok := w.born[id]
	if !ok {
		if fid, ok = s.ids[id]; !ok {
			return nil
		}
	}
	if t := w.current(s, fid); t != nil && t.Asset.ID == id {
		return t
	}
	return nil
}

// replace makes is the thing of fid: nil removes it.
func (w *writer) replace(s *stock, fid assets.FID, is *Thing) {
	if is != nil {
		w.born[is.Asset.ID] = fid
	}
	if i, ok := w.drafts[fid]; ok {
		w.changes[i].Is = is
		return
	}
	w.drafts[fid] = len(w.changes)
	w.changes = append(w.changes, Change{s.things.get(fid), is})
}

// draft returns the thing as a draft with a Last of its own.
func (w *writer) draft(s *stock, t *Thing) *Thing {
	if _, ok := w.drafts[t.Asset.FID]; ok {
		return t
	}
	is := *t
	is.Last = slices.Clone(t.Last)
	w.drafts[t.Asset.FID] = len(w.changes)
	w.changes = append(w.changes, Change{t, &is})
	return &is
}

// watch returns what is remembered of the sensor.
func (w *writer) watch(fid assets.FID) *watch {
	k := w.watches[fid]
	if k == nil {
		k = &watch{due: never}
		w.watches[fid] = k
	}
	return k
}

// settle drops what was born and died within the batch.
func (w *writer) settle() []Change {
	return slices.DeleteFunc(w.changes, func(c Change) bool { return c.Was == nil && c.Is == nil })
}

// seek finds the phenomenon in last, or where it belongs.
func seek(last []Observation, phenomenon string) (int, bool) {
	// A sensor has a handful of phenomena.
	for i := range last {
		if c := strings.Compare(last[i].Phenomenon, phenomenon); c >= 0 {
			return i, c == 0
		}
	}
	return len(last), false
}

// put writes o into the draft and its watch, in order of phenomenon.
func put(t *Thing, k *watch, o Observation) {
	i, found := seek(t.Last, o.Phenomenon)
	if !found {
		t.Last = slices.Insert(t.Last, i, o)
		k.runs = slices.Insert(k.runs, i, run{}.next(o, o))
		return
	}
	k.runs[i] = k.runs[i].next(t.Last[i], o)
	t.Last[i] = o
}

// forget drops from the draft and its watch what the sensor no longer measures.
func forget(t *Thing, k *watch) {
	keep := 0
	for i, o := range t.Last {
		if measure(t.Asset.Sensor, o.Phenomenon) == nil {
			continue
		}
		t.Last[keep], k.runs[keep] = o, k.runs[i]
		keep++
	}
	t.Last, k.runs = t.Last[:keep], k.runs[:keep]
}
