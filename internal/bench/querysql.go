package bench

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb/encoding/wkb"

	"suhe/assets"
)

// fillGround makes a table of the things for questions of where: in degrees, as the
// twin has them, and on a plane in metres, on which the nearest are found by the index.
func (p *yardstick) fillGround(ctx context.Context, name string, things []*assets.Asset) error {
	table := p.schema + "." + name
	if _, err := p.pool.Exec(ctx, "CREATE UNLOGGED TABLE "+table+"_raw (fid bigint, plane bytea)"); err != nil {
		return fmt.Errorf("yardstick: %w", err)
	}
	_, err := p.pool.CopyFrom(ctx, pgx.Identifier{p.schema, name + "_raw"}, []string{"fid", "plane"},
		pgx.CopyFromSlice(len(things), func(i int) ([]any, error) {
			plane, err := wkb.Marshal(things[i].Shape.Geometry.Plane)
			return []any{int64(things[i].FID), plane}, err
		}))
	if err != nil {
		return fmt.Errorf("yardstick: copy: %w", err)
	}
	for _, sql := range []string{
		"CREATE TABLE " + table + " AS SELECT fid, ST_GeomFromWKB(plane, 4326) AS geom, ST_Transform(ST_GeomFromWKB(plane, 4326), 4549) AS plane FROM " + table + "_raw",
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

// finds asks for the numbers of things as one array, which is the least to send.
func (p *yardstick) finds(sql string, with func(q *place) []any) finder {
	sql = "SELECT ARRAY(" + fmt.Sprintf(sql, p.schema) + ")"
	return func(ctx context.Context, dst []int64, q *place) ([]int64, error) {
		err := p.pool.QueryRow(ctx, sql, with(q)...).Scan(&dst)
		return dst, err
	}
}

func (p *yardstick) inBox() finder {
	return p.finds("SELECT fid FROM %s.ground WHERE ST_Intersects(geom, ST_MakeEnvelope($1, $2, $3, $4, 4326))",
		func(q *place) []any { return []any{q.box.Min[0], q.box.Min[1], q.box.Max[0], q.box.Max[1]} })
}

func (p *yardstick) inPolygon() finder {
	return p.finds("SELECT fid FROM %s.ground WHERE ST_Intersects(geom, ST_GeomFromWKB($1, 4326))", func(q *place) []any { return []any{q.wkb} })
}

func (p *yardstick) nearest() finder {
	return p.finds(fmt.Sprintf("SELECT fid FROM %%s.ground ORDER BY plane <-> ST_SetSRID(ST_MakePoint($1, $2), 4549) LIMIT %d", nearest),
		func(q *place) []any { return []any{q.plane[0], q.plane[1]} })
}
