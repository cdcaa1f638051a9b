package simulate

import (
	"fmt"
	"math"
	"testing"
	"time"

	"suhe/assets"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, shanghai)

func TestSameSeedSameStory(t *testing.T) {
	a, b, other := Nature{Seed: 7}, Nature{Seed: 7}, Nature{Seed: 8}
	differ := 0
	for i := range 500 {
		at := noon.Add(time.Duration(i) * 97 * time.Second)
		for _, p := range assets.DefaultClasses().Phenomena() {
			d := Device{ID: assets.ID(fmt.Sprint("d", i%20)), Chainage: float64(i) * 40}
			m := assets.Measure{Phenomenon: p.Code, Normal: [2]float64{0, 1}}
			if x, y := a.measure(d, m, at), b.measure(d, m, at); x != y {
				t.Fatalf("%s: %v and %v", p.Code, x, y)
			}
			if a.measure(d, m, at) != other.measure(d, m, at) {
				differ++
			}
		}
	}
	if differ == 0 {
		t.Error("another seed tells the same story")
	}
}

// A sound device never says what its instrument cannot measure, in any weather.
func TestSoundValuesAreValid(t *testing.T) {
	n := Nature{Seed: 1}
	for _, p := range assets.DefaultClasses().Phenomena() {
		low, high := math.Inf(1), math.Inf(-1)
		for i := range 5000 {
			at := noon.Add(time.Duration(i) * 11 * time.Minute)
			v := n.Value(fmt.Sprint("d", i%50), p.Code, float64(i%160)*100, at)
			low, high = min(low, v), max(high, v)
		}
		if low < p.Valid[0] || high > p.Valid[1] || low == high {
			t.Errorf("%s is in %v…%v, valid is %v", p.Code, low, high, p.Valid)
		}
	}
}

func TestTide(t *testing.T) {
	low, high, turns := math.Inf(1), math.Inf(-1), 0
	var before, rising float64
	n := Nature{Seed: 1}
	reversed := 0
	for i := range 30 * 24 * 6 {
		at := noon.Add(time.Duration(i) * 10 * time.Minute)
		v := tide(at, 8000)
		low, high = min(low, v), max(high, v)
		if now := v - before; i > 1 && now*rising < 0 {
			turns++
			rising = now
		} else if i > 0 {
			rising = now
		}
		before = v
		if n.Value("f", "flow", 8000, at) < 0 {
			reversed++
		}
	}
	if 2.55+low < 1.3 || 2.55+high > 3.9 || high-low < 1.2 {
		t.Errorf("water stands at %.2f…%.2f m, want within 1.3…3.9 and moving", 2.55+low, 2.55+high)
	}
	if days := 30; turns < 3*days || turns > 5*days {
		t.Errorf("tide turns %d times in %d days, want about four a day", turns, days)
	}
	if reversed == 0 {
		t.Error("the flow never reverses")
	}
	// The tide comes in from the east: upstream it is later.
	if east, west := tide(noon, 15000), tide(noon.Add(54*time.Minute), 0); math.Abs(east*0.72-west) > 1e-6 {
		t.Errorf("east %v, west 54 minutes later %v", east, west)
	}
}

func TestStormRaisesTheCreek(t *testing.T) {
	n := Nature{Seed: 3}
	storms := 0
	for i := range 7 * 24 * 12 {
		at := noon.Add(time.Duration(i) * 5 * time.Minute)
		if n.storm(at, 5000) < 20 {
			continue
		}
		storms++
		after := at.Add(30 * time.Minute)
		if n.runoff(after, 5000) <= 0.5 {
			t.Errorf("%v: rain of %.0f mm/h leaves %.2f mm", at, n.storm(at, 5000), n.runoff(after, 5000))
		}
	}
	if storms == 0 {
		t.Error("it never storms")
	}
}

