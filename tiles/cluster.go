package tiles

import (
	"cmp"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"suhe/geo"
	"suhe/twin"
)

// split is how many zooms below a tile its cells lie: 8 × 8 of them, each 64
// pixels wide in a tile drawn 512 wide, which a circle and its number fill.
const split = 3

// cluster is what a tile shows of one cell: a count of things, or the thing
// itself if the cell holds but one.
type cluster struct {
	id         uint64 // of the cell, from clusterID on; of a single thing its FID
	x, y       uint32 // mean of the members in world units; it lies in the cell
	count      uint32
	apart      uint32             // the lowest zoom at which members lie in different cells or show singly
	states     [stateCount]uint32 // of devices, in order of twin.Summaries
	severities [severities]uint32 // by severity; 0 is nothing wrong
	class      string             // if all members are of one
	classes    string             // else the mix, the most frequent first: asset.lamp:120,asset.tree:80
}

// clusterID is the least number of a cluster. Numbers of cells lie from there on,
// below 2^53; stores number assets from 1 and do not come near.
const clusterID = 1 << 52

// cellID numbers the cell of a depth (at most 25) that holds a point.
func cellID(x, y, depth uint32) uint64 {
	cx, cy := uint64(x)<<depth>>32, uint64(y)<<depth>>32
	return clusterID | 1<<(2*depth) | cy<<depth | cx
}

// worst is the lowest severity above 0 that a member has, or 0.
func (c *cluster) worst() twin.Severity {
	for s := 1; s < severities; s++ {
		if c.severities[s] > 0 {
			return twin.Severity(s)
		}
	}
	return 0
}

// sum adds up tallies to a cluster.
type sum struct {
	tally
	states     [stateCount]uint32
	severities [severities]uint32
	classes    []uint32 // by index in groups.classes
	singly     uint32   // the lowest zoom at which a member shows singly
}

// begin empties the sum for tallies of the groups.
func (s *sum) begin(g *groups) {
	classes := slices.Grow(s.classes[:0], len(g.classes))[:len(g.classes)]
	clear(classes)
	*s = sum{classes: classes, singly: geo.MaxZoom}
}

func (s *sum) add(g *groups, t *tally) {
	is := &g.traits[t.group]
	s.count += t.count
	s.x += t.x
	s.y += t.y
	s.fids ^= t.fids
	if is.state >= 0 {
		s.states[is.state] += t.count
	}
	s.severities[is.severity] += t.count
	s.classes[is.class] += t.count
	s.singly = min(s.singly, is.singly)
}

// cluster is the sum of a cell at the depth; apart is filled in by who knows.
func (s *sum) cluster(g *groups, depth uint32) cluster {
	n := uint64(s.count)
	c := cluster{
		id: s.fids, x: uint32(s.x / n), y: uint32(s.y / n), count: s.count,
		states: s.states, severities: s.severities,
	}
	if s.count > 1 {
		c.id = cellID(c.x, c.y, depth)
	}
	c.class, c.classes = s.mix(g)
	return c
}

// mixed is how many classes a mix names; what is left is one number, as other.
const mixed = 4

// mix names the one class of all members, or the most frequent with their counts.
func (s *sum) mix(g *groups) (class, classes string) {
	var there []int
	for i, n := range s.classes {
		if n == s.count {
			return g.classes[i], ""
		}
		if n > 0 {
			there = append(there, i)
		}
	}
	slices.SortFunc(there, func(a, b int) int {
		return cmp.Or(cmp.Compare(s.classes[b], s.classes[a]), cmp.Compare(g.classes[a], g.classes[b]))
	})
	var b strings.Builder
	left := s.count
	for _, i := range there[:min(mixed, len(there))] {
		b.WriteString(g.classes[i] + ":" + strconv.Itoa(int(s.classes[i])) + ",")
		left -= s.classes[i]
	}
	if left > 0 {
		b.WriteString("other:" + strconv.Itoa(int(left)))
	}
	return "", strings.TrimSuffix(b.String(), ",")
}

// byID orders clusters as features lie in a tile.
func byID(a, b cluster) int { return cmp.Compare(a.id, b.id) }

// gather makes the clusters that the tile shows of a list of things, in order of
// their numbers: those that clusters.within makes of the same things. It takes
// time for every thing, and is for what no counts are kept of.
func (l *layer) gather(things []*twin.Thing, t geo.Tile) []cluster {
	g := newGroups(l)
	var cells [1 << (2 * split)]gathered
	depth := t.Z + split
	for _, thing := range things {
		m := g.member(thing)
		if !holdsPoint(t, m.x, m.y) {
			continue
		}
		cx, cy := uint64(m.x)<<depth>>32, uint64(m.y)<<depth>>32
		cells[cy%(1<<split)<<split|cx%(1<<split)].take(g, m)
	}
	var out []cluster
	for i := range cells {
		if cells[i].count > 0 {
			out = append(out, cells[i].cluster(g, depth))
		}
	}
	slices.SortFunc(out, byID)
	return out
}

// gathered is a cell on its way: the sum of its members and their box.
type gathered struct {
	sum
	min, max [2]uint32
}

func (c *gathered) take(g *groups, m member) {
	if c.count == 0 {
		c.begin(g)
		c.min, c.max = [2]uint32{m.x, m.y}, [2]uint32{m.x, m.y}
	}
	for len(c.classes) < len(g.classes) {
		c.classes = append(c.classes, 0)
	}
	t := tallyOf(m)
	c.add(g, &t)
	c.min = [2]uint32{min(c.min[0], m.x), min(c.min[1], m.y)}
	c.max = [2]uint32{max(c.max[0], m.x), max(c.max[1], m.y)}
}

// cluster completes the cell. Its members lie together as long as the corners of
// their box do.
func (c *gathered) cluster(g *groups, depth uint32) cluster {
	out := c.sum.cluster(g, depth)
	together := uint32(bits.LeadingZeros32((c.min[0] ^ c.max[0]) | (c.min[1] ^ c.max[1])))
	out.apart = apart(together+1, together < g.layer.deepest(), c.singly)
	return out
}

// apart turns the depth at which members part, if they do, into a zoom.
func apart(depth uint32, parts bool, singly uint32) uint32 {
	if parts {
		return min(depth-split, singly)
	}
	return singly
}
