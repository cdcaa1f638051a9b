package twin

import (
	"iter"
	"slices"
	"sync"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
)

// Everywhere is a box that every stored geometry touches.
var Everywhere = orb.Bound{Min: orb.Point{-360, -180}, Max: orb.Point{360, 180}}

const (
	eachAtOnce = 256  // things that are taken under one lock
	scanned    = 4096 // numbers that are looked at under one lock
	sparse     = 16   // of so many numbers less than one is the kind's: its index knows them faster
)

// Walk yields the things of the kind that share a point with the site, nil: all of it,
// those after the number, in order of number. It is no snapshot: each thing is as it is
// when its turn comes, and still shares a point with the site. No lock is held while it
// yields.
func (w *World) Walk(kind assets.Kind, site *geo.Prepared, after assets.FID) iter.Seq[*Thing] {
	return func(yield func(*Thing) bool) {
		if site == nil && w.dense(kind) {
			w.scan(kind, after, yield)
			return
		}
		v := visits.Get().(*visit)
		defer visits.Put(v)
		w.seek(v, kind, site)
		w.visit(v, kind, site, after, yield)
	}
}

// Each yields the things of the kind in order of FID until yield returns false.
// It is no snapshot: each thing is as it is when its turn comes, and what is
// born after the start is not among them. No lock is held while yield runs.
func (w *World) Each(kind assets.Kind, yield func(*Thing) bool) {
	v := visits.Get().(*visit)
	defer visits.Put(v)
	w.seek(v, kind, nil)
	w.visit(v, kind, nil, 0, yield)
}

// visit is the scratch of a walk.
type visit struct {
	numbers sorter       // twice those of what may be in it, and one more if the index does not know
	unsure  []assets.FID // of these
	shown   uint64       // the batch that the index was of
	things  []*Thing     // some of them
	asked   []bool       // which of the things are yet to be compared with the site
}

// visits lends them.
var visits = sync.Pool{New: func() any { return new(visit) }}

// seek fills v with the numbers of what may share a point with the site.
func (w *World) seek(v *visit, kind assets.Kind, site *geo.Prepared) {
	v.numbers.keys, v.unsure = v.numbers.keys[:0], v.unsure[:0]
	w.mu.RLock()
	v.shown = w.shown
	if l := w.stock.layers[kind]; l != nil && site == nil {
		v.numbers.keys = l.index.Within(v.numbers.keys, Everywhere)
	} else if l != nil {
		v.numbers.keys, v.unsure = l.index.Meeting(v.numbers.keys, v.unsure, site)
	}
	w.mu.RUnlock()
	for i := range v.numbers.keys {
		v.numbers.keys[i] *= 2
	}
	for _, fid := range v.unsure {
		v.numbers.keys = append(v.numbers.keys, 2*fid+1)
	}
	v.numbers.sort()
}

// visit yields those of the things that still are, and are of the kind.
func (w *World) visit(v *visit, kind assets.Kind, site *geo.Prepared, after assets.FID, yield func(*Thing) bool) {
	from, _ := slices.BinarySearch(v.numbers.keys, 2*(after+1))
	for part := range slices.Chunk(v.numbers.keys[from:], eachAtOnce) {
		w.living(v, kind, part)
		wake(v.things)
		wakeGround(v.things, v.asked)
		for i, t := range v.things {
			if v.asked[i] && site != nil && !site.Intersects(t.Geometry()) {
				continue
			}
			if !yield(t) {
				return
			}
		}
	}
}

// living fills v with those of the things that still are, and are of the kind. What the
// index knew holds for as long as nothing has changed.
func (w *World) living(v *visit, kind assets.Kind, numbers []assets.FID) {
	v.things, v.asked = v.things[:0], v.asked[:0]
	w.mu.RLock()
	defer w.mu.RUnlock()
	known := v.shown == w.shown
	for _, n := range numbers {
		if t := w.stock.things.get(n / 2); t != nil && (known || t.Asset.Kind == kind) {
			v.things = append(v.things, t)
			v.asked = append(v.asked, !known || n%2 == 1)
		}
	}
}

// dense says whether enough of all things are of the kind that looking at each takes
// less time than asking the index.
func (w *World) dense(kind assets.Kind) bool {
	w.mu.RLock()
	defer w.mu.RUnlock()
	l := w.stock.layers[kind]
	return l != nil && len(w.stock.things.high) == 0 && l.index.Len()*sparse > len(w.stock.things.low)*page
}

// scan yields the things of the kind after the number by looking at all things. What
// is born meanwhile may be among them.
func (w *World) scan(kind assets.Kind, after assets.FID, yield func(*Thing) bool) {
	some := make([]*Thing, 0, eachAtOnce)
	for more := true; more; {
		if some, after, more = w.some(some[:0], kind, after); !more && len(some) == 0 {
			return
		}
		for _, t := range some {
			if !yield(t) {
				return
			}
		}
	}
}

// some appends a bounded number of things after the number; next is where to go on.
func (w *World) some(dst []*Thing, kind assets.Kind, after assets.FID) (things []*Thing, next assets.FID, more bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	low := w.stock.things.low
	for range scanned {
		after++
		n := uint64(after) / page
		if n >= uint64(len(low)) {
			return dst, after, false
		}
		leaf := low[n]
		if leaf == nil {
			after = assets.FID((n+1)*page - 1)
			continue
		}
		if t := leaf[uint64(after)%page]; t != nil && t.Asset.Kind == kind {
			if dst = append(dst, t); len(dst) == eachAtOnce {
				break
			}
		}
	}
	return dst, after, true
}
