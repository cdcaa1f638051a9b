package postgis

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// saveFixesSQL keeps each fix once, in order of key, so that two never wait for
// each other crosswise. Of two that say the same time the first stays.
const saveFixesSQL = `INSERT INTO suhe.fixes (fid, time, received, lon, lat, heading, speed, accuracy, seq)
	SELECT a.fid, r.time, r.received, r.lon, r.lat, r.heading, r.speed, r.accuracy, r.seq
	FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::float8[], $5::float8[], $6::float8[], $7::float8[], $8::float8[], $9::bigint[])
		WITH ORDINALITY AS r (id, time, received, lon, lat, heading, speed, accuracy, seq, place)
	JOIN suhe.assets a ON a.id = r.id
	ORDER BY a.fid, r.time, r.place
	ON CONFLICT DO NOTHING`

// SaveFixes implements twin.History.
func (s *Store) SaveFixes(ctx context.Context, batch []twin.KeptFix) error {
	return saveOnce(ctx, s, "fixes", batch, saveFixesSQL, fixArgs)
}

// saveOnce keeps rows by one statement.
func saveOnce[T any](ctx context.Context, s *Store, what string, batch []T, sql string, args func([]T) []any) error {
	if len(batch) == 0 {
		return nil
	}
	err := s.within(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, sql, args(batch)...)
		return err
	})
	if err != nil {
		return fmt.Errorf("save %d %s: %w", len(batch), what, kind(err))
	}
	return nil
}

func fixArgs(batch []twin.KeptFix) []any {
	n := len(batch)
	ids, times, received, seqs := make([]string, n), make([]time.Time, n), make([]time.Time, n), make([]int64, n)
	var numbers [5][]float64
	for i := range numbers {
		numbers[i] = make([]float64, n)
	}
	for i, f := range batch {
		ids[i], seqs[i] = string(f.Asset), int64(f.Seq)
		times[i], received[i] = time.UnixMilli(f.PhenomenonTime), time.UnixMilli(f.ReceivedTime)
		for j, v := range [...]float64{f.Lon, f.Lat, float64(f.Heading), f.Speed, float64(f.Accuracy)} {
			numbers[j][i] = v
		}
	}
	return []any{ids, times, received, numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], seqs}
}

// fixColumns are read by fixOf.
const fixColumns = `m.id, f.time, f.received, f.lon, f.lat, f.heading, f.speed, f.accuracy, f.seq`

func fixOf(raw [][]byte) twin.KeptFix {
	return twin.KeptFix{
		Fix: twin.Fix{
			Asset:          assets.ID(raw[0]),
			PhenomenonTime: timeOf(raw[1]).UnixMilli(),
			ReceivedTime:   timeOf(raw[2]).UnixMilli(),
			Lon:            float8Of(raw[3]),
			Lat:            float8Of(raw[4]),
			Heading:        geo.Degrees(float8Of(raw[5])),
			Speed:          float8Of(raw[6]),
			Accuracy:       geo.Metres(float8Of(raw[7])),
		},
		Seq: uint64(int8Of(raw[8])),
	}
}

// latestFixesSQL finds for each mover where its last way begins.
const latestFixesSQL = `WITH m AS MATERIALIZED (
	SELECT a.fid, a.id, coalesce((SELECT max(f.time) FROM suhe.fixes f WHERE f.fid = a.fid AND f.time < $1), $1) AS begin
	FROM suhe.assets a WHERE a.kind = 'mover'
)
SELECT ` + fixColumns + ` FROM m JOIN suhe.fixes f ON f.fid = m.fid AND f.time >= m.begin ORDER BY f.fid, f.time`

// LatestFixes implements twin.History, in order of FID.
func (s *Store) LatestFixes(ctx context.Context, since time.Time, yield func(twin.KeptFix) error) error {
	err := s.within(ctx, snapshot, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, latestFixesSQL, binaryRows, since)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			if err := yield(fixOf(rows.RawValues())); err != nil {
				return err
			}
		}
		return rows.Err()
	})
	if err != nil {
		return fmt.Errorf("latest fixes: %w", err)
	}
	return nil
}

// Fixes implements twin.History. An asset that does not exist has none.
func (s *Store) Fixes(ctx context.Context, id assets.ID, from, to time.Time, limit int) ([]twin.Fix, error) {
	conn, err := s.acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("fixes of %s: %w", id, err)
	}
	defer conn.Release()
	rows, err := conn.Query(ctx, `SELECT `+fixColumns+` FROM suhe.fixes f JOIN suhe.assets m USING (fid)
		WHERE m.id = $1 AND f.time >= $2 AND f.time < $3 ORDER BY f.time DESC LIMIT $4`, binaryRows, string(id), from, to, max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("fixes of %s: %w", id, err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (twin.Fix, error) { return fixOf(row.RawValues()).Fix, nil })
	if err != nil {
		return nil, fmt.Errorf("fixes of %s: %w", id, kind(err))
	}
	slices.Reverse(out)
	return out, nil
}
