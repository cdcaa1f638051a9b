package search

import (
	"math"

	"github.com/paulmach/orb"
)

// box is one of degrees in steps of 1e-7: west, south, east, north.
type box [4]uint32

// nowhere is the box that has nothing in it.
var nowhere = box{math.MaxUint32, math.MaxUint32, 0, 0}

// fixed is a longitude or latitude in those steps, from -200 on.
func fixed(degrees float64) uint32 {
	return uint32(math.Round((max(-200, min(degrees, 200)) + 200) * 1e7))
}

// fixedBox is a box in those steps.
func fixedBox(b orb.Bound) box {
	return box{fixed(b.Min[0]), fixed(b.Min[1]), fixed(b.Max[0]), fixed(b.Max[1])}
}

// extend lets b hold o too.
func (b *box) extend(o *box) {
	*b = box{min(b[0], o[0]), min(b[1], o[1]), max(b[2], o[2]), max(b[3], o[3])}
}

// lie is how a box lies to another.
type lie uint8

const (
	outside lie = iota // they share no point
	across
	inside // all of it lies in the other
)

// to is how b lies to o.
func (b *box) to(o *box) lie {
	switch {
	case b[0] > o[2] || b[2] < o[0] || b[1] > o[3] || b[3] < o[1]:
		return outside
	case b[0] >= o[0] && b[2] <= o[2] && b[1] >= o[1] && b[3] <= o[3]:
		return inside
	}
	return across
}
