package filter

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// MaxPattern bounds a LIKE pattern, in characters: matching may take the product
// of its length and the text's.
const MaxPattern = 256

// pattern is what stands behind LIKE: pieces with a % between each two.
type pattern struct {
	pieces []string // with anyOne for _
	single bool     // there is a _ in any
}

// anyOne stands for _ in a piece: a byte that no UTF-8 has.
const anyOne = '\xff'

// newPattern reads % and _, and \ before what stands for itself.
func newPattern(text string) (pattern, error) {
	if n := utf8.RuneCountInString(text); n > MaxPattern {
		return pattern{}, fmt.Errorf("LIKE: a pattern of %d characters, want at most %d", n, MaxPattern)
	}
	var p pattern
	var piece []byte
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text):
			i++
			piece = append(piece, text[i])
		case c == '_':
			piece = append(piece, anyOne)
			p.single = true
		case c == '%' && len(piece) == 0 && len(p.pieces) > 0:
			// Two in a row are one.
		case c == '%':
			p.pieces = append(p.pieces, string(piece))
			piece = piece[:0]
		default:
			piece = append(piece, c)
		}
	}
	p.pieces = append(p.pieces, string(piece))
	return p, nil
}

// append appends the pattern as it is written.
func (p *pattern) append(dst []byte) []byte { return appendText(dst, p.text()) }

// text is the pattern as it was meant.
func (p *pattern) text() string {
	var b strings.Builder
	for i, piece := range p.pieces {
		if i > 0 {
			b.WriteByte('%')
		}
		for k := range len(piece) {
			switch c := piece[k]; c {
			case anyOne:
				b.WriteByte('_')
			case '%', '_', '\\':
				b.WriteByte('\\')
				fallthrough
			default:
				b.WriteByte(c)
			}
		}
	}
	return b.String()
}

// matches says whether the pattern takes all of s, folded if so told.
func (p *pattern) matches(s string, folded bool) bool {
	last := len(p.pieces) - 1
	n, ok := p.prefix(s, p.pieces[0], folded)
	if !ok || last == 0 {
		return ok && n == len(s)
	}
	s = s[n:]
	for _, piece := range p.pieces[1:last] {
		if s, ok = p.behind(s, piece, folded); !ok {
			return false
		}
	}
	return p.ends(s, p.pieces[last], folded)
}

// prefix says whether s begins with the piece, and with how many bytes.
func (p *pattern) prefix(s, piece string, folded bool) (int, bool) {
	if !folded && !p.single {
		return len(piece), strings.HasPrefix(s, piece)
	}
	n := 0
	for piece != "" {
		if n == len(s) {
			return 0, false
		}
		r, size := next(s[n:], folded)
		n += size
		if piece[0] == anyOne {
			piece = piece[1:]
			continue
		}
		want, size := next(piece, false)
		if r != want {
			return 0, false
		}
		piece = piece[size:]
	}
	return n, true
}

// behind is what follows the first place of the piece in s.
func (p *pattern) behind(s, piece string, folded bool) (string, bool) {
	if !folded && !p.single {
		i := strings.Index(s, piece)
		if i < 0 {
			return "", false
		}
		return s[i+len(piece):], true
	}
	for {
		if n, ok := p.prefix(s, piece, folded); ok {
			return s[n:], true
		}
		if s == "" {
			return "", false
		}
		_, n := next(s, false)
		s = s[n:]
	}
}

// ends says whether s ends with the piece.
func (p *pattern) ends(s, piece string, folded bool) bool {
	if !folded && !p.single {
		return strings.HasSuffix(s, piece)
	}
	from := len(s)
	for rest := piece; rest != ""; {
		if from == 0 {
			return false
		}
		_, n := utf8.DecodeLastRuneInString(s[:from])
		from -= n
		_, n = next(rest, false)
		rest = rest[n:]
	}
	_, ok := p.prefix(s[from:], piece, folded)
	return ok
}
