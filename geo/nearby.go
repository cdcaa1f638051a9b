package geo

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// Nearest appends at most n keys by the ground distance from p to their boxes,
// nearest first, none farther than limit. The distance is exact for points and
// never too long for boxes. Boxes beyond the antimeridian are not looked for.
func (x *Index[K]) Nearest(dst []Hit[K], p orb.Point, n int, limit Metres) []Hit[K] {
	if n <= 0 || !finite(p) || !(limit >= 0) {
		return dst
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	r := x.lend()
	defer x.rooms.Put(r)
	s := &r.seeking
	s.begin(p, n, limit)
	if root, top := x.packed.root(); top > 0 {
		s.even = s.plane(root.Min, root.Max)
		s.packed(&x.packed, top-1, 0)
	}
	if x.tree.Len() > 0 {
		s.tree(&x.tree)
	}
	return s.found(dst)
}

// seeking is a search for what is nearest. Things are compared by distances that are
// never too long; so much longer than those of n others that it cannot be one of the
// nearest must be what is passed over.
type seeking[K comparable] struct {
	surroundings
	n             int
	limit         Metres
	reach, reach2 float64        // what is farther at least is passed over; and its square
	least         []float64      // the n shortest distances: a heap, the longest first
	all           []candidate[K] // what may be among the nearest
	some          []candidate[K] // scratch
}

// candidate is what may be one of the nearest.
type candidate[K comparable] struct {
	least    float64 // metres, never too long
	key      K
	min, max [2]float64
}

func (s *seeking[K]) begin(p orb.Point, n int, limit Metres) {
	s.surroundings = newSurroundings(p)
	s.n, s.limit = n, limit
	s.toReach(math.Min(float64(limit), math.MaxFloat64))
	s.least, s.all = s.least[:0], s.all[:0]
}

// full says whether n things were found.
func (s *seeking[K]) full() bool { return len(s.least) == s.n }

// packed looks at a block of the packed boxes and of those below it that is nearest first.
func (s *seeking[K]) packed(p *packed[K], level, block int) {
	from, to := p.block(level, block)
	if level == 0 {
		s.leaf(p, from, to)
		return
	}
	boxes := p.levels[level][from:to]
	var far [fanout]float64
	var order [fanout]uint8
	n := 0
	for k := range boxes {
		d := s.square(&boxes[k])
		if !(d <= s.reach2) {
			continue
		}
		far[k] = d
		at := n
		for ; at > 0 && far[order[at-1]] > d; at-- {
			order[at] = order[at-1]
		}
		order[at] = uint8(k)
		n++
	}
	for _, k := range order[:n] {
		if far[k] > s.reach2 {
			return
		}
		s.packed(p, level-1, from+int(k))
	}
}

// leaf looks at packed keys.
func (s *seeking[K]) leaf(p *packed[K], from, to int) {
	if p.points != nil && s.even {
		for k, q := range p.points[from:to] {
			x, y := (q[0]-s.p[0])*s.x, (q[1]-s.p[1])*s.y
			if d := x*x + y*y; d <= s.reach2 {
				s.offer(math.Sqrt(d), p.keys[from+k], q, q)
			}
		}
		return
	}
	for at := from; at < to; at++ {
		b := p.box(uint32(at))
		if d := s.square(&b); d <= s.reach2 {
			s.offer(math.Sqrt(d), p.keys[at], b.Min, b.Max)
		}
	}
}

// square is that of the distance to a box.
func (s *seeking[K]) square(b *orb.Bound) float64 {
	if !s.even {
		return sq(s.distance(b.Min, b.Max))
	}
	return s.flat2(b.Min[0], b.Min[1], b.Max[0], b.Max[1])
}

// toReach lets what is farther be passed over.
func (s *seeking[K]) toReach(reach float64) {
	s.reach, s.reach2 = reach, math.Min(sq(reach), math.MaxFloat64)
}

// offer takes a thing that is within reach, and reaches no farther than is needed.
func (s *seeking[K]) offer(least float64, key K, min, max [2]float64) {
	s.all = append(s.all, candidate[K]{least, key, min, max})
	switch {
	case !s.full():
		s.least = append(s.least, least)
		for i := len(s.least) - 1; i > 0 && s.least[(i-1)/2] < s.least[i]; i = (i - 1) / 2 {
			s.least[i], s.least[(i-1)/2] = s.least[(i-1)/2], s.least[i]
		}
	case least < s.least[0]:
		s.least[0] = least
		s.sink()
	}
	if s.full() {
		s.toReach(math.Min(s.reach, s.least[0]/planeLeast*1.005))
	}
}

// sink lets the first of the heap sink to its place.
func (s *seeking[K]) sink() {
	for i := 0; ; {
		k := 2*i + 1
		if k >= len(s.least) {
			return
		}
		if k+1 < len(s.least) && s.least[k+1] > s.least[k] {
			k++
		}
		if s.least[i] >= s.least[k] {
			return
		}
		s.least[i], s.least[k] = s.least[k], s.least[i]
		i = k
	}
}

// found appends the nearest, now measured.
func (s *seeking[K]) found(dst []Hit[K]) []Hit[K] {
	start := len(dst)
	for i := range s.all {
		if c := &s.all[i]; c.least <= s.reach {
			if hit := hitOf(&s.surroundings, c.key, c.min, c.max); hit.Distance <= s.limit {
				dst = append(dst, hit)
			}
		}
	}
	slices.SortFunc(dst[start:], byDistance[K])
	return dst[:start+min(s.n, len(dst)-start)]
}

func byDistance[K comparable](a, b Hit[K]) int { return cmp.Compare(a.Distance, b.Distance) }

// surroundings are what lies around a point, on which a distance that is never too long
// is told without trigonometry.
type surroundings struct {
	p    orb.Point
	x, y float64 // metres of a degree, less what the plane and boxDistance are off
	even bool    // all that is looked at lies where they are a plane
}

// Where surroundings are a plane: so many degrees around points below a latitude. There
// it is 2.5 % off boxDistance at most.
const (
	planeReach    = 1.0
	planeLatitude = 60
	planeLeast    = 0.97
)

func newSurroundings(p orb.Point) surroundings {
	x, y := scaleAt(p[1])
	return surroundings{p: p, x: planeLeast * x, y: planeLeast * y}
}

// plane says whether a box lies where the surroundings are a plane.
func (s *surroundings) plane(min, max [2]float64) bool {
	return min[1] >= s.p[1]-planeReach && max[1] <= s.p[1]+planeReach && min[0] <= s.p[0]+planeReach && max[0] >= s.p[0]-planeReach &&
		math.Abs(s.p[1]) <= planeLatitude
}

// flat2 is the square of the distance on the plane.
func (s *surroundings) flat2(west, south, east, north float64) float64 {
	x, y := west-s.p[0], south-s.p[1]
	if x < 0 {
		if x = s.p[0] - east; x < 0 {
			x = 0
		}
	}
	if y < 0 {
		if y = s.p[1] - north; y < 0 {
			y = 0
		}
	}
	x, y = x*s.x, y*s.y
	return x*x + y*y
}

// distance is never more than boxDistance, or the distance to anything in the box.
func (s *surroundings) distance(min, max [2]float64) float64 {
	if s.even || s.plane(min, max) {
		return math.Sqrt(s.flat2(min[0], min[1], max[0], max[1]))
	}
	return float64(boxDistance(s.p, min, max))
}

// hitOf is how far a key's box is.
func hitOf[K comparable](s *surroundings, key K, min, max [2]float64) Hit[K] {
	if min == max {
		return Hit[K]{key, Distance(s.p, min), true}
	}
	return Hit[K]{key, boxDistance(s.p, min, max), false}
}
