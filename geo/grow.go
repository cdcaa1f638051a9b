package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// Grow makes a box in degrees larger by a length on the ground, and a little more;
// beyond 85° of latitude not by enough.
func Grow(b orb.Bound, by Metres) orb.Bound {
	const perDegree = 110_000 // metres, fewer than any degree of latitude has
	lat := float64(by) / perDegree
	widest := math.Min(85, math.Max(math.Abs(b.Min[1]), math.Abs(b.Max[1]))+lat)
	lon := lat / math.Cos(widest*math.Pi/180)
	return orb.Bound{Min: orb.Point{b.Min[0] - lon, b.Min[1] - lat}, Max: orb.Point{b.Max[0] + lon, b.Max[1] + lat}}
}
