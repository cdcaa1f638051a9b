package geo

import "github.com/paulmach/orb"

// CRS names a coordinate reference system at the border of the system; inside everything is WGS84.
type CRS string

// The coordinate reference systems known by name. CityPlane is the configured
// transverse Mercator of the city.
const (
	WGS84       CRS = "EPSG:4326"
	CGCS2000    CRS = "EPSG:4490"
	WebMercator CRS = "EPSG:3857"
	GaussKruger CRS = "EPSG:4549"
	GCJ02       CRS = "GCJ-02"
	BD09        CRS = "BD-09"
	CityPlane   CRS = "CITY"
)

// Projector converts points between one CRS and WGS84.
type Projector interface {
	ToWGS84(orb.Point) orb.Point
	FromWGS84(orb.Point) orb.Point
}
