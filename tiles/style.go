package tiles

import (
	"embed"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"suhe/assets"
)

//go:embed styles
var styles embed.FS

// languages are what a style can be had in. In a style file an object with
// exactly these keys stands for the value of the language asked for.
var languages = [...]string{"zh", "en"}

// palettes are the style's colours by its names. All styles are one template,
// whose texts that begin with $ stand for the palette's values.
var palettes = map[string]string{"creek": "dark", "creek-dark": "dark", "creek-light": "light"}

// Style returns a MapLibre style document (version 8) with every layer's tiles
// as a source of the layer's name, with addresses below base (https://host).
// name is creek-dark, creek-light, or creek for the first of them. lang is zh or
// en; empty is zh. There is no glyphs address: MapLibre draws text with the fonts
// of the device. A style that does not exist is assets.ErrNotFound, another
// language assets.ErrInvalid.
func (s *Server) Style(name, lang, base string) ([]byte, error) {
	if lang == "" {
		lang = languages[0]
	}
	if lang != languages[0] && lang != languages[1] {
		return nil, fmt.Errorf("lang: %w: %q is none of %v", assets.ErrInvalid, clipText(lang), languages)
	}
	palette, ok := palettes[name]
	if !ok {
		return nil, fmt.Errorf("style: %w: %q", assets.ErrNotFound, clipText(name))
	}
	var doc, colours map[string]any
	if err := readStyle("creek.json", &doc); err != nil {
		return nil, err
	}
	if err := readStyle("palettes/"+palette+".json", &colours); err != nil {
		return nil, err
	}
	base = strings.TrimSuffix(base, "/")
	colours["sprite"] = base + "/sprites/creek"
	painted, err := paint(doc, colours)
	if err != nil {
		return nil, fmt.Errorf("style %s: %w", name, err)
	}
	doc = speak(painted, lang).(map[string]any)
	doc["sources"] = s.sources(base)
	return json.Marshal(doc)
}

func readStyle(name string, into *map[string]any) error {
	text, err := styles.ReadFile("styles/" + name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("styles/%s: %w", name, err)
	}
	return nil
}

// paint puts the palette's values in the place of their names.
func paint(v any, palette map[string]any) (_ any, err error) {
	switch v := v.(type) {
	case string:
		if name, ok := strings.CutPrefix(v, "$"); ok {
			value, ok := palette[name]
			if !ok {
				return nil, fmt.Errorf("the palette has no %q", name)
			}
			return value, nil
		}
	case []any:
		for i := range v {
			if v[i], err = paint(v[i], palette); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for k := range v {
			if v[k], err = paint(v[k], palette); err != nil {
				return nil, err
			}
		}
	}
	return v, nil
}

// sources are the tiles of all layers.
func (s *Server) sources(base string) map[string]any {
	out := make(map[string]any)
	for _, l := range s.catalogue.Layers {
		name := l.Name
		out[name] = map[string]any{
			"type":        "vector",
			"tiles":       []string{tileTemplate(name, base)},
			"minzoom":     l.MinZoom,
			"maxzoom":     l.MaxZoom,
			"bounds":      s.catalogue.Bounds,
			"attribution": s.catalogue.Attribution,
		}
	}
	return out
}

// speak puts the language's values in the place of objects that hold one for
// each language.
func speak(v any, lang string) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = speak(v[i], lang)
		}
	case map[string]any:
		if said, ok := v[lang]; ok && len(v) == len(languages) && v[languages[0]] != nil && v[languages[1]] != nil {
			return speak(said, lang)
		}
		for k := range v {
			v[k] = speak(v[k], lang)
		}
	}
	return v
}

// ServeStyle answers with the style document, whose name may end in .json. An
// error that it returns has not been answered.
func (s *Server) ServeStyle(w http.ResponseWriter, r *http.Request, name, lang, base string) error {
	data, err := s.Style(strings.TrimSuffix(name, ".json"), lang, base)
	if err != nil {
		return err
	}
	return serveJSON(w, r, data)
}
