package search

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"suhe/assets"
)

// The bounds of a question's text.
const (
	MaxText  = 100 // characters
	maxTerms = 8
)

// term is one word of a question, folded.
type term struct {
	text  []byte
	runes []rune
	said  bool // it may be pinyin or initials
}

// parse makes the words of a text, and the text that they make together.
func parse(text string) (terms []term, whole []byte, err error) {
	if n := utf8.RuneCountInString(text); n > MaxText {
		return nil, nil, fmt.Errorf("%w: q: %d characters, want at most %d", assets.ErrInvalid, n, MaxText)
	}
	if !utf8.ValidString(text) {
		return nil, nil, fmt.Errorf("%w: q: want UTF-8", assets.ErrInvalid)
	}
	words := strings.Fields(foldText(text))
	if len(words) > maxTerms {
		return nil, nil, fmt.Errorf("%w: q: %d words, want at most %d", assets.ErrInvalid, len(words), maxTerms)
	}
	for _, w := range words {
		terms = append(terms, newTerm(w))
	}
	return terms, []byte(strings.Join(words, " ")), nil
}

func newTerm(w string) term {
	t := term{text: []byte(w), runes: []rune(w)}
	letters := 0
	for _, r := range t.runes {
		if !latin(r) {
			return t
		}
		if r >= 'a' {
			letters++
		}
	}
	t.said = letters > 0 && len(t.runes) > 1
	return t
}

// sure says whether the pairs of a text tell whether the term is in it.
func (t *term) sure() bool { return len(t.runes) <= 2 && !t.said }

// alone says whether the term is one letter or digit, which must begin a word.
func (t *term) alone() bool { return len(t.runes) == 1 && latin(t.runes[0]) }

// appendKeys appends the keys of lists that have all fields of that kind in which the
// term may be in common; none: it is in none.
func (t *term) appendKeys(dst []key, f field) []key {
	switch said := f == fieldPinyin || f == fieldInitials; {
	case said && !t.said:
		return dst
	case t.alone():
		return append(dst, pair(f, word, t.runes[0]))
	case len(t.runes) == 1:
		return append(dst, pair(f, single, t.runes[0]))
	}
	for i := 1; i < len(t.runes); i++ {
		dst = append(dst, pair(f, t.runes[i-1], t.runes[i]))
	}
	return dst
}

// in says whether the term is in one of the fields of a record that mask names.
func (t *term) in(record []byte, mask uint16) (found bool) {
	if !t.said && !t.alone() && !bytes.Contains(record, t.text) {
		return false // most often
	}
	if mask == everyField && !t.said && !t.alone() {
		return true
	}
	eachField(record, func(f field, text []byte) bool {
		found = mask>>f&1 != 0 && t.at(f, text) >= 0
		return !found
	})
	return found
}

// at is where the term begins in a folded text of the field, in bytes; -1: it is not in
// it.
func (t *term) at(f field, text []byte) int {
	switch {
	case f == fieldPinyin:
		if t.said {
			return t.syllables(text)
		}
		return -1
	case f == fieldInitials && !t.said:
		return -1
	case t.alone():
		return t.firstLetter(text)
	}
	return bytes.Index(text, t.text)
}

// syllables is where the term is in pinyin, from the beginning of a syllable on.
func (t *term) syllables(text []byte) int {
	for i := 0; i+len(t.text) <= len(text); i++ {
		if !small(text[i]) && sameLetters(text[i:i+len(t.text)], t.text) {
			return i
		}
	}
	return -1
}

func small(c byte) bool { return 'a' <= c && c <= 'z' }

// sameLetters compares letters and digits of ASCII, of equal number; b is small.
func sameLetters(a, b []byte) bool {
	for i, c := range a {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != b[i] {
			return false
		}
	}
	return true
}

// firstLetter is where a word begins with the letter.
func (t *term) firstLetter(text []byte) int {
	for i, c := range text {
		if c == t.text[0] && (i == 0 || !latin(rune(text[i-1]))) {
			return i
		}
	}
	return -1
}
