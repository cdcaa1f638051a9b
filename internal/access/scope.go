package access

import (
	"strings"

	"suhe/assets"
)

// Scope is what a principal may see and do, compiled once from a Grant. The zero
// Scope sees and may nothing. It is immutable; all methods may be called at once.
type Scope struct{ is *compiled }

// none is the class of scopes that see nothing.
const none = "none"

type compiled struct {
	class       string
	actions     map[Action]struct{}
	kinds       map[assets.Kind]struct{}
	classes     []string // in order; empty: all
	sensitivity assets.Sensitivity
	hidden      map[string]struct{}
	everywhere  bool
	areas       map[string]struct{}
	delayed     bool
	movers      bool // where they are is seen
}

// Open returns the scope that sees and may everything: of this machine's own
// tools, never of somebody who came by the network.
func Open() Scope { return open }

var open = Grant{
	Actions: Actions(), Kinds: assets.Kinds(), Sensitivity: assets.Personal, Areas: []string{Everywhere},
}.Compile(nil)

// SeesMovers says whether there may be movers that are seen.
func (s Scope) SeesMovers() bool { return s.is != nil && s.is.movers }

func (c *compiled) hasClass(class string) bool {
	for _, allowed := range c.classes {
		if rest, ok := strings.CutPrefix(class, allowed); ok && (rest == "" || rest[0] == '.') {
			return true
		}
	}
	return false
}

// The lengths of division codes (GB/T 2260 and GB/T 10114): each begins with the
// code of the division that it is part of.
const (
	district = 6 // 区
	street   = 9 // 街镇
)

// holds says whether the area, or a division that it is part of, is in the scope.
func (c *compiled) holds(area string) bool {
	if area == "" {
		return false
	}
	if _, ok := c.areas[area]; ok {
		return true
	}
	for _, n := range [...]int{street, district} {
		if len(area) > n {
			if _, ok := c.areas[area[:n]]; ok {
				return true
			}
		}
	}
	return false
}

// Holds says whether the area with that code is in the scope.
func (s Scope) Holds(area string) bool {
	return s.is != nil && (s.is.everywhere || s.is.holds(area))
}

// KnowsArea says whether it may be told that there is the area a of that code: it is
// one of the scope, or is seen by it, and is not more sensitive than what is seen.
func (s Scope) KnowsArea(code string, a *assets.Asset) bool {
	return s.Shows("area", a.Sensitivity) && (s.Holds(code) || s.Sees(a))
}

// Everywhere says whether the scope holds all areas, and what lies outside them.
func (s Scope) Everywhere() bool { return s.is != nil && s.is.everywhere }

// May says whether the action is allowed.
func (s Scope) May(a Action) bool {
	if s.is == nil {
		return false
	}
	_, ok := s.is.actions[a]
	return ok
}

// Shows says whether a field of that name and sensitivity is shown.
func (s Scope) Shows(field string, sensitivity assets.Sensitivity) bool {
	if s.is == nil || sensitivity > s.is.sensitivity {
		return false
	}
	_, hidden := s.is.hidden[field]
	return !hidden
}

// Delayed says whether only the delayed, generalised view may be shown.
func (s Scope) Delayed() bool { return s.is != nil && s.is.delayed }

// Class names what is seen: principals of equal class share tiles, so it is part
// of every cache key. It tells nobody who they are. The class of scopes that see
// nothing is "none".
func (s Scope) Class() string {
	if s.is == nil {
		return none
	}
	return s.is.class
}
