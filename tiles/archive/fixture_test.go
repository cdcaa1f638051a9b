package archive

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"suhe/geo"
)

var formats = []string{"pmtiles", "mbtiles"}

// sample is a meta with something in every field.
func sample() Meta {
	return Meta{
		Name: "苏河", Description: "What stands on the bank", Attribution: "© someone", Version: "1.0.0",
		Format: MVT, MinZoom: 0, MaxZoom: 16,
		Bounds: orb.Bound{Min: orb.Point{121.35, 31.21}, Max: orb.Point{121.46, 31.27}},
		Layers: []Layer{
			{ID: "sensors", Description: "Sensors", MinZoom: 10, MaxZoom: 16, Fields: map[string]string{"id": "Identifier (String)", "height": "Metres (Number)"}},
			{ID: "water", Description: "Water", MinZoom: 8, MaxZoom: 16, Fields: map[string]string{}},
		},
	}
}

func pack(text string) []byte {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	z.Write([]byte(text))
	z.Close()
	return b.Bytes()
}

// grid returns n tiles in order, from the beginning of a zoom.
func grid(z uint32, n int) []geo.Tile {
	var out []geo.Tile
	side := uint32(math.Ceil(math.Sqrt(float64(n))))
	for x := range side {
		for y := range side {
			out = append(out, geo.Tile{Z: z, X: x, Y: y})
		}
	}
	slices.SortFunc(out, byID)
	return out[:n]
}

func byID(a, b geo.Tile) int {
	switch x, y := ID(a), ID(b); {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// write writes an archive of the tiles and what content gives for each.
func write(t testing.TB, path string, m Meta, tiles []geo.Tile, content func(geo.Tile) []byte) {
	t.Helper()
	w, err := Create(path, m)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	for _, tile := range tiles {
		if err := w.Put(tile, content(tile)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// read opens an archive for the time of the test.
func read(t testing.TB, path string) *File {
	t.Helper()
	f, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// own is content that no other tile has.
func own(t geo.Tile) []byte { return fmt.Appendf([]byte(gzipMagic), "tile %d/%d/%d", t.Z, t.X, t.Y) }

// alone says that the folder holds the named files and no rubbish.
func alone(t testing.TB, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if !slices.Equal(got, names) {
		t.Errorf("the folder holds %q, want %q", got, names)
	}
}

func place(t testing.TB, format string) string { return filepath.Join(t.TempDir(), "out."+format) }
