package main

import (
	"context"
	"fmt"
	"log/slog"

	"suhe/assets"
	"suhe/geo"
)

// importCmd reads a file into the registry.
type importCmd struct {
	storage
	File   string            `arg:"" help:"GeoJSON, GeoJSON-seq, CSV, GeoPackage or OSM PBF."`
	Kind   string            `help:"Kind of every asset: area, water, bank, bridge, building, landmark, asset, camera, sensor." placeholder:"KIND"`
	Class  string            `help:"Class of every asset, a code of the class tables." placeholder:"CODE"`
	CRS    string            `help:"Coordinate system of the file: EPSG:4326, 4490, 3857, 4549, GCJ-02, BD-09, CITY." placeholder:"CRS" name:"crs"`
	Map    map[string]string `help:"Take the asset's field or property from this field of the file." placeholder:"FIELD=PROPERTY"`
	Layer  string            `help:"Only this layer of a GeoPackage." placeholder:"NAME"`
	DryRun bool              `help:"Read and check everything, store nothing."`
	Strict bool              `help:"Store nothing if any row is bad."`
}

// Run imports in one transaction. Bad rows are told one by one and left out; if
// no row was good the exit code is 2.
func (c *importCmd) Run(ctx context.Context, io streams, log *slog.Logger) error {
	options, err := c.options(io)
	if err != nil {
		return err
	}
	store, err := openStore(ctx, c.storage, log)
	if err != nil {
		return err
	}
	defer store.Close()
	registry, err := c.sealing(store)
	if err != nil {
		return err
	}
	// The areas must be known before anything can be placed in them.
	if _, err := registry.Load(ctx, func(*assets.Asset) error { return nil }); err != nil {
		return err
	}
	report, err := registry.ImportFile(ctx, c.File, options)
	if err != nil {
		return err
	}
	fmt.Fprintln(io.out, told(report, c.DryRun))
	if report.Bad > 0 && report.Bad == report.Read {
		return fmt.Errorf("file: no row of %s is good: %w", c.File, assets.ErrInvalid)
	}
	return nil
}

func told(r assets.Report, dry bool) string {
	if dry {
		return fmt.Sprintf("%d rows read: %d good, %d bad; nothing was stored", r.Read, r.Created, r.Bad)
	}
	return fmt.Sprintf("%d rows read: %d created, %d changed, %d as they were, %d bad", r.Read, r.Created, r.Changed, r.Same, r.Bad)
}

// options checks the flags and says where problems and progress go.
func (c *importCmd) options(io streams) (assets.ImportOptions, error) {
	o := assets.ImportOptions{Class: c.Class, Map: c.Map, Layer: c.Layer, City: geo.ShanghaiPlane,
		By: "import", DryRun: c.DryRun, Strict: c.Strict}
	var err error
	if c.Kind != "" {
		if o.Kind, err = assets.ParseKind(c.Kind); err != nil {
			return o, fmt.Errorf("%w (%w)", err, assets.ErrInvalid)
		}
	}
	if c.CRS != "" {
		if o.CRS, err = geo.ParseCRS(c.CRS); err != nil {
			return o, fmt.Errorf("%w (%w)", err, assets.ErrInvalid)
		}
	}
	o.Problem = func(p assets.Problem) { fmt.Fprintln(io.err, p.Error()) }
	o.Progress = func(r assets.Report) { fmt.Fprintf(io.err, "%d rows\n", r.Read) }
	return o, nil
}
