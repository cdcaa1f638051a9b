package twin

import (
	"slices"
	"sync"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
)

// sorters lends the buffers between an index and the things.
var sorters = sync.Pool{New: func() any { return new(sorter) }}

// Within appends the things of the kind whose boxes touch b, in order of their
// numbers, as tiles want them. They and their places are of one batch.
func (w *World) Within(dst []*Thing, kind assets.Kind, b orb.Bound) []*Thing {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.within(dst, kind, b)
}

// Look appends the things of all the kinds whose boxes touch b, as Within does,
// all of one batch; shown is its number.
func (w *World) Look(dst []*Thing, kinds []assets.Kind, b orb.Bound) (things []*Thing, shown uint64) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	for _, kind := range kinds {
		dst = w.within(dst, kind, b)
	}
	return dst, w.shown
}

// within is Within; the caller holds the lock.
func (w *World) within(dst []*Thing, kind assets.Kind, b orb.Bound) []*Thing {
	l := w.stock.layers[kind]
	if l == nil {
		return dst
	}
	s := sorters.Get().(*sorter)
	defer sorters.Put(s)
	s.keys = l.index.Within(s.keys[:0], b)
	s.sort()
	dst = slices.Grow(dst, len(s.keys))
	for _, fid := range s.keys {
		dst = append(dst, w.stock.things.get(fid))
	}
	return dst
}

// Near is a thing and how far on the ground its box is.
type Near struct {
	Thing    *Thing
	Distance geo.Metres
	Point    bool // its box is a point: the distance is that to the thing itself
}

// hitRooms lends what an index finds.
var hitRooms = sync.Pool{New: func() any { return new([]geo.Hit[assets.FID]) }}

// Nearest appends at most n things of the kind by the ground distance from p to
// their boxes, nearest first, none farther than limit.
func (w *World) Nearest(dst []Near, kind assets.Kind, p orb.Point, n int, limit geo.Metres) []Near {
	from := len(dst)
	dst = w.nearest(dst, kind, p, n, limit)
	wakeNear(dst[from:]) // without the lock
	return dst
}

func (w *World) nearest(dst []Near, kind assets.Kind, p orb.Point, n int, limit geo.Metres) []Near {
	w.mu.RLock()
	defer w.mu.RUnlock()
	l := w.stock.layers[kind]
	if l == nil {
		return dst
	}
	hits := hitRooms.Get().(*[]geo.Hit[assets.FID])
	defer hitRooms.Put(hits)
	*hits = l.index.Nearest((*hits)[:0], p, n, limit)
	for _, hit := range *hits {
		dst = append(dst, Near{w.stock.things.get(hit.Key), hit.Distance, hit.Point})
	}
	return dst
}

// ByFID returns the thing of that number, or nil.
func (w *World) ByFID(fid assets.FID) *Thing {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.stock.things.get(fid)
}

// ByID returns the thing of that id, or nil.
func (w *World) ByID(id assets.ID) *Thing {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.stock.byID(id)
}

// Count is how many things of a kind there are.
type Count struct {
	Kind    assets.Kind
	Total   int
	Classes map[string]int // by class code; none is 0
	States  map[string]int // by Summary; none is 0
}

// Counts returns the counts of every kind, in drawing order, of what is seen. They
// are kept as things change: asking costs nothing that grows with the things.
func (w *World) Counts(sees func(access.Facet) bool) []Count {
	w.mu.RLock()
	defer w.mu.RUnlock()
	var out []Count
	for _, k := range assets.Kinds() {
		out = append(out, w.stock.layers[k].seen(k, sees))
	}
	return out
}
