package tiles

import (
	"sync"
	"sync/atomic"

	"suhe/geo"
)

const (
	deepest   = 18      // zoom of the smallest cells; deeper tiles share their ancestor's
	groundLen = 1 << 15 // slots of cells, a power of two: 256 KiB a layer
	spread    = 16      // a footprint over more cells of one zoom is wide
	wideLen   = 256     // wide footprints remembered
)

// ground knows, for one layer, which tiles a change has made stale. Every tile
// down to zoom 18 is a cell with a stamp; a small footprint stamps the few cells
// that it touches at each zoom, a wide one is remembered as a box. Both cost the
// same however many tiles are cached. Cells share slots by hash, so a tile may
// seem stale when it is not (it is then rendered to the same bytes), never the
// other way round. The zero ground is ready.
type ground struct {
	clock uint64 // of mark alone
	cells [groundLen]atomic.Uint64

	mu    sync.RWMutex
	wide  []footprint // a ring of the last wideLen
	next  int
	floor uint64 // stamp of the newest wide footprint that was forgotten
}

// footprint is where a change was, and when.
type footprint struct {
	box   geo.Box
	stamp uint64
}

// version is the stamp of the last change on the tile's ground, buffer included.
func (g *ground) version(t geo.Tile) uint64 {
	cell := t
	if t.Z > deepest {
		cell = geo.Tile{Z: deepest, X: t.X >> (t.Z - deepest), Y: t.Y >> (t.Z - deepest)}
	}
	v := g.cells[slot(cell.Z, cell.X, cell.Y)].Load()
	g.mu.RLock()
	defer g.mu.RUnlock()
	v = max(v, g.floor)
	for i := range g.wide {
		w := &g.wide[i]
		if w.stamp > v && w.box.Shown(t.Z).Has(t) {
			v = w.stamp
		}
	}
	return v
}

// mark notes a change within a box. It is called after the world shows the
// change, by one goroutine at a time: a tile rendered between the two has an
// older version and seems stale, which does no harm.
func (g *ground) mark(box geo.Box) {
	g.clock++
	stamp := g.clock
	if box.Shown(deepest).Len() > spread {
		g.remember(footprint{box, stamp})
		return
	}
	for z := uint32(0); z <= deepest; z++ {
		x0, x1 := geo.ShownAlong(box.Min[0], box.Max[0], z)
		y0, y1 := geo.ShownAlong(box.Min[1], box.Max[1], z)
		for x := x0; x <= x1; x++ {
			for y := y0; y <= y1; y++ {
				g.cells[slot(z, x, y)].Store(stamp)
			}
		}
	}
}

func (g *ground) remember(f footprint) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.wide) < wideLen {
		g.wide = append(g.wide, f)
		return
	}
	g.floor = max(g.floor, g.wide[g.next].stamp)
	g.wide[g.next] = f
	g.next = (g.next + 1) % wideLen
}

// slot is where a cell's stamp lies: a mix of its address (after the finaliser
// of MurmurHash3, Austin Appleby, public domain).
func slot(z, x, y uint32) uint64 {
	h := uint64(z)<<58 ^ uint64(x)<<29 ^ uint64(y)
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	h ^= h >> 33
	return h & (groundLen - 1)
}
