package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/assets/scene"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/internal/audit"
	"suhe/tiles"
	"suhe/tiles/archive"
	"suhe/twin"
)

// tileExport is an export of tiles, for where there is no server.
type tileExport struct {
	Tiles  string   `help:"Write vector tiles to this file: .pmtiles or .mbtiles." placeholder:"FILE"`
	Bounds string   `help:"Only tiles that touch this box, in degrees; default everything." placeholder:"W,S,E,N"`
	Zooms  string   `help:"Zooms of the tiles." default:"8-16" placeholder:"MIN-MAX"`
	Layers []string `help:"Layers of the tiles; default all." placeholder:"LAYER"`
}

// run renders what the store holds now, as everybody at this machine may see it.
func (c *tileExport) run(ctx context.Context, s storage, io streams, log *slog.Logger) error {
	options, err := c.options(log)
	if err != nil {
		return err
	}
	store, err := openStore(ctx, s, log)
	if err != nil {
		return err
	}
	defer store.Close()
	taken := map[string]string{"layers": strings.Join(c.Layers, ","), "bounds": c.Bounds, "zooms": c.Zooms}
	if err := exporting(ctx, store, audit.TileExport, c.Tiles, taken); err != nil {
		return err
	}
	server, err := storedTiles(ctx, store, log)
	if err != nil {
		return err
	}
	defer server.Close()
	count, err := server.Export(ctx, c.Tiles, options)
	if errors.Is(err, assets.ErrNotFound) { // a layer: the command line named it
		return fmt.Errorf("%w (%w)", err, assets.ErrInvalid)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(io.out, "%d tiles written to %s\n", count, c.Tiles)
	return nil
}

// options reads the flags.
func (c *tileExport) options(log *slog.Logger) (tiles.ExportOptions, error) {
	o := tiles.ExportOptions{
		Name: scene.Facts().Title, Layers: c.Layers, Scope: access.Open(),
		Progress: func(done, total int) { log.Info("exporting tiles", "done", done, "total", total) },
	}
	err := archive.CheckName(c.Tiles)
	if err != nil {
		return o, err
	}
	if o.MinZoom, o.MaxZoom, err = parseZooms(c.Zooms); err != nil {
		return o, err
	}
	if c.Bounds != "" {
		o.Bounds, err = parseBounds(c.Bounds)
	}
	return o, err
}

// storedTiles is a tile server over the store as it is, without a log to follow.
func storedTiles(ctx context.Context, store store, log *slog.Logger) (*tiles.Server, error) {
	registry := newRegistry(store)
	world, err := twin.New(twin.Options{Phenomenon: rules(registry.Classes()), Prepare: refuse(registry), Log: log})
	if err != nil {
		return nil, err
	}
	if err := world.Load(ctx, twin.Source{Assets: registry, History: store}); err != nil {
		return nil, err
	}
	server, err := tiles.New(tiles.Options{World: world, Cache: -1})
	if err == nil {
		server.Took(twin.Batch{}) // counts what low zooms show as clusters
	}
	return server, err
}

// parseZooms reads MIN-MAX, or one zoom.
func parseZooms(text string) (least, most uint32, err error) {
	from, to, both := strings.Cut(text, "-")
	if !both {
		to = from
	}
	a, errA := strconv.ParseUint(from, 10, 32)
	b, errB := strconv.ParseUint(to, 10, 32)
	if errA != nil || errB != nil || a > b || b > geo.MaxZoom {
		return 0, 0, fmt.Errorf("zooms: %q, want MIN-MAX of 0 to %d: %w", text, geo.MaxZoom, assets.ErrInvalid)
	}
	return uint32(a), uint32(b), nil
}

// parseBounds reads W,S,E,N in degrees.
func parseBounds(text string) (orb.Bound, error) {
	wrong := fmt.Errorf("bounds: %q, want W,S,E,N in degrees, west before east and south before north: %w", text, assets.ErrInvalid)
	parts := strings.Split(text, ",")
	if len(parts) != 4 {
		return orb.Bound{}, wrong
	}
	var n [4]float64
	for i, limit := range [4]float64{180, 90, 180, 90} {
		var err error
		if n[i], err = strconv.ParseFloat(strings.TrimSpace(parts[i]), 64); err != nil || !(n[i] >= -limit && n[i] <= limit) {
			return orb.Bound{}, wrong
		}
	}
	if n[0] >= n[2] || n[1] >= n[3] {
		return orb.Bound{}, wrong
	}
	return orb.Bound{Min: orb.Point{n[0], n[1]}, Max: orb.Point{n[2], n[3]}}, nil
}
