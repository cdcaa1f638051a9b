package tiles

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/tiles/archive"
)

// Basemaps serves archives of tiles by name. Its methods may be called at once
// from many goroutines.
type Basemaps map[string]*archive.File

// Close closes the archives. Nothing must be asked of them any more.
func (b Basemaps) Close() {
	for _, f := range b {
		f.Close() // open for reading: nothing can be lost
	}
}

// find returns the archive of the name, or assets.ErrNotFound.
func (b Basemaps) find(name string) (*archive.File, error) {
	f, ok := b[name]
	if !ok {
		return nil, fmt.Errorf("basemap: %w: %q", assets.ErrNotFound, clipText(name))
	}
	return f, nil
}

// ServeTile answers with a tile of the archive: 200, 204 for one that the
// archive does not have, 304 if the caller has it already. y may end in a suffix
// that names the archive's format. An error that it returns has not been
// answered: assets.ErrInvalid for what is no number, assets.ErrNotFound for what
// is outside the grid or the archive's zooms, archive.ErrBroken, the context's.
func (b Basemaps) ServeTile(w http.ResponseWriter, r *http.Request, _ access.Principal, a Address) error {
	f, err := b.find(a.Layers)
	if err != nil {
		return err
	}
	a.Y = trimSuffix(a.Y, f.Meta().Format)
	t, err := a.tile()
	if err != nil {
		return err
	}
	if m := f.Meta(); t.Z < m.MinZoom || t.Z > m.MaxZoom {
		return fmt.Errorf("z: %w: %d, the archive has %d–%d", assets.ErrNotFound, t.Z, m.MinZoom, m.MaxZoom)
	}
	stored, gzipped, err := f.Tile(r.Context(), t)
	if err != nil {
		return err
	}
	answer := body{data: stored, etag: etag(stored), status: http.StatusOK}
	switch {
	case len(stored) == 0:
		answer.status = http.StatusNoContent
	case gzipped && AcceptsGzip(r.Header.Values("Accept-Encoding")):
		answer.gzip = stored
	case gzipped:
		if answer.data, err = archive.Inflate(stored); err != nil {
			return err
		}
	}
	if answer.status == http.StatusOK {
		w.Header().Set("Content-Type", f.Meta().Format.ContentType())
	}
	return serve(w, r, answer)
}

// suffixes are what the address of a tile may end in.
func suffixes(f archive.Format) []string {
	switch f {
	case archive.MVT:
		return []string{".pbf", ".mvt"} // GDAL asks for the first
	case archive.JPEG:
		return []string{".jpg", ".jpeg"}
	}
	return []string{"." + string(f)}
}

func trimSuffix(y string, f archive.Format) string {
	for _, s := range suffixes(f) {
		if text, ok := strings.CutSuffix(y, s); ok {
			return text
		}
	}
	return y
}

// ServeTileJSON answers with TileJSON 3 of the archive, with addresses below
// base (https://host). An error that it returns has not been answered.
func (b Basemaps) ServeTileJSON(w http.ResponseWriter, r *http.Request, _ access.Principal, name, base string) error {
	f, err := b.find(name)
	if err != nil {
		return err
	}
	data, err := basemapTileJSON(name, base, f.Meta())
	if err != nil {
		return err
	}
	return serveJSON(w, r, data)
}

// basemapJSON is TileJSON of an archive: one of pictures has no layers.
type basemapJSON struct {
	tileJSON
	VectorLayers []archive.Layer `json:"vector_layers,omitempty"` // instead of tileJSON's
}

func basemapTileJSON(name, base string, m archive.Meta) ([]byte, error) {
	doc := basemapJSON{
		tileJSON: tileJSON{
			TileJSON: "3.0.0", Name: m.Name, Description: m.Description, Version: m.Version, Scheme: "xyz", Attribution: m.Attribution,
			Tiles:   []string{strings.TrimSuffix(base, "/") + "/basemaps/" + name + "/{z}/{x}/{y}" + suffixes(m.Format)[0]},
			MinZoom: m.MinZoom, MaxZoom: m.MaxZoom,
			Bounds: [4]float64{m.Bounds.Min[0], m.Bounds.Min[1], m.Bounds.Max[0], m.Bounds.Max[1]},
		},
		VectorLayers: m.Layers,
	}
	if !semver.MatchString(doc.Version) {
		doc.Version = "1.0.0" // what TileJSON takes if there is none
	}
	return json.Marshal(doc)
}

// semver is the form that TileJSON 3 demands of a version.
var semver = regexp.MustCompile(`^\d{1,9}\.\d{1,9}\.\d{1,9}$`)
