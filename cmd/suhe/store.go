package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"suhe/assets"
	"suhe/internal/audit"
	"suhe/internal/backup"
	"suhe/internal/docket"
	kept "suhe/internal/settings"
	"suhe/internal/store/geopackage"
	"suhe/internal/store/postgis"
	"suhe/twin"
	"suhe/twin/survey"
)

// store is all that is kept: the registry, its outbox, history, settings, alarms and incidents, and the
// record of who did what.
type store interface {
	assets.Store
	assets.Archive
	twin.Outbox
	twin.History
	backup.Dumper
	kept.Store
	docket.Store
	audit.Store
	survey.Past
	Close() error
}

// openStore chooses the store: PostGIS if a database is named, else the GeoPackage.
func openStore(ctx context.Context, s storage, log *slog.Logger) (store, error) {
	if _, err := os.Lstat(s.place(backup.Unfinished)); err == nil {
		return nil, fmt.Errorf("data-dir: a restore to %s did not come to its end: restore again, with --force", s.DataDir)
	}
	if s.Database != "" {
		return postgis.Open(ctx, s.Database, postgis.Options{Log: log, AuditHash: s.AuditHash})
	}
	if err := os.MkdirAll(s.DataDir, 0o700); err != nil {
		return nil, err
	}
	return geopackage.Open(ctx, s.place("suhe.gpkg"), geopackage.Options{Log: log, AuditHash: s.AuditHash})
}
