package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"os"
	"path/filepath"

	"suhe/assets"
	"suhe/internal/audit"
)

// exportCmd writes a file of assets or of tiles.
type exportCmd struct {
	storage
	File string `arg:"" optional:"" help:"File of assets to write: .geojson or .gpkg."`
	Kind string `help:"Only assets of this kind." placeholder:"KIND"`
	tileExport
}

// Run exports what the store holds now.
func (c *exportCmd) Run(ctx context.Context, io streams, log *slog.Logger) error {
	switch {
	case (c.File == "") == (c.Tiles == ""):
		return fmt.Errorf("export: want a file of assets or --tiles, one of them: %w", assets.ErrInvalid)
	case c.Tiles != "" && c.Kind != "":
		return fmt.Errorf("kind: want --layers with --tiles: %w", assets.ErrInvalid)
	case c.Tiles != "":
		return c.tileExport.run(ctx, c.storage, io, log)
	}
	return c.assets(ctx, io, log)
}

// assets exports the registry.
func (c *exportCmd) assets(ctx context.Context, io streams, log *slog.Logger) error {
	kind := assets.Kind("")
	if c.Kind != "" {
		var err error
		if kind, err = assets.ParseKind(c.Kind); err != nil {
			return fmt.Errorf("%w (%w)", err, assets.ErrInvalid)
		}
	}
	write, err := exporter(c.File)
	if err != nil {
		return err
	}
	store, err := openStore(ctx, c.storage, log)
	if err != nil {
		return err
	}
	defer store.Close()
	if err := exporting(ctx, store, audit.AssetExport, c.File, map[string]string{"kind": string(kind)}); err != nil {
		return err
	}
	count := 0
	err = write(ctx, c.File, func(yield func(*assets.Asset, error) bool) {
		_, err := newRegistry(store).Load(ctx, func(a *assets.Asset) error {
			if kind != "" && a.Kind != kind {
				return nil
			}
			count++
			if !yield(a, nil) {
				return context.Canceled
			}
			return nil
		})
		if err != nil && ctx.Err() == nil {
			yield(nil, err)
		}
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(io.out, "%d assets written to %s\n", count, c.File)
	return nil
}

// exporting records that somebody at this machine takes a file away.
func exporting(ctx context.Context, store audit.Store, a audit.Action, file string, detail map[string]string) error {
	e := audit.From(ctx).Entry(a, "file "+filepath.Base(file), audit.Done)
	e.Detail, _ = json.Marshal(detail) // texts
	return store.AppendAudit(ctx, e)
}

// writer writes assets to a file.
type writer func(ctx context.Context, file string, all iter.Seq2[*assets.Asset, error]) error

// exporter finds the writer by the file's name.
func exporter(file string) (writer, error) {
	switch filepath.Ext(file) {
	case ".geojson", ".json":
		return writeGeoJSON, nil
	case ".gpkg":
		return assets.ExportGeoPackage, nil
	}
	return nil, fmt.Errorf("file: %q, want a name that ends in .geojson or .gpkg: %w", file, assets.ErrInvalid)
}

// writeGeoJSON writes assets as one FeatureCollection.
func writeGeoJSON(_ context.Context, file string, all iter.Seq2[*assets.Asset, error]) error {
	return writeFile(file, func(f *os.File) error { return assets.ExportGeoJSON(f, all) })
}

// writeFile writes beside the file, under a name that listings do not show, and moves
// it in place when it is whole and on disk.
func writeFile(file string, write func(*os.File) error) error {
	f, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if err := write(f); err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), file)
}
