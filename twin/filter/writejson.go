package filter

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/paulmach/orb"
)

// JSON is the filter in its normal form as CQL2 JSON, "true" if it passes all. Read
// makes an equal filter of it.
func (f Filter) JSON() []byte {
	if f.root == nil {
		return []byte("true")
	}
	return f.root.appendJSON(nil)
}

// appendOp appends an operation of arguments, each appended by one function.
func appendOp(dst []byte, op string, args ...func([]byte) []byte) []byte {
	dst = append(append(append(dst, `{"op":"`...), op...), `","args":[`...)
	for i, arg := range args {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = arg(dst)
	}
	return append(dst, "]}"...)
}

// appendUnless appends what one appends, in a "not" if so told.
func appendUnless(dst []byte, not bool, one func([]byte) []byte) []byte {
	if not {
		return appendOp(dst, "not", one)
	}
	return one(dst)
}

func (c constant) appendJSON(dst []byte) []byte {
	if c {
		return append(dst, "true"...)
	}
	return append(dst, "false"...)
}

func (a all) appendJSON(dst []byte) []byte   { return appendJunction(dst, "and", a) }
func (o anyOf) appendJSON(dst []byte) []byte { return appendJunction(dst, "or", o) }

func appendJunction(dst []byte, op string, nodes []node) []byte {
	args := make([]func([]byte) []byte, len(nodes))
	for i, n := range nodes {
		args[i] = n.appendJSON
	}
	return appendOp(dst, op, args...)
}

func (c *comparison) appendJSON(dst []byte) []byte {
	return appendOp(dst, string(c.op), c.left.appendJSON, c.right.appendJSON)
}

func (l *list) appendJSON(dst []byte) []byte {
	return appendUnless(dst, l.outside, func(dst []byte) []byte {
		return appendOp(dst, "in", l.of.appendJSON, func(dst []byte) []byte {
			for i, v := range l.values {
				dst = append(dst, "[,"[min(i, 1)])
				dst = v.appendJSON(dst)
			}
			return append(dst, ']')
		})
	})
}

func (i *interval) appendJSON(dst []byte) []byte {
	return appendUnless(dst, i.outside, func(dst []byte) []byte {
		return appendOp(dst, "between", i.of.appendJSON, i.from.appendJSON, i.to.appendJSON)
	})
}

func (l *likeness) appendJSON(dst []byte) []byte {
	return appendUnless(dst, l.outside, func(dst []byte) []byte {
		return appendOp(dst, "like", l.of.appendJSON, func(dst []byte) []byte { return appendJSONItem(dst, l.pattern.text()) })
	})
}

func (n *nothing) appendJSON(dst []byte) []byte {
	return appendUnless(dst, n.given, func(dst []byte) []byte {
		return appendOp(dst, "isNull", func(dst []byte) []byte { return appendProperty(dst, n.name) })
	})
}

func (p *place) appendJSON(dst []byte) []byte {
	name, not := p.called()
	return appendUnless(dst, not, func(dst []byte) []byte {
		return appendOp(dst, strings.ToLower(string(name)), func(dst []byte) []byte { return appendProperty(dst, geometryName) },
			func(dst []byte) []byte { return appendJSONGeometry(dst, p.of) })
	})
}

func (t *timely) appendJSON(dst []byte) []byte {
	name, not := t.called()
	return appendUnless(dst, not, func(dst []byte) []byte {
		return appendOp(dst, strings.ToLower(string(name)), t.left.appendJSON, t.right.appendJSON)
	})
}

func (a *arrays) appendJSON(dst []byte) []byte {
	return appendUnless(dst, a.opposite, func(dst []byte) []byte {
		return appendOp(dst, strings.ToLower(string(a.function)), a.left.appendJSON, a.right.appendJSON)
	})
}

func (o *operand) appendJSON(dst []byte) []byte {
	switch {
	case o.isLiteral():
		return o.value.appendJSON(dst)
	case o.folded:
		return appendOp(dst, "casei", func(dst []byte) []byte { return appendProperty(dst, o.name) })
	}
	return appendProperty(dst, o.name)
}

func appendProperty(dst []byte, name string) []byte {
	return append(appendJSONItem(append(dst, `{"property":`...), name), '}')
}

func (v Value) appendJSON(dst []byte) []byte {
	if v.kind == TypeTime {
		dst = append(dst, `{"timestamp":"`...)
		return append(time.UnixMicro(int64(v.bits)).UTC().AppendFormat(dst, time.RFC3339Nano), `"}`...)
	}
	item, _ := v.item()
	return appendJSONItem(dst, item)
}

func (p *period) appendJSON(dst []byte) []byte {
	if p.instant && p.from.name != "" {
		return appendProperty(dst, p.from.name)
	}
	if p.instant {
		return Value{kind: TypeTime, bits: uint64(p.from.at)}.appendJSON(dst)
	}
	dst = p.from.append(append(dst, `{"interval":[`...), appendProperty, '"')
	return append(p.to.append(append(dst, ','), appendProperty, '"'), "]}"...)
}

func (a *array) appendJSON(dst []byte) []byte {
	if a.name != "" {
		return appendProperty(dst, a.name)
	}
	return appendJSONItem(dst, a.items)
}

// appendJSONItem appends a text, a number, a boolean or arrays of these.
func appendJSONItem(dst []byte, item any) []byte {
	text, err := json.Marshal(item)
	if err != nil {
		panic(err) // it was read from text or JSON
	}
	return append(dst, text...)
}

// appendJSONGeometry appends a shape with every digit that it has.
func appendJSONGeometry(dst []byte, g orb.Geometry) []byte {
	if b, ok := g.(orb.Bound); ok {
		dst = appendJSONItem(append(dst, `{"bbox":`...), []any{b.Min[0], b.Min[1], b.Max[0], b.Max[1]})
		return append(dst, '}')
	}
	dst = appendJSONItem(append(dst, `{"type":`...), g.GeoJSONType())
	return append(appendJSONItem(append(dst, `,"coordinates":`...), g), '}') // types of orb are arrays of numbers
}
