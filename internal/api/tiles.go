package api

import (
	"net/http"
	"strings"

	"suhe/internal/access"
	"suhe/internal/door"
	"suhe/tiles"
)

// tile serves one vector tile.
func (s *server) tile(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	return s.serveTile(w, r, who, tiles.Address{
		Layers: r.PathValue("layers"), Z: r.PathValue("z"), X: r.PathValue("x"), Y: r.PathValue("y"),
	})
}

// serveTile serves a tile of the views that the caller may be shown.
func (s *server) serveTile(w http.ResponseWriter, r *http.Request, who access.Principal, a tiles.Address) error {
	v, err := s.views(r.Context(), who)
	if err != nil {
		return err
	}
	return v.Tiles.ServeTile(w, r, who, a)
}

// tileJSON describes a layer's tiles. A pattern cannot hold `{layer}.json`, so
// the suffix is taken off here.
func (s *server) tileJSON(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	v, err := s.views(r.Context(), who)
	if err != nil {
		return err
	}
	return v.Tiles.ServeTileJSON(w, r, who, strings.TrimSuffix(r.PathValue("layers"), ".json"), door.Base(r))
}

// metadata describes layers' tiles for tools that read a folder of tiles.
func (s *server) metadata(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	v, err := s.views(r.Context(), who)
	if err != nil {
		return err
	}
	return v.Tiles.ServeMetadata(w, r, who, r.PathValue("layers"), door.Base(r))
}

// archive serves what lasts of the layers' tiles in one file, to take along.
func (s *server) archive(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	v, err := s.views(r.Context(), who)
	if err != nil {
		return err
	}
	return v.Tiles.ServeArchive(w, r, who, r.PathValue("layers"))
}

// style serves a style document: it names layers and colours, and nothing of what is
// in them.
func (s *server) style(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	return s.Live.Tiles.ServeStyle(w, r, strings.TrimSuffix(r.PathValue("name"), ".json"), r.URL.Query().Get("lang"), door.Base(r))
}

// sprite serves a part of the icons that styles draw with.
func (s *server) sprite(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	return s.Live.Tiles.ServeSprite(w, r, r.PathValue("name"))
}
