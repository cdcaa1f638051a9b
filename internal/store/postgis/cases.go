package postgis

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/audit"
	"suhe/internal/docket"
	"suhe/internal/store"
)

// caseColumns are read by caseOf.
const caseColumns = "fid, rev, open, at, sensitivity, marker, doc"

func caseOf(row pgx.CollectableRow) (c docket.Case, err error) {
	var fid, rev int64
	var open bool
	var at time.Time
	var sensitivity int16
	var marker, doc []byte
	if err := row.Scan(&fid, &rev, &open, &at, &sensitivity, &marker, &doc); err != nil {
		return c, err
	}
	return store.ReadCase(assets.FID(fid), rev, open, at.UTC(), assets.Sensitivity(sensitivity), marker, doc)
}

// LoadCases implements docket.Store.
func (s *Store) LoadCases(ctx context.Context, yield func(docket.Case) error) error {
	err := s.within(ctx, snapshot, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, "SELECT "+caseColumns+" FROM suhe.cases WHERE open ORDER BY fid")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			c, err := caseOf(rows)
			if err != nil {
				return err
			}
			if err := yield(c); err != nil {
				return err
			}
		}
		return rows.Err()
	})
	if err != nil {
		return fmt.Errorf("load cases: %w", kind(err))
	}
	return nil
}

// Case implements docket.Store.
func (s *Store) Case(ctx context.Context, k assets.Kind, id assets.ID) (c docket.Case, err error) {
	err = s.within(ctx, snapshot, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, "SELECT "+caseColumns+" FROM suhe.cases WHERE kind = $1 AND id = $2", string(k), string(id))
		if err != nil {
			return err
		}
		if c, err = pgx.CollectExactlyOneRow(rows, caseOf); errors.Is(err, pgx.ErrNoRows) {
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
	err = s.within(ctx, snapshot, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT n, type, at, e.doc FROM suhe.case_events e
			WHERE fid = (SELECT fid FROM suhe.cases WHERE kind = $1 AND id = $2) ORDER BY n`, string(k), string(id))
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (e docket.Event, err error) {
			var at time.Time
			var doc []byte
			err = row.Scan(&e.N, &e.Type, &at, &doc)
			e.At, e.Doc = at.UTC(), doc
			return e, err
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%s %s: events: %w", k, id, kind(err))
	}
	return all, nil
}

const casesSQL = `SELECT ` + caseColumns + ` FROM suhe.cases WHERE kind = $1
	AND ($2::timestamptz IS NULL OR at >= $2) AND ($3::timestamptz IS NULL OR at < $3)
	AND ($4::boolean IS NULL OR open = $4) AND ($5 = '' OR area = $5) AND ($6 = '' OR class = $6)
	AND ($7::bigint = 0 OR fid < $7) ORDER BY fid DESC LIMIT $8`

// Cases implements docket.Store.
func (s *Store) Cases(ctx context.Context, q docket.Query) (all []docket.Case, err error) {
	err = s.within(ctx, snapshot, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, casesSQL, string(q.Kind), ifSet(q.From), ifSet(q.To), q.Open, q.Area, q.Class, int64(q.Before), q.Limit)
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(rows, caseOf)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("cases: %w", kind(err))
	}
	return all, nil
}

// ifSet is the time, or NULL for the zero time.
func ifSet(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// LastCase implements docket.Store.
func (s *Store) LastCase(ctx context.Context, k assets.Kind, prefix string) (id assets.ID, err error) {
	err = s.within(ctx, snapshot, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, "SELECT coalesce(max(id), '') FROM suhe.cases WHERE kind = $1 AND id >= $2 AND id < $2 || '~'", string(k), prefix).Scan((*string)(&id))
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
	err = s.within(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		at := s.now().UTC().Truncate(time.Millisecond)
		for _, c := range changes {
			is, err := putCase(ctx, tx, c, at)
			if err != nil {
				return err
			}
			all = append(all, is)
		}
		if _, err := tx.Exec(ctx, "SELECT pg_notify('suhe_outbox', '')"); err != nil {
			return err
		}
		return s.record(ctx, tx, false, entries...)
	})
	if err != nil {
		return nil, fmt.Errorf("commit: %w", kind(err))
	}
	return all, nil
}

const (
	beginCaseSQL = `INSERT INTO suhe.cases (kind, id, rev, open, class, name, area, sensitivity, geom, at, marker, doc)
		VALUES ($1, $2, $3::bigint + 1, $4, $5, $6, $7, $8, st_geomfromewkb($9), $10, $11, $12) ON CONFLICT DO NOTHING RETURNING fid`
	changeCaseSQL = `UPDATE suhe.cases SET rev = rev + 1, open = $4, class = $5, name = $6, area = $7, sensitivity = $8, geom = st_geomfromewkb($9), at = $10, marker = $11, doc = $12
		WHERE kind = $1 AND id = $2 AND rev = $3 RETURNING fid`
)

// putCase writes the case, its event, and what every node is to be told.
func putCase(ctx context.Context, tx pgx.Tx, c docket.Change, at time.Time) (is docket.Case, err error) {
	m := c.Marker
	marker, err := store.MarkerDoc(m)
	if err != nil {
		return is, err
	}
	geom, err := geo.EncodeEWKB(m.Shape.Geometry)
	if err != nil {
		return is, err
	}
	sql := changeCaseSQL
	if c.Was == 0 {
		sql = beginCaseSQL
	}
	var fid int64
	err = tx.QueryRow(ctx, sql, string(m.Kind), string(m.ID), c.Was, c.Open, m.Class, m.Name, m.Location.Area, int16(m.Sensitivity), geom, at, string(marker), string(c.Doc)).Scan(&fid)
	if errors.Is(err, pgx.ErrNoRows) {
		var rev int64
		if err := tx.QueryRow(ctx, "SELECT coalesce(max(rev), 0) FROM suhe.cases WHERE kind = $1 AND id = $2", string(m.Kind), string(m.ID)).Scan(&rev); err != nil {
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
	if _, err := tx.Exec(ctx, "INSERT INTO suhe.case_events (fid, n, type, at, doc) VALUES ($1, $2, $3, $4, $5)", fid, is.Rev, c.Event.Type, at, string(c.Event.Doc)); err != nil {
		return is, err
	}
	_, err = tx.Exec(ctx, "INSERT INTO suhe.outbox (fid, asset, removed, event) VALUES ($1, $2, false, $3)", fid, string(m.ID), string(told))
	return is, err
}
