package tiles

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/paulmach/orb"

	"suhe/geo"
	"suhe/twin"
)

// picked is a thing that shows in a tile: its number, its place among the
// things found, and its layer's place among the layers drawn. It holds no
// pointer, so that sorting does not busy the garbage collector.
type picked struct {
	fid   uint64
	at    int32
	layer int32
}

// picker chooses what of the things found shows: layer by layer, and in each in
// order of their numbers.
type picker struct {
	found []*twin.Thing
	list  []picked
	spare []picked
}

func (p *picker) reset() { p.list = p.list[:0] }

// pick adds what the request sees of the things found from the place on, as
// those of one layer; box is what shows, in degrees.
func (p *picker) pick(from int, l *layer, at int, box orb.Bound, r *Request) {
	start := len(p.list)
	for i, t := range p.found[from:] {
		if l.draws(t, r.Tile.Z) && l.mayTouch(t, box) && r.sees(t) {
			p.list = append(p.list, picked{uint64(t.Label.FID), int32(from + i), int32(at)})
		}
	}
	p.sort(p.list[start:])
}

// draws says whether the layer has the thing at zoom z. What is in trouble is
// never thinned away.
func (l *layer) draws(t *twin.Thing, z uint32) bool {
	if l.Drawn == sight && !sees(t) {
		return false
	}
	return l.shows(t.Label.Class, z) || t.Severity > 0 && z >= l.MinZoom
}

// release forgets the things, so that scratch keeps none alive.
func (p *picker) release() {
	clear(p.found)
	p.found = p.found[:0]
}

// few is how many things an ordinary sort takes less time for than a radix sort.
const few = 64

// sort orders a part of the list by number: a radix sort by digits, lowest
// first, which skips the digits that all numbers share.
func (p *picker) sort(list []picked) {
	if len(list) < few {
		slices.SortFunc(list, func(a, b picked) int { return cmp.Compare(a.fid, b.fid) })
		return
	}
	var differ uint64
	for _, e := range list {
		differ |= e.fid ^ list[0].fid
	}
	p.spare = slices.Grow(p.spare[:0], len(list))[:len(list)]
	from, to := list, p.spare
	for differ != 0 {
		shift := uint(bits.TrailingZeros64(differ))
		pass(from, to, shift)
		from, to = to, from
		differ &^= (digits - 1) << shift
	}
	if &from[0] != &list[0] {
		copy(list, from)
	}
}

// digits is how many values a digit has.
const digits = 1 << 10

// pass orders a list by one digit and keeps the order of equals.
func pass(from, to []picked, shift uint) {
	var start [digits]int32
	for _, e := range from {
		start[e.fid>>shift%digits]++
	}
	sum := int32(0)
	for i := range start {
		start[i], sum = sum, sum+start[i]
	}
	for _, e := range from {
		at := &start[e.fid>>shift%digits]
		to[*at] = e
		*at++
	}
}

// touching leaves out what the search by box found in vain: what is drawn
// outside the frame.
func (p *picker) touching(f *frame, drawn func(picked) *geo.Flat) {
	p.list = slices.DeleteFunc(p.list, func(e picked) bool { return !f.touches(drawn(e)) })
}

// keep leaves out, beyond the limit, things that nothing is wrong with: those of
// the last layers and the highest numbers. What is in trouble stays, however
// much it is.
func (p *picker) keep(limit int) {
	limit = max(0, limit-(len(p.list)-p.harmless()))
	n := 0
	for _, e := range p.list {
		if p.found[e.at].Severity == 0 {
			if limit == 0 {
				continue
			}
			limit--
		}
		p.list[n] = e
		n++
	}
	p.list = p.list[:n]
}

// harmless is how many of the list have nothing wrong.
func (p *picker) harmless() int {
	n := 0
	for _, e := range p.list {
		if p.found[e.at].Severity == 0 {
			n++
		}
	}
	return n
}
