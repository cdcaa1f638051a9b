package postgis

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// The names of the numbers in suhe.meta.
const (
	epoch     = "epoch"
	published = "published"
	obs       = "obs"
	changed   = "settings"
)

// querier is a connection or a transaction.
type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// number reads one number of suhe.meta.
func number(ctx context.Context, q querier, name string) (uint64, error) {
	var n int64
	if err := q.QueryRow(ctx, "SELECT value FROM suhe.meta WHERE name = $1", name).Scan(&n); err != nil {
		return 0, fmt.Errorf("%s: %w", name, err)
	}
	return uint64(n), nil
}

// ask is number on a connection of its own.
func (s *Store) ask(ctx context.Context, name string) (uint64, error) {
	ctx, cancel := patiently(ctx)
	defer cancel()
	conn, err := s.acquire(ctx)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", name, err)
	}
	defer conn.Release()
	return number(ctx, conn, name)
}

// raise sets one number of suhe.meta, unless it is higher already.
func raise(ctx context.Context, tx pgx.Tx, name string, to uint64) error {
	_, err := tx.Exec(ctx, "UPDATE suhe.meta SET value = $2 WHERE name = $1 AND value < $2", name, int64(to))
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

// NextEpoch implements twin.Outbox.
func (s *Store) NextEpoch(ctx context.Context) (uint64, error) {
	ctx, cancel := patiently(ctx)
	defer cancel()
	conn, err := s.acquire(ctx)
	if err != nil {
		return 0, fmt.Errorf("next epoch: %w", err)
	}
	defer conn.Release()
	var n int64
	err = conn.QueryRow(ctx, "UPDATE suhe.meta SET value = value + 1 WHERE name = $1 RETURNING value", epoch).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("next epoch: %w", err)
	}
	return uint64(n), nil
}
