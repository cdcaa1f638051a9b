package filter

import (
	"bytes"
	"slices"
	"strconv"
)

// arrayFunction compares two arrays as sets.
type arrayFunction string

const (
	holdsAll    arrayFunction = "A_CONTAINS"
	containedBy arrayFunction = "A_CONTAINEDBY"
	equalSets   arrayFunction = "A_EQUALS"
	shareSome   arrayFunction = "A_OVERLAPS"
)

// arrayFunctionOf finds an array function by its name in capitals.
func arrayFunctionOf(name string) (arrayFunction, bool) {
	switch f := arrayFunction(name); f {
	case holdsAll, containedBy, equalSets, shareSome:
		return f, true
	}
	return "", false
}

// turned is the function with its sides exchanged.
func (f arrayFunction) turned() arrayFunction {
	switch f {
	case holdsAll:
		return containedBy
	case containedBy:
		return holdsAll
	}
	return f
}

func (f arrayFunction) holds(a, b []any) bool {
	switch f {
	case holdsAll:
		return eachIn(b, a)
	case containedBy:
		return eachIn(a, b)
	case equalSets:
		return eachIn(a, b) && eachIn(b, a)
	}
	for _, item := range a {
		if hasItem(b, item) {
			return true
		}
	}
	return false
}

// eachIn says whether every item of a is in b.
func eachIn(a, b []any) bool {
	for _, item := range a {
		if !hasItem(b, item) {
			return false
		}
	}
	return true
}

func hasItem(items []any, item any) bool {
	for _, other := range items {
		if equalItems(item, other) {
			return true
		}
	}
	return false
}

// equalItems compares texts, numbers, booleans, and arrays of these in their order.
// Whatever else may be in a thing's array equals nothing.
func equalItems(a, b any) bool {
	switch a := a.(type) {
	case string:
		b, ok := b.(string)
		return ok && a == b
	case float64:
		b, ok := b.(float64)
		return ok && a == b
	case bool:
		b, ok := b.(bool)
		return ok && a == b
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, equalItems)
	}
	return false
}

// array is an operand of an array function: a property, or items in the order of
// their texts, each once.
type array struct {
	name  string // of the property; "" is a literal
	items []any
}

// newArray is the literal of the items.
func newArray(items []any) array {
	inOrder := func(a, b any) int { return bytes.Compare(appendItem(nil, a), appendItem(nil, b)) }
	items = append([]any{}, items...) // of none there is an empty one
	slices.SortFunc(items, inOrder)
	return array{items: slices.CompactFunc(items, equalItems)}
}

func (a *array) of(s Subject) (items []any, known bool) {
	if a.name == "" {
		return a.items, true
	}
	items = s.Items(a.name)
	return items, items != nil
}

// arrays is a predicate of two arrays.
type arrays struct {
	left, right array
	function    arrayFunction
	opposite    bool
}

// compareArrays makes the predicate; of two literals it is a constant.
func compareArrays(f arrayFunction, left, right array) node {
	if left.name == "" || right.name != "" && left.name > right.name {
		f, left, right = f.turned(), right, left
	}
	a := &arrays{left, right, f, false}
	if left.name == "" && right.name == "" {
		return constant(a.passes(nil))
	}
	return a
}

func (a *arrays) passes(s Subject) bool {
	left, known := a.left.of(s)
	if !known {
		return false
	}
	right, known := a.right.of(s)
	return known && a.function.holds(left, right) != a.opposite
}

func (a *arrays) not() node { return &arrays{a.left, a.right, a.function, !a.opposite} }

func (a *arrays) append(dst []byte) []byte {
	if a.opposite {
		dst = append(dst, "NOT "...)
	}
	dst = append(append(dst, a.function...), '(')
	dst = a.left.append(dst)
	dst = a.right.append(append(dst, ", "...))
	return append(dst, ')')
}

func (a *arrays) uses(yield func(Use) bool) {
	for _, o := range [...]*array{&a.left, &a.right} {
		if o.name != "" && !yield(Use{o.name, TypeArray}) {
			return
		}
	}
}

func (a *array) append(dst []byte) []byte {
	if a.name != "" {
		return appendName(dst, a.name)
	}
	return appendItem(dst, a.items)
}

// item is the value as it would be in a thing's array.
func (v Value) item() (any, error) {
	switch v.kind {
	case TypeString:
		return v.text, nil
	case TypeNumber:
		return v.number(), nil
	case TypeBool:
		return v.bits != 0, nil
	}
	return nil, mismatch("array", v.kind, "texts, numbers, booleans and arrays of these as its items")
}

// appendItem appends an item as CQL2 text.
func appendItem(dst []byte, item any) []byte {
	switch item := item.(type) {
	case string:
		return appendText(dst, item)
	case float64:
		return strconv.AppendFloat(dst, item, 'g', -1, 64)
	case bool:
		return appendBool(dst, item)
	case []any:
		dst = append(dst, '(')
		for i, one := range item {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = appendItem(dst, one)
		}
		return append(dst, ')')
	}
	return dst
}
