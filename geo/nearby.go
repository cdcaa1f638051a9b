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
	if n <= 0 || !finite(p) {
		return dst
	}
	around := newSurroundings(p)
	x.mu.RLock()
	defer x.mu.RUnlock()
	if found, ok := x.inSquare(dst, around, n, limit); ok {
		return found
	}
	return x.browse(dst, around, n, limit)
}

// browse finds the nearest by looking at the nearest node of the tree first.
func (x *Index[K]) browse(dst []Hit[K], around *surroundings, n int, limit Metres) []Hit[K] {
	start := len(dst)
	x.tree.Nearby(
		func(min, max [2]float64, _ K, _ bool) float64 { return float64(around.least(min, max)) },
		func(min, max [2]float64, key K, least float64) bool {
			if Metres(least) > limit {
				return false
			}
			hit := hitOf(around, key, min, max)
			if hit.Distance > limit {
				return true
			}
			at, _ := slices.BinarySearchFunc(dst[start:], hit, byDistance[K])
			if dst = slices.Insert(dst, start+at, hit); len(dst)-start >= n {
				dst = dst[:start+n]
				limit = dst[start+n-1].Distance // others must be as near
			}
			return true
		})
	return dst
}

func byDistance[K comparable](a, b Hit[K]) int { return cmp.Compare(a.Distance, b.Distance) }

// The bounds of what is looked at in a square, and how often it grows.
const (
	squareRoom  = 1024 // and 64 for each that is wanted
	squareTries = 6
)

// candidate is what lies in a square.
type candidate[K comparable] struct {
	least    Metres
	key      K
	min, max [2]float64
}

// inSquare finds the nearest in a square around the point, about as large as is needed
// if things lie evenly, which costs a fraction of browse. ok is false, and nothing is
// found, where they do not, or where the ground is no plane.
func (x *Index[K]) inSquare(dst []Hit[K], around *surroundings, n int, limit Metres) (_ []Hit[K], ok bool) {
	low, high := x.tree.Bounds()
	if x.tree.Len() == 0 || !around.plane(low, high) {
		return dst, false
	}
	room, _ := x.rooms.Get().(*[]candidate[K])
	if room == nil {
		room = new([]candidate[K])
	}
	defer x.rooms.Put(room)
	area := (high[0] - low[0]) * around.x * (high[1] - low[1]) * around.y
	reach := min(limit, max(1, Metres(0.75*math.Sqrt(area*float64(n)/float64(x.tree.Len())))))
	start := len(dst)
	for range squareTries {
		if !x.square(room, around, reach, squareRoom+64*n) {
			return dst[:start], false
		}
		dst = firstOf(dst[:start], around, *room, n, limit)
		switch found := dst[start:]; {
		case reach >= limit, len(found) == n && found[n-1].Distance <= reach:
			return dst, true
		case len(found) == n:
			reach = min(limit, found[n-1].Distance)
		default:
			reach = min(limit, 2*reach)
		}
	}
	return dst[:start], false
}

// square collects what is at least that near; false: it is more than most.
func (x *Index[K]) square(room *[]candidate[K], around *surroundings, reach Metres, most int) bool {
	all := (*room)[:0]
	dx, dy := float64(reach)/around.x, float64(reach)/around.y
	p := around.p
	x.tree.Search([2]float64{p[0] - dx, p[1] - dy}, [2]float64{p[0] + dx, p[1] + dy}, func(min, max [2]float64, key K) bool {
		all = append(all, candidate[K]{around.flat(min, max), key, min, max})
		return len(all) <= most
	})
	*room = all
	return len(all) <= most
}

// surroundings are what lies around a point, on which a distance that is never too long
// is told without trigonometry.
type surroundings struct {
	p    orb.Point
	x, y float64 // metres of a degree, less what the plane and boxDistance are off
}

// Where surroundings are a plane: so many degrees around points below a latitude. There
// it is 2.5 % off boxDistance at most.
const (
	planeReach    = 1.0
	planeLatitude = 60
	planeLeast    = 0.97
)

func newSurroundings(p orb.Point) *surroundings {
	x, y := scaleAt(p[1])
	return &surroundings{p, planeLeast * x, planeLeast * y}
}

