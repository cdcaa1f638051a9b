package postgis

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"math"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrationTable tells which migrations a database has taken. Its schema is named:
// a role called suhe would look into its own first, which the first migration makes.
const migrationTable = "public.suhe_migrations"

// latest stands for the last migration.
const latest = math.MaxInt64

// migrate brings the schema up to date. Nodes that start together wait for each other.
func migrate(ctx context.Context, c *pgx.ConnConfig) error { return migrateTo(ctx, c, latest) }

// migrateTo brings the schema up to the migration, if it is not there or further.
func migrateTo(ctx context.Context, c *pgx.ConnConfig, version int64) error {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	db := stdlib.OpenDB(*c)
	defer db.Close()
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	p, err := goose.NewProvider(goose.DialectPostgres, db, sub,
		goose.WithSessionLocker(locker), goose.WithTableName(migrationTable), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if sources := p.ListSources(); version != latest && version > sources[len(sources)-1].Version {
		return fmt.Errorf("migrate: to %d: this program knows %d at most", version, sources[len(sources)-1].Version)
	}
	if _, err := p.UpTo(ctx, version); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}
