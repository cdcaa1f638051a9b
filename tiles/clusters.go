package tiles

import (
	"slices"
	"sync"

	"github.com/paulmach/orb"

	"suhe/geo"
	"suhe/twin"
)

// clusters keeps the counts of one layer for the zooms at which its things are
// shown as clusters. A change costs a walk down one tree of at most 25 cells, a
// tile a walk through its own 64, however many things there are. It has one
// writer, and any number of readers at the same time.
type clusters struct {
	layer *layer

	mu     sync.RWMutex
	groups *groups
	tree   clusterTree
	at     twin.Position // what tree shows
	full   bool          // tree was filled and holds what the world holds
}

func newClusters(l *layer) *clusters {
	return &clusters{layer: l, groups: newGroups(l), tree: clusterTree{deepest: l.deepest()}}
}

// state says how far the log is counted; false as long as nothing is counted at
// all. What within returns later is at least as new.
func (c *clusters) state() (at twin.Position, full bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.at, c.full
}

// changesAtOnce is how many changes are counted under one lock: some 0.2 ms.
const changesAtOnce = 128

// took counts a batch that the world shows, and nothing later. The first one,
// with which a world's Run begins, and one that contradicts what was counted,
// count the world anew; true says that what was shown before may be wrong. It is
// the writer.
func (c *clusters) took(w World, b twin.Batch) (wrong bool) {
	_, full := c.state()
	if full {
		wrong = !c.take(b.Changes)
	}
	if !full || wrong {
		c.fill(w)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = b.At
	return wrong
}

// take counts changes; false if one of them contradicts what was counted.
func (c *clusters) take(changes []twin.Change) bool {
	for part := range slices.Chunk(changes, changesAtOnce) {
		if !c.takeSome(part) {
			return false
		}
	}
	return true
}

func (c *clusters) takeSome(changes []twin.Change) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range changes {
		if changes[i].Redraws() && !c.change(changes[i]) {
			return false
		}
	}
	return true
}

func (c *clusters) change(ch twin.Change) bool {
	was, had := c.member(ch.Was)
	is, has := c.member(ch.Is)
	if had == has && was == is {
		return true
	}
	if had && !c.tree.remove(was) {
		return false
	}
	if has {
		c.tree.add(is)
	}
	return true
}

// member is the thing as it is counted, if there is one and it is of the layer.
func (c *clusters) member(t *twin.Thing) (member, bool) {
	if t == nil || t.Asset.Kind != c.layer.Kind {
		return member{}, false
	}
	return c.groups.member(t), true
}

// everywhere is a box that every stored geometry touches.
var everywhere = orb.Bound{Min: orb.Point{-360, -180}, Max: orb.Point{360, 180}}

// fill counts all that the world holds of the kind.
func (c *clusters) fill(w World) {
	fresh := newClusters(c.layer)
	for _, t := range w.Within(nil, c.layer.Kind, everywhere) {
		fresh.tree.add(fresh.groups.member(t))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.groups, c.tree, c.full = fresh.groups, fresh.tree, true
}

// within appends the clusters that the tile shows to a scope, in order of their
// numbers; the tile's zoom must be one at which the layer clusters. A cluster
// lies in one tile only: buffers hold none, so that a tile depends on nothing
// but what lies in it.
func (c *clusters) within(dst []cluster, t geo.Tile, scope seer) []cluster {
	c.mu.RLock()
	defer c.mu.RUnlock()
	from := len(dst)
	seen := c.groups.seen(scope)
	var s sum
	c.tree.each(t, func(in *cell, depth uint32) {
		s.begin(c.groups)
		for i := range in.tallies {
			if t := &in.tallies[i]; seen[t.group] {
				s.add(c.groups, t)
			}
		}
		if s.count == 0 {
			return
		}
		out := s.cluster(c.groups, depth)
		if s.count > 1 {
			at, parts := c.tree.parting(in, depth, seen, s.count)
			out.apart = apart(at, parts, s.singly)
		} else {
			out.apart = s.singly
		}
		dst = append(dst, out)
	})
	slices.SortFunc(dst[from:], byID)
	return dst
}
