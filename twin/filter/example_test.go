package filter_test

import (
	"fmt"

	"github.com/paulmach/orb"

	"suhe/twin/filter"
)

func ExampleParse() {
	f, err := filter.Parse("height>24 and (class='building.office' or class IN ('building.hotel'))")
	fmt.Println(f, err)
	_, err = filter.Parse("height > 24 AND class LIKE")
	fmt.Println(err)
	// Output:
	// (class = 'building.hotel' OR class = 'building.office') AND height > 24 <nil>
	// invalid: filter: at byte 26: the end, want a literal
}

// lamp is a subject.
type lamp struct{ height float64 }

func (l lamp) Property(name string) filter.Value {
	if name == "height" {
		return filter.Number(l.height)
	}
	return filter.Value{}
}

func (l lamp) Items(string) []any     { return nil }
func (l lamp) Geometry() orb.Geometry { return orb.Point{121.42, 31.24} }

func ExampleFilter_Passes() {
	f, _ := filter.Parse("height > 6 AND S_WITHIN(geometry, BBOX(121.4, 31.2, 121.5, 31.3))")
	fmt.Println(f.Passes(lamp{4}), f.Passes(lamp{8}))
	fmt.Println(f.Properties())
	fmt.Println(f.Site().Bound())
	// Unknown does not pass, nor does its opposite.
	f, _ = filter.Parse("colour <> 'red'")
	fmt.Println(f.Passes(lamp{8}))
	// Output:
	// false true
	// [height]
	// {[121.4 31.2] [121.5 31.3]}
	// false
}
