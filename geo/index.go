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
// Most keys never move: they lie packed. What moves or comes is in a tree beside them,
// until so many have come that all are packed anew; what goes leaves its place empty.
// Both are changed in place under one lock and never copied: rtree's Copy writes to its
// source and makes every later write copy its path again.
type Index[K comparable] struct {
	mu     sync.RWMutex
	packed packed[K]
	places map[K]uint32 // in packed, of each key that is there
	tree   rtree.RTreeGN[float64, K]
	boxes  map[K]orb.Bound // the last box of each key of the tree: rtree removes by exact box only
	came   int             // keys since they were packed
	rooms  sync.Pool       // *room[K]
}

// room is scratch of a search.
type room[K comparable] struct {
	blocks, spare []int32
	seeking       seeking[K]
}

// lend returns a room, to be given back to x.rooms.
func (x *Index[K]) lend() *room[K] {
	if r, ok := x.rooms.Get().(*room[K]); ok {
		return r
	}
	return new(room[K])
}

// fewCame is how many keys that came are not worth packing all.
const fewCame = 1 << 14

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
	if len(batch) >= fewCame && len(batch) >= x.len() {
		x.pack(batch)
		return nil
	}
	if x.boxes == nil {
		x.boxes = make(map[K]orb.Bound)
	}
	for i := range batch {
		x.apply(&batch[i])
	}
	if x.came >= max(fewCame, len(x.places)) {
		x.pack(nil)
	}
	return nil
}

// apply makes one move; the caller holds the lock.
func (x *Index[K]) apply(m *Move[K]) {
	if was, known := x.boxes[m.Key]; known {
		switch {
		case m.Gone:
			x.tree.Delete(was.Min, was.Max, m.Key)
			delete(x.boxes, m.Key)
		case was != m.Is:
			x.tree.Replace(was.Min, was.Max, m.Key, m.Is.Min, m.Is.Max, m.Key)
			x.boxes[m.Key] = m.Is
		}
		return
	}
	place, known := x.places[m.Key]
	switch {
	case known && !m.Gone && x.packed.box(place) == m.Is, !known && m.Gone:
		return
	case known:
		x.packed.remove(place)
		delete(x.places, m.Key)
	default:
		x.came++
	}
	if !m.Gone {
		x.tree.Insert(m.Is.Min, m.Is.Max, m.Key)
		x.boxes[m.Key] = m.Is
	}
}

// pack packs all keys as they are after the batch; the caller holds the lock.
func (x *Index[K]) pack(batch []Move[K]) {
	all := batch
	if x.len() > 0 {
		all = x.appendAll(make([]Move[K], 0, x.len()+len(batch)))
		all = append(all, batch...)
	}
	var order []curved
	x.packed, order = pack(all)
	x.places = make(map[K]uint32, len(all))
	for place, o := range order {
		key := all[o.at].Key
		last, twice := x.places[key]
		if twice && order[last].at > o.at { // what was said later holds
			x.packed.remove(uint32(place))
			continue
		}
		if twice {
			x.packed.remove(last)
		}
		x.places[key] = uint32(place)
	}
	for key, place := range x.places {
		if all[order[place].at].Gone {
			delete(x.places, key)
		}
	}
	x.tree, x.boxes, x.came = rtree.RTreeGN[float64, K]{}, nil, 0
}

// appendAll appends where every key is.
func (x *Index[K]) appendAll(dst []Move[K]) []Move[K] {
	for key, place := range x.places {
		dst = append(dst, Move[K]{Key: key, Is: x.packed.box(place)})
	}
	for key, box := range x.boxes {
		dst = append(dst, Move[K]{Key: key, Is: box})
	}
	return dst
}

// len is Len; the caller holds the lock.
func (x *Index[K]) len() int { return len(x.places) + len(x.boxes) }

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
	r := x.lend()
	defer x.rooms.Put(r)
	r.blocks, r.spare = x.packed.search(r.blocks, r.spare, &b)
	for _, i := range r.blocks {
		dst = x.packed.within(dst, int(i), &b)
	}
	if x.tree.Len() > 0 {
		x.tree.Search(b.Min, b.Max, func(_, _ [2]float64, key K) bool {
			dst = append(dst, key)
			return true
		})
	}
	return dst
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
	return x.len()
}
