package stream

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/twin"
)

// The bounds of what is sent and kept for one view.
const (
	objectsPerFrame = 500
	portionsKept    = 4 // then they are made one
)

// view is one subscription: what is looked at, and what the client has yet to be
// told. As long as it keeps up it gets the portions of its lens, the same as all
// who look alike. One that is behind has a list of its own of what it must be
// told, in which the last value of a thing wins.
type view struct {
	id      string
	session *session
	canvas  canvas

	lens    *lens     // the hub's marking lock guards it
	formers []*former // likewise

	mu       sync.Mutex
	look     *look
	at       twin.Position // the client knows all of the view up to here
	upTo     twin.Position // and up to here when it was told all that is due
	seen     uint64        // what it began with shows all batches up to this one
	read     uint64        // it may have seen parts of batches up to this one
	fresh    bool          // a snapshot is owed, if only to say that there is nothing
	snapshot []*twin.Thing // what is left of it, in order of fid
	queue    []*portion    // of the lens, in order; while it moves, not to be sent
	sent     int           // parts of the first
	dirty    map[assets.FID]due
	turn     assets.FID // the last of what was told of it
	round    int        // parts of dirty that may be told at once
	due      time.Time  // of the next round, if the client is told less often
	answer   bool       // a delta is owed, if only to say that nothing changed
	moving   bool       // it is not known yet how much of the world it saw
	lost     bool       // too much is due: all begins anew
	tally    tally
	ended    []assets.Kind // whose counts are void
}

// due is what a client must be told of a thing.
type due struct {
	held bool        // it may hold it
	is   *twin.Thing // nil: it left
}

// newView makes a view that has nothing to tell yet.
func newView(id string, s *session, l *look) *view {
	v := &view{id: id, session: s, look: l, moving: true}
	v.canvas.view = v
	return v
}

// looks is what the view looks at.
func (v *view) looks() *look {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.look
}

// begin prepares a full snapshot: the things are all that is in view when the
// batch shown was the last, and at least as new as at.
func (v *view) begin(things []*twin.Thing, shown uint64, at twin.Position) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.restart(things, shown, at)
}

// restart is begin; the caller holds the lock.
func (v *view) restart(things []*twin.Thing, shown uint64, at twin.Position) {
	slices.SortFunc(things, byFID)
	v.snapshot, v.fresh = things, true
	v.at, v.seen, v.read = at, shown, shown
	v.dirty, v.lost, v.round = nil, false, 0
	v.tally.again()
	v.settled(at)
}

// settled ends a move: everything up to at is told or due, and so is from now on
// what came meanwhile.
func (v *view) settled(at twin.Position) {
	v.upTo, v.moving = at, false
	if n := len(v.queue); n > 0 {
		v.upTo = v.queue[n-1].at
	}
	v.unqueue()
}

func byFID(a, b *twin.Thing) int { return cmp.Compare(a.Asset.FID, b.Asset.FID) }

// resume prepares the difference between what the client holds since a position
// and the things, which are as for begin.
func (v *view) resume(held []assets.FID, since twin.Position, things []*twin.Thing, shown uint64, at twin.Position) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.at, v.seen, v.read, v.answer = since, shown, shown, true
	for _, fid := range held {
		v.owe(fid, due{held: true})
	}
	for _, t := range things {
		_, holds := v.dirty[t.Asset.FID]
		if holds && !newer(t, since) {
			delete(v.dirty, t.Asset.FID)
			continue
		}
		v.owe(t.Asset.FID, due{holds, t})
	}
	v.settled(at)
}

// newer says whether the client may not know the thing as it is. What turns stale
// or offline by the clock has no place in the log: another node may have told it
// later than this one.
func newer(t *twin.Thing, since twin.Position) bool {
	silent := t.State.Communication != twin.Online && len(t.Last) > 0
	return t.Changed.Obs > since.Obs || t.Changed.Events > since.Events || silent ||
		t.State.Data == twin.Stale || t.State.Data == twin.Stuck
}

