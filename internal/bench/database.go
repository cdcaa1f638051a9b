package bench

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/jackc/pgx/v5"

	"suhe/internal/pgcluster"
)

// openDatabase returns the address of a database: the one that is named, or one
// of a cluster of our own, made for the yardstick: as durable as any, with
// memory for all the data.
func openDatabase(named string) (url string, end func(), err error) {
	if named != "" {
		return named, func() {}, nil
	}
	c, err := pgcluster.New("fsync=on", "shared_buffers=1GB", "work_mem=64MB", "maintenance_work_mem=512MB",
		"effective_cache_size=2GB", "random_page_cost=1.1", "max_wal_size=4GB")
	if err != nil {
		return "", nil, err
	}
	return c.URL("postgres"), c.Remove, nil
}

// inDatabase runs f with a database of its own on the same server, since a node
// keeps its tables under a name of its own.
func inDatabase(ctx context.Context, server string, f func(url string) error) (err error) {
	u, err := url.Parse(server)
	if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	name := fmt.Sprintf("suhe_bench_%d", time.Now().UnixNano())
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		return err
	}
	defer func() {
		late, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		if _, drop := conn.Exec(late, "DROP DATABASE "+name+" WITH (FORCE)"); err == nil {
			err = drop
		}
	}()
	u.Path = "/" + name
	return f(u.String())
}

// vacuum leaves the database nothing to tidy up during a measurement.
func vacuum(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	_, err = conn.Exec(ctx, "VACUUM (ANALYZE, FREEZE)")
	return err
}
