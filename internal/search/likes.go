package search

import (
	"sync"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/twin"
)

// like is what things have in common that are counted together: who sees one of them
// sees all, and the same filters pass them.
type like struct {
	facet access.Facet
	state string // twin.Thing.Summary
}

func likeOf(t *twin.Thing) like { return like{access.FacetOf(t.Asset), t.Summary()} }

// likes numbers what things have in common. Numbers are never given back: there are as
// many as combinations that ever were.
type likes struct {
	mu    sync.Mutex // while segments are built beside each other
	of    map[like]uint32
	all   []like
	class []uint32 // of each like, the number of its class
	area  []uint32

	classes map[classOf]uint32
	areas   map[string]uint32
	names   func(kind assets.Kind, class string) (zh, en string)
	words   [][]byte // of each class, as a record
}

// classOf names a class: codes of kinds that the registry does not hold may be the same.
type classOf struct {
	kind  assets.Kind
	class string
}

func newLikes(names func(kind assets.Kind, class string) (zh, en string)) *likes {
	return &likes{of: map[like]uint32{}, classes: map[classOf]uint32{}, areas: map[string]uint32{}, names: names}
}

// number is that of l, given if it has none.
func (x *likes) number(l like) uint32 {
	x.mu.Lock()
	defer x.mu.Unlock()
	n, known := x.of[l]
	if known {
		return n
	}
	n = uint32(len(x.all))
	x.of[l] = n
	x.all = append(x.all, l)
	class := numberIn(x.classes, classOf{l.facet.Kind, l.facet.Class})
	if int(class) == len(x.words) {
		zh, en := x.names(l.facet.Kind, l.facet.Class)
		x.words = append(x.words, appendNames(nil, zh, en))
	}
	x.class = append(x.class, class)
	x.area = append(x.area, numberIn(x.areas, l.facet.Area))
	return n
}

// places are the numbers of the class and the area of a like.
func (x *likes) places(n uint32) (class, area uint32) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.class[n], x.area[n]
}

func numberIn[K comparable](known map[K]uint32, k K) uint32 {
	n, ok := known[k]
	if !ok {
		n = uint32(len(known))
		known[k] = n
	}
	return n
}
