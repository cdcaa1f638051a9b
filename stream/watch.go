package stream

import (
	"suhe/internal/access"
	"suhe/twin"
)

// watch makes the hub mark what happens in what is looked at from now on, and
// returns the position up to which everything has been marked. The client's tiles are at least as
// new as since; nil: nobody knows.
func (h *Hub) watch(v *view, l *look, since *twin.Position) twin.Position {
	h.marking.Lock()
	defer h.marking.Unlock()
	h.repaintAll(v, l, since)
	return h.aim(v, l)
}

// rewatch is watch for a view that moves or whose rights change. What was to be
// told by the look before is the view's to tell. No former look comes back if the
// view moved too often.
func (h *Hub) rewatch(v *view, from, to *look, was access.Scope, since *twin.Position) (at twin.Position, f *former) {
	h.marking.Lock()
	defer h.marking.Unlock()
	h.repaintAll(v, to, since)
	v.turnTo(to, h.lenses.leave(v))
	at = h.aim(v, to)
	if f = h.formers.keep(v, from, was); f == nil {
		h.formers.dropAll(v)
	}
	return at, f
}

// saw notes up to which batch the world was seen when a view moved.
func (h *Hub) saw(f *former, shown uint64) {
	h.marking.Lock()
	defer h.marking.Unlock()
	f.until = shown
}

// aim makes the view a member of the lens of its look; there is none if nothing
// but tiles is looked at.
func (h *Hub) aim(v *view, l *look) twin.Position {
	if len(l.layers) > 0 {
		h.lenses.join(h, v, l, v.session.who().Scope)
	}
	return h.marked()
}

// repaintAll makes the hub mark the tiles that the client has of the look.
func (h *Hub) repaintAll(v *view, l *look, since *twin.Position) {
	h.canvases.unwatch(&v.canvas)
	p := l.painting()
	if ground, ok := p.ground(); ok {
		h.canvases.watch(&v.canvas, ground)
	}
	var missed []footprint
	known := false
	if since != nil {
		missed, known = h.redrawn.after(*since)
	}
	v.canvas.repaint(p, missed, known)
}

func (h *Hub) unwatch(v *view) {
	h.marking.Lock()
	defer h.marking.Unlock()
	h.forget(v)
}

// forget marks nothing more in the view. The caller holds marking.
func (h *Hub) forget(v *view) {
	h.lenses.leave(v)
	h.formers.dropAll(v)
	h.canvases.unwatch(&v.canvas)
}

// inView returns what of the world is in the look and seen by the scope, and the
// number of the batch that it is of.
func (h *Hub) inView(scope access.Scope, l *look) ([]*twin.Thing, uint64) {
	if len(l.kinds) == 0 {
		return nil, h.o.World.Shown()
	}
	all, shown := h.o.World.Look(nil, l.kinds, l.region.box)
	var sight access.Sight
	sight.By(scope)
	kept := all[:0]
	for _, t := range all {
		if l.holds(t) && sight.Sees(t.Asset) {
			kept = append(kept, t)
		}
	}
	clear(all[len(kept):])
	return kept, shown
}
