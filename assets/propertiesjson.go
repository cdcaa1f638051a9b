package assets

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"
)

// MarshalJSON writes ps as an object, its keys in order; no properties are {}.
func (ps Properties) MarshalJSON() ([]byte, error) { return ps.AppendJSON(nil) }

// AppendJSON appends ps as a JSON object, its keys in order.
func (ps Properties) AppendJSON(dst []byte) ([]byte, error) {
	dst = append(dst, '{')
	for i, p := range ps {
		if i > 0 {
			dst = append(dst, ',')
		}
		key, err := json.Marshal(p.Key)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(p.Value)
		if err != nil {
			return nil, fmt.Errorf("properties.%s: %w", p.Key, err)
		}
		dst = append(append(append(dst, key...), ':'), value...)
	}
	return append(dst, '}'), nil
}

// UnmarshalJSON reads an object or null. A key that comes twice is refused.
func (ps *Properties) UnmarshalJSON(b []byte) error {
	got, err := DecodeProperties(b, nil)
	if err != nil {
		return err
	}
	*ps = got
	return nil
}

// DecodeProperties reads a JSON object, or null as no properties. Flat objects,
// which nearly all are, are read without the reflection of encoding/json. With
// an Interner, keys and short values that come again share their memory. Errors
// wrap ErrInvalid.
func DecodeProperties(b []byte, in *Interner) (Properties, error) {
	if len(b) > MaxPropertiesJSON {
		return nil, fmt.Errorf("%w: properties: %d bytes, want at most %d", ErrInvalid, len(b), MaxPropertiesJSON)
	}
	s := &objectScan{b: b, in: in}
	ps, err := s.object()
	if err != nil {
		return nil, fmt.Errorf("%w: properties: %w", ErrInvalid, err)
	}
	slices.SortFunc(ps, byKey)
	if err := ps.Check(); err != nil {
		return nil, err
	}
	return ps, nil
}

// objectScan reads one JSON object and hands nested values to encoding/json.
type objectScan struct {
	b  []byte
	at int
	in *Interner
}

func (s *objectScan) object() (Properties, error) {
	s.space()
	if bytes.Equal(bytes.TrimSpace(s.b), []byte("null")) {
		return nil, nil
	}
	if !s.take('{') {
		return nil, s.want("an object")
	}
	var ps Properties
	if s.space(); s.take('}') {
		return nil, s.end()
	}
	for {
		p, err := s.member()
		if err != nil {
			return nil, err
		}
		if len(ps) == MaxProperties {
			return nil, fmt.Errorf("more than %d keys", MaxProperties)
		}
		ps = append(ps, p)
		if s.space(); s.take('}') {
			return slices.Clip(ps), s.end()
		}
		if !s.take(',') {
			return nil, s.want(`"," or "}"`)
		}
	}
}

func (s *objectScan) member() (Property, error) {
	s.space()
	key, err := s.text()
	if err != nil {
		return Property{}, err
	}
	if s.space(); !s.take(':') {
		return Property{}, s.want(`":"`)
	}
	s.space()
	v, err := s.value()
	return Property{Key: s.in.Bytes(key), Value: v}, err
}

func (s *objectScan) value() (any, error) {
	if s.at == len(s.b) {
		return nil, s.want("a value")
	}
	switch c := s.b[s.at]; c {
	case '"':
		t, err := s.text()
		if err != nil {
			return nil, err
		}
		return s.in.textValue(t), nil
	case '{', '[':
		return s.nested()
	default:
		from := s.at
		for s.at < len(s.b) && !bytes.ContainsRune([]byte(",} \t\r\n"), rune(s.b[s.at])) {
			s.at++
		}
		return s.scalar(s.b[from:s.at])
	}
}

func (s *objectScan) scalar(t []byte) (any, error) {
	switch string(t) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	case "null":
		return nil, nil
	}
	// ParseFloat takes more than JSON does: hex, underscores, Inf.
	if !json.Valid(t) {
		return nil, fmt.Errorf("%.40q at byte %d, want a value", t, s.at-len(t))
	}
	f, err := strconv.ParseFloat(string(t), 64)
	if err != nil {
		return nil, fmt.Errorf("number %.40q out of range", t)
	}
	return s.in.numberValue(f), nil
}

func (s *objectScan) nested() (any, error) {
	if deeper(s.b[s.at:], MaxPropertyDepth) {
		return nil, fmt.Errorf("nested deeper than %d levels", MaxPropertyDepth)
	}
	d := json.NewDecoder(bytes.NewReader(s.b[s.at:]))
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	s.at += int(d.InputOffset())
	return v, nil
}

// deeper looks for brackets nested beyond a depth in the value that b begins with.
func deeper(b []byte, depth int) bool {
	level, quoted := 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if level++; level >= depth {
				return true
			}
		case c == '}' || c == ']':
			if level--; level == 0 {
				return false
			}
		}
	}
	return false
}

func (s *objectScan) text() ([]byte, error) {
	if !s.take('"') {
		return nil, s.want("a string")
	}
	from := s.at
	for ; s.at < len(s.b); s.at++ {
		switch c := s.b[s.at]; {
		case c == '"':
			t := s.b[from:s.at]
			s.at++
			if !utf8.Valid(t) {
				return nil, fmt.Errorf("string at byte %d is not UTF-8", from)
			}
			return t, nil
		case c == '\\':
			return s.escaped(from)
		case c < ' ':
			return nil, fmt.Errorf("control character at byte %d", s.at)
		}
	}
	return nil, s.want(`the closing "`)
}

// escaped reads a string with escapes, which begins behind its quote at from.
func (s *objectScan) escaped(from int) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(s.b[from-1:]))
	var t string
	if err := d.Decode(&t); err != nil {
		return nil, err
	}
	s.at = from - 1 + int(d.InputOffset())
	return []byte(t), nil
}

func (s *objectScan) space() {
	for s.at < len(s.b) {
		switch s.b[s.at] {
		case ' ', '\t', '\r', '\n':
			s.at++
		default:
			return
		}
	}
}

func (s *objectScan) take(c byte) bool {
	if s.at < len(s.b) && s.b[s.at] == c {
		s.at++
		return true
	}
	return false
}

func (s *objectScan) end() error {
	if s.space(); s.at != len(s.b) {
		return s.want("the end")
	}
	return nil
}

func (s *objectScan) want(what string) error {
	if s.at >= len(s.b) {
		return fmt.Errorf("ends at byte %d, want %s", len(s.b), what)
	}
	return fmt.Errorf("%q at byte %d, want %s", s.b[s.at], s.at, what)
}
