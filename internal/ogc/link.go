package ogc

// Link is a web link (RFC 8288) in the JSON form of OGC API Common.
type Link struct {
	Href      string `json:"href"`
	Rel       string `json:"rel"`
	Type      string `json:"type,omitempty"`
	Title     string `json:"title,omitempty"`
	Templated bool   `json:"templated,omitempty"` // Href holds {variables}
}

// Media types of what links lead to.
const (
	typeJSON    = "application/json"
	typeTile    = "application/vnd.mapbox-vector-tile"
	typeOpenAPI = "application/vnd.oai.openapi+json;version=3.0"
	typeGeoJSON = "application/geo+json"
	typeSchema  = "application/schema+json"
	typeHTML    = "text/html"
)

// Link relations. Those of OGC are registered at its definition server; Features
// 1.0 knows conformance and data by their short names only.
const (
	relSelf          = "self"
	relItem          = "item"
	relItems         = "items"
	relCollection    = "collection"
	relNext          = "next"
	relAlternate     = "alternate"
	relDescribedBy   = "describedby"
	relServiceDesc   = "service-desc"
	relServiceDoc    = "service-doc"
	relConformance   = "conformance"
	relData          = "data"
	relOGC           = "http://www.opengis.net/def/rel/ogc/1.0/"
	relGeodata       = relOGC + "geodata"
	relDataset       = relOGC + "dataset"
	relQueryables    = relOGC + "queryables"
	relTilesets      = relOGC + "tilesets-vector"
	relTilingScheme  = relOGC + "tiling-scheme"
	relTilingSchemes = relOGC + "tiling-schemes"
)

// Coordinate reference systems by their OGC names.
const (
	crs84       = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
	crsMercator = "http://www.opengis.net/def/crs/EPSG/0/3857"
)

func (d Documents) link(rel, path, title string) Link {
	return Link{Href: d.root() + path, Rel: rel, Type: typeJSON, Title: title}
}

// selves are the links of a document to itself, in both its forms.
func (d Documents) selves(path string) []Link {
	return []Link{
		d.link(relSelf, path, "This document"),
		{Href: d.root() + path + "?f=html", Rel: relAlternate, Type: typeHTML, Title: "This document as a page"},
	}
}
