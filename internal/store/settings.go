package store

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"suhe/assets"
	"suhe/internal/settings"
)

// The bounds of a setting, in bytes.
const (
	maxSettingName = 256
	maxSettingDoc  = 1 << 20
)

// CheckSetting says what keeps a setting from being kept. Errors wrap ErrInvalid.
func CheckSetting(k settings.Kind, name string, was int64, doc json.RawMessage) error {
	for _, f := range []struct{ field, value string }{{"kind", string(k)}, {"name", name}} {
		if f.value == "" || len(f.value) > maxSettingName || !utf8.ValidString(f.value) || strings.Contains(f.value, "\x00") {
			return fmt.Errorf("setting: %w: %s: %.40q, want 1 to %d bytes of UTF-8", assets.ErrInvalid, f.field, f.value, maxSettingName)
		}
	}
	switch {
	case was < 0:
		return fmt.Errorf("setting: %w: revision: %d, want 0 or more", assets.ErrInvalid, was)
	case len(doc) > maxSettingDoc:
		return fmt.Errorf("setting: %w: doc: %d bytes, want at most %d", assets.ErrInvalid, len(doc), maxSettingDoc)
	case doc != nil && (!json.Valid(doc) || !utf8.Valid(doc)):
		return fmt.Errorf("setting: %w: doc: no JSON", assets.ErrInvalid)
	}
	return nil
}

// SettingRefused is why no setting was changed by who had seen revision was, where
// rev is the revision that there is, 0 for none.
func SettingRefused(was, rev int64, remove bool) error {
	switch {
	case rev == 0 && remove:
		return assets.ErrNotFound
	case rev == 0:
		return fmt.Errorf("%w: revision %d is wanted, and it does not exist", assets.ErrConflict, was)
	case was == 0:
		return fmt.Errorf("%w: it is wanted new, and exists in revision %d", assets.ErrConflict, rev)
	}
	return fmt.Errorf("%w: revision %d is wanted, and it is in revision %d", assets.ErrConflict, was, rev)
}
