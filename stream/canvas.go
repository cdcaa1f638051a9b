package stream

import (
	"slices"
	"sync"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// TilesKept bounds the tiles of one layer that a client has yet to be told of;
// beyond it the client is told that all of the layer's are stale.
const TilesKept = 256

// Zooms tells at which zooms clients ask for the tiles of a kind's layer; deeper
// views stretch those of the last.
type Zooms func(assets.Kind) (first, last uint32)

// painting is what a client has painted of tiles: of these layers, at these
// zooms, those that touch the box. The zero painting has none.
type painting struct {
	kinds []assets.Kind
	zooms [2]uint32 // as the view has it: first, last
	box   geo.Box
}

// zoomsOf are the zooms of the kind's tiles; ok says whether there are any.
func (p painting) zoomsOf(kind assets.Kind, zooms Zooms) (first, last uint32, ok bool) {
	if !slices.Contains(p.kinds, kind) {
		return 0, 0, false
	}
	first, last = zooms(kind)
	return max(first, min(p.zooms[0], last)), min(p.zooms[1], last), p.zooms[1] >= first
}

// ground is all that its tiles may show; ok says whether there are any.
func (p painting) ground(zooms Zooms) (ground geo.Box, ok bool) {
	coarsest := uint32(geo.MaxZoom)
	for _, kind := range p.kinds {
		if first, _, some := p.zoomsOf(kind, zooms); some {
			coarsest, ok = min(coarsest, first), true
		}
	}
	return p.box.Tiles(coarsest).Ground(), ok
}

// canvas keeps which of its client's tiles are stale and have yet to be told.
// What it keeps is bounded, however slow the client is.
type canvas struct {
	view  *view
	zooms Zooms

	painting painting // the hub's marking lock guards it

	mu    sync.Mutex
	stale map[assets.Kind]map[geo.Tile]struct{} // nil within: all of the layer
}

// repaint replaces what is painted. Of the new tiles those that the footprints
// redrew are stale, or, if what happened is not known, all layers. Tiles that
// were painted before have been told.
func (c *canvas) repaint(p painting, since []footprint, known bool) {
	before := c.painting
	c.painting = p
	c.mu.Lock()
	for _, kind := range p.kinds {
		if _, _, some := p.zoomsOf(kind, c.zooms); some && !known {
			c.put(kind, nil)
		}
	}
	c.mu.Unlock()
	for _, f := range since {
		c.mark(f, before)
	}
	c.view.session.nudge()
}

// mark notes what the footprint redraws, but for what another painting has too.
func (c *canvas) mark(f footprint, but painting) {
	kind := f.asset.Kind
	first, last, ok := c.painting.zoomsOf(kind, c.zooms)
	if !ok || !c.view.session.who.Scope.Sees(f.asset) {
		return
	}
	from, to, both := but.zoomsOf(kind, c.zooms)
	c.mu.Lock()
	for z := first; z <= last; z++ {
		r := f.box.Shown(z).And(c.painting.box.Tiles(z))
		if r.Len() > TilesKept {
			c.put(kind, nil)
			break
		}
		told := both && z >= from && z <= to
		for t := range r.All() {
			if !told || !but.box.Tiles(z).Has(t) {
				c.note(kind, t)
			}
		}
	}
	c.mu.Unlock()
	c.view.session.nudge()
}

// note notes one tile of the kind's layer. The caller holds the lock.
func (c *canvas) note(kind assets.Kind, t geo.Tile) {
	stale, some := c.stale[kind]
	switch {
	case !some:
		c.put(kind, map[geo.Tile]struct{}{t: {}})
	case stale == nil: // all are
	case len(stale) == TilesKept:
		c.put(kind, nil)
	default:
		stale[t] = struct{}{}
	}
}

// put sets the kind's stale tiles; nil are all. The caller holds the lock.
func (c *canvas) put(kind assets.Kind, tiles map[geo.Tile]struct{}) {
	if c.stale == nil {
		c.stale = make(map[assets.Kind]map[geo.Tile]struct{})
	}
	c.stale[kind] = tiles
}

// next returns the frame that tells what is stale, or nil if nothing is.
// Everything up to at has been marked.
func (c *canvas) next(at twin.Position) []byte {
	c.mu.Lock()
	stale := c.stale
	c.stale = nil
	c.mu.Unlock()
	if len(stale) == 0 {
		return nil
	}
	f := tilesFrame{Type: "tiles", ID: c.view.id, Position: at, Changed: make(map[string][][3]uint32), All: []string{}}
	for kind, tiles := range stale {
		if tiles == nil {
			f.All = append(f.All, kind.Layer())
			continue
		}
		list := make([][3]uint32, 0, len(tiles))
		for t := range tiles {
			list = append(list, [3]uint32{t.Z, t.X, t.Y})
		}
		slices.SortFunc(list, func(a, b [3]uint32) int { return slices.Compare(a[:], b[:]) })
		f.Changed[kind.Layer()] = list
	}
	slices.Sort(f.All)
	return encode(f)
}
