package filter

import (
	"cmp"
	"strings"
	"unicode"
)

// operand is a property or a literal.
type operand struct {
	name   string // of the property; "" is a literal
	folded bool   // CASEI of a property; a literal is folded at once
	value  Value  // the literal
}

func property(name string) operand { return operand{name: name} }
func literal(v Value) operand      { return operand{value: v} }
func (o *operand) isLiteral() bool { return o.name == "" }
func (o *operand) use(t Type) Use  { return Use{o.name, o.wants(t)} }
func (o *operand) of(s Subject) Value {
	if o.name == "" {
		return o.value
	}
	return s.Property(o.name)
}

// wants is the type that the operand must have to be compared with one of type t.
func (o *operand) wants(t Type) Type {
	if o.folded {
		return TypeString
	}
	return t
}

// caseless is CASEI of an operand.
func caseless(o operand) (operand, error) {
	if o.isLiteral() {
		if o.value.kind != TypeString {
			return o, mismatch("CASEI", o.value.kind, "a text or a property")
		}
		o.value.text = foldText(o.value.text)
		return o, nil
	}
	o.folded = true
	return o, nil
}

// order is that of the normal form: properties first, by name.
func (o *operand) order(p *operand) int {
	if o.isLiteral() != p.isLiteral() {
		if p.isLiteral() {
			return -1
		}
		return 1
	}
	if c := cmp.Compare(o.name, p.name); c != 0 || o.folded == p.folded {
		return c
	}
	if p.folded {
		return -1
	}
	return 1
}

func (o *operand) append(dst []byte) []byte {
	switch {
	case o.isLiteral():
		return o.value.append(dst)
	case o.folded:
		return append(appendName(append(dst, "CASEI("...), o.name), ')')
	}
	return appendName(dst, o.name)
}

// reserved says whether a word cannot be a plain name.
func reserved(name string) bool {
	for _, keyword := range [...]string{"AND", "OR", "NOT", "LIKE", "IN", "BETWEEN", "IS", "NULL", "TRUE", "FALSE"} {
		if strings.EqualFold(name, keyword) {
			return true
		}
	}
	return false
}

// appendName appends a property's name, in quotes if it must be.
func appendName(dst []byte, name string) []byte {
	if plainName(name) && !reserved(name) {
		return append(dst, name...)
	}
	dst = append(dst, '"')
	dst = append(dst, strings.ReplaceAll(name, `"`, `""`)...)
	return append(dst, '"')
}

func plainName(name string) bool {
	for i, r := range name {
		if !nameRune(r, i == 0) {
			return false
		}
	}
	return name != ""
}

// nameRune says whether r may stand in a plain name.
func nameRune(r rune, first bool) bool {
	if r == '_' || r == ':' || unicode.IsLetter(r) {
		return true
	}
	return !first && (r == '.' || unicode.IsDigit(r) || unicode.IsMark(r))
}
