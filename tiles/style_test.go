package tiles

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image/color"
	"io/fs"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/tiles/sprite"
)

// style is what the tests look at of a style document.
type style struct {
	Version int
	Glyphs  *string
	Sprite  string
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
	for _, c := range [][2]string{{"creek", ""}, {"creek", "zh"}, {"creek", "en"}, {"creek-dark", "zh"}, {"creek-light", "zh"}, {"creek-light", "en"}} {
		name, lang := c[0], c[1]
		data, err := s.Style(name, lang, "https://creek.example")
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(data, []byte(`"zh"`)) {
			t.Errorf("%s: a choice of languages was left", lang)
		}
		if bytes.Contains(data, []byte(`"$`)) {
			t.Errorf("%s: a colour was left without a value", name)
		}
		var doc style
		if err := json.Unmarshal(data, &doc); err != nil {
			t.Fatal(err)
		}
		names[name+lang] = doc.Name
		if doc.Version != 8 || doc.Glyphs != nil || doc.Sprite != "https://creek.example/sprites/creek" || len(doc.Sources) != len(s.catalogue.Layers) {
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
			if drawn[kind.Layer()] != kind.Drawn() {
				t.Errorf("%s: %s drawn: %t", lang, kind.Layer(), drawn[kind.Layer()])
			}
		}
	}
	if names["creek"] != names["creekzh"] || names["creekzh"] == names["creeken"] || names["creekzh"] != names["creek-darkzh"] ||
		names["creek-darkzh"] == names["creek-lightzh"] {
		t.Errorf("names %v", names)
	}
	for name, want := range map[string]error{"other": assets.ErrNotFound, "../style": assets.ErrNotFound, "": assets.ErrNotFound, "palettes/dark": assets.ErrNotFound} {
		if _, err := s.Style(name, "zh", ""); !errors.Is(err, want) {
			t.Errorf("style %q: %v", name, err)
		}
	}
	if _, err := s.Style("creek", "fr", ""); !errors.Is(err, assets.ErrInvalid) {
		t.Errorf("language: %v", err)
	}
}

// fullStyle reads a style as it is served.
func fullStyle(t *testing.T, s *Server, name string) map[string]any {
	t.Helper()
	data, err := s.Style(name, "zh", "https://creek.example")
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// each calls with every expression [operator, argument…] of a document.
func each(v any, call func(op string, args []any)) {
	switch v := v.(type) {
	case []any:
		if op, ok := firstText(v); ok {
			call(op, v[1:])
		}
		for _, x := range v {
			each(x, call)
		}
	case map[string]any:
		for _, x := range v {
			each(x, call)
		}
	}
}

func firstText(v []any) (string, bool) {
	if len(v) < 2 {
		return "", false
	}
	s, ok := v[0].(string)
	return s, ok
}

// A style asks features only for what the catalogue says they have, and the
// sprite only for what it draws.
func TestStyleAndCatalogueAgree(t *testing.T) {
	s := newServer(t, Options{World: &plainWorld{}})
	fields := make(map[string]map[string]string)
	for _, l := range s.Layers(access.Open()) {
		fields[l.ID] = l.Fields
	}
	var icons map[string]any
	if err := json.Unmarshal(sprite.Creek(1).Index, &icons); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"creek-dark", "creek-light"} {
		asked := 0
		for _, l := range fullStyle(t, s, name)["layers"].([]any) {
			layer := l.(map[string]any)
			source, _ := layer["source-layer"].(string)
			each([]any{layer["filter"], layer["paint"], layer["layout"]}, func(op string, args []any) {
				field, ok := args[0].(string)
				if !ok {
					return
				}
				switch op {
				case "get", "has":
					asked++
					if fields[source][field] == "" {
						t.Errorf("%s: layer %s asks %s for %q", name, layer["id"], source, field)
					}
				case "image":
					if icons[field] == nil {
						t.Errorf("%s: layer %s draws the icon %q", name, layer["id"], field)
					}
				}
			})
		}
		if asked < 20 {
			t.Errorf("%s asks for %d properties: the test reads it wrong", name, asked)
		}
	}
	for severity := 1; severity <= 4; severity++ {
		if icons[fmt.Sprint("severity.", severity)] == nil {
			t.Errorf("no icon for severity %d", severity)
		}
	}
}

