package tiles

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"suhe/assets"
	"suhe/internal/access"
)

// tileJSON is a TileJSON 3.0.0 document.
// https://github.com/mapbox/tilejson-spec/tree/master/3.0.0
type tileJSON struct {
	TileJSON     string        `json:"tilejson"`
	Name         string        `json:"name"`
	Description  string        `json:"description"`
	Version      string        `json:"version"`
	Scheme       string        `json:"scheme"`
	Attribution  string        `json:"attribution,omitempty"`
	Tiles        []string      `json:"tiles"`
	MinZoom      uint32        `json:"minzoom"`
	MaxZoom      uint32        `json:"maxzoom"`
	Bounds       [4]float64    `json:"bounds"`
	VectorLayers []vectorLayer `json:"vector_layers"`
}

type vectorLayer struct {
	ID          string            `json:"id"`
	Description string            `json:"description"`
	MinZoom     uint32            `json:"minzoom"`
	MaxZoom     uint32            `json:"maxzoom"`
	Fields      map[string]string `json:"fields"`
}

// TileJSON describes the tiles of one layer, with addresses below base
// (https://host). A layer that does not exist is assets.ErrNotFound.
func (s *Server) TileJSON(layer, base string) ([]byte, error) {
	l, ok := s.catalogue.layer(layer)
	if !ok {
		return nil, fmt.Errorf("layer: %w: %q", assets.ErrNotFound, clipText(layer))
	}
	fields := map[string]string{fieldTruncated.String(): s.catalogue.Texts[fieldTruncated.String()]}
	for _, name := range slices.Concat(l.Fields, l.clusterFields()) {
		fields[name] = s.catalogue.Texts[name]
	}
	return json.Marshal(tileJSON{
		TileJSON:    "3.0.0",
		Name:        layer,
		Description: l.Description,
		Version:     "1.0.0",
		Scheme:      "xyz",
		Attribution: s.catalogue.Attribution,
		Tiles:       []string{tileTemplate(layer, base)},
		MinZoom:     l.MinZoom,
		MaxZoom:     l.MaxZoom,
		Bounds:      s.catalogue.Bounds,
		VectorLayers: []vectorLayer{{
			ID: layer, Description: l.Description, MinZoom: l.MinZoom, MaxZoom: l.MaxZoom, Fields: fields,
		}},
	})
}

// tileTemplate is the address of a layer's tiles. The suffix is for GDAL, which
// asks for one.
func tileTemplate(layer, base string) string {
	return strings.TrimSuffix(base, "/") + "/tiles/" + layer + "/{z}/{x}/{y}.pbf"
}

// ServeTileJSON answers with TileJSON of the layer, whose name may end in .json.
// An error that it returns has not been answered.
func (s *Server) ServeTileJSON(w http.ResponseWriter, r *http.Request, _ access.Principal, layer, base string) error {
	data, err := s.TileJSON(strings.TrimSuffix(layer, ".json"), base)
	if err != nil {
		return err
	}
	return serveJSON(w, r, data)
}

func serveJSON(w http.ResponseWriter, r *http.Request, data []byte) error {
	w.Header().Set("Content-Type", "application/json")
	return serve(w, r, body{data: data, etag: etag(data), status: http.StatusOK})
}
