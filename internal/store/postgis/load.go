package postgis

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"suhe/assets"
)

// Load implements assets.Store. Rows that are no asset are left out and logged.
func (s *Store) Load(ctx context.Context, yield func(*assets.Asset) error) (events uint64, err error) {
	err = s.within(ctx, snapshot, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SET LOCAL statement_timeout = "+milliseconds(loadTimeout)); err != nil {
			return err
		}
		if events, err = number(ctx, tx, published); err != nil {
			return err
		}
		return s.rows(ctx, tx, yield)
	})
	if err != nil {
		return 0, fmt.Errorf("load assets: %w", err)
	}
	return events, nil
}

func (s *Store) rows(ctx context.Context, tx pgx.Tx, yield func(*assets.Asset) error) error {
	rows, err := tx.Query(ctx, "SELECT "+columns+" FROM suhe.assets a ORDER BY a.fid", binaryRows)
	if err != nil {
		return err
	}
	defer rows.Close()
	scan := scanner{in: assets.NewInterner()}
	for rows.Next() {
		a, err := scan.asset(rows.RawValues())
		if err != nil {
			s.log.Warn("row is no asset", "fid", uint64(a.FID), "err", err)
			continue
		}
		if err := yield(a); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Get implements assets.Store. A row that is no asset gives an error that wraps assets.ErrInvalid.
func (s *Store) Get(ctx context.Context, id assets.ID) (*assets.Asset, error) {
	conn, err := s.acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("get asset %s: %w", id, err)
	}
	defer conn.Release()
	rows, err := conn.Query(ctx, "SELECT "+columns+" FROM suhe.assets a WHERE a.id = $1", binaryRows, string(id))
	if err != nil {
		return nil, fmt.Errorf("get asset %s: %w", id, err)
	}
	a, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (*assets.Asset, error) {
		return scanner{}.asset(row.RawValues())
	})
	if errors.Is(err, pgx.ErrNoRows) {
		err = assets.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("get asset %s: %w", id, kind(err))
	}
	return a, nil
}
