package geopackage

import (
	"context"
	"database/sql"
	"fmt"

	"suhe/assets"
	"suhe/internal/store"
)

// recordHand records the edits that were made by hand, past every store, since the
// last one that an entry tells of. The transaction holds the file, so all rows of
// the outbox behind that one are of such edits.
func (s *Store) recordHand(ctx context.Context, tx *sql.Tx) error {
	rows, err := tx.QueryContext(ctx, "SELECT asset, removed FROM outbox WHERE event IS NULL AND id > (SELECT value FROM meta WHERE name = ?) ORDER BY id", audited)
	if err != nil {
		return fmt.Errorf("edits by hand: %w", err)
	}
	defer rows.Close()
	var edits store.Tally
	for rows.Next() {
		var id assets.ID
		var removed bool
		if err := rows.Scan(&id, &removed); err != nil {
			return fmt.Errorf("edits by hand: %w", err)
		}
		edits.Hand(id, removed)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("edits by hand: %w", err)
	}
	entries := edits.Entry(store.ByHand("geopackage")) // a file knows no roles
	if len(entries) == 0 {
		return nil
	}
	if err := s.record(ctx, tx, entries...); err != nil {
		return err
	}
	return handSeen(ctx, tx)
}

// handSeen remembers that entries tell of all rows of the outbox.
func handSeen(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, "UPDATE meta SET value = (SELECT max(id) FROM outbox) WHERE name = ? AND value < (SELECT max(id) FROM outbox)", audited)
	if err != nil {
		return fmt.Errorf("edits by hand: %w", err)
	}
	return nil
}
