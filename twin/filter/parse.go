package filter

import (
	"strings"
	"unicode/utf8"
)

// The bounds of a filter.
const (
	MaxText  = 8 << 10 // bytes
	MaxDepth = 32      // brackets in brackets
	MaxTerms = 256     // predicates and literals
)

// Parse reads CQL2 text; see the package. A blank text is the zero Filter. The
// error wraps assets.ErrInvalid and tells the offset in bytes.
func Parse(s string) (Filter, error) { return parseText(s, nil) }

func parseText(s string, place Place) (Filter, error) {
	if err := checkLength(s); err != nil {
		return Filter{}, err
	}
	if i := strings.IndexByte(s, 0); i >= 0 {
		return Filter{}, wrong(i, "a NUL byte, want text")
	}
	if i := brokenAt(s); i >= 0 {
		return Filter{}, wrong(i, "byte %#x is not UTF-8", s[i])
	}
	p := &parser{lexer: lexer{all: s}, place: place}
	if err := p.advance(); err != nil || p.token.class == end {
		return Filter{}, err
	}
	root, err := p.expression(0)
	if err == nil && p.token.class != end {
		err = p.want("AND, OR or the end")
	}
	if err != nil {
		return Filter{}, err
	}
	return newFilter(root)
}

// brokenAt is the offset of the first byte that is no UTF-8, or -1.
func brokenAt(s string) int {
	if utf8.ValidString(s) {
		return -1
	}
	for i, r := range s {
		if r == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(s[i:]); n == 1 {
				return i
			}
		}
	}
	return -1
}

// parser is a recursive descent over the tokens; token is the next one.
type parser struct {
	lexer
	token token
	terms int
	place Place
}

func (p *parser) advance() (err error) {
	p.token, err = p.next()
	return err
}

// want is the error that the next token is not what it should be.
func (p *parser) want(what string) error {
	return wrong(p.token.at, "%s, want %s", p.token, what)
}

// accept takes the keyword or symbol if it is next.
func (p *parser) accept(s string) (bool, error) {
	if !p.token.is(s) {
		return false, nil
	}
	return true, p.advance()
}

// expect takes the keyword or symbol, which must be next.
func (p *parser) expect(s string) error {
	if !p.token.is(s) {
		return p.want(s)
	}
	return p.advance()
}

// count counts one more predicate or literal.
func (p *parser) count() error {
	if p.terms++; p.terms > MaxTerms {
		return wrong(p.token.at, "more than %d predicates and literals", MaxTerms)
	}
	return nil
}

// expression reads terms with OR between.
func (p *parser) expression(depth int) (node, error) {
	return p.joined("OR", or, func() (node, error) {
		return p.joined("AND", and, func() (node, error) { return p.factor(depth) })
	})
}

// joined reads members with the keyword between.
func (p *parser) joined(keyword string, join func(...node) node, member func() (node, error)) (node, error) {
	var nodes []node
	for {
		n, err := member()
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, n)
		if more, err := p.accept(keyword); err != nil {
			return nil, err
		} else if !more && len(nodes) == 1 {
			return n, nil
		} else if !more {
			return join(nodes...), nil
		}
	}
}

// factor reads a predicate or what is in brackets, with any NOT before it.
func (p *parser) factor(depth int) (n node, err error) {
	opposite := false
	for {
		not, err := p.accept("NOT")
		if err != nil {
			return nil, err
		}
		if !not {
			break
		}
		opposite = !opposite
	}
	if p.token.is("(") {
		n, err = p.bracketed(depth + 1)
	} else {
		n, err = p.predicate()
	}
	if err == nil && opposite {
		n = n.not()
	}
	return n, err
}

func (p *parser) bracketed(depth int) (node, error) {
	if depth > MaxDepth {
		return nil, wrong(p.token.at, "brackets nest deeper than %d", MaxDepth)
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	n, err := p.expression(depth)
	if err != nil {
		return nil, err
	}
	if !p.token.is(")") {
		return nil, p.want("AND, OR or )")
	}
	return n, p.advance()
}

// calls says whether the next token is a word with a bracket behind it.
func (p *parser) calls() bool {
	return p.token.class == word && strings.HasPrefix(strings.TrimLeft(p.rest(), " \t\r\n"), "(")
}
