package assets

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// The bounds of one asset's properties.
const (
	MaxProperties     = 256       // keys on the first level
	MaxPropertyKey    = 128       // bytes of a key
	MaxPropertyText   = 64 << 10  // bytes of one string value
	MaxPropertiesJSON = 256 << 10 // bytes of all of them as JSON
	MaxPropertyDepth  = 8         // levels of arrays and objects
)

// NewProperties makes Properties of a map. Values may be nil, bool, string,
// any integer or float type, and []any and map[string]any of these. The error
// names the key and wraps ErrInvalid.
func NewProperties(m map[string]any) (Properties, error) {
	if len(m) == 0 {
		return nil, nil
	}
	ps := make(Properties, 0, len(m))
	for k, v := range m {
		ps = append(ps, Property{Key: k, Value: plain(v)})
	}
	slices.SortFunc(ps, byKey)
	if err := ps.Check(); err != nil {
		return nil, err
	}
	return ps, nil
}

func byKey(a, b Property) int { return strings.Compare(a.Key, b.Key) }

// Get returns the value of a key.
func (ps Properties) Get(key string) (any, bool) {
	i, ok := slices.BinarySearchFunc(ps, key, func(p Property, k string) int { return strings.Compare(p.Key, k) })
	if !ok {
		return nil, false
	}
	return ps[i].Value, true
}

// Text returns the value of a key if it is a string, otherwise "".
func (ps Properties) Text(key string) string {
	v, _ := ps.Get(key)
	s, _ := v.(string)
	return s
}

// With returns a copy in which key has value.
func (ps Properties) With(key string, value any) Properties {
	i, ok := slices.BinarySearchFunc(ps, key, func(p Property, k string) int { return strings.Compare(p.Key, k) })
	if ok {
		out := slices.Clone(ps)
		out[i].Value = value
		return out
	}
	out := make(Properties, 0, len(ps)+1)
	out = append(out, ps[:i]...)
	out = append(out, Property{Key: key, Value: value})
	return append(out, ps[i:]...)
}

// Map returns a new map of the same values; nested values are shared.
func (ps Properties) Map() map[string]any {
	m := make(map[string]any, len(ps))
	for _, p := range ps {
		m[p.Key] = p.Value
	}
	return m
}

// Check says what is wrong with ps, or nil: the keys must rise, every value be
// of the types that Property allows, finite, UTF-8 without NUL, and within the
// bounds. The error wraps ErrInvalid.
func (ps Properties) Check() error {
	if len(ps) > MaxProperties {
		return fmt.Errorf("%w: properties: %d keys, want at most %d", ErrInvalid, len(ps), MaxProperties)
	}
	size := 0
	for i, p := range ps {
		if i > 0 && ps[i-1].Key >= p.Key {
			return fmt.Errorf("%w: properties: %q after %q, want each key once and in order", ErrInvalid, p.Key, ps[i-1].Key)
		}
		if err := checkKey(p.Key); err != nil {
			return err
		}
		n, why := weigh(p.Value, MaxPropertyDepth)
		if why != "" {
			return fmt.Errorf("%w: properties.%s: %s", ErrInvalid, p.Key, why)
		}
		size += len(p.Key) + n
	}
	if size > MaxPropertiesJSON {
		return fmt.Errorf("%w: properties: %d bytes, want at most %d", ErrInvalid, size, MaxPropertiesJSON)
	}
	return nil
}

func checkKey(k string) error {
	if k == "" || len(k) > MaxPropertyKey {
		return fmt.Errorf("%w: properties: key of %d bytes, want 1 to %d", ErrInvalid, len(k), MaxPropertyKey)
	}
	if why := badText(k); why != "" {
		return fmt.Errorf("%w: properties: key %q: %s", ErrInvalid, k, why)
	}
	return nil
}

// badText says why a store cannot keep s: PostgreSQL takes neither NUL nor
// broken UTF-8.
func badText(s string) string {
	if strings.IndexByte(s, 0) >= 0 {
		return "holds a NUL byte"
	}
	if !utf8.ValidString(s) {
		return "is not UTF-8"
	}
	return ""
}

// weigh returns about how many bytes v takes, or why it cannot be kept.
func weigh(v any, depth int) (n int, why string) {
	if depth == 0 {
		return 0, fmt.Sprintf("nested deeper than %d levels", MaxPropertyDepth)
	}
	switch v := v.(type) {
	case nil, bool:
		return 4, ""
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return 0, fmt.Sprintf("%v, want a finite number", v)
		}
		return 8, ""
	case string:
		if len(v) > MaxPropertyText {
			return 0, fmt.Sprintf("%d bytes, want at most %d", len(v), MaxPropertyText)
		}
		return len(v) + 2, badText(v)
	case []any:
		for _, e := range v {
			m, why := weigh(e, depth-1)
			if why != "" {
				return 0, why
			}
			n += m + 1
		}
		return n + 2, ""
	case map[string]any:
		for k, e := range v {
			m, why := weigh(e, depth-1)
			if why == "" {
				why = badText(k)
			}
			if why != "" {
				return 0, why
			}
			n += len(k) + m + 4
		}
		return n + 2, ""
	}
	return 0, fmt.Sprintf("a %T, want null, boolean, number, string, array or object", v)
}

// plain turns Go's number types into float64, at every level.
func plain(v any) any {
	switch v := v.(type) {
	case int:
		return float64(v)
	case int32:
		return float64(v)
	case int64:
		return float64(v)
	case uint32:
		return float64(v)
	case uint64:
		return float64(v)
	case float32:
		return float64(v)
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = plain(e)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[k] = plain(e)
		}
		return out
	}
	return v
}
