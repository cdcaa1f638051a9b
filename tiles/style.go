package tiles

import (
	"embed"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"suhe/assets"
)

//go:embed styles/*.json
var styles embed.FS

// languages are what a style can be had in. In a style file an object with
// exactly these keys stands for the value of the language asked for.
var languages = [...]string{"zh", "en"}

// Style returns a MapLibre style document (version 8) with every layer's tiles
// as a source of the layer's name, with addresses below base (https://host).
// lang is zh or en; empty is zh. There is no glyphs address: MapLibre draws text
// with the fonts of the device. A style that does not exist is
// assets.ErrNotFound, another language assets.ErrInvalid.
func (s *Server) Style(name, lang, base string) ([]byte, error) {
	if lang == "" {
		lang = languages[0]
	}
	if lang != languages[0] && lang != languages[1] {
		return nil, fmt.Errorf("lang: %w: %q is none of %v", assets.ErrInvalid, clipText(lang), languages)
	}
	text, err := styles.ReadFile("styles/" + name + ".json")
	if err != nil {
		return nil, fmt.Errorf("style: %w: %q", assets.ErrNotFound, clipText(name))
	}
	var doc map[string]any
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("style %s: %w", name, err)
	}
	doc = speak(doc, lang).(map[string]any)
	doc["sources"] = s.sources(base)
	return json.Marshal(doc)
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
