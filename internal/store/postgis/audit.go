package postgis

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"

	"suhe/internal/audit"
	"suhe/internal/store"
)

// headSQL reads the two ends of the record.
const headSQL = "SELECT algorithm, base_seq, base_at, base_hash, seq, at, hash FROM suhe.audit_head"

// appendSQL writes entries and moves the head to the last, in one round trip.
const appendSQL = `WITH head AS (UPDATE suhe.audit_head SET algorithm = $1, seq = $2, at = $3, hash = $4)
	INSERT INTO suhe.audit (seq, at, who, roles, address, session, action, what, purpose, incident, outcome, detail, hash, xact)
	SELECT r.*, CASE WHEN $18 THEN pg_current_xact_id() END
	FROM unnest($5::bigint[], $6::timestamptz[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[],
		$13::text[], $14::text[], $15::text[], $16::text[], $17::text[]) AS r`

// AppendAudit implements audit.Store.
func (s *Store) AppendAudit(ctx context.Context, entries ...audit.Entry) error {
	err := s.within(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error { return s.record(ctx, tx, false, entries...) })
	if err != nil {
		return fmt.Errorf("append audit: %w", kind(err))
	}
	return nil
}

// record appends entries in the transaction of what they record; edit says that
// this is an edit of assets. It locks the head of the record, so it is the last
// thing that a transaction does: no other then waits for it crosswise.
func (s *Store) record(ctx context.Context, tx pgx.Tx, edit bool, entries ...audit.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	_, head, err := ends(ctx, tx, headSQL+" FOR UPDATE")
	if err != nil {
		return err
	}
	if head.Seq == 0 {
		head.Algorithm = s.hash
	}
	if err := head.Algorithm.Check(); err != nil {
		return fmt.Errorf("%w: %w", audit.ErrBroken, err)
	}
	rows := auditRows(head.Link(s.now(), entries...))
	args := append([]any{string(head.Algorithm), int64(head.Seq), head.At, head.Hash}, rows...)
	if _, err := tx.Exec(ctx, appendSQL, append(args, edit)...); err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}

// auditRows are the entries by column, as unnest takes them.
func auditRows(entries []audit.Entry) []any {
	n := len(entries)
	seqs, times, details := make([]int64, n), make([]time.Time, n), make([]*string, n)
	var texts [10][]string // who, roles, address, session, action, what, purpose, incident, outcome, hash
	for i := range texts {
		texts[i] = make([]string, n)
	}
	for i, e := range entries {
		seqs[i], times[i] = int64(e.Seq), e.At
		for j, v := range [...]string{e.Who, store.RolesText(e.Roles), e.Address, e.Session, string(e.Action), e.What, e.Purpose, e.Incident, string(e.Outcome), e.Hash} {
			texts[j][i] = v
		}
		if e.Detail != nil {
			text := string(e.Detail)
			details[i] = &text
		}
	}
	return []any{seqs, times, texts[0], texts[1], texts[2], texts[3], texts[4], texts[5], texts[6], texts[7], texts[8], details, texts[9]}
}

// ends reads what headSQL selects.
func ends(ctx context.Context, q querier, sql string) (base, head audit.Head, err error) {
	var from, to int64
	err = q.QueryRow(ctx, sql).Scan(&head.Algorithm, &from, &base.At, &base.Hash, &to, &head.At, &head.Hash)
	if err != nil {
		return base, head, fmt.Errorf("audit head: %w", err)
	}
	base.Algorithm, base.Seq, head.Seq = head.Algorithm, uint64(from), uint64(to)
	base.At, head.At = base.At.UTC(), head.At.UTC()
	return base, head, nil
}

// AuditHead implements audit.Store.
func (s *Store) AuditHead(ctx context.Context) (base, head audit.Head, err error) {
	conn, err := s.acquire(ctx)
	if err != nil {
		return base, head, fmt.Errorf("audit head: %w", err)
	}
	defer conn.Release()
	base, head, err = ends(ctx, conn, headSQL)
	return base, head, kind(err)
}

// auditColumns are read by entryOf.
const auditColumns = "seq, at, who, roles, address, session, action, what, purpose, incident, outcome, detail, hash"

