package geopackage

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"suhe/assets"
	"suhe/twin"
)

const fixSQL = `INSERT INTO fixes (fid, time_ms, received_ms, lon, lat, heading, speed, accuracy, seq) VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING`

// SaveFixes implements twin.History.
func (s *Store) SaveFixes(ctx context.Context, batch []twin.KeptFix) error {
	if len(batch) == 0 {
		return nil
	}
	err := s.writing(ctx, func(tx *sql.Tx) error { return saveFixes(ctx, tx, batch) })
	if err != nil {
		return fmt.Errorf("save %d fixes: %w", len(batch), kind(err))
	}
	return nil
}

func saveFixes(ctx context.Context, tx *sql.Tx, batch []twin.KeptFix) error {
	names := fids{tx: tx, known: map[assets.ID]int64{}}
	insert, err := tx.PrepareContext(ctx, fixSQL)
	if err != nil {
		return err
	}
	defer insert.Close()
	for _, f := range batch {
		fid, err := names.of(ctx, f.Asset)
		if err != nil {
			return err
		}
		if fid == 0 {
			continue
		}
		_, err = insert.ExecContext(ctx, fid, f.PhenomenonTime, f.ReceivedTime, f.Lon, f.Lat,
			float64(f.Heading), f.Speed, float64(f.Accuracy), int64(f.Seq))
		if err != nil {
			return err
		}
	}
	return nil
}

// fixColumns are read by readFixes.
const fixColumns = `m.id, f.time_ms, f.received_ms, f.lon, f.lat, f.heading, f.speed, f.accuracy, f.seq`

func readFixes(ctx context.Context, tx *sql.Tx, yield func(twin.KeptFix) error, query string, args ...any) error {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var f twin.KeptFix
		if err := rows.Scan(&f.Asset, &f.PhenomenonTime, &f.ReceivedTime, &f.Lon, &f.Lat, &f.Heading, &f.Speed, &f.Accuracy, &f.Seq); err != nil {
			return err
		}
		if err := yield(f); err != nil {
			return err
		}
	}
	return rows.Err()
}

// latestFixesSQL finds for each mover where its last way begins.
const latestFixesSQL = `WITH m AS MATERIALIZED (
	SELECT a.fid, a.id, coalesce((SELECT max(f.time_ms) FROM fixes f WHERE f.fid = a.fid AND f.time_ms < ?1), ?1) AS begin
	FROM assets a WHERE a.kind = 'mover'
)
SELECT ` + fixColumns + ` FROM m JOIN fixes f ON f.fid = m.fid AND f.time_ms >= m.begin ORDER BY f.fid, f.time_ms`

// LatestFixes implements twin.History, in order of FID.
func (s *Store) LatestFixes(ctx context.Context, since time.Time, yield func(twin.KeptFix) error) error {
	err := s.reading(ctx, func(tx *sql.Tx) error {
		return readFixes(ctx, tx, yield, latestFixesSQL, ceilMilli(since))
	})
	if err != nil {
		return fmt.Errorf("latest fixes: %w", err)
	}
	return nil
}

// Fixes implements twin.History. An asset that does not exist has none.
func (s *Store) Fixes(ctx context.Context, id assets.ID, from, to time.Time, limit int) (out []twin.Fix, err error) {
	collect := func(f twin.KeptFix) error {
		out = append(out, f.Fix)
		return nil
	}
	err = s.reading(ctx, func(tx *sql.Tx) error {
		return readFixes(ctx, tx, collect, `SELECT `+fixColumns+` FROM fixes f JOIN assets m USING (fid)
			WHERE m.id = ? AND f.time_ms >= ? AND f.time_ms < ? ORDER BY f.time_ms DESC LIMIT ?`,
			string(id), ceilMilli(from), ceilMilli(to), max(limit, 0))
	})
	if err != nil {
		return nil, fmt.Errorf("fixes of %s: %w", id, err)
	}
	slices.Reverse(out)
	return out, nil
}
