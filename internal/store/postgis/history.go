package postgis

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"suhe/assets"
	"suhe/twin"
)

// saveSQL keeps each observation once and the newest of each phenomenon. Both
// write in order of key, so that two Saves never wait for each other crosswise.
// Of two that say the same time the first stays, here as there. The latest yields
// also if it was stamped by a clock that has been set back since.
const saveSQL = `WITH given AS MATERIALIZED (
	SELECT a.fid, r.phenomenon, r.time, r.received, r.value, r.seq, r.place
	FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::float8[], $6::bigint[])
		WITH ORDINALITY AS r (id, phenomenon, time, received, value, seq, place)
	JOIN suhe.assets a ON a.id = r.id
), kept AS (
	INSERT INTO suhe.observations (fid, phenomenon, time, received, value)
	SELECT fid, phenomenon, time, received, value FROM given ORDER BY fid, phenomenon, time, place
	ON CONFLICT DO NOTHING
)
INSERT INTO suhe.latest AS l (fid, phenomenon, time, received, value, seq)
SELECT DISTINCT ON (fid, phenomenon) fid, phenomenon, time, received, value, seq
FROM given ORDER BY fid, phenomenon, time DESC, place
ON CONFLICT (fid, phenomenon) DO UPDATE
SET time = excluded.time, received = excluded.received, value = excluded.value, seq = excluded.seq
WHERE l.time < excluded.time OR l.time > excluded.received + interval '2 minutes'`

// Save implements twin.History.
func (s *Store) Save(ctx context.Context, batch []twin.Kept, position uint64) error {
	ctx, cancel := patiently(ctx)
	defer cancel()
	err := s.within(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if len(batch) > 0 {
			if _, err := tx.Exec(ctx, saveSQL, keptArgs(batch)...); err != nil {
				return err
			}
		}
		return raise(ctx, tx, obs, position)
	})
	if err != nil {
		return fmt.Errorf("save %d observations: %w", len(batch), kind(err))
	}
	return nil
}

func keptArgs(batch []twin.Kept) []any {
	n := len(batch)
	ids, phenomena := make([]string, n), make([]string, n)
	times, received := make([]time.Time, n), make([]time.Time, n)
	values, seqs := make([]float64, n), make([]int64, n)
	for i, k := range batch {
		ids[i], phenomena[i] = string(k.Asset), k.Phenomenon
		times[i], received[i] = time.UnixMilli(k.PhenomenonTime), time.UnixMilli(k.ReceivedTime)
		values[i], seqs[i] = k.Value, int64(k.Seq)
	}
	return []any{ids, phenomena, times, received, values, seqs}
}

// Latest implements twin.History, in order of FID and phenomenon.
func (s *Store) Latest(ctx context.Context, yield func(twin.Kept) error) (position uint64, err error) {
	err = s.within(ctx, snapshot, func(tx pgx.Tx) error {
		if position, err = number(ctx, tx, obs); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT a.id, l.phenomenon, l.time, l.received, l.value, l.seq
			FROM suhe.latest l JOIN suhe.assets a USING (fid) ORDER BY l.fid, l.phenomenon`, binaryRows)
		if err != nil {
			return err
		}
		defer rows.Close()
		in := assets.NewInterner()
		for rows.Next() {
			if err := yield(kept(rows.RawValues(), in)); err != nil {
				return err
			}
		}
		return rows.Err()
	})
	if err != nil {
		return 0, fmt.Errorf("latest observations: %w", err)
	}
	return position, nil
}

func kept(raw [][]byte, in *assets.Interner) twin.Kept {
	return twin.Kept{
		Observation: twin.Observation{
			Asset:          assets.ID(raw[0]),
			Phenomenon:     in.Bytes(raw[1]),
			PhenomenonTime: timeOf(raw[2]).UnixMilli(),
			ReceivedTime:   timeOf(raw[3]).UnixMilli(),
			Value:          float8Of(raw[4]),
		},
		Seq: uint64(int8Of(raw[5])),
	}
}

// Series implements twin.History. An asset that does not exist has no samples.
func (s *Store) Series(ctx context.Context, id assets.ID, phenomenon string, from, to time.Time, limit int) ([]twin.Sample, error) {
	ctx, cancel := patiently(ctx)
	defer cancel()
	conn, err := s.acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("series %s of %s: %w", phenomenon, id, err)
	}
	defer conn.Release()
	rows, err := conn.Query(ctx, `SELECT o.time, o.value FROM suhe.observations o
		JOIN suhe.assets a USING (fid)
		WHERE a.id = $1 AND o.phenomenon = $2 AND o.time >= $3 AND o.time < $4
		ORDER BY o.time DESC LIMIT $5`, binaryRows, string(id), phenomenon, from, to, max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("series %s of %s: %w", phenomenon, id, kind(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (twin.Sample, error) {
		raw := row.RawValues()
		return twin.Sample{Time: timeOf(raw[0]).UnixMilli(), Value: float8Of(raw[1])}, nil
	})
	if err != nil {
		return nil, fmt.Errorf("series %s of %s: %w", phenomenon, id, kind(err))
	}
	slices.Reverse(out)
	return out, nil
}

// Readings implements twin.History.
func (s *Store) Readings(ctx context.Context, id assets.ID, phenomenon string, from, to time.Time, limit int) ([]twin.Observation, error) {
	ctx, cancel := patiently(ctx)
	defer cancel()
	conn, err := s.acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("readings of %s: %w", id, err)
	}
	defer conn.Release()
	rows, err := conn.Query(ctx, `SELECT phenomenon, time, received, value FROM (
		SELECT o.phenomenon, o.time, o.received, o.value FROM suhe.observations o
		JOIN suhe.assets a USING (fid)
		WHERE a.id = $1 AND (o.phenomenon = $2 OR $2 = '') AND o.time >= $3 AND o.time < $4
		ORDER BY o.time DESC LIMIT $5) newest ORDER BY received, time, phenomenon COLLATE "C"`, binaryRows, string(id), phenomenon, from, to, max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("readings of %s: %w", id, kind(err))
	}
	in := assets.NewInterner()
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (twin.Observation, error) {
		raw := row.RawValues()
		return twin.Observation{
			Asset: id, Phenomenon: in.Bytes(raw[0]), PhenomenonTime: timeOf(raw[1]).UnixMilli(), ReceivedTime: timeOf(raw[2]).UnixMilli(), Value: float8Of(raw[3]),
		}, nil
	})
	if err != nil {
		return nil, fmt.Errorf("readings of %s: %w", id, kind(err))
	}
	return out, nil
}
