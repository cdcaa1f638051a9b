package tiles

import (
	"math"

	"github.com/paulmach/orb"

	"suhe/geo"
)

// shift draws tiles in another datum: the vertices are moved, the tile stays.
// The zero shift draws in WGS84.
type shift struct {
	to      geo.Projector // nil: WGS84
	shifted geo.Flat      // scratch of one geometry
}

// projector is that of a Request's datum, nil for WGS84.
func projector(datum geo.CRS) (geo.Projector, error) {
	if datum == "" {
		return nil, nil
	}
	return geo.ProjectorFor(datum, geo.TransverseMercator{})
}

// of is g in the datum; it is good until the next call.
func (s *shift) of(g *geo.Flat) *geo.Flat {
	if s.to == nil {
		return g
	}
	return g.Shift(&s.shifted, s.to.FromWGS84)
}

// own is of, in a geometry that stays good.
func (s *shift) own(g *geo.Flat) *geo.Flat {
	if s.to == nil {
		return g
	}
	return g.Shift(new(geo.Flat), s.to.FromWGS84)
}

// source is the box, in degrees WGS84, of all that may show in the tile.
func (s *shift) source(t geo.Tile) orb.Bound {
	b := t.Bound(reach)
	if s.to == nil {
		return b
	}
	if t.Z < bends {
		return b.Pad(overscan)
	}
	back := orb.Bound{Min: s.to.ToWGS84(b.Min), Max: s.to.ToWGS84(b.Max)}.
		Extend(s.to.ToWGS84(b.LeftTop())).Extend(s.to.ToWGS84(b.RightBottom()))
	return back.Pad(math.Min(bend*(b.Right()-b.Left()), mostBend))
}

// How far the shifts of GCJ-02 and BD-09 are from moving a box as its corners
// move: their sines have periods of a third of a degree and less, and amplitudes
// that add up to less than 100 m. At low zooms the whole shift is searched.
const (
	overscan = 0.02  // degrees: more than the whole shift
	bends    = 10    // zoom from which the corners are asked
	bend     = 0.007 // of a box's width: more than the sines bend it
	mostBend = 0.001 // degrees
)

// cover calls yield with the tiles of the zoom whose ground shows in t.
func (s *shift) cover(t geo.Tile, yield func(geo.Tile)) {
	if s.to == nil {
		yield(t)
		return
	}
	b := s.source(t)
	a, z := geo.TileAt(b.LeftTop(), t.Z), geo.TileAt(b.RightBottom(), t.Z)
	for x := a.X; x <= z.X; x++ {
		for y := a.Y; y <= z.Y; y++ {
			yield(geo.Tile{Z: t.Z, X: x, Y: y})
		}
	}
}
