package tiles

import (
	"cmp"
	"math/bits"
	"slices"

	"suhe/internal/access"
	"suhe/twin"
)

// picked is a thing that shows in a tile: its number, and its place among the
// things found. It holds no pointer, so that sorting does not busy the garbage
// collector.
type picked struct {
	fid uint64
	at  int32
}

// picker chooses what of the things found shows, in order of their numbers.
type picker struct {
	found []*twin.Thing
	list  []picked
	spare []picked
}

// pick keeps what the scope sees and the zoom shows, at most limit things, the
// worst first and among equals the lowest numbers. It returns how many were left
// out.
func (p *picker) pick(l *layer, f *frame, z uint32, scope access.Scope, limit int) (left int) {
	p.list = p.list[:0]
	for i, t := range p.found {
		if l.shows(t.Asset.Class, z) && scope.Sees(t.Asset) {
			p.list = append(p.list, picked{uint64(t.Asset.FID), int32(i)})
		}
	}
	if len(p.list) > limit {
		// The search was by box in degrees; none that it found in vain may count.
		p.list = slices.DeleteFunc(p.list, func(e picked) bool { return !f.touches(&p.found[e.at].Flat) })
	}
	p.sort()
	if left = len(p.list) - limit; left <= 0 {
		return 0
	}
	p.worst(limit)
	return left
}

// release forgets the things, so that scratch keeps none alive.
func (p *picker) release() {
	clear(p.found)
	p.found = p.found[:0]
}

// few is how many things an ordinary sort takes less time for than a radix sort.
const few = 64

// sort orders the list by number: a radix sort by digits, lowest first, which
// skips the digits that all numbers share.
func (p *picker) sort() {
	if len(p.list) < few {
		slices.SortFunc(p.list, func(a, b picked) int { return cmp.Compare(a.fid, b.fid) })
		return
	}
	var differ uint64
	for _, e := range p.list {
		differ |= e.fid ^ p.list[0].fid
	}
	p.spare = slices.Grow(p.spare[:0], len(p.list))[:len(p.list)]
	for differ != 0 {
		shift := uint(bits.TrailingZeros64(differ))
		p.pass(shift)
		differ &^= (digits - 1) << shift
	}
}

// digits is how many values a digit has.
const digits = 1 << 10

// pass orders the list by one digit and keeps the order of equals.
func (p *picker) pass(shift uint) {
	var start [digits]int32
	for _, e := range p.list {
		start[e.fid>>shift%digits]++
	}
	sum := int32(0)
	for i := range start {
		start[i], sum = sum, sum+start[i]
	}
	for _, e := range p.list {
		at := &start[e.fid>>shift%digits]
		p.spare[*at] = e
		*at++
	}
	p.list, p.spare = p.spare, p.list
}

// worst keeps the limit worst things in their order.
func (p *picker) worst(limit int) {
	var ranks [ranks]int
	for _, e := range p.list {
		ranks[rank(p.found[e.at])]++
	}
	for i := range ranks {
		ranks[i] = min(ranks[i], limit)
		limit -= ranks[i]
	}
	n := 0
	for _, e := range p.list {
		if r := rank(p.found[e.at]); ranks[r] > 0 {
			ranks[r]--
			p.list[n] = e
			n++
		}
	}
	p.list = p.list[:n]
}

const ranks = 5

// rank is 0 for the worst, ranks-1 for what has nothing wrong.
func rank(t *twin.Thing) int {
	if t.Severity == 0 || t.Severity >= ranks {
		return ranks - 1
	}
	return int(t.Severity) - 1
}
