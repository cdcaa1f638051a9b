package filter

import "strings"

// arrays reads an array function of two arrays.
func (p *parser) arrays(f arrayFunction) (node, error) {
	at := p.token.at
	if err := p.advance(); err != nil {
		return nil, err
	}
	var both []array
	err := p.arguments(func() error {
		if len(both) == 2 {
			return p.want(")")
		}
		a, err := p.array()
		both = append(both, a)
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case len(both) < 2:
		return nil, wrong(at, "%s: want two arguments, each a property or items in brackets", f)
	}
	return compareArrays(f, both[0], both[1]), nil
}

// array reads a property, or items in brackets.
func (p *parser) array() (array, error) {
	at := p.token.at
	if p.token.is("(") {
		items, err := p.items(1)
		return newArray(items), err
	}
	o, err := p.operand()
	if err == nil && (o.folded || o.isLiteral()) {
		err = wrong(at, "want a property, or items in brackets")
	}
	return array{name: o.name}, err
}

// items reads items in brackets; none is good.
func (p *parser) items(depth int) (items []any, err error) {
	if depth > MaxDepth {
		return nil, wrong(p.token.at, "brackets nest deeper than %d", MaxDepth)
	}
	if strings.HasPrefix(strings.TrimLeft(p.rest(), " \t\r\n"), ")") {
		if err := p.advance(); err != nil {
			return nil, err
		}
		return []any{}, p.advance()
	}
	err = p.arguments(func() error {
		if p.token.is("(") {
			nested, err := p.items(depth + 1)
			items = append(items, nested)
			return err
		}
		at := p.token.at
		v, err := p.literal()
		if err != nil {
			return err
		}
		item, err := v.item()
		items = append(items, item)
		return located(at, err)
	})
	return items, err
}