// move prepares what a new look or scope brings in and takes out. before are the
// things of the old look and now those of the new one, as the world shows them;
// no batch later than shown is in them.
func (v *view) move(to *look, was, is access.Scope, before, now []*twin.Thing, shown uint64, at twin.Position) {
	v.mu.Lock()
	defer v.mu.Unlock()
	from := v.look
	v.look, v.answer, v.read = to, true, shown
	for _, t := range before {
		if !to.holds(t) || !is.Sees(t.Asset) {
			v.owe(t.Asset.FID, due{held: true})
		}
	}
	redraw := from.fields != to.fields || from.datum.name != to.datum.name
	for _, t := range now {
		if redraw || !from.holds(t) || !was.Sees(t.Asset) {
			v.owe(t.Asset.FID, due{v.dirty[t.Asset.FID].held, t})
		}
	}
	v.settled(at)
}

// turnTo begins a move: what was to be told is the view's own, and so is what comes
// until it is known how much of the world was seen. items are what the lens has
// marked. What the new look does not hold, nobody will tell the view of any more: it
// is due as what left.
func (v *view) turnTo(to *look, items []item) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.redirect()
	v.oweAll(items)
	scope := v.session.who().Scope
	for fid, d := range v.dirty {
		if d.is != nil && !(to.holds(d.is) && scope.Sees(d.is.Asset)) {
			v.dirty[fid] = due{held: d.held}
		}
	}
	v.moving = true
	v.ended = append(v.ended, v.tally.stop(to.counted)...)
}

// redirect makes the view's own what was to be told by the old look. What is due
// of a thing already is newer than the snapshot.
func (v *view) redirect() {
	for _, t := range v.snapshot {
		if _, newer := v.dirty[t.Asset.FID]; !newer {
			v.owe(t.Asset.FID, due{is: t})
		}
	}
	v.snapshot = nil
	v.unqueue()
}

// unqueue makes the portions that are not sent the view's own.
func (v *view) unqueue() {
	for _, p := range v.queue {
		v.oweAll(p.items)
	}
	v.queue, v.sent = nil, 0
}

// owe notes that the client must be told of the thing.
func (v *view) owe(fid assets.FID, d due) {
	if v.dirty == nil {
		v.dirty = make(map[assets.FID]due)
	}
	v.dirty[fid] = d
	if len(v.dirty) > 2*v.session.hub.bounds.held {
		v.lost, v.dirty = true, nil
	}
}

func (v *view) oweAll(items []item) {
	for _, i := range items {
		if fid := i.of.fid; i.of.last > v.seen {
			v.owe(fid, due{v.dirty[fid].held || i.held || i.via, i.is()})
		}
	}
}

// doubt notes that the client may hold a thing that its look does not.
func (v *view) doubt(t *told) {
	v.mu.Lock()
	defer v.mu.Unlock()
	d := due{held: true}
	if t.is != nil && v.sees(t.is) {
		d.is = t.is
	}
	v.owe(t.fid, d)
	v.session.nudge()
}

// sees says whether the thing is in view. The caller holds the lock.
func (v *view) sees(t *twin.Thing) bool {
	return v.look.holds(t) && v.session.who().Scope.Sees(t.Asset)
}

// take gets a portion. A view that waits for others to be sent, or whose client
// may know more than the portion begins with, makes it its own.
func (v *view) take(p *portion, now time.Time) {
	v.mu.Lock()
	own := v.fresh || v.answer || v.lost || len(v.dirty) > 0 || v.read > p.since
	slow := v.session.lag(now)
	switch {
	case v.moving:
		v.queue = append(v.queue, p)
	case own || slow || len(v.queue) == portionsKept:
		v.unqueue()
		v.oweAll(p.items)
	default:
		v.queue = append(v.queue, p)
	}
	v.upTo = p.at
	ready := v.ready(now)
	v.mu.Unlock()
	if ready {
		v.session.nudge()
	}
}

// count gets new counts.
func (v *view) count(c *counted) {
	v.mu.Lock()
	v.tally.owe(c)
	v.mu.Unlock()
	v.session.nudge()
}
