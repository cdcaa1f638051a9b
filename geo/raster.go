package geo

import "github.com/paulmach/orb"

// ground is how a cell, or a box, lies to an area.
type ground uint8

const (
	open   ground = iota // outside, with all of it
	solid                // inside, with all of it
	border               // an edge may run through it
)

// raster is a box around an area, cut into cells: of most places it tells without a
// look at an edge whether they lie in the area, and of others which edges matter.
type raster struct {
	min   orb.Point
	scale orb.Point // cells of a degree
	side  int       // cells along each axis
	cells []ground
	rows  []int32        // where the edges of each row of cells begin, and where the last end
	edges [][2]orb.Point // row by row
	room  struct {       // of the least
		cells [rasterLeast * rasterLeast]ground
		rows  [rasterLeast + 2]int32
	}
}

// The bounds of a raster.
const (
	rasterLeast = 8
	rasterMost  = 128
	// slack is the share of a cell that the arithmetic of cells may be off: no edge is
	// missed where it is doubted.
	slack = 1e-6
)

// newRaster is that of an area, which has some edges; nil if it is too flat to have one.
func newRaster(f *figure) *raster {
	r := &raster{min: f.bound.Min, side: rasterLeast}
	for r.side < rasterMost && r.side*r.side < 4*len(f.edges) {
		r.side *= 2
	}
	for k := range r.scale {
		// A little less, so that what lies at the end is in the last cell.
		r.scale[k] = float64(r.side) * (1 - slack) / (f.bound.Max[k] - f.bound.Min[k])
		if !(r.scale[k] > 0 && r.scale[k] < 1e9) {
			return nil
		}
	}
	if r.cells, r.rows = r.room.cells[:], r.room.rows[:]; r.side > rasterLeast {
		r.cells, r.rows = make([]ground, r.side*r.side), make([]int32, r.side+2)
	}
	r.sort(f.edges)
	for _, e := range f.edges {
		r.mark(e)
	}
	r.fill()
	return r
}

// at is a place in cells.
func (r *raster) at(p orb.Point) orb.Point {
	return orb.Point{(p[0] - r.min[0]) * r.scale[0], (p[1] - r.min[1]) * r.scale[1]}
}

// within is the number of a cell along one axis, of the raster's the nearest.
func (r *raster) within(v float64) int { return int(max(0, min(float64(r.side-1), v))) }

// span are the rows of an edge.
func (r *raster) span(e [2]orb.Point) (from, to int) {
	a, b := (e[0][1]-r.min[1])*r.scale[1], (e[1][1]-r.min[1])*r.scale[1]
	return r.within(min(a, b) - slack), r.within(max(a, b) + slack)
}

// sort puts the edges into rows.
func (r *raster) sort(edges [][2]orb.Point) {
	for _, e := range edges {
		from, to := r.span(e)
		for row := from; row <= to; row++ {
			r.rows[row+2]++
		}
	}
	for row := range r.side {
		r.rows[row+2] += r.rows[row+1]
	}
	r.edges = make([][2]orb.Point, r.rows[r.side+1])
	for _, e := range edges {
		from, to := r.span(e)
		for row := from; row <= to; row++ {
			r.edges[r.rows[row+1]] = e
			r.rows[row+1]++
		}
	}
}

// row are the edges that may touch a row of cells.
func (r *raster) row(y int) [][2]orb.Point { return r.edges[r.rows[y]:r.rows[y+1]] }

// mark marks the cells that an edge may run through.
func (r *raster) mark(e [2]orb.Point) {
	low, high := r.at(e[0]), r.at(e[1])
	if low[1] > high[1] {
		low, high = high, low
	}
	from, to := r.span(e)
	for y := from; y <= to; y++ {
		x1, x2 := low[0], high[0]
		if rise := high[1] - low[1]; rise > slack {
			tilt := (high[0] - low[0]) / rise
			bottom, top := max(0, float64(y)-slack-low[1]), min(rise, float64(y+1)+slack-low[1])
			x1, x2 = low[0]+tilt*bottom, low[0]+tilt*top
		}
		for x := r.within(min(x1, x2) - 2*slack); x <= r.within(max(x1, x2)+2*slack); x++ {
			r.cells[y*r.side+x] = border
		}
	}
}

// fill says of the cells that no edge runs through what they are: what a neighbour is, of
// which no edge divides them; of those that have none, by their middle.
func (r *raster) fill() {
	for i := range r.cells {
		x, y := i%r.side, i/r.side
		switch {
		case r.cells[i] == border:
		case x > 0 && r.cells[i-1] != border:
			r.cells[i] = r.cells[i-1]
		case y > 0 && r.cells[i-r.side] != border:
			r.cells[i] = r.cells[i-r.side]
		case r.crossed(orb.Point{r.min[0] + (float64(x)+0.5)/r.scale[0], r.min[1] + (float64(y)+0.5)/r.scale[1]}, y):
			r.cells[i] = solid
		}
	}
}

// crossed says whether a point of a row shares a point with the area.
func (r *raster) crossed(p orb.Point, row int) bool {
	odd := false
	for _, e := range r.row(row) {
		switch crossing(e, p) {
		case onEdge:
			return true
		case meets:
			odd = !odd
		}
	}
	return odd
}

// touches says whether a point in the box around the area shares a point with it.
func (r *raster) touches(p orb.Point) bool {
	at := r.at(p)
	x, y := r.within(at[0]), r.within(at[1])
	switch r.cells[y*r.side+x] {
	case open:
		return false
	case solid:
		return true
	}
	return r.crossed(p, y)
}

// cellsAtMost is how many cells are looked at for one box.
const cellsAtMost = 64

// ground is how a box lies to the area; border: it has to be looked at closely.
func (r *raster) ground(b *orb.Bound) ground {
	low, high := r.at(b.Min), r.at(b.Max)
	last := float64(r.side)
	if high[0] < 0 || high[1] < 0 || low[0] > last || low[1] > last {
		return open
	}
	x1, y1, x2, y2 := r.within(low[0]), r.within(low[1]), r.within(high[0]), r.within(high[1])
	is := r.cells[y1*r.side+x1]
	if is == border || (x2-x1+1)*(y2-y1+1) > cellsAtMost {
		return border
	}
	for y := y1; y <= y2; y++ {
		for _, c := range r.cells[y*r.side+x1 : y*r.side+x2+1] {
			if c != is {
				return border
			}
		}
	}
	if is == solid && (low[0] < 0 || low[1] < 0 || high[0] > last || high[1] > last) {
		return border
	}
	return is
}

// touched says whether an edge of the area may share a point with a box.
func (r *raster) touched(b orb.Bound) bool {
	from, to := r.within((b.Min[1]-r.min[1])*r.scale[1]), r.within((b.Max[1]-r.min[1])*r.scale[1])
	for _, e := range r.edges[r.rows[from]:r.rows[to+1]] {
		if touchesBox(e, b) {
			return true
		}
	}
	return false
}
