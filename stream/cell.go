package stream

import "suhe/geo"

// cellsPerWatch bounds how many cells one watcher watches.
const cellsPerWatch = 16

// cells says who watches which cells of the tile grid. A watcher watches at the
// deepest zoom at which it needs few cells. Its owner's lock guards it.
type cells[W comparable] struct {
	watchers map[geo.Tile]map[W]struct{}
	watched  map[W]geo.TileRange
	levels   [geo.MaxZoom + 1]int // watchers at each zoom
}

// cover returns the cells of a box: at the deepest zoom that needs few enough.
func cover(b geo.Box) geo.TileRange {
	for z := uint32(geo.MaxZoom); ; z-- {
		if r := b.Tiles(z); r.Len() <= cellsPerWatch || z == 0 {
			return r
		}
	}
}

// watch makes the watcher watch the cells of the box, and no others.
func (c *cells[W]) watch(w W, box geo.Box) {
	if c.watchers == nil {
		c.watchers, c.watched = make(map[geo.Tile]map[W]struct{}), make(map[W]geo.TileRange)
	}
	c.unwatch(w)
	r := cover(box)
	c.watched[w] = r
	c.levels[r.Z]++
	for t := range r.All() {
		if c.watchers[t] == nil {
			c.watchers[t] = make(map[W]struct{})
		}
		c.watchers[t][w] = struct{}{}
	}
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
		delete(c.watchers[t], w)
		if len(c.watchers[t]) == 0 {
			delete(c.watchers, t)
		}
	}
}

// touch calls do for all who watch a cell of the box, for some more than once.
func (c *cells[W]) touch(box geo.Box, do func(W)) {
	for z, n := range c.levels {
		if n == 0 {
			continue
		}
		r := box.Tiles(uint32(z))
		if r.Len() > cellsPerWatch {
			c.touchLevel(r, do)
			continue
		}
		for t := range r.All() {
			for w := range c.watchers[t] {
				do(w)
			}
		}
	}
}

// touchLevel serves what covers so many cells that asking each would be longer.
func (c *cells[W]) touchLevel(r geo.TileRange, do func(W)) {
	for t, watchers := range c.watchers {
		if !r.Has(t) {
			continue
		}
		for w := range watchers {
			do(w)
		}
	}
}
