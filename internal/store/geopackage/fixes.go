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
	return saveEach(ctx, s, "fixes", batch, fixSQL, func(f twin.KeptFix) assets.ID { return f.Asset }, func(fid int64, f twin.KeptFix) []any {
		return []any{fid, f.PhenomenonTime, f.ReceivedTime, f.Lon, f.Lat, float64(f.Heading), f.Speed, float64(f.Accuracy), int64(f.Seq)}
	})
}

// fixColumns are read by readFixes.
const fixColumns = `m.id, f.time_ms, f.received_ms, f.lon, f.lat, f.heading, f.speed, f.accuracy, f.seq`

func readFixes(ctx context.Context, tx *sql.Tx, yield func(twin.KeptFix) error, query string, args ...any) error {
	return readEach(ctx, tx, func(f *twin.KeptFix) []any {
		return []any{&f.Asset, &f.PhenomenonTime, &f.ReceivedTime, &f.Lon, &f.Lat, &f.Heading, &f.Speed, &f.Accuracy, &f.Seq}
	}, yield, query, args...)
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
