package tiles

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/tiles/archive"
)

// take asks for an archive; the headers are name and value by turns.
func take(t *testing.T, s *Server, layers, query string, headers ...string) (*httptest.ResponseRecorder, error) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/tiles/"+layers+"/archive.pmtiles?"+query, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	return w, s.ServeArchive(w, r, access.Principal{Scope: access.Open()}, layers)
}

// An archive has what the tiles have that are asked for one by one, in either datum.
func TestArchiveToTakeAlong(t *testing.T) {
	s := newServer(t, Options{World: scattered()})
	for _, datum := range []geo.CRS{"", geo.GCJ02} {
		query := ""
		if datum != "" {
			query = "datum=gcj02"
		}
		w, err := take(t, s, "water,buildings", query)
		if err != nil || w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/vnd.pmtiles" {
			t.Fatalf("%q: %d %v %v", datum, w.Code, w.Header(), err)
		}
		path := filepath.Join(t.TempDir(), "creek.pmtiles")
		if err := os.WriteFile(path, w.Body.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := archive.Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		seen := 0
		every(f.Meta().Bounds.Pad(0.01), offlineFrom, 15, func(tile geo.Tile) {
			want, err := s.Tile(t.Context(), Request{Layers: []string{"water", "buildings"}, Tile: tile, Datum: datum, Scope: access.Open()})
			if err != nil {
				t.Fatal(err)
			}
			stored, _, err := f.Tile(t.Context(), tile)
			if err != nil {
				t.Fatal(err)
			}
			if (len(want.Data) > 0) != (len(stored) > 0) {
				t.Errorf("%q %v: %d bytes in the archive, want %d", datum, tile, len(stored), len(want.Data))
			}
			if len(stored) > 0 {
				seen++
			}
		})
		if seen < 5 {
			t.Errorf("%q: %d tiles, want more", datum, seen)
		}
	}
}

// A download that broke off goes on with ranges; one of another edition begins anew.
func TestArchiveByRanges(t *testing.T) {
	s := newServer(t, Options{World: scattered()})
	whole, err := take(t, s, "water", "")
	if err != nil {
		t.Fatal(err)
	}
	tag := whole.Header().Get("ETag")
	half := whole.Body.Len() / 2
	first, err := take(t, s, "water", "", "Range", "bytes=0-"+strconv.Itoa(half-1))
	if err != nil || first.Code != http.StatusPartialContent {
		t.Fatalf("first half: %d %v", first.Code, err)
	}
	second, err := take(t, s, "water", "", "Range", "bytes="+strconv.Itoa(half)+"-", "If-Range", tag)
	if err != nil || second.Code != http.StatusPartialContent {
		t.Fatalf("second half: %d %v", second.Code, err)
	}
	if got := append(bytes.Clone(first.Body.Bytes()), second.Body.Bytes()...); !bytes.Equal(got, whole.Body.Bytes()) {
		t.Error("the halves are not the whole")
	}
	if w, err := take(t, s, "water", "", "Range", "bytes=5-", "If-Range", `"another"`); err != nil || w.Code != http.StatusOK {
		t.Errorf("another edition: %d %v, want all of it", w.Code, err)
	}
	if w, err := take(t, s, "water", "", "If-None-Match", tag); err != nil || w.Code != http.StatusNotModified {
		t.Errorf("the same edition: %d %v", w.Code, err)
	}
}

func TestArchiveRefuses(t *testing.T) {
	s := newServer(t, Options{World: scattered()})
	for _, c := range []struct {
		layers, query string
		want          error
	}{
		{"sensors", "", assets.ErrInvalid},
		{"water,movers", "", assets.ErrNotFound},
		{"water", "filter=height%20%3E%203", assets.ErrInvalid},
		{"water", "properties=id", assets.ErrInvalid},
		{"water", "datum=mars", assets.ErrInvalid},
	} {
		if _, err := take(t, s, c.layers, c.query); !errors.Is(err, c.want) {
			t.Errorf("%s?%s: %v, want %v", c.layers, c.query, err, c.want)
		}
	}
}
