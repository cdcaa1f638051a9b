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

// footprint is the box of a change in world units, and when it was.
type footprint struct {
	min, max [2]uint32
	stamp    uint64
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
		if w.stamp <= v {
			continue
		}
		x0, x1 := span(w.min[0], w.max[0], t.Z)
		y0, y1 := span(w.min[1], w.max[1], t.Z)
		if t.X >= x0 && t.X <= x1 && t.Y >= y0 && t.Y <= y1 {
			v = w.stamp
		}
	}
	return v
}

// mark notes a change within a box in world units. It is called after the world
// shows the change, by one goroutine at a time: a tile rendered between the two
// has an older version and seems stale, which does no harm.
func (g *ground) mark(lo, hi [2]uint32) {
	g.clock++
	stamp := g.clock
	x0, x1 := span(lo[0], hi[0], deepest)
	y0, y1 := span(lo[1], hi[1], deepest)
	if uint64(x1-x0+1)*uint64(y1-y0+1) > spread {
		g.remember(footprint{lo, hi, stamp})
		return
	}
	for z := uint32(0); z <= deepest; z++ {
		x0, x1 = span(lo[0], hi[0], z)
		y0, y1 = span(lo[1], hi[1], z)
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

// span is the first and the last tile of a zoom, along one axis, that show
// something of [lo, hi] with their buffer and half a unit for rounding.
func span(lo, hi uint32, z uint32) (first, last uint32) {
	size := int64(1) << (32 - z)
	grow := size*Buffer/Extent + size/Extent
	a := max(int64(lo)-grow, 0) / size
	b := min(int64(hi)+grow, 1<<32-1) / size
	return uint32(a), uint32(b)
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
