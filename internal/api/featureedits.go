package api

import (
	"crypto/rand"
	"fmt"
	"mime"
	"net/http"
	"strings"

	"suhe/assets"
	"suhe/internal/access"
)

// The edits of a collection's features (OGC 20-002, Features part 4) are edits of
// assets: what PUT and DELETE of /v1/assets/{id} ask for and refuse, they do. Answers
// have no body; the feature is at the address that Location or the request names.

const mergePatchType = "application/merge-patch+json"

// addFeature creates an asset; one whose id is taken is a conflict.
func (s *server) addFeature(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	kind, err := editedKind(r)
	if err != nil {
		return err
	}
	f, err := s.bodyFeature(r, "application/geo+json", "application/json")
	if err != nil {
		return err
	}
	id := f.id
	if id == "" {
		id = assets.ID("asset-" + strings.ToLower(rand.Text()))
	}
	a, err := f.whole().asset(id, kind)
	if err != nil {
		return err
	}
	if err := s.settable(who, a); err != nil {
		return err
	}
	c := put(a)
	c.fresh = true
	return s.editFeature(w, r, who, c)
}

// putFeature replaces an asset or creates it. What items of a collection do not have
// stays as it was, unless it is named: what a camera or a sensor is, and the orientation.
func (s *server) putFeature(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	kind, id, f, err := s.namedFeature(r, "application/geo+json", "application/json")
	if err != nil {
		return err
	}
	return s.editFeature(w, r, who, change{id: id, edit: func(was *assets.Asset) (assets.Edit, error) {
		if err := ofKind(was, id, kind); err != nil {
			return assets.Edit{}, err
		}
		a, err := f.whole().asset(id, kind)
		if err != nil {
			return assets.Edit{}, err
		}
		if was != nil {
			f.leave(a, was)
		}
		return assets.Edit{Asset: a}, s.settable(who, a)
	}})
}

// leave takes over what the body does not name and items do not have.
func (f *featureBody) leave(a, was *assets.Asset) {
	if _, named := f.members["camera"]; !named {
		a.Camera = was.Camera
	}
	if _, named := f.members["sensor"]; !named {
		a.Sensor = was.Sensor
	}
	if _, named := f.members["orientation"]; !named {
		a.Shape.Orientation = was.Shape.Orientation
	}
}

// patchFeature changes what the body names (RFC 7396), and nothing else.
func (s *server) patchFeature(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	kind, id, f, err := s.namedFeature(r, mergePatchType, "application/geo+json", "application/json")
	if err != nil {
		return err
	}
	if f.derived != nil {
		return fmt.Errorf("%w: properties.%s: nobody sets it", assets.ErrInvalid, f.derived[0])
	}
	if patch, err := f.named(); err != nil {
		return err
	} else if err := s.settable(who, patch); err != nil {
		return err
	}
	return s.editFeature(w, r, who, change{id: id, edit: func(was *assets.Asset) (assets.Edit, error) {
		if was == nil {
			return assets.Edit{}, unseen(id)
		}
		if err := ofKind(was, id, kind); err != nil {
			return assets.Edit{}, err
		}
		merged, err := f.over(was)
		if err != nil {
			return assets.Edit{}, err
		}
		a, err := merged.asset(id, kind)
		return assets.Edit{Asset: a}, err
	}})
}

// removeFeature removes an asset.
func (s *server) removeFeature(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	kind, err := editedKind(r)
	if err != nil {
		return err
	}
	thing, err := s.visible(r, who)
	if err != nil {
		return err
	}
	if err := ofKind(thing.Asset, thing.Asset.ID, kind); err != nil {
		return err
	}
	return s.editFeature(w, r, who, removal(thing.Asset.ID))
}

// editFeature commits, and answers with where the feature is now.
func (s *server) editFeature(w http.ResponseWriter, r *http.Request, who access.Principal, c change) error {
	a, verdict, err := s.committed(r, who, c)
	if err != nil {
		return err
	}
	status := http.StatusNoContent
	if verdict != assets.Removed {
		w.Header().Set("ETag", etag(a.Revision.N))
	}
	if verdict == assets.Created {
		w.Header().Set("Location", "/ogc/collections/"+r.PathValue("collection")+"/items/"+string(a.ID))
		status = http.StatusCreated
	}
	w.WriteHeader(status)
	return nil
}

// editedKind is the kind of the collection of the path, which is one that people edit.
func editedKind(r *http.Request) (assets.Kind, error) {
	name := r.PathValue("collection")
	kind, known := assets.KindOfLayer(name)
	switch {
	case !known:
		return "", fmt.Errorf("collection %.60s: %w", name, assets.ErrNotFound)
	case !kind.Registered():
		return "", fmt.Errorf("%w: collection %s: its features are not edited but handled, at /v1/%s", assets.ErrInvalid, name, name)
	}
	return kind, nil
}

// ofKind refuses an asset that is of another collection, in the words of one that does
// not exist.
func ofKind(a *assets.Asset, id assets.ID, kind assets.Kind) error {
	if a != nil && a.Kind != kind {
		return unseen(id)
	}
	return nil
}

// namedFeature reads a request about the feature of the path.
func (s *server) namedFeature(r *http.Request, types ...string) (kind assets.Kind, id assets.ID, f *featureBody, err error) {
	if kind, err = editedKind(r); err != nil {
		return "", "", nil, err
	}
	if f, err = s.bodyFeature(r, types...); err != nil {
		return "", "", nil, err
	}
	id = assets.ID(r.PathValue("id"))
	if f.id != "" && f.id != id {
		return "", "", nil, fmt.Errorf("%w: id: %.130q in the body, %q in the address", assets.ErrInvalid, f.id, id)
	}
	return kind, id, f, nil
}

// bodyFeature reads the body as a feature in one of the media types; without a type it
// is taken for the first. Its geometry is in what contentCRS says.
func (s *server) bodyFeature(r *http.Request, types ...string) (*featureBody, error) {
	if given := r.Header.Get("Content-Type"); given != "" {
		kind, _, err := mime.ParseMediaType(given)
		ok := false
		for _, t := range types {
			ok = ok || kind == t
		}
		if err != nil || !ok {
			return nil, fmt.Errorf("%w: Content-Type: %.80q, want %s", errCoding, given, strings.Join(types, " or "))
		}
	}
	body, err := readBody(r)
	if err != nil {
		return nil, err
	}
	crs, err := s.contentCRS(r)
	if err != nil {
		return nil, err
	}
	f, err := readFeature(body)
	if err == nil {
		err = f.place(crs.Place())
	}
	return f, err
}

// named is an asset that has what the body names, and no more, to see whether it may
// be set.
func (f *featureBody) named() (*assets.Asset, error) {
	alone := &featureBody{members: mergePatch(map[string]any{}, f.members)}
	kind, _ := alone.members["kind"].(string)
	return alone.asset("a", assets.Kind(kind))
}
