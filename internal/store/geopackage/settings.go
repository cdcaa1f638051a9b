package geopackage

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"suhe/internal/audit"
	"suhe/internal/settings"
	"suhe/internal/store"
)

// settingColumns are read by scanSetting.
const settingColumns = "kind, name, rev, doc, at_ms, changed_by"

// scanner is a row or rows.
type scanner interface{ Scan(targets ...any) error }

func scanSetting(row scanner) (is settings.Setting, err error) {
	var at int64
	var doc string
	err = row.Scan(&is.Kind, &is.Name, &is.Rev, &doc, &at, &is.By)
	is.Doc, is.At = json.RawMessage(doc), time.UnixMilli(at).UTC()
	return is, err
}

// Settings implements settings.Store.
func (s *Store) Settings(ctx context.Context, k settings.Kind) (all []settings.Setting, changes uint64, err error) {
	err = s.reading(ctx, func(tx *sql.Tx) error {
		if changes, err = number(ctx, tx, changed); err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, "SELECT "+settingColumns+" FROM settings WHERE kind = ? ORDER BY name", string(k))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			is, err := scanSetting(rows)
			if err != nil {
				return err
			}
			all = append(all, is)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, 0, fmt.Errorf("settings %s: %w", k, kind(err))
	}
	return all, changes, nil
}

// SettingChanges implements settings.Store.
func (s *Store) SettingChanges(ctx context.Context) (uint64, error) { return s.ask(ctx, changed) }

// PutSetting implements settings.Store.
func (s *Store) PutSetting(ctx context.Context, k settings.Kind, name string, was int64, doc json.RawMessage, e audit.Entry) (is settings.Setting, err error) {
	if err := store.CheckSetting(k, name, was, doc); err != nil {
		return is, err
	}
	err = s.writing(ctx, func(tx *sql.Tx) error {
		if is, err = putSetting(ctx, tx, k, name, was, doc, s.now(), e.Who); err != nil {
			return err
		}
		return s.record(ctx, tx, e)
	})
	if err != nil {
		return settings.Setting{}, fmt.Errorf("setting %s %s: %w", k, name, kind(err))
	}
	return is, nil
}

func putSetting(ctx context.Context, tx *sql.Tx, k settings.Kind, name string, was int64, doc json.RawMessage, now time.Time, by string) (settings.Setting, error) {
	query := "UPDATE settings SET rev = rev + 1, doc = ?4, at_ms = ?5, changed_by = ?6 WHERE kind = ?1 AND name = ?2 AND rev = ?3"
	args := []any{string(k), name, was, string(doc), now.UnixMilli(), by}
	switch {
	case doc == nil:
		query, args = "DELETE FROM settings WHERE kind = ?1 AND name = ?2 AND rev = ?3", args[:3]
	case was == 0:
		query = "INSERT INTO settings VALUES (?1, ?2, ?3 + 1, ?4, ?5, ?6) ON CONFLICT DO NOTHING"
	}
	is, err := scanSetting(tx.QueryRowContext(ctx, query+" RETURNING "+settingColumns, args...))
	if !errors.Is(err, sql.ErrNoRows) {
		return is, err
	}
	var rev int64
	err = tx.QueryRowContext(ctx, "SELECT rev FROM settings WHERE kind = ? AND name = ?", string(k), name).Scan(&rev)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return is, err
	}
	return is, store.SettingRefused(was, rev, doc == nil)
}
