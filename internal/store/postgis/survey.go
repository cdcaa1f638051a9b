package postgis

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"suhe/assets"
	"suhe/internal/store"
	"suhe/twin/survey"
)

var _ survey.Past = (*Store)(nil)

const sumsSQL = `SELECT a.id, div(extract(epoch FROM o.time - $4) * 1000, $6)::int AS period, count(*)::int, sum(o.value), min(o.value), max(o.value)
	FROM suhe.observations o JOIN suhe.assets a USING (fid)
	WHERE a.id = ANY ($1) AND o.phenomenon = $2 AND o.time >= $4 AND o.time < $5 AND o.value BETWEEN $3 AND $7
	GROUP BY a.id, period ORDER BY a.id COLLATE "C", period`

// Sums implements survey.Past.
func (s *Store) Sums(ctx context.Context, q survey.SumQuery, yield func(survey.Sum) error) error {
	ids := make([]string, len(q.Assets))
	for i, id := range q.Assets {
		ids[i] = string(id)
	}
	err := s.within(ctx, snapshot, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, sumsSQL, ids, q.Phenomenon, q.Valid[0], q.From, q.To, q.Every.Milliseconds(), q.Valid[1])
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var sum survey.Sum
			if err := rows.Scan((*string)(&sum.Asset), &sum.Period, &sum.Count, &sum.Sum, &sum.Min, &sum.Max); err != nil {
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

// A case changes last when it begins or later, and that has an index.
const begunSQL = `SELECT fid, rev, open, at, sensitivity, marker, begun
	FROM (SELECT *, (doc->'tally'->>'begun')::timestamptz AS begun FROM suhe.cases WHERE kind = 'incident' AND at >= $1) c
	WHERE begun >= $1 AND begun < $2 ORDER BY fid`

// Begun implements survey.Past.
func (s *Store) Begun(ctx context.Context, from, to time.Time, yield func(survey.Begun) error) error {
	err := s.within(ctx, snapshot, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, begunSQL, from, to)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var fid, rev int64
			var open bool
			var at, begun time.Time
			var sensitivity int16
			var marker []byte
			if err := rows.Scan(&fid, &rev, &open, &at, &sensitivity, &marker, &begun); err != nil {
				return err
			}
			c, err := store.ReadCase(assets.FID(fid), rev, open, at.UTC(), assets.Sensitivity(sensitivity), marker, nil)
			if err != nil {
				return err
			}
			if err := yield(survey.Begun{Marker: c.Marker, At: begun.UTC()}); err != nil {
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
