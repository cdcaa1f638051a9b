package format

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"
	"unicode/utf8"
)

// plain is a value in the one form that all formats know: nil, string, int64,
// float64, bool or time.Time; JSON becomes its text.
func plain(f Field, v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	switch f.Type {
	case Text:
		if s, ok := v.(string); ok {
			return s, nil
		}
	case Integer:
		switch n := v.(type) {
		case int64:
			return n, nil
		case int:
			return int64(n), nil
		}
	case Number:
		if n, ok := v.(float64); ok {
			if math.IsNaN(n) || math.IsInf(n, 0) {
				return nil, nil
			}
			return n, nil
		}
	case Bool:
		if b, ok := v.(bool); ok {
			return b, nil
		}
	case Time:
		if t, ok := v.(time.Time); ok {
			return t, nil
		}
	case JSON:
		return jsonText(f, v)
	}
	return nil, fmt.Errorf("field %q: a %T, want %s", f.Name, v, f.Type)
}

// String names the Go type that values of t are.
func (t Type) String() string {
	return [...]string{"string", "int64", "float64", "bool", "time.Time", "JSON"}[t]
}

func jsonText(f Field, v any) (any, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("field %q: %w", f.Name, err)
	}
	if string(b) == "null" {
		return nil, nil
	}
	return string(b), nil
}

// appendTime appends t to the millisecond, in its own zone (RFC 3339).
func appendTime(dst []byte, t time.Time) []byte {
	return t.AppendFormat(dst, "2006-01-02T15:04:05.999Z07:00")
}

// appendNumber appends n in the fewest digits that read as n again: plainly, as people
// and spreadsheets read it, unless it is very large or small.
func appendNumber(dst []byte, n float64) []byte {
	if size := math.Abs(n); size != 0 && !(size >= 1e-6 && size < 1e21) {
		return strconv.AppendFloat(dst, n, 'g', -1, 64)
	}
	return strconv.AppendFloat(dst, n, 'f', -1, 64)
}

// appendJSON appends a plain value as JSON; text of fields of type JSON as it is.
func appendJSON(dst []byte, t Type, v any) []byte {
	switch v := v.(type) {
	case string:
		if t == JSON {
			return append(dst, v...)
		}
		return appendQuoted(dst, v)
	case int64:
		return strconv.AppendInt(dst, v, 10)
	case float64:
		return appendNumber(dst, v)
	case bool:
		return strconv.AppendBool(dst, v)
	case time.Time:
		return append(appendTime(append(dst, '"'), v), '"')
	}
	return append(dst, "null"...)
}

// appendQuoted appends s as a JSON string. What is not UTF-8 becomes U+FFFD.
func appendQuoted(dst []byte, s string) []byte {
	if !utf8.ValidString(s) {
		return appendEscaped(dst, s)
	}
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' {
			return appendEscaped(dst, s)
		}
	}
	return append(append(append(dst, '"'), s...), '"')
}

func appendEscaped(dst []byte, s string) []byte {
	b, err := json.Marshal(s)
	if err != nil {
		panic("format: a string that is no JSON: " + err.Error()) // encoding/json writes all strings
	}
	return append(dst, b...)
}
