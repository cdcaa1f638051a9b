package geopackage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"time"

	"suhe/internal/audit"
	"suhe/internal/store"
)

// auditColumns are written by record and read by scanEntry.
const auditColumns = "seq, at_ms, who, roles, address, session, action, what, purpose, incident, outcome, detail, hash"

// AppendAudit implements audit.Store.
func (s *Store) AppendAudit(ctx context.Context, entries ...audit.Entry) error {
	err := s.writing(ctx, func(tx *sql.Tx) error { return s.record(ctx, tx, entries...) })
	if err != nil {
		return fmt.Errorf("append audit: %w", kind(err))
	}
	return nil
}

// record appends entries in the transaction of what they record. A trigger moves
// the head of the record.
func (s *Store) record(ctx context.Context, tx *sql.Tx, entries ...audit.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	_, head, err := ends(ctx, tx)
	if err != nil {
		return err
	}
	if head.Seq == 0 {
		head.Algorithm = s.hash
		if _, err := tx.ExecContext(ctx, "UPDATE audit_head SET algorithm = ?", string(s.hash)); err != nil {
			return fmt.Errorf("audit: %w", err)
		}
	}
	if err := head.Algorithm.Check(); err != nil {
		return fmt.Errorf("%w: %w", audit.ErrBroken, err)
	}
	insert, err := tx.PrepareContext(ctx, "INSERT INTO audit ("+auditColumns+") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)")
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	defer insert.Close()
	for _, e := range head.Link(s.now(), entries...) {
		detail := sql.NullString{String: string(e.Detail), Valid: e.Detail != nil}
		_, err := insert.ExecContext(ctx, int64(e.Seq), e.At.UnixMilli(), e.Who, store.RolesText(e.Roles), e.Address, e.Session,
			string(e.Action), e.What, e.Purpose, e.Incident, string(e.Outcome), detail, e.Hash)
		if err != nil {
			return fmt.Errorf("audit: %w", err)
		}
	}
	return nil
}

// ends reads where the record begins and ends.
func ends(ctx context.Context, q querier) (base, head audit.Head, err error) {
	var from, to int64
	err = q.QueryRowContext(ctx, "SELECT algorithm, base_seq, base_at_ms, base_hash, seq, at_ms, hash FROM audit_head").Scan(
		&head.Algorithm, &base.Seq, &from, &base.Hash, &head.Seq, &to, &head.Hash)
	if err != nil {
		return base, head, fmt.Errorf("audit head: %w", err)
	}
	base.Algorithm, base.At, head.At = head.Algorithm, time.UnixMilli(from).UTC(), time.UnixMilli(to).UTC()
	return base, head, nil
}

// AuditHead implements audit.Store.
func (s *Store) AuditHead(ctx context.Context) (base, head audit.Head, err error) {
	err = s.reading(ctx, func(tx *sql.Tx) error {
		base, head, err = ends(ctx, tx)
		return err
	})
	return base, head, kind(err)
}

func scanEntry(row scanner) (e audit.Entry, err error) {
	var at int64
	var roles string
	var detail sql.NullString
	err = row.Scan(&e.Seq, &at, &e.Who, &roles, &e.Address, &e.Session, &e.Action, &e.What, &e.Purpose, &e.Incident, &e.Outcome, &detail, &e.Hash)
	if err != nil {
		return e, fmt.Errorf("%w: %w", audit.ErrBroken, err)
	}
	e.At, e.Detail = time.UnixMilli(at).UTC(), store.ReadDetail(detail.String)
	if e.Roles, err = store.ReadRoles(roles); err != nil {
		return e, fmt.Errorf("audit entry %d: %w", e.Seq, err)
	}
	return e, nil
}

// entries reads those that a query selects, until yield says that it is enough.
func entries(ctx context.Context, tx *sql.Tx, yield func(audit.Entry) bool, query string, args ...any) error {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		e, err := scanEntry(rows)
		if err != nil {
			return err
		}
		if !yield(e) {
			return nil
		}
	}
	return rows.Err()
}

