package stream

import (
	"github.com/paulmach/orb"

	"suhe/geo"
	"suhe/twin"
)

// cellsPerView bounds how many cells one view watches.
const cellsPerView = 64

// cells says which views watch which cells of the tile grid. A view watches at
// the deepest zoom at which it needs few cells. Its owner's lock guards it.
type cells struct {
	views  map[geo.Tile]map[*view]struct{}
	levels [geo.MaxZoom + 1]int // views that watch at each zoom
}

// cover returns the cells of a box: at the deepest zoom that needs few enough.
func cover(b orb.Bound) []geo.Tile {
	for z := uint32(geo.MaxZoom); ; z-- {
		if tiles, ok := tilesOf(b, z); ok || z == 0 {
			return tiles
		}
	}
}

// tilesOf returns the tiles of a box at a zoom, or false if they are too many.
func tilesOf(b orb.Bound, z uint32) ([]geo.Tile, bool) {
	low := geo.TileAt(orb.Point{b.Min[0], b.Max[1]}, z) // north-west
	high := geo.TileAt(orb.Point{b.Max[0], b.Min[1]}, z)
	if n := uint64(high.X-low.X+1) * uint64(high.Y-low.Y+1); n > cellsPerView {
		return nil, false
	}
	var out []geo.Tile
	for x := low.X; x <= high.X; x++ {
		for y := low.Y; y <= high.Y; y++ {
			out = append(out, geo.Tile{Z: z, X: x, Y: y})
		}
	}
	return out, true
}

// watch makes the view watch the cells of its box.
func (c *cells) watch(v *view, tiles []geo.Tile) {
	if c.views == nil {
		c.views = make(map[geo.Tile]map[*view]struct{})
	}
	c.unwatch(v)
	v.cells = tiles
	c.levels[tiles[0].Z]++
	for _, t := range tiles {
		if c.views[t] == nil {
			c.views[t] = make(map[*view]struct{})
		}
		c.views[t][v] = struct{}{}
	}
}

// unwatch forgets the view.
func (c *cells) unwatch(v *view) {
	if len(v.cells) == 0 {
		return
	}
	c.levels[v.cells[0].Z]--
	for _, t := range v.cells {
		delete(c.views[t], v)
		if len(c.views[t]) == 0 {
			delete(c.views, t)
		}
	}
	v.cells = nil
}

// mark marks the thing in all views that watch where it is.
func (c *cells) mark(t *twin.Thing) {
	if t == nil {
		return
	}
	box := t.Asset.Shape.Geometry.Plane.Bound()
	for z, n := range c.levels {
		if n == 0 {
			continue
		}
		if tiles, few := tilesOf(box, uint32(z)); few {
			for _, tile := range tiles {
				c.markCell(tile, t)
			}
		} else {
			c.markLevel(uint32(z), t)
		}
	}
}

func (c *cells) markCell(tile geo.Tile, t *twin.Thing) {
	for v := range c.views[tile] {
		v.mark(t.Asset.FID)
	}
}

// markLevel serves what covers so many cells that asking each would be longer.
func (c *cells) markLevel(z uint32, t *twin.Thing) {
	for tile := range c.views {
		if tile.Z == z {
			c.markCell(tile, t)
		}
	}
}
