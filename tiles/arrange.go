package tiles

import "slices"

// arrange splits edges until none meets another but at common ends. It says
// false when the work runs out.
//
// It rounds by hot pixels (Hobby, Practical segment intersection with finite
// precision output, 1999; Guibas and Marimont, Rounding arrangements
// dynamically, 1998): the squares around all ends and crossings are hot, and
// every edge that passes a hot square is bent to its middle. So no edge moves by
// more than half a unit, and none jumps over a point. Edges that come to lie on
// a point only then, which is rare, are caught by another round.
func (w *weaver) arrange() bool {
	for {
		w.merge()
		meets, ok := w.findHot()
		if !ok {
			return false
		}
		if !meets {
			return true
		}
		if !w.bend() {
			return false
		}
	}
}

// merge sorts the edges and melts equal ones of one owner; those that cancel out
// go.
func (w *weaver) merge() {
	slices.SortFunc(w.edges, func(e, f edge) int {
		if c := e.a.compare(f.a); c != 0 {
			return c
		}
		if c := e.b.compare(f.b); c != 0 {
			return c
		}
		return int(e.owner) - int(f.owner)
	})
	n := 0
	for i := 0; i < len(w.edges); {
		e := w.edges[i]
		for i++; i < len(w.edges) && w.edges[i].along(&e) && w.edges[i].owner == e.owner; i++ {
			e.weight += w.edges[i].weight
		}
		if e.weight != 0 {
			w.edges[n] = e
			n++
		}
	}
	w.edges = w.edges[:n]
}

// findHot sweeps from west to east over the sorted edges; it lists all ends and
// crossings in order, and says whether any edges meet but at common ends.
func (w *weaver) findHot() (meets, ok bool) {
	w.hot, w.active = w.hot[:0], w.active[:0]
	for i := range w.edges {
		e := &w.edges[i]
		w.hot = append(w.hot, e.a, e.b)
		n := 0
		for _, j := range w.active {
			f := &w.edges[j]
			if f.b.x < e.a.x {
				continue
			}
			w.active[n] = j
			n++
			if max(e.a.y, e.b.y) >= min(f.a.y, f.b.y) && max(f.a.y, f.b.y) >= min(e.a.y, e.b.y) {
				meets = w.meet(e, f) || meets
			}
		}
		if w.work -= len(w.active) + 1; w.work < 0 {
			return false, false
		}
		w.active = append(w.active[:n], int32(i))
	}
	slices.SortFunc(w.hot, pixel.compare)
	w.hot = slices.Compact(w.hot)
	return meets, true
}

// meet says whether two edges meet but at common ends, and lists the point where
// they cross; where they touch is an end of one.
func (w *weaver) meet(e, f *edge) bool {
	d1, d2 := turn(f.a, f.b, e.a), turn(f.a, f.b, e.b)
	if d1 > 0 && d2 > 0 || d1 < 0 && d2 < 0 {
		return false
	}
	d3, d4 := turn(e.a, e.b, f.a), turn(e.a, e.b, f.b)
	if d3 > 0 && d4 > 0 || d3 < 0 && d4 < 0 {
		return false
	}
	if d1 != 0 && d2 != 0 && d3 != 0 && d4 != 0 {
		w.hot = append(w.hot, crossing(e, d1, d2))
		return true
	}
	return d1 == 0 && between(e.a, f.a, f.b) || d2 == 0 && between(e.b, f.a, f.b) ||
		d3 == 0 && between(f.a, e.a, e.b) || d4 == 0 && between(f.b, e.a, e.b)
}

// crossing rounds the point where e crosses another edge to the lattice; d1 and
// d2 are the turns of e's ends seen from that edge, of opposite sign.
func crossing(e *edge, d1, d2 int64) pixel {
	n, d := d1, d1-d2
	if d < 0 {
		n, d = -n, -d
	}
	return pixel{
		e.a.x + int32(divide(n*int64(e.b.x-e.a.x), d)),
		e.a.y + int32(divide(n*int64(e.b.y-e.a.y), d)),
	}
}

// divide is n/d rounded to the nearest, halves up; d is positive.
func divide(n, d int64) int64 {
	n, d = 2*n+d, 2*d
	q := n / d
	if n%d < 0 {
		q--
	}
	return q
}

// bend leads every edge through the middles of the hot squares that it passes.
func (w *weaver) bend() bool {
	w.edges, w.spare = w.spare[:0], w.edges
	for _, e := range w.spare {
		from, _ := slices.BinarySearchFunc(w.hot, pixel{e.a.x, min(e.a.y, e.b.y)}, pixel.compare)
		w.pass = append(w.pass[:0], e.a)
		at := from
		for ; at < len(w.hot) && w.hot[at].x <= e.b.x; at++ {
			if p := w.hot[at]; p != e.a && p != e.b && passes(e, p) {
				w.pass = append(w.pass, p)
			}
		}
		if w.work -= at - from + 1; w.work < 0 {
			return false
		}
		w.pass = append(w.pass, e.b)
		if e.b.y < e.a.y {
			upward(w.pass)
		}
		for i := 1; i < len(w.pass); i++ {
			w.add(w.pass[i-1], w.pass[i], e.weight, e.owner)
		}
	}
	return true
}

// passes says whether the edge passes the square of half a unit around p, its
// west and north sides included. p is neither of its ends.
func passes(e edge, p pixel) bool {
	if p.y < min(e.a.y, e.b.y) || p.y > max(e.a.y, e.b.y) {
		return false
	}
	dx, dy := int64(e.b.x-e.a.x), int64(e.b.y-e.a.y)
	t, s := 2*turn(e.a, e.b, p), dx+max(dy, -dy)
	// At equality the line touches a corner. Of the four only the north-west one
	// is included: a line touches it that runs north-east with p on its positive side.
	return t < s && -t < s || t == s && dy < 0
}

// upward puts points that are sorted from west to east in the order that an edge
// passes them which runs north: those of one column from south to north.
func upward(p []pixel) {
	for i := 0; i < len(p); {
		from := i
		for i < len(p) && p[i].x == p[from].x {
			i++
		}
		slices.SortFunc(p[from:i], func(a, b pixel) int { return int(b.y) - int(a.y) })
	}
}
