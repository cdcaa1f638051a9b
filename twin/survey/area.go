package survey

import (
	"cmp"
	"strings"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// leastCode is the length of the code of a district: areas of which a shorter code is a
// part of theirs are not one.
const leastCode = 6

// slack is how far things may lie beside the area that they are in: of the public's
// world, where places are coarse.
const slack geo.Metres = 500

// Area is what stands in the area of that code, or in the areas that are part of it: of
// 310107 all of the district. Who asks must see one of them.
func (s *Survey) Area(a *Ask, code string) (Region, error) {
	if !a.shows("area") {
		return Region{}, denied("area: you are not shown it")
	}
	var box orb.Bound
	known := false
	for t := range s.o.World.Walk(assets.Area, nil, 0) {
		is := cmp.Or(t.Asset.Properties.Text("code"), string(t.Asset.ID))
		if is != code && !(len(code) >= leastCode && strings.HasPrefix(is, code)) || a.Sees == nil || !a.Sees(t.Asset) {
			continue
		}
		if b := t.Bound(); known {
			box = box.Union(b)
		} else {
			box, known = b, true
		}
	}
	if !known {
		return Region{}, invalid("area: %.40q is no area", code)
	}
	in := func(at assets.Location) bool {
		return at.Area == code || len(code) >= leastCode && strings.HasPrefix(at.Area, code)
	}
	return Region{[]test{{
		box: geo.Grow(box, slack), core: box, thing: func(t *twin.Thing) bool { return in(t.Location()) },
		point: func(_ orb.Point, at assets.Location) bool { return in(at) }, placed: true,
	}}}, nil
}
