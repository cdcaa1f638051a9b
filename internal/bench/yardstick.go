package bench

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/klauspost/compress/gzip"
	"github.com/paulmach/orb/encoding/wkb"

	"suhe/assets"
	"suhe/geo"
)

// yardstick is ST_AsMVT over tables that hold Web Mercator already,
// lie in the order of their index, and are asked by prepared statements.
type yardstick struct {
	pool   *pgxpool.Pool
	schema string
	about  []string // version and settings, for the table's head
}

// openYardstick makes a schema of its own in the database, for `workers` at once.
func openYardstick(ctx context.Context, url string, workers int) (*yardstick, error) {
	c, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("yardstick: %w", err)
	}
	schema := fmt.Sprintf("suhe_bench_%d", time.Now().UnixNano())
	c.MaxConns = int32(workers)
	c.ConnConfig.RuntimeParams["application_name"] = schema
	c.ConnConfig.RuntimeParams["jit"] = "off" // compiling takes longer than a tile
	pool, err := pgxpool.NewWithConfig(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("yardstick: %w", err)
	}
	p := &yardstick{pool: pool, schema: schema}
	if err := p.begin(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("yardstick: %w", err)
	}
	return p, nil
}

func (p *yardstick) begin(ctx context.Context) error {
	if _, err := p.pool.Exec(ctx, "CREATE EXTENSION IF NOT EXISTS postgis"); err != nil {
		return err
	}
	if _, err := p.pool.Exec(ctx, "CREATE SCHEMA "+p.schema); err != nil {
		return err
	}
	var server, extension, buffers, fsync string
	err := p.pool.QueryRow(ctx, `SELECT current_setting('server_version'), postgis_lib_version(),
		current_setting('shared_buffers'), current_setting('fsync')`).Scan(&server, &extension, &buffers, &fsync)
	p.about = []string{fmt.Sprintf("PostgreSQL %s, PostGIS %s, shared_buffers %s, fsync %s, jit off, prepared statements",
		server, extension, buffers, fsync)}
	return err
}

// close drops the schema; what it held is gone also when the caller's context ended.
func (p *yardstick) close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	defer p.pool.Close()
	_, err := p.pool.Exec(ctx, "DROP SCHEMA "+p.schema+" CASCADE")
	return err
}

// fill makes a table of the things.
func (p *yardstick) fill(ctx context.Context, name string, things []*assets.Asset) error {
	table := p.schema + "." + name
	_, err := p.pool.Exec(ctx, "CREATE UNLOGGED TABLE "+table+"_raw (fid bigint, id text, class text, name text, height double precision, plane bytea)")
	if err != nil {
		return fmt.Errorf("yardstick: %w", err)
	}
	_, err = p.pool.CopyFrom(ctx, pgx.Identifier{p.schema, name + "_raw"}, []string{"fid", "id", "class", "name", "height", "plane"},
		pgx.CopyFromSlice(len(things), func(i int) ([]any, error) {
			a := things[i]
			plane, err := wkb.Marshal(a.Shape.Geometry.Plane)
			return []any{int64(a.FID), string(a.ID), a.Class, a.Name, float64(a.Shape.Height), plane}, err
		}))
	if err != nil {
		return fmt.Errorf("yardstick: copy: %w", err)
	}
	for _, sql := range []string{
		"CREATE TABLE " + table + " AS SELECT fid, id, class, nullif(name, '') AS name, nullif(height, 0) AS height," +
			" ST_Transform(ST_GeomFromWKB(plane, 4326), 3857) AS geom FROM " + table + "_raw",
		"DROP TABLE " + table + "_raw",
		"CREATE INDEX " + name + "_geom ON " + table + " USING gist (geom)",
		"CLUSTER " + table + " USING " + name + "_geom",
		"VACUUM (ANALYZE, FREEZE) " + table,
	} {
		if _, err := p.pool.Exec(ctx, sql); err != nil {
			return fmt.Errorf("yardstick: %s: %w", sql, err)
		}
	}
	return nil
}

// tile makes tiles of a table that was filled.
func (p *yardstick) tile(table, layer string) side {
	sql := fmt.Sprintf(`SELECT ST_AsMVT(m, '%s', %d, 'geom', 'fid') FROM (
		SELECT fid, id, class, name, height, ST_AsMVTGeom(geom, ST_TileEnvelope($1, $2, $3), %d, %d, true) AS geom
		FROM %s.%s WHERE geom && ST_TileEnvelope($1, $2, $3, margin => %g)) m WHERE geom IS NOT NULL`,
		layer, extent, extent, buffer, p.schema, table, float64(buffer)/extent)
	return func(ctx context.Context, t geo.Tile) (data []byte, err error) {
		err = p.pool.QueryRow(ctx, sql, int32(t.Z), int32(t.X), int32(t.Y)).Scan(&data)
		return data, err
	}
}

// zipped compresses what a side makes as our server does: the same library, the
// same level, writers that are used again.
func zipped(plain side) side {
	const from = 256
	writers := sync.Pool{New: func() any {
		w, err := gzip.NewWriterLevel(nil, gzipLevel)
		if err != nil {
			panic(err) // the level above is one
		}
		return w
	}}
	return func(ctx context.Context, t geo.Tile) ([]byte, error) {
		data, err := plain(ctx, t)
		if err != nil || len(data) < from {
			return data, err
		}
		var out bytes.Buffer
		w := writers.Get().(*gzip.Writer)
		defer writers.Put(w)
		w.Reset(&out)
		if _, err := w.Write(data); err != nil {
			return nil, err
		}
		err = w.Close()
		return out.Bytes(), err
	}
}
