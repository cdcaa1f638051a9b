package assets

import "fmt"

// MaxID is the longest ID, in bytes.
const MaxID = 128

// ParseID reads an ID. The error names the first thing that breaks the rule and
// wraps ErrInvalid.
func ParseID(s string) (ID, error) {
	if s == "" {
		return "", fmt.Errorf("%w: id: empty, want 1 to %d characters", ErrInvalid, MaxID)
	}
	if len(s) > MaxID {
		return "", fmt.Errorf("%w: id: %d bytes, want at most %d", ErrInvalid, len(s), MaxID)
	}
	for i, r := range s {
		if !idRune(r) {
			return "", fmt.Errorf("%w: id: %q at byte %d, want one of A-Z a-z 0-9 _ - . : only", ErrInvalid, r, i)
		}
		if i == 0 && !idFirst(r) {
			return "", fmt.Errorf("%w: id: begins with %q, want a letter or a digit", ErrInvalid, r)
		}
	}
	return ID(s), nil
}

func idFirst(r rune) bool {
	return r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9'
}

func idRune(r rune) bool {
	return idFirst(r) || r == '_' || r == '-' || r == '.' || r == ':'
}
