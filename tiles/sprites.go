package tiles

import (
	"fmt"
	"net/http"
	"strings"

	"suhe/assets"
	"suhe/tiles/sprite"
)

// ServeSprite answers with a part of the icons: creek.json, creek.png, and the
// same with @2x for dense screens. Without a suffix it is the index. An error that
// it returns has not been answered; another name is assets.ErrNotFound.
func (s *Server) ServeSprite(w http.ResponseWriter, r *http.Request, name string) error {
	stem, picture := strings.CutSuffix(name, ".png")
	stem, dense := strings.CutSuffix(strings.TrimSuffix(stem, ".json"), "@2x")
	if stem != "creek" || strings.HasSuffix(name, ".json.png") {
		return fmt.Errorf("sprite: %w: %q", assets.ErrNotFound, clipText(name))
	}
	density := 1
	if dense {
		density = 2
	}
	sheet := sprite.Creek(density)
	if !picture {
		return serveJSON(w, r, sheet.Index)
	}
	w.Header().Set("Content-Type", "image/png")
	return serve(w, r, body{data: sheet.Image, etag: etag(sheet.Image), status: http.StatusOK})
}
