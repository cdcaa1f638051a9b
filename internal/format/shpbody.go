package format

import (
	"encoding/binary"
	"math"

	"github.com/paulmach/orb"
)

// Types of shapes; with heights they are ten more.
const (
	shpPoint      = 1
	shpLine       = 3
	shpPolygon    = 5
	shpMultiPoint = 8
	shpZ          = 10
)

// body is the content of one record of a Shapefile.
type body struct {
	kind  uint32 // of the shape
	bytes []byte
	bound orb.Bound
	least float64 // height
	most  float64
	z     []float64 // heights that are not used up
}

// newBody makes the record of a geometry that is no collection, with the heights at
// the head of z; solid says that it has heights, 0 if z is nil.
func newBody(g orb.Geometry, z []float64, solid bool) (kind string, b body) {
	b = body{bound: g.Bound(), z: z}
	r := recordOf(g)
	if solid {
		r.heights = make([]float64, 0, r.vertices())
		for range r.vertices() {
			h := 0.0
			if b.z != nil {
				h, b.z = b.z[0], b.z[1:]
			}
			r.heights = append(r.heights, h)
		}
	}
	r.orient()
	b.kind = r.kind
	b.least, b.most = extent(r.heights)
	if solid {
		b.kind += shpZ
	}
	b.bytes = binary.LittleEndian.AppendUint32(nil, b.kind)
	if r.kind == shpPoint {
		b.point(&r)
	} else {
		b.figure(&r)
	}
	return r.name, b
}

// record is a geometry as lists of vertices.
type record struct {
	name    string
	kind    uint32
	lists   [][]orb.Point
	holes   []bool    // polygons: which lists are holes
	heights []float64 // of all vertices, or nil
}

func recordOf(g orb.Geometry) record {
	switch g := g.(type) {
	case orb.Point:
		return record{name: "point", kind: shpPoint, lists: [][]orb.Point{{g}}}
	case orb.MultiPoint:
		return record{name: "multipoint", kind: shpMultiPoint, lists: [][]orb.Point{g}}
	case orb.LineString:
		return record{name: "line", kind: shpLine, lists: [][]orb.Point{g}}
	case orb.MultiLineString:
		return record{name: "line", kind: shpLine, lists: lists(g)}
	case orb.Polygon:
		return polygons(orb.MultiPolygon{g})
	case orb.MultiPolygon:
		return polygons(g)
	case orb.Ring:
		return polygons(orb.MultiPolygon{{g}})
	case orb.Bound:
		return polygons(orb.MultiPolygon{g.ToPolygon()})
	}
	return record{}
}

func polygons(m orb.MultiPolygon) record {
	r := record{name: "polygon", kind: shpPolygon}
	for _, p := range m {
		for i, ring := range p {
			r.lists = append(r.lists, ring)
			r.holes = append(r.holes, i > 0)
		}
	}
	return r
}

func (r *record) vertices() int {
	n := 0
	for _, l := range r.lists {
		n += len(l)
	}
	return n
}

// orient turns outer rings clockwise and holes the other way, which is how a
// Shapefile tells them apart.
func (r *record) orient() {
	at := 0
	for i, hole := range r.holes {
		list := r.lists[i]
		clockwise := orb.Ring(list).Orientation() == orb.CW
		if clockwise == hole {
			r.lists[i] = reversed(list)
			if r.heights != nil {
				copy(r.heights[at:], reversed(r.heights[at:at+len(list)]))
			}
		}
		at += len(list)
	}
}

func reversed[E any](of []E) []E {
	out := make([]E, len(of))
	for i, v := range of {
		out[len(of)-1-i] = v
	}
	return out
}

func extent(of []float64) (least, most float64) {
	for i, v := range of {
		if i == 0 {
			least, most = v, v
		}
		least, most = min(least, v), max(most, v)
	}
	return least, most
}

func (b *body) float(v float64) {
	b.bytes = binary.LittleEndian.AppendUint64(b.bytes, math.Float64bits(v))
}

func (b *body) count(n int) { b.bytes = binary.LittleEndian.AppendUint32(b.bytes, uint32(n)) }

// point writes Point or PointZ; the measure of the latter is none.
func (b *body) point(r *record) {
	p := r.lists[0][0]
	b.float(p[0])
	b.float(p[1])
	if r.heights != nil {
		b.float(r.heights[0])
		b.float(0)
	}
}

// figure writes MultiPoint, PolyLine or Polygon, with Z behind if there are heights.
func (b *body) figure(r *record) {
	for _, v := range []float64{b.bound.Min[0], b.bound.Min[1], b.bound.Max[0], b.bound.Max[1]} {
		b.float(v)
	}
	if r.kind != shpMultiPoint {
		b.count(len(r.lists))
	}
	b.count(r.vertices())
	if r.kind != shpMultiPoint {
		at := 0
		for _, l := range r.lists {
			b.count(at)
			at += len(l)
		}
	}
	for _, l := range r.lists {
		for _, p := range l {
			b.float(p[0])
			b.float(p[1])
		}
	}
	if r.heights != nil {
		b.float(b.least)
		b.float(b.most)
		for _, h := range r.heights {
			b.float(h)
		}
	}
}
