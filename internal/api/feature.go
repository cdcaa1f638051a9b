package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"net/http"
	"strconv"
	"strings"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/format"
	"suhe/twin"
)

// noItem is the error of what is not in the collection, or not for the caller.
func noItem(collection, id string) error {
	return fmt.Errorf("item %.128q of %s: %w", id, collection, assets.ErrNotFound)
}

// item answers with one feature.
func (s *server) item(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	if err := knownQuery(r, "f", "crs", "properties"); err != nil {
		return err
	}
	a, err := s.askFeatures(r, who, []string{formGeoJSON}, "f")
	if err != nil {
		return err
	}
	id := r.PathValue("id")
	t := a.world.ByID(assets.ID(id))
	if t == nil || t.Asset.Kind != a.Schema.Kind || !who.Scope.Sees(t.Asset) {
		return noItem(a.collection, id)
	}
	if err := s.viewing(r.Context(), t); err != nil {
		return err
	}
	if a.form == formHTML {
		return s.browseItem(w, r, a, t)
	}
	body, err := a.itemText(r, t)
	if err != nil {
		return err
	}
	a.describe(w.Header())
	w.Header().Set("ETag", itemTag(t.Asset.Revision.N, body))
	if holdsTag(r, w.Header().Get("ETag")) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	w.Header().Set("Content-Type", mediaOf(formGeoJSON))
	_, _ = w.Write(body) // the caller may be gone
	return nil
}

// itemText is the feature as GeoJSON with its links.
func (a *featureAsk) itemText(r *http.Request, t *twin.Thing) ([]byte, error) {
	var text bytes.Buffer
	head := a.Head()
	head.Form = format.FormLines
	out, err := format.New("geojsonseq", &text, head)
	if err != nil {
		return nil, err
	}
	defer out.Discard()
	if err := out.Write(a.Maker(a.viewer, false).Feature(t)); err != nil {
		return nil, err
	}
	if err := out.Close(); err != nil {
		return nil, err
	}
	links, err := json.Marshal(a.docs.ItemLinks(a.collection, address(r, nil), address(r, map[string]string{"f": formHTML})))
	if err != nil {
		return nil, err
	}
	feature, closed := bytes.CutSuffix(bytes.TrimSpace(text.Bytes()), []byte("}"))
	if !closed {
		return nil, errors.New("a feature is no object")
	}
	return append(append(append(feature, `,"links":`...), links...), "}\n"...), nil
}

// itemTag is a feature's ETag: the revision, by which it is edited, and what of the
// whole, of which most changes without an edit.
func itemTag(revision int64, body []byte) string {
	h := fnv.New64a()
	h.Write(body)
	return `"` + strconv.FormatInt(revision, 10) + "-" + strconv.FormatUint(h.Sum64(), 36) + `"`
}

// holdsTag says whether If-None-Match (RFC 9110, 13.1.2) names the ETag.
func holdsTag(r *http.Request, etag string) bool {
	for _, value := range r.Header.Values("If-None-Match") {
		for tag := range strings.SplitSeq(value, ",") {
			if tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/"); tag == "*" || tag == etag {
				return true
			}
		}
	}
	return false
}
