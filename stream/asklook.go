package stream

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin"
	"suhe/twin/filter"
)

// Ground is what the stream knows of the district, to find where a view looks.
// The zero Ground knows nothing.
type Ground struct {
	River *geo.River // chainages are measured along it
	// Area is the box of a 街镇 of which the scope may know.
	Area func(code string, scope access.Scope) (orb.Bound, bool)
}

// offRiver is farther than things have a place along the creek; see assets.Location.
const offRiver geo.Metres = 2100

// look checks what a subscribe or update wants to see, and may; was is what an
// update leaves out, nil for a subscribe. An error here is answered, and the session
// goes on.
func (h *Hub) look(a ask, was *look, scope access.Scope) (*look, error) {
	l := look{asked: allFields}
	if was != nil {
		l = *was
	}
	for _, part := range []func(*look, ask, bool) error{h.lookLayers, lookDatum, h.lookRegion, lookZoom, lookFilter, h.lookPace} {
		if err := part(&l, a, was == nil); err != nil {
			return nil, err
		}
	}
	if len(a.Held) > h.bounds.held {
		return nil, fmt.Errorf("held: %d fids, want at most %d", len(a.Held), h.bounds.held)
	}
	for _, fid := range a.Held {
		if fid == 0 || fid >= maxFID {
			return nil, fmt.Errorf("held: %d, want fids in [1,%d)", fid, uint64(maxFID))
		}
	}
	h.split(&l)
	return h.limited(l, scope)
}

// limited is the look without the fields that the scope is not shown. A filter by one
// of these is refused: what passes would tell it. An area of which the scope may not
// know is refused in the words of one that there is not.
func (h *Hub) limited(l look, scope access.Scope) (*look, error) {
	shows := scope.Fields(h.o.Sensitivity)
	if code := l.region.area; code != "" {
		known := h.o.Ground.Area != nil && shows("area")
		if known {
			l.region.box, known = h.o.Ground.Area(code, scope)
		}
		if !known {
			return nil, fmt.Errorf("area: %.40q is no area", code)
		}
	}
	l.fields = l.asked & shownFields(shows)
	return &l, twin.CheckShown(l.filter, shows)
}

// blind is the look when nothing more of it may be told.
func (l look) blind() *look {
	l.layers, l.kinds, l.counted, l.tiles, l.filter = nil, nil, nil, nil, filter.Filter{}
	return &l
}

// split says which layers are told as counts: where the view is zoomed out.
func (h *Hub) split(l *look) {
	l.kinds, l.counted = nil, nil
	for _, kind := range l.layers {
		if l.zoom != nil && h.o.Clusters != nil && l.wholeZoom() < h.o.Clusters.Below(kind) {
			l.counted = append(l.counted, kind)
		} else {
			l.kinds = append(l.kinds, kind)
		}
	}
}

func (h *Hub) lookLayers(l *look, a ask, _ bool) error {
	if a.Layers != nil {
		l.layers = nil
		for _, name := range a.Layers {
			kind, ok := assets.KindOfLayer(name)
			if !ok {
				return fmt.Errorf("layers: %.40q is no layer", name)
			}
			if !slices.Contains(l.layers, kind) {
				l.layers = append(l.layers, kind)
			}
		}
		slices.Sort(l.layers)
	}
	if a.Tiles != nil {
		l.tiles = nil
		for _, name := range a.Tiles {
			at := slices.IndexFunc(h.o.Painted, func(p Painted) bool { return p.Name == name })
			if at < 0 {
				return fmt.Errorf("tiles: %.40q is no layer", name)
			}
			if !slices.Contains(l.tiles, &h.o.Painted[at]) {
				l.tiles = append(l.tiles, &h.o.Painted[at])
			}
		}
	}
	if len(l.layers)+len(l.tiles) == 0 {
		return fmt.Errorf("layers: none, want one or more, or tiles")
	}
	return nil
}

func lookDatum(l *look, a ask, _ bool) error {
	if a.Datum == nil {
		return nil
	}
	name, err := geo.ParseDatum(*a.Datum)
	if err != nil {
		return err
	}
	l.datum = datum{name: name}
	if name != geo.WGS84 {
		l.datum.to, err = geo.ProjectorFor(name, geo.TransverseMercator{})
	}
	return err
}

