package geo

import (
	"math"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// The WGS84 ellipsoid (NGA.STND.0036) and its smallest radius of curvature, that
// of the meridian at the equator.
const (
	semiMajor   = 6378137.0
	flattening  = 1 / 298.257223563
	leastRadius = semiMajor * (1 - flattening) * (1 - flattening)
)

func radians(degrees float64) float64 { return degrees * (math.Pi / 180) }
func sq(v float64) float64            { return v * v }

func finite(p orb.Point) bool {
	return !math.IsNaN(p[0]-p[0]) && !math.IsNaN(p[1]-p[1])
}

// Distance returns ground metres between two points in degrees WGS84, by
// Lambert's formula for the ellipsoid (in Rapp, Geometric Geodesy, 1991): within
// 1e-5 of the length up to thousands of kilometres. NaN in, NaN out.
func Distance(a, b orb.Point) Metres {
	if dLon, dLat := b[0]-a[0], b[1]-a[1]; math.Abs(dLon) < close && math.Abs(dLat) < close {
		return closeDistance(radians(dLon), radians(dLat), radians(a[1]+b[1])/2)
	}
	beta1 := math.Atan((1 - flattening) * math.Tan(radians(a[1])))
	beta2 := math.Atan((1 - flattening) * math.Tan(radians(b[1])))
	h := sq(math.Sin((beta2-beta1)/2)) + math.Cos(beta1)*math.Cos(beta2)*sq(math.Sin(radians(b[0]-a[0])/2))
	sigma := 2 * math.Asin(math.Sqrt(math.Min(1, h)))
	if h == 0 || h >= 1 {
		return Metres(semiMajor * sigma)
	}
	p, q := (beta1+beta2)/2, (beta2-beta1)/2
	x := (sigma - math.Sin(sigma)) * sq(math.Sin(p)*math.Cos(q)) / (1 - h)
	y := (sigma + math.Sin(sigma)) * sq(math.Cos(p)*math.Sin(q)) / h
	return Metres(semiMajor * (sigma - flattening/2*(x+y)))
}

// close is how many degrees are so few that sines are as good as their angles.
const close = 0.02

// closeDistance is Distance, of a few radians, at a latitude in the middle: the same
// formula without what is a part in 10⁸ of the length there.
func closeDistance(dLon, dLat, middle float64) Metres {
	sin, cos := math.Sincos(middle)
	w := 1 / (cos*cos + sq((1-flattening)*sin))
	dBeta2 := sq(dLat * (1 - flattening) * w) // of the reduced latitude, squared
	cos2 := cos * cos * w                     // of its middle
	sigma2 := dBeta2 + (cos2-dBeta2/4)*sq(dLon)
	if sigma2 == 0 {
		return 0
	}
	sigma := math.Sqrt(sigma2)
	return Metres(semiMajor * (sigma - flattening*cos2*dBeta2/sigma))
}

// Length returns the ground metres along a line.
func Length(line orb.LineString) Metres {
	var sum Metres
	for i := 1; i < len(line); i++ {
		sum += Distance(line[i-1], line[i])
	}
	return sum
}

// scaleAt returns the metres of one degree of longitude and of latitude at a
// latitude, from the radii of curvature of the ellipsoid there.
func scaleAt(latitude float64) (x, y float64) {
	const e2 = flattening * (2 - flattening)
	sin, cos := math.Sincos(radians(latitude))
	w := math.Sqrt(1 - e2*sin*sin)
	n, m := semiMajor/w, semiMajor*(1-e2)/(w*w*w)
	return radians(n * cos), radians(m)
}

// Contains says whether the polygon or multipolygon g holds p; other geometries hold nothing.
func Contains(g orb.Geometry, p orb.Point) bool {
	switch g := g.(type) {
	case orb.Polygon:
		return planar.PolygonContains(g, p)
	case orb.MultiPolygon:
		return planar.MultiPolygonContains(g, p)
	}
	return false
}

// Anchor is a point that stands for g: itself, the middle of the longest line, a
// point inside the largest polygon. An empty geometry has the zero point.
func Anchor(g orb.Geometry) orb.Point {
	switch g := g.(type) {
	case orb.Point:
		return g
	case orb.MultiPoint:
		if len(g) > 0 {
			return g[len(g)/2]
		}
	case orb.LineString:
		return middle(g)
	case orb.Ring:
		return inside(orb.Polygon{g})
	case orb.Polygon:
		return inside(g)
	case orb.MultiLineString:
		return middle(largest(g, func(l orb.LineString) float64 { return planar.Length(l) }))
	case orb.MultiPolygon:
		return inside(largest(g, func(p orb.Polygon) float64 { return planar.Area(p) }))
	case orb.Collection:
		if len(g) > 0 {
			return Anchor(largest(g, func(m orb.Geometry) float64 { return float64(m.Dimensions()) }))
		}
	case orb.Bound:
		return g.Center()
	}
	return orb.Point{}
}

// largest returns the first member of the greatest size, or the zero value.
func largest[T any](members []T, size func(T) float64) (best T) {
	most := math.Inf(-1)
	for _, m := range members {
		if s := size(m); s > most {
			best, most = m, s
		}
	}
	return best
}

// middle is the point half way along the line.
func middle(line orb.LineString) orb.Point {
	if len(line) == 0 {
		return orb.Point{}
	}
	left := planar.Length(line) / 2
	for i := 1; i < len(line); i++ {
		step := planar.Distance(line[i-1], line[i])
		if step > 0 && step >= left {
			return between(line[i-1], line[i], left/step)
		}
		left -= step
	}
	return line[len(line)-1]
}

func between(a, b orb.Point, share float64) orb.Point {
	return orb.Point{a[0] + (b[0]-a[0])*share, a[1] + (b[1]-a[1])*share}
}

// inside is the centroid if the polygon holds it, else the middle of its widest
// stretch at half its height.
func inside(p orb.Polygon) orb.Point {
	if len(p) == 0 || len(p[0]) == 0 {
		return orb.Point{}
	}
	centre, area := planar.CentroidArea(p)
	if area != 0 && planar.PolygonContains(p, centre) {
		return centre
	}
	bound := p.Bound()
	// Not exactly half: a vertex often lies there.
	y := bound.Min[1] + (bound.Max[1]-bound.Min[1])*0.4999
	if from, to, ok := widestStretch(p, y); ok {
		return orb.Point{(from + to) / 2, y}
	}
	return p[0][0]
}
