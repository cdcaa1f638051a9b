package archive

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"suhe/geo"
)

// fuzz opens any bytes as an archive and asks for some tiles: no panic, no error
// but ErrBroken, and a bounded amount of memory.
func fuzz(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		before := allocated()
		defer func() {
			if n := allocated() - before; n > maxAllocated {
				t.Errorf("allocated %d bytes for %d, want at most %d", n, len(data), maxAllocated)
			}
		}()
		archive, err := Open(t.Context(), path)
		if err != nil {
			if !errors.Is(err, ErrBroken) {
				t.Errorf("Open: %v", err)
			}
			return
		}
		defer archive.Close()
		if m := archive.Meta(); m.MinZoom > m.MaxZoom || m.MaxZoom > geo.MaxZoom || m.Format == "" || !within(m.Bounds, m.Bounds) {
			t.Errorf("meta %+v", m)
		}
		for _, tile := range []geo.Tile{{}, {Z: 1, X: 1, Y: 1}, {Z: 5, X: 3, Y: 7}, {Z: geo.MaxZoom}} {
			data, _, err := archive.Tile(t.Context(), tile)
			if err != nil && !errors.Is(err, ErrBroken) || len(data) > MaxTile {
				t.Errorf("tile %v: %d bytes, error %v", tile, len(data), err)
			}
		}
	})
}

func FuzzPMTiles(f *testing.F) {
	for name, data := range hostile() {
		if len(data) < 1<<16 {
			f.Add(data)
		} else {
			f.Logf("%s is too large for a seed", name)
		}
	}
	f.Add(whole(f, "pmtiles"))
	fuzz(f)
}

func FuzzMBTiles(f *testing.F) {
	f.Add(whole(f, "mbtiles"))
	for _, statements := range [][]string{{someMeta, someTiles, pictures}, {someTiles}} {
		data, err := os.ReadFile(makeSQLite(f, statements...))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	fuzz(f)
}

// whole is a small archive of ours.
func whole(f *testing.F, format string) []byte {
	path := place(f, format)
	write(f, path, sample(), grid(1, 4), own)
	data, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	return data
}
