package stream

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin"
)

// item is a told as one look sees it. There are very many: each is small.
type item struct {
	of    *told
	held  bool // it was in view
	via   bool // it was in view between
	whole bool // it was out of view, or the registry says something else of it
	in    bool // it is in view
}

// is is the thing, nil if it is not in view.
func (i item) is() *twin.Thing {
	if !i.in {
		return nil
	}
	return i.of.is
}

// lens is what all views have in common that look alike: the same is told to all
// of them, so it is found and written once. The hub's marking lock guards it.
type lens struct {
	key     string
	id      string // of the views
	look    *look
	scope   access.Scope
	class   int   // of the scope, among classes
	kinds   kinds // that it tells one by one
	plain   bool  // what stands is in view by its kind and its box alone
	members map[*view]struct{}

	cells   []*cell[*lens] // where it looks
	items   []item         // what was marked since the last turn
	recount bool           // what is counted changed

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

// gather notes what of the changes is marked where it looks. The numbers are lent
// for the time of the call.
func (l *lens) gather(changes []told, numbers []int32) []int32 {
	numbers = marksOf(numbers[:0], l.cells)
	if len(numbers) > 0 {
		l.items = slices.Grow(l.items, len(numbers))
	}
	for _, n := range numbers {
		l.mark(&changes[n])
	}
	return numbers
}

// mark notes what became of a thing.
func (l *lens) mark(t *told) {
	if len(l.look.counted) > 0 && !l.recount {
		for _, one := range [2]*twin.Thing{t.was, t.is} {
			l.recount = l.recount || one != nil && l.look.counts(one)
		}
	}
	i := item{of: t}
	if l.plain && t.stands {
		i.in = t.kind&l.kinds != 0 && l.look.region.box.Intersects(t.box) && l.allows(t)
		i.held = i.in
	} else {
		i.held, i.in = l.sees(t.was), l.sees(t.is)
		i.whole = i.in && (!i.held || t.was.Asset != t.is.Asset)
		for _, between := range t.via {
			i.via = i.via || l.sees(between)
		}
	}
	if i.held || i.via || i.in {
		l.items = append(l.items, i)
	}
}

// turn hands out what was marked since the turn before, if it is time.
func (l *lens) turn(h *Hub, at twin.Position, now time.Time) {
	if now.Add(h.o.Tick / 2).Before(l.due) {
		return
	}
	l.due = h.next(l, now)
	if len(l.items) > 0 {
		p := &portion{id: l.id, look: l.look, from: l.at, at: at, since: l.shown, items: merge(l.items), many: len(l.members) > 1}
		for v := range l.members {
			v.take(p, now)
		}
	}
	l.at, l.shown, l.items = at, h.shown, nil
	if l.recount && !now.Before(l.count) {
		l.count, l.recount = now.Add(h.o.Recount), false
		l.recounted()
	}
}

// next is when it is time again. Lenses keep apart in time, so that clients that each
// have their own are not all written to at once.
func (h *Hub) next(l *lens, now time.Time) time.Time {
	every := max(l.look.interval, h.rest)
	if due := l.due.Add(every); due.After(now) {
		return due
	}
	return h.apart(every, now)
}

// apart is some time within the next turn of a lens.
func (h *Hub) apart(every time.Duration, now time.Time) time.Time {
	if every == 0 {
		return now
	}
	return now.Add(every - h.chance(every))
}

// merge makes one of several items of a thing; the result is in order of fid.
func merge(items []item) []item {
	if inOrder(items) {
		return items
	}
	slices.SortStableFunc(items, func(a, b item) int { return cmp.Compare(a.of.fid, b.of.fid) })
	out := items[:0]
	for _, i := range items {
		if n := len(out); n > 0 && out[n-1].of.fid == i.of.fid {
			was := &out[n-1]
			was.via = was.via || i.via || was.in
			was.whole = was.whole || i.whole
			was.of, was.in = i.of, i.in
			continue
		}
		out = append(out, i)
	}
	return out
}

// inOrder says whether the items are of one thing each, in order: those of a
// single tick are.
func inOrder(items []item) bool {
	for i := 1; i < len(items); i++ {
		if items[i-1].of.fid >= items[i].of.fid {
			return false
		}
	}
	return true
}

// portion is what one turn of a lens tells, the same to all who are up to date.
type portion struct {
	id       string
	look     *look
	from, at twin.Position
	since    uint64 // it tells of later batches
	items    []item // in order of fid
	many     bool   // it is for more than one view

	written [formats]struct {
		once  sync.Once
		parts []*shared
	}
}

// shared is a frame that may be sent to many.
type shared struct {
	data     []byte
	prepared *websocket.PreparedMessage // nil: it is sent to one
	at       twin.Position              // from which the client can go on; zero: it says nothing of that
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
			part := &shared{data: f.write(d, &h.written), at: d.at}
			if p.many {
				part = share(f, part.data, part.at)
			}
			w.parts = append(w.parts, part)
		}
	})
	return w.parts
}

func (p *portion) delta(items []item) deltaFrame {
	d := deltaFrame{id: p.id, at: p.from, look: p.look}
	for _, i := range items {
		switch {
		case !i.in && i.held:
			d.removed = append(d.removed, i.of.fid)
		case !i.in: // it came and went
		case i.held && !i.whole:
			if d.changed == nil {
				d.changed, d.briefs = make([]*twin.Thing, 0, len(items)), make([]*brief, 0, len(items))
			}
			d.changed, d.briefs = append(d.changed, i.of.is), append(d.briefs, i.of.inBrief())
		default:
			d.entered = append(d.entered, i.of.is)
		}
	}
	return d
}

// lenses are all lenses and where they look.
type lenses struct {
	byKey   map[string]*lens
	cells   cells[*lens]
	classes classes
}

// join makes the view a member of the lens for its look, a new one if need be.
func (a *lenses) join(h *Hub, v *view, l *look, scope access.Scope) {
	key := lensKey(v.id, l, scope)
	in := a.byKey[key]
	if in == nil {
		in = &lens{key: key, id: v.id, look: l, scope: scope, kinds: kindsOf(l.kinds...), plain: l.plain(), members: make(map[*view]struct{}), at: h.marked(), shown: h.shown}
		in.due = h.apart(h.rest, h.o.Now())
		in.class = a.classes.take(scope.Class())
		if a.byKey == nil {
			a.byKey = make(map[string]*lens)
		}
		a.byKey[key] = in
		in.cells = a.cells.watch(in, geo.BoxOf(l.region.box))
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
		a.classes.leave(in.class)
	}
	return in.items
}
