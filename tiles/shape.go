package tiles

import "suhe/geo"

// shaper turns geometries into the geometry commands of one tile. It is scratch
// and allocates only while it grows.
type shaper struct {
	frame frame
	zoom  uint8
	thin  bool // vertices that do not show at the zoom are left out
	out   commands
	path  []vertex // a line or ring on the tile's lattice
	spare []vertex
	part  []pixel
	rings rings
	weave weaver
}

// begin sets the tile, and the tolerance in units that lines and rings may be
// thinned by: 0 for none, else 1, which is what geometries are prepared for.
func (s *shaper) begin(t geo.Tile, tolerance float64) {
	s.frame = frameOf(t)
	s.zoom, s.thin = uint8(t.Z), tolerance > 0
}

// shape writes g's commands to s.out and says whether anything of g shows.
func (s *shaper) shape(g *geo.Flat) bool {
	s.out.reset()
	switch g.Type {
	case geo.FlatPoint:
		s.points(g)
	case geo.FlatLine:
		s.lines(g)
	case geo.FlatPolygon:
		s.polygons(g)
	}
	return len(s.out.data) > 0
}

func (s *shaper) points(g *geo.Flat) {
	s.part = s.part[:0]
	for i := 0; i+1 < len(g.XY); i += 2 {
		if v := s.frame.vertex(g.XY[i], g.XY[i+1]); v.inside() {
			s.part = append(s.part, pixel{int32(v.x), int32(v.y)})
		}
	}
	if len(s.part) > 0 {
		s.out.points(s.part)
	}
}

func (s *shaper) lines(g *geo.Flat) {
	shows := s.shows(g)
	from := int32(0)
	for i := range partsOf(g) {
		end := partEnd(g, i)
		s.load(g.XY, shows, from, end)
		s.line()
		from = end
	}
}

// partsOf is the number of lines or rings in g.
func partsOf(g *geo.Flat) int {
	if g.Ends == nil {
		return 1
	}
	return len(g.Ends)
}

// partEnd is the number of vertices up to the end of the i-th line or ring.
func partEnd(g *geo.Flat, i int) int32 {
	if g.Ends == nil {
		return int32(len(g.XY) / 2)
	}
	return g.Ends[i]
}

// shows is the zoom from which on each vertex of g shows, or nil if all do.
func (s *shaper) shows(g *geo.Flat) []uint8 {
	if !s.thin || g.Levels == nil {
		return nil
	}
	return g.Levels.From
}

// line cuts the path to the buffered tile and writes every part of it.
func (s *shaper) line() {
	s.part = s.part[:0]
	for i := 1; i < len(s.path); i++ {
		p, q, ok := clipSegment(s.path[i-1], s.path[i])
		if !ok {
			continue
		}
		if n := len(s.part); n == 0 || s.part[n-1] != p {
			s.endLine()
			s.part = append(s.part, p)
		}
		if p != q {
			s.part = append(s.part, q)
		}
	}
	s.endLine()
}

func (s *shaper) endLine() {
	if len(s.part) > 1 {
		s.out.line(s.part)
	}
	s.part = s.part[:0]
}

// polygons writes g as it is if it lies in the tile and is known to be clean
// there, as nearly all buildings are; else what is left of its rings.
func (s *shaper) polygons(g *geo.Flat) {
	lo, hi := s.frame.box(g)
	if lo.x == hi.x || lo.y == hi.y {
		return
	}
	whole := lo.inside() && hi.inside()
	if whole && g.Levels != nil && g.Levels.CleanAt(uint32(s.zoom), s.thin) {
		s.copyRings(g)
		return
	}
	s.cut(g, whole)
	s.writeRings()
}

// cut puts what the tile shows of g's rings on its lattice.
func (s *shaper) cut(g *geo.Flat, whole bool) {
	s.rings.reset()
	levels := s.shows(g)
	from, polygon, shows := int32(0), 0, false
	for i := range partsOf(g) {
		exterior := i == 0
		if polygon < len(g.Polys) && int32(i) == g.Polys[polygon] {
			exterior = true
			polygon++
		}
		end := partEnd(g, i)
		if exterior || shows {
			s.load(g.XY, levels, from, end)
			added := s.ring(whole)
			if exterior {
				shows = added
			}
			if exterior && added {
				s.rings.exteriors++
			}
		}
		from = end
	}
}

// ring clips the path as a ring; false if nothing of it is left.
func (s *shaper) ring(whole bool) bool {
	for len(s.path) > 1 && s.path[0] == s.path[len(s.path)-1] {
		s.path = s.path[:len(s.path)-1]
	}
	if !whole {
		s.path, s.spare = clipRing(s.path, s.spare)
	}
	return s.rings.add(s.path)
}

func (s *shaper) writeRings() {
	r := &s.rings
	switch {
	case r.exteriors == 0:
	case r.simple(s.weave.limit):
		for i := range r.ends {
			s.out.ring(r.ring(i))
		}
	case s.weave.weave(r):
		s.weave.write(&s.out)
	}
}

// copyRings writes the rings of g, which need neither clipping nor judgement.
func (s *shaper) copyRings(g *geo.Flat) {
	shows := s.shows(g)
	from := int32(0)
	for i := range partsOf(g) {
		end := partEnd(g, i)
		s.part = s.part[:0]
		for k := from; k < end; k++ {
			if shows == nil || shows[k] <= s.zoom {
				v := s.frame.vertex(g.XY[2*k], g.XY[2*k+1])
				s.part = append(s.part, pixel{int32(v.x), int32(v.y)})
			}
		}
		s.out.ring(s.part)
		from = end
	}
}

// load rounds the vertices [from, end) of a line or ring that show to the
// lattice, without repeated points.
func (s *shaper) load(xy []uint32, shows []uint8, from, end int32) {
	s.path = s.path[:0]
	for i := from; i < end; i++ {
		if shows != nil && shows[i] > s.zoom {
			continue
		}
		v := s.frame.vertex(xy[2*i], xy[2*i+1])
		if n := len(s.path); n == 0 || s.path[n-1] != v {
			s.path = append(s.path, v)
		}
	}
}
