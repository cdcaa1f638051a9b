package geopackage

import (
	"context"
	"database/sql"
	"fmt"

	"suhe/assets"
)

// saveEach inserts a row for each report of an asset that is known; columns are
// what the statement wants of one.
func saveEach[T any](ctx context.Context, s *Store, what string, batch []T, insert string, of func(T) assets.ID, columns func(fid int64, report T) []any) error {
	if len(batch) == 0 {
		return nil
	}
	err := s.writing(ctx, func(tx *sql.Tx) error {
		names := fids{tx: tx, known: map[assets.ID]int64{}}
		stmt, err := tx.PrepareContext(ctx, insert)
		if err != nil {
			return err
		}
		defer stmt.Close()
		for _, report := range batch {
			fid, err := names.of(ctx, of(report))
			if err != nil {
				return err
			}
			if fid == 0 {
				continue
			}
			if _, err := stmt.ExecContext(ctx, columns(fid, report)...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("save %d %s: %w", len(batch), what, kind(err))
	}
	return nil
}

// readEach yields what a query gives; columns are where its columns go.
func readEach[T any](ctx context.Context, tx *sql.Tx, columns func(*T) []any, yield func(T) error, query string, args ...any) error {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var report T
		if err := rows.Scan(columns(&report)...); err != nil {
			return err
		}
		if err := yield(report); err != nil {
			return err
		}
	}
	return rows.Err()
}
