package twin

import (
	"math/bits"
	"slices"

	"suhe/assets"
)

// sorter orders numbers of things. It is scratch.
type sorter struct{ keys, spare []assets.FID }

// few is how many numbers an ordinary sort takes less time for than a radix sort.
const few = 64

// radix is how many values a digit has.
const radix = 1 << 10

// sort orders the keys: a radix sort by digits, lowest first, which skips the
// digits that all numbers share.
func (s *sorter) sort() {
	if len(s.keys) < few {
		slices.Sort(s.keys)
		return
	}
	var differ assets.FID
	for _, k := range s.keys {
		differ |= k ^ s.keys[0]
	}
	s.spare = slices.Grow(s.spare[:0], len(s.keys))[:len(s.keys)]
	for differ != 0 {
		shift := uint(bits.TrailingZeros64(uint64(differ)))
		s.pass(shift)
		differ &^= (radix - 1) << shift
	}
}

// pass orders the keys by one digit and keeps the order of equals.
func (s *sorter) pass(shift uint) {
	var start [radix]int32
	for _, k := range s.keys {
		start[k>>shift%radix]++
	}
	sum := int32(0)
	for i := range start {
		start[i], sum = sum, sum+start[i]
	}
	for _, k := range s.keys {
		at := &start[k>>shift%radix]
		s.spare[*at] = k
		*at++
	}
	s.keys, s.spare = s.spare, s.keys
}
