package geo

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// Grid cuts the ground into squares whose sides have so many metres, on the plane of
// the city: within 90 km of its meridian a metre there is one on the ground to 0.01 %.
type Grid struct {
	plane *Plane
	size  float64
}

// Cell is a square of a grid, counted from the plane's origin to the east and north.
type Cell struct{ X, Y int32 }

// NewGrid makes a grid; size is above 0.
func NewGrid(size Metres) *Grid {
	return &Grid{NewTransverseMercator(ShanghaiPlane), float64(size)}
}

// Flat is a point on the grid's plane, in metres.
func (g *Grid) Flat(p orb.Point) orb.Point { return g.plane.FromWGS84(p) }

// Cell is the one that holds p, degrees WGS84; of a border the one north or east of it.
func (g *Grid) Cell(p orb.Point) Cell {
	q := g.plane.FromWGS84(p)
	return Cell{int32(math.Floor(q[0] / g.size)), int32(math.Floor(q[1] / g.size))}
}

// Middle is the middle of a cell, degrees WGS84.
func (g *Grid) Middle(c Cell) orb.Point { return g.at(c, 0.5, 0.5) }

// at is a point of a cell, as shares of its sides.
func (g *Grid) at(c Cell, x, y float64) orb.Point {
	return g.plane.ToWGS84(orb.Point{(float64(c.X) + x) * g.size, (float64(c.Y) + y) * g.size})
}

// Outline is the cell, counterclockwise, degrees WGS84.
func (g *Grid) Outline(c Cell) orb.Polygon {
	from := g.at(c, 0, 0)
	return orb.Polygon{{from, g.at(c, 1, 0), g.at(c, 1, 1), g.at(c, 0, 1), from}}
}

// Over are the cells that touch a box in degrees, row by row from the south; an error
// if there are more than most.
func (g *Grid) Over(b orb.Bound, most int) ([]Cell, error) {
	low, high := [2]float64{math.Inf(1), math.Inf(1)}, [2]float64{math.Inf(-1), math.Inf(-1)}
	for _, x := range [...]float64{b.Min[0], (b.Min[0] + b.Max[0]) / 2, b.Max[0]} {
		for _, y := range [...]float64{b.Min[1], (b.Min[1] + b.Max[1]) / 2, b.Max[1]} {
			q := g.plane.FromWGS84(orb.Point{x, y})
			for k := range q {
				low[k], high[k] = min(low[k], math.Floor(q[k]/g.size)), max(high[k], math.Floor(q[k]/g.size))
			}
		}
	}
	wide, tall := high[0]-low[0]+1, high[1]-low[1]+1
	if !(wide*tall <= float64(most)) {
		return nil, fmt.Errorf("%.0f cells of %g m, want at most %d", wide*tall, g.size, most)
	}
	out := make([]Cell, 0, int(wide*tall))
	for y := int32(low[1]); y <= int32(high[1]); y++ {
		for x := int32(low[0]); x <= int32(high[0]); x++ {
			out = append(out, Cell{x, y})
		}
	}
	return out, nil
}
