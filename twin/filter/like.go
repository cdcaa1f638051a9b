package filter

// likeness is LIKE.
type likeness struct {
	of      operand
	pattern pattern
	outside bool // NOT LIKE
}

// like makes a LIKE; of a literal it is a constant.
func like(of operand, text Value) (node, error) {
	if text.kind != TypeString {
		return nil, mismatch("LIKE", text.kind, "a text as its pattern")
	}
	if of.isLiteral() && of.value.kind != TypeString {
		return nil, mismatch("LIKE", of.value.kind, "a property or a text before it")
	}
	p, err := newPattern(text.text)
	if err != nil {
		return nil, err
	}
	l := &likeness{of: of, pattern: p}
	if of.isLiteral() {
		return constant(l.passes(nil)), nil
	}
	return l, nil
}

func (l *likeness) passes(s Subject) bool {
	v := l.of.of(s)
	return v.kind == TypeString && l.pattern.matches(v.text, l.of.folded) != l.outside
}

func (l *likeness) not() node { return &likeness{l.of, l.pattern, !l.outside} }

func (l *likeness) append(dst []byte) []byte {
	dst = appendNot(l.of.append(dst), l.outside)
	return l.pattern.append(append(dst, " LIKE "...))
}

func (l *likeness) uses(yield func(Use) bool) { yield(l.of.use(TypeString)) }
