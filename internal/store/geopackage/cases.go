package geopackage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"suhe/assets"
	"suhe/internal/audit"
	"suhe/internal/docket"
	"suhe/internal/store"
)

// caseColumns are read by scanCase.
const caseColumns = "fid, rev, open, at_ms, sensitivity, marker, doc"

func scanCase(row scanner) (c docket.Case, err error) {
	var fid, rev, at int64
	var open bool
	var sensitivity uint8
	var marker, doc []byte
	if err := row.Scan(&fid, &rev, &open, &at, &sensitivity, &marker, &doc); err != nil {
		return c, err
	}
	return store.ReadCase(assets.FID(fid), rev, open, time.UnixMilli(at).UTC(), assets.Sensitivity(sensitivity), marker, doc)
}

// eachCase yields the cases that a query finds.
func eachCase(ctx context.Context, tx *sql.Tx, yield func(docket.Case) error, where string, args ...any) error {
	rows, err := tx.QueryContext(ctx, "SELECT "+caseColumns+" FROM cases WHERE "+where, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		c, err := scanCase(rows)
		if err != nil {
			return err
		}
		if err := yield(c); err != nil {
			return err
		}
	}
	return rows.Err()
}

// LoadCases implements docket.Store.
func (s *Store) LoadCases(ctx context.Context, yield func(docket.Case) error) error {
	err := s.reading(ctx, func(tx *sql.Tx) error { return eachCase(ctx, tx, yield, "open = 1 ORDER BY fid") })
	if err != nil {
		return fmt.Errorf("load cases: %w", kind(err))
	}
	return nil
}

// Case implements docket.Store.
func (s *Store) Case(ctx context.Context, k assets.Kind, id assets.ID) (c docket.Case, err error) {
	err = s.reading(ctx, func(tx *sql.Tx) error {
		c, err = scanCase(tx.QueryRowContext(ctx, "SELECT "+caseColumns+" FROM cases WHERE kind = ? AND id = ?", string(k), string(id)))
		if errors.Is(err, sql.ErrNoRows) {
			return assets.ErrNotFound
		}
		return err
	})
	if err != nil {
		return c, fmt.Errorf("%s %s: %w", k, id, kind(err))
	}
	return c, nil
}

