package geopackage

import (
	"context"
	"database/sql"
	"fmt"
)

// The names of the numbers in meta.
const (
	epoch     = "epoch"
	published = "published"
	obs       = "obs"
	changed   = "settings"
	audited   = "audited" // the last row of the outbox that an audit entry tells of
)

// querier is a database, a connection or a transaction.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// number reads one number of meta.
func number(ctx context.Context, q querier, name string) (uint64, error) {
	var n int64
	if err := q.QueryRowContext(ctx, "SELECT value FROM meta WHERE name = ?", name).Scan(&n); err != nil {
		return 0, fmt.Errorf("%s: %w", name, err)
	}
	return uint64(n), nil
}

// raise sets one number of meta, unless it is higher already.
func raise(ctx context.Context, tx *sql.Tx, name string, to uint64) error {
	_, err := tx.ExecContext(ctx, "UPDATE meta SET value = ?2 WHERE name = ?1 AND value < ?2", name, int64(to))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// Epoch implements twin.Outbox.
func (s *Store) Epoch(ctx context.Context) (uint64, error) { return s.ask(ctx, epoch) }

// Published implements twin.Outbox.
func (s *Store) Published(ctx context.Context) (uint64, error) { return s.ask(ctx, published) }

// Saved implements twin.History.
func (s *Store) Saved(ctx context.Context) (uint64, error) { return s.ask(ctx, obs) }

func (s *Store) ask(ctx context.Context, name string) (n uint64, err error) {
	err = s.reading(ctx, func(tx *sql.Tx) error {
		n, err = number(ctx, tx, name)
		return err
	})
	return n, err
}

// NextEpoch implements twin.Outbox.
func (s *Store) NextEpoch(ctx context.Context) (n uint64, err error) {
	err = s.writing(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, "UPDATE meta SET value = value + 1 WHERE name = ? RETURNING value", epoch).Scan(&n)
	})
	if err != nil {
		return 0, fmt.Errorf("next epoch: %w", err)
	}
	return n, nil
}
