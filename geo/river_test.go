package geo_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"suhe/geo"
)

var bend = orb.LineString{{121.40, 31.22}, {121.41, 31.225}, {121.42, 31.224}, {121.43, 31.23}}

func TestRiverThereAndBack(t *testing.T) {
	river, err := geo.NewRiver(bend)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		want := geo.Place{
			Chainage: river.Length() * geo.Metres(rapid.Float64Range(0.01, 0.99).Draw(t, "share")),
			Bank:     rapid.SampledFrom([]geo.Bank{geo.Left, geo.Right}).Draw(t, "bank"),
			Offset:   geo.Metres(rapid.Float64Range(0.1, 60).Draw(t, "offset")),
		}
		p := river.At(want)
		got := river.Locate(p)
		// Near a bend the foot may be on the other stretch, but never farther off.
		if got.Offset > want.Offset+0.1 {
			t.Fatalf("%+v came back as %+v", want, got)
		}
		if math.Abs(float64(got.Offset-want.Offset)) < 0.05 && math.Abs(float64(got.Chainage-want.Chainage)) > 0.1 {
			t.Fatalf("%+v came back as %+v", want, got)
		}
		if back := river.At(got); geo.Distance(back, p) > 0.1 && got.Bank == want.Bank && math.Abs(float64(got.Chainage-want.Chainage)) < 0.1 {
			t.Fatalf("%v came back as %v", p, back)
		}
	})
}

// What is near a stretch of the river lies in the stretch's box.
func TestRiverBound(t *testing.T) {
	river, _ := geo.NewRiver(bend)
	rapid.Check(t, func(t *rapid.T) {
		p := orb.Point{rapid.Float64Range(121.38, 121.45).Draw(t, "lon"), rapid.Float64Range(31.2, 31.25).Draw(t, "lat")}
		place := river.Locate(p)
		from := place.Chainage * geo.Metres(rapid.Float64Range(0, 1).Draw(t, "before"))
		to := place.Chainage + (river.Length()-place.Chainage)*geo.Metres(rapid.Float64Range(0, 1).Draw(t, "behind"))
		if b := river.Bound(from, to, place.Offset*1.01+1); !b.Contains(p) {
			t.Fatalf("%v at %+v is not in %v of %v to %v", p, place, b, from, to)
		}
	})
	if b := river.Bound(0, river.Length(), 10); b.Max[0]-b.Min[0] > 0.031 {
		t.Errorf("the box of all is %v wide", b.Max[0]-b.Min[0])
	}
}

func TestRiverBeyondItsEnds(t *testing.T) {
	river, _ := geo.NewRiver(bend)
	if got := river.Locate(orb.Point{121.3, 31.2}); got.Chainage != 0 {
		t.Errorf("upstream of the start: %+v", got)
	}
	if got := river.Locate(orb.Point{121.5, 31.25}); got.Chainage != river.Length() {
		t.Errorf("downstream of the end: %+v", got)
	}
}

func TestRiverNeedsTwoPoints(t *testing.T) {
	for _, line := range []orb.LineString{nil, {{1, 2}}, {{1, 2}, {1, 2}}, {{math.NaN(), 2}, {1, 2}}} {
		if _, err := geo.NewRiver(line); err == nil {
			t.Errorf("%v was accepted", line)
		}
	}
}

func ExampleRiver_Locate() {
	river, _ := geo.NewRiver(orb.LineString{{121.40, 31.22}, {121.42, 31.22}})
	place := river.Locate(orb.Point{121.41, 31.221})
	fmt.Printf("%.0f m, %s bank, %.0f m off\n", place.Chainage, place.Bank, place.Offset)
	// Output: 953 m, left bank, 111 m off
}

func BenchmarkRiverLocate(b *testing.B) {
	line := make(orb.LineString, 150)
	for i := range line {
		line[i] = orb.Point{121.35 + float64(i)*0.0006, 31.23 + 0.005*math.Sin(float64(i)/7)}
	}
	river, _ := geo.NewRiver(line)
	b.ReportAllocs()
	for b.Loop() {
		river.Locate(orb.Point{121.4, 31.232})
	}
}
