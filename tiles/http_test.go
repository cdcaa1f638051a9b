package tiles

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"suhe/assets"
	"suhe/internal/access"
)

// ask sends a request for the home tile, or another path, through ServeTile.
func ask(t *testing.T, s *Server, method string, header http.Header, layer string, z, x, y any) (*httptest.ResponseRecorder, error) {
	t.Helper()
	r := httptest.NewRequest(method, "/tiles", nil)
	r.Header = header
	w := httptest.NewRecorder()
	err := s.ServeTile(w, r, access.Principal{Scope: access.Open()}, Address{Layers: layer, Z: fmt.Sprint(z), X: fmt.Sprint(x), Y: fmt.Sprint(y)})
	if err != nil && (w.Body.Len() > 0 || len(w.Header()) > 0) {
		t.Errorf("answered and returned %v", err)
	}
	return w, err
}

func TestServeTile(t *testing.T) {
	s := newServer(t, Options{World: &plainWorld{things: fixtures(100)}})
	full := get(t, s, "assets", home).ETag
	empty := get(t, s, "water", home).ETag
	cases := []struct {
		name           string
		method, layer  string
		header         http.Header
		status         int
		coding, length string
		etag           string
	}{
		{"plain", "GET", "assets", http.Header{}, 200, "", "raw", `"` + full + `"`},
		{"gzip", "GET", "assets", http.Header{"Accept-Encoding": {"br, gzip;q=0.5"}}, 200, "gzip", "gzip", `"` + full + `.gz"`},
		{"gzip refused", "GET", "assets", http.Header{"Accept-Encoding": {"gzip;q=0, *"}}, 200, "", "raw", `"` + full + `"`},
		{"any", "GET", "assets", http.Header{"Accept-Encoding": {"*"}}, 200, "gzip", "gzip", `"` + full + `.gz"`},
		{"head", "HEAD", "assets", http.Header{}, 200, "", "head", `"` + full + `"`},
		{"empty", "GET", "water", http.Header{}, 204, "", "", `"` + empty + `"`},
		{"same", "GET", "assets", http.Header{"If-None-Match": {`"` + full + `"`}}, 304, "", "", `"` + full + `"`},
		{"same, weak, in a list", "GET", "assets", http.Header{"If-None-Match": {`"x", W/"` + full + `"`}}, 304, "", "", `"` + full + `"`},
		{"same, compressed", "GET", "assets", http.Header{"If-None-Match": {`"` + full + `.gz"`}, "Accept-Encoding": {"gzip"}}, 304, "", "", `"` + full + `.gz"`},
		{"any version", "GET", "assets", http.Header{"If-None-Match": {"*"}}, 304, "", "", `"` + full + `"`},
		{"other version", "GET", "assets", http.Header{"If-None-Match": {`"other"`}}, 200, "", "raw", `"` + full + `"`},
		{"same emptiness", "GET", "water", http.Header{"If-None-Match": {`"` + empty + `"`}}, 304, "", "", `"` + empty + `"`},
	}
	tile := get(t, s, "assets", home)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w, err := ask(t, s, c.method, c.header, c.layer, home.Z, home.X, fmt.Sprint(home.Y, ".mvt"))
			if err != nil {
				t.Fatal(err)
			}
			h := w.Header()
			if w.Code != c.status || h.Get("ETag") != c.etag || h.Get("Content-Encoding") != c.coding {
				t.Errorf("%d, ETag %s, encoding %q; want %d, %s, %q", w.Code, h.Get("ETag"), h.Get("Content-Encoding"), c.status, c.etag, c.coding)
			}
			if h.Get("Cache-Control") != "private, no-cache" || h.Get("Vary") != "Accept-Encoding" {
				t.Errorf("headers %v", h)
			}
			if (h.Get("Content-Type") == "application/vnd.mapbox-vector-tile") != (c.status == 200) {
				t.Errorf("content type %q", h.Get("Content-Type"))
			}
			body := map[string][]byte{"raw": tile.Data, "gzip": tile.Gzip}[c.length]
			if !bytes.Equal(w.Body.Bytes(), body) {
				t.Errorf("%d bytes, want %d", w.Body.Len(), len(body))
			}
			if c.length == "head" && h.Get("Content-Length") != fmt.Sprint(len(tile.Data)) {
				t.Errorf("length %s, want %d", h.Get("Content-Length"), len(tile.Data))
			}
		})
	}
	z, err := gzip.NewReader(bytes.NewReader(tile.Gzip))
	if err != nil {
		t.Fatal(err)
	}
	if raw, err := io.ReadAll(z); err != nil || !bytes.Equal(raw, tile.Data) {
		t.Errorf("gzip holds something else: %v", err)
	}
}

func TestServeTileErrors(t *testing.T) {
	s := newServer(t, Options{World: &plainWorld{}})
	for _, c := range addresses {
		if _, err := ask(t, s, "GET", nil, c.layer, c.z, c.x, c.y); !errors.Is(err, c.err) {
			t.Errorf("%s: %v, want %v", c.name, err, c.err)
		}
	}
}

func TestSmallTilesAreNotCompressed(t *testing.T) {
	s := newServer(t, Options{World: &plainWorld{things: fixtures(2)}})
	r := get(t, s, "assets", home)
	if len(r.Data) == 0 || len(r.Data) >= gzipFrom || r.Gzip != nil {
		t.Errorf("%d bytes, %d compressed", len(r.Data), len(r.Gzip))
	}
}

func TestTruncatedTellsHowMany(t *testing.T) {
	s := newServer(t, Options{World: &plainWorld{things: fixtures(30)}, Features: 10})
	w, err := ask(t, s, "GET", nil, "assets", home.Z, home.X, home.Y)
	if err != nil || w.Header().Get("Suhe-Truncated") != "20" {
		t.Errorf("Suhe-Truncated %q, error %v", w.Header().Get("Suhe-Truncated"), err)
	}
}

func TestServeDocuments(t *testing.T) {
	s := newServer(t, Options{World: &plainWorld{}})
	serve := map[string]func(w http.ResponseWriter, r *http.Request) error{
		"tilejson": func(w http.ResponseWriter, r *http.Request) error {
			return s.ServeTileJSON(w, r, access.Principal{Scope: access.Open()}, "sensors.json", "http://host")
		},
		"style": func(w http.ResponseWriter, r *http.Request) error {
			return s.ServeStyle(w, r, "creek.json", "en", "http://host")
		},
	}
	for name, f := range serve {
		w := httptest.NewRecorder()
		if err := f(w, httptest.NewRequest("GET", "/", nil)); err != nil || w.Code != 200 || w.Header().Get("Content-Type") != "application/json" {
			t.Fatalf("%s: %d %v %v", name, w.Code, w.Header(), err)
		}
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("If-None-Match", w.Header().Get("ETag"))
		again := httptest.NewRecorder()
		if err := f(again, r); err != nil || again.Code != 304 {
			t.Errorf("%s again: %d %v", name, again.Code, err)
		}
	}
	w := httptest.NewRecorder()
	if err := s.ServeTileJSON(w, httptest.NewRequest("GET", "/", nil), access.Principal{}, "roads", ""); !errors.Is(err, assets.ErrNotFound) {
		t.Errorf("unknown layer: %v", err)
	}
}
