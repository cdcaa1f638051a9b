package filter

import (
	"cmp"
	"math"
	"strconv"
	"time"
)

// Type is what a Value is.
type Type uint8

// The types of values.
const (
	TypeNull Type = iota
	TypeString
	TypeNumber
	TypeBool
	TypeTime
	TypeArray // of a property; no Value is one
)

// String is the type's name in messages.
func (t Type) String() string {
	return [...]string{"null", "text", "number", "boolean", "time", "array"}[t]
}

// Value is one value of a property or a literal. The zero Value is null.
type Value struct {
	kind Type
	bits uint64 // of a number or boolean as float64; microseconds of a time as int64
	text string
}

// String is a text.
func String(s string) Value { return Value{kind: TypeString, text: s} }

// Number is a number; NaN is null.
func Number(v float64) Value {
	if math.IsNaN(v) {
		return Value{}
	}
	return Value{kind: TypeNumber, bits: math.Float64bits(v)}
}

// Bool is a boolean.
func Bool(v bool) Value {
	if v {
		return Value{kind: TypeBool, bits: math.Float64bits(1)}
	}
	return Value{kind: TypeBool}
}

// Time is an instant, to the microsecond.
func Time(t time.Time) Value { return Value{kind: TypeTime, bits: uint64(t.UnixMicro())} }

// Type is what v is.
func (v Value) Type() Type { return v.kind }

func (v Value) number() float64 { return math.Float64frombits(v.bits) }

// compare orders two values; it is not known if one is null or they are of two types.
func (v Value) compare(w Value, folded, foldedToo bool) (order int, known bool) {
	if v.kind != w.kind {
		return 0, false
	}
	switch v.kind {
	case TypeString:
		return compareTexts(v.text, w.text, folded, foldedToo), true
	case TypeNumber, TypeBool:
		return cmp.Compare(v.number(), w.number()), true
	case TypeTime:
		return cmp.Compare(int64(v.bits), int64(w.bits)), true
	}
	return 0, false
}

// append appends v as a literal of CQL2 text.
func (v Value) append(dst []byte) []byte {
	switch v.kind {
	case TypeString:
		return appendText(dst, v.text)
	case TypeNumber:
		return strconv.AppendFloat(dst, v.number(), 'g', -1, 64)
	case TypeBool:
		return appendBool(dst, v.bits != 0)
	case TypeTime:
		dst = append(dst, "TIMESTAMP('"...)
		dst = time.UnixMicro(int64(v.bits)).UTC().AppendFormat(dst, time.RFC3339Nano)
		return append(dst, "')"...)
	}
	return append(dst, "NULL"...)
}

func appendBool(dst []byte, v bool) []byte {
	if v {
		return append(dst, "TRUE"...)
	}
	return append(dst, "FALSE"...)
}

// appendText appends a text in quotes. Behind a backslash a quote is escaped by
// one more, since the pair of both reads as one quote.
func appendText(dst []byte, s string) []byte {
	dst = append(dst, '\'')
	for i := range len(s) {
		if s[i] == '\'' {
			if i > 0 && s[i-1] == '\\' {
				dst = append(dst, '\\')
			} else {
				dst = append(dst, '\'')
			}
		}
		dst = append(dst, s[i])
	}
	return append(dst, '\'')
}

// Any is the value as Go has it: nil, string, float64, bool or time.Time in UTC.
func (v Value) Any() any {
	switch v.kind {
	case TypeNull:
		return nil
	case TypeTime:
		return time.UnixMicro(int64(v.bits)).UTC()
	}
	item, _ := v.item() // all others are
	return item
}

// Order orders any two values, -1, 0 or 1: null behind all, values of two types by
// type, else as a filter compares them.
func Order(a, b Value) int {
	if a.kind != b.kind {
		return cmp.Compare(a.kind-1, b.kind-1) // null becomes the greatest
	}
	order, _ := a.compare(b, false, false)
	return order
}
