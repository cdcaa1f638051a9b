package geopackage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"suhe/assets"
	"suhe/twin"
)

const (
	observeSQL = `INSERT INTO observations (fid, phenomenon, time_ms, received_ms, value) VALUES (?,?,?,?,?) ON CONFLICT DO NOTHING`
	latestSQL  = `INSERT INTO latest (fid, phenomenon, time_ms, received_ms, value, seq) VALUES (?,?,?,?,?,?)
		ON CONFLICT (fid, phenomenon) DO UPDATE SET time_ms = excluded.time_ms, received_ms = excluded.received_ms,
		value = excluded.value, seq = excluded.seq WHERE latest.time_ms < excluded.time_ms`
)

// Save implements twin.History.
func (s *Store) Save(ctx context.Context, batch []twin.Kept, position uint64) error {
	err := s.writing(ctx, func(tx *sql.Tx) error {
		if err := save(ctx, tx, batch); err != nil {
			return err
		}
		return raise(ctx, tx, obs, position)
	})
	if err != nil {
		return fmt.Errorf("save %d observations: %w", len(batch), kind(err))
	}
	return nil
}

func save(ctx context.Context, tx *sql.Tx, batch []twin.Kept) error {
	if len(batch) == 0 {
		return nil
	}
	names := fids{tx: tx, known: map[assets.ID]int64{}}
	observe, err := tx.PrepareContext(ctx, observeSQL)
	if err != nil {
		return err
	}
	defer observe.Close()
	latest, err := tx.PrepareContext(ctx, latestSQL)
	if err != nil {
		return err
	}
	defer latest.Close()
	for _, k := range batch {
		fid, err := names.of(ctx, k.Asset)
		if err != nil {
			return err
		}
		if fid == 0 {
			continue
		}
		if _, err := observe.ExecContext(ctx, fid, k.Phenomenon, k.PhenomenonTime, k.ReceivedTime, k.Value); err != nil {
			return err
		}
		if _, err := latest.ExecContext(ctx, fid, k.Phenomenon, k.PhenomenonTime, k.ReceivedTime, k.Value, int64(k.Seq)); err != nil {
			return err
		}
	}
	return nil
}

// fids finds the numbers of assets, each once.
type fids struct {
	tx    *sql.Tx
	known map[assets.ID]int64
}

// of returns 0 for an unknown asset.
func (f fids) of(ctx context.Context, id assets.ID) (fid int64, err error) {
	if fid, ok := f.known[id]; ok {
		return fid, nil
	}
	err = f.tx.QueryRowContext(ctx, "SELECT fid FROM assets WHERE id = ?", string(id)).Scan(&fid)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, err
	}
	f.known[id] = fid
	return fid, nil
}

// Latest implements twin.History, in order of FID and phenomenon.
func (s *Store) Latest(ctx context.Context, yield func(twin.Kept) error) (position uint64, err error) {
	err = s.reading(ctx, func(tx *sql.Tx) error {
		if position, err = number(ctx, tx, obs); err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, `SELECT a.id, l.phenomenon, l.time_ms, l.received_ms, l.value, l.seq
			FROM latest l JOIN assets a USING (fid) ORDER BY l.fid, l.phenomenon`)
		if err != nil {
			return err
		}
		defer rows.Close()
		in := assets.NewInterner()
		for rows.Next() {
			var k twin.Kept
			if err := rows.Scan(&k.Asset, &k.Phenomenon, &k.PhenomenonTime, &k.ReceivedTime, &k.Value, &k.Seq); err != nil {
				return err
			}
			k.Phenomenon = in.Text(k.Phenomenon)
			if err := yield(k); err != nil {
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

// Series implements twin.History. An asset that does not exist has no samples.
func (s *Store) Series(ctx context.Context, id assets.ID, phenomenon string, from, to time.Time, limit int) (out []twin.Sample, err error) {
	err = s.reading(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT time_ms, value FROM observations
			WHERE fid = (SELECT fid FROM assets WHERE id = ?) AND phenomenon = ? AND time_ms >= ? AND time_ms < ?
			ORDER BY time_ms DESC LIMIT ?`, string(id), phenomenon, ceilMilli(from), ceilMilli(to), max(limit, 0))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var p twin.Sample
			if err := rows.Scan(&p.Time, &p.Value); err != nil {
				return err
			}
			out = append(out, p)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("series %s of %s: %w", phenomenon, id, err)
	}
	slices.Reverse(out)
	return out, nil
}

// ceilMilli is the first millisecond that is not before t: whole milliseconds
// compare with it as they compare with t.
func ceilMilli(t time.Time) int64 {
	ms := t.UnixMilli()
	if time.UnixMilli(ms).Before(t) {
		ms++
	}
	return ms
}
