package filter

import (
	"errors"
	"slices"
)

// list is IN: values of one type, in order, each once, two or more.
type list struct {
	of      operand
	values  []Value
	outside bool // NOT IN
}

// among makes an IN; of a literal it is a constant, of one value a comparison.
func among(of operand, values []Value) (node, error) {
	if len(values) == 0 {
		return nil, errors.New("IN: an empty list, want one literal or more")
	}
	for _, v := range values {
		if v.kind != values[0].kind {
			return nil, mismatch("IN", v.kind, "a "+values[0].kind.String()+" as before it")
		}
	}
	first, err := compare(of, equal, literal(values[0]))
	if err != nil {
		return nil, err
	}
	values = slices.Clone(values)
	slices.SortFunc(values, inOrder)
	values = slices.Compact(values)
	switch l := (&list{of: of, values: values}); {
	case of.isLiteral():
		return constant(l.passes(nil)), nil
	case len(values) == 1:
		return first, nil
	default:
		return l, nil
	}
}

func inOrder(a, b Value) int {
	order, _ := a.compare(b, false, false)
	return order
}

func (l *list) passes(s Subject) bool {
	v := l.of.of(s)
	if v.kind != l.values[0].kind {
		return false
	}
	low, high := 0, len(l.values) // the value, if any, is in [low,high)
	for low < high {
		middle := (low + high) / 2
		switch order, _ := v.compare(l.values[middle], l.of.folded, false); {
		case order == 0:
			return !l.outside
		case order < 0:
			high = middle
		default:
			low = middle + 1
		}
	}
	return l.outside
}

func (l *list) not() node { return &list{l.of, l.values, !l.outside} }

func (l *list) append(dst []byte) []byte {
	dst = appendNot(l.of.append(dst), l.outside)
	dst = append(dst, " IN ("...)
	for i, v := range l.values {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = v.append(dst)
	}
	return append(dst, ')')
}

func (l *list) uses(yield func(Use) bool) { yield(l.of.use(l.values[0].kind)) }
