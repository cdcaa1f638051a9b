package sight

import (
	"math"

	"github.com/paulmach/orb"

	"suhe/geo"
)

// grid is the ground in square cells, row by row from the south-west, each with what
// holds in its middle.
type grid struct {
	south, west float64
	dx, dy      float64 // of a cell, degrees
	columns     int
	rows        int
	cells       []cell
}

// cell is one cell: not asked for at first.
type cell struct {
	asked bool // it belongs to the ground that is asked for
	built bool // a building stands there
	eyes  uint8
}

// open says whether the cell is ground that can be seen.
func (c cell) open() bool { return c.asked && !c.built }

// shape is how many cells of a size a box has; neither is less than 1. What is less than a
// thousandth of a cell is none: distances are rounded.
func shape(box orb.Bound, step geo.Metres) (columns, rows int) {
	width, height := extent(box)
	cells := func(of geo.Metres) int { return max(1, int(math.Ceil(float64(of/step)-1e-3))) }
	return cells(width), cells(height)
}

// extent is how wide and how high a box is.
func extent(box orb.Bound) (width, height geo.Metres) {
	middle := box.Center()
	return geo.Distance(orb.Point{box.Min[0], middle[1]}, orb.Point{box.Max[0], middle[1]}),
		geo.Distance(orb.Point{middle[0], box.Min[1]}, orb.Point{middle[0], box.Max[1]})
}

func newGrid(box orb.Bound, step geo.Metres) *grid {
	g := &grid{south: box.Min[1], west: box.Min[0]}
	g.columns, g.rows = shape(box, step)
	width, height := extent(box)
	g.dx = (box.Max[0] - box.Min[0]) / math.Max(1, float64(width)) * float64(step)
	g.dy = (box.Max[1] - box.Min[1]) / math.Max(1, float64(height)) * float64(step)
	g.cells = make([]cell, g.columns*g.rows)
	return g
}

// middle is the middle of a cell.
func (g *grid) middle(column, row int) orb.Point {
	return orb.Point{g.west + (float64(column)+.5)*g.dx, g.south + (float64(row)+.5)*g.dy}
}

// corner is the south-west corner of a cell.
func (g *grid) corner(column, row int) orb.Point {
	return orb.Point{g.west + float64(column)*g.dx, g.south + float64(row)*g.dy}
}

// each yields the cells whose middles are in the box.
func (g *grid) each(box orb.Bound, yield func(i int, middle orb.Point)) {
	first, last := g.span(box.Min[0], box.Max[0], g.west, g.dx, g.columns)
	bottom, top := g.span(box.Min[1], box.Max[1], g.south, g.dy, g.rows)
	for row := bottom; row <= top; row++ {
		for column := first; column <= last; column++ {
			yield(row*g.columns+column, g.middle(column, row))
		}
	}
}

// looks is how many cells each yields of a box.
func (g *grid) looks(box orb.Bound) int {
	first, last := g.span(box.Min[0], box.Max[0], g.west, g.dx, g.columns)
	bottom, top := g.span(box.Min[1], box.Max[1], g.south, g.dy, g.rows)
	return max(0, last-first+1) * max(0, top-bottom+1)
}

func (*grid) span(from, to, start, step float64, n int) (first, last int) {
	at := func(v float64) float64 { return math.Max(-1, math.Min(float64(n), (v-start)/step-.5)) }
	return max(0, int(math.Ceil(at(from)))), min(n-1, int(math.Floor(at(to))))
}

// ask marks the cells that belong to the ground.
func (g *grid) ask(holds func(orb.Point) bool) {
	for row := range g.rows {
		for column := range g.columns {
			g.cells[row*g.columns+column].asked = holds(g.middle(column, row))
		}
	}
}

// build marks the cells on which a building stands, at the height that is asked for.
func (g *grid) build(blocks []geo.Block, height geo.Metres) {
	for _, b := range blocks {
		if height < b.Base || height >= b.Top {
			continue
		}
		g.each(b.Ground.Bound(), func(i int, middle orb.Point) {
			if g.cells[i].asked && geo.Contains(b.Ground, middle) {
				g.cells[i].built = true
			}
		})
	}
}
