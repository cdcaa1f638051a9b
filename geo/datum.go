package geo

import (
	"fmt"
	"math"
	"strings"

	"github.com/paulmach/orb"
)

// CRS names a coordinate reference system at the border of the system; inside
// everything is WGS84.
type CRS string

// The coordinate reference systems known by name. CityPlane is the configured
// transverse Mercator of the city.
const (
	WGS84       CRS = "EPSG:4326"
	CGCS2000    CRS = "EPSG:4490"
	WebMercator CRS = "EPSG:3857"
	GaussKruger CRS = "EPSG:4549" // CGCS2000 / 3-degree Gauss-Krüger, 120°E
	GCJ02       CRS = "GCJ-02"    // AMap, Tencent
	BD09        CRS = "BD-09"     // Baidu
	CityPlane   CRS = "CITY"
)

var crsNames = map[string]CRS{
	"EPSG:4326": WGS84, "CRS84": WGS84, "OGC:CRS84": WGS84, "WGS84": WGS84,
	"EPSG:4490": CGCS2000, "CGCS2000": CGCS2000,
	"EPSG:3857": WebMercator, "EPSG:900913": WebMercator,
	"EPSG:4549": GaussKruger,
	"GCJ-02":    GCJ02, "GCJ02": GCJ02,
	"BD-09": BD09, "BD09": BD09,
	"CITY": CityPlane,
}

// ParseCRS reads the name of a CRS, in any case, also as an OGC URI such as
// http://www.opengis.net/def/crs/EPSG/0/4549. An empty name is WGS84.
func ParseCRS(name string) (CRS, error) {
	short := strings.ToUpper(strings.TrimSpace(name))
	if short == "" {
		return WGS84, nil
	}
	if rest, ok := strings.CutPrefix(short, "HTTP://WWW.OPENGIS.NET/DEF/CRS/"); ok {
		short = strings.Replace(rest, "/0/", ":", 1)
		short = strings.TrimPrefix(short, "OGC/1.3/")
	}
	if crs, ok := crsNames[short]; ok {
		return crs, nil
	}
	return "", fmt.Errorf("crs: %q, want EPSG:4326, 4490, 3857, 4549, GCJ-02, BD-09 or CITY", name)
}

// Planar says whether coordinates in the CRS are metres and not degrees.
func (c CRS) Planar() bool { return c == WebMercator || c == GaussKruger || c == CityPlane }

// ParseDatum reads the name of a datum in which maps here show degrees: wgs84,
// gcj02 or bd09, in any case.
func ParseDatum(name string) (CRS, error) {
	switch strings.ToLower(name) {
	case "wgs84":
		return WGS84, nil
	case "gcj02":
		return GCJ02, nil
	case "bd09":
		return BD09, nil
	}
	return "", fmt.Errorf("datum: %.40q, want wgs84, gcj02 or bd09", name)
}

// Projector converts points between one CRS and WGS84. Coordinates are x, y:
// longitude and easting first.
type Projector interface {
	ToWGS84(orb.Point) orb.Point
	FromWGS84(orb.Point) orb.Point
}

// ProjectorFor finds the projector of a CRS; city is what CityPlane means.
func ProjectorFor(crs CRS, city TransverseMercator) (Projector, error) {
	switch crs {
	case WGS84, CGCS2000:
		// CGCS2000 differs from WGS84 by well under a metre here.
		return same{}, nil
	case WebMercator:
		return webMercator{}, nil
	case GaussKruger:
		return NewTransverseMercator(GaussKruger120), nil
	case CityPlane:
		return NewTransverseMercator(city), nil
	case GCJ02:
		return gcj02{}, nil
	case BD09:
		return bd09{}, nil
	}
	return nil, fmt.Errorf("crs: %q is not handled", crs)
}

// Reproject returns a copy of g with every point converted.
func Reproject(g orb.Geometry, convert func(orb.Point) orb.Point) orb.Geometry {
	out := orb.Clone(g)
	if p, ok := out.(orb.Point); ok {
		return convert(p)
	}
	convertIn(out, convert)
	return out
}

// convertIn changes the points of g, which is a copy of ours.
func convertIn(g orb.Geometry, convert func(orb.Point) orb.Point) {
	switch g := g.(type) {
	case orb.Collection:
		for i, m := range g {
			if p, ok := m.(orb.Point); ok {
				g[i] = convert(p)
			} else {
				convertIn(m, convert)
			}
		}
	case orb.MultiPoint:
		for i := range g {
			g[i] = convert(g[i])
		}
	default:
		for _, p := range parts(nil, g) {
			for _, line := range p.lines {
				for i := range line {
					line[i] = convert(line[i])
				}
			}
		}
	}
}

type same struct{}

func (same) ToWGS84(p orb.Point) orb.Point   { return p }
func (same) FromWGS84(p orb.Point) orb.Point { return p }

// webMercator is EPSG:3857 (IOGP Guidance Note 7-2, method 1024).
type webMercator struct{}

func (webMercator) FromWGS84(p orb.Point) orb.Point {
	lat := math.Max(-MaxLatitude, math.Min(MaxLatitude, p[1]))
	return orb.Point{semiMajor * radians(p[0]), semiMajor * math.Atanh(math.Sin(radians(lat)))}
}

func (webMercator) ToWGS84(p orb.Point) orb.Point {
	return orb.Point{p[0] / semiMajor * 180 / math.Pi, math.Atan(math.Sinh(p[1]/semiMajor)) * 180 / math.Pi}
}
