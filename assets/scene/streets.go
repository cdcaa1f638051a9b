package scene

import (
	"cmp"
	"math"
	"slices"

	"suhe/assets"
)

// The street grid behind the promenade, metres.
const (
	blockPitch = 92.0 // from street to street
	blockSide  = 78.0 // of a block, between its kerbs
	kerbStep   = 6.0  // between two fixtures on a kerb
)

// block is one block of the street grid.
type block struct {
	c    xy
	dist float64 // from the creek's middle
	near int     // sample of the centreline
}

// onKerbs are the classes found on a street's kerb, as often as they stand here.
var onKerbs = []int{8, 6, 13, 11, 8, 9, 13, 6, 8, 12, 11, 13, 8, 15, 13, 10}

// streets yields fixtures along the kerbs of the blocks behind the promenade,
// nearest to the creek first, until emit says no. Kerbs are walked again
// farther in, until even a million are placed.
func (m *maker) streets(ids counter, emit func(*assets.Asset) bool) bool {
	rng := m.rng("streets")
	blocks := m.blocks()
	for inset := 1.0; inset < blockSide/2; inset += 3 {
		for _, b := range blocks {
			half := blockSide/2 - inset
			body := box{c: b.c, u: gridDir, a: half, b: half}
			for s := kerbStep * rng.Float64(); s < 8*half; s += kerbStep {
				p := body.kerb(s)
				if m.ground.fromWater(p) < 18 || m.ground.isBuilt(p) {
					continue
				}
				at := spot{p: p, out: p.sub(b.c).unit(), chain: float64(b.near) * sampleStep, side: m.sideOf(p, b.near)}
				series := alongBanks[onKerbs[rng.IntN(len(onKerbs))]]
				if !emit(m.fixture(ids, series, rng, at)) {
					return false
				}
			}
		}
	}
	return true
}

// gridDir turns the street grid as the streets north of the creek run.
var gridDir = xy{math.Cos(-.22), math.Sin(-.22)}

// kerb walks around the box, s metres from its first corner.
func (b box) kerb(s float64) xy {
	side := 2 * b.a
	k := math.Mod(s, side)/side*2 - 1
	switch int(s/side) % 4 {
	case 0:
		return b.at(k, -1)
	case 1:
		return b.at(1, k)
	case 2:
		return b.at(-k, 1)
	}
	return b.at(-1, -k)
}

func (m *maker) sideOf(p xy, sample int) int {
	if p.sub(m.creek.mid[sample]).dot(m.creek.dir[sample].left()) >= 0 {
		return 0
	}
	return 1
}

// blocks lists the blocks around the creek, nearest first.
func (m *maker) blocks() []block {
	const deep = 1900.0
	mid := m.creek.mid[len(m.creek.mid)/2]
	var out []block
	for i := -80; i <= 80; i++ {
		for j := -60; j <= 60; j++ {
			b := block{c: mid.along(gridDir, float64(i)*blockPitch).along(gridDir.left(), float64(j)*blockPitch)}
			b.near = m.creek.nearest(b.c)
			if b.dist = b.c.dist(m.creek.mid[b.near]); b.dist < deep {
				out = append(out, b)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b block) int { return cmp.Compare(a.dist, b.dist) })
	return out
}