func TestFaults(t *testing.T) {
	n := Nature{Seed: 5}
	const devices = 4000
	counts := map[fault]int{}
	for i := range devices {
		what, since := n.faultAt(fmt.Sprint("d", i), noon)
		counts[what]++
		if since.After(noon) || noon.Sub(since) > 3*time.Hour+time.Second {
			t.Errorf("%s since %v", what, since)
		}
		begun, _ := n.faultAt(fmt.Sprint("d", i), since.Add(2*time.Second))
		if what != sound && begun != what && !hides(begun, what) {
			t.Errorf("device %d is %s since %v, but was %s then", i, what, since, begun)
		}
	}
	for _, s := range spells {
		if share := float64(counts[s.fault]) / devices; share < s.share/3 || share > 3*s.share {
			t.Errorf("%s: %.4f of the devices, want about %.4f", s.fault, share, s.share)
		}
	}
}

// hides says whether the fault a, when it comes too, is seen instead of b.
func hides(a, b fault) bool {
	for _, s := range spells {
		if s.fault == a || s.fault == b {
			return s.fault == a
		}
	}
	return false
}

func TestFaultsShow(t *testing.T) {
	n := Nature{Seed: 5}
	m := assets.Measure{Phenomenon: "water_level", Normal: [2]float64{1.5, 3.8}}
	seen := map[fault]bool{}
	for i := 0; i < 5000; i++ {
		d := Device{ID: assets.ID(fmt.Sprint("d", i)), Chainage: 5000}
		what, _ := n.faultAt(string(d.ID), noon)
		if seen[what] {
			continue
		}
		v, truth := n.measure(d, m, noon), n.Value(string(d.ID), m.Phenomenon, d.Chainage, noon)
		later, _ := n.faultAt(string(d.ID), noon.Add(2*time.Minute))
		switch what {
		case stuck:
			if later != stuck {
				continue // the spell is at its end: try another device
			}
			if v != n.measure(d, m, noon.Add(2*time.Minute)) {
				t.Error("a stuck device moves")
			}
		case astray:
			if v <= m.Normal[1] {
				t.Errorf("a device astray says %v, which is normal", v)
			}
		case absurd:
			if v != absurdity {
				t.Errorf("an absurd device says %v", v)
			}
		case sound, silent:
			if v != truth {
				t.Errorf("%s device says %v, truth is %v", what, v, truth)
			}
		}
		seen[what] = true
	}
	if len(seen) != 1+len(spells) {
		t.Errorf("saw %v", seen)
	}
}

func BenchmarkMeasure(b *testing.B) {
	n := Nature{Seed: 1}
	d := Device{ID: "wl-0001", Chainage: 5000}
	m := assets.Measure{Phenomenon: "water_level"}
	at := noon
	b.ReportAllocs()
	for b.Loop() {
		at = at.Add(time.Second)
		n.measure(d, m, at)
	}
}

// A surge lifts the level of the whole creek above the tide, in its time, and nothing
// else; one that comes again falls before.
func TestSurge(t *testing.T) {
	once := Surge{Begin: noon, Rise: 1.5, Over: time.Minute}
	again := Surge{Begin: noon, Rise: 1.5, Over: time.Minute, Stay: 10 * time.Minute, Every: time.Hour}
	calm := Nature{Seed: 5}
	for _, c := range []struct {
		surge Surge
		after time.Duration
		rise  float64
	}{
		{once, -time.Hour, 0}, {once, 0, 0}, {once, 30 * time.Second, 0.75}, {once, time.Minute, 1.5}, {once, time.Hour, 1.5},
		{again, -time.Second, 0}, {again, 30 * time.Second, 0.75}, {again, 11 * time.Minute, 1.5}, {again, 11*time.Minute + 30*time.Second, 0.75},
		{again, 12 * time.Minute, 0}, {again, time.Hour - time.Second, 0}, {again, 2*time.Hour + 5*time.Minute, 1.5},
	} {
		storm, at := Nature{Seed: 5, Surge: c.surge}, noon.Add(c.after)
		if rise := storm.Value("d", "water_level", 5000, at) - calm.Value("d", "water_level", 5000, at); math.Abs(rise-c.rise) > 0.0015 {
			t.Errorf("%v after it began the creek is %v m higher, want %v: %+v", c.after, rise, c.rise, c.surge)
		}
		if storm.Value("d", "ph", 5000, at) != calm.Value("d", "ph", 5000, at) {
			t.Error("it changes the pH")
		}
	}
}
