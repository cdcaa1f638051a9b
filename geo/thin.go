package geo

import "math"

// thinner finds the zooms of vertices with the method of Ramer (1972), Douglas
// and Peucker (1973), once for all tolerances: a vertex shows where its distance
// is more than a unit, but not before the two between which it was found.
type thinner struct {
	shows  []uint8
	xy     []uint32
	end    int // of the path; there a ring begins again
	first  int
	stack  []thinSpan
	budget int // distances that may yet be measured
}

// thinSpan is a stretch of a path between two vertices that show from a zoom on.
type thinSpan struct {
	from, to int
	zoom     uint8
}

// path thins the line or ring of g in [from, end).
func (t *thinner) path(g *Flat, from, end int) {
	if t.shows == nil {
		t.shows = make([]uint8, len(g.XY)/2)
		t.xy = g.XY
		// Ordinary shapes need some 20 passes. One made to need as many passes as
		// it has vertices is kept in more detail than it deserves.
		t.budget = 1000 + 100*len(t.shows)
	}
	t.first, t.end = from, end
	for i := from; i < end; i++ {
		t.shows[i] = never
	}
	if g.Type == FlatLine {
		t.shows[from], t.shows[end-1] = always, always
		t.span(from, end-1)
		return
	}
	t.ring(from, end)
}

// ring thins a ring. Its first vertex, the one farthest from that and the one
// farthest from the line between always show, so no ring becomes a line.
func (t *thinner) ring(from, end int) {
	far, _ := t.farthest(from, from, from+1, end)
	top, _ := t.farthest(from, far, from+1, end)
	if far > top {
		far, top = top, far
	}
	if far == top { // it runs there and back
		clear(t.shows[from:end])
		return
	}
	t.shows[from], t.shows[far], t.shows[top] = always, always, always
	t.span(from, far)
	t.span(far, top)
	t.span(top, end)
}

// span finds the zooms of the vertices between two that always show.
func (t *thinner) span(from, to int) {
	t.stack = append(t.stack[:0], thinSpan{from, to, always})
	for len(t.stack) > 0 {
		s := t.stack[len(t.stack)-1]
		t.stack = t.stack[:len(t.stack)-1]
		if s.to-s.from < 2 {
			continue
		}
		if t.budget -= s.to - s.from; t.budget < 0 {
			for i := s.from + 1; i < s.to; i++ {
				t.shows[i] = s.zoom
			}
			continue
		}
		mid, d2 := t.farthest(s.from, s.to, s.from+1, s.to)
		if zoom := max(s.zoom, zoomOf(d2)); zoom < never {
			t.shows[mid] = zoom
			t.stack = append(t.stack, thinSpan{s.from, mid, zoom}, thinSpan{mid, s.to, zoom})
		}
	}
}

// farthest is the vertex in [from, to) farthest from the segment between the
// vertices a and b, and the square of its distance.
func (t *thinner) farthest(a, b, from, to int) (at int, d2 float64) {
	at, d2 = from, -1
	p, q := t.vertex(a), t.vertex(b)
	for i := from; i < to; i++ {
		if d := distance2(t.vertex(i), p, q); d > d2 {
			at, d2 = i, d
		}
	}
	return at, d2
}

// worldPoint is a point in world units.
type worldPoint struct{ x, y float64 }

func (t *thinner) vertex(i int) worldPoint {
	if i == t.end {
		i = t.first
	}
	return worldPoint{float64(t.xy[2*i]), float64(t.xy[2*i+1])}
}

// zoomOf is the first zoom at which so much (squared, in world units) is more
// than a unit.
func zoomOf(d2 float64) uint8 {
	for z := range uint8(never) {
		if unit := float64(uint64(1) << (latticeZoom - z)); d2 > unit*unit {
			return z
		}
	}
	return never
}

// distance2 is the squared distance of p from the segment a–b. The explicit
// conversions keep the compiler from fusing operations, which would round
// differently on other processors.
func distance2(p, a, b worldPoint) float64 {
	dx, dy := b.x-a.x, b.y-a.y
	px, py := p.x-a.x, p.y-a.y
	along := float64(px*dx) + float64(py*dy)
	length2 := float64(dx*dx) + float64(dy*dy)
	switch {
	case along <= 0 || length2 == 0:
		return float64(px*px) + float64(py*py)
	case along >= length2:
		px, py = px-dx, py-dy
		return float64(px*px) + float64(py*py)
	}
	cross := float64(px*dy) - float64(py*dx)
	return math.Abs(cross) / length2 * math.Abs(cross)
}
