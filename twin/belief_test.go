package twin

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"suhe/assets"
	"suhe/geo"
)

// At this latitude a degree of longitude has about 95.3 km.
const metre = 1 / 95_300.0

// walk is fixes at seconds after t0 and metres east of a fixed point, 5 m sure.
func walk(at ...[2]float64) (out []Fix) {
	for _, a := range at {
		out = append(out, fixAt("p", orb.Point{121.4 + a[1]*metre, 31.2}, t0+int64(a[0]*1000)))
	}
	return out
}

func results(fixes []Fix, m assets.Motion) string {
	var b Belief
	var out []string
	for _, f := range fixes {
		var result string
		b, result = b.Next(f, m)
		out = append(out, result)
	}
	return strings.Join(out, " ")
}

func TestBelief(t *testing.T) {
	sure := func(accuracy geo.Metres, fixes ...Fix) []Fix {
		for i := range fixes {
			fixes[i].Accuracy = accuracy
		}
		return fixes
	}
	then := func(parts ...[]Fix) []Fix { return slices.Concat(parts...) }
	bounded := assets.Motion{TopSpeed: 8, MaxAccuracy: 100}
	for _, c := range []struct {
		name  string
		fixes []Fix
		m     assets.Motion
		want  string
	}{
		{"the first is taken", walk([2]float64{0, 0}), bounded, "applied"},
		{"a walk", walk([2]float64{0, 0}, [2]float64{10, 14}, [2]float64{20, 28}), bounded, "applied applied applied"},
		{"as fast as both may be off", walk([2]float64{0, 0}, [2]float64{10, 89}), bounded, "applied applied"},
		{"a little faster", walk([2]float64{0, 0}, [2]float64{10, 91}), bounded, "applied held"},
		{"a jump and back", walk([2]float64{0, 0}, [2]float64{10, 600}, [2]float64{20, 28}, [2]float64{30, 42}), bounded, "applied held applied applied"},
		{"two jumps to one place", walk([2]float64{0, 0}, [2]float64{10, 600}, [2]float64{20, 605}, [2]float64{30, 42}), bounded, "applied held held applied"},
		{"three agree", walk([2]float64{0, 0}, [2]float64{10, 600}, [2]float64{20, 605}, [2]float64{30, 610}, [2]float64{40, 620}), bounded, "applied held held applied applied"},
		{"three do not agree", walk([2]float64{0, 0}, [2]float64{10, 600}, [2]float64{20, -900}, [2]float64{30, 2000}, [2]float64{40, 2010}, [2]float64{50, 2020}),
			bounded, "applied held held held held applied"},
		{"long ago, so it can be there", walk([2]float64{0, 0}, [2]float64{100, 600}), bounded, "applied applied"},
		{"any speed", walk([2]float64{0, 0}, [2]float64{1, 60000}), assets.Motion{}, "applied applied"},
		{"late and repeated", walk([2]float64{10, 0}, [2]float64{10, 3}, [2]float64{5, 0}), bounded, "applied repeat late"},
		{"late and repeated behind a jump", walk([2]float64{0, 0}, [2]float64{20, 600}, [2]float64{20, 601}, [2]float64{0, 0}, [2]float64{10, 10}),
			bounded, "applied held repeat repeat late"},
		{"vague", then(walk([2]float64{0, 0}), sure(101, walk([2]float64{10, 14})...), sure(100, walk([2]float64{20, 28})...)), bounded, "applied vague applied"},
		{"vague first", sure(500, walk([2]float64{0, 0}, [2]float64{10, 14})...), bounded, "vague vague"},
		{"accuracy not told", sure(NotTold, walk([2]float64{0, 0}, [2]float64{10, 109}, [2]float64{20, 300})...), bounded, "applied applied held"},
		{"one is unsure", then(walk([2]float64{0, 0}), sure(90, walk([2]float64{10, 170})...)), bounded, "applied applied"},
		{"none of its speed makes it", walk([2]float64{0, 0}, [2]float64{0.001, 9}), bounded, "applied applied"},
	} {
		if got := results(c.fixes, c.m); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// Who walks as its class can, and is where its fixes say within their accuracy,
// is believed always, whatever single jumps come between.
func TestBeliefOfHonestWalks(t *testing.T) {
	m := assets.Motion{TopSpeed: 8, MaxAccuracy: 100}
	rapid.Check(t, func(t *rapid.T) {
		var b Belief
		at, now := orb.Point{121.4, 31.2}, t0
		for i := range rapid.IntRange(1, 40).Draw(t, "steps") {
			wait := rapid.Int64Range(1000, 60_000).Draw(t, "wait")
			now += wait
			speed := rapid.Float64Range(0, 7.9).Draw(t, "speed")
			at = shifted(at, speed*float64(wait)/1000, rapid.Float64Range(0, 2*math.Pi).Draw(t, "way"))
			accuracy := rapid.Float64Range(0, 100).Draw(t, "accuracy")
			said := shifted(at, rapid.Float64Range(0, 0.99).Draw(t, "off")*accuracy, rapid.Float64Range(0, 2*math.Pi).Draw(t, "off to"))
			f := fixAt("p", said, now)
			f.Accuracy = geo.Metres(accuracy)
			var result string
			if b, result = b.Next(f, m); result != ResultApplied {
				t.Fatalf("step %d: %s", i, result)
			}
			if rapid.IntRange(0, 3).Draw(t, "jump") == 0 {
				now++
				f = fixAt("p", shifted(at, rapid.Float64Range(1000, 1e6).Draw(t, "far"), 1), now)
				if b, result = b.Next(f, m); result != ResultHeld {
					t.Fatalf("a jump after step %d: %s", i, result)
				}
			}
		}
	})
}

// shifted is so many metres from p in a direction.
func shifted(p orb.Point, metres, way float64) orb.Point {
	return orb.Point{p[0] + metres*metre*math.Cos(way), p[1] + metres/111_400*math.Sin(way)}
}

// The belief against plain words: among all fixes so far, in order, the last that
// follows from the believed one, or the third in a row of those that do not.
func TestBeliefAsModel(t *testing.T) {
	m := assets.Motion{TopSpeed: 8, MaxAccuracy: 100}
	rapid.Check(t, func(t *rapid.T) {
		var b Belief
		var believed *Fix
		var doubts []Fix
		for range rapid.IntRange(1, 60).Draw(t, "fixes") {
			f := fixAt("p", orb.Point{121.4 + metre*float64(rapid.SampledFrom([]int{0, 10, 20, 500, 510, 2000}).Draw(t, "x")), 31.2},
				t0+1000*rapid.Int64Range(0, 60).Draw(t, "t"))
			f.Accuracy = geo.Metres(rapid.SampledFrom([]float64{5, 5, 5, NotTold, 101}).Draw(t, "accuracy"))
			want := ResultApplied
			newest := int64(-1)
			if believed != nil {
				newest = believed.PhenomenonTime
			}
			if n := len(doubts); n > 0 {
				newest = doubts[n-1].PhenomenonTime
			}
			switch {
			case f.PhenomenonTime == newest, believed != nil && f.PhenomenonTime == believed.PhenomenonTime:
				want = ResultRepeat
			case f.PhenomenonTime < newest:
				want = ResultLate
			case f.Accuracy > 100:
				want = ResultVague
			case believed == nil || follows(*believed, f):
				believed, doubts = &f, nil
			default:
				if n := len(doubts); n > 0 && !follows(doubts[n-1], f) {
					doubts = nil
				}
				want = ResultHeld
				if doubts = append(doubts, f); len(doubts) == 3 {
					want, believed, doubts = ResultApplied, &f, nil
				}
			}
			var got string
			if b, got = b.Next(f, m); got != want {
				t.Fatalf("%+v: %s, want %s", f, got, want)
			}
		}
	})
}

func follows(a, b Fix) bool {
	off := func(f Fix) float64 {
		if f.Accuracy == NotTold {
			return 15
		}
		return float64(f.Accuracy)
	}
	d := float64(geo.Distance(a.Point(), b.Point()))
	return d-off(a)-off(b) <= 8*float64(b.PhenomenonTime-a.PhenomenonTime)/1000
}

func TestBelieved(t *testing.T) {
	got := Believed(walk([2]float64{0, 0}, [2]float64{10, 600}, [2]float64{20, 28}), assets.Motion{TopSpeed: 8})
	if len(got) != 2 || got[1].PhenomenonTime != t0+20_000 {
		t.Errorf("%+v", got)
	}
}

func TestFixWrong(t *testing.T) {
	good := fixAt("p", orb.Point{121.4, 31.2}, t0)
	for _, c := range []struct {
		change func(*Fix)
		want   string
	}{
		{func(*Fix) {}, ""},
		{func(f *Fix) { f.Heading, f.Speed, f.Accuracy = NotTold, NotTold, NotTold }, ""},
		{func(f *Fix) { f.Lon = 180.1 }, "lon"},
		{func(f *Fix) { f.Lon = NotTold; f.Lat = NotTold }, ""}, // a place in the Atlantic
		{func(f *Fix) { f.Lat = math.NaN() }, "lat"},
		{func(f *Fix) { f.Lat = math.Inf(-1) }, "lat"},
		{func(f *Fix) { f.Heading = 360 }, "heading"},
		{func(f *Fix) { f.Heading = -2 }, "heading"},
		{func(f *Fix) { f.Speed = 401 }, "speed"},
		{func(f *Fix) { f.Speed = math.NaN() }, "speed"},
		{func(f *Fix) { f.Accuracy = -0.5 }, "accuracy"},
	} {
		f := good
		c.change(&f)
		if got, _, want := f.Wrong(); got != c.want || (got == "") != (want == "") {
			t.Errorf("%+v: %q, want %q", f, got, c.want)
		}
	}
}
