package twin

import (
	"errors"
	"fmt"

	"suhe/assets"
)

// tooFar is how far PhenomenonTime may lie beyond ReceivedTime, in milliseconds.
const tooFar = 2 * 60 * 1000

// endOfTime is the year 10000, the first that RFC 3339 cannot write.
const endOfTime = 253_402_300_800_000

// apply makes one batch of the entries, shows it and tells the sinks.
func (w *World) apply(entries []Entry, sinks []Sink) error {
	w.watchClock(w.options.Now().UnixMilli())
	w.writer.begin()
	at := w.at
	var failed error
	for i := range entries {
		if failed = w.applyEntry(&entries[i], &at); failed != nil {
			break
		}
	}
	// What came before a failure is good.
	w.judgeAll(w.options.Now().UnixMilli())
	return errors.Join(failed, w.publish(at, sinks))
}

func (w *World) applyEntry(e *Entry, at *Position) error {
	if e.Stream == Events {
		return w.applyEvent(e, at)
	}
	if e.Gap {
		w.metrics.gaps.Inc()
		w.writer.holed = true
		w.options.Log.Warn("observations are lost: OBS no longer reaches back", "pos", at.Obs)
		return nil
	}
	if e.Seq <= at.Obs {
		if w.writer.holed {
			return fmt.Errorf("observations %d after %d, OBS began anew: %w", e.Seq, at.Obs, ErrResync)
		}
		return nil // of before the snapshot
	}
	at.Obs, w.writer.holed = e.Seq, false
	if e.Err != nil {
		w.metrics.results[ResultMalformed].Inc()
		w.options.Log.Warn("a message of OBS cannot be read", "pos", e.Seq, "error", e.Err)
		return nil
	}
	for i := range e.Observations {
		w.metrics.results[w.observe(&e.Observations[i], e.Seq)].Inc()
	}
	for i := range e.Fixes {
		w.metrics.fixes[w.move(&e.Fixes[i], e.Seq)].Inc()
	}
	for i := range e.Findings {
		w.metrics.findings[w.find(&e.Findings[i], e.Seq)].Inc()
	}
	return nil
}

func (w *World) applyEvent(e *Entry, at *Position) error {
	if e.Gap {
		return fmt.Errorf("events after %d: %w", at.Events, ErrResync)
	}
	if e.Seq <= at.Events {
		return nil // of before the snapshot
	}
	if e.Seq != at.Events+1 {
		return fmt.Errorf("event %d after %d: %w", e.Seq, at.Events, ErrResync)
	}
	if e.Err != nil {
		return fmt.Errorf("event %d: %w: %w", e.Seq, e.Err, ErrResync)
	}
	at.Events = e.Seq
	event := *e.Event
	switch {
	case event.Type == AssetPut, event.OfCase() && event.Open:
		w.put(event.Asset, e.Seq)
	case event.Type == AssetRemoved, event.OfCase():
		event.Was = w.remove(event.FID)
	}
	w.writer.events = append(w.writer.events, event)
	return nil
}

// put makes a the asset of its thing. What the store loaded may be newer than
// an event that follows it: the newer stays.
func (w *World) put(a *assets.Asset, seq uint64) {
	was := w.writer.current(w.stock, a.FID)
	if was != nil && was.Asset.Revision.N > a.Revision.N {
		return
	}
	is, err := newThing(a)
	if err != nil {
		w.metrics.refused.Inc()
		w.options.Log.Error("an event brings an asset that cannot live", "asset", a.ID, "pos", seq, "error", err)
		return
	}
	if was != nil {
		is.Changed.Obs = was.Changed.Obs
	}
	is.Changed.Epoch, is.Changed.Events = w.at.Epoch, seq
	w.writer.inherit(is, was)
	w.writer.replace(w.stock, a.FID, is)
}

// remove takes a thing out of the world and returns what it was; nil: there was none.
func (w *World) remove(fid assets.FID) *assets.Asset {
	was := w.writer.current(w.stock, fid)
	if was == nil {
		return nil
	}
	w.writer.replace(w.stock, fid, nil)
	delete(w.writer.watches, fid)
	return was.Asset
}

