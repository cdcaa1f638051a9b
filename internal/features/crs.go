package features

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin/filter"
)

// CRS is a coordinate reference system of answers and questions.
type CRS struct {
	URI  string
	Name geo.CRS // of it in x, y order; "EPSG:4326" also of CRS84

	north     bool // its first axis goes north
	straight  bool // its axes run along meridians and parallels: boxes stay boxes
	degrees   bool
	projector geo.Projector
}

const (
	epsg = "http://www.opengis.net/def/crs/EPSG/0/"
	ours = "urn:suhe:crs:" // of those that no register of OGC has
)

// CRS84 is degrees WGS84, longitude first: the CRS of what names none.
const CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

// Systems are the coordinate reference systems that there are.
type Systems []CRS

// NewSystems makes them; city is what the city plane means.
func NewSystems(city geo.TransverseMercator) Systems {
	all := Systems{
		{URI: CRS84, Name: geo.WGS84, straight: true, degrees: true},
		{URI: epsg + "4326", Name: geo.WGS84, north: true, straight: true, degrees: true},
		{URI: epsg + "3857", Name: geo.WebMercator, straight: true},
		{URI: epsg + "4490", Name: geo.CGCS2000, north: true, straight: true, degrees: true},
		{URI: epsg + "4549", Name: geo.GaussKruger, north: true},
		{URI: ours + "GCJ-02", Name: geo.GCJ02, degrees: true},
		{URI: ours + "BD-09", Name: geo.BD09, degrees: true},
		{URI: ours + "CITY", Name: geo.CityPlane},
	}
	for i := range all {
		var err error
		if all[i].projector, err = geo.ProjectorFor(all[i].Name, city); err != nil {
			panic(err) // all names are geo's
		}
	}
	return all
}

// URIs are the names of the systems.
func (s Systems) URIs() []string {
	out := make([]string, len(s))
	for i := range s {
		out[i] = s[i].URI
	}
	return out
}

// Find finds a system by its URI, or by a name as geo.ParseCRS reads it, in brackets
// or not ("[EPSG:4549]"); "" is CRS84. The error names the parameter.
func (s Systems) Find(parameter, text string) (*CRS, error) {
	name := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(text), "["), "]")
	if name == "" {
		name = CRS84
	}
	for i := range s {
		if strings.EqualFold(s[i].URI, name) {
			return &s[i], nil
		}
	}
	name = strings.TrimPrefix(name, ours)
	if known, err := geo.ParseCRS(name); err == nil {
		lonFirst := strings.Contains(strings.ToUpper(name), "CRS84")
		i := slices.IndexFunc(s, func(c CRS) bool { return c.Name == known && (lonFirst || c.URI != CRS84) })
		return &s[i], nil
	}
	return nil, fmt.Errorf("%w: %s: %.100q, want one of %s", assets.ErrInvalid, parameter, text, strings.Join(s.URIs(), " "))
}

// Projected converts a geometry in degrees WGS84 into the system: in the order of its
// axes, or longitude or easting first if xy. What is the same in it is not copied.
func (c *CRS) Projected(s geo.Solid, xy bool) geo.Solid {
	swap := c.north && !xy
	if s.Plane == nil || c.degrees && c.straight && !swap {
		return s
	}
	s.Plane = geo.Reproject(s.Plane, func(p orb.Point) orb.Point {
		if p = c.projector.FromWGS84(p); swap {
			p[0], p[1] = p[1], p[0]
		}
		return p
	})
	return s
}

// Point converts a point in degrees WGS84 into the system, in the order of its axes, to
// 1e-7 degrees or a millimetre.
func (c *CRS) Point(p orb.Point) orb.Point {
	p = c.Projected(geo.Solid{Plane: p}, false).Plane.(orb.Point)
	parts := 1e3
	if c.degrees {
		parts = 1e7
	}
	return orb.Point{math.Round(p[0]*parts) / parts, math.Round(p[1]*parts) / parts}
}

// toWGS84 converts a point in the order of the system's axes.
func (c *CRS) toWGS84(p orb.Point) orb.Point {
	if c.north {
		p[0], p[1] = p[1], p[0]
	}
	return c.projector.ToWGS84(p)
}

