package tiles

import "math"

// meetX is where the segment a–b crosses the column x, rounded; the same
// whichever end comes first, so that neighbours cut a shared edge alike.
// The explicit conversions keep the compiler from fusing operations, which
// would round differently on other processors.
func meetX(a, b vertex, x int64) vertex {
	if a.x > b.x {
		a, b = b, a
	}
	t := float64(x-a.x) / float64(b.x-a.x)
	return vertex{x, a.y + int64(math.Floor(float64(t*float64(b.y-a.y))+0.5))}
}

// meetY is where the segment a–b crosses the row y, rounded.
func meetY(a, b vertex, y int64) vertex {
	v := meetX(vertex{a.y, a.x}, vertex{b.y, b.x}, y)
	return vertex{v.y, v.x}
}

// side is one of the four half planes whose common ground is the buffered tile.
type side uint8

const (
	west side = iota
	east
	north
	south
)

func (s side) keeps(v vertex) bool {
	switch s {
	case west:
		return v.x >= low
	case east:
		return v.x <= high
	case north:
		return v.y >= low
	}
	return v.y <= high
}

func (s side) meet(a, b vertex) vertex {
	switch s {
	case west:
		return meetX(a, b, low)
	case east:
		return meetX(a, b, high)
	case north:
		return meetY(a, b, low)
	}
	return meetY(a, b, high)
}

// clipRing cuts a ring with the four sides, one after the other (Sutherland and
// Hodgman, Reentrant polygon clipping, 1974). Where a concave ring leaves and
// comes back, the pieces hang together by bridges along the tile's edge; these
// cancel out when the ring is woven. The result lies in one of the two buffers,
// which are returned grown.
func clipRing(ring, spare []vertex) (out, other []vertex) {
	for s := west; s <= south && len(ring) > 0; s++ {
		spare = spare[:0]
		a := ring[len(ring)-1]
		inA := s.keeps(a)
		for _, b := range ring {
			inB := s.keeps(b)
			if inA != inB {
				spare = append(spare, s.meet(a, b))
			}
			if inB {
				spare = append(spare, b)
			}
			a, inA = b, inB
		}
		ring, spare = spare, ring
	}
	return ring, spare
}

// clipSegment cuts a segment to the buffered tile (Cohen and Sutherland); each
// end is found on the whole segment, so that cutting twice does not bend it.
func clipSegment(a, b vertex) (p, q pixel, ok bool) {
	c, okA := pull(a, a, b)
	d, okB := pull(b, a, b)
	return pixel{int32(c.x), int32(c.y)}, pixel{int32(d.x), int32(d.y)}, okA && okB
}

// pull moves an end of a–b along the segment to the first point inside. It
// fails if there is none, or if rounding around a corner leaves none.
func pull(v, a, b vertex) (vertex, bool) {
	for range 4 {
		moved := false
		for s := west; s <= south; s++ {
			if s.keeps(v) {
				continue
			}
			if !s.keeps(a) && !s.keeps(b) {
				return v, false
			}
			v, moved = s.meet(a, b), true
		}
		if !moved {
			return v, true
		}
	}
	return v, false
}