// inherit gives the new thing what was heard of the old one.
func (w *writer) inherit(is, was *Thing) {
	fid := is.Asset.FID
	if was != nil && was.Asset.ID == is.Asset.ID && was.Asset.Kind == is.Asset.Kind {
		is.Finding = was.Finding
	}
	if !reports(is.Asset) {
		delete(w.watches, fid)
		return
	}
	k := w.watch(fid)
	if was == nil || was.Asset.ID != is.Asset.ID || was.Asset.Kind != is.Asset.Kind {
		k.runs, k.moves = k.runs[:0], nil
		return
	}
	if was.Live != nil {
		is.moveTo(was.Live)
	}
	is.Last = append([]Observation(nil), was.Last...)
	forget(is, k)
}

// observe applies one observation and returns its result.
func (w *World) observe(o *Observation, seq uint64) string {
	t := w.writer.named(w.stock, o.Asset)
	if t == nil || t.Asset.Sensor == nil {
		return ResultUnknownDevice
	}
	m := measure(t.Asset.Sensor, o.Phenomenon)
	if m == nil {
		return ResultUnknownPhenomenon
	}
	if !plausible(o) {
		return ResultFuture
	}
	if i, found := seek(t.Last, o.Phenomenon); found && !o.Follows(&t.Last[i]) {
		if o.PhenomenonTime == t.Last[i].PhenomenonTime {
			return ResultRepeat
		}
		return ResultLate
	}
	t = w.writer.draft(w.stock, t)
	// The message's bytes are not kept alive for two names.
	kept := *o
	kept.Asset, kept.Phenomenon = t.Asset.ID, m.Phenomenon
	k := w.writer.watch(t.Asset.FID)
	k.clock = w.writer.clock.of(o.ReceivedTime)
	put(t, k, kept)
	t.Changed.Epoch, t.Changed.Obs = w.at.Epoch, seq
	valid := w.valid(&kept)
	if w.writer.listens {
		w.writer.heard = append(w.writer.heard, Heard{kept, t.Asset.FID, valid})
	}
	if valid {
		return ResultApplied
	}
	return ResultInvalid
}

// plausible says whether the times of o can be: of this era, and what it tells
// not long after we got it.
func plausible(o *Observation) bool {
	return plausibleTimes(o.PhenomenonTime, o.ReceivedTime)
}

func plausibleTimes(phenomenon, received int64) bool {
	return phenomenon >= 0 && received >= 0 && received < endOfTime && phenomenon <= received+tooFar
}

// ahead says whether last was stamped by a clock that was ahead and has been set
// back since: it is not yet true when o comes.
func ahead(last, o *Observation) bool { return last.PhenomenonTime > o.ReceivedTime+tooFar }

func (w *World) valid(o *Observation) bool {
	if w.options.Phenomenon == nil {
		return true
	}
	r, known := w.options.Phenomenon(o.Phenomenon)
	return !known || r.Holds(o.Value)
}

// judgeAll decides the health of every sensor and mover that the batch changed.
func (w *World) judgeAll(now int64) {
	for i := range w.writer.changes {
		if t := w.writer.changes[i].Is; t != nil && reports(t.Asset) {
			w.settleHealth(t, w.writer.watch(t.Asset.FID), w.healthOf(t, now))
		}
	}
}

func (w *World) healthOf(t *Thing, now int64) health {
	k := w.writer.watch(t.Asset.FID)
	by := w.writer.clock.set - k.clock // since it was heard
	var h health
	if t.Asset.Kind == assets.Mover {
		h = judgeMover(t, k.moves, w.motion(t.Asset.Class), now-by, w.writer.started+k.clock)
	} else {
		h = judge(t.Asset, t.Last, k.runs, w.options.Phenomenon, now-by, w.writer.started+k.clock)
	}
	if h.next != never {
		h.next += by
	}
	return h
}

func (w *World) settleHealth(t *Thing, k *watch, h health) {
	t.State, t.Severity = h.state, h.severity
	w.writer.deadlines.schedule(t.Asset.FID, k, h.next)
}

// publish shows the batch, then tells the sinks.
func (w *World) publish(at Position, sinks []Sink) error {
	b := Batch{At: at, Changes: w.writer.settle(), Events: w.writer.events, Findings: w.writer.findings, Heard: w.writer.heard}
	if err := w.show(&b); err != nil {
		return err
	}
	w.metrics.batches.Inc()
	w.tell(b, sinks)
	return nil
}

// show lets readers see the batch, and numbers it.
func (w *World) show(b *Batch) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.stock.take(b.Changes); err != nil {
		return err
	}
	w.at = b.At
	w.shown++
	b.Shown = w.shown
	return nil
}
