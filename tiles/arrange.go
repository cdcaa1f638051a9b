package tiles

import "slices"

// cut is a point that splits an edge.
type cut struct {
	edge int32
	p    pixel
}

// arrange splits edges until none meets another but at common ends. It says
// false when the work runs out. Each round splits edges into shorter ones on
// the lattice, so it comes to an end.
func (w *weaver) arrange() bool {
	for {
		w.merge()
		if !w.findCuts() {
			return false
		}
		if len(w.cuts) == 0 {
			return true
		}
		w.split()
	}
}

// merge sorts the edges and melts equal ones; those that cancel out go.
func (w *weaver) merge() {
	slices.SortFunc(w.edges, func(e, f edge) int {
		if c := e.a.compare(f.a); c != 0 {
			return c
		}
		return e.b.compare(f.b)
	})
	n := 0
	for i := 0; i < len(w.edges); {
		e := w.edges[i]
		for i++; i < len(w.edges) && w.edges[i].a == e.a && w.edges[i].b == e.b; i++ {
			e.weight += w.edges[i].weight
		}
		if e.weight != 0 {
			w.edges[n] = e
			n++
		}
	}
	w.edges = w.edges[:n]
}

// findCuts sweeps from west to east over the sorted edges and notes where they
// have to be split.
func (w *weaver) findCuts() bool {
	w.cuts, w.active = w.cuts[:0], w.active[:0]
	for i := range w.edges {
		e := &w.edges[i]
		n := 0
		for _, j := range w.active {
			f := &w.edges[j]
			if f.b.x < e.a.x {
				continue
			}
			w.active[n] = j
			n++
			if max(e.a.y, e.b.y) >= min(f.a.y, f.b.y) && max(f.a.y, f.b.y) >= min(e.a.y, e.b.y) {
				w.meet(int32(i), j)
			}
		}
		if w.work -= len(w.active) + 1; w.work < 0 {
			return false
		}
		w.active = append(w.active[:n], int32(i))
	}
	return true
}

// meet notes where two edges split each other.
func (w *weaver) meet(i, j int32) {
	e, f := w.edges[i], w.edges[j]
	d1, d2 := turn(f.a, f.b, e.a), turn(f.a, f.b, e.b)
	if d1 > 0 && d2 > 0 || d1 < 0 && d2 < 0 {
		return
	}
	d3, d4 := turn(e.a, e.b, f.a), turn(e.a, e.b, f.b)
	if d3 > 0 && d4 > 0 || d3 < 0 && d4 < 0 {
		return
	}
	if d1 != 0 && d2 != 0 && d3 != 0 && d4 != 0 {
		p := crossing(e, f, d1, d2)
		w.cut(i, p)
		w.cut(j, p)
		return
	}
	w.touch(j, e.a, d1)
	w.touch(j, e.b, d2)
	w.touch(i, f.a, d3)
	w.touch(i, f.b, d4)
}

// touch cuts the edge at p if p lies on it.
func (w *weaver) touch(i int32, p pixel, turn int64) {
	if turn == 0 && between(p, w.edges[i].a, w.edges[i].b) {
		w.cuts = append(w.cuts, cut{i, p})
	}
}

// cut cuts the edge at p unless p is one of its ends.
func (w *weaver) cut(i int32, p pixel) {
	if p != w.edges[i].a && p != w.edges[i].b {
		w.cuts = append(w.cuts, cut{i, p})
	}
}

// crossing rounds the point where e crosses f to the lattice; d1 and d2 are the
// turns of e's ends seen from f, of opposite sign.
func crossing(e, f edge, d1, d2 int64) pixel {
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

// split puts the pieces of every edge that is cut in its place.
func (w *weaver) split() {
	slices.SortFunc(w.cuts, func(c, d cut) int {
		if c.edge != d.edge {
			return int(c.edge) - int(d.edge)
		}
		if s := w.along(c) - w.along(d); s != 0 {
			return int(s)
		}
		return c.p.compare(d.p)
	})
	for i := 0; i < len(w.cuts); {
		at := w.cuts[i].edge
		e := w.edges[at]
		w.edges[at].weight = 0
		p := e.a
		for ; i < len(w.cuts) && w.cuts[i].edge == at; i++ {
			w.add(p, w.cuts[i].p, e.weight)
			p = w.cuts[i].p
		}
		w.add(p, e.b, e.weight)
	}
}

// along is how far a cut lies along its edge, in steps of the lattice.
func (w *weaver) along(c cut) int32 {
	a := w.edges[c.edge].a
	dx, dy := c.p.x-a.x, c.p.y-a.y
	return max(dx, -dx) + max(dy, -dy)
}
