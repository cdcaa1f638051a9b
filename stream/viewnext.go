package stream

import (
	"maps"
	"slices"
	"time"

	"suhe/assets"
)

// next returns the view's next frame, or nil if all is told that may be told now.
func (v *view) next(h *Hub, now time.Time) *shared {
	v.mu.Lock()
	defer v.mu.Unlock()
	f := v.session.format
	if v.moving {
		return nil // who moves it wakes the session
	}
	if v.lost {
		return v.beginAnew(h)
	}
	if v.fresh {
		return v.nextSnapshot(h)
	}
	for len(v.queue) > 0 {
		if part := v.nextPart(h); part != nil {
			return part
		}
	}
	if !v.answer && !v.ready(now) {
		return nil
	}
	if d, owed := v.nextDue(now); owed {
		return &shared{data: f.write(d, &h.written), at: d.at}
	}
	if len(v.ended) > 0 {
		kind := v.ended[0]
		v.ended = v.ended[1:]
		return &shared{data: f.write(clustersFrame{id: v.id, at: v.at, layer: kind.Layer(), look: v.look}, nil)}
	}
	return v.tally.next(h, f)
}

// beginAnew says that too much is due, and begins with a snapshot.
func (v *view) beginAnew(h *Hub) *shared {
	things, shown := h.inView(v.session.who().Scope, v.look)
	v.restart(things, shown, v.upTo)
	return &shared{data: v.session.format.write(resyncFrame{v.id, "too far behind"}, nil)}
}

// nextSnapshot makes a part of the snapshot. All parts are stamped with the
// position read before the first: what changes meanwhile is due and follows.
func (v *view) nextSnapshot(h *Hub) *shared {
	n := min(h.bounds.objects, len(v.snapshot))
	things := v.snapshot[:n]
	v.snapshot = v.snapshot[n:]
	s := snapshotFrame{id: v.id, at: v.at, things: things, more: len(v.snapshot) > 0, look: v.look}
	if !s.more {
		v.fresh, v.snapshot = false, nil
	}
	out := &shared{data: v.session.format.write(s, &h.written)}
	if !s.more {
		out.at = s.at
	}
	return out
}

// nextPart returns the next part of the first portion; nil if that has none.
func (v *view) nextPart(h *Hub) (out *shared) {
	p := v.queue[0]
	parts := p.parts(h, v.session.format)
	if v.sent == 0 && p.from.Epoch == v.at.Epoch && later(p.from, v.at) {
		v.at = p.from // nothing of the view happened until then, and the first part says so
	}
	if v.sent < len(parts) {
		out = parts[v.sent]
		v.sent++
	}
	if v.sent == len(parts) {
		v.queue, v.sent, v.at = v.queue[1:], 0, p.at
		if len(v.queue) == 0 {
			v.queue = nil
		}
	}
	return out
}

// ready says whether a delta may be sent. The caller holds the lock, as for nextDue.
func (v *view) ready(now time.Time) bool {
	return v.round > 0 || v.session.pace.interval() == 0 || !now.Before(v.due)
}

// nextDue makes the next delta of what is due; false if there is none. To a client
// that is told less often goes a round of what is due when it begins, then nothing
// until its time.
func (v *view) nextDue(now time.Time) (deltaFrame, bool) {
	for v.answer || len(v.dirty) > 0 {
		if v.round == 0 {
			v.round = 1 + len(v.dirty)/v.session.hub.bounds.objects
		}
		d, owed := v.nextDelta()
		if v.round--; v.round == 0 || len(v.dirty) == 0 {
			v.round, v.due = 0, now.Add(v.session.pace.interval())
		}
		if owed {
			return d, true
		}
	}
	return deltaFrame{}, false
}

// nextDelta makes a part of what is due; false if the client need not be told of
// it. Only the last part carries the new position: who resumes from an earlier
// one gets the rest.
func (v *view) nextDelta() (deltaFrame, bool) {
	d := deltaFrame{id: v.id, look: v.look}
	for _, fid := range v.some() {
		is := v.dirty[fid]
		delete(v.dirty, fid)
		if is.is != nil && v.sees(is.is) {
			d.entered = append(d.entered, is.is)
		} else if is.held {
			d.removed = append(d.removed, fid)
		}
	}
	if len(v.dirty) == 0 {
		v.at, v.dirty = v.upTo, nil
	}
	d.at = v.at
	owed := v.answer || len(d.entered)+len(d.removed) > 0
	v.answer = false
	return d, owed
}

// some returns at most a frame's worth of what is due, in order of fid. It goes on
// behind what it returned last, so that nothing waits while others come twice.
func (v *view) some() []assets.FID {
	all := slices.Sorted(maps.Keys(v.dirty))
	most := v.session.hub.bounds.objects
	if len(all) <= most {
		return all
	}
	from, _ := slices.BinarySearch(all, v.turn+1)
	some := all[from:min(from+most, len(all))]
	if len(some) == 0 {
		some = all[:most]
	}
	v.turn = some[len(some)-1]
	return some
}
