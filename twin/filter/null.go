package filter

import "errors"

// nothing is IS NULL.
type nothing struct {
	name  string
	given bool // IS NOT NULL
}

// isNull makes an IS NULL of a property.
func isNull(of operand) (node, error) {
	if of.isLiteral() || of.folded {
		return nil, errors.New("IS NULL: want the name of a property before it")
	}
	return &nothing{name: of.name}, nil
}

func (n *nothing) passes(s Subject) bool {
	return (s.Property(n.name).kind == TypeNull && s.Items(n.name) == nil) != n.given
}

func (n *nothing) not() node { return &nothing{n.name, !n.given} }

func (n *nothing) append(dst []byte) []byte {
	dst = append(appendName(dst, n.name), " IS"...)
	return append(appendNot(dst, n.given), " NULL"...)
}

func (n *nothing) uses(yield func(Use) bool) { yield(Use{n.name, TypeNull}) }
