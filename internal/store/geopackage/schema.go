package geopackage

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
)

//go:embed schema.sql
var schema string

const (
	applicationID = 0x47504B47 // "GPKG"
	specVersion   = 10300      // GeoPackage 1.3
	schemaVersion = 1
)

// prepare makes the tables of an empty file, or checks those of ours. It moves
// them from the log into the file itself: GDAL reads its header there.
func prepare(ctx context.Context, db *sql.DB) error {
	if err := makeOrCheck(ctx, db); err != nil {
		return err
	}
	_, err := db.ExecContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)")
	return err
}

func makeOrCheck(ctx context.Context, db *sql.DB) error {
	return within(ctx, db, func(tx *sql.Tx) error {
		var tables int
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master").Scan(&tables); err != nil {
			return err
		}
		if tables == 0 {
			return create(ctx, tx)
		}
		return check(ctx, tx)
	})
}

func create(ctx context.Context, tx *sql.Tx) error {
	for _, sql := range []string{
		fmt.Sprintf("PRAGMA application_id = %d", applicationID),
		fmt.Sprintf("PRAGMA user_version = %d", specVersion),
		schema,
	} {
		if _, err := tx.ExecContext(ctx, sql); err != nil {
			return fmt.Errorf("schema: %w", err)
		}
	}
	return nil
}

func check(ctx context.Context, tx *sql.Tx) error {
	var id int64
	if err := tx.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
		return err
	}
	if id != applicationID {
		return fmt.Errorf("application_id: %#x, want %#x: it is no GeoPackage", id, applicationID)
	}
	var ours int
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('assets', 'outbox', 'meta', 'latest')").Scan(&ours); err != nil {
		return err
	}
	if ours != 4 {
		return errors.New("it is not a store, but another GeoPackage: import it instead")
	}
	version, err := number(ctx, tx, "schema")
	if err != nil {
		return err
	}
	if version != schemaVersion {
		return fmt.Errorf("schema: version %d, want %d", version, schemaVersion)
	}
	return nil
}
