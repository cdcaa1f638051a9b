package geopackage

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"suhe/assets"
	"suhe/internal/store"
	"suhe/twin"
)

// batch is how many outbox rows are published in one transaction: meanwhile
// nobody else writes, and if it is lost, so many events are published again.
const batch = 500

// Publish implements twin.Outbox. It works in short writing transactions.
func (s *Store) Publish(ctx context.Context, from uint64, prepare func(*assets.Asset) (*assets.Asset, error), put func(twin.Event) error, bad func(assets.FID, error)) (last uint64, err error) {
	n := store.Numbering{Prepare: prepare, Put: put, Bad: bad}
	for more := true; more && err == nil; {
		last, more, err = s.publishBatch(ctx, from, n)
	}
	if err != nil {
		return last, fmt.Errorf("publish: %w", kind(err))
	}
	s.sweep(ctx)
	return last, nil
}

// publishBatch publishes the first rows that wait; more says that there may be
// others. An idle call only reads.
func (s *Store) publishBatch(ctx context.Context, from uint64, n store.Numbering) (last uint64, more bool, err error) {
	last, idle, err := s.idle(ctx)
	if err != nil || idle {
		return last, false, err
	}
	var failed error
	err = s.writing(ctx, func(tx *sql.Tx) error {
		if err := s.recordHand(ctx, tx); err != nil {
			return err
		}
		remembered, err := number(ctx, tx, published)
		if err != nil {
			return err
		}
		pending, err := waiting(ctx, tx)
		if err != nil {
			return err
		}
		var fates []store.Fate
		var now uint64
		fates, now, failed = store.Number(pending, max(remembered, from), n)
		last = remembered
		if len(fates) == 0 {
			return nil
		}
		// What was put is remembered even if ctx ends meanwhile.
		numbered, err := remember(context.WithoutCancel(ctx), tx, fates, now)
		if numbered {
			last = now
		}
		more = len(pending) == batch
		return err
	})
	if err == nil {
		err = failed
	}
	return last, more, err
}

// idle says whether nothing waits, and the last number.
func (s *Store) idle(ctx context.Context) (last uint64, idle bool, err error) {
	err = s.reading(ctx, func(tx *sql.Tx) error {
		if last, err = number(ctx, tx, published); err != nil {
			return err
		}
		idle, err = nothingWaits(ctx, tx)
		return err
	})
	return last, idle, err
}

func nothingWaits(ctx context.Context, q querier) (bool, error) {
	var waits bool
	err := q.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM outbox WHERE seq IS NULL)").Scan(&waits)
	return !waits, err
}

// waiting reads what is to be published, each row with its asset as it is now.
func waiting(ctx context.Context, tx *sql.Tx) ([]store.Pending, error) {
	rows, err := tx.QueryContext(ctx, `SELECT o.id, o.fid, o.asset, o.removed, o.at_ms, o.event, `+columns+`
		FROM outbox o LEFT JOIN assets a ON a.fid = o.fid WHERE o.seq IS NULL ORDER BY o.id LIMIT ?`, batch)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []store.Pending
	for rows.Next() {
		var p store.Pending
		var r row
		var at int64
		var event []byte
		if err := rows.Scan(append([]any{&p.Row, &p.FID, &p.ID, &p.Removed, &at, &event}, r.targets()...)...); err != nil {
			return nil, err
		}
		if r.fid.Valid && !p.Removed {
			p.Is, p.Err = r.asset(nil)
		}
		if event != nil {
			p.Event, p.Err = twin.DecodeUnnumbered(event)
		}
		p.At = time.UnixMilli(at).UTC()
		out = append(out, p)
	}
	return out, rows.Err()
}

// remember writes what became of the rows, and the last number if one was given.
func remember(ctx context.Context, tx *sql.Tx, fates []store.Fate, last uint64) (numbered bool, err error) {
	stmt, err := tx.PrepareContext(ctx, "UPDATE outbox SET seq = ?, refused = nullif(?, '') WHERE id = ?")
	if err != nil {
		return false, err
	}
	defer stmt.Close()
	for _, f := range fates {
		if _, err := stmt.ExecContext(ctx, int64(f.Seq), f.Refused, f.Row); err != nil {
			return false, fmt.Errorf("remember: %w", err)
		}
		numbered = numbered || f.Seq > 0
	}
	if !numbered {
		return false, nil
	}
	return true, raise(ctx, tx, published, last)
}
