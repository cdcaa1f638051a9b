package geo

const (
	// latticeZoom is the zoom whose tiles, of 4096 units, have world units for
	// units. A tile of zoom z rounds to 2^(latticeZoom-z) of them.
	latticeZoom = 20
	// always and never are the zooms of vertices that every tile shows, and of
	// those that show only where nothing is thinned.
	always = 0
	never  = latticeZoom + 1
)

// Levels prepares a line or polygon for all zooms, so that a tile spends its time
// on what shows in it. It is immutable.
type Levels struct {
	// From is the zoom from which on each vertex shows, as many as vertices: what
	// is left out at a zoom lies within a unit of its tiles (1/4096 of their
	// width) of what is kept. nil: all vertices always show.
	From []uint8
	// Clean has bit z set if the vertices that show at zoom z, rounded to its
	// units, are known to be one valid polygon with the winding of MVT 2.1.
	Clean uint32
	// Sharp is the zoom from which on the same is known of all vertices together.
	Sharp uint8
}

// CleanAt says whether what is drawn at zoom z is known to be valid as it is;
// thin, if only the vertices that show there are drawn.
func (l *Levels) CleanAt(z uint32, thin bool) bool {
	if thin && z <= latticeZoom {
		return l.Clean>>z&1 != 0
	}
	return z >= uint32(l.Sharp)
}

// levels prepares g, or returns nil if there is nothing to say of it.
func (g *Flat) levels() *Levels {
	if g.Type != FlatLine && g.Type != FlatPolygon {
		return nil
	}
	l := &Levels{From: g.thin(), Sharp: never + 1}
	if g.Type == FlatPolygon && g.Polys == nil && len(g.XY) <= 2*provable {
		l.prove(g)
	}
	if l.From == nil && l.Sharp > never {
		return nil
	}
	return l
}

// thin finds the zoom of each vertex, or nil if all always show: lines of two
// points and rings of four or fewer are left as they are.
func (g *Flat) thin() []uint8 {
	ends := g.Ends
	if ends == nil {
		ends = []int32{int32(len(g.XY) / 2)}
	}
	few := int32(2)
	if g.Type == FlatPolygon {
		few = 4
	}
	var t thinner
	from := int32(0)
	for _, end := range ends {
		if end-from > few {
			t.path(g, int(from), int(end))
		}
		from = end
	}
	return t.shows
}
