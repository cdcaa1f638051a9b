package ingest

import (
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// Bounds of JSON text.
const (
	maxDepth  = 8   // of what is skipped
	maxNumber = 64  // bytes of one number
	maxString = 256 // bytes of one string as written
)

// scanner reads JSON (RFC 8259) from left to right, without building a tree.
// Its errors wrap ErrMalformed and name the byte.
type scanner struct {
	text []byte
	at   int
	met  *words // nil: every string is copied
}

// words are strings that were met before, so that each is copied once.
type words struct{ known map[string]string }

// The bounds of what is remembered.
const (
	maxWords = 128
	maxWord  = maxCode // bytes of one
)

// of is the word as a string.
func (w *words) of(text []byte) string {
	if w == nil {
		return string(text)
	}
	if s, ok := w.known[string(text)]; ok {
		return s
	}
	s := string(text)
	if len(w.known) < maxWords && len(s) <= maxWord {
		if w.known == nil {
			w.known = make(map[string]string)
		}
		w.known[s] = s
	}
	return s
}

// peek skips blanks and returns the next byte, or 0 at the end.
func (s *scanner) peek() byte {
	for s.at < len(s.text) {
		switch c := s.text[s.at]; c {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return c
		}
	}
	return 0
}

// take eats the byte if it comes next.
func (s *scanner) take(c byte) bool {
	if s.peek() != c || c == 0 {
		return false
	}
	s.at++
	return true
}

func (s *scanner) expect(c byte) error {
	if !s.take(c) {
		return s.wrong("want " + strconv.QuoteRune(rune(c)))
	}
	return nil
}

// end says whether nothing but blanks is left.
func (s *scanner) end() error {
	if s.peek() != 0 || s.at < len(s.text) {
		return s.wrong("want the end")
	}
	return nil
}

func (s *scanner) wrong(want string) error {
	if s.at >= len(s.text) {
		return malformed("ends at byte %d, %s", s.at, want)
	}
	return malformed("byte %d is %q, %s", s.at, s.text[s.at], want)
}

// members reads an object; member reads the value of each key.
func (s *scanner) members(member func(key string) error) error {
	if err := s.expect('{'); err != nil {
		return err
	}
	if s.take('}') {
		return nil
	}
	for {
		key, err := s.str()
		if err != nil {
			return err
		}
		if err := s.expect(':'); err != nil {
			return err
		}
		if err := member(key); err != nil {
			return err
		}
		if s.take('}') {
			return nil
		}
		if err := s.expect(','); err != nil {
			return err
		}
	}
}

// items reads an array; item reads each element.
func (s *scanner) items(item func(i int) error) error {
	if err := s.expect('['); err != nil {
		return err
	}
	if s.take(']') {
		return nil
	}
	for i := 0; ; i++ {
		if err := item(i); err != nil {
			return err
		}
		if s.take(']') {
			return nil
		}
		if err := s.expect(','); err != nil {
			return err
		}
	}
}

// str reads a string.
func (s *scanner) str() (string, error) {
	text, err := s.bytes()
	if err != nil {
		return "", err
	}
	return s.met.of(text), nil
}

// bytes reads a string as its bytes: those of the text, if it has no escapes.
func (s *scanner) bytes() ([]byte, error) {
	if s.peek() != '"' {
		return nil, s.wrong("want a string")
	}
	start, plain := s.at, true
	for i := start + 1; i < len(s.text) && i-start <= maxString+1; i++ {
		switch c := s.text[i]; {
		case c == '"':
			s.at = i + 1
			return unquote(s.text[start:s.at], start, plain)
		case c == '\\':
			plain = false
			i++
		case c < ' ':
			return nil, malformed("byte %d: control character in a string", i)
		}
	}
	return nil, malformed("byte %d: string does not end within %d bytes", start, maxString)
}

func unquote(quoted []byte, at int, plain bool) ([]byte, error) {
	inner := quoted[1 : len(quoted)-1]
	if !utf8.Valid(inner) {
		return nil, malformed("byte %d: string is not UTF-8", at)
	}
	if plain {
		return inner, nil
	}
	var out string
	if err := json.Unmarshal(quoted, &out); err != nil {
		return nil, malformed("byte %d: string has a wrong escape", at)
	}
	return []byte(out), nil
}

// number reads a number that a float64 can hold.
func (s *scanner) number() (float64, error) {
	s.peek()
	start := s.at
	if !s.digits() {
		return 0, s.wrong("want a number")
	}
	literal := s.text[start:s.at]
	if len(literal) > maxNumber {
		return 0, malformed("byte %d: number has %d characters, want at most %d", start, len(literal), maxNumber)
	}
	v, err := strconv.ParseFloat(string(literal), 64)
	if err != nil {
		return 0, malformed("byte %d: number %s is beyond a float64", start, literal)
	}
	return v, nil
}

// digits eats a number by the grammar of RFC 8259.
func (s *scanner) digits() bool {
	run := func() bool {
		from := s.at
		for s.at < len(s.text) && s.text[s.at] >= '0' && s.text[s.at] <= '9' {
			s.at++
		}
		return s.at > from
	}
	has := func(set string) bool {
		if s.at < len(s.text) {
			for i := range len(set) {
				if s.text[s.at] == set[i] {
					s.at++
					return true
				}
			}
		}
		return false
	}
	has("-")
	if !has("0") && !run() {
		return false
	}
	if has(".") && !run() {
		return false
	}
	if has("eE") {
		has("+-")
		return run()
	}
	return true
}

// skip eats one value of any kind and returns its text.
func (s *scanner) skip() ([]byte, error) {
	s.peek()
	start := s.at
	err := s.pass(0)
	return s.text[start:s.at], err
}

func (s *scanner) pass(depth int) error {
	if depth > maxDepth {
		return malformed("byte %d: nested deeper than %d", s.at, maxDepth)
	}
	var err error
	switch c := s.peek(); {
	case c == '{':
		err = s.members(func(string) error { return s.pass(depth + 1) })
	case c == '[':
		err = s.items(func(int) error { return s.pass(depth + 1) })
	case c == '"':
		_, err = s.bytes()
	case c == '-' || c >= '0' && c <= '9':
		if !s.digits() {
			err = s.wrong("want a digit")
		}
	case s.word("true"), s.word("false"), s.word("null"):
	default:
		err = s.wrong("want a value")
	}
	return err
}

func (s *scanner) word(w string) bool {
	if len(s.text)-s.at < len(w) || string(s.text[s.at:s.at+len(w)]) != w {
		return false
	}
	s.at += len(w)
	return true
}
