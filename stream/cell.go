package stream

import (
	"slices"

	"suhe/geo"
)

// cellsPerWatch bounds how many cells one watcher watches.
const cellsPerWatch = 16

// cells says who watches which cells of the tile grid. A watcher watches at the
// deepest zoom at which it needs few cells. Its owner's lock guards it.
type cells[W comparable] struct {
	at      map[geo.Tile]*cell[W]
	watched map[W]geo.TileRange
	levels  [geo.MaxZoom + 1]int // watchers at each zoom
	marked  []*cell[W]           // that have marks
}

// cell is one that somebody watches.
type cell[W comparable] struct {
	watchers map[W]struct{}
	marks    []int32 // of what touches it, see mark
}

// cover returns the cells of a box: at the deepest zoom that needs few enough.
func cover(b geo.Box) geo.TileRange {
	for z := uint32(geo.MaxZoom); ; z-- {
		if r := b.Tiles(z); r.Len() <= cellsPerWatch || z == 0 {
			return r
		}
	}
}

// watch makes the watcher watch the cells of the box, and no others; it returns
// them.
func (c *cells[W]) watch(w W, box geo.Box) (of []*cell[W]) {
	if c.at == nil {
		c.at, c.watched = make(map[geo.Tile]*cell[W]), make(map[W]geo.TileRange)
	}
	c.unwatch(w)
	r := cover(box)
	c.watched[w] = r
	c.levels[r.Z]++
	of = make([]*cell[W], 0, r.Len())
	for t := range r.All() {
		in := c.at[t]
		if in == nil {
			in = &cell[W]{watchers: make(map[W]struct{})}
			c.at[t] = in
		}
		in.watchers[w] = struct{}{}
		of = append(of, in)
	}
	return of
}

// unwatch forgets the watcher.
func (c *cells[W]) unwatch(w W) {
	r, ok := c.watched[w]
	if !ok {
		return
	}
	delete(c.watched, w)
	c.levels[r.Z]--
	for t := range r.All() {
		in := c.at[t]
		delete(in.watchers, w)
		if len(in.watchers) == 0 {
			delete(c.at, t)
		}
	}
}

// touch calls do for all who watch a cell of the box, for some more than once.
func (c *cells[W]) touch(box geo.Box, do func(W)) {
	c.each(box, func(in *cell[W]) {
		for w := range in.watchers {
			do(w)
		}
	})
}

// each calls do for every cell of the box that somebody watches.
func (c *cells[W]) each(box geo.Box, do func(*cell[W])) {
	for z, n := range c.levels {
		if n == 0 {
			continue
		}
		r := box.Tiles(uint32(z))
		if r.Len() > cellsPerWatch {
			c.eachOf(r, do)
			continue
		}
		for t := range r.All() {
			if in := c.at[t]; in != nil {
				do(in)
			}
		}
	}
}

// eachOf serves what covers so many cells that asking for each would be longer.
func (c *cells[W]) eachOf(r geo.TileRange, do func(*cell[W])) {
	for t, in := range c.at {
		if r.Has(t) {
			do(in)
		}
	}
}

// mark leaves a number in the cells of the box, until clear. Where many watch much
// the same, it is left a few times, and found by each when it looks.
func (c *cells[W]) mark(box geo.Box, number int32) {
	c.each(box, func(in *cell[W]) {
		if len(in.marks) == 0 {
			c.marked = append(c.marked, in)
		}
		in.marks = append(in.marks, number)
	})
}

// clear takes all marks away.
func (c *cells[W]) clear() {
	for _, in := range c.marked {
		in.marks = in.marks[:0]
	}
	c.marked = c.marked[:0]
}

// marksOf appends the numbers that were left in some cells, each once, in order.
func marksOf[W comparable](dst []int32, of []*cell[W]) []int32 {
	for _, in := range of {
		dst = append(dst, in.marks...)
	}
	slices.Sort(dst)
	return slices.Compact(dst)
}
