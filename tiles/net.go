package tiles

import "slices"

// cellWidth is the width in units of the cells within which borders are thinned:
// a power of two that divides the buffer, so that neighbouring tiles have the
// same cells and see what happens in them whole.
const cellWidth = 32

// net thins the borders of areas so that both sides agree, and so do all tiles
// that show a border. A stretch of border is thinned between two anchors, which
// are knots, where the stretch ends for one of the areas that share it, and are
// one end of each edge that leaves a cell. So what stays is decided by what lies in
// one cell, in whichever direction and for whichever area the stretch is walked.
type net struct {
	sides []uint64 // every edge both ways: its two points packed, sorted
	keep  []bool
	stack [][2]int
	run   []pixel
	old   []pixel
}

// pack makes one small number of a point, of packBits bits.
func (p pixel) pack() uint64 { return uint64(p.x-low)<<(packBits/2) | uint64(p.y-low) }

const packBits = 26

// thin thins all rings of the mosaic in place.
func (n *net) thin(m *mosaic) {
	n.list(m)
	n.old = append(n.old[:0], m.pts...)
	m.pts = m.pts[:0]
	from := int32(0)
	for i := range m.rings {
		r := &m.rings[i]
		ring := n.old[from:r.end]
		from = r.end
		m.pts = n.ring(m.pts, ring)
		r.end = int32(len(m.pts))
	}
}

// list sorts the edges of all rings, each once in each direction.
func (n *net) list(m *mosaic) {
	n.sides = n.sides[:0]
	from := int32(0)
	for _, r := range m.rings {
		a := m.pts[r.end-1]
		for _, b := range m.pts[from:r.end] {
			from, to := a.pack(), b.pack()
			n.sides = append(n.sides, from<<packBits|to, to<<packBits|from)
			a = b
		}
		from = r.end
	}
	slices.Sort(n.sides)
	n.sides = slices.Compact(n.sides)
}

// knot says whether not just one line passes through p.
func (n *net) knot(p pixel) bool {
	from := p.pack()
	i, _ := slices.BinarySearch(n.sides, from<<packBits)
	return i+1 >= len(n.sides) || n.sides[i+1]>>packBits != from || i+2 < len(n.sides) && n.sides[i+2]>>packBits == from
}

// ring appends to dst what stays of a ring.
func (n *net) ring(dst, ring []pixel) []pixel {
	first := -1
	last := len(ring)
	for i, p := range ring {
		if n.anchor(ring, i, p) {
			first = i
			break
		}
	}
	if first < 0 {
		return n.island(dst, ring)
	}
	n.run = append(n.run[:0], ring[first])
	for i := 1; i <= last; i++ {
		p := ring[(first+i)%last]
		n.run = append(n.run, p)
		if i == last || n.anchor(ring, (first+i)%last, p) {
			dst = n.stretch(dst)
			n.run = append(n.run[:0], p)
		}
	}
	return dst
}

// anchor says whether the point at i must stay: it is a knot, or the lesser end of
// an edge that leaves its cell.
func (n *net) anchor(ring []pixel, i int, p pixel) bool {
	before, after := ring[(i+len(ring)-1)%len(ring)], ring[(i+1)%len(ring)]
	cell := p.cell()
	return cell != before.cell() && p.less(before) || cell != after.cell() && p.less(after) || n.knot(p)
}

// island thins a ring that lies in one cell and meets no other: around its first
// point and the two that keep it a ring.
func (n *net) island(dst, ring []pixel) []pixel {
	first := 0
	for i, p := range ring {
		if p.less(ring[first]) {
			first = i
		}
	}
	ring = append(append(n.run[:0], ring[first:]...), ring[:first]...)
	n.run = append(ring, ring[0])
	far, _ := n.farthest(0, len(ring))
	top := n.beside(far)
	if far > top {
		far, top = top, far
	}
	if far == top || far == 0 {
		return append(dst, ring...)
	}
	n.begin()
	n.span(0, far)
	n.span(far, top)
	n.span(top, len(n.run)-1)
	return n.take(dst)
}

// beside is the point farthest from the line between the first and far.
func (n *net) beside(far int) int {
	best, at := int64(-1), 0
	for i := range n.run[:len(n.run)-1] {
		d := turn(n.run[0], n.run[far], n.run[i])
		if d = max(d, -d); d > best || d == best && n.run[i].less(n.run[at]) {
			best, at = d, i
		}
	}
	return at
}

// stretch appends what stays of the run between two anchors, but the last.
func (n *net) stretch(dst []pixel) []pixel {
	n.begin()
	n.span(0, len(n.run)-1)
	return n.take(dst)
}

func (n *net) begin() {
	n.keep = append(n.keep[:0], make([]bool, len(n.run))...)
}

// take appends the points of the run that stay, but the last.
func (n *net) take(dst []pixel) []pixel {
	for i, p := range n.run[:len(n.run)-1] {
		if n.keep[i] {
			dst = append(dst, p)
		}
	}
	return dst
}

// span marks what stays between two points that stay, by the method of Ramer
// (1972), Douglas and Peucker (1973) with a tolerance of one unit.
func (n *net) span(from, to int) {
	n.keep[from], n.keep[to] = true, true
	n.stack = append(n.stack[:0], [2]int{from, to})
	for len(n.stack) > 0 {
		s := n.stack[len(n.stack)-1]
		n.stack = n.stack[:len(n.stack)-1]
		if s[1]-s[0] < 2 {
			continue
		}
		mid, stays := n.farthest(s[0], s[1])
		if stays {
			n.keep[mid] = true
			n.stack = append(n.stack, [2]int{s[0], mid}, [2]int{mid, s[1]})
		}
	}
}

// farthest is the point between two of the run that is farthest from the line
// between them, the first in order of several, and says whether it is more than a
// unit away. It reckons in whole numbers: within a cell they are small, and the
// answer is the same from both ends.
func (n *net) farthest(from, to int) (at int, stays bool) {
	a, b := n.run[from], n.run[to]
	length2, most := dot(a, b, b), int64(-1)
	for i := from + 1; i < to; i++ {
		d := away2(n.run[i], a, b)
		if d > most || d == most && n.run[i].less(n.run[at]) {
			at, most = i, d
		}
	}
	return at, most > max(length2, 1)
}

// away2 is the squared distance of p from the segment a–b, times the squared
// length of the segment if it has any.
func away2(p, a, b pixel) int64 {
	length2 := dot(a, b, b)
	switch along := dot(a, b, p); {
	case along <= 0:
		return dot(a, p, p) * max(length2, 1)
	case along >= length2:
		return dot(b, p, p) * max(length2, 1)
	}
	across := turn(a, b, p)
	return across * across
}

// dot is the scalar product of a–b and a–c.
func dot(a, b, c pixel) int64 {
	return int64(b.x-a.x)*int64(c.x-a.x) + int64(b.y-a.y)*int64(c.y-a.y)
}
