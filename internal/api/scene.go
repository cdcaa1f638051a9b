package api

import (
	"maps"
	"net/http"
	"slices"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/twin"
)

// Scene is what the page asks first: where to look, and whose data it sees.
type Scene struct {
	Title       string     `json:"title"`
	TitleEn     string     `json:"titleEn"`
	Bounds      [4]float64 `json:"bounds"` // west, south, east, north
	Center      [2]float64 `json:"center"` // lon, lat
	Attribution string     `json:"attribution"`
	Demo        bool       `json:"demo"`
	Version     string     `json:"version"`
}

func (s *server) scene(w http.ResponseWriter, _ *http.Request, _ access.Principal) error {
	answer(w, s.Site.Scene)
	return nil
}

// classes tells the class tables and phenomena, for names and units: those of what
// the caller can see, and of their properties those that it is shown.
func (s *server) classes(w http.ResponseWriter, _ *http.Request, who access.Principal) error {
	// A browser may have another user next: it asks each time.
	w.Header().Set("Cache-Control", "private, no-cache")
	answer(w, s.Classes.For(who.Scope.SeesClass, s.shows(who)))
	return nil
}

// layerCount is one layer of the legend.
type layerCount struct {
	Layer   string         `json:"layer"`
	Kind    assets.Kind    `json:"kind"`
	Count   int            `json:"count"`
	Classes []classCount   `json:"classes"`
	States  map[string]int `json:"states,omitzero"` // nil: not shown
}

type classCount struct {
	Code   string `json:"code"`
	Name   string `json:"name"`
	NameEn string `json:"nameEn"`
	Count  int    `json:"count"`
}

// layers tells what there is that the caller sees, by layer, class and state: the
// legend.
func (s *server) layers(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	v, err := s.views(r.Context(), who)
	if err != nil {
		return err
	}
	states := s.shows(who)("state")
	counts := v.World.Counts(who.Scope.SeesFacet)
	out := make([]layerCount, 0, len(counts))
	for _, c := range counts {
		if !states {
			c.States = nil
		}
		out = append(out, s.layerCount(c))
	}
	w.Header().Set("Cache-Control", "private, no-cache")
	answer(w, out)
	return nil
}

func (s *server) layerCount(c twin.Count) layerCount {
	out := layerCount{Layer: c.Kind.Layer(), Kind: c.Kind, Count: c.Total, Classes: []classCount{}, States: c.States}
	for _, code := range slices.Sorted(maps.Keys(c.Classes)) {
		named := classCount{Code: code, Name: code, NameEn: code, Count: c.Classes[code]}
		if class, ok := s.Classes.Class(code); ok {
			named.Name, named.NameEn = class.Name, class.NameEn
		}
		out.Classes = append(out.Classes, named)
	}
	return out
}