// lookRegion reads the one of bbox, area and chainage that is given.
func (h *Hub) lookRegion(l *look, a ask, fresh bool) (err error) {
	given := 0
	for _, is := range []bool{a.BBox != nil, a.Area != nil, a.Chainage != nil} {
		if is {
			given++
		}
	}
	switch {
	case given > 1:
		return fmt.Errorf("bbox: given beside area or chainage, want one of them")
	case a.BBox != nil:
		l.region = region{}
		l.region.box, err = bound(a.BBox)
		l.region.box = l.datum.back(l.region.box)
	case a.Area != nil:
		l.region, err = areaRegion(*a.Area)
	case a.Chainage != nil:
		l.region, err = h.reachRegion(a.Chainage)
	case fresh:
		return fmt.Errorf("bbox: none, want [west,south,east,north], or area or chainage")
	}
	return err
}

// areaRegion is an area, of which limited finds the box: what else is wrong is said
// before, so that the order of errors tells nothing of areas.
func areaRegion(code string) (region, error) {
	if code == "" || len(code) > maxText {
		return region{}, fmt.Errorf("area: %.40q is no area", code)
	}
	return region{area: code}, nil
}

func (h *Hub) reachRegion(c []float64) (region, error) {
	if h.o.Ground.River == nil {
		return region{}, fmt.Errorf("chainage: no river is known")
	}
	length := h.o.Ground.River.Length()
	if len(c) != 2 || !(c[0] >= 0 && c[0] <= c[1] && c[1] <= float64(length)+1) {
		return region{}, fmt.Errorf("chainage: %v, want the first and the last metre, in [0,%.0f]", c, float64(length))
	}
	r := reach{geo.Metres(c[0]), geo.Metres(c[1])}
	return region{box: h.o.Ground.River.Bound(r.from, r.to, offRiver), reach: &r}, nil
}

// lookZoom reads the zoom of the view, and the zooms of the tiles that the client
// has: as it says, else the whole number below its view's zoom, else as they were.
func lookZoom(l *look, a ask, _ bool) error {
	if a.Zoom != nil {
		if !(*a.Zoom >= 0 && *a.Zoom <= geo.MaxZoom+2) {
			return fmt.Errorf("zoom: %g out of [0,%d]", *a.Zoom, geo.MaxZoom+2)
		}
		l.zoom = a.Zoom
		l.zooms = [2]uint32{l.wholeZoom(), l.wholeZoom()}
	}
	if a.Zooms == nil {
		return nil
	}
	if len(a.Zooms) != 2 || a.Zooms[0] > a.Zooms[1] || a.Zooms[1] > geo.MaxZoom {
		return fmt.Errorf("zooms: %v, want the first and the last, in [0,%d]", a.Zooms, geo.MaxZoom)
	}
	l.zooms = [2]uint32(a.Zooms)
	return nil
}

func lookFilter(l *look, a ask, _ bool) (err error) {
	if a.Filter == nil {
		return nil
	}
	if len(*a.Filter) > maxFilter {
		return fmt.Errorf("filter: %d bytes, want at most %d", len(*a.Filter), maxFilter)
	}
	if *a.Filter == "" {
		l.filter = filter.Filter{}
		return nil
	}
	if l.filter, err = filter.Parse(*a.Filter); err != nil {
		return err
	}
	return twin.CheckFilter(l.filter)
}

// slowest is the longest interval that a client may ask for.
const slowest = time.Minute

// lookPace reads the fields and the rate.
func (h *Hub) lookPace(l *look, a ask, _ bool) (err error) {
	if a.Fields != nil {
		if l.asked, err = fieldsOf(a.Fields); err != nil {
			return err
		}
	}
	if a.Rate == nil {
		return nil
	}
	if !(*a.Rate >= 1/slowest.Seconds() && *a.Rate <= 1000) {
		return fmt.Errorf("rate: %g, want deltas a second in [%.3f,1000]", *a.Rate, 1/slowest.Seconds())
	}
	l.interval = time.Duration(float64(time.Second) / *a.Rate)
	if l.interval <= max(h.o.Tick, h.o.Rest) {
		l.interval = 0
	}
	return nil
}

func bound(b []float64) (orb.Bound, error) {
	if len(b) != 4 {
		return orb.Bound{}, fmt.Errorf("bbox: %d numbers, want 4: west, south, east, north", len(b))
	}
	for i, name := range []string{"west", "south", "east", "north"} {
		limit := 180 - 90*float64(i%2)
		if !(math.Abs(b[i]) <= limit) {
			return orb.Bound{}, fmt.Errorf("bbox: %s %g out of [-%g,%g]", name, b[i], limit, limit)
		}
	}
	if b[0] > b[2] || b[1] > b[3] {
		return orb.Bound{}, fmt.Errorf("bbox: %v, want west ≤ east and south ≤ north", b)
	}
	return orb.Bound{Min: orb.Point{b[0], b[1]}, Max: orb.Point{b[2], b[3]}}, nil
}
