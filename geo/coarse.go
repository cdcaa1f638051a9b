package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// Coarse is the middle of the cell that holds p, degrees WGS84, of a grid whose
// cells are about so many metres wide and high: of two points of one cell nobody can
// tell which it was. Rows lie between parallels, each cut into columns of its own. A
// grid of 0 or less, or a point that is none, leaves p as it is.
func Coarse(p orb.Point, grid Metres) orb.Point {
	if !(grid > 0) || !(math.Abs(p[0]) <= 180 && math.Abs(p[1]) <= 90) {
		return p
	}
	step := float64(grid) / orb.EarthRadius * 180 / math.Pi
	lat := middleOf(p[1], step)
	wide := step / max(math.Cos(lat*math.Pi/180), 0.01) // at the poles cells are narrower
	return orb.Point{middleOf(p[0], wide), lat}
}

func middleOf(v, step float64) float64 { return (math.Floor(v/step) + 0.5) * step }
