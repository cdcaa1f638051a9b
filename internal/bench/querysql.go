package bench

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/paulmach/orb/encoding/wkb"

	"suhe/assets"
)

// fillGround makes a table of the things for questions of where: in degrees, as the
// twin has them, and on a plane in metres, on which the nearest are found by the index.
func (p *yardstick) fillGround(ctx context.Context, name string, things []*assets.Asset) error {
	table := p.schema + "." + name
	if _, err := p.pool.Exec(ctx, "CREATE UNLOGGED TABLE "+table+"_raw (fid bigint, id text, class text, name text, plane bytea)"); err != nil {
		return fmt.Errorf("yardstick: %w", err)
	}
	_, err := p.pool.CopyFrom(ctx, pgx.Identifier{p.schema, name + "_raw"}, []string{"fid", "id", "class", "name", "plane"},
		pgx.CopyFromSlice(len(things), func(i int) ([]any, error) {
			a := things[i]
			plane, err := wkb.Marshal(a.Shape.Geometry.Plane)
			return []any{int64(a.FID), string(a.ID), a.Class, a.Name, plane}, err
		}))
	if err != nil {
		return fmt.Errorf("yardstick: copy: %w", err)
	}
	for _, sql := range []string{
		"CREATE TABLE " + table + " AS SELECT fid, id, class, name, ST_GeomFromWKB(plane, 4326) AS geom, ST_Transform(ST_GeomFromWKB(plane, 4326), 4549) AS plane FROM " + table + "_raw",
		"DROP TABLE " + table + "_raw",
		"CREATE INDEX " + name + "_geom ON " + table + " USING gist (geom)",
		"CREATE INDEX " + name + "_plane ON " + table + " USING gist (plane)",
		"CLUSTER " + table + " USING " + name + "_geom",
		"VACUUM (ANALYZE, FREEZE) " + table,
	} {
		if _, err := p.pool.Exec(ctx, sql); err != nil {
			return fmt.Errorf("yardstick: %s: %w", sql, err)
		}
	}
	return nil
}

// spent is the processor time that this process and the rival's backends have used;
// each of its connections has one, as long as it lives. Of a server elsewhere nothing is
// known, and it counts as none.
func (p *yardstick) spent(ctx context.Context) func() (time.Duration, error) {
	var backends []int
	return func() (time.Duration, error) {
		if len(backends) < int(p.pool.Config().MaxConns) {
			err := p.pool.QueryRow(ctx, "SELECT ARRAY(SELECT pid FROM pg_stat_activity WHERE application_name = $1)", p.schema).Scan(&backends)
			if err != nil {
				return 0, err
			}
		}
		all, err := cpuTime(os.Getpid())
		for _, pid := range backends {
			if used, err := cpuTime(pid); err == nil {
				all += used
			}
		}
		return all, err
	}
}

// ready completes questions by what the rival wants to be asked with.
func (p *yardstick) ready(ctx context.Context, asks []*place) (err error) {
	for _, q := range asks {
		if q.wkb, err = wkb.Marshal(q.polygon); err != nil {
			return err
		}
		err = p.pool.QueryRow(ctx, "SELECT ST_X(g), ST_Y(g) FROM ST_Transform(ST_SetSRID(ST_MakePoint($1, $2), 4326), 4549) g", q.point[0], q.point[1]).
			Scan(&q.plane[0], &q.plane[1])
		if err != nil {
			return fmt.Errorf("yardstick: %w", err)
		}
	}
	return nil
}

// answers makes a finder of things by what stands behind the name of their table.
type answers func(from string, with func(q *place) []any) finder

// numbers asks for the numbers of things as one array, which is the least to send.
func (p *yardstick) numbers(from string, with func(q *place) []any) finder {
	sql := "SELECT ARRAY(SELECT fid FROM " + p.schema + ".ground " + from + ")"
	return func(ctx context.Context, dst []found, q *place) ([]found, error) {
		var fids []int64
		err := p.pool.QueryRow(ctx, sql, with(q)...).Scan(&fids)
		for _, fid := range fids {
			dst = append(dst, found{fid: fid})
		}
		return dst, err
	}
}

// rows asks for things: what they are and where.
func (p *yardstick) rows(from string, with func(q *place) []any) finder {
	sql := "SELECT fid, id, class, name, ST_AsBinary(geom) FROM " + p.schema + ".ground " + from
	return func(ctx context.Context, dst []found, q *place) ([]found, error) {
		rows, err := p.pool.Query(ctx, sql, with(q)...)
		if err != nil {
			return dst, err
		}
		defer rows.Close()
		var f found
		var plane pgtype.DriverBytes // not copied
		into := []any{&f.fid, &f.id, &f.class, &f.name, &plane}
		for rows.Next() {
			if err := rows.Scan(into...); err != nil {
				return dst, err
			}
			if f.plane, err = wkb.Unmarshal(plane); err != nil {
				return dst, err
			}
			dst = append(dst, f)
		}
		return dst, rows.Err()
	}
}

func inBox(ask answers) finder {
	return ask("WHERE ST_Intersects(geom, ST_MakeEnvelope($1, $2, $3, $4, 4326))",
		func(q *place) []any { return []any{q.box.Min[0], q.box.Min[1], q.box.Max[0], q.box.Max[1]} })
}

func inPolygon(ask answers) finder {
	return ask("WHERE ST_Intersects(geom, ST_GeomFromWKB($1, 4326))", func(q *place) []any { return []any{q.wkb} })
}

func nearestTo(ask answers) finder {
	return ask(fmt.Sprintf("ORDER BY plane <-> ST_SetSRID(ST_MakePoint($1, $2), 4549) LIMIT %d", nearest),
		func(q *place) []any { return []any{q.plane[0], q.plane[1]} })
}
