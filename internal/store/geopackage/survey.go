package geopackage

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"suhe/assets"
	"suhe/internal/store"
	"suhe/twin/survey"
)

var _ survey.Past = (*Store)(nil)

const sumsSQL = `SELECT a.id, (o.time_ms - ?4) / ?6 AS period, count(*), sum(o.value), min(o.value), max(o.value)
	FROM json_each(?1) j JOIN assets a ON a.id = j.value JOIN observations o USING (fid)
	WHERE o.phenomenon = ?2 AND o.time_ms >= ?4 AND o.time_ms < ?5 AND o.value BETWEEN ?3 AND ?7
	GROUP BY a.id, period ORDER BY a.id, period`

// Sums implements survey.Past.
func (s *Store) Sums(ctx context.Context, q survey.SumQuery, yield func(survey.Sum) error) error {
	ids, err := json.Marshal(q.Assets)
	if err != nil {
		return err
	}
	err = s.reading(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, sumsSQL, string(ids), q.Phenomenon, q.Valid[0], q.From.UnixMilli(), q.To.UnixMilli(), q.Every.Milliseconds(), q.Valid[1])
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var sum survey.Sum
			if err := rows.Scan(&sum.Asset, &sum.Period, &sum.Count, &sum.Sum, &sum.Min, &sum.Max); err != nil {
				return err
			}
			if err := yield(sum); err != nil {
				return err
			}
		}
		return rows.Err()
	})
	if err != nil {
		return fmt.Errorf("sums of %s: %w", q.Phenomenon, kind(err))
	}
	return nil
}

// A case changes last when it begins or later, and that has an index. Julian days are
// doubles: they are true to less than a millisecond.
const begunSQL = `SELECT fid, rev, open, at_ms, sensitivity, marker, begun
	FROM (SELECT *, CAST(round((julianday(json_extract(doc, '$.tally.begun')) - 2440587.5) * 86400000) AS INTEGER) AS begun
		FROM cases WHERE kind = 'incident' AND at_ms >= ?1)
	WHERE begun >= ?1 AND begun < ?2 ORDER BY fid`

// Begun implements survey.Past.
func (s *Store) Begun(ctx context.Context, from, to time.Time, yield func(survey.Begun) error) error {
	err := s.reading(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, begunSQL, ceilMilli(from), ceilMilli(to))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var fid, rev, at, begun int64
			var open bool
			var sensitivity uint8
			var marker []byte
			if err := rows.Scan(&fid, &rev, &open, &at, &sensitivity, &marker, &begun); err != nil {
				return err
			}
			c, err := store.ReadCase(assets.FID(fid), rev, open, time.UnixMilli(at).UTC(), assets.Sensitivity(sensitivity), marker, nil)
			if err != nil {
				return err
			}
			if err := yield(survey.Begun{Marker: c.Marker, At: time.UnixMilli(begun).UTC()}); err != nil {
				return err
			}
		}
		return rows.Err()
	})
	if err != nil {
		return fmt.Errorf("incidents that began: %w", kind(err))
	}
	return nil
}
