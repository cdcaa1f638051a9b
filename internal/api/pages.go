package api

import (
	"errors"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

const notBuilt = "The front end is not in this binary: `make build` puts it there.\n"

// page serves the front end's files. A page has its file's name without the ending:
// /login is login.html. What is under static/ has its hash in the name and never
// changes; the rest is asked for anew each time.
func (s *server) page(w http.ResponseWriter, r *http.Request) error {
	name := strings.TrimPrefix(r.URL.Path, "/")
	switch {
	case name == "":
		name = "index.html"
	case path.Ext(name) == "":
		name += ".html"
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
	if done, err := s.servePacked(w, r, name); done || err != nil {
		return err
	}
	if t := typeOf(name); t != "" {
		w.Header().Set("Content-Type", t)
	}
	http.ServeFileFS(w, r, s.Site.Pages, name)
	return nil
}
