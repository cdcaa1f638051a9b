package postgis

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"suhe/assets"
	"suhe/twin"
)

// oldSQL removes at most $2 rows that are older than $1. Observations are found by
// the phenomena of which there is a latest one, fixes by the movers that have any: by
// key, since rows that were written where others had been removed are in no order of
// time.
var oldSQL = map[twin.Sort]string{
	twin.Readings: `DELETE FROM suhe.observations d USING (
		SELECT o.fid, o.phenomenon, o.time FROM suhe.latest l CROSS JOIN LATERAL (
			SELECT * FROM suhe.observations o WHERE o.fid = l.fid AND o.phenomenon = l.phenomenon AND o.time < $1
			ORDER BY o.fid, o.phenomenon, o.time LIMIT $2
		) o LIMIT $2
	) old WHERE d.fid = old.fid AND d.phenomenon = old.phenomenon AND d.time = old.time`,
	twin.Tracks: `WITH RECURSIVE movers(fid) AS (
		SELECT min(fid) FROM suhe.fixes
		UNION ALL SELECT (SELECT min(f.fid) FROM suhe.fixes f WHERE f.fid > movers.fid) FROM movers WHERE movers.fid IS NOT NULL
	), old AS (
		SELECT o.fid, o.time FROM movers CROSS JOIN LATERAL (
			SELECT f.fid, f.time FROM suhe.fixes f WHERE f.fid = movers.fid AND f.time < $1 ORDER BY f.fid, f.time LIMIT $2
		) o LIMIT $2
	) DELETE FROM suhe.fixes d USING old WHERE d.fid = old.fid AND d.time = old.time`,
	twin.Found: `DELETE FROM suhe.findings d USING (
		SELECT hook, id FROM suhe.findings WHERE time < $1 ORDER BY time LIMIT $2
	) old WHERE d.hook = old.hook AND d.id = old.id`,
	twin.Revised: `DELETE FROM suhe.revisions d USING (
		SELECT id, revision FROM suhe.revisions WHERE until < $1 ORDER BY until LIMIT $2
	) old WHERE d.id = old.id AND d.revision = old.revision`,
}

// Forget implements twin.History.
func (s *Store) Forget(ctx context.Context, of twin.Sort, before time.Time, most int) (removed int, err error) {
	query, known := oldSQL[of]
	if !known {
		return 0, fmt.Errorf("forget: %w: sort %q is none of %v", assets.ErrInvalid, of, twin.Sorts())
	}
	ctx, cancel := patiently(ctx)
	defer cancel()
	err = s.within(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, query, before, max(most, 0))
		removed = int(tag.RowsAffected())
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("forget %s: %w", of, kind(err))
	}
	return removed, nil
}
