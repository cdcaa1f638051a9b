package archive

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// The bounds of what is read of an archive's own description.
const (
	maxMetadata = 4 << 20 // bytes of JSON
	maxLayers   = 1000
)

// metadata is PMTiles' JSON, and the row json of MBTiles.
type metadata struct {
	Name        string  `json:"name,omitempty"`
	Description string  `json:"description,omitempty"`
	Attribution string  `json:"attribution,omitempty"`
	Type        string  `json:"type,omitempty"`
	Version     string  `json:"version,omitempty"`
	Layers      []Layer `json:"vector_layers"`
}

// encodeMetadata returns the JSON for m.
func encodeMetadata(m Meta) ([]byte, error) {
	return json.Marshal(metadata{m.Name, m.Description, m.Attribution, "overlay", m.Version, m.layers()})
}

// layers are those of m, none of them without fields: readers want an object there.
func (m Meta) layers() []Layer {
	out := slices.Clone(m.Layers)
	for i, l := range out {
		out[i].Fields = maps.Clone(l.Fields)
		if l.Fields == nil {
			out[i].Fields = map[string]string{}
		}
	}
	return out
}

// readMetadata takes into m what is in the JSON; what is of another type than it
// should be is left out, as many files hold numbers where strings belong.
func readMetadata(data []byte, m *Meta) error {
	if len(data) > maxMetadata {
		return fmt.Errorf("%w: metadata: %d bytes, want at most %d", ErrBroken, len(data), maxMetadata)
	}
	var raw struct {
		Name        json.RawMessage `json:"name"`
		Description json.RawMessage `json:"description"`
		Attribution json.RawMessage `json:"attribution"`
		Version     json.RawMessage `json:"version"`
		Layers      json.RawMessage `json:"vector_layers"`
	}
	if err := json.Unmarshal(data, &raw); err != nil {
		return fmt.Errorf("%w: metadata: %w", ErrBroken, err)
	}
	for to, from := range map[*string]json.RawMessage{&m.Name: raw.Name, &m.Description: raw.Description, &m.Attribution: raw.Attribution, &m.Version: raw.Version} {
		var s string
		if json.Unmarshal(from, &s) == nil && s != "" {
			*to = s
		}
	}
	layers, err := readLayers(raw.Layers)
	if layers != nil {
		m.Layers = layers
	}
	return err
}

// readLayers reads vector_layers, or nil if there is no list. It counts before it
// decodes: two bytes of JSON would become a hundred.
func readLayers(data json.RawMessage) ([]Layer, error) {
	var raw []json.RawMessage
	if json.Unmarshal(data, &raw) != nil || raw == nil {
		return nil, nil
	}
	if len(raw) > maxLayers {
		return nil, fmt.Errorf("%w: metadata: %d layers, want at most %d", ErrBroken, len(raw), maxLayers)
	}
	layers := make([]Layer, 0, len(raw))
	for i, text := range raw {
		var l Layer
		if err := json.Unmarshal(text, &l); err != nil || l.ID == "" {
			return nil, fmt.Errorf("%w: metadata: layer %d is none of TileJSON 3", ErrBroken, i)
		}
		if l.Fields == nil {
			l.Fields = map[string]string{}
		}
		layers = append(layers, l)
	}
	return layers, nil
}
