package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// Block is what stands in the way of sight: a footprint, from a height to another,
// metres above the ground. Its sides are upright and its roof is flat.
type Block struct {
	Ground    orb.Geometry // degrees WGS84; what is no polygon stands in nobody's way
	Base, Top Metres
}

// skin is the share of a ray, at either end, in which nothing stands in its way: a
// lens and what it looks at hang on walls, and neither place is known better.
const skin = 1e-3

// prism is a block as it stands around a lens at height 0.
type prism struct {
	low, high vec // its box
	ring      []orb.Point
	ends      []int // in ring, behind each of its rings
}

// add adds a ring in metres around the lens; a ring of fewer than three corners is none.
func (p *prism) add(ring orb.Ring, place func(orb.Point) vec) {
	if len(ring) < 4 {
		return
	}
	for _, c := range ring {
		v := place(c)
		p.ring = append(p.ring, orb.Point{v[0], v[1]})
		for i := range 2 {
			p.low[i], p.high[i] = min(p.low[i], v[i]), max(p.high[i], v[i])
		}
	}
	p.ends = append(p.ends, len(p.ring))
}

// prisms are the polygons of a block, around a lens at a height.
func prisms(dst []prism, b *Block, height Metres, place func(orb.Point) vec) []prism {
	var polygons []orb.Polygon
	switch g := b.Ground.(type) {
	case orb.Polygon:
		polygons = []orb.Polygon{g}
	case orb.MultiPolygon:
		polygons = g
	}
	if !(b.Top > b.Base) {
		return dst
	}
	for _, polygon := range polygons {
		p := prism{low: vec{math.Inf(1), math.Inf(1), float64(b.Base - height)}, high: vec{math.Inf(-1), math.Inf(-1), float64(b.Top - height)}}
		for _, ring := range polygon {
			p.add(ring, place)
		}
		if len(p.ends) > 0 {
			dst = append(dst, p)
		}
	}
	return dst
}

// holds says whether the point of the ground lies in the footprint.
func (p *prism) holds(x, y float64) bool {
	if x < p.low[0] || x > p.high[0] || y < p.low[1] || y > p.high[1] {
		return false
	}
	in := false
	p.each(func(a, b orb.Point) bool {
		if (a[1] > y) != (b[1] > y) && x < a[0]+(y-a[1])/(b[1]-a[1])*(b[0]-a[0]) {
			in = !in
		}
		return true
	})
	return in
}

// each yields the edges until yield returns false.
func (p *prism) each(yield func(a, b orb.Point) bool) {
	from := 0
	for _, end := range p.ends {
		for i := from + 1; i < end; i++ {
			if !yield(p.ring[i-1], p.ring[i]) {
				return
			}
		}
		from = end
	}
}

// between is the part of a ray from the lens to height z in which it is as high as
// the prism, in shares of the ray. None if from is not below to.
func (p *prism) between(z float64) (from, to float64) {
	if z == 0 {
		if p.low[2] < 0 && p.high[2] > 0 {
			return skin, 1 - skin
		}
		return 0, 0
	}
	from, to = p.low[2]/z, p.high[2]/z
	if from > to {
		from, to = to, from
	}
	return max(from, skin), min(to, 1-skin)
}

// blocks says whether the prism stands between the lens and v.
func (p *prism) blocks(v vec) bool {
	from, to := p.between(v[2])
	if !(from < to) {
		return false
	}
	a, b := orb.Point{v[0] * from, v[1] * from}, orb.Point{v[0] * to, v[1] * to}
	if max(a[0], b[0]) < p.low[0] || min(a[0], b[0]) > p.high[0] || max(a[1], b[1]) < p.low[1] || min(a[1], b[1]) > p.high[1] {
		return false
	}
	if p.holds(a[0], a[1]) || p.holds(b[0], b[1]) {
		return true
	}
	crossed := false
	p.each(func(c, d orb.Point) bool {
		crossed = segmentsCross(a, b, c, d)
		return !crossed
	})
	return crossed
}

// segmentsCross says whether two segments cross, in plain arithmetic.
func segmentsCross(a, b, c, d orb.Point) bool {
	return cross(a, b, c) > 0 != (cross(a, b, d) > 0) && cross(c, d, a) > 0 != (cross(c, d, b) > 0)
}

// cross is positive if c lies to the left of the line from a to b.
func cross(a, b, c orb.Point) float64 {
	return (b[0]-a[0])*(c[1]-a[1]) - (b[1]-a[1])*(c[0]-a[0])
}

// edges appends where the line from a on, in steps of d, at one height, may pass from
// before to behind the prism: where a ray meets a corner, and where the part of it
// that is as high as the prism begins or ends at a wall.
func (p *prism) edges(dst []float64, a, d vec) []float64 {
	from, to := p.between(a[2])
	if !(from < to) {
		return dst
	}
	p.each(func(c, e orb.Point) bool {
		dst = append(dst, (a[1]*c[0]-a[0]*c[1])/(d[0]*c[1]-d[1]*c[0]))
		wall := orb.Point{e[0] - c[0], e[1] - c[1]}
		step := wall[0]*d[1] - wall[1]*d[0]
		for _, at := range [...]float64{from, to} {
			dst = append(dst, (wall[0]*(c[1]/at-a[1])-wall[1]*(c[0]/at-a[0]))/step)
		}
		return true
	})
	return dst
}
