package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// TransverseMercator are the parameters of a transverse Mercator plane (Gauss–Krüger).
type TransverseMercator struct {
	SemiMajor         float64 // of the ellipsoid, metres
	InverseFlattening float64 // of the ellipsoid
	CentralMeridian   Degrees
	OriginLatitude    Degrees
	Scale             float64 // on the central meridian
	FalseEasting      float64 // metres
	FalseNorthing     float64 // metres
}

// GaussKruger120 is EPSG:4549: CGCS2000, 3-degree zone on 120°E.
var GaussKruger120 = TransverseMercator{SemiMajor: 6378137, InverseFlattening: 298.257222101, CentralMeridian: 120, Scale: 1, FalseEasting: 500000}

// ShanghaiPlane is a fit to public point pairs of the Shanghai city plane on
// GRS80; it is no official sheet, and other variants lie about 59 m east.
var ShanghaiPlane = TransverseMercator{SemiMajor: 6378137, InverseFlattening: 298.257222101, CentralMeridian: 121.46714714, Scale: 1, FalseNorthing: -3457079.25}

// Plane projects by Krüger's series to the sixth order in the third flattening n
// (Karney, Transverse Mercator with an accuracy of a few nanometers, J. Geodesy
// 85, 2011, eqs. 12, 35, 36): far below a millimetre within 3,900 km of the
// central meridian.
type Plane struct {
	p           TransverseMercator
	e           float64 // eccentricity
	radius      float64 // of the rectifying sphere, with scale
	alpha, beta [6]float64
	origin      float64 // northing of the origin's latitude
}

// NewTransverseMercator prepares the series.
func NewTransverseMercator(p TransverseMercator) *Plane {
	f := 1 / p.InverseFlattening
	n := f / (2 - f)
	n2 := n * n
	n3, n4, n5, n6 := n2*n, n2*n2, n2*n2*n, n2*n2*n2
	t := &Plane{p: p, e: math.Sqrt(f * (2 - f))}
	t.radius = p.Scale * p.SemiMajor / (1 + n) * (1 + n2/4 + n4/64 + n6/256)
	t.alpha = [6]float64{
		n/2 - n2*2/3 + n3*5/16 + n4*41/180 - n5*127/288 + n6*7891/37800,
		n2*13/48 - n3*3/5 + n4*557/1440 + n5*281/630 - n6*1983433/1935360,
		n3*61/240 - n4*103/140 + n5*15061/26880 + n6*167603/181440,
		n4*49561/161280 - n5*179/168 + n6*6601661/7257600,
		n5*34729/80640 - n6*3418889/1995840,
		n6 * 212378941 / 319334400,
	}
	t.beta = [6]float64{
		n/2 - n2*2/3 + n3*37/96 - n4/360 - n5*81/512 + n6*96199/604800,
		n2/48 + n3/15 - n4*437/1440 + n5*46/105 - n6*1118711/3870720,
		n3*17/480 - n4*37/840 - n5*209/4480 + n6*5569/90720,
		n4*4397/161280 - n5*11/504 - n6*830251/7257600,
		n5*4583/161280 - n6*108847/3991680,
		n6 * 20648693 / 638668800,
	}
	_, t.origin = t.forward(0, radians(float64(p.OriginLatitude)))
	return t
}

// FromWGS84 returns easting and northing in metres.
func (t *Plane) FromWGS84(p orb.Point) orb.Point {
	x, y := t.forward(radians(p[0]-float64(t.p.CentralMeridian)), radians(p[1]))
	return orb.Point{t.p.FalseEasting + x, t.p.FalseNorthing + y - t.origin}
}

// ToWGS84 takes easting and northing in metres.
func (t *Plane) ToWGS84(p orb.Point) orb.Point {
	xi := (p[1] - t.p.FalseNorthing + t.origin) / t.radius
	eta := (p[0] - t.p.FalseEasting) / t.radius
	xi1, eta1 := xi, eta
	for j, b := range t.beta {
		k := float64(2 * (j + 1))
		xi1 -= b * math.Sin(k*xi) * math.Cosh(k*eta)
		eta1 -= b * math.Cos(k*xi) * math.Sinh(k*eta)
	}
	tau1 := math.Sin(xi1) / math.Hypot(math.Sinh(eta1), math.Cos(xi1))
	lon := math.Atan2(math.Sinh(eta1), math.Cos(xi1))
	return orb.Point{float64(t.p.CentralMeridian) + lon*180/math.Pi, math.Atan(t.geographic(tau1)) * 180 / math.Pi}
}

// forward projects a longitude difference and a latitude in radians.
func (t *Plane) forward(lon, lat float64) (x, y float64) {
	tau := t.conformal(math.Tan(lat))
	xi1 := math.Atan2(tau, math.Cos(lon))
	eta1 := math.Asinh(math.Sin(lon) / math.Hypot(tau, math.Cos(lon)))
	xi, eta := xi1, eta1
	for j, a := range t.alpha {
		k := float64(2 * (j + 1))
		xi += a * math.Sin(k*xi1) * math.Cosh(k*eta1)
		eta += a * math.Cos(k*xi1) * math.Sinh(k*eta1)
	}
	return t.radius * eta, t.radius * xi
}

// conformal turns the tangent of a latitude into that of the conformal latitude (Karney eqs. 7–9).
func (t *Plane) conformal(tau float64) float64 {
	sigma := math.Sinh(t.e * math.Atanh(t.e*tau/math.Hypot(1, tau)))
	return tau*math.Hypot(1, sigma) - sigma*math.Hypot(1, tau)
}

// geographic inverts conformal by Newton's method (Karney eqs. 19–21).
func (t *Plane) geographic(tau1 float64) float64 {
	tau := tau1
	for range 5 {
		at := t.conformal(tau)
		step := (tau1 - at) / math.Hypot(1, at) * (1 + (1-t.e*t.e)*tau*tau) / ((1 - t.e*t.e) * math.Hypot(1, tau))
		tau += step
		if math.Abs(step) < 1e-14*math.Max(1, math.Abs(tau)) {
			break
		}
	}
	return tau
}
