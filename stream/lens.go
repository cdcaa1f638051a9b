package stream

import (
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin"
)

// told is what became of a thing between two ticks.
type told struct {
	fid         assets.FID
	was, is     *twin.Thing   // before the first change and after the last
	via         []*twin.Thing // between, if it changed more than once
	first, last uint64        // numbers of the batches
}

// item is a told as one look sees it.
type item struct {
	fid         assets.FID
	held        bool        // it was in view
	via         bool        // it was in view between
	whole       bool        // it was out of view, or the registry says something else of it
	is          *twin.Thing // nil: it is not in view
	first, last uint64
}

// lens is what all views have in common that look alike: the same is told to all
// of them, so it is found and written once. The hub's marking lock guards it.
type lens struct {
	key     string
	id      string // of the views
	look    *look
	scope   access.Scope
	members map[*view]struct{}

	marked  *told // the last one looked at
	items   []item
	recount bool // what is counted changed

	at    twin.Position // everything up to here was turned
	shown uint64        // likewise
	due   time.Time     // of the next turn
	count time.Time     // of the next counting
}

// lensKey tells lenses apart.
func lensKey(id string, l *look, scope access.Scope) string {
	return id + "\x00" + scope.Class() + "\x00" + l.key()
}

// sees says whether the thing is told in the view.
func (l *lens) sees(t *twin.Thing) bool {
	return t != nil && l.look.holds(t) && l.scope.Sees(t.Asset)
}

// mark notes what became of a thing; more than once does no harm.
func (l *lens) mark(t *told) {
	if l.marked == t {
		return
	}
	l.marked = t
	if len(l.look.counted) > 0 && !l.recount {
		for _, one := range [2]*twin.Thing{t.was, t.is} {
			l.recount = l.recount || one != nil && l.look.counts(one)
		}
	}
	i := item{fid: t.fid, held: l.sees(t.was), first: t.first, last: t.last}
	if l.sees(t.is) {
		i.is = t.is
		i.whole = !i.held || t.was.Asset != t.is.Asset
	}
	for _, between := range t.via {
		i.via = i.via || l.sees(between)
	}
	if i.held || i.via || i.is != nil {
		l.items = append(l.items, i)
	}
}

// turn hands out what was marked since the turn before, if it is time.
func (l *lens) turn(h *Hub, at twin.Position, now time.Time) {
	if now.Before(l.due) {
		return
	}
	l.due = now.Add(l.look.interval)
	if len(l.items) > 0 {
		p := &portion{id: l.id, look: l.look, from: l.at, at: at, since: l.shown, items: merge(l.items)}
		for v := range l.members {
			v.take(p, now)
		}
	}
	l.at, l.shown, l.items, l.marked = at, h.shown, nil, nil
	if l.recount && !now.Before(l.count) {
		l.count, l.recount = now.Add(h.o.Recount), false
		l.recounted()
	}
}

// merge makes one of several items of a thing; the result is in order of fid.
func merge(items []item) []item {
	slices.SortStableFunc(items, func(a, b item) int { return int(int64(a.fid) - int64(b.fid)) })
	out := items[:0]
	for _, i := range items {
		if n := len(out); n > 0 && out[n-1].fid == i.fid {
			was := &out[n-1]
			was.via = was.via || i.via || was.is != nil
			was.whole = was.whole || i.whole
			was.is, was.last = i.is, i.last
			continue
		}
		out = append(out, i)
	}
	return out
}

// portion is what one turn of a lens tells, the same to all who are up to date.
type portion struct {
	id       string
	look     *look
	from, at twin.Position
	since    uint64 // it tells of later batches
	items    []item // in order of fid

	written [formats]struct {
		once  sync.Once
		parts []*shared
	}
}

// shared is a frame that is sent to many.
type shared struct {
	data     []byte
	prepared *websocket.PreparedMessage
	at       twin.Position // from which the client can go on; zero: it says nothing of that
}

func share(f format, data []byte, at twin.Position) *shared {
	m, err := websocket.NewPreparedMessage(f.message(), data)
	if err != nil {
		panic(err) // it fails only for control frames
	}
	return &shared{data, m, at}
}

// parts returns the frames of the portion; none if nothing is to be told. Only the
// last carries the new position: who resumes from an earlier one gets the rest.
func (p *portion) parts(h *Hub, f format) []*shared {
	w := &p.written[f]
	w.once.Do(func() {
		var deltas []deltaFrame
		for some := range slices.Chunk(p.items, h.bounds.objects) {
			if d := p.delta(some); len(d.entered)+len(d.changed)+len(d.removed) > 0 {
				deltas = append(deltas, d)
			}
		}
		for i, d := range deltas {
			if i == len(deltas)-1 {
				d.at = p.at
			}
			w.parts = append(w.parts, share(f, f.write(d, &h.written), d.at))
		}
	})
	return w.parts
}

func (p *portion) delta(items []item) deltaFrame {
	d := deltaFrame{id: p.id, at: p.from, look: p.look}
	for _, i := range items {
		switch {
		case i.is == nil && i.held:
			d.removed = append(d.removed, i.fid)
		case i.is == nil: // it came and went
		case i.held && !i.whole:
			d.changed = append(d.changed, i.is)
		default:
			d.entered = append(d.entered, i.is)
		}
	}
	return d
}

// lenses are all lenses and where they look.
type lenses struct {
	byKey map[string]*lens
	cells cells[*lens]
}

// join makes the view a member of the lens for its look, a new one if need be.
func (a *lenses) join(h *Hub, v *view, l *look, scope access.Scope) {
	key := lensKey(v.id, l, scope)
	in := a.byKey[key]
	if in == nil {
		in = &lens{key: key, id: v.id, look: l, scope: scope, members: make(map[*view]struct{}), at: h.marked(), shown: h.shown}
		if a.byKey == nil {
			a.byKey = make(map[string]*lens)
		}
		a.byKey[key] = in
		a.cells.watch(in, geo.BoxOf(l.region.box))
	}
	in.members[v] = struct{}{}
	in.recount = in.recount || len(l.counted) > 0
	in.count = time.Time{}
	v.lens = in
}

// leave takes the view out of its lens, and returns what that has marked: it is the
// view's to tell.
func (a *lenses) leave(v *view) (marked []item) {
	in := v.lens
	if in == nil {
		return nil
	}
	v.lens = nil
	delete(in.members, v)
	if len(in.members) == 0 {
		delete(a.byKey, in.key)
		a.cells.unwatch(in)
	}
	return in.items
}
