package geo

import (
	"math"

	"github.com/tidwall/rtree"
)

// The bounds of what is looked at in a square of a tree, and how often it grows.
const (
	squareRoom  = 1024 // and 64 for each that is wanted
	squareTries = 6
)

// tree looks for what is in a tree: in a square around the point, about as large as is
// needed if things lie evenly, which costs a fraction of looking at the nearest node
// first. The latter is done where they do not lie so, and where the ground is no plane.
func (s *seeking[K]) tree(t *rtree.RTreeGN[float64, K]) {
	low, high := t.Bounds()
	done := -1.0 // nearer things were offered
	if s.even = s.plane(low, high); s.even {
		reach := s.reach
		if !s.full() {
			area := (high[0] - low[0]) * s.x * (high[1] - low[1]) * s.y
			reach = math.Min(reach, math.Max(1, 0.75*math.Sqrt(area*float64(s.n)/float64(t.Len()))))
		}
		for range squareTries {
			if !s.around(t, done, reach) {
				break
			}
			if done = reach; done >= s.reach {
				return
			}
			if reach = math.Min(2*reach, s.reach); s.full() {
				reach = s.reach
			}
		}
	}
	t.Nearby(
		func(min, max [2]float64, _ K, _ bool) float64 { return s.distance(min, max) },
		func(min, max [2]float64, key K, least float64) bool {
			if least > done && least <= s.reach {
				s.offer(least, key, min, max)
			}
			return least <= s.reach
		})
}

// around offers what is farther than done and at most at the reach; false: there is too
// much around, and nothing was offered.
func (s *seeking[K]) around(t *rtree.RTreeGN[float64, K], done, reach float64) bool {
	dx, dy := reach/s.x, reach/s.y
	s.some = s.some[:0]
	left := squareRoom + 64*s.n
	t.Search([2]float64{s.p[0] - dx, s.p[1] - dy}, [2]float64{s.p[0] + dx, s.p[1] + dy}, func(min, max [2]float64, key K) bool {
		if d := s.distance(min, max); d > done && d <= reach {
			s.some = append(s.some, candidate[K]{d, key, min, max})
		}
		left--
		return left > 0
	})
	if left <= 0 {
		return false
	}
	for _, c := range s.some {
		if c.least <= s.reach {
			s.offer(c.least, c.key, c.min, c.max)
		}
	}
	return true
}
