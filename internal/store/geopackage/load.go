package geopackage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"suhe/assets"
)

// Load implements assets.Store. Rows that are no asset are left out and logged.
func (s *Store) Load(ctx context.Context, yield func(*assets.Asset) error) (events uint64, err error) {
	err = s.reading(ctx, func(tx *sql.Tx) error {
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

func (s *Store) rows(ctx context.Context, tx *sql.Tx, yield func(*assets.Asset) error) error {
	rows, err := tx.QueryContext(ctx, "SELECT "+columns+" FROM assets a ORDER BY a.fid")
	if err != nil {
		return err
	}
	defer rows.Close()
	in := assets.NewInterner()
	var r row
	targets := r.targets()
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		a, err := r.asset(in)
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
func (s *Store) Get(ctx context.Context, id assets.ID) (a *assets.Asset, err error) {
	err = s.reading(ctx, func(tx *sql.Tx) error {
		var r row
		if err := tx.QueryRowContext(ctx, "SELECT "+columns+" FROM assets a WHERE a.id = ?", string(id)).Scan(r.targets()...); err != nil {
			return err
		}
		a, err = r.asset(nil)
		return err
	})
	if errors.Is(err, sql.ErrNoRows) {
		err = assets.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("get asset %s: %w", id, err)
	}
	return a, nil
}
