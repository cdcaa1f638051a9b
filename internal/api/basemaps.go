package api

import (
	"net/http"
	"strings"

	"suhe/internal/access"
	"suhe/internal/door"
	"suhe/tiles"
)

// basemapTile serves one tile of an archive.
func (s *server) basemapTile(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	return s.Basemaps.ServeTile(w, r, who, tiles.Address{
		Layers: r.PathValue("name"), Z: r.PathValue("z"), X: r.PathValue("x"), Y: r.PathValue("y"),
	})
}

// basemapTileJSON describes an archive's tiles; the name may end in .json.
func (s *server) basemapTileJSON(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	return s.Basemaps.ServeTileJSON(w, r, who, strings.TrimSuffix(r.PathValue("name"), ".json"), door.Base(r))
}
