// Package settings keeps what people decide and what is no asset: accounts, keys,
// links, trees of areas, webhooks. A setting is a JSON document with a kind, a
// name and a revision; the store that keeps the assets keeps it, and writes the
// audit entry of each change in the same transaction.
package settings

import (
	"context"
	"encoding/json"
	"time"

	"suhe/internal/audit"
)

// Kind is what a setting is; the room that reads it owns its document.
type Kind string

// Setting is one document.
type Setting struct {
	Kind Kind            `json:"kind"`
	Name string          `json:"name"` // unique within the kind
	Rev  int64           `json:"rev"`  // from 1
	Doc  json.RawMessage `json:"doc"`
	At   time.Time       `json:"at"` // of the last change, UTC
	By   string          `json:"by"`
}

// Store keeps settings. All methods may be called at once.
type Store interface {
	// Settings reads all of a kind in order of name, and the count of all changes
	// ever made, read before them.
	Settings(ctx context.Context, k Kind) (all []Setting, changes uint64, err error)
	// SettingChanges is the count of all changes ever made: cheap, to be asked often.
	SettingChanges(ctx context.Context) (uint64, error)
	// PutSetting replaces the setting of revision was (0: there is none) in one
	// transaction with the audit entry; a nil doc removes it. assets.ErrConflict:
	// it has another revision. assets.ErrNotFound: there is none to remove.
	PutSetting(ctx context.Context, k Kind, name string, was int64, doc json.RawMessage, e audit.Entry) (Setting, error)
}
