package twin

import (
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
)

// Walked in parts, from number to number, a kind is walked as a whole: by its index
// and by looking at all things, everywhere and in a box.
func TestWalk(t *testing.T) {
	var as []*assets.Asset
	for i := range 1000 {
		as = append(as, lamp(assets.FID(3*i+1), named("lamp", i), orb.Point{121.4 + float64(i)/1e5, 31.24}))
	}
	as = append(as, gauge(2, "g", here), gauge(2900, "h", here))
	r := newRig(t, newShelf(as...))
	box := geo.Prepare(orb.Bound{Min: orb.Point{121.4015, 31}, Max: orb.Point{121.4045, 32}})
	if !r.dense(assets.Fixture) || r.dense(assets.Sensor) {
		t.Fatal("want the lamps dense, the gauges not")
	}
	for _, c := range []struct {
		kind assets.Kind
		in   *geo.Prepared
		want []assets.FID
	}{
		{assets.Fixture, nil, numbersOf(as[:1000])},
		{assets.Fixture, box, numbersOf(as[150:451])},
		{assets.Sensor, nil, []assets.FID{2, 2900}},
		{assets.Sensor, box, nil},
		{assets.Bridge, nil, nil},
		{"no kind", nil, nil},
	} {
		for _, atOnce := range []int{1, 7, 256, 5000} {
			var got []assets.FID
			for after, more := assets.FID(0), true; more; {
				n := 0
				for thing := range r.Walk(c.kind, c.in, after) {
					if n++; n > atOnce {
						break
					}
					got = append(got, thing.Asset.FID)
					after = thing.Asset.FID
				}
				more = n > atOnce
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s in %v, %d at once: %d things, want %d in order", c.kind, c.in, atOnce, len(got), len(c.want))
			}
		}
	}
	for thing := range r.Walk(assets.Fixture, nil, 0) { // no lock is held
		if thing.Asset.FID == 1 {
			r.remove(as[999])
		}
		if thing.Asset.FID == as[999].FID {
			t.Error("what is gone comes")
		}
	}
}

func numbersOf(as []*assets.Asset) (numbers []assets.FID) {
	for _, a := range as {
		numbers = append(numbers, a.FID)
	}
	return numbers
}

// What a property holds as an array is its items, and else it has none.
func TestItems(t *testing.T) {
	a := lamp(1, "l", here)
	a.Properties = assets.Properties{{Key: "name", Value: "x"}, {Key: "tags", Value: []any{"a", 1.0}}}
	thing := NewThing(a)
	if got := thing.Items("properties.tags"); len(got) != 2 || got[0] != "a" {
		t.Errorf("items %v", got)
	}
	for _, name := range []string{"tags", "properties.name", "properties.none", "class"} {
		if got := thing.Items(name); got != nil {
			t.Errorf("%s has items %v", name, got)
		}
	}
}
