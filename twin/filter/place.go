package filter

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"suhe/geo"
)

// spatial reads a spatial function: of geometry and a literal, in either order.
func (p *parser) spatial(r relation) (node, error) {
	at := p.token.at
	if err := p.advance(); err != nil {
		return nil, err
	}
	var shapes [2]orb.Geometry // nil is the property
	var from [2]int            // where they begin
	n := 0
	err := p.arguments(func() (err error) {
		if n == len(shapes) {
			return p.want(")")
		}
		from[n] = p.token.at
		shapes[n], err = p.shape()
		n++
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case n < 2 || (shapes[0] == nil) == (shapes[1] == nil):
		return nil, wrong(at, "%s: want two arguments, the property geometry and a literal", r)
	case shapes[0] != nil:
		r, shapes[1], from[1] = r.turned(), shapes[0], from[0]
	}
	node, err := spatial(r, shapes[1], p.place)
	return node, located(from[1], err)
}

// shape reads the property geometry, which is nil, or a literal.
func (p *parser) shape() (orb.Geometry, error) {
	t := p.token
	switch {
	case t.value == geometryName && (t.class == word || t.class == quoted):
		return nil, p.advance()
	case t.class != word:
		return nil, p.want("geometry, BBOX or WKT")
	}
	if err := p.count(); err != nil {
		return nil, err
	}
	switch strings.ToUpper(t.value) {
	case "BBOX":
		return p.box()
	case "POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON", "GEOMETRYCOLLECTION":
		return p.wkt()
	}
	return nil, p.want("geometry, BBOX, POINT, LINESTRING, POLYGON, a multi or a collection of these")
}

// wkt reads a geometry that begins with the next token.
func (p *parser) wkt() (orb.Geometry, error) {
	from := p.token.at
	s, n, err := geo.ReadWKT(p.all[from:], MaxVertices)
	if err != nil {
		return nil, wrong(from+n, "geometry: %w", err)
	}
	p.from = from + n
	return s.Plane, p.advance()
}

// box reads BBOX of west, south, east and north; of six numbers the third and
// the last are heights, and passed over.
func (p *parser) box() (orb.Geometry, error) {
	at := p.token.at
	if err := p.advance(); err != nil {
		return nil, err
	}
	var v []float64
	err := p.arguments(func() error {
		n, err := strconv.ParseFloat(p.token.value, 64)
		if p.token.class != numeral || err != nil || len(v) == 6 {
			return p.want("four or six numbers in BBOX")
		}
		v = append(v, n+0) // -0 becomes 0
		return p.advance()
	})
	if err != nil {
		return nil, err
	}
	b, err := boxOf(v)
	return b, located(at, err)
}

// boxOf is the box of four numbers, or of six of which two are heights.
func boxOf(v []float64) (orb.Geometry, error) {
	if len(v) == 6 {
		v = slices.Delete(slices.Clone(v), 2, 3)[:4]
	}
	switch {
	case len(v) != 4:
		return nil, fmt.Errorf("BBOX: %d numbers, want four or six", len(v))
	case !(v[0] < v[2] && v[1] < v[3]):
		return nil, fmt.Errorf("BBOX: %g, want west < east and south < north", v)
	}
	return orb.Bound{Min: orb.Point{v[0], v[1]}, Max: orb.Point{v[2], v[3]}}, nil
}
