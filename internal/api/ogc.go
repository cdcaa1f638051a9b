package api

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"suhe/assets"
	"suhe/docs"
	"suhe/internal/access"
	"suhe/internal/door"
	"suhe/internal/features"
	"suhe/internal/ogc"
	"suhe/tiles"
)

// ogcAsk is a question for a document below /ogc.
type ogcAsk struct {
	ogc.Documents
	path func(name string) string
	s    *server
	who  access.Principal
}

// ogc serves one kind of document, as JSON or as a page to browse.
func (s *server) ogc(document func(*ogcAsk) (any, error)) handler {
	return func(w http.ResponseWriter, r *http.Request, who access.Principal) error {
		if err := knownQuery(r, "f"); err != nil {
			return err
		}
		form, err := formOf(r, "json")
		if err != nil {
			return err
		}
		about, err := s.documents(r, who)
		if err != nil {
			return err
		}
		doc, err := document(&ogcAsk{about, r.PathValue, s, who})
		if err != nil {
			return err
		}
		browsable(w.Header())
		if form == formHTML {
			return writePage(w, func(to io.Writer) error {
				return about.WriteDocument(to, strings.TrimPrefix(r.URL.Path, ogc.Root), doc)
			})
		}
		writeJSON(w, mediaOfDocument(doc), http.StatusOK, doc)
		return nil
	}
}

// mediaOfDocument is the media type of a document as JSON.
func mediaOfDocument(doc any) string {
	switch doc.(type) {
	case ogc.QueryableSchema:
		return "application/schema+json"
	case ogc.API:
		return openAPIType
	}
	return "application/json"
}

// browsable sets what all that is below /ogc has in common: one address has several
// forms, and whether it is as it was is for us to say.
func browsable(h http.Header) {
	h.Set("Cache-Control", "private, no-cache")
	h.Add("Vary", "Accept")
}

// writePage sends a page that is made in memory first: it is small, and what goes
// wrong while it is made can be said.
func writePage(w http.ResponseWriter, write func(io.Writer) error) error {
	var page bytes.Buffer
	if err := write(&page); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(page.Bytes()) // the caller may be gone
	return nil
}

// ogcStyle serves the style sheet of the pages.
func (s *server) ogcStyle(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Cache-Control", "public, max-age=3600")
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write(ogc.Style())
	return nil
}

// withoutSlash leads to the same address without a slash at its end.
func withoutSlash(w http.ResponseWriter, r *http.Request) {
	to := url.URL{Path: strings.TrimSuffix(r.URL.Path, "/"), RawQuery: r.URL.RawQuery}
	http.Redirect(w, r, to.String(), http.StatusMovedPermanently)
}

// documents describe the layers as the caller is shown them.
func (s *server) documents(r *http.Request, who access.Principal) (ogc.Documents, error) {
	v, err := s.views(r.Context(), who)
	if err != nil {
		return ogc.Documents{}, err
	}
	set := s.Site.Dataset
	set.Layers, set.Movers, set.Systems = v.Tiles.Layers(who.Scope), who.Scope.SeesMovers(), s.systems.URIs()
	viewer := features.Viewer{Scope: who.Scope, Shows: s.shows(who)}
	set.Extent = func(kind assets.Kind) (box [4]float64, some bool) {
		b, some, err := s.extents.Of(r.Context(), v.Features, kind, viewer, time.Now())
		return [4]float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}, some && err == nil // or nobody waits any more
	}
	return set.At(door.Base(r)), nil
}

// knownQuery refuses parameters that there are not, as OGC API Common wants.
func knownQuery(r *http.Request, known ...string) error {
	for name := range r.URL.Query() {
		if !slices.Contains(known, name) {
			return fmt.Errorf("query: %w: %.40q is not a parameter here, expected %s or none", assets.ErrInvalid, name, strings.Join(known, ", "))
		}
	}
	return nil
}

func (q *ogcAsk) landing() (any, error)     { return q.Landing(), nil }
func (q *ogcAsk) api() (any, error)         { return ogc.NewAPI(docs.OpenAPI()) }
func (q *ogcAsk) conformance() (any, error) { return q.Conformance(), nil }
func (q *ogcAsk) matrixSets() (any, error)  { return q.MatrixSets(), nil }
func (q *ogcAsk) matrixSet() (any, error)   { return q.MatrixSet(q.path("set")) }
func (q *ogcAsk) collections() (any, error) { return q.Collections(), nil }
func (q *ogcAsk) collection() (any, error)  { return q.Collection(q.path("collection")) }
func (q *ogcAsk) tilesets() (any, error)    { return q.Tilesets(q.path("collection")) }
func (q *ogcAsk) tileset() (any, error)     { return q.Tileset(q.path("collection"), q.path("set")) }

// ogcTile serves a tile by its OGC address, which has the row before the column.
func (s *server) ogcTile(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	layers, err := s.Site.Dataset.At(door.Base(r)).LayerNames(r.PathValue("collection"), r.PathValue("set"))
	if err != nil {
		return err
	}
	return s.serveTile(w, r, who, tiles.Address{
		Layers: layers, Z: r.PathValue("z"), X: r.PathValue("col"), Y: r.PathValue("row"), Rows: true,
	})
}
