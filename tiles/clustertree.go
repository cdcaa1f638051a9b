package tiles

import (
	"slices"

	"suhe/geo"
)

// tally is how many members of one group a cell holds, and where.
type tally struct {
	group uint32
	count uint32
	x, y  uint64 // sums of world units
	fids  uint64 // all numbers XORed: of one member, its number
}

func tallyOf(m member) tally {
	return tally{m.group, 1, uint64(m.x), uint64(m.y), m.fid}
}

// cell is a tile of the world at its depth in the tree, with all that lies in it.
// One with a single member has no parts, however deep the tree: it stands for
// the cells below it, so that a member with nothing near costs one cell.
type cell struct {
	tallies []tally // in order of group; none is 0
	count   int
	parts   [4]*cell // north-west, north-east, south-west, south-east
}

// clusterTree counts members in all cells down to a depth: cells of depth d are
// the tiles of zoom d.
type clusterTree struct {
	root    *cell
	deepest uint32
}

// quadrant is which part of a cell at the depth holds the point.
func quadrant(x, y, depth uint32) uint32 {
	return x>>(31-depth)&1 | y>>(31-depth)&1<<1
}

// add counts m in every cell that it lies in.
func (t *clusterTree) add(m member) {
	at := &t.root
	for depth := uint32(0); ; depth++ {
		c := *at
		if c == nil {
			*at = loneCell(tallyOf(m))
			return
		}
		if c.count == 1 && depth < t.deepest {
			only := c.tallies[0]
			c.parts[quadrant(uint32(only.x), uint32(only.y), depth)] = loneCell(only)
		}
		c.add(m)
		if depth == t.deepest {
			return
		}
		at = &c.parts[quadrant(m.x, m.y, depth)]
	}
}

// remove takes back what add did. It says false, and leaves the tree broken, if
// it sees that m was never added.
func (t *clusterTree) remove(m member) bool {
	at := &t.root
	for depth := uint32(0); ; depth++ {
		c := *at
		if c == nil || !c.remove(m) {
			return false
		}
		switch {
		case c.count == 0:
			*at = nil
			return true
		case c.count == 1:
			*at = loneCell(c.tallies[0])
			return true
		case depth == t.deepest:
			return true
		}
		at = &c.parts[quadrant(m.x, m.y, depth)]
	}
}

func loneCell(t tally) *cell { return &cell{tallies: []tally{t}, count: 1} }

// seek finds the place of a group's tally.
func (c *cell) seek(group uint32) (at int, found bool) {
	lo, hi := 0, len(c.tallies)
	for lo < hi {
		if mid := (lo + hi) / 2; c.tallies[mid].group < group {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo, lo < len(c.tallies) && c.tallies[lo].group == group
}

func (c *cell) add(m member) {
	c.count++
	at, found := c.seek(m.group)
	if !found {
		c.tallies = slices.Insert(c.tallies, at, tallyOf(m))
		return
	}
	t := &c.tallies[at]
	t.count++
	t.x += uint64(m.x)
	t.y += uint64(m.y)
	t.fids ^= m.fid
}

func (c *cell) remove(m member) bool {
	at, found := c.seek(m.group)
	if !found || c.tallies[at].count == 1 && c.tallies[at] != tallyOf(m) {
		return false
	}
	c.count--
	t := &c.tallies[at]
	if t.count--; t.count == 0 {
		c.tallies = slices.Delete(c.tallies, at, at+1)
		return true
	}
	t.x -= uint64(m.x)
	t.y -= uint64(m.y)
	t.fids ^= m.fid
	return true
}

// shown is how many members are of the groups that are seen.
func (c *cell) shown(seen []bool) (n uint32) {
	for i := range c.tallies {
		if t := &c.tallies[i]; seen[t.group] {
			n += t.count
		}
	}
	return n
}

// each yields the cells of the tile that are split levels below it, and their
// depth. A cell with a single member may come at a lesser depth.
func (t *clusterTree) each(tile geo.Tile, yield func(c *cell, depth uint32)) {
	c := t.root
	for depth := uint32(0); c != nil && depth < tile.Z; depth++ {
		if c.count == 1 {
			if !holdsPoint(tile, uint32(c.tallies[0].x), uint32(c.tallies[0].y)) {
				return
			}
			break
		}
		up := tile.Z - 1 - depth
		c = c.parts[tile.X>>up&1|tile.Y>>up&1<<1]
	}
	c.each(tile.Z, tile.Z+split, yield)
}

func (c *cell) each(depth, until uint32, yield func(c *cell, depth uint32)) {
	switch {
	case c == nil:
	case c.count == 1 || depth == until:
		yield(c, depth)
	default:
		for _, p := range c.parts {
			p.each(depth+1, until, yield)
		}
	}
}

// parting is the depth at which the n seen members of c, itself at the depth,
// first lie in more than one cell; false if they lie together all the way.
func (t *clusterTree) parting(c *cell, depth uint32, seen []bool, n uint32) (uint32, bool) {
	for ; depth < t.deepest; depth++ {
		var all *cell
		for _, p := range c.parts {
			if p != nil && uint32(p.count) >= n && p.shown(seen) == n {
				all = p
			}
		}
		if all == nil {
			return depth + 1, true
		}
		c = all
	}
	return 0, false
}

// holdsPoint says whether the tile, without its buffer, holds a point in world units.
func holdsPoint(t geo.Tile, x, y uint32) bool {
	return uint32(uint64(x)<<t.Z>>32) == t.X && uint32(uint64(y)<<t.Z>>32) == t.Y
}
