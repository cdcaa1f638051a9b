package tiles

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"suhe/geo"
	"suhe/internal/access"
)

// tileJSON is a TileJSON 3.0.0 document.
// https://github.com/mapbox/tilejson-spec/tree/master/3.0.0
type tileJSON struct {
	TileJSON     string      `json:"tilejson"`
	Name         string      `json:"name"`
	Description  string      `json:"description"`
	Version      string      `json:"version"`
	Scheme       string      `json:"scheme"`
	Attribution  string      `json:"attribution,omitempty"`
	Tiles        []string    `json:"tiles"`
	MinZoom      uint32      `json:"minzoom"`
	MaxZoom      uint32      `json:"maxzoom"`
	Bounds       [4]float64  `json:"bounds"`
	VectorLayers []LayerInfo `json:"vector_layers"`
}

// LayerInfo tells what a layer's tiles hold, in the form of TileJSON's
// vector_layers.
type LayerInfo struct {
	ID          string            `json:"id"`
	Description string            `json:"description"`
	MinZoom     uint32            `json:"minzoom"`
	MaxZoom     uint32            `json:"maxzoom"` // deeper tiles tell no more
	Fields      map[string]string `json:"fields"`  // what each property means, with its type at the end: (String), (Number) or (Boolean)
}

// FieldText parts a field's text from its type: String, Number or Boolean.
func FieldText(text string) (meaning, kind string) {
	at := strings.LastIndex(text, " (")
	if at < 0 {
		return text, "String"
	}
	return text[:at], strings.Trim(text[at:], " ()")
}

// Layers tells of all layers in drawing order from below, and of the fields that
// the scope is shown.
func (s *Server) Layers(scope access.Scope) []LayerInfo {
	out, shown := make([]LayerInfo, len(s.catalogue.Layers)), s.shown(scope)
	for i, l := range s.catalogue.Layers {
		out[i] = s.catalogue.info(l, shown)
	}
	return out
}

func (c *catalogue) info(l *layer, shown Properties) LayerInfo {
	fields := map[string]string{fieldTruncated.String(): c.Texts[fieldTruncated.String()]}
	for _, name := range slices.Concat(l.Fields, l.clusterFields()) {
		if f, _ := fieldNamed(name); shown.tells(f) {
			fields[name] = c.Texts[name]
		}
	}
	return LayerInfo{ID: l.Name, Description: l.Description, MinZoom: l.MinZoom, MaxZoom: l.MaxZoom, Fields: fields}
}

// TileJSON describes the tiles of the named layers, separated by commas, as the
// scope is shown them, with addresses below base (https://host). The zooms are those at which any of them
// shows. A layer that does not exist is assets.ErrNotFound, one named twice
// assets.ErrInvalid.
func (s *Server) TileJSON(layers, base string, scope access.Scope) ([]byte, error) {
	infos, err := s.infos(layers, scope)
	if err != nil {
		return nil, err
	}
	return s.describe(layers, base, infos)
}

// Metadata is TileJSON in which a field's text is its type alone, as MBTiles has
// it: GDAL, which finds it as metadata.json beside the zooms, takes numbers for
// numbers then.
func (s *Server) Metadata(layers, base string, scope access.Scope) ([]byte, error) {
	infos, err := s.infos(layers, scope)
	if err != nil {
		return nil, err
	}
	for _, l := range infos {
		for name, text := range l.Fields {
			_, l.Fields[name] = FieldText(text)
		}
	}
	return s.describe(layers, base, infos)
}

// describe writes the document of the layers.
func (s *Server) describe(layers, base string, infos []LayerInfo) ([]byte, error) {
	doc := tileJSON{
		TileJSON:     "3.0.0",
		Name:         layers,
		Version:      "1.0.0",
		Scheme:       "xyz",
		Attribution:  s.catalogue.Attribution,
		Tiles:        []string{tileTemplate(layers, base)},
		MinZoom:      geo.MaxZoom,
		Bounds:       s.catalogue.Bounds,
		VectorLayers: infos,
	}
	texts := make([]string, len(infos))
	for i, l := range infos {
		texts[i] = l.Description
		doc.MinZoom, doc.MaxZoom = min(doc.MinZoom, l.MinZoom), max(doc.MaxZoom, l.MaxZoom)
	}
	doc.Description = strings.Join(texts, "; ")
	return json.Marshal(doc)
}

// infos reads a list of layers.
func (s *Server) infos(layers string, scope access.Scope) ([]LayerInfo, error) {
	names, err := parseLayers(layers)
	if err != nil {
		return nil, err
	}
	found, err := s.catalogue.layers(nil, names)
	if err != nil {
		return nil, err
	}
	out, shown := make([]LayerInfo, len(found)), s.shown(scope)
	for i, l := range found {
		out[i] = s.catalogue.info(l, shown)
	}
	return out, nil
}

// tileTemplate is the address of the tiles of layers, separated by commas. The
// suffix is for GDAL, which asks for one.
func tileTemplate(layer, base string) string {
	return strings.TrimSuffix(base, "/") + "/tiles/" + layer + "/{z}/{x}/{y}.pbf"
}

// ServeTileJSON answers with TileJSON of the layers; the last name may end in .json.
// An error that it returns has not been answered.
func (s *Server) ServeTileJSON(w http.ResponseWriter, r *http.Request, who access.Principal, layers, base string) error {
	data, err := s.TileJSON(strings.TrimSuffix(layers, ".json"), base, who.Scope)
	if err != nil {
		return err
	}
	return serveJSON(w, r, data)
}

// ServeMetadata answers with the layers' metadata.json. An error that it returns
// has not been answered.
func (s *Server) ServeMetadata(w http.ResponseWriter, r *http.Request, who access.Principal, layers, base string) error {
	data, err := s.Metadata(layers, base, who.Scope)
	if err != nil {
		return err
	}
	return serveJSON(w, r, data)
}

func serveJSON(w http.ResponseWriter, r *http.Request, data []byte) error {
	w.Header().Set("Content-Type", "application/json")
	return serve(w, r, body{data: data, etag: etag(data), status: http.StatusOK})
}
