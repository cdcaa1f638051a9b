package tiles

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/tiles/archive"
)

// maxExported is the default bound of an export's tiles.
const maxExported = 5_000_000

// ExportOptions say what Export writes; zero means the default.
type ExportOptions struct {
	Name     string                // of the archive; must be set
	Layers   []string              // by name, drawn in this order from below; default all
	Bounds   orb.Bound             // degrees WGS84; default everything there is
	MinZoom  uint32                //
	MaxZoom  uint32                // at most geo.MaxZoom
	Limit    int                   // the most tiles to look at; default 5,000,000
	Scope    access.Scope          // what may be seen
	Datum    geo.CRS               // geo.GCJ02 or geo.BD09; empty: WGS84
	Progress func(done, total int) // called now and then on Export's goroutine, and at the end
}

// Export writes the tiles as they are now to an archive at path, whose name ends
// in .pmtiles or .mbtiles, and returns how many. It looks only at tiles on whose
// ground something stands, and leaves out those that show nothing at their zoom.
// Some tiles are rendered ahead of the writing; no more are in memory.
//
// A layer that does not exist is assets.ErrNotFound, everything else in the
// options that cannot be done assets.ErrInvalid, also more than Limit tiles. If
// it fails, what was at path is untouched.
func (s *Server) Export(ctx context.Context, path string, o ExportOptions) (int, error) {
	x, err := s.newExport(o)
	if err != nil {
		return 0, fmt.Errorf("export: %w", err)
	}
	meta, err := x.meta()
	if err != nil {
		return 0, fmt.Errorf("export: %w", err)
	}
	w, err := archive.Create(path, meta)
	if err != nil {
		return 0, fmt.Errorf("export: %w", err)
	}
	defer w.Abort()
	written, err := x.run(ctx, w)
	if err != nil {
		return 0, fmt.Errorf("export: %w", err)
	}
	if err := w.Close(); err != nil {
		return 0, fmt.Errorf("export: %w", err)
	}
	return written, nil
}

// export is one Export on its way.
type export struct {
	ExportOptions
	server *Server
	walk   walk
}

// newExport checks the options and finds the ground to walk.
func (s *Server) newExport(o ExportOptions) (*export, error) {
	if len(o.Layers) == 0 {
		for _, l := range s.catalogue.Layers {
			o.Layers = append(o.Layers, l.Name)
		}
	}
	if o.MinZoom > o.MaxZoom || o.MaxZoom > geo.MaxZoom {
		return nil, fmt.Errorf("zooms: %w: %d–%d, want ascending and at most %d", assets.ErrInvalid, o.MinZoom, o.MaxZoom, geo.MaxZoom)
	}
	if o.Limit <= 0 {
		o.Limit = maxExported
	}
	if o.Progress == nil {
		o.Progress = func(int, int) {}
	}
	names, err := parseLayers(strings.Join(o.Layers, ","))
	if err != nil {
		return nil, err
	}
	layers, err := s.catalogue.layers(nil, names)
	if err != nil {
		return nil, err
	}
	x := &export{ExportOptions: o, server: s, walk: walk{world: s.options.World, layers: layers}}
	x.walk.sight.By(o.Scope)
	if x.walk.shift.to, err = projector(o.Datum); err != nil {
		return nil, err
	}
	return x, x.bound()
}

// bound narrows the walk to where something is.
func (x *export) bound() error {
	extent, ok := x.walk.extent()
	if !ok {
		return fmt.Errorf("layers: %w: nothing is in them", assets.ErrInvalid)
	}
	if x.Bounds == (orb.Bound{}) {
		x.Bounds = extent
	}
	x.walk.bounds = orb.Bound{
		Min: orb.Point{max(x.Bounds.Min[0], extent.Min[0]), max(x.Bounds.Min[1], extent.Min[1])},
		Max: orb.Point{min(x.Bounds.Max[0], extent.Max[0]), min(x.Bounds.Max[1], extent.Max[1])},
	}
	if b := x.walk.bounds; !(b.Min[0] <= b.Max[0] && b.Min[1] <= b.Max[1]) { // nor with a NaN
		return fmt.Errorf("bounds: %w: nothing is within %s, everything is within %s", assets.ErrInvalid, boxText(x.Bounds), boxText(extent))
	}
	return nil
}

// boxText is a box as west, south, east, north.
func boxText(b orb.Bound) string {
	return fmt.Sprintf("%g,%g,%g,%g", b.Min[0], b.Min[1], b.Max[0], b.Max[1])
}

// meta describes the archive as the layers' own documents do.
func (x *export) meta() (archive.Meta, error) {
	m := archive.Meta{
		Name: x.Name, Version: "1.0.0", Format: archive.MVT, Attribution: x.server.catalogue.Attribution,
		MinZoom: x.MinZoom, MaxZoom: x.MaxZoom, Bounds: x.walk.bounds,
	}
	text, err := x.server.TileJSON(strings.Join(x.Layers, ","), "", x.Scope)
	if err != nil {
		return archive.Meta{}, err
	}
	var document struct {
		Layers []archive.Layer `json:"vector_layers"`
	}
	if err := json.Unmarshal(text, &document); err != nil {
		return archive.Meta{}, err
	}
	m.Layers = document.Layers
	return m, nil
}
