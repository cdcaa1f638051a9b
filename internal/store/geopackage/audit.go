package geopackage

import (
	"context"
	"database/sql"
	"encoding/json"
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
		return e, err
	}
	e.At = time.UnixMilli(at).UTC()
	if detail.Valid {
		e.Detail = json.RawMessage(detail.String)
	}
	if e.Roles, err = store.ReadRoles(roles); err != nil {
		return e, fmt.Errorf("audit entry %d: %w", e.Seq, err)
	}
	return e, nil
}

// Audit implements audit.Store. It holds one state of the file until it ends.
func (s *Store) Audit(ctx context.Context, after uint64) iter.Seq2[audit.Entry, error] {
	return func(yield func(audit.Entry, error) bool) {
		if err := s.audit(ctx, after, func(e audit.Entry) bool { return yield(e, nil) }); err != nil {
			yield(audit.Entry{}, fmt.Errorf("audit: %w", kind(err)))
		}
	}
}

func (s *Store) audit(ctx context.Context, after uint64, yield func(audit.Entry) bool) error {
	return s.reading(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, "SELECT "+auditColumns+" FROM audit WHERE seq > ? ORDER BY seq", int64(after))
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
	})
}