// Audit implements audit.Store. It holds one state of the file until it ends.
func (s *Store) Audit(ctx context.Context, after uint64) iter.Seq2[audit.Entry, error] {
	return func(yield func(audit.Entry, error) bool) {
		more := true
		err := s.reading(ctx, func(tx *sql.Tx) error {
			return entries(ctx, tx, func(e audit.Entry) bool {
				more = yield(e, nil)
				return more
			}, "SELECT "+auditColumns+" FROM audit WHERE seq > ? ORDER BY seq", int64(after))
		})
		if err != nil && more {
			yield(audit.Entry{}, fmt.Errorf("audit: %w", kind(err)))
		}
	}
}

// auditPageSQL finds the bounds of time in their index: entries are in order of
// time.
const auditPageSQL = "SELECT " + auditColumns + ` FROM audit
	WHERE (?1 = '' OR who = ?1) AND (?2 = '' OR action = ?2) AND (?3 = '' OR outcome = ?3) AND (?4 = '' OR incident = ?4)
	AND (?5 = '' OR instr(what, ?5) > 0)
	AND (?6 IS NULL OR seq >= (SELECT seq FROM audit WHERE at_ms >= ?6 ORDER BY at_ms, seq LIMIT 1))
	AND (?7 IS NULL OR seq <= (SELECT seq FROM audit WHERE at_ms < ?7 ORDER BY at_ms DESC, seq DESC LIMIT 1))
	AND (?8 = 0 OR seq < ?8) ORDER BY seq DESC LIMIT ?9`

// AuditPage implements audit.Store.
func (s *Store) AuditPage(ctx context.Context, q audit.Query) (out []audit.Entry, err error) {
	collect := func(e audit.Entry) bool {
		out = append(out, e)
		return true
	}
	err = s.reading(ctx, func(tx *sql.Tx) error {
		return entries(ctx, tx, collect, auditPageSQL, q.Who, string(q.Action), string(q.Outcome), q.Incident, q.What,
			given(q.From), given(q.To), int64(q.After), max(q.Limit, 0))
	})
	if err != nil {
		return nil, fmt.Errorf("audit page: %w", kind(err))
	}
	return out, nil
}

// given is NULL for the zero time.
func given(t time.Time) sql.NullInt64 { return sql.NullInt64{Int64: ceilMilli(t), Valid: !t.IsZero()} }

// PruneAudit implements audit.Store.
func (s *Store) PruneAudit(ctx context.Context, before time.Time) (removed int, err error) {
	if err := store.CheckPrune(before, s.now()); err != nil {
		return 0, err
	}
	err = s.writing(ctx, func(tx *sql.Tx) error {
		base, head, err := ends(ctx, tx)
		if err != nil {
			return err
		}
		last, at := audit.Head{Algorithm: head.Algorithm}, int64(0)
		err = tx.QueryRowContext(ctx, `SELECT seq, at_ms, hash FROM (SELECT seq, at_ms, hash FROM audit WHERE seq < ? ORDER BY seq LIMIT ?)
			WHERE at_ms < ? ORDER BY seq DESC LIMIT 1`, int64(head.Seq), store.PruneBatch, ceilMilli(before)).Scan(&last.Seq, &at, &last.Hash)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		last.At = time.UnixMilli(at).UTC()
		if err := s.record(ctx, tx, store.PruneEntry(ctx, base, last)); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE audit_head SET base_seq = ?, base_at_ms = ?, base_hash = ?", int64(last.Seq), at, last.Hash); err != nil {
			return err
		}
		gone, err := tx.ExecContext(ctx, "DELETE FROM audit WHERE seq <= ?", int64(last.Seq))
		if err != nil {
			return err
		}
		n, err := gone.RowsAffected()
		removed = int(n)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("prune audit: %w", kind(err))
	}
	return removed, nil
}
