package api

import (
	"errors"
	"io/fs"
	"net/http"
	"strings"
)

const notBuilt = "The front end is not in this binary: `make build` puts it there.\n"

// page serves the front end's files. Those under static/ have their hash in the
// name and never change; the others are asked for anew each time.
func (s *server) page(w http.ResponseWriter, r *http.Request) error {
	name := strings.TrimPrefix(r.URL.Path, "/")
	if name == "" {
		name = "index.html"
	}
	_, err := fs.Stat(s.Site.Pages, name)
	if errors.Is(err, fs.ErrNotExist) && name == "index.html" {
		http.Error(w, notBuilt, http.StatusNotImplemented)
		return nil
	}
	if err != nil && s.allowed(r) != "" {
		return s.other(w, r)
	}
	if err != nil {
		return notFound(r)
	}
	if strings.HasPrefix(name, "static/") {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		w.Header().Set("Cache-Control", "no-cache")
	}
	http.ServeFileFS(w, r, s.Site.Pages, name)
	return nil
}
