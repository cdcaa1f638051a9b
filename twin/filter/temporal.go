package filter

import (
	"cmp"
	"errors"
	"math"
	"time"
)

// during is how one time lies to another: a temporal function of CQL2. An instant is
// an interval whose ends are one.
type during string

const (
	after        during = "T_AFTER"
	before       during = "T_BEFORE"
	covers       during = "T_CONTAINS"
	apart        during = "T_DISJOINT"
	inside       during = "T_DURING"
	same         during = "T_EQUALS"
	finishedBy   during = "T_FINISHEDBY"
	finishes     during = "T_FINISHES"
	shares       during = "T_INTERSECTS"
	meets        during = "T_MEETS"
	metBy        during = "T_METBY"
	overlappedBy during = "T_OVERLAPPEDBY"
	overlaps     during = "T_OVERLAPS"
	startedBy    during = "T_STARTEDBY"
	starts       during = "T_STARTS"
)

// turnings are the functions and what they are with their sides exchanged.
var turnings = [...]struct{ is, turned during }{
	{after, before}, {covers, inside}, {apart, apart}, {same, same}, {finishedBy, finishes},
	{shares, shares}, {meets, metBy}, {overlappedBy, overlaps}, {startedBy, starts},
}

// duringOf finds a temporal function by its name in capitals.
func duringOf(name string) (during, bool) {
	for _, t := range turnings {
		if d := during(name); d == t.is || d == t.turned {
			return d, true
		}
	}
	return "", false
}

// turned is the function with its sides exchanged.
func (d during) turned() during {
	for _, t := range turnings {
		switch d {
		case t.is:
			return t.turned
		case t.turned:
			return t.is
		}
	}
	return d
}

// holds says whether a lies so to b.
func (d during) holds(a, b span) bool {
	switch d {
	case after:
		return a.from > b.to
	case before:
		return a.to < b.from
	case covers:
		return a.from < b.from && a.to > b.to
	case apart:
		return a.from > b.to || a.to < b.from
	case inside:
		return a.from > b.from && a.to < b.to
	case same:
		return a == b
	case finishedBy:
		return a.from < b.from && a.to == b.to
	case finishes:
		return a.from > b.from && a.to == b.to
	case shares:
		return a.from <= b.to && a.to >= b.from
	case meets:
		return a.to == b.from
	case metBy:
		return a.from == b.to
	case overlappedBy:
		return a.from > b.from && a.from < b.to && a.to > b.to
	case overlaps:
		return a.from < b.from && a.to > b.from && a.to < b.to
	case startedBy:
		return a.from == b.from && a.to > b.to
	}
	return a.from == b.from && a.to < b.to // starts
}

// span is a time as two instants, in microseconds; the ends of time are open.
type span struct{ from, to int64 }

const (
	ever  = math.MinInt64
	never = math.MaxInt64
)

// moment is one end of a time: a property, an instant, or no end at all.
type moment struct {
	name string // of the property; "" is a literal
	at   int64
}

// of is the moment of a thing; it is not known if its property is no time.
func (m *moment) of(s Subject) (at int64, known bool) {
	if m.name == "" {
		return m.at, true
	}
	v := s.Property(m.name)
	return int64(v.bits), v.kind == TypeTime
}

func (m *moment) order(o *moment) int {
	return cmp.Or(cmp.Compare(m.name, o.name), cmp.Compare(m.at, o.at))
}

// period is an operand of a temporal function.
type period struct {
	from, to moment
	instant  bool // of one moment, which is from as well as to
}

func instant(m moment) period     { return period{m, m, true} }
func (p *period) isLiteral() bool { return p.from.name == "" && p.to.name == "" }

// order is that of the normal form: what names a property first.
func (p *period) order(o *period) int {
	switch {
	case p.isLiteral() && !o.isLiteral():
		return 1
	case o.isLiteral() && !p.isLiteral():
		return -1
	}
	return cmp.Or(p.from.order(&o.from), p.to.order(&o.to))
}

// periodOf makes a period of two moments.
func periodOf(from, to moment) (period, error) {
	if from.name == "" && to.name == "" && from.at > to.at {
		return period{}, errors.New("INTERVAL: it ends before it begins")
	}
	return period{from: from, to: to}, nil
}

func (p *period) of(s Subject) (span, bool) {
	from, known := p.from.of(s)
	if !known || p.instant {
		return span{from, from}, known
	}
	to, known := p.to.of(s)
	return span{from, to}, known
}

// timely is a temporal predicate.
type timely struct {
	left, right period
	function    during
	opposite    bool
}

// temporal makes the predicate that left lies so to right; of two literals it is a
// constant.
func temporal(f during, left, right period) node {
	if left.order(&right) > 0 {
		f, left, right = f.turned(), right, left
	}
	t := &timely{left, right, f, false}
	if f == apart {
		t.function, t.opposite = shares, true
	}
	if left.isLiteral() && right.isLiteral() {
		return constant(t.passes(nil))
	}
	return t
}

func (t *timely) passes(s Subject) bool {
	left, known := t.left.of(s)
	if !known {
		return false
	}
	right, known := t.right.of(s)
	return known && t.function.holds(left, right) != t.opposite
}

func (t *timely) not() node { return &timely{t.left, t.right, t.function, !t.opposite} }

// called is the name of the function, and whether NOT stands before it.
func (t *timely) called() (name during, not bool) {
	if t.opposite && t.function == shares {
		return apart, false
	}
	return t.function, t.opposite
}

func (t *timely) append(dst []byte) []byte {
	name, not := t.called()
	if not {
		dst = append(dst, "NOT "...)
	}
	dst = append(append(dst, name...), '(')
	dst = t.left.append(dst)
	dst = t.right.append(append(dst, ", "...))
	return append(dst, ')')
}

func (t *timely) uses(yield func(Use) bool) {
	for _, m := range [...]*moment{&t.left.from, &t.left.to, &t.right.from, &t.right.to} {
		if m.name != "" && !yield(Use{m.name, TypeTime}) {
			return
		}
	}
}

func (p *period) append(dst []byte) []byte {
	if p.instant && p.from.name != "" {
		return appendName(dst, p.from.name)
	}
	if p.instant {
		return Value{kind: TypeTime, bits: uint64(p.from.at)}.append(dst)
	}
	dst = p.from.append(append(dst, "INTERVAL("...), appendName, '\'')
	return append(p.to.append(append(dst, ", "...), appendName, '\''), ')')
}

// append appends an end of an interval, literals in the quotes of the notation.
func (m *moment) append(dst []byte, name func([]byte, string) []byte, quote byte) []byte {
	if m.name != "" {
		return name(dst, m.name)
	}
	dst = append(dst, quote)
	if m.at == ever || m.at == never {
		dst = append(dst, ".."...)
	} else {
		dst = time.UnixMicro(m.at).UTC().AppendFormat(dst, time.RFC3339Nano)
	}
	return append(dst, quote)
}

// readMoment reads what stands for an instant in an interval: RFC 3339 with an
// offset, a date, or .. for no end. A date is its first instant in UTC, at the end of
// an interval its last.
func readMoment(text string, last bool) (moment, error) {
	if text == ".." || text == "" {
		if last {
			return moment{at: never}, nil
		}
		return moment{at: ever}, nil
	}
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		if last {
			day = day.AddDate(0, 0, 1).Add(-time.Microsecond)
		}
		return moment{at: day.UnixMicro()}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return moment{}, errors.New("INTERVAL: want times such as '2026-11-24T08:00:00Z', dates, or '..' for no end")
	}
	return moment{at: t.UnixMicro()}, nil
}
