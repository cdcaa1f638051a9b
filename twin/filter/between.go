package filter

// interval is BETWEEN, its ends included.
type interval struct {
	of       operand
	from, to Value
	outside  bool // NOT BETWEEN
}

// between makes a BETWEEN; of a literal it is a constant.
func between(of operand, from, to Value) (node, error) {
	if from.kind != to.kind {
		return nil, mismatch("BETWEEN", to.kind, "a "+from.kind.String()+" as its lower end")
	}
	above, err := compare(of, least, literal(from))
	if err != nil {
		return nil, err
	}
	if of.isLiteral() {
		below, err := compare(of, most, literal(to))
		return and(above, below), err
	}
	return &interval{of: of, from: from, to: to}, nil
}

func (i *interval) passes(s Subject) bool {
	v := i.of.of(s)
	low, known := v.compare(i.from, i.of.folded, false)
	if !known {
		return false
	}
	high, _ := v.compare(i.to, i.of.folded, false)
	return (low >= 0 && high <= 0) != i.outside
}

func (i *interval) not() node { return &interval{i.of, i.from, i.to, !i.outside} }

func (i *interval) append(dst []byte) []byte {
	dst = appendNot(i.of.append(dst), i.outside)
	dst = i.from.append(append(dst, " BETWEEN "...))
	return i.to.append(append(dst, " AND "...))
}

func (i *interval) uses(yield func(Use) bool) { yield(i.of.use(i.from.kind)) }
