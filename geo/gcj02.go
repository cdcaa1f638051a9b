package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// The shift of GCJ-02 (火星坐标) as it has been known publicly since 2013 (e.g.
// "Restrictions on geographic data in China", Wikipedia): a polynomial with sine
// terms on the Krasovsky 1940 ellipsoid. It is a reconstruction, not an official
// text; it fits the public services within about a metre.
const (
	krasovskyA  = 6378245.0
	krasovskyE2 = 0.00669342162296594323
)

// gcj02 is the datum of AMap and Tencent. Its inverse is iterative, true to 1e-9°.
type gcj02 struct{}

func (gcj02) FromWGS84(p orb.Point) orb.Point {
	if !inChina(p) {
		return p
	}
	d := gcjShift(p)
	return orb.Point{p[0] + d[0], p[1] + d[1]}
}

func (g gcj02) ToWGS84(p orb.Point) orb.Point {
	guess := p
	for range 10 {
		there := g.FromWGS84(guess)
		dx, dy := there[0]-p[0], there[1]-p[1]
		guess = orb.Point{guess[0] - dx, guess[1] - dy}
		if math.Abs(dx) < 1e-10 && math.Abs(dy) < 1e-10 {
			break
		}
	}
	return guess
}

// inChina is the box in which the shift is applied.
func inChina(p orb.Point) bool {
	return p[0] >= 72.004 && p[0] <= 137.8347 && p[1] >= 0.8293 && p[1] <= 55.8271
}

// gcjShift is the shift at p in degrees.
func gcjShift(p orb.Point) orb.Point {
	x, y := p[0]-105, p[1]-35
	common := (20*math.Sin(6*x*math.Pi) + 20*math.Sin(2*x*math.Pi)) * 2 / 3
	north := -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*math.Sqrt(math.Abs(x)) + common +
		(20*math.Sin(y*math.Pi)+40*math.Sin(y/3*math.Pi))*2/3 +
		(160*math.Sin(y/12*math.Pi)+320*math.Sin(y*math.Pi/30))*2/3
	east := 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*math.Sqrt(math.Abs(x)) + common +
		(20*math.Sin(x*math.Pi)+40*math.Sin(x/3*math.Pi))*2/3 +
		(150*math.Sin(x/12*math.Pi)+300*math.Sin(x/30*math.Pi))*2/3
	sin, cos := math.Sincos(radians(p[1]))
	w := 1 - krasovskyE2*sin*sin
	meridian := krasovskyA * (1 - krasovskyE2) / (w * math.Sqrt(w))
	parallel := krasovskyA / math.Sqrt(w) * cos
	return orb.Point{east / radians(parallel), north / radians(meridian)}
}

// bd09 is Baidu's datum: a further shift on GCJ-02, in polar form around a fixed
// offset, as publicly known. Its inverse is iterative as well.
type bd09 struct{}

func (bd09) FromWGS84(p orb.Point) orb.Point { return bdShift(gcj02{}.FromWGS84(p)) }

func (bd09) ToWGS84(p orb.Point) orb.Point {
	guess := orb.Point{p[0] - 0.0065, p[1] - 0.006}
	for range 20 {
		there := bdShift(guess)
		dx, dy := there[0]-p[0], there[1]-p[1]
		guess = orb.Point{guess[0] - dx, guess[1] - dy}
		if math.Abs(dx) < 1e-10 && math.Abs(dy) < 1e-10 {
			break
		}
	}
	return gcj02{}.ToWGS84(guess)
}

func bdShift(p orb.Point) orb.Point {
	const f = math.Pi * 3000 / 180
	r := math.Hypot(p[0], p[1]) + 0.00002*math.Sin(p[1]*f)
	theta := math.Atan2(p[1], p[0]) + 0.000003*math.Cos(p[0]*f)
	return orb.Point{r*math.Cos(theta) + 0.0065, r*math.Sin(theta) + 0.006}
}
