package postgis

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"suhe/assets"
	"suhe/internal/store"
	"suhe/twin"
)

const (
	// batch is how many outbox rows are published in one transaction: if it is
	// lost, so many events are published again.
	batch = 500
	// publishing is the advisory lock of whoever publishes.
	publishing = 0x73756865 // "suhe"
	// rememberTimeout bounds the end of a transaction whose caller is gone.
	rememberTimeout = 10 * time.Second
)

// Publish implements twin.Outbox. It works in short transactions under an
// advisory lock; between two of them another node may go ahead, and the numbers
// stay without gaps, as each starts from what the database remembers.
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

// publishBatch publishes the first rows that wait; more says that there may be others.
func (s *Store) publishBatch(ctx context.Context, from uint64, n store.Numbering) (last uint64, more bool, err error) {
	ctx, cancel := patiently(ctx)
	defer cancel()
	conn, err := s.acquire(ctx)
	if err != nil {
		return 0, false, err
	}
	defer conn.Release()
	tx, err := conn.Begin(ctx)
	if err != nil {
		return 0, false, err
	}
	// What was put is remembered even if ctx ends meanwhile.
	end, forget := context.WithTimeout(context.WithoutCancel(ctx), rememberTimeout)
	defer forget()
	defer tx.Rollback(end)

	remembered, pending, err := waiting(ctx, tx)
	if err != nil {
		return remembered, false, err
	}
	fates, last, failed := store.Number(pending, max(remembered, from), n)
	if len(fates) == 0 {
		return remembered, false, failed
	}
	end, forget = context.WithTimeout(context.WithoutCancel(ctx), rememberTimeout)
	defer forget()
	if err := remember(end, tx, fates, last); err != nil {
		return remembered, false, err
	}
	if err := s.record(end, tx, false, store.HandEntries(pending[:len(fates)])...); err != nil {
		return remembered, false, err
	}
	if err := tx.Commit(end); err != nil {
		return remembered, false, err
	}
	return last, len(pending) == batch, failed
}

// handSQL is the role that made a change by hand, or nothing: the transaction of
// every other left an audit entry. Numbers of transactions begin anew when a
// database is restored elsewhere, so the entry must be of about that time.
const handSQL = `CASE WHEN o.event IS NULL AND o.xact IS NOT NULL AND NOT EXISTS (SELECT FROM suhe.audit u WHERE u.xact = o.xact
	AND u.at BETWEEN o.at - interval '1 day' AND o.at + interval '1 day') THEN o.role END`

// waiting locks out other publishers and reads what is to be published, each
// row with its asset as it is in the same snapshot.
func waiting(ctx context.Context, tx pgx.Tx) (remembered uint64, out []store.Pending, err error) {
	if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", publishing); err != nil {
		return 0, nil, err
	}
	if remembered, err = number(ctx, tx, published); err != nil {
		return 0, nil, err
	}
	rows, err := tx.Query(ctx, `SELECT `+columns+`, o.id, o.fid, o.asset, o.removed, o.at, `+handSQL+`, o.event
		FROM (SELECT * FROM suhe.outbox WHERE seq IS NULL ORDER BY id LIMIT $1) o
		LEFT JOIN suhe.assets a ON a.fid = o.fid ORDER BY o.id`, binaryRows, batch)
	if err != nil {
		return remembered, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		out = append(out, pending(rows.RawValues()))
	}
	return remembered, out, rows.Err()
}

func pending(raw [][]byte) store.Pending {
	row := raw[columnCount:]
	p := store.Pending{
		Row:     int8Of(row[0]),
		FID:     assets.FID(int8Of(row[1])),
		ID:      assets.ID(row[2]),
		Removed: row[3][0] != 0,
		At:      timeOf(row[4]),
		Hand:    string(row[5]),
	}
	if raw[colFID] != nil && !p.Removed {
		p.Is, p.Err = scanner{}.asset(raw)
	}
	if row[6] != nil {
		p.Event, p.Err = twin.DecodeUnnumbered(row[6])
	}
	return p
}

// remember writes what became of the rows, and the last number.
func remember(ctx context.Context, tx pgx.Tx, fates []store.Fate, last uint64) error {
	ids, seqs, refused := make([]int64, len(fates)), make([]int64, len(fates)), make([]*string, len(fates))
	numbered := false
	for i, f := range fates {
		ids[i], seqs[i] = f.Row, int64(f.Seq)
		if f.Refused != "" {
			refused[i] = &fates[i].Refused
		}
		numbered = numbered || f.Seq > 0
	}
	_, err := tx.Exec(ctx, `UPDATE suhe.outbox o SET seq = f.seq, refused = f.refused
		FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS f (id, seq, refused) WHERE o.id = f.id`, ids, seqs, refused)
	if err != nil {
		return fmt.Errorf("remember: %w", err)
	}
	if !numbered {
		return nil
	}
	return raise(ctx, tx, published, last)
}
