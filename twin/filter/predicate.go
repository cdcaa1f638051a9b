package filter

import (
	"errors"
	"strings"

	"suhe/assets"
)

// predicate reads what is true, false or unknown of a thing.
func (p *parser) predicate() (node, error) {
	if err := p.count(); err != nil {
		return nil, err
	}
	if p.calls() {
		if n, is, err := p.function(strings.ToUpper(p.token.value)); is {
			return n, err
		}
	}
	at := p.token.at
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	n, err := p.about(left)
	return n, located(at, err)
}

// function reads a function that is true, false or unknown; is says that it is one.
func (p *parser) function(name string) (n node, is bool, err error) {
	if r, ok := relationOf(name); ok {
		n, err = p.spatial(r)
		return n, true, err
	}
	if d, ok := duringOf(name); ok {
		n, err = p.temporal(d)
		return n, true, err
	}
	if f, ok := arrayFunctionOf(name); ok {
		n, err = p.arrays(f)
		return n, true, err
	}
	return nil, false, nil
}

// located gives an error its place, unless it has one.
func located(at int, err error) error {
	if err == nil || errors.Is(err, assets.ErrInvalid) {
		return err
	}
	return wrong(at, "%w", err)
}

// about reads what stands behind the operand of a predicate.
func (p *parser) about(left operand) (node, error) {
	if p.token.class == symbol {
		switch op := operator(p.token.value); op {
		case equal, unequal, less, most, greater, least:
			return p.comparison(left, op)
		}
	}
	if p.token.is("IS") {
		return p.null(left)
	}
	not, err := p.accept("NOT")
	if err != nil {
		return nil, err
	}
	n, err := p.member(left, not)
	if err == nil && not {
		n = n.not()
	}
	return n, err
}

func (p *parser) comparison(left operand, op operator) (node, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	right, err := p.operand()
	if err != nil {
		return nil, err
	}
	return compare(left, op, right)
}

// null reads IS [NOT] NULL.
func (p *parser) null(of operand) (node, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	not, err := p.accept("NOT")
	if err == nil {
		err = p.expect("NULL")
	}
	if err != nil {
		return nil, err
	}
	n, err := isNull(of)
	if err == nil && not {
		n = n.not()
	}
	return n, err
}

// member reads IN, LIKE or BETWEEN, which may follow a NOT, or sees that a
// boolean literal stands alone.
func (p *parser) member(left operand, behindNot bool) (node, error) {
	switch {
	case p.token.is("IN"):
		return p.among(left)
	case p.token.is("LIKE"):
		return p.like(left)
	case p.token.is("BETWEEN"):
		return p.between(left)
	case behindNot:
		return nil, p.want("IN, LIKE or BETWEEN")
	case left.isLiteral() && left.value.kind == TypeBool && p.endsPredicate():
		return constant(left.value == Bool(true)), nil
	}
	return nil, p.want("=, <>, <, <=, >, >=, IN, LIKE, BETWEEN or IS")
}

// endsPredicate says whether the next token can only stand behind a predicate.
func (p *parser) endsPredicate() bool {
	return p.token.class == end || p.token.is(")") || p.token.is("AND") || p.token.is("OR")
}

// among reads IN and its list.
func (p *parser) among(of operand) (node, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	var values []Value
	err := p.arguments(func() error {
		v, err := p.literal()
		values = append(values, v)
		return err
	})
	if err != nil {
		return nil, err
	}
	return among(of, values)
}

func (p *parser) like(of operand) (node, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	v, err := p.literal()
	if err != nil {
		return nil, err
	}
	return like(of, v)
}

func (p *parser) between(of operand) (node, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	from, err := p.literal()
	if err == nil {
		err = p.expect("AND")
	}
	if err != nil {
		return nil, err
	}
	to, err := p.literal()
	if err != nil {
		return nil, err
	}
	return between(of, from, to)
}

// arguments reads things in brackets with commas between.
func (p *parser) arguments(one func() error) error {
	if err := p.expect("("); err != nil {
		return err
	}
	for {
		if err := one(); err != nil {
			return err
		}
		if more, err := p.accept(","); err != nil {
			return err
		} else if !more {
			break
		}
	}
	if !p.token.is(")") {
		return p.want(", or )")
	}
	return p.advance()
}
