package tiles

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/tiles/archive"
)

// scattered is a world with something of some layers in and far from the home tile.
func scattered() *plainWorld {
	r := rand.New(rand.NewPCG(7, 8))
	things := append(fixtures(200), footprints(50)...)
	for i := range 30 {
		p := orb.Point{121 + r.Float64(), 31 + r.Float64()}
		things = append(things, thing(assets.FID(i+1), assets.Sensor, p))
	}
	return &plainWorld{things: append(things, thing(50, assets.Water, at(home, -30, 4000).Bound().Pad(0.003).ToPolygon()))}
}

// whole is an export of everything.
func whole(least, most uint32) ExportOptions {
	return ExportOptions{Name: "test", MinZoom: least, MaxZoom: most, Scope: access.Open()}
}

// exportAndOpen exports to a new file and opens it.
func exportAndOpen(t *testing.T, s *Server, format string, o ExportOptions) *archive.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "out."+format)
	if _, err := s.Export(t.Context(), path, o); err != nil {
		t.Fatal(err)
	}
	f, err := archive.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// every calls check for each tile of the zooms on or next to the box.
func every(b orb.Bound, least, most uint32, check func(geo.Tile)) {
	for z := least; z <= most; z++ {
		from, to := geo.TileAt(orb.Point{b.Min[0], b.Max[1]}, z), geo.TileAt(orb.Point{b.Max[0], b.Min[1]}, z)
		for x := max(from.X, 1) - 1; x <= to.X+1; x++ {
			for y := max(from.Y, 1) - 1; y <= to.Y+1; y++ {
				if t := (geo.Tile{Z: z, X: x, Y: y}); t.Valid() {
					check(t)
				}
			}
		}
	}
}

// The archive has exactly the tiles that are not empty, each with all layers as
// the server gives them.
func TestExport(t *testing.T) {
	s := newServer(t, Options{World: scattered()})
	layers := []string{"water", "buildings", "assets", "sensors"}
	o := whole(7, 13)
	o.Layers = layers
	for _, format := range []string{"pmtiles", "mbtiles"} {
		f, full := exportAndOpen(t, s, format, o), 0
		every(orb.Bound{Min: orb.Point{120.9, 30.9}, Max: orb.Point{122.1, 32.1}}, 7, 13, func(tile geo.Tile) {
			var want []byte
			for _, layer := range layers {
				want = append(want, get(t, s, layer, tile).Data...)
			}
			packed, gzipped, err := f.Tile(t.Context(), tile)
			if err != nil || gzipped != (len(want) > 0) {
				t.Fatalf("%s %v: %d bytes, gzipped %v, error %v; want %d", format, tile, len(packed), gzipped, err, len(want))
			}
			if !gzipped {
				return
			}
			full++
			if got, err := archive.Inflate(packed); err != nil || !bytes.Equal(got, want) {
				t.Fatalf("%s %v: %d bytes, error %v; want %d", format, tile, len(got), err, len(want))
			}
		})
		if full < 30 {
			t.Errorf("only %d tiles are not empty: nothing is tested", full)
		}
	}
}

func TestExportedTileHasAllLayers(t *testing.T) {
	s := newServer(t, Options{World: scattered()})
	f := exportAndOpen(t, s, "pmtiles", whole(15, 15))
	packed, _, err := f.Tile(t.Context(), home)
	if err != nil {
		t.Fatal(err)
	}
	layers, err := mvt.UnmarshalGzipped(packed)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, l := range layers {
		names = append(names, l.Name)
	}
	if got := len(f.Meta().Layers); got != len(s.Layers(access.Open())) {
		t.Errorf("%d layers are described, want %d", got, len(s.Layers(access.Open())))
	}
	if len(names) != 3 || names[0] != "water" || names[1] != "buildings" || names[2] != "assets" {
		t.Errorf("layers %q", names)
	}
}

// Within bounds, the archive has the tiles that touch them and says so.
func TestExportWithinBounds(t *testing.T) {
	s := newServer(t, Options{World: scattered()})
	o := whole(15, 15)
	o.Bounds = home.Bound(-0.3)
	f := exportAndOpen(t, s, "pmtiles", o)
	if f.Meta().Bounds.Left() < o.Bounds.Left()-1e-6 || f.Meta().Bounds.Top() > o.Bounds.Top()+1e-6 {
		t.Errorf("bounds %v, want those within %v", f.Meta().Bounds, o.Bounds)
	}
	every(o.Bounds, 15, 15, func(tile geo.Tile) {
		if data, _, err := f.Tile(t.Context(), tile); err != nil || (data != nil) != (tile == home) {
			t.Errorf("%v: %d bytes, error %v", tile, len(data), err)
		}
	})
}

func TestExportRefuses(t *testing.T) {
	s := newServer(t, Options{World: scattered()})
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	cases := []struct {
		name   string
		ctx    context.Context
		file   string
		change func(*ExportOptions)
		want   error
	}{
		{"too many tiles", t.Context(), "out.pmtiles", func(o *ExportOptions) { o.Limit = 10 }, assets.ErrInvalid},
		{"no such layer", t.Context(), "out.pmtiles", func(o *ExportOptions) { o.Layers = []string{"roads"} }, assets.ErrNotFound},
		{"a layer twice", t.Context(), "out.pmtiles", func(o *ExportOptions) { o.Layers = []string{"water", "water"} }, assets.ErrInvalid},
		{"an empty layer", t.Context(), "out.pmtiles", func(o *ExportOptions) { o.Layers = []string{"bridges"} }, assets.ErrInvalid},
		{"zooms", t.Context(), "out.pmtiles", func(o *ExportOptions) { o.MaxZoom = geo.MaxZoom + 1 }, assets.ErrInvalid},
		{"bounds elsewhere", t.Context(), "out.pmtiles", func(o *ExportOptions) { o.Bounds = orb.Bound{Max: orb.Point{1, 1}} }, assets.ErrInvalid},
		{"nothing to see", t.Context(), "out.pmtiles", func(o *ExportOptions) { o.Scope = access.Scope{} }, assets.ErrInvalid},
		{"another format", t.Context(), "out.zip", func(*ExportOptions) {}, assets.ErrInvalid},
		{"the caller is gone", gone, "out.mbtiles", func(*ExportOptions) {}, context.Canceled},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, c.file)
			os.WriteFile(path, []byte("before"), 0o600)
			o := whole(10, 12)
			c.change(&o)
			if _, err := s.Export(c.ctx, path, o); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
			if data, _ := os.ReadFile(path); string(data) != "before" {
				t.Errorf("the place holds %q", data)
			}
			if files, _ := os.ReadDir(dir); len(files) != 1 {
				t.Errorf("%d files are left", len(files))
			}
		})
	}
}

func TestExportTellsProgress(t *testing.T) {
	s := newServer(t, Options{World: scattered()})
	o := whole(15, 15)
	var done, total int
	o.Progress = func(d, t int) { done, total = d, t }
	f := exportAndOpen(t, s, "pmtiles", o)
	if done == 0 || done != total || f.Meta().Name != "test" {
		t.Errorf("%d of %d", done, total)
	}
}
