package tiles

import (
	"math"
	"slices"
)

// loop is one ring of the result.
type loop struct {
	from, to int32 // in pts
	area     int64 // twice; negative for holes
	walk     int32 // loops of one walk bound one piece of ground
	parent   int32 // of a hole: the exterior that it lies in
	next     int32 // the next hole of the same exterior, or -1
	holes    int32 // of an exterior: its first hole, or -1
}

// trace joins the border to simple rings: it walks around each piece of ground,
// keeping it on the positive side, and cuts a ring off wherever the walk comes
// back to a point.
func (w *weaver) trace() {
	w.loops, w.pts = w.loops[:0], w.pts[:0]
	w.used = append(w.used[:0], make([]bool, len(w.border))...)
	walk := int32(0)
	for i := range w.border {
		if !w.used[i] {
			w.walk(i, walk)
			walk++
		}
	}
	w.adopt()
}

func (w *weaver) walk(first int, walk int32) {
	w.path = w.path[:0]
	for at := first; ; {
		e := w.border[at]
		w.used[at] = true
		w.path = append(w.path, e.from)
		lo, hi := w.leaving(e.to)
		if at = lo; hi-lo > 1 {
			at = w.sharpest(e, lo, hi)
		}
		if hi-lo > 1 || at == first {
			w.cutLoop(e.to, walk)
		}
		if at == first {
			return
		}
	}
}

// leaving is the range of arrows that start at p.
func (w *weaver) leaving(p pixel) (lo, hi int) {
	lo, _ = slices.BinarySearchFunc(w.border, p, func(a arrow, p pixel) int { return a.from.compare(p) })
	for hi = lo; hi < len(w.border) && w.border[hi].from == p; hi++ {
	}
	return lo, hi
}

// sharpest is the arrow among [lo, hi) that turns most to the positive side of
// e: the other edge of the same ground.
func (w *weaver) sharpest(e arrow, lo, hi int) int {
	best := lo
	for i := lo + 1; i < hi; i++ {
		if sooner(e.to, e.from, w.border[i].to, w.border[best].to) {
			best = i
		}
	}
	return best
}

// sooner says whether, turning around o from u against the positive sense, one
// meets p before q. Neither lies in the direction of u.
func sooner(o, u, p, q pixel) bool {
	hp, hq := half(o, u, p), half(o, u, q)
	if hp != hq {
		return hp < hq
	}
	return turn(o, p, q) < 0
}

// half is 0 if p lies within the first half turn against the positive sense
// from u, else 1.
func half(o, u, p pixel) int {
	t := turn(o, u, p)
	if t < 0 {
		return 0
	}
	if t == 0 && int64(u.x-o.x)*int64(p.x-o.x)+int64(u.y-o.y)*int64(p.y-o.y) < 0 {
		return 0
	}
	return 1
}

// cutLoop takes the ring off the end of the path that begins at p, if p is on
// the path.
func (w *weaver) cutLoop(p pixel, walk int32) {
	for i := len(w.path) - 1; i >= 0; i-- {
		if w.path[i] != p {
			continue
		}
		from := int32(len(w.pts))
		w.straighten(w.path[i:])
		w.path = w.path[:i]
		l := loop{from: from, to: int32(len(w.pts)), walk: walk, parent: -1, next: -1, holes: -1}
		l.area = area2(w.pts[from:])
		w.loops = append(w.loops, l)
		return
	}
}

// straighten copies the ring to pts without the points that lie on the line
// between their neighbours, unless other borders end there: those need them, lest
// a hair of ground shows between.
func (w *weaver) straighten(ring []pixel) {
	n := len(ring)
	prev := ring[n-1]
	for i, p := range ring {
		next := ring[(i+1)%n]
		if turn(prev, p, next) != 0 || w.knotted(p) {
			w.pts = append(w.pts, p)
			prev = p
		}
	}
}

func (w *weaver) knotted(p pixel) bool {
	_, found := slices.BinarySearchFunc(w.knots, p, pixel.compare)
	return found
}

// adopt gives each hole its exterior: that of its walk, else the smallest
// around it.
func (w *weaver) adopt() {
	for i := 0; i < len(w.loops); {
		walk, from, exterior := w.loops[i].walk, i, int32(-1)
		for ; i < len(w.loops) && w.loops[i].walk == walk; i++ {
			if w.loops[i].area > 0 {
				exterior = int32(i)
			}
		}
		if exterior < 0 {
			exterior = w.around(from, i)
		}
		for j := from; j < i; j++ {
			if h := &w.loops[j]; h.area < 0 && exterior >= 0 {
				h.parent, h.next = exterior, w.loops[exterior].holes
				w.loops[exterior].holes = int32(j)
			}
		}
	}
}

// around finds the smallest exterior that holds the holes [from, to), which
// hang together: west of their westernmost point lies only the ground around.
func (w *weaver) around(from, to int) int32 {
	tip := w.pts[w.loops[from].from]
	for _, p := range w.pts[w.loops[from].from:w.loops[to-1].to] {
		if p.less(tip) {
			tip = p
		}
	}
	best, area := int32(-1), int64(math.MaxInt64)
	for i, l := range w.loops {
		if l.area > 0 && l.area < area && holds(w.pts[l.from:l.to], tip) {
			best, area = int32(i), l.area
		}
	}
	return best
}

// write writes every exterior followed by its holes.
func (w *weaver) write(c *commands) {
	for _, l := range w.loops {
		if l.area <= 0 {
			continue
		}
		c.ring(w.pts[l.from:l.to])
		for h := l.holes; h >= 0; h = w.loops[h].next {
			c.ring(w.pts[w.loops[h].from:w.loops[h].to])
		}
	}
}
