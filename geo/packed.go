package geo

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// fanout is how many boxes share a block.
const fanout = 16

// packed is the part of an index that lies still: boxes in order of place, side by side
// in memory, with the box around each block of them, around each block of those, and so
// on up to one block. A box that went has its place still, and is nowhere.
type packed[K comparable] struct {
	keys   []K
	points []orb.Point   // of the keys, if none has a larger box: half the memory to wait for
	levels [][]orb.Bound // those of the keys, of blocks of them, and so on; the last is one
}

// nowhere is a box that touches none, and a point that no box holds.
var (
	nowhere      = orb.Bound{Min: orb.Point{math.Inf(1), math.Inf(1)}, Max: orb.Point{math.Inf(-1), math.Inf(-1)}}
	nowherePoint = orb.Point{math.NaN(), math.NaN()}
)

// curved is where a box of a list lies.
type curved struct {
	cell uint64
	at   int
}

// pack puts the moves in order; order says which of the list came to each place.
func pack[K comparable](all []Move[K]) (p packed[K], order []curved) {
	order = make([]curved, len(all))
	for i := range all {
		order[i] = curved{fineCurve(boxOf(&all[i]).Center()), i}
	}
	slices.SortFunc(order, func(a, b curved) int { return cmp.Or(cmp.Compare(a.cell, b.cell), cmp.Compare(a.at, b.at)) })
	p.keys = make([]K, len(all))
	boxes := make([]orb.Bound, len(all))
	for i, o := range order {
		p.keys[i], boxes[i] = all[o.at].Key, boxOf(&all[o.at])
	}
	p.points = pointsOf(boxes)
	p.levels = append(p.levels, boxes)
	for first := true; first || len(boxes) > 1; first = false {
		boxes = blocks(boxes)
		p.levels = append(p.levels, boxes)
	}
	if p.points != nil {
		p.levels[0] = nil
	}
	return p, order
}

// pointsOf are the boxes as points; nil if one is larger.
func pointsOf(boxes []orb.Bound) []orb.Point {
	out := make([]orb.Point, len(boxes))
	for i := range boxes {
		switch b := &boxes[i]; {
		case b.Min == b.Max:
			out[i] = b.Min
		case *b == nowhere:
			out[i] = nowherePoint
		default:
			return nil
		}
	}
	return out
}

// boxOf is where a move leads.
func boxOf[K comparable](m *Move[K]) orb.Bound {
	if m.Gone {
		return nowhere
	}
	return m.Is
}

// blocks are the boxes around each block.
func blocks(boxes []orb.Bound) []orb.Bound {
	out := make([]orb.Bound, 0, (len(boxes)+fanout-1)/fanout)
	for block := range slices.Chunk(boxes, fanout) {
		around := block[0]
		for _, b := range block[1:] {
			around = orb.Bound{
				Min: orb.Point{min(around.Min[0], b.Min[0]), min(around.Min[1], b.Min[1])},
				Max: orb.Point{max(around.Max[0], b.Max[0]), max(around.Max[1], b.Max[1])},
			}
		}
		out = append(out, around)
	}
	return out
}

// block is where the boxes of a level lie that are in box i of the level above.
func (p *packed[K]) block(level, i int) (from, to int) {
	all := len(p.keys)
	if level > 0 {
		all = len(p.levels[level])
	}
	return i * fanout, min((i+1)*fanout, all)
}

// within appends the keys of a block whose boxes touch b.
func (p *packed[K]) within(dst []K, block int, b *orb.Bound) []K {
	from, to := p.block(0, block)
	keys := p.keys[from:to]
	if p.points != nil {
		for k, q := range p.points[from:to] {
			if holds(b, q) {
				dst = append(dst, keys[k])
			}
		}
		return dst
	}
	boxes := p.levels[0][from:to]
	for k := range boxes {
		if touch(&boxes[k], b) {
			dst = append(dst, keys[k])
		}
	}
	return dst
}

// living appends the keys of a block that are somewhere.
func (p *packed[K]) living(dst []K, block int) []K { return p.within(dst, block, &everywhere) }

// everywhere is a box that touches all that are somewhere.
var everywhere = orb.Bound{Min: orb.Point{-math.MaxFloat64, -math.MaxFloat64}, Max: orb.Point{math.MaxFloat64, math.MaxFloat64}}

// root is the box around all; none has nothing in it.
func (p *packed[K]) root() (box orb.Bound, top int) {
	if len(p.keys) == 0 {
		return nowhere, 0
	}
	top = len(p.levels) - 1
	return p.levels[top][0], top
}

// touch says whether two boxes share a point.
func touch(a, b *orb.Bound) bool {
	return a.Min[0] <= b.Max[0] && a.Max[0] >= b.Min[0] && a.Min[1] <= b.Max[1] && a.Max[1] >= b.Min[1]
}

// search finds the blocks of keys that may touch b, in the one or the other of the two
// slices, which are scratch.
func (p *packed[K]) search(found, spare []int32, b *orb.Bound) (blocks, scratch []int32) {
	root, top := p.root()
	if found = found[:0]; !touch(&root, b) {
		return found, spare
	}
	found = append(found, 0)
	for level := top - 1; level > 0; level-- {
		spare = spare[:0]
		for _, i := range found {
			from, to := p.block(level, int(i))
			boxes := p.levels[level][from:to]
			for k := range boxes {
				if touch(&boxes[k], b) {
					spare = append(spare, int32(from+k))
				}
			}
		}
		found, spare = spare, found
	}
	return found, spare
}

// remove lets the key at a place be nowhere.
func (p *packed[K]) remove(at uint32) {
	if p.points != nil {
		p.points[at] = nowherePoint
		return
	}
	p.levels[0][at] = nowhere
}

// box is that of the key at a place.
func (p *packed[K]) box(at uint32) orb.Bound {
	if p.points != nil {
		return p.points[at].Bound()
	}
	return p.levels[0][at]
}
