package filter

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"suhe/assets"
)

// class is what a token is.
type class uint8

const (
	end    class = iota
	word         // a keyword, a function or a plain name
	quoted       // a name in double quotes
	text         // in single quotes
	numeral
	symbol // ( ) , = <> < <= > >=
)

// token is a piece of the text; its value is without quotes.
type token struct {
	class class
	value string
	at    int
}

// is says whether the token is the keyword, in any case of letters, or the symbol.
func (t token) is(s string) bool {
	return t.class == symbol && t.value == s || t.class == word && strings.EqualFold(t.value, s)
}

// String is the token as messages show it.
func (t token) String() string {
	switch t.class {
	case end:
		return "the end"
	case text:
		return fmt.Sprintf("the text %.20q", t.value)
	}
	return fmt.Sprintf("%.20q", t.value)
}

// lexer takes tokens from the front of what is left.
type lexer struct {
	all  string
	from int // of what is left
}

// wrong is an error at an offset.
func wrong(at int, format string, args ...any) error {
	return fmt.Errorf("%w: filter: at byte %d: %w", assets.ErrInvalid, at, fmt.Errorf(format, args...))
}

func (l *lexer) rest() string { return l.all[l.from:] }

// next takes the next token.
func (l *lexer) next() (token, error) {
	l.from = len(l.all) - len(strings.TrimLeftFunc(l.rest(), unicode.IsSpace))
	rest := l.rest()
	if rest == "" {
		return token{at: l.from}, nil
	}
	r, _ := utf8.DecodeRuneInString(rest)
	switch {
	case r == '\'':
		return l.quoted(text, '\'')
	case r == '"':
		return l.quoted(quoted, '"')
	case nameRune(r, true):
		n := strings.IndexFunc(rest, func(r rune) bool { return !nameRune(r, false) })
		return l.take(word, n), nil
	case numeralLength(rest) > 0:
		return l.number(numeralLength(rest))
	}
	for _, s := range [...]string{"<>", "<=", ">=", "(", ")", ",", "=", "<", ">"} {
		if strings.HasPrefix(rest, s) {
			return l.take(symbol, len(s)), nil
		}
	}
	if strings.ContainsRune("+-*/^%", r) {
		return token{}, wrong(l.from, "%q: arithmetic is not handled", r)
	}
	return token{}, wrong(l.from, "%q, want a name, a literal or an operator", r)
}

// take takes n bytes, or all that is left if n is negative.
func (l *lexer) take(c class, n int) token {
	if n < 0 {
		n = len(l.rest())
	}
	t := token{c, l.rest()[:n], l.from}
	l.from += n
	return t
}

// number takes a numeral, which no letter may follow.
func (l *lexer) number(n int) (token, error) {
	t := l.take(numeral, n)
	if r, _ := utf8.DecodeRuneInString(l.rest()); l.rest() != "" && nameRune(r, false) {
		return token{}, wrong(t.at, "%q behind the number %.20q, want a blank or an operator", r, t.value)
	}
	return t, nil
}

// quoted takes what is in quotes, where a quote is doubled; in a text a
// backslash before it does as well.
func (l *lexer) quoted(c class, quote byte) (token, error) {
	t := token{class: c, at: l.from}
	rest := l.rest()
	var b strings.Builder
	for i := 1; i < len(rest); i++ {
		followed := i+1 < len(rest) && rest[i+1] == quote
		switch {
		case rest[i] == '\\' && followed && c == text, rest[i] == quote && followed:
			i++
			b.WriteByte(quote)
		case rest[i] == quote:
			t.value = b.String()
			l.from += i + 1
			return t, nil
		default:
			b.WriteByte(rest[i])
		}
	}
	return t, wrong(len(l.all), "the end, want %c for the one at byte %d", quote, t.at)
}

// numeralLength is how many bytes at the front of s are a signed number, or 0.
func numeralLength(s string) int {
	n := 0
	digits := func() (some bool) {
		for n < len(s) && '0' <= s[n] && s[n] <= '9' {
			n, some = n+1, true
		}
		return some
	}
	at := func(chars string) bool { return n < len(s) && strings.IndexByte(chars, s[n]) >= 0 }
	if at("+-") {
		n++
	}
	whole := digits()
	part := false
	if at(".") {
		n++
		part = digits()
	}
	if !whole && !part {
		return 0
	}
	mantissa := n
	if at("eE") {
		n++
		if at("+-") {
			n++
		}
		if !digits() {
			return mantissa
		}
	}
	return n
}
