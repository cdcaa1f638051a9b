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

//go:embed upgrade2.sql
var upgrade2 string

//go:embed upgrade3.sql
var upgrade3 string

//go:embed upgrade4.sql
var upgrade4 string

//go:embed upgrade5.sql
var upgrade5 string

// steps make a file, each from what the one before left: a file of version n has
// taken the first n.
func steps() []string { return []string{schema, upgrade2, upgrade3, upgrade4, upgrade5} }

const (
	applicationID = 0x47504B47 // "GPKG"
	specVersion   = 10300      // GeoPackage 1.3
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
	} {
		if _, err := tx.ExecContext(ctx, sql); err != nil {
			return fmt.Errorf("schema: %w", err)
		}
	}
	return upgrade(ctx, tx, 0)
}

// upgrade takes the steps that a file of the version has not taken.
func upgrade(ctx context.Context, tx *sql.Tx, version int) error {
	for i, step := range steps()[version:] {
		if _, err := tx.ExecContext(ctx, step); err != nil {
			return fmt.Errorf("schema: to version %d: %w", version+i+1, err)
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
	if version < 1 || version > uint64(len(steps())) {
		return fmt.Errorf("schema: version %d, want 1 to %d", version, len(steps()))
	}
	return upgrade(ctx, tx, int(version))
}
