package tiles

import (
	"math/bits"

	"suhe/internal/access"
	"suhe/twin"
)

// picked is a thing that shows in a tile, with its number at hand for sorting.
type picked struct {
	fid   uint64
	thing *twin.Thing
}

// picker chooses what of the things found shows, in order of their numbers.
type picker struct {
	found []*twin.Thing
	list  []picked
	spare []picked
}

// pick keeps what the scope sees, the zoom shows and the frame touches, at most
// limit things, the worst first and among equals the lowest numbers. It returns
// how many were left out.
func (p *picker) pick(l *layer, f *frame, z uint32, scope access.Scope, limit int) (left int) {
	p.list = p.list[:0]
	for _, t := range p.found {
		if l.shows(t.Asset.Class, z) && f.touches(&t.Flat) && scope.Sees(t.Asset) {
			p.list = append(p.list, picked{uint64(t.Asset.FID), t})
		}
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
	clear(p.list)
	clear(p.spare)
	p.found, p.list, p.spare = p.found[:0], p.list[:0], p.spare[:0]
}

// sort orders the list by number: a radix sort of bytes, lowest first, which
// skips the bytes that all numbers share.
func (p *picker) sort() {
	var differ uint64
	sorted := true
	for i, e := range p.list {
		differ |= e.fid ^ p.list[0].fid
		sorted = sorted && (i == 0 || p.list[i-1].fid <= e.fid)
	}
	if sorted {
		return
	}
	for n := len(p.list) - len(p.spare); n > 0; n-- {
		p.spare = append(p.spare, picked{})
	}
	p.spare = p.spare[:len(p.list)]
	for shift := uint(0); shift < uint(bits.Len64(differ)); shift += 8 {
		if byte(differ>>shift) != 0 {
			p.pass(shift)
		}
	}
}

// pass orders the list by one byte and keeps the order of equals.
func (p *picker) pass(shift uint) {
	var start [257]int
	for i := range p.list {
		start[int(byte(p.list[i].fid>>shift))+1]++
	}
	for i := 1; i < len(start); i++ {
		start[i] += start[i-1]
	}
	for _, e := range p.list {
		b := byte(e.fid >> shift)
		p.spare[start[b]] = e
		start[b]++
	}
	p.list, p.spare = p.spare, p.list
}

// worst keeps the limit worst things in their order.
func (p *picker) worst(limit int) {
	var ranks [ranks]int
	for _, e := range p.list {
		ranks[rank(e.thing)]++
	}
	for i := range ranks {
		ranks[i] = min(ranks[i], limit)
		limit -= ranks[i]
	}
	n := 0
	for _, e := range p.list {
		if r := rank(e.thing); ranks[r] > 0 {
			ranks[r]--
			p.list[n] = e
			n++
		}
	}
	clear(p.list[n:])
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
