// Package ogc makes the documents of the OGC APIs: the landing page, conformance
// and collections that Tiles and Features share, what Tiles (OGC 20-057) adds: the
// tile matrix set and the metadata of tilesets, and what Features (OGC 17-069) adds:
// queryables. It knows no HTTP, serves no tile and asks for no feature; who does
// tells it where the documents lie.
//
// The landing page lies at /ogc, since / is the map for people. Documents are JSON,
// and HTML to browse them: plain pages of our own templates, without scripts.
package ogc

import (
	"suhe/assets"
	"suhe/tiles"
)

// Dataset is what the documents describe.
type Dataset struct {
	Title       string
	Description string
	Attribution string
	Bounds      [4]float64 // west, south, east, north in degrees WGS84
	Layers      []tiles.LayerInfo
	Extent      func(assets.Kind) (box [4]float64, some bool) // of a layer's features as the caller sees them; nil: Bounds
	Movers      bool                                          // there is a collection of what moves, which has no tiles
	Systems     []string                                      // URIs of the coordinate reference systems of features, the first that of what names none
}

// Documents are a dataset's documents with the addresses of one server.
type Documents struct {
	dataset Dataset
	host    string // https://host
}

// At gives the documents as a caller sees them who reached the server by host
// (https://host, no slash at the end).
func (d Dataset) At(host string) Documents { return Documents{d, host} }

// root is the landing page's address, which all others begin with.
func (d Documents) root() string { return d.host + Root }

// Root is the landing page's path.
const Root = "/ogc"
