package tiles

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/internal/access"
)

func TestTileJSON(t *testing.T) {
	s := newServer(t, Options{World: &plainWorld{}, Bounds: orb.Bound{Min: orb.Point{121.3, 31.2}, Max: orb.Point{121.5, 31.3}}, Credit: "© us"})
	for _, kind := range drawnKinds() {
		data, err := s.TileJSON(kind.Layer(), "http://127.0.0.1:8080/", access.Open())
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
	for layers, want := range map[string]error{
		"roads": assets.ErrNotFound, "": assets.ErrNotFound, "water,": assets.ErrNotFound, ",water": assets.ErrNotFound,
		"water,roads": assets.ErrNotFound, "water,banks,water": assets.ErrInvalid,
		strings.Repeat("water,", 100_000): assets.ErrInvalid,
	} {
		if _, err := s.TileJSON(layers, "", access.Open()); !errors.Is(err, want) {
			t.Errorf("layers %.40q: %v, want %v", layers, err, want)
		}
	}
}

// TileJSON of several layers tells of each, in the order asked for, and of the
// zooms at which any of them shows.
func TestTileJSONOfSeveral(t *testing.T) {
	s := newServer(t, Options{World: &plainWorld{}})
	data, err := s.TileJSON("sensors,water", "https://creek.example", access.Open())
	if err != nil {
		t.Fatal(err)
	}
	var doc tileJSON
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.VectorLayers) != 2 || doc.VectorLayers[0].ID != "sensors" || doc.VectorLayers[1].ID != "water" {
		t.Fatalf("layers %v", doc.VectorLayers)
	}
	sensors, water := doc.VectorLayers[0], doc.VectorLayers[1]
	if doc.MinZoom != min(sensors.MinZoom, water.MinZoom) || doc.MaxZoom != max(sensors.MaxZoom, water.MaxZoom) {
		t.Errorf("zooms %d–%d of %+v", doc.MinZoom, doc.MaxZoom, doc.VectorLayers)
	}
	if want := []string{"https://creek.example/tiles/sensors,water/{z}/{x}/{y}.pbf"}; !slices.Equal(doc.Tiles, want) {
		t.Errorf("tiles %v, want %v", doc.Tiles, want)
	}
	if sensors.Fields["state"] == "" || water.Fields["state"] != "" {
		t.Errorf("fields %v and %v", sensors.Fields, water.Fields)
	}
}

// Metadata tells the types alone, in the words that GDAL knows, and spares the
// texts of the others.
func TestMetadata(t *testing.T) {
	s := newServer(t, Options{World: &plainWorld{}})
	data, err := s.Metadata("sensors,buildings", "", access.Open())
	if err != nil {
		t.Fatal(err)
	}
	var doc tileJSON
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	for _, l := range doc.VectorLayers {
		for name, want := range map[string]string{"name": "String", "height": "Number", "truncated": "Boolean"} {
			if l.Fields[name] != want {
				t.Errorf("%s: %s is a %q, want %s", l.ID, name, l.Fields[name], want)
			}
		}
	}
	if _, err := s.Metadata("roads", "", access.Open()); !errors.Is(err, assets.ErrNotFound) {
		t.Errorf("unknown layer: %v", err)
	}
	if text := s.Layers(access.Open())[0].Fields["name"]; text == "String" {
		t.Error("the catalogue lost its texts")
	}
}

// The rules of TileJSON 3.0.0, read from the bytes as a stranger would.
func TestTileJSONRules(t *testing.T) {
	s := newServer(t, Options{World: &plainWorld{}})
	all := make([]string, 0, len(s.Layers(access.Open())))
	for _, l := range s.Layers(access.Open()) {
		all = append(all, l.ID)
	}
	for _, layers := range append(slices.Clone(all), strings.Join(all, ",")) {
		data, err := s.TileJSON(layers, "https://creek.example", access.Open())
		if err != nil {
			t.Fatal(err)
		}
		var doc map[string]any
		if err := json.Unmarshal(data, &doc); err != nil {
			t.Fatal(err)
		}
		for _, rule := range brokenRules(doc) {
			t.Errorf("%.40s: %s", layers, rule)
		}
	}
}