// plane says whether a box lies where the surroundings are a plane.
func (s *surroundings) plane(min, max [2]float64) bool {
	return min[1] >= s.p[1]-planeReach && max[1] <= s.p[1]+planeReach && min[0] <= s.p[0]+planeReach && max[0] >= s.p[0]-planeReach &&
		math.Abs(s.p[1]) <= planeLatitude
}

// flat is least of a box on the plane.
func (s *surroundings) flat(low, high [2]float64) Metres {
	dLon, dLat := max(0, low[0]-s.p[0], s.p[0]-high[0]), max(0, low[1]-s.p[1], s.p[1]-high[1])
	return Metres(math.Sqrt(sq(dLon*s.x) + sq(dLat*s.y)))
}

// least is never more than boxDistance, or the distance to anything in the box; and never
// more than for what the box holds.
func (s *surroundings) least(min, max [2]float64) Metres {
	if s.plane(min, max) {
		return s.flat(min, max)
	}
	return boxDistance(s.p, min, max)
}

// hitOf is how far a key's box is.
func hitOf[K comparable](s *surroundings, key K, min, max [2]float64) Hit[K] {
	if min == max {
		return Hit[K]{key, Distance(s.p, min), true}
	}
	return Hit[K]{key, boxDistance(s.p, min, max), false}
}

// firstOf appends the n nearest of the candidates, none farther than limit. They are
// measured only if the plane says that they may be among them.
func firstOf[K comparable](dst []Hit[K], s *surroundings, all []candidate[K], n int, limit Metres) []Hit[K] {
	start := len(dst)
	worst := limit
	if len(all) > n {
		slices.SortFunc(all, func(a, b candidate[K]) int { return cmp.Compare(a.least, b.least) })
		worst = min(limit, all[n-1].least/planeLeast*1.005)
	}
	for i := range all {
		if c := &all[i]; c.least <= worst {
			if hit := hitOf(s, c.key, c.min, c.max); hit.Distance <= limit {
				dst = append(dst, hit)
			}
		}
	}
	slices.SortFunc(dst[start:], byDistance[K])
	return dst[:start+min(n, len(dst)-start)]
}

// cheapEdges is how many edges of a site are looked at for each box while the lock is
// held.
const cheapEdges = 64

// Meeting appends to sure the keys of which their boxes tell that they share a point with
// the site, and to unsure those whose geometry has to be asked.
func (x *Index[K]) Meeting(sure, unsure []K, site *Prepared) ([]K, []K) {
	b := site.Bound()
	if checkBox(b) != nil {
		return sure, unsure
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	costly := len(site.figure.edges) > cheapEdges
	x.tree.Search(b.Min, b.Max, func(min, max [2]float64, key K) bool {
		meets, known := false, false
		if !costly {
			meets, known = site.against(orb.Bound{Min: min, Max: max})
		}
		switch {
		case !known:
			unsure = append(unsure, key)
		case meets:
			sure = append(sure, key)
		}
		return true
	})
	return sure, unsure
}

// against says whether whatever has that box meets the site, as far as the box tells: of
// a point, of what lies within a box, and of what no edge of an area touches.
func (p *Prepared) against(b orb.Bound) (meets, known bool) {
	if b.Min == b.Max {
		return p.Touches(b.Min), true
	}
	if p.box && inBox(p.figure.bound, b) {
		return true, true
	}
	if len(p.figure.points) > 0 {
		return false, false
	}
	for i := range p.figure.pieces {
		if p.figure.pieces[i].polygon == nil {
			return false, false
		}
	}
	for _, e := range p.figure.edges {
		if touchesBox(e, b) {
			return false, false
		}
	}
	return p.figure.locate(b.Min) != outside, true
}

// touchesBox says whether an edge may share a point with a box.
func touchesBox(e [2]orb.Point, b orb.Bound) bool {
	if max(e[0][0], e[1][0]) < b.Min[0] || min(e[0][0], e[1][0]) > b.Max[0] || max(e[0][1], e[1][1]) < b.Min[1] || min(e[0][1], e[1][1]) > b.Max[1] {
		return false
	}
	of := side(e, b.Min)
	return of == 0 || side(e, b.Max) != of || side(e, orb.Point{b.Min[0], b.Max[1]}) != of || side(e, orb.Point{b.Max[0], b.Min[1]}) != of
}
