package tiles

import (
	"slices"

	"suhe/geo"
	"suhe/twin"
)

// mosaic draws the areas of a layer together, so that a border between two is the
// same line seen from both sides: their edges are thinned, split and bent once
// for all, and every piece of ground gets its owner. It is scratch.
type mosaic struct {
	pieces []piece
	pts    []pixel // of the clipped rings
	rings  []ringOf
	nets   net
}

// piece is an area that waits to be drawn, and what is to be said of it.
type piece struct {
	thing     *twin.Thing
	flat      *geo.Flat // as it is drawn
	fields    Properties
	truncated bool
}

// ringOf is a clipped ring: its end in pts, and its owner's place in pieces.
type ringOf struct{ end, owner int32 }

func (m *mosaic) reset() {
	clear(m.pieces)
	m.pieces = m.pieces[:0]
}

// drawAreas writes the areas that wait as features.
func (w *layerWriter) drawAreas() {
	m := &w.mosaic
	if len(m.pieces) == 0 {
		return
	}
	m.gather(&w.shaper)
	joint := w.weave.weaveAreas(m)
	arrows := w.weave.arrows
	for i, p := range m.pieces {
		if !joint || p.flat.Type != geo.FlatPolygon {
			w.write(p.thing, p.flat.Type, p.fields, p.truncated, w.shape(p.flat))
			continue
		}
		n := 0
		for n < len(arrows) && arrows[n].owner == int32(i) {
			n++
		}
		w.weave.border, arrows = arrows[:n], arrows[n:]
		w.weave.trace()
		w.out.reset()
		w.weave.write(&w.out)
		w.write(p.thing, p.flat.Type, p.fields, p.truncated, len(w.out.data) > 0)
	}
	m.reset()
}

// gather clips the rings of all areas. What the zoom does not show is thinned
// afterwards, for all alike.
func (m *mosaic) gather(s *shaper) {
	m.pts, m.rings = m.pts[:0], m.rings[:0]
	for i, p := range m.pieces {
		g := p.flat
		if g.Type != geo.FlatPolygon || !s.frame.touches(g) {
			continue
		}
		s.cutAll(g)
		for k := range s.rings.ends {
			from := len(m.pts)
			if m.pts = unfold(m.pts, s.rings.ring(k)); len(m.pts) > from {
				m.rings = append(m.rings, ringOf{int32(len(m.pts)), int32(i)})
			}
		}
	}
	if s.thin {
		m.nets.thin(m)
	}
}

// unfold appends a ring without its spikes, where it runs back over the edge that
// it came by: at their tips other borders may run on, and the two must not be
// taken for one line. It appends nothing if nothing else is left.
func unfold(dst, ring []pixel) []pixel {
	start := len(dst)
	for _, p := range ring {
		switch n := len(dst); {
		case n > start+1 && dst[n-2] == p:
			dst = dst[:n-1]
		case n == start || dst[n-1] != p:
			dst = append(dst, p)
		}
	}
	first, last := start, len(dst)-1
	for last-first >= 2 {
		switch {
		case dst[first] == dst[last]:
			last--
		case dst[first] == dst[last-1]:
			last -= 2
		case dst[first+1] == dst[last]:
			first, last = first+1, last-1
		default:
			return dst[:start+copy(dst[start:], dst[first:last+1])]
		}
	}
	return dst[:start]
}

// cutAll puts all rings of g on the tile's lattice, with all vertices: also holes
// of an exterior that vanishes, since what lies in them may not.
func (s *shaper) cutAll(g *geo.Flat) {
	s.rings.reset()
	lo, hi := s.frame.box(g)
	whole := lo.inside() && hi.inside()
	from := int32(0)
	for i := range partsOf(g) {
		end := partEnd(g, i)
		s.load(g.XY, nil, from, end)
		s.ring(whole)
		from = end
	}
}

// weaveAreas finds the borders of all areas, on a coarser lattice if there are
// too many for the tile; false if even that was too much.
func (w *weaver) weaveAreas(m *mosaic) bool {
	w.cover.begin(len(m.pieces))
	for i, p := range m.pieces {
		w.cover.class[i] = int32(slices.IndexFunc(m.pieces, func(q piece) bool {
			return q.thing.Asset.Class == p.thing.Asset.Class
		}))
	}
	for k := uint(0); k <= 6; k++ {
		w.loadAreas(m, k)
		if w.part() {
			w.tie()
			return true
		}
	}
	return false
}

// loadAreas takes over the edges of all rings, rounded to a lattice of 2^k units.
func (w *weaver) loadAreas(m *mosaic, k uint) {
	w.edges = w.edges[:0]
	from := int32(0)
	for _, r := range m.rings {
		a := m.pts[r.end-1].coarse(k)
		for _, p := range m.pts[from:r.end] {
			b := p.coarse(k)
			w.add(a, b, 1, r.owner)
			a = b
		}
		from = r.end
	}
}

// tie lists the knots: the points where the borders of all owners are not just
// one line that passes.
func (w *weaver) tie() {
	w.edges = w.edges[:0]
	for _, a := range w.arrows {
		if a.to.less(a.from) { // both sides of a border count, and do not cancel out
			a.from, a.to = a.to, a.from
		}
		w.add(a.from, a.to, 1, 0)
	}
	w.merge()
	w.hot = w.hot[:0]
	for _, e := range w.edges {
		w.hot = append(w.hot, e.a, e.b)
	}
	slices.SortFunc(w.hot, pixel.compare)
	w.knots = w.knots[:0]
	for i := 0; i < len(w.hot); {
		from := i
		for i++; i < len(w.hot) && w.hot[i] == w.hot[from]; i++ {
		}
		if i-from != 2 {
			w.knots = append(w.knots, w.hot[from])
		}
	}
}
