package postgis

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"suhe/internal/audit"
	"suhe/internal/settings"
	"suhe/internal/store"
)

// settingColumns are read by settingOf.
const settingColumns = "kind, name, rev, doc, at, by"

func settingOf(row pgx.CollectableRow) (settings.Setting, error) {
	raw := row.RawValues()
	return settings.Setting{Kind: settings.Kind(raw[0]), Name: string(raw[1]), Rev: int8Of(raw[2]),
		Doc: json.RawMessage(append([]byte(nil), raw[3]...)), At: timeOf(raw[4]), By: string(raw[5])}, nil
}

// Settings implements settings.Store.
func (s *Store) Settings(ctx context.Context, k settings.Kind) (all []settings.Setting, changes uint64, err error) {
	err = s.within(ctx, snapshot, func(tx pgx.Tx) error {
		if changes, err = number(ctx, tx, changed); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, "SELECT "+settingColumns+" FROM suhe.settings WHERE kind = $1 ORDER BY name", binaryRows, string(k))
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(rows, settingOf)
		return err
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
	err = s.within(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if is, err = putSetting(ctx, tx, k, name, was, doc, s.now(), e.Who); err != nil {
			return err
		}
		return s.record(ctx, tx, false, e)
	})
	if err != nil {
		return settings.Setting{}, fmt.Errorf("setting %s %s: %w", k, name, kind(err))
	}
	return is, nil
}

func putSetting(ctx context.Context, tx pgx.Tx, k settings.Kind, name string, was int64, doc json.RawMessage, now time.Time, by string) (settings.Setting, error) {
	sql, args := "UPDATE suhe.settings SET rev = rev + 1, doc = $4, at = $5, by = $6 WHERE kind = $1 AND name = $2 AND rev = $3", []any{string(k), name, was, string(doc), now.UTC().Truncate(time.Millisecond), by}
	switch {
	case doc == nil:
		sql, args = "DELETE FROM suhe.settings WHERE kind = $1 AND name = $2 AND rev = $3", args[:3]
	case was == 0:
		sql = "INSERT INTO suhe.settings (kind, name, rev, doc, at, by) VALUES ($1, $2, $3::bigint + 1, $4, $5, $6) ON CONFLICT DO NOTHING"
	}
	rows, err := tx.Query(ctx, sql+" RETURNING "+settingColumns, append([]any{binaryRows}, args...)...)
	if err != nil {
		return settings.Setting{}, err
	}
	is, err := pgx.CollectExactlyOneRow(rows, settingOf)
	if !errors.Is(err, pgx.ErrNoRows) {
		return is, err
	}
	var rev int64
	err = tx.QueryRow(ctx, "SELECT rev FROM suhe.settings WHERE kind = $1 AND name = $2", string(k), name).Scan(&rev)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return is, err
	}
	return is, store.SettingRefused(was, rev, doc == nil)
}
