package geo

import (
	"fmt"
	"math"
	"sync"

	"github.com/paulmach/orb"
	"github.com/tidwall/rtree"
)

// Move says where a key is now: its box in degrees WGS84, or that it is gone.
type Move[K comparable] struct {
	Key  K
	Is   orb.Bound
	Gone bool
}

// Hit is a key found by Nearest and its distance on the ground.
type Hit[K comparable] struct {
	Key      K
	Distance Metres
	Point    bool // its box is a point: the distance is exact
}

// Index finds keys by their boxes. The zero Index is empty and ready; all
// methods may be called at once from many goroutines.
//
// The tree is changed in place under one lock and never copied: rtree's Copy
// writes to its source and makes every later write copy its path again.
type Index[K comparable] struct {
	mu    sync.RWMutex
	tree  rtree.RTreeGN[float64, K]
	boxes map[K]orb.Bound // the last box of each key: rtree removes by exact box only
	rooms sync.Pool       // *[]candidate[K], of Nearest
}

// Grow makes room for n keys in an index that holds none yet.
func (x *Index[K]) Grow(n int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.boxes) == 0 {
		x.boxes = make(map[K]orb.Bound, n)
	}
}

// Apply makes every move of the batch under one lock: readers see all or none.
// A box with a NaN or an infinite number, or one that is inside out, is
// refused: the error names it and nothing of the batch is applied. A key that
// is gone already stays gone.
func (x *Index[K]) Apply(batch []Move[K]) error {
	for i := range batch {
		if !batch[i].Gone {
			if err := checkBox(batch[i].Is); err != nil {
				return fmt.Errorf("index: key %v: %w", batch[i].Key, err)
			}
		}
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.boxes == nil {
		x.boxes = make(map[K]orb.Bound)
	}
	for i := range batch {
		x.apply(&batch[i])
	}
	return nil
}

// apply makes one move; the caller holds the lock.
func (x *Index[K]) apply(m *Move[K]) {
	was, known := x.boxes[m.Key]
	switch {
	case m.Gone && known:
		x.tree.Delete(was.Min, was.Max, m.Key)
		delete(x.boxes, m.Key)
	case m.Gone || known && was == m.Is:
	case known:
		x.tree.Replace(was.Min, was.Max, m.Key, m.Is.Min, m.Is.Max, m.Key)
		x.boxes[m.Key] = m.Is
	default:
		x.tree.Insert(m.Is.Min, m.Is.Max, m.Key)
		x.boxes[m.Key] = m.Is
	}
}

func checkBox(b orb.Bound) error {
	for _, v := range [4]float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]} {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("box: %v, want finite numbers", b)
		}
	}
	if b.Min[0] > b.Max[0] || b.Min[1] > b.Max[1] {
		return fmt.Errorf("box: %v is empty", b)
	}
	return nil
}

// Within appends the keys whose boxes touch b. The lock is held for the search only.
func (x *Index[K]) Within(dst []K, b orb.Bound) []K {
	if checkBox(b) != nil {
		return dst
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	x.tree.Search(b.Min, b.Max, func(_, _ [2]float64, key K) bool {
		dst = append(dst, key)
		return true
	})
	return dst
}

// Touching appends the keys whose boxes touch the geometry itself, not just its box.
func (x *Index[K]) Touching(dst []K, g orb.Geometry) []K {
	start := len(dst)
	dst = x.Within(dst, g.Bound())
	x.mu.RLock()
	boxes := make([]orb.Bound, 0, len(dst)-start)
	for _, key := range dst[start:] {
		boxes = append(boxes, x.boxes[key])
	}
	x.mu.RUnlock()
	kept := dst[:start]
	for i, box := range boxes {
		if Intersects(boxGeometry(box), g) {
			kept = append(kept, dst[start+i])
		}
	}
	return kept
}

// boxGeometry is the box as a geometry of its true dimension.
func boxGeometry(b orb.Bound) orb.Geometry {
	switch {
	case b.Min == b.Max:
		return b.Min
	case b.Min[0] == b.Max[0] || b.Min[1] == b.Max[1]:
		return orb.LineString{b.Min, b.Max}
	default:
		return b.ToPolygon()
	}
}

// boxDistance is the haversine from p to the nearest latitude and longitude of
// the box, with the narrowest parallel of both and the smallest radius of
// curvature of the ellipsoid: never more than the true distance to anything in
// the box, and never less than for a box around it, as a search by distance needs.
func boxDistance(p orb.Point, min, max [2]float64) Metres {
	dLon := radians(math.Max(0, math.Max(min[0]-p[0], p[0]-max[0])))
	dLat := radians(math.Max(0, math.Max(min[1]-p[1], p[1]-max[1])))
	widest := math.Max(math.Abs(min[1]), math.Abs(max[1]))
	h := sq(math.Sin(dLat/2)) + math.Cos(radians(p[1]))*math.Cos(radians(widest))*sq(math.Sin(dLon/2))
	return Metres(2 * leastRadius * math.Asin(math.Sqrt(math.Min(1, h))))
}

// Len is the number of keys held.
func (x *Index[K]) Len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return len(x.boxes)
}
