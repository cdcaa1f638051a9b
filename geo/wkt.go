package geo

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
)

// ParseWKT reads well-known text (OGC 06-103r4, and EWKT's "SRID=4326;" in
// front, whose number is passed over): points, lines, polygons, multis of these
// and collections, in any case of letters, with or without Z; M is dropped.
// EMPTY is refused.
func ParseWKT(s string) (Solid, error) {
	if len(s) > 5 && strings.EqualFold(s[:5], "SRID=") {
		if i := strings.IndexByte(s, ';'); i >= 0 {
			s = s[i+1:]
		}
	}
	g, n, err := ReadWKT(s, MaxVertices)
	if rest := strings.TrimLeft(s[n:], blanks); err == nil && rest != "" {
		err = fmt.Errorf("%.20q behind the geometry", rest)
	}
	if err != nil {
		return Solid{}, fmt.Errorf("wkt: %w", err)
	}
	return g, nil
}

// ReadWKT reads a geometry of at most max vertices from the front of s and
// returns how many bytes it took, or the offset of what is wrong and why. Apart
// from an SRID it takes what ParseWKT does.
func ReadWKT(s string, max int) (Solid, int, error) {
	p := &wktReader{rest: s, size: len(s), most: max}
	g, err := p.geometry(maxDepth)
	if err == nil && len(p.z) != 0 && len(p.z) != p.vertices {
		err = fmt.Errorf("%d of %d vertices have a height, want all or none", len(p.z), p.vertices)
	}
	if err != nil {
		return Solid{}, p.at, err
	}
	return Solid{Plane: g, Z: p.z}, len(s) - len(p.rest), nil
}

// blanks may stand between the words of WKT.
const blanks = " \t\r\n"

// ends says whether a word of WKT ends before the byte.
func ends(c byte) bool {
	switch c {
	case '(', ')', ',', ' ', '\t', '\r', '\n':
		return true
	}
	return false
}

// wktReader takes words, numbers, brackets and commas from the front of rest.
type wktReader struct {
	rest     string
	size, at int // of the whole text; where the word last looked at begins
	most     int // vertices
	z        []float64
	vertices int
	measured bool // the third ordinate is M, not Z
}

func (p *wktReader) peek() string {
	for p.rest != "" && p.rest[0] <= ' ' && ends(p.rest[0]) {
		p.rest = p.rest[1:]
	}
	p.at = p.size - len(p.rest)
	n := 0
	for n < len(p.rest) && !ends(p.rest[n]) {
		n++
	}
	if n == 0 && p.rest != "" {
		n = 1 // a bracket or a comma
	}
	return p.rest[:n]
}

func (p *wktReader) next() string {
	t := p.peek()
	p.rest = p.rest[len(t):]
	return t
}

func (p *wktReader) want(t string) error {
	if got := p.next(); got != t {
		if got == "" {
			got = "the end"
		}
		return fmt.Errorf("%.20q, want %q", got, t)
	}
	return nil
}

func (p *wktReader) geometry(depth int) (orb.Geometry, error) {
	if depth == 0 {
		return nil, fmt.Errorf("nested deeper than %d levels", maxDepth)
	}
	name := strings.ToUpper(p.next())
	switch dims := strings.ToUpper(p.peek()); dims {
	case "Z", "M", "ZM":
		p.next()
		p.measured = dims == "M"
	case "EMPTY":
		return nil, fmt.Errorf("%.20s EMPTY, want a geometry with vertices", name)
	default:
		p.measured = false
	}
	switch name {
	case "POINT", "POINTZ":
		ps, err := p.points()
		if err == nil && len(ps) != 1 {
			err = fmt.Errorf("a point of %d vertices", len(ps))
		}
		if err != nil {
			return nil, err
		}
		return ps[0], nil
	case "LINESTRING", "LINESTRINGZ":
		ps, err := p.points()
		return orb.LineString(ps), err
	case "POLYGON", "POLYGONZ":
		return p.polygon()
	case "MULTIPOINT", "MULTIPOINTZ":
		return p.multiPoint()
	case "MULTILINESTRING", "MULTILINESTRINGZ":
		return bracketed(p, func() (orb.LineString, error) { return p.points() }, orb.MultiLineString(nil))
	case "MULTIPOLYGON", "MULTIPOLYGONZ":
		return bracketed(p, p.polygon, orb.MultiPolygon(nil))
	case "GEOMETRYCOLLECTION", "GEOMETRYCOLLECTIONZ":
		return bracketed(p, func() (orb.Geometry, error) { return p.geometry(depth - 1) }, orb.Collection(nil))
	}
	return nil, fmt.Errorf("%.30q, want POINT, LINESTRING, POLYGON or a multi of these", name)
}

// bracketed reads things in brackets with commas between.
func bracketed[M ~[]G, G any](p *wktReader, one func() (G, error), m M) (M, error) {
	if err := p.want("("); err != nil {
		return nil, err
	}
	for {
		g, err := one()
		if err != nil {
			return nil, err
		}
		m = append(m, g)
		if p.peek() != "," {
			return m, p.want(")")
		}
		p.next()
	}
}

func (p *wktReader) points() ([]orb.Point, error) { return bracketed(p, p.vertex, []orb.Point(nil)) }

func (p *wktReader) polygon() (orb.Polygon, error) {
	return bracketed(p, func() (orb.Ring, error) { return p.points() }, orb.Polygon(nil))
}

// multiPoint takes both MULTIPOINT (1 2, 3 4) and MULTIPOINT ((1 2), (3 4)).
func (p *wktReader) multiPoint() (orb.MultiPoint, error) {
	return bracketed(p, func() (orb.Point, error) {
		if p.peek() != "(" {
			return p.vertex()
		}
		p.next()
		v, err := p.vertex()
		if err == nil {
			err = p.want(")")
		}
		return v, err
	}, orb.MultiPoint(nil))
}

func (p *wktReader) vertex() (orb.Point, error) {
	var room [4]float64
	v := room[:0]
	for len(v) < cap(v) {
		t := p.peek()
		if t == "" || strings.Contains("(),", t) {
			break
		}
		n, err := strconv.ParseFloat(p.next(), 64)
		if err != nil {
			return orb.Point{}, fmt.Errorf("%.20q, want a number", t)
		}
		v = append(v, n)
	}
	if len(v) < 2 {
		return orb.Point{}, fmt.Errorf("vertex of %d numbers, want 2 or 3", len(v))
	}
	if p.vertices++; p.vertices > p.most {
		return orb.Point{}, fmt.Errorf("more than %d vertices", p.most)
	}
	if len(v) > 2 && !p.measured {
		p.z = append(p.z, v[2])
	}
	return orb.Point{v[0], v[1]}, nil
}
