package alarm

import (
	"encoding/json"
	"fmt"
	"time"

	"suhe/assets"
)

// Span is a length of time, in documents as text: "90s", "5m", "2h30m".
type Span time.Duration

// maxSpan is how long a rule may look back or wait.
const maxSpan = Span(7 * 24 * time.Hour)

// MarshalText implements encoding.TextMarshaler.
func (s Span) MarshalText() ([]byte, error) { return []byte(time.Duration(s).String()), nil }

// UnmarshalJSON implements json.Unmarshaler.
func (s *Span) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) == nil {
		if d, err := time.ParseDuration(text); err == nil && d >= 0 && Span(d) <= maxSpan && d%time.Millisecond == 0 {
			*s = Span(d)
			return nil
		}
	}
	return fmt.Errorf("%w: span: %.40s, want text like \"90s\", \"5m\" or \"2h30m\" of whole milliseconds, at most %v", assets.ErrInvalid, data, time.Duration(maxSpan))
}

// ms is the span in milliseconds.
func (s Span) ms() int64 { return time.Duration(s).Milliseconds() }
