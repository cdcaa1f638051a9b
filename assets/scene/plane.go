package scene

import (
	"math"

	"github.com/paulmach/orb"

	"suhe/geo"
)

// xy is a point in metres east and north of the scene's origin.
type xy struct{ x, y float64 }

func (a xy) add(b xy) xy              { return xy{a.x + b.x, a.y + b.y} }
func (a xy) sub(b xy) xy              { return xy{a.x - b.x, a.y - b.y} }
func (a xy) mul(k float64) xy         { return xy{a.x * k, a.y * k} }
func (a xy) len() float64             { return math.Sqrt(a.x*a.x + a.y*a.y) }
func (a xy) left() xy                 { return xy{-a.y, a.x} }
func (a xy) dot(b xy) float64         { return a.x*b.x + a.y*b.y }
func (a xy) dist(b xy) float64        { return a.sub(b).len() }
func (a xy) along(d xy, k float64) xy { return a.add(d.mul(k)) }

func (a xy) unit() xy {
	if l := a.len(); l > 0 {
		return a.mul(1 / l)
	}
	return xy{1, 0}
}

// azimuth is the direction of a, clockwise from north, [0,360), in whole degrees.
func (a xy) azimuth() geo.Degrees {
	d := math.Round(math.Atan2(a.x, a.y) * 180 / math.Pi)
	return geo.Degrees(math.Mod(d+360, 360))
}

// The plane's origin, and metres per degree there on the WGS84 ellipsoid
// (series of the meridian and parallel arcs). Over the scene's 10 km the scale
// errs by less than 1 in 1000, which only moves invented things.
const (
	originLon = 121.40
	originLat = 31.24
	perLon    = 95_271.0
	perLat    = 110_869.0
)

func fromDegrees(p orb.Point) xy {
	return xy{(p[0] - originLon) * perLon, (p[1] - originLat) * perLat}
}

// toDegrees rounds to seven decimals, a centimetre.
func toDegrees(a xy) orb.Point {
	return orb.Point{round7(originLon + a.x/perLon), round7(originLat + a.y/perLat)}
}

func round7(v float64) float64 { return math.Round(v*1e7) / 1e7 }

func toLine(ps []xy) orb.LineString {
	out := make(orb.LineString, len(ps))
	for i, p := range ps {
		out[i] = toDegrees(p)
	}
	return out
}

// toPolygon closes the outline and winds it counter-clockwise, as RFC 7946 asks.
func toPolygon(ps []xy) orb.Polygon {
	ring := orb.Ring(toLine(ps))
	ring = append(ring, ring[0])
	if ring.Orientation() == orb.CW {
		ring.Reverse()
	}
	return orb.Polygon{ring}
}

// box is a rectangle at any angle: half lengths a along u and b across it.
type box struct {
	c    xy
	u    xy // unit vector
	a, b float64
}

func (b box) at(i, j float64) xy { return b.c.along(b.u, i*b.a).along(b.u.left(), j*b.b) }

func (b box) corners() []xy {
	return []xy{b.at(-1, -1), b.at(1, -1), b.at(1, 1), b.at(-1, 1)}
}

func (b box) grown(m float64) box { b.a += m; b.b += m; return b }

// meets says whether two boxes touch, by the separating axes of both.
func (b box) meets(o box) bool {
	d := o.c.sub(b.c)
	for _, axis := range []xy{b.u, b.u.left(), o.u, o.u.left()} {
		if math.Abs(d.dot(axis)) > b.reach(axis)+o.reach(axis) {
			return false
		}
	}
	return true
}

func (b box) reach(axis xy) float64 {
	return b.a*math.Abs(b.u.dot(axis)) + b.b*math.Abs(b.u.left().dot(axis))
}
