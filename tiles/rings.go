package tiles

import "slices"

// rings is the clipped polygon, or polygons, of one feature.
type rings struct {
	pts       []pixel
	ends      []int32 // end of each ring in pts
	exteriors int
	sides     []edgeOf // scratch of simple
	active    []int32
}

// edgeOf is an edge of a ring from its smaller to its greater end, and the
// places of the edge and the next one in the feature.
type edgeOf struct {
	a, b     pixel
	at, next int32
}

func (r *rings) reset() { r.pts, r.ends, r.exteriors = r.pts[:0], r.ends[:0], 0 }

// ring returns the i-th ring.
func (r *rings) ring(i int) []pixel {
	from := int32(0)
	if i > 0 {
		from = r.ends[i-1]
	}
	return r.pts[from:r.ends[i]]
}

// add appends a clipped ring without repeated points; a ring of less than three
// is dropped, and that says add.
func (r *rings) add(ring []vertex) bool {
	start := len(r.pts)
	for _, v := range ring {
		p := pixel{int32(v.x), int32(v.y)}
		if len(r.pts) == start || r.pts[len(r.pts)-1] != p {
			r.pts = append(r.pts, p)
		}
	}
	return r.seal(start)
}

// seal ends the ring that begins at start.
func (r *rings) seal(start int) bool {
	for len(r.pts) > start+1 && r.pts[len(r.pts)-1] == r.pts[start] {
		r.pts = r.pts[:len(r.pts)-1]
	}
	if len(r.pts) < start+3 {
		r.pts = r.pts[:start]
		return false
	}
	r.ends = append(r.ends, int32(len(r.pts)))
	return true
}

// coarsen moves all points to a lattice of 2^k units.
func (r *rings) coarsen(k uint) {
	pts, ends := r.pts, r.ends
	r.pts, r.ends = r.pts[:0], r.ends[:0]
	from := int32(0)
	for _, end := range ends {
		start := len(r.pts)
		for _, p := range pts[from:end] {
			p = p.coarse(k)
			if len(r.pts) == start || r.pts[len(r.pts)-1] != p {
				r.pts = append(r.pts, p)
			}
		}
		from = end
		r.seal(start)
	}
}

// simple says whether the rings can be written as they are: one exterior with
// one hole at most, turning the right way, the hole inside, no edge touching
// another but its neighbours at their common end. It says no as well when the
// work outgrows the budget.
func (r *rings) simple(budget int) bool {
	if r.exteriors != 1 || len(r.ends) > 2 || area2(r.ring(0)) <= 0 {
		return false
	}
	if len(r.ends) == 2 && (area2(r.ring(1)) >= 0 || !holds(r.ring(0), r.ring(1)[0])) {
		return false
	}
	r.list()
	r.active = r.active[:0]
	for i := range r.sides {
		e := &r.sides[i]
		n := 0
		for _, j := range r.active {
			f := &r.sides[j]
			if f.b.x < e.a.x {
				continue
			}
			if clash(e, f) {
				return false
			}
			r.active[n] = j
			n++
		}
		if budget -= len(r.active); budget < 0 {
			return false
		}
		r.active = append(r.active[:n], int32(i))
	}
	return true
}

// list sorts the edges of all rings from west to east.
func (r *rings) list() {
	r.sides = r.sides[:0]
	from := int32(0)
	for _, end := range r.ends {
		for i := from; i < end; i++ {
			next := i + 1
			if next == end {
				next = from
			}
			a, b := r.pts[i], r.pts[next]
			if b.less(a) {
				a, b = b, a
			}
			r.sides = append(r.sides, edgeOf{a, b, i, next})
		}
		from = end
	}
	slices.SortFunc(r.sides, func(e, f edgeOf) int { return int(e.a.x) - int(f.a.x) })
}

// clash says whether two edges touch where they must not.
func clash(e, f *edgeOf) bool {
	if max(e.a.y, e.b.y) < min(f.a.y, f.b.y) || max(f.a.y, f.b.y) < min(e.a.y, e.b.y) {
		return false
	}
	if e.next == f.at || f.next == e.at {
		return folded(e, f)
	}
	d1, d2 := turn(f.a, f.b, e.a), turn(f.a, f.b, e.b)
	if d1 > 0 && d2 > 0 || d1 < 0 && d2 < 0 {
		return false
	}
	d3, d4 := turn(e.a, e.b, f.a), turn(e.a, e.b, f.b)
	if d3 > 0 && d4 > 0 || d3 < 0 && d4 < 0 {
		return false
	}
	// Edges on one line clash only if they overlap; their boxes do in y and,
	// as the sweep tells, in x.
	return true
}

// folded says whether neighbours in a ring run back over each other.
func folded(e, f *edgeOf) bool {
	if turn(e.a, e.b, f.a) != 0 || turn(e.a, e.b, f.b) != 0 {
		return false
	}
	return !(e.b == f.a || f.b == e.a)
}
