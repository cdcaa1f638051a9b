package tiles

// pixel is a point within the buffered tile, in tile units. Small as it is,
// every product that the algorithms here need is exact in int64.
type pixel struct{ x, y int32 }

// less orders pixels from west to east, then from north to south.
func (p pixel) less(q pixel) bool {
	return p.x < q.x || p.x == q.x && p.y < q.y
}

func (p pixel) compare(q pixel) int {
	if p.x != q.x {
		return int(p.x) - int(q.x)
	}
	return int(p.y) - int(q.y)
}

// turn is positive if a, b, c turn the way that exterior rings do, negative if
// they turn the other way, 0 if they lie on one line.
func turn(a, b, c pixel) int64 {
	return int64(b.x-a.x)*int64(c.y-a.y) - int64(b.y-a.y)*int64(c.x-a.x)
}

// area2 is twice the signed area of a ring that is not closed, by the
// surveyor's formula: positive for exterior rings.
func area2(ring []pixel) int64 {
	var sum int64
	p := ring[len(ring)-1]
	for _, q := range ring {
		sum += int64(p.x)*int64(q.y) - int64(q.x)*int64(p.y)
		p = q
	}
	return sum
}

// between says whether p, known to lie on the line through a and b, lies
// strictly between them.
func between(p, a, b pixel) bool {
	return p != a && p != b &&
		p.x >= min(a.x, b.x) && p.x <= max(a.x, b.x) &&
		p.y >= min(a.y, b.y) && p.y <= max(a.y, b.y)
}

// below says whether the edge a–b (a west of b) passes north of p (smaller y)
// just west of p's x: p.x must lie in (a.x, b.x].
func below(a, b, p pixel) bool { return turn(a, b, p) > 0 }

// holds says whether the ring holds the ground just west of p, which must not
// lie on the ring's edges there. It counts the edges north of it.
func holds(ring []pixel, p pixel) bool {
	odd := false
	a := ring[len(ring)-1]
	for _, b := range ring {
		if a.x < p.x && p.x <= b.x && below(a, b, p) || b.x < p.x && p.x <= a.x && below(b, a, p) {
			odd = !odd
		}
		a = b
	}
	return odd
}

// coarse rounds p to a lattice of 2^k units, k at most 6 so that the tile's edges
// stay on it.
func (p pixel) coarse(k uint) pixel {
	half := int32(1) << k >> 1
	return pixel{(p.x + half) >> k << k, (p.y + half) >> k << k}
}

// cell is the square of cellWidth units that p lies in.
func (p pixel) cell() pixel {
	return pixel{p.x &^ (cellWidth - 1), p.y &^ (cellWidth - 1)}
}
