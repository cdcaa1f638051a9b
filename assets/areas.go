package assets

import (
	"cmp"
	"maps"
	"slices"

	"github.com/paulmach/orb"

	"suhe/geo"
)

// areaSet finds the area that holds a point. A published set is not changed.
type areaSet struct {
	byID   map[ID]placing
	sorted []placing // smaller boxes first, so that the finer of two areas wins
}

type placing struct {
	id    ID
	code  string
	shape orb.Geometry
	bound orb.Bound
	edge  *geo.Prepared // to measure to
	reach orb.Bound     // beyond it the area is not near
}

// nearArea is how far a point may lie outside all areas and still be counted to the
// nearest: what floats or hangs over the creek lies in the outline of no 街镇.
const nearArea geo.Metres = 300

func (s *areaSet) clone() *areaSet {
	if s == nil {
		return &areaSet{byID: map[ID]placing{}}
	}
	return &areaSet{byID: maps.Clone(s.byID), sorted: s.sorted}
}

// learn notes what became of an asset: is nil if it is gone. It says whether
// the set is another now.
func (s *areaSet) learn(id ID, is *Asset, classes *Classes) bool {
	_, had := s.byID[id]
	p, ok := placingOf(is, classes)
	if !had && !ok {
		return false
	}
	if ok {
		s.byID[id] = p
	} else {
		delete(s.byID, id)
	}
	s.sorted = slices.SortedFunc(maps.Values(s.byID), bySize)
	return true
}

func bySize(a, b placing) int {
	size := func(p placing) float64 {
		return (p.bound.Max[0] - p.bound.Min[0]) * (p.bound.Max[1] - p.bound.Min[1])
	}
	return cmp.Or(cmp.Compare(size(a), size(b)), cmp.Compare(a.id, b.id))
}

func placingOf(a *Asset, classes *Classes) (placing, bool) {
	if a == nil || a.Kind != Area || a.Lifecycle == Retired {
		return placing{}, false
	}
	if c, ok := classes.Class(a.Class); !ok || !c.Places {
		return placing{}, false
	}
	code := a.Properties.Text("code")
	if code == "" {
		code = string(a.ID)
	}
	g := a.Shape.Geometry.Plane
	switch g.(type) {
	case orb.Polygon, orb.MultiPolygon:
		return placing{id: a.ID, code: code, shape: g, bound: g.Bound(), edge: geo.Prepare(g), reach: geo.Grow(g.Bound(), nearArea)}, true
	}
	return placing{}, false
}

// at returns the code of the area that holds p, else of the nearest within nearArea,
// else "".
func (s *areaSet) at(p orb.Point) string {
	if s == nil {
		return ""
	}
	for i := range s.sorted {
		if s.sorted[i].bound.Contains(p) && geo.Contains(s.sorted[i].shape, p) {
			return s.sorted[i].code
		}
	}
	return s.nearest(p)
}

func (s *areaSet) nearest(p orb.Point) (code string) {
	within := nearArea
	for i := range s.sorted {
		if !s.sorted[i].reach.Contains(p) {
			continue
		}
		if d, ok := s.sorted[i].edge.Distance(p, within); ok && (d < within || code == "") {
			within, code = d, s.sorted[i].code
		}
	}
	return code
}
