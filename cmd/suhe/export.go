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
	"suhe/internal/format"
)

// exportCmd writes a file of assets or of tiles.
type exportCmd struct {
	storage
	File     string `arg:"" optional:"" help:"File of assets to write: .geojson, .geojsons, .csv, .gpkg, .fgb, or .zip of Shapefiles."`
	Kind     string `help:"Only assets of this kind." placeholder:"KIND"`
	Encoding string `help:"Encoding of CSV and Shapefiles." enum:"utf-8,gbk" default:"utf-8"`
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
	form, err := fileFormat(c.File)
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
	err = c.write(ctx, form, func(yield func(*assets.Asset, error) bool) {
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

// write writes all assets to the file.
func (c *exportCmd) write(ctx context.Context, form string, all iter.Seq2[*assets.Asset, error]) error {
	return writeFile(c.File, func(f *os.File) error { return format.WriteAssets(ctx, form, f, c.Encoding, all) })
}

// fileFormat finds the format by the file's name.
func fileFormat(file string) (string, error) {
	ending := filepath.Ext(file)
	if ending == ".json" {
		return "geojson", nil
	}
	var known []string
	for _, f := range format.Formats() {
		if f.Suffix == ending {
			return f.Name, nil
		}
		known = append(known, f.Suffix)
	}
	return "", fmt.Errorf("file: %q, want a name that ends in one of %v: %w", file, known, assets.ErrInvalid)
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
