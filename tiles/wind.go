package tiles

import "slices"

// arrow is an edge of the result: inside lies on its positive side, so arrows
// run around exteriors the positive way.
type arrow struct{ from, to pixel }

// wind finds the edges that part inside from outside. It sweeps from west to
// east, column by column: halfway between two columns of the lattice no edges
// meet, so there they have an order, and the sum of the weights north of an edge
// is the winding number beside it. It says false when the work runs out.
func (w *weaver) wind() bool {
	w.border, w.active = w.border[:0], w.active[:0]
	for i := 0; i < len(w.edges); {
		x, from := w.edges[i].a.x, i
		for i < len(w.edges) && w.edges[i].a.x == x {
			i++
		}
		w.retire(x - 1)
		for j := from; j < i; j++ {
			if w.edges[j].b.x == x {
				w.upright(w.edges[j])
			}
		}
		w.retire(x)
		for j := from; j < i; j++ {
			if w.edges[j].b.x > x {
				w.active = append(w.active, int32(j))
			}
		}
		for j := from; j < i; j++ {
			if w.edges[j].b.x > x {
				w.level(w.edges[j])
			}
		}
		if w.work < 0 {
			return false
		}
	}
	slices.SortFunc(w.border, func(e, f arrow) int {
		if c := e.from.compare(f.from); c != 0 {
			return c
		}
		return e.to.compare(f.to)
	})
	return true
}

// retire drops the edges that end at column x or before.
func (w *weaver) retire(x int32) {
	n := 0
	for _, j := range w.active {
		if w.edges[j].b.x > x {
			w.active[n] = j
			n++
		}
	}
	w.work -= len(w.active)
	w.active = w.active[:n]
}

// level judges an edge that is not upright, half a unit east of its start.
func (w *weaver) level(e edge) {
	north := int32(0)
	dx, dy := int64(e.b.x-e.a.x), int64(e.b.y-e.a.y)
	for _, j := range w.active {
		f := &w.edges[j]
		fx, fy := int64(f.b.x-f.a.x), int64(f.b.y-f.a.y)
		// y of e and of f at e.a.x + 1/2, both times 2·dx·fx
		ye := (2*dx*int64(e.a.y) + dy) * fx
		yf := (2*fx*int64(f.a.y) + fy*(2*int64(e.a.x-f.a.x)+1)) * dx
		if yf < ye {
			north += f.weight
		}
	}
	w.work -= len(w.active)
	w.judge(e, north+e.weight, north)
}

// upright judges an edge that runs along a column, by the edges that reach the
// column from the west: none of them ends or passes between its ends.
func (w *weaver) upright(e edge) {
	west := int32(0)
	for _, j := range w.active {
		f := &w.edges[j]
		fx, fy := int64(f.b.x-f.a.x), int64(f.b.y-f.a.y)
		// y of f at the column against the middle of e's first unit, times 2·fx
		if 2*(fx*int64(f.a.y)+fy*int64(e.a.x-f.a.x)) < fx*(2*int64(e.a.y)+1) {
			west += f.weight
		}
	}
	w.work -= len(w.active)
	w.judge(e, west, west-e.weight)
}

// judge keeps the edge if only one of its sides is inside. The positive side is
// south of an edge that runs east, west of one that runs south.
func (w *weaver) judge(e edge, positive, negative int32) {
	switch {
	case positive > 0 && negative <= 0:
		w.border = append(w.border, arrow{e.a, e.b})
	case positive <= 0 && negative > 0:
		w.border = append(w.border, arrow{e.b, e.a})
	}
}