// Place puts geometries of filters, in the order of the system's axes, into degrees
// WGS84; nil if they are there. Between vertices edges are straight in degrees.
func (c *CRS) Place() filter.Place {
	if c.URI == CRS84 {
		return nil
	}
	return func(g orb.Geometry) orb.Geometry {
		if b, ok := g.(orb.Bound); ok {
			return c.boxed(b)
		}
		return geo.Reproject(g, c.toWGS84)
	}
}

// steps is how many pieces an edge of a box is cut into where its image is no line.
const steps = 32

// boxed is the image of a box in degrees WGS84.
func (c *CRS) boxed(b orb.Bound) orb.Geometry {
	if c.straight {
		low, high := c.toWGS84(b.Min), c.toWGS84(b.Max)
		return shapeOf(clamped(low), clamped(high))
	}
	flat := shapeOf(b.Min, b.Max)
	if _, is := flat.(orb.Bound); !is {
		return geo.Reproject(flat, c.toWGS84)
	}
	var ring orb.Ring
	corners := b.ToRing()
	for i, from := range corners[:len(corners)-1] {
		to := corners[i+1]
		for k := range steps {
			f := float64(k) / steps
			ring = append(ring, c.toWGS84(orb.Point{from[0] + f*(to[0]-from[0]), from[1] + f*(to[1]-from[1])}))
		}
	}
	return orb.Polygon{append(ring, ring[0])}
}

// shapeOf is the box of two corners as a shape of its true dimension.
func shapeOf(low, high orb.Point) orb.Geometry {
	switch {
	case low == high:
		return low
	case low[0] == high[0] || low[1] == high[1]:
		return orb.LineString{low, high}
	}
	return orb.Bound{Min: low, Max: high}
}

// clamped takes away what rounding put beyond the world: the edge of the Mercator
// square is often given with too many digits.
func clamped(p orb.Point) orb.Point {
	const rounding = 1e-6
	for i, most := range [2]float64{180, 90} {
		if over := math.Abs(p[i]) - most; over > 0 && over < rounding {
			p[i] = math.Copysign(most, p[i])
		}
	}
	return p
}

// farAway bounds the metres of a box in a plane: twice the side of the Mercator square.
const farAway = 8e7

// Box reads the four or six numbers of a bbox into shapes in degrees WGS84: one, or
// two if it lies across the antimeridian. Heights are passed over.
func (c *CRS) Box(v []float64) ([]orb.Geometry, error) {
	if len(v) == 6 {
		v = []float64{v[0], v[1], v[3], v[4]}
	}
	if len(v) != 4 {
		return nil, fmt.Errorf("%d numbers, want four, or six with heights", len(v))
	}
	for _, x := range v {
		if math.IsNaN(x) || math.Abs(x) > farAway {
			return nil, fmt.Errorf("%g, want a number of the bbox's crs", x)
		}
	}
	x, y := 0, 1 // axes
	if c.north {
		x, y = 1, 0
	}
	switch {
	case v[y] > v[y+2]:
		return nil, fmt.Errorf("%g, want the south before the north", v)
	case c.degrees && c.straight && v[x] > v[x+2]:
		west, east := orb.Bound{Min: orb.Point{v[0], v[1]}, Max: orb.Point{v[2], v[3]}}, orb.Bound{Min: orb.Point{v[0], v[1]}, Max: orb.Point{v[2], v[3]}}
		west.Max[x], east.Min[x] = 180, -180
		return c.checked(west, east)
	case v[x] > v[x+2]:
		return nil, fmt.Errorf("%g, want the west before the east", v)
	}
	return c.checked(orb.Bound{Min: orb.Point{v[0], v[1]}, Max: orb.Point{v[2], v[3]}})
}

func (c *CRS) checked(boxes ...orb.Bound) (shapes []orb.Geometry, err error) {
	for _, b := range boxes {
		shape := c.boxed(b)
		if err := geo.Check(shape); err != nil {
			if !c.straight {
				return nil, errors.New("too large for a box of its crs")
			}
			return nil, err
		}
		shapes = append(shapes, shape)
	}
	return shapes, nil
}
