package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// Distance is the length on the ground between the nearest points of both, in metres;
// 0 if they share one. ok is false if it is more than limit, and then nothing is told.
// Edges are straight in degrees, as everywhere here. The nearest points are found on a
// plane with the scale of the ground between both, and measured on the ellipsoid: true
// to 0.1 % while the two lie within some tens of kilometres. Nothing wraps around the
// antimeridian.
func (p *Prepared) Distance(g orb.Geometry, limit Metres) (d Metres, ok bool) {
	b := boundOf(g)
	n := newNearing(p.figure.bound, b, limit)
	if n.apart2(p.figure.bound, b) > n.best2 {
		return 0, false
	}
	if n.measure(g, p) {
		return 0, true
	}
	if !n.found {
		return 0, false
	}
	d = Distance(n.feet[0], n.feet[1])
	return d, d <= limit
}

// nearing looks for the two nearest points.
type nearing struct {
	x, y  float64 // metres per degree
	best2 float64 // square of the least distance so far, or of the limit
	feet  [2]orb.Point
	found bool
}

func newNearing(a, b orb.Bound, limit Metres) nearing {
	n := nearing{best2: sq(float64(limit) * 1.001)} // the scale may be a little off
	n.x, n.y = scaleAt((nearer(a, b) + nearer(b, a)) / 2)
	return n
}

// nearer is the latitude of a that is nearest to the middle of b.
func nearer(a, b orb.Bound) float64 {
	return max(a.Min[1], min(a.Max[1], (b.Min[1]+b.Max[1])/2))
}

// apart2 is the square of a distance that nothing in the one box is nearer than to
// something in the other.
func (n *nearing) apart2(a, b orb.Bound) float64 {
	dx := max(0, a.Min[0]-b.Max[0], b.Min[0]-a.Max[0]) * n.x
	dy := max(0, a.Min[1]-b.Max[1], b.Min[1]-a.Max[1]) * n.y
	return dx*dx + dy*dy
}

// measure measures from the site to g; true: they share a point.
func (n *nearing) measure(g orb.Geometry, site *Prepared) (meet bool) {
	switch g := g.(type) {
	case orb.Point:
		if site.Touches(g) {
			return true
		}
		n.point(g, site.shape())
		return false
	case orb.Polygon: // a building, and mostly from a point
		if f := &site.figure; len(f.points) == 1 && len(f.pieces) == 0 {
			return n.rings(f.points[0], g)
		}
	}
	f := figurePool.Get().(*figure)
	defer figurePool.Put(f)
	if f.fill(g); f.meets(site.shape()) {
		return true
	}
	n.figures(f, site.shape())
	return false
}

// rings measures from a point to the edges of a polygon; true: it lies in it.
func (n *nearing) rings(p orb.Point, g orb.Polygon) (in bool) {
	for _, ring := range g {
		for i := 1; i < len(ring); i++ {
			e := [2]orb.Point{ring[i-1], ring[i]}
			if e[0] == e[1] {
				continue
			}
			switch crossing(e, p) {
			case onEdge:
				return true
			case meets:
				in = !in
			}
			n.edge(p, e)
		}
	}
	return in
}

// figures measures all of f against all of o.
func (n *nearing) figures(f, o *figure) {
	for _, p := range f.points {
		n.point(p, o)
	}
	for _, b := range f.bundles {
		for _, p := range o.points {
			if n.apart2(b.bound, orb.Bound{Min: p, Max: p}) <= n.best2 {
				n.edges(p, f.edges[b.from:b.to])
			}
		}
		for _, c := range o.bundles {
			if n.apart2(b.bound, c.bound) <= n.best2 {
				n.bundles(f.edges[b.from:b.to], o.edges[c.from:c.to])
			}
		}
	}
}

// bundles measures edges that do not meet: an end of one is then nearest.
func (n *nearing) bundles(some, others [][2]orb.Point) {
	for _, e := range some {
		for _, o := range others {
			n.edge(e[0], o)
			n.edge(e[1], o)
			n.edge(o[0], e)
			n.edge(o[1], e)
		}
	}
}

func (n *nearing) point(p orb.Point, o *figure) {
	for _, q := range o.points {
		n.take(p, q)
	}
	for _, c := range o.bundles {
		if n.apart2(c.bound, orb.Bound{Min: p, Max: p}) <= n.best2 {
			n.edges(p, o.edges[c.from:c.to])
		}
	}
}

func (n *nearing) edges(p orb.Point, edges [][2]orb.Point) {
	for _, e := range edges {
		n.edge(p, e)
	}
}

// edge measures from p to its foot on an edge.
func (n *nearing) edge(p orb.Point, e [2]orb.Point) {
	dx, dy := (e[1][0]-e[0][0])*n.x, (e[1][1]-e[0][1])*n.y
	along := (p[0]-e[0][0])*n.x*dx + (p[1]-e[0][1])*n.y*dy
	length2 := dx*dx + dy*dy
	share := 0.0
	if length2 > 0 {
		share = math.Max(0, math.Min(1, along/length2))
	}
	n.take(p, between(e[0], e[1], share))
}

func (n *nearing) take(p, q orb.Point) {
	if d2 := sq((p[0]-q[0])*n.x) + sq((p[1]-q[1])*n.y); d2 < n.best2 || d2 == n.best2 && !n.found {
		n.best2, n.feet, n.found = d2, [2]orb.Point{p, q}, true
	}
}
