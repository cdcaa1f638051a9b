package filter

// temporal reads a temporal function of two times.
func (p *parser) temporal(f during) (node, error) {
	at := p.token.at
	if err := p.advance(); err != nil {
		return nil, err
	}
	var both []period
	err := p.arguments(func() error {
		if len(both) == 2 {
			return p.want(")")
		}
		one, err := p.period()
		both = append(both, one)
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case len(both) < 2:
		return nil, wrong(at, "%s: want two arguments, each a property, TIMESTAMP, DATE or INTERVAL", f)
	}
	return temporal(f, both[0], both[1]), nil
}

// period reads a property, TIMESTAMP('…'), DATE('…') or INTERVAL(…, …).
func (p *parser) period() (period, error) {
	if p.calls() && p.token.is("INTERVAL") {
		return p.interval()
	}
	at := p.token.at
	o, err := p.operand()
	switch {
	case err != nil:
		return period{}, err
	case o.folded, o.isLiteral() && o.value.kind != TypeTime:
		return period{}, wrong(at, "want a property, TIMESTAMP, DATE or INTERVAL")
	}
	return instant(momentOf(o)), nil
}

// momentOf is the moment of a property or the literal of a time.
func momentOf(o operand) moment { return moment{o.name, int64(o.value.bits)} }

// interval reads INTERVAL of two ends.
func (p *parser) interval() (period, error) {
	at := p.token.at
	if err := p.advance(); err != nil {
		return period{}, err
	}
	var ends []moment
	err := p.arguments(func() error {
		if len(ends) == 2 {
			return p.want(")")
		}
		m, err := p.end(len(ends) == 1)
		ends = append(ends, m)
		return err
	})
	switch {
	case err != nil:
		return period{}, err
	case len(ends) < 2:
		return period{}, wrong(at, "INTERVAL: want two ends, separated by a comma")
	}
	out, err := periodOf(ends[0], ends[1])
	return out, located(at, err)
}

// end reads an end of an interval: a time in quotes, '..', or a property.
func (p *parser) end(last bool) (moment, error) {
	t := p.token
	if t.class != text {
		one, err := p.period()
		if err == nil && !one.instant {
			err = wrong(t.at, "an INTERVAL in an INTERVAL, want a time in quotes or a property")
		}
		return one.from, err
	}
	if err := p.count(); err != nil {
		return moment{}, err
	}
	m, err := readMoment(t.value, last)
	if err != nil {
		return m, wrong(t.at, "%w", err)
	}
	return m, p.advance()
}
