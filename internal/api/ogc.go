package api

import (
	"fmt"
	"net/http"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/door"
	"suhe/internal/ogc"
	"suhe/tiles"
)

// ogcAsk is a question for a document below /ogc.
type ogcAsk struct {
	ogc.Documents
	path func(name string) string
}

// ogc serves one kind of document as JSON, the only form that there is: whatever
// Accept says, a caller is better served by it than by a refusal.
func (s *server) ogc(document func(*ogcAsk) (any, error)) handler {
	return func(w http.ResponseWriter, r *http.Request, who access.Principal) error {
		if err := knownQuery(r); err != nil {
			return err
		}
		docs, err := s.documents(r, who)
		if err != nil {
			return err
		}
		doc, err := document(&ogcAsk{docs, r.PathValue})
		if err != nil {
			return err
		}
		w.Header().Set("Cache-Control", "private, no-cache")
		answer(w, doc)
		return nil
	}
}

// documents describe the layers as the caller is shown them.
func (s *server) documents(r *http.Request, who access.Principal) (ogc.Documents, error) {
	v, err := s.views(r.Context(), who)
	if err != nil {
		return ogc.Documents{}, err
	}
	set := s.Site.Dataset
	set.Layers = v.Tiles.Layers(who.Scope)
	return set.At(door.Base(r)), nil
}

// knownQuery refuses parameters that the documents do not have, as OGC API Common
// wants, and other forms than JSON.
func knownQuery(r *http.Request) error {
	for name, values := range r.URL.Query() {
		if name != "f" {
			return fmt.Errorf("query: %w: %.40q is not a parameter here, expected f or none", assets.ErrInvalid, name)
		}
		for _, v := range values {
			if v != "json" {
				return fmt.Errorf("f: %w: %.40q, expected json", assets.ErrInvalid, v)
			}
		}
	}
	return nil
}

func (q *ogcAsk) landing() (any, error)     { return q.Landing(), nil }
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
