package tiles

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"

	"suhe/assets"
	"suhe/geo"
)

//go:embed layers.json
var layersJSON []byte

// layer is what the catalogue says of one layer.
type layer struct {
	Name        string            `json:"name"` // in addresses and tiles; default the kind's layer
	Kind        assets.Kind       `json:"kind"`
	Description string            `json:"description"`
	Drawn       string            `json:"drawn"`   // as what: empty as they are, "sight" as the ground that a camera sees
	MinZoom     uint32            `json:"minzoom"` // below it the layer's tiles are empty
	MaxZoom     uint32            `json:"maxzoom"` // clients need no deeper tiles; deeper ones are served all the same
	Classes     map[string]uint32 `json:"classes"` // zoom from which a class shows, if later than its layer's things do
	Fields      []string          `json:"fields"`  // properties of each feature
	More        []string          `json:"more"`    // properties on request
	Clusters    clustering        `json:"clusters"`

	fields, more Properties
	all          uint32 // zoom from which all classes show
}

// sight is the layer's Drawn for what cameras see.
const sight = "sight"

// catalogue is layers.json: which feature shows in which layer at which zoom,
// with which properties.
type catalogue struct {
	Attribution string            `json:"attribution"`
	Bounds      [4]float64        `json:"bounds"` // west, south, east, north
	Calm        calm              `json:"calm"`
	Texts       map[string]string `json:"fields"` // what each property means
	Layers      []*layer          `json:"layers"` // in drawing order from below
}

// calm says which tiles are repainted from time to time, not at every change:
// so much happens on their ground that they would never be alike twice.
type calm struct {
	Below   uint32 `json:"below"`   // zooms
	Seconds uint32 `json:"seconds"` // at most one render in so many
}

// readCatalogue reads the embedded catalogue and checks that every kind that
// tiles show has its layer and every property a writer and a meaning.
func readCatalogue(data []byte) (*catalogue, error) {
	var c catalogue
	if err := json.Unmarshal(data, &c); err != nil {
		return nil, fmt.Errorf("layers.json: %w", err)
	}
	names := make(map[string]bool)
	for i, l := range c.Layers {
		if err := c.complete(l); err != nil {
			return nil, fmt.Errorf("layers.json: layer %d of %s: %w", i+1, l.Kind, err)
		}
		if names[l.Name] {
			return nil, fmt.Errorf("layers.json: two layers %s", l.Name)
		}
		names[l.Name] = true
	}
	for _, kind := range assets.Kinds() {
		if _, ok := c.layer(kind.Layer()); kind.Drawn() && !ok {
			return nil, fmt.Errorf("layers.json: no layer %s", kind.Layer())
		}
	}
	return &c, nil
}

func (c *catalogue) complete(l *layer) (err error) {
	if _, err := assets.ParseMapKind(string(l.Kind)); err != nil {
		return err
	}
	if !l.Kind.Drawn() {
		return fmt.Errorf("kind: %s is for streams, expected one that tiles show", l.Kind)
	}
	if l.Name == "" {
		l.Name = l.Kind.Layer()
	}
	if strings.ContainsAny(l.Name, ",./ ") {
		return fmt.Errorf("name: %q, expected no comma, full stop, slash or space", l.Name)
	}
	if l.Drawn != "" && (l.Drawn != sight || l.Kind != assets.Camera) {
		return fmt.Errorf("drawn: %q, expected nothing, or %q of cameras", l.Drawn, sight)
	}
	if l.MinZoom > l.MaxZoom || l.MaxZoom > geo.MaxZoom {
		return fmt.Errorf("zooms: %d–%d, expected ascending and at most %d", l.MinZoom, l.MaxZoom, geo.MaxZoom)
	}
	l.all = l.MinZoom
	for _, z := range l.Classes {
		l.all = max(l.all, z)
	}
	if err := l.Clusters.check(l); err != nil {
		return err
	}
	if _, err := c.properties(append(l.clusterFields(), fieldTruncated.String())); err != nil {
		return err
	}
	if l.fields, err = c.properties(l.Fields); err != nil {
		return err
	}
	l.more, err = c.properties(l.More)
	return err
}

// properties is the set of the names; those of clusters are not in it.
func (c *catalogue) properties(names []string) (s Properties, err error) {
	for _, name := range names {
		f, ok := fieldNamed(name)
		if !ok || c.Texts[name] == "" {
			return 0, fmt.Errorf("field: %q is unknown or has no description", name)
		}
		if f.ofThings() {
			s |= 1 << f
		}
	}
	return s, nil
}

// layer finds the layer by its name in addresses.
func (c *catalogue) layer(name string) (*layer, bool) {
	for _, l := range c.Layers {
		if l.Name == name {
			return l, true
		}
	}
	return nil, false
}

// layers finds several; one that is missing is assets.ErrNotFound.
func (c *catalogue) layers(dst []*layer, names []string) ([]*layer, error) {
	for _, name := range names {
		l, ok := c.layer(name)
		if !ok {
			return nil, fmt.Errorf("layer: %w: %q", assets.ErrNotFound, clipText(name))
		}
		dst = append(dst, l)
	}
	return dst, nil
}

// shows says whether things of the class show at zoom z.
func (l *layer) shows(class string, z uint32) bool {
	return z >= l.all || z >= l.from(class)
}

// properties are those of the layer's features when so many are asked for.
func (l *layer) properties(asked Properties) Properties {
	if asked == 0 {
		return l.fields
	}
	return asked & (l.fields | l.more)
}
