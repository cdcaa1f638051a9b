package filter

import (
	"strconv"
	"strings"
	"time"
)

// operand reads a property or a literal, or CASEI of these.
func (p *parser) operand() (operand, error) {
	at := p.token.at
	switch {
	case p.calls() && p.token.is("CASEI"):
		if err := p.advance(); err != nil {
			return operand{}, err
		}
		return p.caseless(at)
	case p.token.class == quoted, p.token.class == word && !p.calls() && !reserved(p.token.value):
		name := p.token.value
		if name == "" {
			return operand{}, wrong(at, "an empty name, want one of a property")
		}
		return property(name), p.advance()
	}
	v, err := p.value("a property or a literal")
	return literal(v), err
}

// caseless reads what CASEI is of.
func (p *parser) caseless(at int) (o operand, err error) {
	if err := p.expect("("); err != nil {
		return o, err
	}
	if p.token.is("CASEI") && p.calls() {
		return o, p.want("a property or a text in CASEI")
	}
	if o, err = p.operand(); err == nil {
		err = p.expect(")")
	}
	if err == nil {
		o, err = caseless(o)
	}
	return o, located(at, err)
}

// literal reads a literal, or CASEI of a text.
func (p *parser) literal() (Value, error) {
	if !p.calls() || !p.token.is("CASEI") {
		return p.value("a literal")
	}
	at := p.token.at
	o, err := p.operand()
	if err == nil && !o.isLiteral() {
		err = wrong(at, "CASEI of a property, want a literal")
	}
	return o.value, err
}

// value reads a text, a number, TRUE, FALSE, TIMESTAMP('…') or DATE('…').
func (p *parser) value(want string) (v Value, err error) {
	if err := p.count(); err != nil {
		return v, err
	}
	switch t := p.token; {
	case t.class == text:
		v = String(t.value)
	case t.class == numeral:
		n, err := strconv.ParseFloat(t.value, 64)
		if err != nil {
			return v, wrong(t.at, "%.20s, want a number within ±1.8e308", t.value)
		}
		v = Number(n + 0) // -0 becomes 0
	case p.calls():
		return p.instant()
	case t.is("TRUE"), t.is("FALSE"):
		v = Bool(t.is("TRUE"))
	default:
		return v, p.want(want)
	}
	return v, p.advance()
}

// instant reads TIMESTAMP('…') or DATE('…').
func (p *parser) instant() (v Value, err error) {
	name := p.token
	layout, example := time.RFC3339, "2026-11-24T08:00:00Z"
	switch strings.ToUpper(name.value) {
	case "DATE":
		layout, example = time.DateOnly, "2026-11-24"
	case "TIMESTAMP":
	default:
		return v, wrong(name.at, "function %s: want CASEI, TIMESTAMP, DATE, or where it is true or false S_…, T_… or A_…", name)
	}
	err = p.advance()
	if err == nil {
		err = p.expect("(")
	}
	if err != nil {
		return v, err
	}
	t, err := time.Parse(layout, p.token.value)
	if p.token.class != text || err != nil {
		return v, p.want("a time such as '" + example + "'")
	}
	if err := p.advance(); err != nil {
		return v, err
	}
	return Time(t), p.expect(")")
}
