package geopackage

import (
	"context"
	"database/sql"
	"fmt"

	"suhe/assets"
	"suhe/twin"
)

const findingSQL = `INSERT INTO findings (hook, id, fid, class, confidence, time_ms, received_ms, lon, lat, x, y, width, height, picture, seq)
	VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING`

// SaveFindings implements twin.History.
func (s *Store) SaveFindings(ctx context.Context, batch []twin.KeptFinding) error {
	return saveEach(ctx, s, "findings", batch, findingSQL, func(f twin.KeptFinding) assets.ID { return f.Camera }, func(fid int64, f twin.KeptFinding) []any {
		return []any{f.Hook, f.ID, fid, f.Class, f.Confidence, f.PhenomenonTime, f.ReceivedTime,
			f.Lon, f.Lat, f.Box[0], f.Box[1], f.Box[2], f.Box[3], f.Picture, int64(f.Seq)}
	})
}

// findingColumns are read by readFindings.
const findingColumns = `f.hook, f.id, a.id, f.class, f.confidence, f.time_ms, f.received_ms, f.lon, f.lat,
	f.x, f.y, f.width, f.height, f.picture, f.seq`

func readFindings(ctx context.Context, tx *sql.Tx, yield func(twin.KeptFinding) error, query string, args ...any) error {
	return readEach(ctx, tx, func(f *twin.KeptFinding) []any {
		return []any{&f.Hook, &f.ID, &f.Camera, &f.Class, &f.Confidence, &f.PhenomenonTime, &f.ReceivedTime, &f.Lon, &f.Lat,
			&f.Box[0], &f.Box[1], &f.Box[2], &f.Box[3], &f.Picture, &f.Seq}
	}, yield, query, args...)
}

// LatestFindings implements twin.History, in order of FID.
func (s *Store) LatestFindings(ctx context.Context, yield func(twin.KeptFinding) error) error {
	err := s.reading(ctx, func(tx *sql.Tx) error {
		return readFindings(ctx, tx, yield, `SELECT `+findingColumns+` FROM assets a JOIN findings f ON f.rowid = (
				SELECT l.rowid FROM findings l WHERE l.fid = a.fid ORDER BY l.time_ms DESC, l.hook, l.id LIMIT 1)
			WHERE a.kind = 'camera' ORDER BY a.fid`)
	})
	if err != nil {
		return fmt.Errorf("latest findings: %w", err)
	}
	return nil
}

// findingsSQL is a page; the condition on time alone lets the index find its place.
const findingsSQL = `SELECT ` + findingColumns + ` FROM findings f JOIN assets a USING (fid)
	WHERE f.time_ms >= ?1 AND f.time_ms < ?2 AND (?3 = '' OR a.id = ?3) AND (?4 = '' OR f.class = ?4)
	AND (?6 = '' OR f.time_ms <= ?5 AND (f.time_ms < ?5 OR (f.hook, f.id) > (?6, ?7)))
	ORDER BY f.time_ms DESC, f.hook, f.id LIMIT ?8`

// Findings implements twin.History.
func (s *Store) Findings(ctx context.Context, q twin.FindingQuery) (out []twin.Finding, err error) {
	collect := func(f twin.KeptFinding) error {
		out = append(out, f.Finding)
		return nil
	}
	err = s.reading(ctx, func(tx *sql.Tx) error {
		return readFindings(ctx, tx, collect, findingsSQL, ceilMilli(q.From), ceilMilli(q.To), string(q.Camera), q.Class,
			q.After.Time, q.After.Hook, q.After.ID, max(q.Limit, 0))
	})
	if err != nil {
		return nil, fmt.Errorf("findings: %w", err)
	}
	return out, nil
}
