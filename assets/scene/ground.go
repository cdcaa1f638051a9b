package scene

import "math"

// cell is the width of a cell of the ground, metres.
const cell = 4.0

// far stands for any distance from the water beyond what the ground measures.
const far = math.MaxFloat32

// ground knows for each place how far from the water it is and what stands there.
type ground struct {
	min    xy
	nx, ny int
	shore  []float32 // metres from the water's edge, negative in it
	built  []bool
	grid   map[[2]int][]box // buildings by cells of 100 m
}

// newGround measures up to reach metres from the water.
func newGround(c *creek, reach float64) *ground {
	lo, hi := c.mid[0], c.mid[0]
	for _, p := range c.mid {
		lo = xy{min(lo.x, p.x), min(lo.y, p.y)}
		hi = xy{max(hi.x, p.x), max(hi.y, p.y)}
	}
	const margin = 900
	g := &ground{min: lo.add(xy{-margin, -margin}), grid: map[[2]int][]box{}}
	g.nx = int((hi.x-lo.x+2*margin)/cell) + 1
	g.ny = int((hi.y-lo.y+2*margin)/cell) + 1
	g.shore = make([]float32, g.nx*g.ny)
	g.built = make([]bool, g.nx*g.ny)
	for i := range g.shore {
		g.shore[i] = far
	}
	for i, m := range c.mid {
		g.brush(m, c.half[i], reach)
	}
	return g
}

func (g *ground) brush(m xy, half, reach float64) {
	r := half + reach
	i0, j0 := g.cellOf(m.add(xy{-r, -r}))
	i1, j1 := g.cellOf(m.add(xy{r, r}))
	for j := max(j0, 0); j <= min(j1, g.ny-1); j++ {
		for i := max(i0, 0); i <= min(i1, g.nx-1); i++ {
			p := g.min.add(xy{(float64(i) + .5) * cell, (float64(j) + .5) * cell})
			if d := float32(p.dist(m) - half); d < g.shore[j*g.nx+i] && float64(d) <= reach {
				g.shore[j*g.nx+i] = d
			}
		}
	}
}

func (g *ground) cellOf(p xy) (i, j int) {
	return int(math.Floor((p.x - g.min.x) / cell)), int(math.Floor((p.y - g.min.y) / cell))
}

// fromWater is about how far p is from the water: right within a cell's
// diagonal, far when beyond what was measured or outside the ground.
func (g *ground) fromWater(p xy) float64 {
	i, j := g.cellOf(p)
	if i < 0 || j < 0 || i >= g.nx || j >= g.ny {
		return far
	}
	return float64(g.shore[j*g.nx+i])
}

// isBuilt says whether a building stands at p, or within a cell of it.
func (g *ground) isBuilt(p xy) bool {
	i, j := g.cellOf(p)
	if i < 0 || j < 0 || i >= g.nx || j >= g.ny {
		return false
	}
	return g.built[j*g.nx+i]
}

// free says whether b keeps setback metres from the water and gap metres from
// every building.
func (g *ground) free(b box, setback, gap float64) bool {
	for i := -1.0; i <= 1; i += min(1, 6/b.a) {
		for j := -1.0; j <= 1; j += min(1, 6/b.b) {
			if g.fromWater(b.at(i, j)) < setback {
				return false
			}
		}
	}
	wide := b.grown(gap)
	i, j := gridOf(b.c)
	for di := -2; di <= 2; di++ {
		for dj := -2; dj <= 2; dj++ {
			for _, o := range g.grid[[2]int{i + di, j + dj}] {
				if wide.meets(o) {
					return false
				}
			}
		}
	}
	return true
}

func gridOf(p xy) (i, j int) { return int(math.Floor(p.x / 100)), int(math.Floor(p.y / 100)) }

// build puts b on the ground. No side of a box is longer than 200 m, so that
// free finds it in the cells around.
func (g *ground) build(b box) {
	i, j := gridOf(b.c)
	g.grid[[2]int{i, j}] = append(g.grid[[2]int{i, j}], b)
	wide := b.grown(cell)
	for i := -wide.a; i <= wide.a; i += cell / 2 {
		for j := -wide.b; j <= wide.b; j += cell / 2 {
			x, y := g.cellOf(wide.at(i/wide.a, j/wide.b))
			if x >= 0 && y >= 0 && x < g.nx && y < g.ny {
				g.built[y*g.nx+x] = true
			}
		}
	}
}
