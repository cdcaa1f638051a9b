package tiles

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"

	"suhe/assets"
	"suhe/geo"
)

//go:embed layers.json
var layersJSON []byte

// layer is what the catalogue says of one layer.
type layer struct {
	Kind        assets.Kind       `json:"kind"`
	Description string            `json:"description"`
	MinZoom     uint32            `json:"minzoom"` // below it the layer's tiles are empty
	MaxZoom     uint32            `json:"maxzoom"` // clients need no deeper tiles; deeper ones are served all the same
	Classes     map[string]uint32 `json:"classes"` // zoom from which a class shows, if later than its layer's things do
	Fields      []string          `json:"fields"`
	Clusters    clustering        `json:"clusters"`

	fields fieldSet
	all    uint32 // zoom from which all classes show
}

// catalogue is layers.json: which feature shows in which layer at which zoom,
// with which properties.
type catalogue struct {
	Attribution string            `json:"attribution"`
	Bounds      [4]float64        `json:"bounds"` // west, south, east, north
	Texts       map[string]string `json:"fields"` // what each property means
	Layers      []*layer          `json:"layers"` // in drawing order from below
}

// readCatalogue reads the embedded catalogue and checks that every kind has one
// layer and every property a writer and a meaning.
func readCatalogue(data []byte) (*catalogue, error) {
	var c catalogue
	if err := json.Unmarshal(data, &c); err != nil {
		return nil, fmt.Errorf("layers.json: %w", err)
	}
	for _, kind := range assets.Kinds() {
		n := 0
		for _, l := range c.Layers {
			if l.Kind == kind {
				n++
			}
		}
		if n != 1 {
			return nil, fmt.Errorf("layers.json: kind %s has %d layers, expected 1", kind, n)
		}
	}
	for _, l := range c.Layers {
		if err := c.complete(l); err != nil {
			return nil, fmt.Errorf("layers.json: layer of %s: %w", l.Kind, err)
		}
	}
	return &c, nil
}

func (c *catalogue) complete(l *layer) error {
	if l.MinZoom > l.MaxZoom || l.MaxZoom > geo.MaxZoom {
		return fmt.Errorf("zooms: %d–%d, expected ascending and at most %d", l.MinZoom, l.MaxZoom, geo.MaxZoom)
	}
	if err := l.Clusters.check(l); err != nil {
		return err
	}
	l.all = l.from("")
	for _, z := range l.Classes {
		l.all = max(l.all, z)
	}
	for _, name := range slices.Concat(l.Fields, []string{fieldTruncated.String()}, l.clusterFields()) {
		f, ok := fieldNamed(name)
		if !ok || c.Texts[name] == "" {
			return fmt.Errorf("field: %q is unknown or has no description", name)
		}
		if f < fieldTruncated {
			l.fields |= 1 << f
		}
	}
	return nil
}

// layer finds the layer by its name in addresses.
func (c *catalogue) layer(name string) (*layer, bool) {
	kind, ok := assets.KindOfLayer(name)
	if !ok {
		return nil, false
	}
	return c.of(kind), true
}

func (c *catalogue) of(kind assets.Kind) *layer {
	for _, l := range c.Layers {
		if l.Kind == kind {
			return l
		}
	}
	return nil
}

// shows says whether things of the class show at zoom z.
func (l *layer) shows(class string, z uint32) bool {
	return z >= l.all || z >= l.from(class)
}
