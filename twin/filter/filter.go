package filter

import (
	"fmt"
	"slices"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
)

// Subject is what a filter is asked about. No method may allocate, or passing does.
type Subject interface {
	Property(name string) Value // null for what it does not have
	Items(name string) []any    // of a property that is an array; nil for what is none
	Geometry() orb.Geometry     // degrees WGS84, or nil
}

// Filter says of things whether they pass. The zero Filter passes all. It is
// immutable and may be used by any number of goroutines. Filters are equal if
// their strings are.
type Filter struct {
	root node // nil passes all
	text string
	uses []Use
}

// Use is a property that a filter names.
type Use struct {
	Name string
	Type Type // of what it is compared with; TypeNull if that can be anything
}

// newFilter completes a tree that was read, whatever the notation.
func newFilter(root node) (Filter, error) {
	f := filterOf(root)
	if len(f.text) > MaxText {
		return Filter{}, fmt.Errorf("%w: filter: %d bytes in its normal form, want at most %d", assets.ErrInvalid, len(f.text), MaxText)
	}
	return f, nil
}

// filterOf is the filter of a tree.
func filterOf(root node) Filter {
	if root == constant(true) {
		return Filter{}
	}
	return Filter{root: root, text: string(root.append(nil)), uses: slices.Compact(slices.SortedFunc(root.uses, byUse))}
}

// Passes says whether the filter is true of s; false and unknown do not pass. It
// allocates nothing in the long run.
func (f Filter) Passes(s Subject) bool { return f.root == nil || f.root.passes(s) }

// String is the filter in its normal form, "" if it passes all. It parses to an
// equal filter.
func (f Filter) String() string { return f.text }

// Uses are the properties that the filter names, in order, once for each type;
// the geometry of spatial functions is none. The slice is shared.
func (f Filter) Uses() []Use { return f.uses }

// Properties are the names of the properties that the filter names, in order.
func (f Filter) Properties() []string {
	var names []string
	for _, u := range f.uses {
		if len(names) == 0 || names[len(names)-1] != u.Name {
			names = append(names, u.Name)
		}
	}
	return names
}

// Site is what everything that passes shares a point with; nil if the filter implies
// nothing of the kind.
func (f Filter) Site() *geo.Prepared {
	if f.root == nil {
		return nil
	}
	switch r := reachOf(f.root); {
	case !r.known:
		return nil
	case r.site != nil:
		return r.site
	default:
		return geo.Prepare(r.box)
	}
}
