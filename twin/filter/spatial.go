package filter

import (
	"fmt"
	"strconv"

	"github.com/paulmach/orb"

	"suhe/geo"
)

// MaxVertices bounds one geometry of a filter.
const MaxVertices = 2000

// geometryName is the property that spatial functions ask.
const geometryName = "geometry"

// relation is how a thing's geometry lies to a literal one.
type relation string

const (
	intersects relation = "S_INTERSECTS"
	disjoint   relation = "S_DISJOINT"
	within     relation = "S_WITHIN"
	contains   relation = "S_CONTAINS"
	equals     relation = "S_EQUALS"
	touches    relation = "S_TOUCHES"
	overlying  relation = "S_OVERLAPS"
	crosses    relation = "S_CROSSES"
)

// relationOf finds a spatial function by its name in capitals.
func relationOf(name string) (relation, bool) {
	switch r := relation(name); r {
	case intersects, disjoint, within, contains, equals, touches, overlying, crosses:
		return r, true
	}
	return "", false
}

// turned is the relation with its sides exchanged.
func (r relation) turned() relation {
	switch r {
	case within:
		return contains
	case contains:
		return within
	}
	return r
}

// place is a spatial predicate; S_DISJOINT is the opposite of S_INTERSECTS.
type place struct {
	relation relation
	of       orb.Geometry
	shape    *geo.Prepared // of it
	text     string        // of it
	opposite bool
}

// spatial makes the predicate that a thing's geometry has the relation to shape,
// which lies where place puts it; nil: where it is.
func spatial(r relation, shape orb.Geometry, put Place) (node, error) {
	if c, is := shape.(orb.Collection); is {
		return anyMember(r, c, put)
	}
	if put != nil {
		shape = put(shape)
	}
	if err := geo.Check(shape); err != nil {
		return nil, fmt.Errorf("%s: %w", r, err)
	}
	p := &place{relation: r, of: shape, shape: geo.Prepare(shape), text: string(appendGeometry(nil, shape))}
	if r == disjoint {
		p.relation, p.opposite = intersects, true
	}
	return p, nil
}

// anyMember is the predicate of a collection: one of its members shares a point with
// the thing, or none does.
func anyMember(r relation, c orb.Collection, put Place) (node, error) {
	if r != intersects && r != disjoint || len(c) == 0 {
		return nil, fmt.Errorf("%s: a collection of %d, want a point, line, polygon or a multi of these", r, len(c))
	}
	nodes := make([]node, len(c))
	for i, member := range c {
		var err error
		if nodes[i], err = spatial(intersects, member, put); err != nil {
			return nil, err
		}
	}
	if r == disjoint {
		return or(nodes...).not(), nil
	}
	return or(nodes...), nil
}

func (p *place) passes(s Subject) bool {
	g := s.Geometry()
	return g != nil && p.holds(g) != p.opposite
}

func (p *place) holds(g orb.Geometry) bool {
	switch p.relation {
	case within:
		return p.shape.Holds(g)
	case contains:
		return p.shape.Within(g)
	case equals:
		return p.shape.Equals(g)
	case touches:
		return p.shape.Adjoins(g)
	case overlying:
		return p.shape.Overlaps(g)
	case crosses:
		return p.shape.Crosses(g)
	}
	return p.shape.Intersects(g)
}

func (p *place) not() node { return &place{p.relation, p.of, p.shape, p.text, !p.opposite} }

// called is the name of the function, and whether NOT stands before it.
func (p *place) called() (name relation, not bool) {
	if p.opposite && p.relation == intersects {
		return disjoint, false
	}
	return p.relation, p.opposite
}

func (p *place) append(dst []byte) []byte {
	name, not := p.called()
	if not {
		dst = append(dst, "NOT "...)
	}
	dst = append(append(dst, name...), "("+geometryName+", "...)
	return append(append(dst, p.text...), ')')
}

func (p *place) uses(func(Use) bool) {}

func appendGeometry(dst []byte, g orb.Geometry) []byte {
	box, ok := g.(orb.Bound)
	if !ok {
		return geo.AppendWKT(dst, g)
	}
	dst = append(dst, "BBOX("...)
	for i, v := range [4]float64{box.Min[0], box.Min[1], box.Max[0], box.Max[1]} {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = strconv.AppendFloat(dst, v, 'g', -1, 64)
	}
	return append(dst, ')')
}
