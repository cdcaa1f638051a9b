package twin

import (
	"iter"
	"slices"

	"github.com/paulmach/orb"

	"suhe/assets"
)

// Everywhere is a box that every stored geometry touches.
var Everywhere = orb.Bound{Min: orb.Point{-360, -180}, Max: orb.Point{360, 180}}

const (
	eachAtOnce = 256  // things that are taken under one lock
	scanned    = 4096 // numbers that are looked at under one lock
	sparse     = 16   // of so many numbers less than one is the kind's: its index knows them faster
)

// Walk yields the things of the kind whose boxes touch b, those after the number, in
// order of number. It is no snapshot: each thing is as it is when its turn comes. No
// lock is held while it yields.
func (w *World) Walk(kind assets.Kind, b orb.Bound, after assets.FID) iter.Seq[*Thing] {
	return func(yield func(*Thing) bool) {
		if b == Everywhere && w.dense(kind) {
			w.scan(kind, after, yield)
			return
		}
		numbers := w.numbers(kind, b)
		from, _ := slices.BinarySearch(numbers, after+1)
		w.each(kind, numbers[from:], yield)
	}
}

// Each yields the things of the kind in order of FID until yield returns false.
// It is no snapshot: each thing is as it is when its turn comes, and what is
// born after the start is not among them. No lock is held while yield runs.
func (w *World) Each(kind assets.Kind, yield func(*Thing) bool) {
	w.EachWithin(kind, Everywhere, yield)
}

// EachWithin is Each of those whose boxes touched b at the start.
func (w *World) EachWithin(kind assets.Kind, b orb.Bound, yield func(*Thing) bool) {
	w.each(kind, w.numbers(kind, b), yield)
}

// numbers are those of the things of the kind whose boxes touch b, in order.
func (w *World) numbers(kind assets.Kind, b orb.Bound) []assets.FID {
	w.mu.RLock()
	l := w.stock.layers[kind]
	if l == nil {
		w.mu.RUnlock()
		return nil
	}
	var s sorter
	if b == Everywhere {
		s.keys = make([]assets.FID, 0, l.index.Len())
	}
	s.keys = l.index.Within(s.keys, b)
	w.mu.RUnlock()
	s.sort()
	return s.keys
}

// each yields those of the things that still are, and are of the kind.
func (w *World) each(kind assets.Kind, numbers []assets.FID, yield func(*Thing) bool) {
	some := make([]*Thing, 0, eachAtOnce)
	for part := range slices.Chunk(numbers, eachAtOnce) {
		some = w.living(some[:0], kind, part)
		for _, t := range some {
			if !yield(t) {
				return
			}
		}
	}
}

// living appends those of the things that still are, and are of the kind.
func (w *World) living(dst []*Thing, kind assets.Kind, keys []assets.FID) []*Thing {
	w.mu.RLock()
	defer w.mu.RUnlock()
	for _, fid := range keys {
		if t := w.stock.things.get(fid); t != nil && t.Asset.Kind == kind {
			dst = append(dst, t)
		}
	}
	return dst
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