func entryOf(raw [][]byte) (e audit.Entry, err error) {
	e = audit.Entry{
		Seq: uint64(int8Of(raw[0])), At: timeOf(raw[1]), Who: string(raw[2]), Address: string(raw[4]), Session: string(raw[5]),
		Action: audit.Action(raw[6]), What: string(raw[7]), Purpose: string(raw[8]), Incident: string(raw[9]), Outcome: audit.Outcome(raw[10]),
		Detail: store.ReadDetail(string(raw[11])), Hash: string(raw[12]),
	}
	if e.Roles, err = store.ReadRoles(string(raw[3])); err != nil {
		return e, fmt.Errorf("audit entry %d: %w", e.Seq, err)
	}
	return e, nil
}

// Audit implements audit.Store.
func (s *Store) Audit(ctx context.Context, after uint64) iter.Seq2[audit.Entry, error] {
	return func(yield func(audit.Entry, error) bool) {
		more := true
		err := s.audit(ctx, after, func(e audit.Entry) bool {
			more = yield(e, nil)
			return more
		})
		if err != nil && more {
			yield(audit.Entry{}, fmt.Errorf("audit: %w", kind(err)))
		}
	}
}

func (s *Store) audit(ctx context.Context, after uint64, yield func(audit.Entry) bool) error {
	return s.within(ctx, snapshot, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SET LOCAL statement_timeout = "+milliseconds(loadTimeout)); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, "SELECT "+auditColumns+" FROM suhe.audit WHERE seq > $1 ORDER BY seq", binaryRows, int64(after))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			e, err := entryOf(rows.RawValues())
			if err != nil {
				return err
			}
			if !yield(e) {
				return nil
			}
		}
		return rows.Err()
	})
}

// auditPageSQL finds the bounds of time in their index: entries are in order of
// time.
const auditPageSQL = "SELECT " + auditColumns + ` FROM suhe.audit
	WHERE ($1 = '' OR who = $1) AND ($2 = '' OR action = $2) AND ($3 = '' OR outcome = $3) AND ($4 = '' OR incident = $4)
	AND ($5 = '' OR strpos(what, $5) > 0)
	AND ($6::timestamptz IS NULL OR seq >= (SELECT seq FROM suhe.audit WHERE at >= $6 ORDER BY at, seq LIMIT 1))
	AND ($7::timestamptz IS NULL OR seq <= (SELECT seq FROM suhe.audit WHERE at < $7 ORDER BY at DESC, seq DESC LIMIT 1))
	AND ($8::bigint = 0 OR seq < $8) ORDER BY seq DESC LIMIT $9`

// AuditPage implements audit.Store.
func (s *Store) AuditPage(ctx context.Context, q audit.Query) ([]audit.Entry, error) {
	conn, err := s.acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("audit page: %w", err)
	}
	defer conn.Release()
	rows, err := conn.Query(ctx, auditPageSQL, binaryRows, q.Who, string(q.Action), string(q.Outcome), q.Incident, q.What,
		given(q.From), given(q.To), int64(q.After), max(q.Limit, 0))
	if err != nil {
		return nil, fmt.Errorf("audit page: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (audit.Entry, error) { return entryOf(row.RawValues()) })
	if err != nil {
		return nil, fmt.Errorf("audit page: %w", kind(err))
	}
	return out, nil
}

// given is NULL for the zero time.
func given(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// PruneAudit implements audit.Store.
func (s *Store) PruneAudit(ctx context.Context, before time.Time) (removed int, err error) {
	if err := store.CheckPrune(before, s.now()); err != nil {
		return 0, err
	}
	err = s.within(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		base, head, err := ends(ctx, tx, headSQL+" FOR UPDATE")
		if err != nil {
			return err
		}
		last := audit.Head{Algorithm: head.Algorithm}
		err = tx.QueryRow(ctx, `SELECT seq, at, hash FROM (SELECT seq, at, hash FROM suhe.audit WHERE seq < $1 ORDER BY seq LIMIT $2) a
			WHERE at < $3 ORDER BY seq DESC LIMIT 1`, int64(head.Seq), store.PruneBatch, before).Scan(&last.Seq, &last.At, &last.Hash)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		last.At = last.At.UTC()
		if err := s.record(ctx, tx, false, store.PruneEntry(ctx, base, last)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE suhe.audit_head SET base_seq = $1, base_at = $2, base_hash = $3", int64(last.Seq), last.At, last.Hash); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, "DELETE FROM suhe.audit WHERE seq <= $1", int64(last.Seq))
		removed = int(tag.RowsAffected())
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("prune audit: %w", kind(err))
	}
	return removed, nil
}
