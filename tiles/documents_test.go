package tiles

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"suhe/assets"
)

func TestTileJSON(t *testing.T) {
	s := newServer(t, Options{World: &plainWorld{}, Bounds: orb.Bound{Min: orb.Point{121.3, 31.2}, Max: orb.Point{121.5, 31.3}}, Credit: "© us"})
	for _, kind := range assets.Kinds() {
		data, err := s.TileJSON(kind.Layer(), "http://127.0.0.1:8080/")
		if err != nil {
			t.Fatal(err)
		}
		var doc tileJSON
		if err := json.Unmarshal(data, &doc); err != nil {
			t.Fatal(err)
		}
		if doc.TileJSON != "3.0.0" || doc.Attribution != "© us" || doc.Bounds != [4]float64{121.3, 31.2, 121.5, 31.3} {
			t.Errorf("%s: %s", kind, data)
		}
		if want := "http://127.0.0.1:8080/tiles/" + kind.Layer() + "/{z}/{x}/{y}.pbf"; !slices.Equal(doc.Tiles, []string{want}) {
			t.Errorf("%s: tiles %v", kind, doc.Tiles)
		}
		if len(doc.VectorLayers) != 1 || doc.VectorLayers[0].ID != kind.Layer() {
			t.Fatalf("%s: layers %v", kind, doc.VectorLayers)
		}
		for name, text := range doc.VectorLayers[0].Fields {
			if text == "" {
				t.Errorf("%s: field %s is not described", kind, name)
			}
		}
	}
	if _, err := s.TileJSON("roads", ""); !errors.Is(err, assets.ErrNotFound) {
		t.Errorf("unknown layer: %v", err)
	}
}

// style is what the tests look at of a style document.
type style struct {
	Version int
	Glyphs  *string
	Name    string
	Sources map[string]struct {
		Type  string
		Tiles []string
	}
	Layers []struct {
		ID, Type, Source string
		SourceLayer      string `json:"source-layer"`
		Layout           struct {
			TextField any `json:"text-field"`
		}
	}
}

func TestStyle(t *testing.T) {
	s := newServer(t, Options{World: &plainWorld{}})
	names := make(map[string]string)
	for _, lang := range []string{"", "zh", "en"} {
		data, err := s.Style("creek", lang, "https://creek.example")
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(data, []byte(`"zh"`)) {
			t.Errorf("%s: a choice of languages was left", lang)
		}
		var doc style
		if err := json.Unmarshal(data, &doc); err != nil {
			t.Fatal(err)
		}
		names[lang] = doc.Name
		if doc.Version != 8 || doc.Glyphs != nil || len(doc.Sources) != len(assets.Kinds()) {
			t.Errorf("%s: version %d, glyphs %v, %d sources", lang, doc.Version, doc.Glyphs, len(doc.Sources))
		}
		for name, source := range doc.Sources {
			if source.Type != "vector" || len(source.Tiles) != 1 || !strings.HasPrefix(source.Tiles[0], "https://creek.example/tiles/"+name+"/") {
				t.Errorf("%s: source %s is %v", lang, name, source)
			}
		}
		drawn := make(map[string]bool)
		for _, l := range doc.Layers {
			if _, ok := doc.Sources[l.Source]; l.Source != "" && (!ok || l.SourceLayer != l.Source) {
				t.Errorf("%s: layer %s draws %s/%s", lang, l.ID, l.Source, l.SourceLayer)
			}
			drawn[l.Source] = true
		}
		for _, kind := range assets.Kinds() {
			if !drawn[kind.Layer()] {
				t.Errorf("%s: nobody draws %s", lang, kind.Layer())
			}
		}
	}
	if names[""] != names["zh"] || names["zh"] == names["en"] {
		t.Errorf("names %v", names)
	}
	for name, want := range map[string]error{"other": assets.ErrNotFound, "../style": assets.ErrNotFound, "": assets.ErrNotFound} {
		if _, err := s.Style(name, "zh", ""); !errors.Is(err, want) {
			t.Errorf("style %q: %v", name, err)
		}
	}
	if _, err := s.Style("creek", "fr", ""); !errors.Is(err, assets.ErrInvalid) {
		t.Errorf("language: %v", err)
	}
}

func TestCatalogue(t *testing.T) {
	broken := map[string]string{
		"no JSON":           `{`,
		"a kind twice":      strings.Replace(string(layersJSON), `"kind": "water"`, `"kind": "bank"`, 1),
		"unknown field":     strings.Replace(string(layersJSON), `"fields": ["id"`, `"fields": ["ID"`, 1),
		"zooms crossed":     strings.Replace(string(layersJSON), `"minzoom": 8`, `"minzoom": 18`, 1),
		"clusters too deep": strings.Replace(string(layersJSON), `"below": 12`, `"below": 18`, 1),
		"too deep":          strings.Replace(string(layersJSON), `"maxzoom": 17`, `"maxzoom": 23`, 1),
	}
	for name, text := range broken {
		if _, err := readCatalogue([]byte(text)); err == nil || text == string(layersJSON) {
			t.Errorf("%s: accepted", name)
		}
	}
	c, err := readCatalogue(layersJSON)
	if err != nil {
		t.Fatal(err)
	}
	l := c.of(assets.Fixture)
	if l.shows("asset.tree", 14) || !l.shows("asset.tree", 15) || !l.shows("asset.pier", 12) || l.shows("asset.pier", 11) {
		t.Error("trees show from 15, piers from 12")
	}
}
