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

// Painted is a layer of tiles that clients may have painted.
type Painted struct {
	Name        string
	Kind        assets.Kind               // whose changes redraw it
	First, Last uint32                    // zooms at which clients ask for its tiles; deeper views stretch those of the last
	Ground      func(*twin.Thing) geo.Box // where a thing of the kind shows
}

// everyKind are layers of all kinds at all zooms.
func everyKind() []Painted {
	var out []Painted
	for _, kind := range assets.Kinds() {
		out = append(out, Painted{kind.Layer(), kind, 0, geo.MaxZoom, func(t *twin.Thing) geo.Box { return t.Flat.Box() }})
	}
	return out
}

// painting is what a client has painted of tiles: of these layers, at these
// zooms, those that touch the box. The zero painting has none.
type painting struct {
	layers []*Painted
	zooms  [2]uint32 // as the view has it: first, last
	box    geo.Box
}

// zoomsOf are the zooms of the layer's tiles; ok says whether there are any.
func (p painting) zoomsOf(l *Painted) (first, last uint32, ok bool) {
	if !slices.Contains(p.layers, l) {
		return 0, 0, false
	}
	return max(l.First, min(p.zooms[0], l.Last)), min(p.zooms[1], l.Last), p.zooms[1] >= l.First
}

// ground is all that its tiles may show; ok says whether there are any.
func (p painting) ground() (ground geo.Box, ok bool) {
	coarsest := uint32(geo.MaxZoom)
	for _, l := range p.layers {
		if first, _, some := p.zoomsOf(l); some {
			coarsest, ok = min(coarsest, first), true
		}
	}
	return p.box.Tiles(coarsest).Ground(), ok
}

// canvas keeps which of its client's tiles are stale and have yet to be told.
// What it keeps is bounded, however slow the client is.
type canvas struct {
	view *view

	painting painting // the hub's marking lock guards it

	mu    sync.Mutex
	stale map[*Painted]map[geo.Tile]struct{} // nil within: all of the layer
}

// repaint replaces what is painted. Of the new tiles those that the footprints
// redrew are stale, or, if what happened is not known, all layers. Tiles that
// were painted before have been told.
func (c *canvas) repaint(p painting, since []footprint, known bool) {
	before := c.painting
	c.painting = p
	c.mu.Lock()
	for _, l := range p.layers {
		if _, _, some := p.zoomsOf(l); some && !known {
			c.put(l, nil)
		}
	}
	c.mu.Unlock()
	for _, f := range since {
		c.mark(f, before, allZooms)
	}
	c.view.session.nudge()
}

// zooms are the first and the last of some.
type zooms [2]uint32

var allZooms = zooms{0, geo.MaxZoom}

// mark notes what the footprint redraws at some zooms, but for what another
// painting has too.
func (c *canvas) mark(f footprint, but painting, at zooms) {
	first, last, ok := c.painting.zoomsOf(f.layer)
	first, last = max(first, at[0]), min(last, at[1])
	if !ok || first > last || !c.view.session.who().Scope.Sees(f.asset) {
		return
	}
	from, to, both := but.zoomsOf(f.layer)
	c.mu.Lock()
	for z := first; z <= last; z++ {
		r := f.box.Shown(z).And(c.painting.box.Tiles(z))
		if r.Len() > TilesKept {
			c.put(f.layer, nil)
			break
		}
		told := both && z >= from && z <= to
		for t := range r.All() {
			if !told || !but.box.Tiles(z).Has(t) {
				c.note(f.layer, t)
			}
		}
	}
	c.mu.Unlock()
	c.view.session.nudge()
}

// note notes one tile of the layer. The caller holds the lock.
func (c *canvas) note(l *Painted, t geo.Tile) {
	stale, some := c.stale[l]
	switch {
	case !some:
		c.put(l, map[geo.Tile]struct{}{t: {}})
	case stale == nil: // all are
	case len(stale) == TilesKept:
		c.put(l, nil)
	default:
		stale[t] = struct{}{}
	}
}

// put sets the layer's stale tiles; nil are all. The caller holds the lock.
func (c *canvas) put(l *Painted, tiles map[geo.Tile]struct{}) {
	if c.stale == nil {
		c.stale = make(map[*Painted]map[geo.Tile]struct{})
	}
	c.stale[l] = tiles
}

// next returns the frame that tells what is stale; false if nothing is.
// Everything up to at has been marked.
func (c *canvas) next(at twin.Position) (f tilesFrame, ok bool) {
	c.mu.Lock()
	stale := c.stale
	c.stale = nil
	c.mu.Unlock()
	if len(stale) == 0 {
		return f, false
	}
	f = tilesFrame{id: c.view.id, at: at, changed: make(map[string][][3]uint32), all: []string{}}
	for l, tiles := range stale {
		if tiles == nil {
			f.all = append(f.all, l.Name)
			continue
		}
		list := make([][3]uint32, 0, len(tiles))
		for t := range tiles {
			list = append(list, [3]uint32{t.Z, t.X, t.Y})
		}
		slices.SortFunc(list, func(a, b [3]uint32) int { return slices.Compare(a[:], b[:]) })
		f.changed[l.Name] = list
	}
	slices.Sort(f.all)
	return f, true
}
