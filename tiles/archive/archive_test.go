package archive

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"suhe/assets"
	"suhe/geo"
)

// What is put in comes out, and nothing else is there; repeated tiles too.
func TestRoundTrip(t *testing.T) {
	contents := [][]byte{pack("a"), pack("b"), pack("cc")}
	for _, format := range formats {
		path := place(t, format)
		t.Run(format, func(t *testing.T) {
			rapid.Check(t, func(r *rapid.T) {
				model := make(map[geo.Tile][]byte)
				for range rapid.IntRange(1, 60).Draw(r, "tiles") {
					model[drawTile(r)] = rapid.SampledFrom(contents).Draw(r, "content")
				}
				var tiles []geo.Tile
				for tile := range model {
					tiles = append(tiles, tile)
				}
				slices.SortFunc(tiles, byID)
				write(t, path, sample(), tiles, func(tile geo.Tile) []byte { return model[tile] })
				f, err := Open(t.Context(), path)
				if err != nil {
					r.Fatal(err)
				}
				defer f.Close()
				for range 60 {
					tiles = append(tiles, drawTile(r))
				}
				for _, tile := range tiles {
					data, gzipped, err := f.Tile(t.Context(), tile)
					if err != nil || !bytes.Equal(data, model[tile]) || gzipped != (data != nil) {
						r.Fatalf("%v: %q (gzipped: %v, error %v), want %q", tile, data, gzipped, err, model[tile])
					}
				}
			})
		})
	}
}

// drawTile draws from few tiles, so that many are neighbours.
func drawTile(r *rapid.T) geo.Tile {
	z := rapid.Uint32Range(0, 4).Draw(r, "z")
	return geo.Tile{Z: z, X: rapid.Uint32Range(0, 1<<z-1).Draw(r, "x"), Y: rapid.Uint32Range(0, 1<<z-1).Draw(r, "y")}
}

func TestMetaRoundTrip(t *testing.T) {
	for _, format := range formats {
		path := place(t, format)
		write(t, path, sample(), grid(10, 1), own)
		want := sample()
		if format == "mbtiles" { // which has no place for what a field means
			want.Layers[0].Fields = map[string]string{"id": "String", "height": "Number"}
		}
		if got := read(t, path).Meta(); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", format, got, want)
		}
		alone(t, filepath.Dir(path), "out."+format)
	}
}

func TestWriterRefuses(t *testing.T) {
	a, b := grid(3, 2)[0], grid(3, 2)[1]
	cases := []struct {
		name string
		put  func(w Writer) error
	}{
		{"the order", func(w Writer) error { return errors.Join(w.Put(b, own(b)), w.Put(a, own(a))) }},
		{"a tile twice", func(w Writer) error { return errors.Join(w.Put(a, own(a)), w.Put(a, own(a))) }},
		{"nothing", func(w Writer) error { return w.Put(a, nil) }},
		{"too much", func(w Writer) error { return w.Put(a, make([]byte, MaxTile+1)) }},
		{"outside the grid", func(w Writer) error { return w.Put(geo.Tile{Z: 3, X: 8}, own(a)) }},
		{"outside the zooms", func(w Writer) error { return w.Put(geo.Tile{Z: 17}, own(a)) }},
		{"an empty archive", func(w Writer) error { return w.Close() }},
	}
	for _, format := range formats {
		for _, c := range cases {
			t.Run(format+" "+c.name, func(t *testing.T) {
				path := place(t, format)
				os.WriteFile(path, []byte("before"), 0o600)
				w, err := Create(path, sample())
				if err != nil {
					t.Fatal(err)
				}
				if err := c.put(w); !errors.Is(err, assets.ErrInvalid) {
					t.Errorf("%v, want %v", err, assets.ErrInvalid)
				}
				if err := w.Close(); err == nil {
					t.Error("closed as if it were whole")
				}
				if data, _ := os.ReadFile(path); string(data) != "before" {
					t.Errorf("the place holds %q", data)
				}
				alone(t, filepath.Dir(path), "out."+format)
			})
		}
	}
}

func TestAbort(t *testing.T) {
	for _, format := range formats {
		path := place(t, format)
		w, err := Create(path, sample())
		if err != nil {
			t.Fatal(err)
		}
		w.Put(geo.Tile{}, own(geo.Tile{}))
		w.Abort()
		if w.Put(geo.Tile{Z: 1}, own(geo.Tile{})) == nil || w.Close() == nil {
			t.Errorf("%s: written after the end", format)
		}
		w.Abort()
		alone(t, filepath.Dir(path))
	}
}

func TestCreateRefuses(t *testing.T) {
	for name, change := range map[string]func(*Meta){
		"no name":   func(m *Meta) { m.Name = "" },
		"pictures":  func(m *Meta) { m.Format = PNG },
		"zooms":     func(m *Meta) { m.MinZoom = 17 },
		"deep zoom": func(m *Meta) { m.MaxZoom = geo.MaxZoom + 1 },
		"bounds":    func(m *Meta) { m.Bounds.Max[0] = 181 },
	} {
		m := sample()
		change(&m)
		if _, err := Create(place(t, "pmtiles"), m); !errors.Is(err, assets.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Create(place(t, "zip"), sample()); !errors.Is(err, assets.ErrInvalid) {
		t.Errorf("a name that says nothing: %v", err)
	}
	if _, err := Create(filepath.Join(t.TempDir(), "none", "out.pmtiles"), sample()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no such folder: %v", err)
	}
}

func TestTileRefuses(t *testing.T) {
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for _, format := range formats {
		path := place(t, format)
		write(t, path, sample(), grid(3, 4), own)
		f := read(t, path)
		if _, _, err := f.Tile(t.Context(), geo.Tile{Z: 3, X: 8}); !errors.Is(err, assets.ErrNotFound) {
			t.Errorf("%s: outside the grid: %v", format, err)
		}
		if _, _, err := f.Tile(gone, geo.Tile{Z: 3}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: the caller is gone: %v", format, err)
		}
	}
}

// However many tiles there are, a writer holds a bounded part of them.
func TestWritersHoldLittle(t *testing.T) {
	const count, bound = 70_000, 16 << 20
	m := sample()
	for _, format := range formats {
		w, err := Create(place(t, format), m)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Abort()
		tiles := grid(16, count)
		before := heap()
		for _, tile := range tiles {
			if err := w.Put(tile, own(tile)); err != nil {
				t.Fatal(err)
			}
		}
		if grown := heap() - before; grown > bound {
			t.Errorf("%s: holds %d bytes after %d tiles, want at most %d", format, grown, count, bound)
		}
		runtime.KeepAlive(tiles)
	}
}

func heap() int64 {
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return int64(s.HeapAlloc)
}
