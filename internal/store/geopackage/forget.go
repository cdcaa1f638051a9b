package geopackage

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"suhe/assets"
	"suhe/twin"
)

// oldSQL removes at most ?2 rows that are older than ?1. Observations are found by
// the phenomena of which there is a latest one, fixes by the movers that have any, so
// that no index by time is needed, which every insert would pay for.
var oldSQL = map[twin.Sort]string{
	twin.Readings: `DELETE FROM observations WHERE (fid, phenomenon, time_ms) IN (
		SELECT o.fid, o.phenomenon, o.time_ms FROM latest l CROSS JOIN observations o
		ON o.fid = l.fid AND o.phenomenon = l.phenomenon AND o.time_ms < ?1 LIMIT ?2)`,
	twin.Tracks: `DELETE FROM fixes WHERE (fid, time_ms) IN (
		WITH RECURSIVE movers(fid) AS (
			SELECT min(fid) FROM fixes
			UNION ALL SELECT (SELECT min(f.fid) FROM fixes f WHERE f.fid > movers.fid) FROM movers WHERE fid IS NOT NULL
		)
		SELECT f.fid, f.time_ms FROM movers CROSS JOIN fixes f ON f.fid = movers.fid AND f.time_ms < ?1 LIMIT ?2)`,
	twin.Found:   "DELETE FROM findings WHERE rowid IN (SELECT rowid FROM findings WHERE time_ms < ?1 ORDER BY time_ms LIMIT ?2)",
	twin.Revised: "DELETE FROM revisions WHERE rowid IN (SELECT rowid FROM revisions WHERE until_ms < ?1 ORDER BY until_ms LIMIT ?2)",
}

// Forget implements twin.History.
func (s *Store) Forget(ctx context.Context, of twin.Sort, before time.Time, most int) (removed int, err error) {
	query, known := oldSQL[of]
	if !known {
		return 0, fmt.Errorf("forget: %w: sort %q is none of %v", assets.ErrInvalid, of, twin.Sorts())
	}
	err = s.writing(ctx, func(tx *sql.Tx) error {
		gone, err := tx.ExecContext(ctx, query, ceilMilli(before), max(most, 0))
		if err != nil {
			return err
		}
		n, err := gone.RowsAffected()
		removed = int(n)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("forget %s: %w", of, kind(err))
	}
	return removed, nil
}
