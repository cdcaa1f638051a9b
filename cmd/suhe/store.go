package main

import (
	"context"
	"log/slog"
	"os"

	"suhe/assets"
	"suhe/internal/audit"
	kept "suhe/internal/settings"
	"suhe/internal/store/geopackage"
	"suhe/internal/store/postgis"
	"suhe/twin"
)

// store is all that is kept: the registry, its outbox, history, settings, and the
// record of who did what.
type store interface {
	assets.Store
	twin.Outbox
	twin.History
	kept.Store
	audit.Store
	Close() error
}

// openStore chooses the store: PostGIS if a database is named, else the GeoPackage.
func openStore(ctx context.Context, s storage, log *slog.Logger) (store, error) {
	if s.Database != "" {
		return postgis.Open(ctx, s.Database, postgis.Options{Log: log})
	}
	if err := os.MkdirAll(s.DataDir, 0o700); err != nil {
		return nil, err
	}
	return geopackage.Open(ctx, s.place("suhe.gpkg"), geopackage.Options{Log: log})
}
