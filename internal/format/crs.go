package format

import (
	"fmt"
	"strconv"

	"suhe/geo"
)

// definition is a reference system as GIS files say it.
type definition struct {
	name string
	code int    // EPSG; 0: it has none there
	wkt  string // OGC 01-009
	esri string // as .prj files have it
}

const (
	wgs84WKT  = `GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]`
	wgs84ESRI = `GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]`
	chinaWKT  = `GEOGCS["China Geodetic Coordinate System 2000",DATUM["China_2000",SPHEROID["CGCS2000",6378137,298.257222101,AUTHORITY["EPSG","1024"]],AUTHORITY["EPSG","1043"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4490"]]`
	chinaESRI = `GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]`
)

// define returns the definition of a reference system; those of GCJ-02 and BD-09 are
// nowhere, and no format that needs one carries them.
func define(crs geo.CRS, city geo.TransverseMercator) definition {
	switch crs {
	case geo.CGCS2000:
		return definition{"China Geodetic Coordinate System 2000", 4490, chinaWKT, chinaESRI}
	case geo.WebMercator:
		return definition{"WGS 84 / Pseudo-Mercator", 3857,
			`PROJCS["WGS 84 / Pseudo-Mercator",` + wgs84WKT + `,PROJECTION["Mercator_1SP"],PARAMETER["central_meridian",0],PARAMETER["scale_factor",1],PARAMETER["false_easting",0],PARAMETER["false_northing",0],UNIT["metre",1,AUTHORITY["EPSG","9001"]],AXIS["Easting",EAST],AXIS["Northing",NORTH],EXTENSION["PROJ4","+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m +nadgrids=@null +wktext +no_defs"],AUTHORITY["EPSG","3857"]]`,
			`PROJCS["WGS_1984_Web_Mercator_Auxiliary_Sphere",` + wgs84ESRI + `,PROJECTION["Mercator_Auxiliary_Sphere"],PARAMETER["False_Easting",0.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",0.0],PARAMETER["Standard_Parallel_1",0.0],PARAMETER["Auxiliary_Sphere_Type",0.0],UNIT["Meter",1.0]]`}
	case geo.GaussKruger:
		p := transverse(geo.GaussKruger120)
		name := "CGCS2000 / 3-degree Gauss-Kruger CM 120E"
		return definition{name, 4549,
			`PROJCS["` + name + `",` + chinaWKT + `,PROJECTION["Transverse_Mercator"],` + p + `,UNIT["metre",1,AUTHORITY["EPSG","9001"]],AUTHORITY["EPSG","4549"]]`,
			`PROJCS["CGCS2000_3_Degree_GK_CM_120E",` + chinaESRI + `,PROJECTION["Gauss_Kruger"],` + p + `,UNIT["Meter",1.0]]`}
	case geo.CityPlane:
		return cityDefinition(city)
	}
	return definition{"WGS 84 geodetic", 4326, wgs84WKT, wgs84ESRI}
}

// cityDefinition defines the plane of the city by its parameters. Its datum is taken
// for WGS84, from which those in use here differ by less than a metre.
func cityDefinition(city geo.TransverseMercator) definition {
	ground := fmt.Sprintf(`GEOGCS["City",DATUM["City",SPHEROID["City",%s,%s],TOWGS84[0,0,0,0,0,0,0]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]`,
		digits(city.SemiMajor), digits(city.InverseFlattening))
	esriGround := fmt.Sprintf(`GEOGCS["GCS_City",DATUM["D_City",SPHEROID["City",%s,%s]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]`,
		digits(city.SemiMajor), digits(city.InverseFlattening))
	p := transverse(city)
	return definition{"City plane", 0,
		`PROJCS["City plane",` + ground + `,PROJECTION["Transverse_Mercator"],` + p + `,UNIT["metre",1]]`,
		`PROJCS["City_plane",` + esriGround + `,PROJECTION["Transverse_Mercator"],` + p + `,UNIT["Meter",1.0]]`}
}

// transverse writes the parameters of a transverse Mercator.
func transverse(p geo.TransverseMercator) string {
	return fmt.Sprintf(`PARAMETER["latitude_of_origin",%s],PARAMETER["central_meridian",%s],PARAMETER["scale_factor",%s],PARAMETER["false_easting",%s],PARAMETER["false_northing",%s]`,
		digits(float64(p.OriginLatitude)), digits(float64(p.CentralMeridian)), digits(p.Scale), digits(p.FalseEasting), digits(p.FalseNorthing))
}

func digits(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
