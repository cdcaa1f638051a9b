package ogc

import (
	"strconv"
	"strings"

	"suhe/geo"
	"suhe/tiles"
)

// Tileset is the metadata of a tileset (OGC 17-083r4).
type Tileset struct {
	Title       string         `json:"title"`
	Description string         `json:"description,omitempty"`
	DataType    string         `json:"dataType"`
	CRS         string         `json:"crs"`
	MatrixSet   string         `json:"tileMatrixSetURI"`
	Links       []Link         `json:"links"`
	Limits      []Limits       `json:"tileMatrixSetLimits,omitempty"`
	BoundingBox *BoundingBox   `json:"boundingBox,omitempty"`
	Attribution string         `json:"attribution,omitempty"`
	MediaTypes  []string       `json:"mediaTypes,omitempty"`
	Layers      []TilesetLayer `json:"layers,omitempty"`
}

// Limits are the rows and columns that a tileset has of one tile matrix.
type Limits struct {
	TileMatrix string `json:"tileMatrix"`
	MinTileRow int    `json:"minTileRow"`
	MaxTileRow int    `json:"maxTileRow"`
	MinTileCol int    `json:"minTileCol"`
	MaxTileCol int    `json:"maxTileCol"`
}

// BoundingBox is a box of two corners: lon, lat.
type BoundingBox struct {
	LowerLeft  [2]float64 `json:"lowerLeft"`
	UpperRight [2]float64 `json:"upperRight"`
	CRS        string     `json:"crs"`
}

// TilesetLayer is what a tileset holds of one collection.
type TilesetLayer struct {
	ID               string     `json:"id"`
	Title            string     `json:"title"`
	DataType         string     `json:"dataType"`
	MinTileMatrix    string     `json:"minTileMatrix"`
	MaxTileMatrix    string     `json:"maxTileMatrix"`
	PropertiesSchema Properties `json:"propertiesSchema"`
	Links            []Link     `json:"links"`
}

// Properties is a JSON schema of a feature's properties.
type Properties struct {
	Type       string              `json:"type"`
	Properties map[string]Property `json:"properties"`
}

// Property is one property.
type Property struct {
	Description string `json:"description"`
	Type        string `json:"type"` // string, number or boolean
}

// Tilesets is the list of a dataset's or a collection's tilesets.
type Tilesets struct {
	Links    []Link    `json:"links"`
	Tilesets []Tileset `json:"tilesets"`
}

// LayerNames are the layers of a tileset, separated by commas, as tiles are asked
// for. Here and below, an empty collection means all of them; one that does not
// exist, or another tile matrix set than the one that there is, is
// assets.ErrNotFound.
func (d Documents) LayerNames(collection string, matrixSet string) (string, error) {
	if err := checkMatrixSet(matrixSet); err != nil {
		return "", err
	}
	layers, err := d.layers(collection)
	if err != nil {
		return "", err
	}
	return names(layers), nil
}

// Tilesets lists the tilesets.
func (d Documents) Tilesets(collection string) (Tilesets, error) {
	layers, err := d.layers(collection)
	if err != nil {
		return Tilesets{}, err
	}
	return Tilesets{
		Links:    []Link{d.link(relSelf, tilesPath(collection), "This document")},
		Tilesets: []Tileset{d.head(collection, layers)},
	}, nil
}

// Tileset describes the tiles of a tile matrix set, with what each layer holds.
func (d Documents) Tileset(collection string, matrixSet string) (Tileset, error) {
	if err := checkMatrixSet(matrixSet); err != nil {
		return Tileset{}, err
	}
	layers, err := d.layers(collection)
	if err != nil {
		return Tileset{}, err
	}
	t := d.head(collection, layers)
	t.Description, t.Attribution, t.MediaTypes = d.dataset.Description, d.dataset.Attribution, []string{typeTile}
	t.Links = append(t.Links, d.tileLinks(collection, layers)...)
	t.Limits = limits()
	b := d.dataset.Bounds
	t.BoundingBox = &BoundingBox{LowerLeft: [2]float64{b[0], b[1]}, UpperRight: [2]float64{b[2], b[3]}, CRS: crs84}
	for _, l := range layers {
		t.Layers = append(t.Layers, d.tilesetLayer(l))
	}
	return t, nil
}

// head is what the list tells of a tileset.
func (d Documents) head(collection string, layers []tiles.LayerInfo) Tileset {
	title := d.dataset.Title
	if collection != "" {
		title = layers[0].Description
	}
	return Tileset{
		Title: title, DataType: "vector", CRS: crsMercator, MatrixSet: matrixSetURI,
		Links: []Link{
			d.link(relSelf, tilesPath(collection)+"/"+MatrixSetID, "Tileset"),
			d.link(relTilingScheme, "/tileMatrixSets/"+MatrixSetID, "Definition of the tile matrix set"),
		},
	}
}

// tileLinks lead from a tileset to its tiles and to what else describes it.
func (d Documents) tileLinks(collection string, layers []tiles.LayerInfo) []Link {
	about := d.link(relDataset, "", "Landing page")
	if collection != "" {
		about = d.link(relGeodata, "/collections/"+collection, "Collection")
	}
	return []Link{
		{Href: d.root() + tilesPath(collection) + "/" + MatrixSetID + "/{tileMatrix}/{tileRow}/{tileCol}", Rel: relItem, Type: typeTile,
			Title: "Tiles; row before column", Templated: true},
		{Href: d.host + "/tiles/" + names(layers) + ".json", Rel: relAlternate, Type: typeJSON, Title: "TileJSON of the same tiles"},
		about,
	}
}

func (d Documents) tilesetLayer(l tiles.LayerInfo) TilesetLayer {
	out := TilesetLayer{
		ID: l.ID, Title: l.Description, DataType: "vector",
		MinTileMatrix: strconv.Itoa(int(l.MinZoom)), MaxTileMatrix: strconv.Itoa(int(l.MaxZoom)),
		PropertiesSchema: Properties{Type: "object", Properties: make(map[string]Property)},
		Links:            []Link{d.link(relGeodata, "/collections/"+l.ID, "Collection")},
	}
	for name, text := range l.Fields {
		meaning, kind := tiles.FieldText(text)
		out.PropertiesSchema.Properties[name] = Property{Description: meaning, Type: strings.ToLower(kind)}
	}
	return out
}

// limits are all tiles of the levels that are served: where nothing lies a tile
// is empty, not missing.
func limits() []Limits {
	var out []Limits
	for z := range geo.MaxZoom + 1 {
		out = append(out, Limits{TileMatrix: strconv.Itoa(z), MaxTileRow: 1<<z - 1, MaxTileCol: 1<<z - 1})
	}
	return out
}

func (d Documents) layers(collection string) ([]tiles.LayerInfo, error) {
	if collection == "" {
		return d.dataset.Layers, nil
	}
	l, err := d.layer(collection)
	if err != nil {
		return nil, err
	}
	return []tiles.LayerInfo{l}, nil
}

// tilesPath is where the list of tilesets lies below the landing page.
func tilesPath(collection string) string {
	if collection == "" {
		return "/tiles"
	}
	return "/collections/" + collection + "/tiles"
}

func names(layers []tiles.LayerInfo) string {
	out := make([]string, len(layers))
	for i, l := range layers {
		out[i] = l.ID
	}
	return strings.Join(out, ",")
}
