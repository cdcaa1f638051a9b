// Package format writes features as files: GeoJSON, GeoJSON text sequences, CSV,
// GeoPackage, FlatGeobuf and Shapefile. Features are written as they come, and no
// format keeps more of them in memory than the one in hand: what a format can only
// know at its end waits in temporary files.
//
// A Writer is used by one goroutine. Who asks for one ends it, by Close when all is
// written or by Discard when it will not be: only then are temporary files gone.
package format

import (
	"fmt"
	"io"
	"strings"

	"suhe/assets"
	"suhe/geo"
)

// Type is what the values of a field are.
type Type int

// The types, and what their values may be. nil is null in all of them; a value that
// is not of its field's type is an error of Write.
const (
	Text    Type = iota // string
	Integer             // int64 or int
	Number              // float64; one that is not finite is written as null
	Bool                // bool
	Time                // time.Time
	JSON                // whatever encoding/json writes
)

// Field is one column.
type Field struct {
	Name string
	Type Type
}

// Head is what all features of a file have in common.
type Head struct {
	Name   string // of the layer; empty: features
	Title  string
	Fields []Field

	// CRS is a name that geo.ParseCRS reads. Coordinates come in it, x (longitude,
	// easting) before y; only GeoJSON, GeoJSON sequences and the WKT of CSV, which are
	// written as they come, may have the order that the CRS itself defines.
	CRS  string
	City geo.TransverseMercator // what geo.CityPlane means; zero: Shanghai's

	// Encoding is utf-8 or gbk, of CSV and Shapefile; empty: utf-8. What GBK does not
	// have becomes a question mark.
	Encoding string

	// Z says that the file has heights. Without it they are left out; with it, a
	// geometry without heights lies at 0 where a format wants one of each vertex.
	Z bool

	// Placeless leaves out the columns of the geometry; of CSV, for a table of what has no
	// place.
	Placeless bool

	// Form is one of Format.Forms, empty the first of them.
	Form string

	// Tail, if not nil, is asked at the end of a GeoJSON collection for more members of
	// it, as a JSON object: links, counts, a time. No other format has them.
	Tail func() ([]byte, error)
}

// Feature is one row. Its geometry may have no Plane, which is null.
type Feature struct {
	ID       string
	Geometry geo.Solid
	Values   []any // in the order of Head.Fields
}

// Writer writes one file.
type Writer interface {
	// Write takes one feature and keeps nothing of it. After an error there is nothing
	// to do but Discard.
	Write(*Feature) error
	// Close completes the file.
	Close() error
	// Discard ends without completing; after Close it does nothing.
	Discard()
}

// Format is one of the formats.
type Format struct {
	Name   string    // as it is asked for
	Media  string    // media type
	Suffix string    // of file names, with the dot
	CRS    []geo.CRS // what it may carry
	Forms  []string  // ways to write it, the usual one first; nil: there is one
	Stream bool      // bytes go out while features come; others wait for Close

	open func(io.Writer, Head) (Writer, error)
}

// The forms of CSV and of GeoJSON sequences.
const (
	FormWKT   = "wkt"   // a column WKT with the geometry
	FormXY    = "xy"    // columns of the coordinates, of what is no point those of a point in it
	FormRS    = "rs"    // RFC 8142: each feature behind a record separator
	FormLines = "lines" // a feature a line
)

// Formats returns all formats.
func Formats() []Format {
	all := []geo.CRS{geo.WGS84, geo.CGCS2000, geo.WebMercator, geo.GaussKruger, geo.CityPlane, geo.GCJ02, geo.BD09}
	defined := all[:5] // others have no definition that a GIS could read
	return []Format{
		{Name: "geojson", Media: "application/geo+json", Suffix: ".geojson", CRS: all, Stream: true, open: newGeoJSON},
		{Name: "geojsonseq", Media: "application/geo+json-seq", Suffix: ".geojsons", CRS: all, Forms: []string{FormRS, FormLines}, Stream: true, open: newSequence},
		{Name: "csv", Media: "text/csv", Suffix: ".csv", CRS: all, Forms: []string{FormWKT, FormXY}, Stream: true, open: newCSV},
		{Name: "gpkg", Media: "application/geopackage+sqlite3", Suffix: ".gpkg", CRS: defined, open: newGeoPackage},
		{Name: "fgb", Media: "application/flatgeobuf", Suffix: ".fgb", CRS: defined, Stream: true, open: newFlatGeobuf},
		{Name: "shp", Media: "application/zip", Suffix: ".zip", CRS: defined, open: newShapefile},
	}
}

// Find returns the format of that name; the error lists those there are and wraps
// assets.ErrInvalid.
func Find(name string) (Format, error) {
	var names []string
	for _, f := range Formats() {
		if f.Name == name {
			return f, nil
		}
		names = append(names, f.Name)
	}
	return Format{}, fmt.Errorf("%w: format: %.40q, want one of %s", assets.ErrInvalid, name, strings.Join(names, ", "))
}

// New begins a file of the format of that name on w. What the format cannot carry is
// refused with an error that wraps assets.ErrInvalid.
func New(name string, w io.Writer, h Head) (Writer, error) {
	f, err := Find(name)
	if err != nil {
		return nil, err
	}
	if err := f.check(&h); err != nil {
		return nil, fmt.Errorf("%w: %w", assets.ErrInvalid, err)
	}
	return f.open(w, h)
}
