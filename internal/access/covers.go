package access

import (
	"maps"
	"slices"
)

// Covers says whether the scope sees all that the other sees: whatever one of the
// other shows of its screen, the scope may know. Where it cannot tell it says no.
// The delayed view and the live one cover nothing of each other.
func (s Scope) Covers(other Scope) bool {
	if s.Class() == other.Class() {
		return true
	}
	c, o := s.is, other.is
	if o == nil || o.class == none {
		return true
	}
	if c == nil || c.class == none || c.delayed != o.delayed || o.sensitivity > c.sensitivity || o.movers && !c.movers {
		return false
	}
	return subset(o.kinds, c.kinds) && subset(c.hidden, o.hidden) && c.coversClasses(o) && c.coversAreas(o)
}

func subset[K comparable](part, whole map[K]struct{}) bool {
	for k := range part {
		if _, ok := whole[k]; !ok {
			return false
		}
	}
	return true
}

func (c *compiled) coversClasses(o *compiled) bool {
	return len(c.classes) == 0 ||
		len(o.classes) > 0 && !slices.ContainsFunc(o.classes, func(class string) bool { return !c.hasClass(class) })
}

func (c *compiled) coversAreas(o *compiled) bool {
	if c.everywhere || o.everywhere {
		return c.everywhere
	}
	for area := range o.areas {
		if !c.holds(area) {
			return false
		}
	}
	return true
}

// Seen is a Grant of what the scope sees, and of nothing that it may do; compiled,
// wherever, it has the scope's class.
func (s Scope) Seen() Grant {
	c := s.is
	if c == nil || c.class == none {
		return Grant{}
	}
	g := Grant{
		Actions: []Action{View}, Kinds: slices.Sorted(maps.Keys(c.kinds)), Classes: slices.Clone(c.classes), Sensitivity: c.sensitivity,
		Hidden: slices.Sorted(maps.Keys(c.hidden)), Areas: slices.Sorted(maps.Keys(c.areas)), Delayed: c.delayed,
	}
	if c.everywhere {
		g.Areas = []string{Everywhere}
	}
	if c.movers {
		g.Actions = append(g.Actions, Dispatch)
	}
	return g
}
