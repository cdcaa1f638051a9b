package geo

import "github.com/paulmach/orb"

// figure is a geometry taken apart, so that it can be compared with another.
// Its slices are kept when it is filled again.
type figure struct {
	bound   orb.Bound
	points  []orb.Point // those of points and multipoints
	pieces  []piece     // lines and polygons
	bundles []bundle
	edges   [][2]orb.Point
}

// piece is one line, or the rings of one polygon.
type piece struct {
	bound    orb.Bound
	polygon  orb.Polygon // nil for a line
	from, to int         // its bundles
}

// bundle is some edges that follow each other, and the box around them: what does
// not reach the box need not look at them.
type bundle struct {
	bound    orb.Bound
	from, to int // in edges
}

// bundleSize is how many edges share a box.
const bundleSize = 16

// boundOf is g.Bound, in less time for what is commonest.
func boundOf(g orb.Geometry) orb.Bound {
	var vertices []orb.Point
	switch g := g.(type) {
	case orb.LineString:
		vertices = g
	case orb.Polygon:
		if len(g) > 0 {
			vertices = g[0]
		}
	}
	if len(vertices) == 0 {
		return g.Bound()
	}
	b := orb.Bound{Min: vertices[0], Max: vertices[0]}
	for _, v := range vertices[1:] {
		for k := range 2 {
			if v[k] < b.Min[k] {
				b.Min[k] = v[k]
			} else if v[k] > b.Max[k] {
				b.Max[k] = v[k]
			}
		}
	}
	return b
}

// fill takes g apart.
func (f *figure) fill(g orb.Geometry) {
	f.bound = boundOf(g)
	f.points, f.pieces, f.bundles, f.edges = f.points[:0], f.pieces[:0], f.bundles[:0], f.edges[:0]
	f.add(g)
}

func (f *figure) add(g orb.Geometry) {
	switch g := g.(type) {
	case orb.Point:
		f.points = append(f.points, g)
	case orb.MultiPoint:
		f.points = append(f.points, g...)
	case orb.LineString:
		f.line(g)
	case orb.MultiLineString:
		for _, l := range g {
			f.line(l)
		}
	case orb.Ring:
		f.polygon(orb.Polygon{g})
	case orb.Polygon:
		f.polygon(g)
	case orb.MultiPolygon:
		for _, p := range g {
			f.polygon(p)
		}
	case orb.Collection:
		for _, m := range g {
			f.add(m)
		}
	case orb.Bound:
		f.polygon(g.ToPolygon())
	}
}

// line adds a line; one without length is a point.
func (f *figure) line(l orb.LineString) {
	if len(l) == 0 {
		return
	}
	from := len(f.bundles)
	f.join(l)
	if from == len(f.bundles) {
		f.points = append(f.points, l[0])
		return
	}
	f.pieces = append(f.pieces, piece{bound: boundOf(l), from: from, to: len(f.bundles)})
}

func (f *figure) polygon(p orb.Polygon) {
	from := len(f.bundles)
	for _, ring := range p {
		f.join(ring)
	}
	if from < len(f.bundles) {
		f.pieces = append(f.pieces, piece{bound: boundOf(p), polygon: p, from: from, to: len(f.bundles)})
	}
}

// join adds the edges between the vertices, but those without length.
func (f *figure) join(vertices []orb.Point) {
	room := 0 // in the last bundle
	for i := 1; i < len(vertices); i++ {
		e := [2]orb.Point{vertices[i-1], vertices[i]}
		if e[0] == e[1] {
			continue
		}
		if room == 0 {
			f.bundles = append(f.bundles, bundle{bound: e[0].Bound(), from: len(f.edges), to: len(f.edges)})
			room = bundleSize
		}
		b := &f.bundles[len(f.bundles)-1]
		b.bound = b.bound.Extend(e[0]).Extend(e[1])
		b.to++
		room--
		f.edges = append(f.edges, e)
	}
}

// first is the first vertex of the piece.
func (f *figure) first(p *piece) orb.Point { return f.edges[f.bundles[p.from].from][0] }

// last is the last vertex of the piece.
func (f *figure) last(p *piece) orb.Point { return f.edges[f.bundles[p.to-1].to-1][1] }
