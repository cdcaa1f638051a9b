package filter

import (
	"bytes"
	"cmp"
	"iter"
	"slices"
)

// node is one part of a filter in negation normal form: NOT is pushed down to
// the predicates, where each knows its opposite. That is the same in three-valued
// logic, and without a NOT above it unknown may count as false: so a node answers
// with two values.
//
// Nodes are made by the functions and, or, compare, between, among, like, isNull,
// spatial, temporal and compareArrays, whatever the notation; these keep the normal form and check types.
// Their errors say what is wrong but not where.
type node interface {
	passes(s Subject) bool     // whether it is true
	not() node                 // true where this is false
	append(dst []byte) []byte  // as CQL2 text
	appendJSON([]byte) []byte  // as CQL2 JSON
	uses(yield func(Use) bool) // yields the properties that it names
}

// constant is true or false.
type constant bool

func (c constant) passes(Subject) bool      { return bool(c) }
func (c constant) not() node                { return !c }
func (c constant) append(dst []byte) []byte { return appendBool(dst, bool(c)) }
func (c constant) uses(func(Use) bool)      {}

// all is AND, anyOf is OR: two or more in the order of their texts, each once,
// none of them a constant or of the same type.
type (
	all   []node
	anyOf []node
)

// and joins nodes by AND.
func and(nodes ...node) node {
	kept, decided := join[all](nodes, false)
	switch {
	case decided:
		return constant(false)
	case len(kept) == 0:
		return constant(true)
	case len(kept) == 1:
		return kept[0]
	}
	return kept
}

// or joins nodes by OR.
func or(nodes ...node) node {
	kept, decided := join[anyOf](nodes, true)
	switch {
	case decided:
		return constant(true)
	case len(kept) == 0:
		return constant(false)
	case len(kept) == 1:
		return kept[0]
	}
	return kept
}

// join brings nodes in order, takes those of type J apart, and leaves out
// constants unless there is one that decides.
func join[J ~[]node](nodes []node, decisive constant) (kept J, decided bool) {
	type member struct {
		node node
		text []byte
	}
	var members []member
	var add func(node) bool
	add = func(n node) bool {
		switch n := n.(type) {
		case constant:
			return n == decisive
		case J:
			return slices.ContainsFunc(n, add)
		}
		members = append(members, member{n, n.append(nil)})
		return false
	}
	if slices.ContainsFunc(nodes, add) {
		return nil, true
	}
	slices.SortFunc(members, func(a, b member) int { return bytes.Compare(a.text, b.text) })
	members = slices.CompactFunc(members, func(a, b member) bool { return bytes.Equal(a.text, b.text) })
	for _, m := range members {
		kept = append(kept, m.node)
	}
	return kept, false
}

func (a all) passes(s Subject) bool {
	for _, n := range a {
		if !n.passes(s) {
			return false
		}
	}
	return true
}

func (o anyOf) passes(s Subject) bool {
	for _, n := range o {
		if n.passes(s) {
			return true
		}
	}
	return false
}

func (a all) not() node   { return or(opposites(a)...) }
func (o anyOf) not() node { return and(opposites(o)...) }

func opposites(nodes []node) []node {
	out := make([]node, len(nodes))
	for i, n := range nodes {
		out[i] = n.not()
	}
	return out
}

func (a all) append(dst []byte) []byte {
	for i, n := range a {
		if i > 0 {
			dst = append(dst, " AND "...)
		}
		if o, ok := n.(anyOf); ok {
			dst = append(o.append(append(dst, '(')), ')')
		} else {
			dst = n.append(dst)
		}
	}
	return dst
}

func (o anyOf) append(dst []byte) []byte {
	for i, n := range o {
		if i > 0 {
			dst = append(dst, " OR "...)
		}
		dst = n.append(dst)
	}
	return dst
}

func (a all) uses(yield func(Use) bool)   { eachUse(a, yield) }
func (o anyOf) uses(yield func(Use) bool) { eachUse(o, yield) }

func eachUse(nodes []node, yield func(Use) bool) {
	for _, n := range nodes {
		for u := range iter.Seq[Use](n.uses) {
			if !yield(u) {
				return
			}
		}
	}
}

func byUse(a, b Use) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Type, b.Type)) }
