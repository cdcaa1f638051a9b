package search

import "unicode/utf8"

// key names a posting list: of two characters that follow each other in a field, of
// one of those below beside a character, or of a class or an area.
type key uint64

// What stands beside a character where there is no second one.
const (
	single rune = iota // it is anywhere; not of ASCII
	begins             // the field begins with it
	word               // a word of ASCII begins with it
	ends               // the field ends with it
)

func pair(f field, a, b rune) key { return key(f)<<48 | key(a)<<24 | key(b) }

// number is the key of a class or an area.
func number(f field, n uint32) key { return key(f)<<48 | key(n) }

// appendKeys appends the keys of a record's texts; some may come twice.
func appendKeys(dst []key, record []byte) []key {
	eachField(record, func(f field, text []byte) bool {
		before := begins
		for i := 0; i < len(text); {
			r, n := utf8.DecodeRune(text[i:])
			i += n
			if f == fieldPinyin && 'A' <= r && r <= 'Z' {
				r += 'a' - 'A'
			}
			if r != ' ' && before != ' ' {
				dst = append(dst, pair(f, before, r))
			}
			switch {
			case f == fieldPinyin || f == fieldInitials || r == ' ':
			case r >= utf8.RuneSelf:
				dst = append(dst, pair(f, single, r))
			case latin(r) && !latin(before):
				dst = append(dst, pair(f, word, r))
			}
			before = r
		}
		dst = append(dst, pair(f, ends, before))
		return true
	})
	return dst
}
