package filter

import (
	"time"

	"github.com/paulmach/orb"
)

// And is the filter that passes what all of the filters pass. Its normal form may be
// longer than MaxText.
func And(filters ...Filter) Filter {
	var roots []node
	for _, f := range filters {
		if f.root != nil {
			roots = append(roots, f.root)
		}
	}
	return filterOf(and(roots...))
}

// Touches passes what shares a point with one of the shapes, in degrees WGS84.
func Touches(shapes ...orb.Geometry) (Filter, error) {
	var nodes []node
	for _, shape := range shapes {
		n, err := spatial(intersects, shape, nil)
		if err != nil {
			return Filter{}, err
		}
		nodes = append(nodes, n)
	}
	return filterOf(or(nodes...)), nil
}

// Is passes what has that value as the property.
func Is(name string, v Value) Filter {
	n, err := compare(property(name), equal, literal(v))
	if err != nil {
		panic(err) // a plain property can be compared with anything
	}
	return filterOf(n)
}

// During passes what has a time of the interval, its ends included, as the property.
// A zero time is no end.
func During(name string, from, to time.Time) Filter {
	ends := period{from: moment{at: ever}, to: moment{at: never}}
	if !from.IsZero() {
		ends.from.at = from.UnixMicro()
	}
	if !to.IsZero() {
		ends.to.at = to.UnixMicro()
	}
	return filterOf(temporal(shares, instant(moment{name: name}), ends))
}
