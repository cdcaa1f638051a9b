package tiles

import "slices"

// arrow is an edge of the result: its owner lies on its positive side, so arrows
// run around exteriors the positive way.
type arrow struct {
	from, to pixel
	owner    int32
}

func (e arrow) compare(f arrow) int {
	if e.owner != f.owner {
		return int(e.owner) - int(f.owner)
	}
	if c := e.from.compare(f.from); c != 0 {
		return c
	}
	return e.to.compare(f.to)
}

// wind finds the edges that part inside from outside, for every owner. It sweeps
// from west to east, column by column: halfway between two columns of the lattice
// no edges meet, so there they have an order, and the sums of the weights north
// of an edge are the winding numbers beside it. It says false when the work runs
// out.
func (w *weaver) wind() bool {
	w.arrows, w.active = w.arrows[:0], w.active[:0]
	for i := 0; i < len(w.edges); {
		x, from := w.edges[i].a.x, i
		for i < len(w.edges) && w.edges[i].a.x == x {
			i++
		}
		w.retire(x - 1)
		w.each(from, i, func(first, last int) {
			if w.edges[first].b.x == x {
				w.upright(first, last)
			}
		})
		w.retire(x)
		for j := from; j < i; j++ {
			if w.edges[j].b.x > x {
				w.active = append(w.active, int32(j))
			}
		}
		w.each(from, i, func(first, last int) {
			if w.edges[first].b.x > x {
				w.level(first, last)
			}
		})
		if w.work < 0 {
			return false
		}
	}
	slices.SortFunc(w.arrows, arrow.compare)
	return true
}

// each goes through the edges [from, to) by the pieces of boundary that they
// share.
func (w *weaver) each(from, to int, judge func(first, last int)) {
	for i := from; i < to; {
		first := i
		for i++; i < to && w.edges[i].along(&w.edges[first]); i++ {
		}
		judge(first, i)
	}
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

// level judges a piece of boundary that is not upright, half a unit east of its
// start.
func (w *weaver) level(first, last int) {
	e := &w.edges[first]
	w.cover.clear()
	dx, dy := int64(e.b.x-e.a.x), int64(e.b.y-e.a.y)
	for _, j := range w.active {
		f := &w.edges[j]
		fx, fy := int64(f.b.x-f.a.x), int64(f.b.y-f.a.y)
		// y of e and of f at e.a.x + 1/2, both times 2·dx·fx
		ye := (2*dx*int64(e.a.y) + dy) * fx
		yf := (2*fx*int64(f.a.y) + fy*(2*int64(e.a.x-f.a.x)+1)) * dx
		if yf < ye {
			w.cover.add(f.owner, f.weight)
		}
	}
	w.work -= len(w.active)
	w.cover.note(&w.cover.negative)
	for i := first; i < last; i++ {
		w.cover.add(w.edges[i].owner, w.edges[i].weight)
	}
	w.cover.note(&w.cover.positive)
	w.judge(e)
}

// upright judges a piece of boundary that runs along a column, by the edges that
// reach the column from the west: none of them ends or passes between its ends.
func (w *weaver) upright(first, last int) {
	e := &w.edges[first]
	w.cover.clear()
	for _, j := range w.active {
		f := &w.edges[j]
		fx, fy := int64(f.b.x-f.a.x), int64(f.b.y-f.a.y)
		// y of f at the column against the middle of e's first unit, times 2·fx
		if 2*(fx*int64(f.a.y)+fy*int64(e.a.x-f.a.x)) < fx*(2*int64(e.a.y)+1) {
			w.cover.add(f.owner, f.weight)
		}
	}
	w.work -= len(w.active)
	w.cover.note(&w.cover.positive)
	for i := first; i < last; i++ {
		w.cover.add(w.edges[i].owner, -w.edges[i].weight)
	}
	w.cover.note(&w.cover.negative)
	w.judge(e)
}

// judge keeps the edge for every owner that covers only one of its sides. The
// positive side is south of an edge that runs east, west of one that runs south.
func (w *weaver) judge(e *edge) {
	for _, owner := range w.cover.positive {
		if !slices.Contains(w.cover.negative, owner) {
			w.arrows = append(w.arrows, arrow{e.a, e.b, owner})
		}
	}
	for _, owner := range w.cover.negative {
		if !slices.Contains(w.cover.positive, owner) {
			w.arrows = append(w.arrows, arrow{e.b, e.a, owner})
		}
	}
}
