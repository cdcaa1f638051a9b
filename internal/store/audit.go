package store

import (
	"encoding/json"
	"fmt"

	"suhe/internal/audit"
)

// RolesText is how the roles of an audit entry are kept: a JSON list, or nothing.
func RolesText(roles []string) string {
	if len(roles) == 0 {
		return ""
	}
	text, _ := json.Marshal(roles) // strings
	return string(text)
}

// ReadRoles reads them back. What is no list of names gives an error that wraps
// audit.ErrBroken.
func ReadRoles(text string) (roles []string, err error) {
	if text == "" {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(text), &roles); err != nil {
		return nil, fmt.Errorf("%w: roles: %.40q: %w", audit.ErrBroken, text, err)
	}
	return roles, nil
}
