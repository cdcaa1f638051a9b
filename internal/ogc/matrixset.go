package ogc

import (
	"fmt"
	"math"
	"strconv"

	"suhe/assets"
)

// MatrixSetID is the only tile matrix set: the Web Mercator grid that all tiles lie in.
const MatrixSetID = "WebMercatorQuad"

const (
	matrixSetURI = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
	scaleSetURI  = "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible"
)

// The grid, as OGC 17-083r4 registers it.
const (
	earthRadius = 6378137 // metres, of the sphere that EPSG:3857 takes for the earth
	matrixWidth = 256     // cells of a tile
	matrixDepth = 25      // levels 0–24
	pixelSize   = 0.28e-3 // metres, the standardised rendering pixel of scale denominators
	halfAround  = math.Pi * earthRadius
)

// TileMatrixSet is a tile matrix set's definition (OGC 17-083r4).
type TileMatrixSet struct {
	ID                string       `json:"id"`
	Title             string       `json:"title"`
	URI               string       `json:"uri"`
	CRS               string       `json:"crs"`
	OrderedAxes       []string     `json:"orderedAxes"`
	WellKnownScaleSet string       `json:"wellKnownScaleSet"`
	TileMatrices      []TileMatrix `json:"tileMatrices"`
}

// TileMatrix is one zoom level. Lengths are metres of EPSG:3857, not on the ground.
type TileMatrix struct {
	ID               string     `json:"id"`
	ScaleDenominator float64    `json:"scaleDenominator"`
	CellSize         float64    `json:"cellSize"`
	CornerOfOrigin   string     `json:"cornerOfOrigin"`
	PointOfOrigin    [2]float64 `json:"pointOfOrigin"`
	TileWidth        int        `json:"tileWidth"`
	TileHeight       int        `json:"tileHeight"`
	MatrixWidth      int        `json:"matrixWidth"`
	MatrixHeight     int        `json:"matrixHeight"`
}

// MatrixSet is the full registered definition, deeper than the tiles are: a
// tileset's limits say which levels it has. Another id is assets.ErrNotFound.
func (d Documents) MatrixSet(id string) (TileMatrixSet, error) {
	if err := checkMatrixSet(id); err != nil {
		return TileMatrixSet{}, err
	}
	set := TileMatrixSet{
		ID: MatrixSetID, Title: "Google Maps Compatible for the World", URI: matrixSetURI, CRS: crsMercator,
		OrderedAxes: []string{"X", "Y"}, WellKnownScaleSet: scaleSetURI,
	}
	for z := range matrixDepth {
		set.TileMatrices = append(set.TileMatrices, matrix(z))
	}
	return set, nil
}

func matrix(z int) TileMatrix {
	cell := 2 * halfAround / matrixWidth / float64(uint(1)<<z)
	return TileMatrix{
		ID: strconv.Itoa(z), ScaleDenominator: cell / pixelSize, CellSize: cell,
		CornerOfOrigin: "topLeft", PointOfOrigin: [2]float64{-halfAround, halfAround},
		TileWidth: matrixWidth, TileHeight: matrixWidth, MatrixWidth: 1 << z, MatrixHeight: 1 << z,
	}
}

// MatrixSets is the list of tile matrix sets.
type MatrixSets struct {
	TileMatrixSets []MatrixSetItem `json:"tileMatrixSets"`
}

// MatrixSetItem is one in the list.
type MatrixSetItem struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	URI   string `json:"uri"`
	CRS   string `json:"crs"`
	Links []Link `json:"links"`
}

// MatrixSets lists the one that there is.
func (d Documents) MatrixSets() MatrixSets {
	return MatrixSets{[]MatrixSetItem{{
		ID: MatrixSetID, Title: "Google Maps Compatible for the World", URI: matrixSetURI, CRS: crsMercator,
		Links: []Link{d.link(relSelf, "/tileMatrixSets/"+MatrixSetID, "Definition of the tile matrix set")},
	}}}
}

func checkMatrixSet(id string) error {
	if id != MatrixSetID {
		return fmt.Errorf("tile matrix set: %w: %q, there is %s", assets.ErrNotFound, short(id), MatrixSetID)
	}
	return nil
}
