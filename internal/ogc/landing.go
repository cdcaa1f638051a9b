package ogc

// Landing is the landing page.
type Landing struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	Attribution string `json:"attribution"`
	Links       []Link `json:"links"`
}

// Landing is the door to all other documents.
func (d Documents) Landing() Landing {
	return Landing{
		Title: d.dataset.Title, Description: d.dataset.Description, Attribution: d.dataset.Attribution,
		Links: append(d.selves(""), []Link{
			{Href: d.host + "/v1/openapi.json", Rel: relServiceDesc, Type: typeOpenAPI, Title: "The API, as OpenAPI 3.0"},
			{Href: d.root() + "/api?f=html", Rel: relServiceDoc, Type: typeHTML, Title: "The API, as a page"},
			d.link(relConformance, "/conformance", "Conformance classes"),
			d.link(relOGC+relConformance, "/conformance", "Conformance classes"),
			d.link(relData, "/collections", "Collections: one for each layer"),
			d.link(relOGC+relData, "/collections", "Collections: one for each layer"),
			d.link(relTilesets, "/tiles", "Vector tiles of all layers"),
			d.link(relTilingSchemes, "/tileMatrixSets", "Tile matrix sets"),
		}...),
	}
}

// Conformance is the conformance declaration.
type Conformance struct {
	ConformsTo []string `json:"conformsTo"`
}

// Conformance lists the classes that hold, each with its dependencies.
func (d Documents) Conformance() Conformance {
	return Conformance{[]string{
		"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
		"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/landing-page",
		"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/oas30",
		"http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
		"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/html",
		"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/json",
		"http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/html",
		"http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/json",
		"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
		"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
		"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
		"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
		"http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
		"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
		"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters",
		"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
		"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
		"http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
		"http://www.opengis.net/spec/cql2/1.0/conf/cql2-json",
		"http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2",
		"http://www.opengis.net/spec/cql2/1.0/conf/advanced-comparison-operators",
		"http://www.opengis.net/spec/cql2/1.0/conf/case-insensitive-comparison",
		"http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions",
		"http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions-plus",
		"http://www.opengis.net/spec/cql2/1.0/conf/spatial-functions",
		"http://www.opengis.net/spec/cql2/1.0/conf/temporal-functions",
		"http://www.opengis.net/spec/cql2/1.0/conf/array-functions",
		"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core",
		"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tileset",
		"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tilesets-list",
		"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/dataset-tilesets",
		"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/geodata-tilesets",
		"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt",
		"http://www.opengis.net/spec/tms/2.0/conf/tilematrixset",
		"http://www.opengis.net/spec/tms/2.0/conf/json-tilematrixset",
		"http://www.opengis.net/spec/tms/2.0/conf/tilesetmetadata",
		"http://www.opengis.net/spec/tms/2.0/conf/json-tilesetmetadata",
	}}
}
