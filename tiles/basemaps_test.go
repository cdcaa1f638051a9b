package tiles

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/tiles/archive"
)

// basemaps are the exported city and an archive of pictures.
func basemaps(t *testing.T) Basemaps {
	t.Helper()
	city := exportAndOpen(t, newServer(t, Options{World: scattered()}), "pmtiles", whole(14, 15))
	return Basemaps{"city": city, "photo": photo(t)}
}

// photo is an MBTiles file of one PNG, at 1/0/0.
func photo(t *testing.T) *archive.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "photo.mbtiles")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		"CREATE TABLE metadata (name, value)", "CREATE TABLE tiles (zoom_level, tile_column, tile_row, tile_data)",
		"INSERT INTO metadata VALUES ('name', 'Photo'), ('format', 'png'), ('version', '2')",
		"INSERT INTO tiles VALUES (1, 0, 1, x'89504e47')",
	} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := archive.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// askBasemap sends a request for name/z/x/y.
func askBasemap(t *testing.T, b Basemaps, path string, header http.Header) (*httptest.ResponseRecorder, error) {
	t.Helper()
	parts := strings.Split(path, "/")
	r := httptest.NewRequest("GET", "/basemaps/"+path, nil)
	r.Header = header
	w := httptest.NewRecorder()
	err := b.ServeTile(w, r, access.Principal{Scope: access.Open()}, Address{Layers: parts[0], Z: parts[1], X: parts[2], Y: parts[3]})
	if err != nil && (w.Body.Len() > 0 || len(w.Header()) > 0) {
		t.Errorf("%s: answered and returned %v", path, err)
	}
	return w, err
}

func TestBasemapTiles(t *testing.T) {
	b := basemaps(t)
	address := fmt.Sprintf("city/%d/%d/%d", home.Z, home.X, home.Y)
	packed, _, err := b["city"].Tile(t.Context(), home)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := archive.Inflate(packed)
	if err != nil {
		t.Fatal(err)
	}
	gzip := http.Header{"Accept-Encoding": {"gzip"}}
	for _, c := range []struct {
		path   string
		header http.Header
		status int
		kind   string
		coding string
		body   []byte
	}{
		{address, nil, 200, "application/vnd.mapbox-vector-tile", "", plain},
		{address, gzip, 200, "application/vnd.mapbox-vector-tile", "gzip", packed},
		{address + ".mvt", gzip, 200, "application/vnd.mapbox-vector-tile", "gzip", packed},
		{address + ".pbf", nil, 200, "application/vnd.mapbox-vector-tile", "", plain},
		{"city/14/0/0", gzip, 204, "", "", nil},
		{"photo/1/0/0", gzip, 200, "image/png", "", []byte("\x89PNG")},
		{"photo/1/0/0.png", nil, 200, "image/png", "", []byte("\x89PNG")},
		{"photo/1/1/1", nil, 204, "", "", nil},
	} {
		w, err := askBasemap(t, b, c.path, c.header)
		if err != nil {
			t.Errorf("%s: %v", c.path, err)
			continue
		}
		h := w.Header()
		if w.Code != c.status || h.Get("Content-Type") != c.kind || h.Get("Content-Encoding") != c.coding || !bytes.Equal(w.Body.Bytes(), c.body) {
			t.Errorf("%s: %d, %q in %q, %d bytes; want %d, %q in %q, %d bytes", c.path, w.Code, h.Get("Content-Type"), h.Get("Content-Encoding"), w.Body.Len(), c.status, c.kind, c.coding, len(c.body))
		}
		tag := h.Get("ETag")
		if !strings.HasPrefix(tag, `"`) {
			t.Errorf("%s: ETag %s", c.path, tag)
		}
		for _, header := range []http.Header{{"If-None-Match": {tag}}, {"If-None-Match": {tag}, "Accept-Encoding": {"gzip"}}} {
			if w, err := askBasemap(t, b, c.path, header); err != nil || w.Code != 304 || w.Body.Len() > 0 {
				t.Errorf("%s again: %d, error %v", c.path, w.Code, err)
			}
		}
	}
}

func TestBasemapTilesRefused(t *testing.T) {
	b := basemaps(t)
	for path, want := range map[string]error{
		"none/1/0/0":           assets.ErrNotFound,
		"city/13/0/0":          assets.ErrNotFound, // not among its zooms
		"city/14/16384/0":      assets.ErrNotFound,
		"city/99999999999/0/0": assets.ErrNotFound,
		"city/14/-1/0":         assets.ErrInvalid,
		"city/14/0/0.png":      assets.ErrInvalid, // a suffix of another format
		"photo/1/0/0.mvt":      assets.ErrInvalid,
		"photo/x/0/0":          assets.ErrInvalid,
	} {
		if w, err := askBasemap(t, b, path, nil); !errors.Is(err, want) {
			t.Errorf("%s: %d, error %v, want %v", path, w.Code, err, want)
		}
	}
}

// Damage is our fault, not the caller's, whatever the caller accepts.
func TestBasemapDamaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cut.pmtiles")
	s := newServer(t, Options{World: scattered()})
	if _, err := s.Export(t.Context(), path, whole(15, 15)); err != nil {
		t.Fatal(err)
	}
	f, err := archive.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := os.Truncate(path, 200); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("GET", "/", nil)
	err = Basemaps{"cut": f}.ServeTile(httptest.NewRecorder(), r, access.Principal{}, Address{Layers: "cut", Z: fmt.Sprint(home.Z), X: fmt.Sprint(home.X), Y: fmt.Sprint(home.Y)})
	if !errors.Is(err, archive.ErrBroken) || errors.Is(err, assets.ErrInvalid) || errors.Is(err, assets.ErrNotFound) {
		t.Errorf("%v, want %v", err, archive.ErrBroken)
	}
}

func TestBasemapTileJSON(t *testing.T) {
	b := basemaps(t)
	document := func(name string) (doc map[string]any) {
		w := httptest.NewRecorder()
		if err := b.ServeTileJSON(w, httptest.NewRequest("GET", "/", nil), access.Principal{}, name, "http://host/"); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil || w.Header().Get("ETag") == "" {
			t.Fatalf("%s: %v, %v", name, err, w.Header())
		}
		return doc
	}
	for name, want := range map[string]string{
		"city":  `"http://host/basemaps/city/{z}/{x}/{y}.pbf" 14 15 1.0.0 12`,
		"photo": `"http://host/basemaps/photo/{z}/{x}/{y}.png" 1 1 1.0.0 0`,
	} {
		doc := document(name)
		layers, _ := doc["vector_layers"].([]any)
		address, _ := doc["tiles"].([]any)[0].(string)
		got := fmt.Sprintf("%q %v %v %s %d", address, doc["minzoom"], doc["maxzoom"], doc["version"], len(layers))
		if got != want || doc["tilejson"] != "3.0.0" || len(doc["bounds"].([]any)) != 4 {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	err := b.ServeTileJSON(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil), access.Principal{}, "none", "")
	if !errors.Is(err, assets.ErrNotFound) {
		t.Errorf("no such base map: %v", err)
	}
}
