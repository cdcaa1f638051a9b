package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// sectorStep is the angle between two points of a sector's arc at most: the
// chord then stays within 0.3 % of the reach from the arc.
const sectorStep = 8.0

// Sector is the ground that a camera at p sees: a piece of a disc around the
// azimuth, as wide as the field of view, as far as the reach. Its ring turns
// counterclockwise (RFC 7946) from the camera along the right edge, or is the
// whole circle if the field of view is 360° or more. Lengths are those of the
// ellipsoid at p, true to 0.1 % up to some kilometres outside the polar regions.
// Without a field of view or a reach, or with what is not finite, there is no
// polygon. Nothing wraps around the antimeridian.
func Sector(p orb.Point, azimuth, fov Degrees, reach Metres) orb.Polygon {
	x, y := scaleAt(p[1])
	if !finite(p) || !finite(orb.Point{float64(azimuth), float64(fov)}) || !(fov > 0) || !(reach > 0) || math.IsInf(float64(reach), 0) || !(x > 0) {
		return nil
	}
	width := math.Min(float64(fov), 360)
	steps := max(1, int(math.Ceil(width/sectorStep)))
	right := float64(azimuth) + width/2
	ring := make(orb.Ring, 0, steps+3)
	if width < 360 {
		ring = append(ring, p)
	}
	for i := range steps + 1 {
		sin, cos := math.Sincos(radians(math.Mod(right-width*float64(i)/float64(steps), 360)))
		ring = append(ring, orb.Point{p[0] + float64(reach)*sin/x, p[1] + float64(reach)*cos/y})
	}
	if width < 360 {
		return orb.Polygon{append(ring, p)}
	}
	ring[steps] = ring[0]
	return orb.Polygon{ring}
}