// Both palettes have all the colours that the template names, and no others.
func TestPalettes(t *testing.T) {
	template, err := fs.ReadFile(styles, "styles/creek.json")
	if err != nil {
		t.Fatal(err)
	}
	for style, palette := range palettes {
		var colours map[string]any
		if err := readStyle("palettes/"+palette+".json", &colours); err != nil {
			t.Fatalf("%s: %v", style, err)
		}
		for name := range colours {
			if !bytes.Contains(template, []byte(`"$`+name+`"`)) {
				t.Errorf("%s: nobody uses %q", palette, name)
			}
		}
	}
	if _, err := paint(map[string]any{"a": []any{"$nothing"}}, map[string]any{}); err == nil || !strings.Contains(err.Error(), `"nothing"`) {
		t.Errorf("a colour that is missing: %v", err)
	}
}

// Text stands off its halo and off the ground by WCAG's ratio for text of any size.
func TestContrast(t *testing.T) {
	s := newServer(t, Options{World: &plainWorld{}})
	for _, name := range []string{"creek-dark", "creek-light"} {
		var ground string
		labels := 0
		for _, l := range fullStyle(t, s, name)["layers"].([]any) {
			layer := l.(map[string]any)
			paint, _ := layer["paint"].(map[string]any)
			if g, ok := paint["background-color"].(string); ok {
				ground = g
			}
			text, ok := paint["text-color"].(string)
			if !ok {
				continue
			}
			labels++
			for what, against := range map[string]string{"halo": paint["text-halo-color"].(string), "ground": ground} {
				if r := contrast(t, text, against); r < 4.5 {
					t.Errorf("%s: %s on its %s: %.1f, want 4.5", name, layer["id"], what, r)
				}
			}
		}
		if labels < 4 {
			t.Errorf("%s has %d labels", name, labels)
		}
	}
}

// contrast is WCAG 2's contrast ratio of two colours #rrggbb.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	light := func(text string) float64 {
		var c color.NRGBA
		if _, err := fmt.Sscanf(text, "#%02x%02x%02x", &c.R, &c.G, &c.B); err != nil {
			t.Fatalf("colour %q: %v", text, err)
		}
		linear := func(v uint8) float64 {
			if s := float64(v) / 255; s > 0.04045 {
				return math.Pow((s+0.055)/1.055, 2.4)
			}
			return float64(v) / 255 / 12.92
		}
		return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
	}
	x, y := light(a), light(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func TestServeSprite(t *testing.T) {
	s := newServer(t, Options{World: &plainWorld{}})
	ask := func(name, tag string) (*httptest.ResponseRecorder, error) {
		r := httptest.NewRequest("GET", "/sprites/"+name, nil)
		r.Header.Set("If-None-Match", tag)
		w := httptest.NewRecorder()
		return w, s.ServeSprite(w, r, name)
	}
	for name, kind := range map[string]string{
		"creek": "application/json", "creek.json": "application/json", "creek@2x.json": "application/json",
		"creek.png": "image/png", "creek@2x.png": "image/png",
	} {
		w, err := ask(name, "")
		if err != nil || w.Code != http.StatusOK || w.Header().Get("Content-Type") != kind || w.Body.Len() == 0 {
			t.Errorf("%s: %d %s, %v", name, w.Code, w.Header().Get("Content-Type"), err)
		}
		if again, err := ask(name, w.Header().Get("ETag")); err != nil || again.Code != http.StatusNotModified || again.Body.Len() != 0 {
			t.Errorf("%s again: %d, %v", name, again.Code, err)
		}
	}
	for _, name := range []string{"", "creek.gif", "creek@3x.png", "lake.png", "creek.json.png", "@2x"} {
		if _, err := ask(name, ""); !errors.Is(err, assets.ErrNotFound) {
			t.Errorf("%q: %v", name, err)
		}
	}
}
