package sight

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// Blind is a piece of ground that no camera sees: a polygon along the edges of cells.
type Blind struct {
	Ground orb.Polygon
	Area   float64 // m²
}

// outlines are the patches of cells that share edges and that are wanted, the largest
// first, as polygons: cells times area m² large.
func (g *grid) outlines(wanted func(cell) bool, area float64) []Blind {
	patch := make([]int32, len(g.cells)) // 0: of none
	var sizes []int
	for i := range g.cells {
		if patch[i] == 0 && wanted(g.cells[i]) {
			sizes = append(sizes, g.flood(patch, i, int32(len(sizes)+1), wanted))
		}
	}
	rings := make([][]orb.Ring, len(sizes)+1)
	for id, of := range g.trace(patch) {
		rings[id] = of
	}
	out := make([]Blind, 0, len(sizes))
	for i, n := range sizes {
		out = append(out, Blind{polygonOf(rings[i+1]), float64(n) * area})
	}
	slices.SortStableFunc(out, func(a, b Blind) int { return cmp.Compare(b.Area, a.Area) })
	return out
}

// flood numbers the patch that begins at a cell, and says how many cells it has.
func (g *grid) flood(patch []int32, start int, id int32, wanted func(cell) bool) (n int) {
	patch[start] = id
	for todo := []int{start}; len(todo) > 0; n++ {
		i := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		column := i % g.columns
		for _, next := range [...]struct {
			at int
			is bool
		}{{i - 1, column > 0}, {i + 1, column < g.columns-1}, {i - g.columns, i >= g.columns}, {i + g.columns, i+g.columns < len(g.cells)}} {
			if next.is && patch[next.at] == 0 && wanted(g.cells[next.at]) {
				patch[next.at] = id
				todo = append(todo, next.at)
			}
		}
	}
	return n
}

// edge is one side of a cell, with the cell on its left: from a corner in a direction.
type edge struct{ column, row, way int }

// ways are the directions of edges: east, north, west, south. The next one is a turn
// to the left.
var ways = [4][2]int{{1, 0}, {0, 1}, {-1, 0}, {0, -1}}

// of is the patch of the cell; 0 outside the grid.
func (g *grid) of(patch []int32, column, row int) int32 {
	if column < 0 || row < 0 || column >= g.columns || row >= g.rows {
		return 0
	}
	return patch[row*g.columns+column]
}

// left is the patch to the left of an edge, right that to its right.
func (g *grid) left(patch []int32, e edge) int32 {
	d := [4][2]int{{0, 0}, {-1, 0}, {-1, -1}, {0, -1}}[e.way]
	return g.of(patch, e.column+d[0], e.row+d[1])
}

func (g *grid) right(patch []int32, e edge) int32 {
	d := [4][2]int{{0, -1}, {0, 0}, {-1, 0}, {-1, -1}}[e.way]
	return g.of(patch, e.column+d[0], e.row+d[1])
}

// border says whether the edge runs along the outside of the patch.
func (g *grid) border(patch []int32, e edge, id int32) bool {
	return g.left(patch, e) == id && g.right(patch, e) != id
}

// trace walks around every patch, with it on the left, and yields the rings of each by
// its number. Where two cells of a patch touch at a corner it turns right: so a ring
// follows one hole, or the outside, and touches others in points at most, as OGC 06-103r4
// wants it.
func (g *grid) trace(patch []int32) map[int32][]orb.Ring {
	out := map[int32][]orb.Ring{}
	walked := map[edge]bool{}
	for row := range g.rows {
		for column := range g.columns {
			// Every ring has an edge to the east, with its cell above.
			start := edge{column, row, 0}
			if id := g.left(patch, start); id != 0 && g.border(patch, start, id) && !walked[start] {
				out[id] = append(out[id], g.walk(patch, start, id, walked))
			}
		}
	}
	return out
}

func (g *grid) walk(patch []int32, start edge, id int32, walked map[edge]bool) orb.Ring {
	var ring orb.Ring
	for e := start; ; {
		if e.way == 0 {
			walked[e] = true
		}
		next := edge{e.column + ways[e.way][0], e.row + ways[e.way][1], 0}
		for _, turn := range [...]int{3, 0, 1} { // right, ahead, left
			next.way = (e.way + turn) % 4
			if g.border(patch, next, id) {
				break
			}
		}
		if next.way != e.way {
			ring = append(ring, g.corner(next.column, next.row))
		}
		if next == start {
			return append(ring, ring[0])
		}
		e = next
	}
}

// polygonOf is the polygon of the rings of one patch: the largest is its outside.
func polygonOf(rings []orb.Ring) orb.Polygon {
	slices.SortStableFunc(rings, func(a, b orb.Ring) int {
		return cmp.Compare(math.Abs(planar.Area(b)), math.Abs(planar.Area(a)))
	})
	return orb.Polygon(rings)
}
