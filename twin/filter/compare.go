package filter

import "fmt"

// operator is one of comparison.
type operator string

const (
	equal   operator = "="
	unequal operator = "<>"
	less    operator = "<"
	most    operator = "<="
	greater operator = ">"
	least   operator = ">="
)

// holds says whether the operator is true of an order.
func (o operator) holds(order int) bool {
	switch o {
	case equal:
		return order == 0
	case unequal:
		return order != 0
	case less:
		return order < 0
	case most:
		return order <= 0
	case greater:
		return order > 0
	}
	return order >= 0
}

// not is the operator that is true where this is false.
func (o operator) not() operator {
	switch o {
	case equal:
		return unequal
	case unequal:
		return equal
	case less:
		return least
	case most:
		return greater
	case greater:
		return most
	}
	return less
}

// turned is the operator with its sides exchanged.
func (o operator) turned() operator {
	switch o {
	case less:
		return greater
	case most:
		return least
	case greater:
		return less
	case least:
		return most
	}
	return o
}

// comparison is a property beside a literal or another property.
type comparison struct {
	left, right operand
	op          operator
}

// compare makes a comparison; of two literals it is a constant.
func compare(left operand, op operator, right operand) (node, error) {
	if left.order(&right) > 0 {
		left, right, op = right, left, op.turned()
	}
	c := &comparison{left, right, op}
	switch {
	case left.isLiteral() && left.value.kind != right.value.kind:
		return nil, mismatch("comparison", right.value.kind, "a "+left.value.kind.String())
	case left.isLiteral():
		return constant(c.passes(nil)), nil
	case left.folded && right.isLiteral() && right.value.kind != TypeString:
		return nil, mismatch("CASEI("+left.name+")", right.value.kind, "a text")
	}
	return c, nil
}

func mismatch(field string, got Type, want string) error {
	return fmt.Errorf("%s: a %s, want %s", field, got, want)
}

func (c *comparison) passes(s Subject) bool {
	order, known := c.left.of(s).compare(c.right.of(s), c.left.folded, c.right.folded)
	return known && c.op.holds(order)
}

func (c *comparison) not() node { return &comparison{c.left, c.right, c.op.not()} }

func (c *comparison) append(dst []byte) []byte {
	dst = append(c.left.append(dst), ' ')
	dst = append(append(dst, c.op...), ' ')
	return c.right.append(dst)
}

func (c *comparison) uses(yield func(Use) bool) {
	if c.right.isLiteral() {
		yield(c.left.use(c.right.value.kind))
		return
	}
	_ = yield(c.left.use(c.right.wants(TypeNull))) && yield(c.right.use(c.left.wants(TypeNull)))
}

func appendNot(dst []byte, not bool) []byte {
	if not {
		return append(dst, " NOT"...)
	}
	return dst
}