// CaseEvents implements docket.Store.
func (s *Store) CaseEvents(ctx context.Context, k assets.Kind, id assets.ID) (all []docket.Event, err error) {
	err = s.reading(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT n, type, at_ms, doc FROM case_events
			WHERE fid = (SELECT fid FROM cases WHERE kind = ? AND id = ?) ORDER BY n`, string(k), string(id))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var e docket.Event
			var at int64
			var doc []byte
			if err := rows.Scan(&e.N, &e.Type, &at, &doc); err != nil {
				return err
			}
			e.At, e.Doc = time.UnixMilli(at).UTC(), doc
			all = append(all, e)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("%s %s: events: %w", k, id, kind(err))
	}
	return all, nil
}

const casesSQL = `kind = ?1 AND (?2 IS NULL OR at_ms >= ?2) AND (?3 IS NULL OR at_ms < ?3) AND (?4 IS NULL OR open = ?4)
	AND (?5 = '' OR area = ?5) AND (?6 = '' OR class = ?6) AND (?7 = 0 OR fid < ?7) ORDER BY fid DESC LIMIT ?8`

// Cases implements docket.Store.
func (s *Store) Cases(ctx context.Context, q docket.Query) (all []docket.Case, err error) {
	err = s.reading(ctx, func(tx *sql.Tx) error {
		return eachCase(ctx, tx, func(c docket.Case) error {
			all = append(all, c)
			return nil
		}, casesSQL, string(q.Kind), ifSet(q.From), ifSet(q.To), q.Open, q.Area, q.Class, int64(q.Before), q.Limit)
	})
	if err != nil {
		return nil, fmt.Errorf("cases: %w", kind(err))
	}
	return all, nil
}

// ifSet is the time in milliseconds, or NULL for the zero time.
func ifSet(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

// LastCase implements docket.Store.
func (s *Store) LastCase(ctx context.Context, k assets.Kind, prefix string) (id assets.ID, err error) {
	err = s.reading(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, "SELECT coalesce(max(id), '') FROM cases WHERE kind = ?1 AND id >= ?2 AND id < ?2 || '~'", string(k), prefix).Scan(&id)
	})
	if err != nil {
		return "", fmt.Errorf("last %s %s: %w", k, prefix, kind(err))
	}
	return id, nil
}

// CommitCases implements docket.Store.
func (s *Store) CommitCases(ctx context.Context, changes []docket.Change, entries ...audit.Entry) (all []docket.Case, err error) {
	for _, c := range changes {
		if err := store.CheckCase(c); err != nil {
			return nil, err
		}
	}
	err = s.writing(ctx, func(tx *sql.Tx) error {
		at := s.now().UTC().Truncate(time.Millisecond)
		var reach extent
		for _, c := range changes {
			is, err := putCase(ctx, tx, c, at)
			if err != nil {
				return err
			}
			all = append(all, is)
			reach.entered(is.Marker)
		}
		if err := reach.widen(ctx, tx, "cases"); err != nil {
			return err
		}
		return s.record(ctx, tx, entries...)
	})
	if err != nil {
		return nil, fmt.Errorf("commit: %w", kind(err))
	}
	s.bell.ring()
	return all, nil
}

const (
	beginCaseSQL = `INSERT INTO cases (kind, id, rev, open, class, name, area, state, sensitivity, geom, at_ms, marker, doc)
		VALUES (?1, ?2, ?3 + 1, ?4, ?5, ?6, ?7, coalesce(json_extract(?12, '$.state'), ''), ?8, ?9, ?10, ?11, ?12) ON CONFLICT DO NOTHING RETURNING fid`
	changeCaseSQL = `UPDATE cases SET rev = rev + 1, open = ?4, class = ?5, name = ?6, area = ?7, state = coalesce(json_extract(?12, '$.state'), ''),
		sensitivity = ?8, geom = ?9, at_ms = ?10, marker = ?11, doc = ?12 WHERE kind = ?1 AND id = ?2 AND rev = ?3 RETURNING fid`
)

// putCase writes the case, its event, and what every node is to be told.
func putCase(ctx context.Context, tx *sql.Tx, c docket.Change, at time.Time) (is docket.Case, err error) {
	m := c.Marker
	marker, err := store.MarkerDoc(m)
	if err != nil {
		return is, err
	}
	query := changeCaseSQL
	if c.Was == 0 {
		query = beginCaseSQL
	}
	var fid int64
	err = tx.QueryRowContext(ctx, query, string(m.Kind), string(m.ID), c.Was, c.Open, m.Class, m.Name, m.Location.Area, m.Sensitivity,
		assets.EncodeGPKG(m.Shape.Geometry), at.UnixMilli(), string(marker), string(c.Doc)).Scan(&fid)
	if errors.Is(err, sql.ErrNoRows) {
		var rev int64
		if err := tx.QueryRowContext(ctx, "SELECT coalesce(max(rev), 0) FROM cases WHERE kind = ? AND id = ?", string(m.Kind), string(m.ID)).Scan(&rev); err != nil {
			return is, err
		}
		return is, store.CaseRefused(c, rev)
	}
	if err != nil {
		return is, err
	}
	is, told, err := store.Stepped(c, assets.FID(fid), at)
	if err != nil {
		return is, err
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO case_events VALUES (?, ?, ?, ?, ?)", fid, is.Rev, c.Event.Type, at.UnixMilli(), string(c.Event.Doc)); err != nil {
		return is, err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO outbox (fid, asset, removed, event) VALUES (?, ?, 0, ?)", fid, string(m.ID), string(told))
	return is, err
}
