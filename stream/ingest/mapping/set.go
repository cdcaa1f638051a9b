package mapping

import (
	"fmt"
	"slices"

	"suhe/assets"
)

// MaxMappings bounds a set.
const MaxMappings = 256

// Set is the mappings of a node. It is immutable; the zero Set is empty.
type Set struct{ all []*Mapping }

// with returns the set with one more, or why it cannot be: a topic of a gateway
// must have one meaning.
func (s *Set) with(m *Mapping) (*Set, error) {
	if len(s.all) == MaxMappings {
		return nil, fmt.Errorf("%w: mapping %s: more than %d", assets.ErrInvalid, m.Name, MaxMappings)
	}
	for _, other := range s.all {
		for _, g := range m.Gateways {
			if slices.Contains(other.Gateways, g) && overlap(m.topic, other.topic) {
				return nil, fmt.Errorf("%w: mapping %s: topic: the mapping %s takes topics of gateway %s under it too",
					assets.ErrInvalid, m.Name, other.Name, g)
			}
		}
	}
	return &Set{append(slices.Clone(s.all), m)}, nil
}

// Of finds the mapping of what the gateway publishes to the topic; nil: none.
func (s *Set) Of(gateway assets.ID, levels []string) *Mapping {
	for _, m := range s.all {
		if slices.Contains(m.Gateways, gateway) && matches(m.topic, levels) {
			return m
		}
	}
	return nil
}

// Posted finds the mapping by its name if it takes HTTP; nil: none.
func (s *Set) Posted(name string) *Mapping {
	for _, m := range s.all {
		if m.Name == name && m.HTTP {
			return m
		}
	}
	return nil
}

// Names lists the mappings in the order of their files.
func (s *Set) Names() []string {
	names := make([]string, len(s.all))
	for i, m := range s.all {
		names[i] = m.Name
	}
	slices.Sort(names)
	return names
}

// Speaks says whether the gateway may speak for the device: whether one of its
// mappings names it.
func (s *Set) Speaks(gateway, device assets.ID) bool {
	return slices.ContainsFunc(s.all, func(m *Mapping) bool {
		return slices.Contains(m.Gateways, gateway) && m.naming.names(device)
	})
}
