package access

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"suhe/assets"
)

// Everywhere stands among the areas of a Grant for all of them, and for what lies
// outside them all.
const Everywhere = "*"

// Grant is what somebody may, in words; Compile makes a Scope of it. It is a
// product: each action, on each kind, in each area. The zero Grant allows nothing.
type Grant struct {
	Actions     []Action           `json:"actions"`
	Kinds       []assets.Kind      `json:"kinds"`             // that are seen; movers only with Dispatch
	Classes     []string           `json:"classes,omitempty"` // codes, or beginnings of codes up to a dot; empty: all of the kinds
	Sensitivity assets.Sensitivity `json:"sensitivity"`       // the most that is seen
	Hidden      []string           `json:"hidden,omitempty"`  // fields that are not shown, whatever their sensitivity
	Areas       []string           `json:"areas"`             // division codes, nodes of Trees, or Everywhere
	Delayed     bool               `json:"delayed,omitempty"` // sees the delayed, generalised view only
}

// Narrow is what both allow: of a key or a link that may less than its owner.
// Nil actions, kinds and areas of by, and its empty classes, take nothing away.
func (g Grant) Narrow(by Grant) Grant {
	g.Actions = both(g.Actions, by.Actions)
	g.Kinds = both(g.Kinds, by.Kinds)
	if len(by.Classes) > 0 {
		g.Classes = narrower(g.Classes, by.Classes, within("."))
	}
	if by.Areas != nil && len(g.Areas) > 0 {
		g.Areas = narrower(g.Areas, by.Areas, func(a, b string) bool { return b == Everywhere || within("")(a, b) })
	}
	g.Sensitivity = min(g.Sensitivity, by.Sensitivity)
	g.Hidden = append(slices.Clone(g.Hidden), by.Hidden...)
	g.Delayed = g.Delayed || by.Delayed
	return g
}

func both[T comparable](a, b []T) []T {
	if b == nil {
		return a
	}
	out := []T{}
	for _, x := range a {
		if slices.Contains(b, x) {
			out = append(out, x)
		}
	}
	return out
}

// narrower keeps of each pair that one holds the other the narrower. Empty a is all.
func narrower(a, b []string, in func(a, b string) bool) []string {
	if len(a) == 0 {
		return b
	}
	out := []string{}
	for _, x := range a {
		for _, y := range b {
			switch {
			case in(x, y):
				out = append(out, x)
			case in(y, x):
				out = append(out, y)
			}
		}
	}
	return out
}

// within says whether a is b, or one below it by its first characters.
func within(separator string) func(a, b string) bool {
	return func(a, b string) bool { return a == b || strings.HasPrefix(a, b+separator) }
}

// Trees are the trees of areas that departments have beside the division codes:
// each node and what hangs on it, nodes or division codes. A node hangs below
// itself at no depth; Compile takes each once.
type Trees map[string][]string

// below adds the node and all that hangs on it.
func (t Trees) below(node string, into map[string]struct{}) {
	if _, been := into[node]; been {
		return
	}
	into[node] = struct{}{}
	for _, child := range t[node] {
		t.below(child, into)
	}
}

// Compile makes the Scope that decides by the grant. Equal grants give equal
// classes. Who sees the delayed view only may do nothing but view it.
func (g Grant) Compile(trees Trees) Scope {
	c := &compiled{sensitivity: g.Sensitivity, delayed: g.Delayed, actions: map[Action]struct{}{}, kinds: map[assets.Kind]struct{}{}}
	for _, a := range g.Actions {
		if a == View || !g.Delayed {
			c.actions[a] = struct{}{}
		}
	}
	for _, k := range g.Kinds {
		c.kinds[k] = struct{}{}
	}
	_, movers := c.kinds[assets.Mover]
	_, dispatches := c.actions[Dispatch]
	c.movers = movers && dispatches
	c.classes = ordered(g.Classes)
	c.areas = map[string]struct{}{}
	for _, a := range g.Areas {
		if a == Everywhere {
			c.everywhere = true
		}
		trees.below(a, c.areas)
	}
	if c.everywhere {
		c.areas = nil
	}
	if len(g.Hidden) > 0 {
		c.hidden = map[string]struct{}{}
		for _, f := range g.Hidden {
			c.hidden[f] = struct{}{}
		}
	}
	c.class = c.name()
	return Scope{c}
}

// name is the same for scopes that see the same: it counts no actions but View,
// and Dispatch if there are movers to be seen by it.
func (c *compiled) name() string {
	_, views := c.actions[View]
	if !views || len(c.kinds) == 0 {
		return none
	}
	text := fmt.Sprintf("%d %v %v %v %q %q %q %q", c.sensitivity, c.delayed, c.movers, c.everywhere, keys(c.kinds), c.classes, keys(c.areas), keys(c.hidden))
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:12])
}

func keys[K ~string](m map[K]struct{}) []K { return slices.Sorted(maps.Keys(m)) }

func ordered(list []string) []string { return slices.Compact(slices.Sorted(slices.Values(list))) }
