package tiles

// simplifier thins paths with the method of Ramer (1972), Douglas and Peucker
// (1973): what it drops lies within the tolerance of what it keeps. It runs on
// whole paths before clipping, so that neighbouring tiles agree.
type simplifier struct {
	squared float64 // tolerance in units, squared; 0 keeps all
	keep    []bool
	stack   [][2]int
}

// line thins an open path in place; its ends stay.
func (s *simplifier) line(path []vertex) []vertex {
	if s.squared == 0 || len(path) < 3 {
		return path
	}
	s.begin(len(path))
	s.span(path, 0, len(path)-1)
	return s.take(path)
}

// ring thins a ring in place. Its first vertex, the one farthest from that and
// the one farthest from the line between stay, so no ring becomes a line.
func (s *simplifier) ring(path []vertex) []vertex {
	n := len(path)
	if s.squared == 0 || n < 4 {
		return path
	}
	s.begin(n)
	far := farthest(path, 0, 0, 1, n)
	top := farthest(path, 0, far, 1, n)
	if far > top {
		far, top = top, far
	}
	if far == top || top == 0 {
		return path
	}
	s.keep[far], s.keep[top] = true, true
	s.span(path, 0, far)
	s.span(path, far, top)
	path = append(path, path[0])
	s.keep = append(s.keep, false)
	s.span(path, top, n)
	return s.take(path[:n])
}

func (s *simplifier) begin(n int) {
	s.keep = append(s.keep[:0], make([]bool, n)...)
	s.keep[0], s.keep[n-1] = true, false
}

// span marks what must stay between two vertices that stay.
func (s *simplifier) span(path []vertex, from, to int) {
	s.keep[from], s.keep[to] = true, true
	s.stack = append(s.stack[:0], [2]int{from, to})
	for len(s.stack) > 0 {
		at := s.stack[len(s.stack)-1]
		s.stack = s.stack[:len(s.stack)-1]
		if at[1]-at[0] < 2 {
			continue
		}
		mid := farthest(path, at[0], at[1], at[0]+1, at[1])
		if distance2(path[mid], path[at[0]], path[at[1]]) <= s.squared {
			continue
		}
		s.keep[mid] = true
		s.stack = append(s.stack, [2]int{at[0], mid}, [2]int{mid, at[1]})
	}
}

func (s *simplifier) take(path []vertex) []vertex {
	n := 0
	for i, v := range path {
		if s.keep[i] {
			path[n] = v
			n++
		}
	}
	return path[:n]
}

// farthest is the index in [from, to) of the vertex farthest from the segment
// path[a]–path[b].
func farthest(path []vertex, a, b, from, to int) int {
	best, at := -1.0, from
	for i := from; i < to; i++ {
		if d := distance2(path[i], path[a], path[b]); d > best {
			best, at = d, i
		}
	}
	return at
}

// distance2 is the squared distance of p from the segment a–b.
func distance2(p, a, b vertex) float64 {
	dx, dy := float64(b.x-a.x), float64(b.y-a.y)
	px, py := float64(p.x-a.x), float64(p.y-a.y)
	along := float64(px*dx) + float64(py*dy)
	length2 := float64(dx*dx) + float64(dy*dy)
	if along <= 0 || length2 == 0 {
		return float64(px*px) + float64(py*py)
	}
	if along >= length2 {
		px, py = px-dx, py-dy
		return float64(px*px) + float64(py*py)
	}
	cross := float64(px*dy) - float64(py*dx)
	return cross * cross / length2
}
