package api

import (
	"fmt"
	"net/http"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin/sight"
)

// groundOf is the ground that a request is about: one of an area, a box, a stretch of
// the creek, and an outline in the body.
func (s *server) groundOf(r *http.Request, v Views, who access.Principal) (g sight.Ground, err error) {
	q := r.URL.Query()
	given := 0
	for _, name := range [...]string{"area", "bbox", "chainage"} {
		if q.Has(name) {
			given++
		}
	}
	if r.Method == http.MethodPost {
		given++
	}
	if given != 1 {
		return g, fmt.Errorf("%w: area: %d grounds given, want one of area, bbox, chainage, and an outline in the body of a POST", assets.ErrInvalid, given)
	}
	switch {
	case r.Method == http.MethodPost:
		g, err = drawnGround(r)
	case q.Has("area"):
		g, err = s.areaGround(q.Get("area"), v, who)
	case q.Has("bbox"):
		g, err = boxGround(r)
	default:
		g, err = s.stretchGround(r, who)
	}
	if err != nil {
		return g, err
	}
	return g, narrow(g.Box)
}

// narrow refuses ground that is too wide to be looked at.
func narrow(box orb.Bound) error {
	middle := box.Center()
	width := geo.Distance(orb.Point{box.Min[0], middle[1]}, orb.Point{box.Max[0], middle[1]})
	height := geo.Distance(orb.Point{middle[0], box.Min[1]}, orb.Point{middle[0], box.Max[1]})
	if box.Max[0]-box.Min[0] > 1 || !(width <= maxSide && height <= maxSide) {
		return fmt.Errorf("%w: ground: %.0f by %.0f m, want at most %d by %d", assets.ErrInvalid, float64(width), float64(height), maxSide, maxSide)
	}
	return nil
}

// drawnGround is the polygon in the body: a GeoJSON geometry.
func drawnGround(r *http.Request) (g sight.Ground, err error) {
	body, err := readBody(r)
	if err != nil {
		return g, err
	}
	solid, err := geo.DecodeGeoJSON(body)
	if err == nil {
		err = geo.Check(solid.Plane)
	}
	if err != nil {
		return g, fmt.Errorf("%w: body: %w", assets.ErrInvalid, err)
	}
	return polygonGround("body", solid.Plane)
}

func polygonGround(name string, shape orb.Geometry) (g sight.Ground, err error) {
	switch shape.(type) {
	case orb.Polygon, orb.MultiPolygon:
	default:
		return g, fmt.Errorf("%w: %s: a %s, want a polygon", assets.ErrInvalid, name, shape.GeoJSONType())
	}
	outline := geo.Prepare(shape)
	return sight.Ground{Box: outline.Bound(), Holds: func(p orb.Point) bool { return outline.Intersects(p) }}, nil
}

// areaGround is an area of which the caller may know; another is none.
func (s *server) areaGround(code string, v Views, who access.Principal) (g sight.Ground, err error) {
	id, _, known := s.Registry.Area(code)
	if known && s.shows(who)("area") {
		if t := v.World.ByID(id); t != nil && who.Scope.KnowsArea(code, t.Asset) {
			return polygonGround("area", t.Asset.Shape.Geometry.Plane)
		}
	}
	return g, fmt.Errorf("%w: area: %.40q is no area", assets.ErrInvalid, code)
}

func boxGround(r *http.Request) (g sight.Ground, err error) {
	b, err := numbers(r, "bbox", "west,south,east,north in degrees", 4, 4)
	if err != nil {
		return g, err
	}
	if b == nil || !(b[0] < b[2] && b[1] < b[3] && b[0] >= -180 && b[2] <= 180 && b[1] >= -90 && b[3] <= 90) {
		return g, fmt.Errorf("%w: bbox: %v, want west,south,east,north in degrees", assets.ErrInvalid, b)
	}
	box := orb.Bound{Min: orb.Point{b[0], b[1]}, Max: orb.Point{b[2], b[3]}}
	return sight.Ground{Box: box, Holds: box.Contains}, nil
}

// usualOffset is how far from the creek's line ground belongs to a stretch of it.
const usualOffset = geo.Metres(100)

// stretchGround is what lies along a stretch of the creek, on one bank or both.
func (s *server) stretchGround(r *http.Request, who access.Principal) (g sight.Ground, err error) {
	shows := s.shows(who)
	if !shows("chainage") || !shows("bank") {
		return g, fmt.Errorf("%w: chainage: you are not shown where things are along the creek", access.ErrDenied)
	}
	if s.River == nil {
		return g, fmt.Errorf("%w: chainage: no creek is known", assets.ErrInvalid)
	}
	c, err := numbers(r, "chainage", "two metres that rise, such as 1200,3400", 2, 2)
	if err != nil {
		return g, err
	}
	if c == nil || !(c[0] >= 0 && c[0] < c[1]) {
		return g, fmt.Errorf("%w: chainage: %v, want two metres from 0 to %.0f that rise", assets.ErrInvalid, c, float64(s.River.Length()))
	}
	bank := geo.Bank(r.URL.Query().Get("bank"))
	if bank != "" && bank != geo.Left && bank != geo.Right {
		return g, fmt.Errorf("%w: bank: %.40q, want left or right", assets.ErrInvalid, bank)
	}
	off, err := number(r, "offset", float64(usualOffset), 1, float64(assets.MaxPlaceOffset))
	if err != nil {
		return g, err
	}
	from, to := geo.Metres(c[0]), geo.Metres(c[1])
	return sight.Ground{
		Box: s.River.Bound(from, to, geo.Metres(off)),
		Holds: func(p orb.Point) bool {
			at := s.River.Locate(p)
			return at.Chainage >= from && at.Chainage <= to && at.Offset <= geo.Metres(off) && (bank == "" || at.Bank == bank)
		},
	}, nil
}
