package geopackage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"suhe/assets"
	"suhe/twin"
)

// rowsAtOnce is how many rows one statement inserts: enough that SQLite's work
// counts and not the way to it.
const rowsAtOnce = 100

const latestSQL = `INSERT INTO latest (fid, phenomenon, time_ms, received_ms, value, seq) VALUES (?,?,?,?,?,?)
	ON CONFLICT (fid, phenomenon) DO UPDATE SET time_ms = excluded.time_ms, received_ms = excluded.received_ms,
	value = excluded.value, seq = excluded.seq
	WHERE latest.time_ms < excluded.time_ms OR latest.time_ms > excluded.received_ms + 120000`

// observeSQL inserts so many rows.
func observeSQL(rows int) string {
	return "INSERT INTO observations (fid, phenomenon, time_ms, received_ms, value) VALUES " +
		strings.Repeat("(?,?,?,?,?),", rows-1) + "(?,?,?,?,?) ON CONFLICT DO NOTHING"
}

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

// numbered is an observation of a known asset.
type numbered struct {
	fid int64
	twin.Kept
}

func save(ctx context.Context, tx *sql.Tx, batch []twin.Kept) error {
	if len(batch) == 0 {
		return nil
	}
	names := fids{tx: tx, known: map[assets.ID]int64{}}
	rows := make([]numbered, 0, len(batch))
	for _, k := range batch {
		fid, err := names.of(ctx, k.Asset)
		if err != nil {
			return err
		}
		if fid != 0 {
			rows = append(rows, numbered{fid, k})
		}
	}
	// A statement whose context can end costs a goroutine each time.
	lasting := context.WithoutCancel(ctx)
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := observe(lasting, tx, rows); err != nil {
		return err
	}
	return renew(lasting, tx, newest(rows))
}

// observe inserts the rows, many at a time.
func observe(ctx context.Context, tx *sql.Tx, rows []numbered) error {
	for len(rows) > 0 {
		size := rowsAtOnce
		if len(rows) < rowsAtOnce {
			size = 1
		}
		stmt, err := tx.PrepareContext(ctx, observeSQL(size))
		if err != nil {
			return err
		}
		args := make([]any, 0, 5*size)
		for ; len(rows) >= size; rows = rows[size:] {
			args = args[:0]
			for _, r := range rows[:size] {
				args = append(args, r.fid, r.Phenomenon, r.PhenomenonTime, r.ReceivedTime, r.Value)
			}
			if _, err := stmt.ExecContext(ctx, args...); err != nil {
				return errors.Join(err, stmt.Close())
			}
		}
		if err := stmt.Close(); err != nil {
			return err
		}
	}
	return nil
}

// newest keeps of each asset and phenomenon the newest; of two that say the same
// time the first.
func newest(rows []numbered) []numbered {
	type key struct {
		fid        int64
		phenomenon string
	}
	at := make(map[key]int)
	var out []numbered
	for _, r := range rows {
		k := key{r.fid, r.Phenomenon}
		i, ok := at[k]
		switch {
		case !ok:
			at[k] = len(out)
			out = append(out, r)
		case out[i].PhenomenonTime < r.PhenomenonTime:
			out[i] = r
		}
	}
	return out
}

// renew makes the rows the latest of their asset and phenomenon, unless newer
// ones are there.
func renew(ctx context.Context, tx *sql.Tx, rows []numbered) error {
	stmt, err := tx.PrepareContext(ctx, latestSQL)
	if err != nil {
		return err
	}
	defer stmt.Close()
	for _, r := range rows {
		if _, err := stmt.ExecContext(ctx, r.fid, r.Phenomenon, r.PhenomenonTime, r.ReceivedTime, r.Value, int64(r.Seq)); err != nil {
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

// Readings implements twin.History.
func (s *Store) Readings(ctx context.Context, id assets.ID, phenomenon string, from, to time.Time, limit int) (out []twin.Observation, err error) {
	err = s.reading(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT phenomenon, time_ms, received_ms, value FROM (
			SELECT phenomenon, time_ms, received_ms, value FROM observations
			WHERE fid = (SELECT fid FROM assets WHERE id = ?) AND (phenomenon = ? OR ? = '') AND time_ms >= ? AND time_ms < ?
			ORDER BY time_ms DESC LIMIT ?) ORDER BY received_ms, time_ms, phenomenon`,
			string(id), phenomenon, phenomenon, ceilMilli(from), ceilMilli(to), max(limit, 0))
		if err != nil {
			return err
		}
		defer rows.Close()
		in := assets.NewInterner()
		for rows.Next() {
			o := twin.Observation{Asset: id}
			if err := rows.Scan(&o.Phenomenon, &o.PhenomenonTime, &o.ReceivedTime, &o.Value); err != nil {
				return err
			}
			o.Phenomenon = in.Text(o.Phenomenon)
			out = append(out, o)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("readings of %s: %w", id, err)
	}
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