// brokenRules lists what a TileJSON document does against its standard.
func brokenRules(doc map[string]any) (out []string) {
	rule := func(holds bool, what string) {
		if !holds {
			out = append(out, what)
		}
	}
	rule(doc["tilejson"] == "3.0.0", "3.1: tilejson is a version")
	version, _ := doc["version"].(string)
	rule(semver.MatchString(version), "3.15: version is semantic")
	rule(doc["scheme"] == "xyz" || doc["scheme"] == "tms", "3.12: scheme is xyz or tms")
	templates, _ := doc["tiles"].([]any)
	rule(len(templates) > 0, "3.2: tiles has an address")
	for _, a := range templates {
		address, _ := a.(string)
		for _, part := range []string{"https://", "{z}", "{x}", "{y}"} {
			rule(strings.Contains(address, part), "3.2: a tile's address has "+part)
		}
	}
	low, lowOK := doc["minzoom"].(float64)
	high, highOK := doc["maxzoom"].(float64)
	rule(lowOK && highOK && 0 <= low && low <= high && high <= 30, "3.9, 3.10: zooms ascend in 0–30")
	b, _ := doc["bounds"].([]any)
	rule(len(b) == 4 && b[0].(float64) < b[2].(float64) && b[1].(float64) < b[3].(float64), "3.5: bounds are west, south, east, north")
	layers, _ := doc["vector_layers"].([]any)
	rule(len(layers) > 0, "3.3: vector_layers are required of vector tiles")
	seen := make(map[any]bool)
	for _, l := range layers {
		layer, _ := l.(map[string]any)
		fields, ok := layer["fields"].(map[string]any)
		rule(ok && layer["id"] != "" && layer["id"] != nil && !seen[layer["id"]], "3.3: a layer has an id of its own and fields")
		seen[layer["id"]] = true
		rule(layer["minzoom"].(float64) >= low && layer["maxzoom"].(float64) <= high, "3.3.4: a layer's zooms lie in the tileset's")
		for name, text := range fields {
			words, _ := text.(string)
			rule(strings.HasSuffix(words, "(String)") || strings.HasSuffix(words, "(Number)") || strings.HasSuffix(words, "(Boolean)"),
				"3.3.2: the type of "+name+" is told")
		}
	}
	return out
}

func TestCatalogue(t *testing.T) {
	broken := map[string]string{
		"no JSON":             `{`,
		"a kind twice":        strings.Replace(string(layersJSON), `"kind": "water"`, `"kind": "bank"`, 1),
		"a name twice":        strings.Replace(string(layersJSON), `"name": "coverage"`, `"name": "cameras"`, 1),
		"a name with a comma": strings.Replace(string(layersJSON), `"name": "coverage"`, `"name": "a,b"`, 1),
		"sight of water":      strings.Replace(string(layersJSON), `"kind": "water",`, `"kind": "water", "drawn": "sight",`, 1),
		"unknown field":       strings.Replace(string(layersJSON), `"fields": ["id"`, `"fields": ["ID"`, 1),
		"zooms crossed":       strings.Replace(string(layersJSON), `"minzoom": 8`, `"minzoom": 18`, 1),
		"no clusters":         strings.Replace(string(layersJSON), `"clusters": {"below": 12}`, `"clusters": {"below": 18}`, 1),
		"too deep":            strings.Replace(string(layersJSON), `"maxzoom": 17`, `"maxzoom": 23`, 1),
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
	l, _ := c.layer("assets")
	if l.shows("asset.tree", 14) || !l.shows("asset.tree", 15) || !l.shows("asset.pier", 12) || l.shows("asset.pier", 11) {
		t.Error("trees show from 15, piers from 12")
	}
}
