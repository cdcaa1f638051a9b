package alarm

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"suhe/assets"
	"suhe/twin"
)

// reading is what a sensor said, for the model.
type reading struct {
	at    int64
	value float64
}

// TestJudgeAgreesWithANaiveModel lets a judge and a model that reads the whole past
// each time decide about the same life of a sensor.
func TestJudgeAgreesWithANaiveModel(outer *testing.T) {
	rapid.Check(outer, func(t *rapid.T) {
		wait := rapid.SampledFrom([]int64{0, 3, 10}).Draw(t, "for")
		clears := rapid.Bool().Draw(t, "clears")
		text := high
		if wait > 0 {
			text += fmt.Sprintf(", 'for': '%ds'", wait)
		}
		if clears {
			text += ", 'clear': 'value < 2.0'"
		}
		r, err := ReadRule("high", []byte(strings.ReplaceAll(text+"}", "'", `"`)), tables())
		if err != nil {
			t.Fatal(err)
		}
		c := newCourt(outer, NewBook([]*Rule{r}, nil), gauge(1, "g"))
		var past []reading
		var want []string
		now, on := int64(0), false
		tell := func(is bool) {
			if is != on {
				on = is
				want = append(want, map[bool]string{true: "+high g", false: "-high g: the value is back"}[is])
			}
		}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			for range rapid.IntRange(1, 6).Draw(t, "seconds") {
				now++
				c.at(float64(now))
				tell(holds(past, now, wait, clears))
			}
			v := rapid.SampledFrom([]float64{1.5, 2.5, 3.5}).Draw(t, "value")
			past = append(past, reading{now, v})
			c.value(1, v)
			tell(holds(past, now, wait, clears))
		}
		var got []string
		for _, turn := range c.Take() {
			got = append(got, map[bool]string{true: "+high g", false: "-high g: the value is back"}[turn.On])
		}
		if !slices.Equal(got, want) {
			t.Fatalf("told %v, want %v", got, want)
		}
	})
}

// holds is whether the condition holds at now: it began when the value had been high
// for so long without a break, and did not end since.
func holds(past []reading, now, wait int64, clears bool) bool {
	on, since := false, int64(-1)
	until := func(to int64) {
		if !on && since >= 0 && to-since >= wait {
			on = true
		}
	}
	for _, r := range past {
		until(r.at)
		if r.value > 3 {
			if since < 0 {
				since = r.at
			}
		} else {
			since = -1
		}
		if !clears && r.value <= 3 || clears && r.value < 2 {
			on = false
		}
	}
	until(now)
	return on
}

// TestPlaceOfAMoverAgreesWithANaiveModel lets movers wander in and out of a fence.
func TestPlaceOfAMoverAgreesWithANaiveModel(outer *testing.T) {
	rules := []*Rule{rule(outer, "in", patrols+"'enter'}"), rule(outer, "out", patrols+"'exit'}")}
	crowd := rule(outer, "crowd", "{'title': '多', 'titleEn': 'Many', 'kind': 'crowding', 'classes': ['mover.*'], 'fence': 'yard', 'count': 2, 'severity': 3}")
	f := fence(outer, "yard", yard)
	rapid.Check(outer, func(t *rapid.T) {
		c := newCourt(outer, NewBook(append(rules, crowd), []*Fence{f}), mover(1, "p", afar, t0), mover(2, "q", afar, t0), mover(3, "r", afar, t0))
		inside, been := [4]bool{}, [4]bool{}
		for i := range rapid.IntRange(1, 40).Draw(t, "steps") {
			fid := rapid.IntRange(1, 3).Draw(t, "who")
			in := rapid.Bool().Draw(t, "in")
			to := afar
			if in {
				to = middle
			}
			c.at(float64(i+1)).goes(assets.FID(fid), to)
			inside[fid], been[fid] = in, been[fid] || in
			count := 0
			for who := 1; who <= 3; who++ {
				name := c.things[assets.FID(who)].Asset.ID
				if (c.held[Key{"in", name}] != nil) != inside[who] || (c.held[Key{"out", name}] != nil) != (been[who] && !inside[who]) {
					t.Fatalf("step %d: %s inside %v, been %v, held %v", i, name, inside[who], been[who], c.held)
				}
				if inside[who] {
					count++
				}
			}
			if (c.held[Key{"crowd", "fence:yard"}] != nil) != (count >= 2) {
				t.Fatalf("step %d: %d inside, held %v", i, count, c.held)
			}
		}
	})
}

func BenchmarkJudge(b *testing.B) {
	const sensors, rules = 50_000, 500
	c, heard := busyCourt(b, sensors, rules)
	b.ReportAllocs()
	i, now := 0, t0
	for b.Loop() {
		h := &heard[i%len(heard)]
		if i++; i%20_000 == 0 {
			now += second
			c.Tick(now)
		}
		h.Value, h.PhenomenonTime = 1+float64(i%25)/10, now
		c.Observe(h, now)
		if len(c.turns) > 10_000 {
			c.Take()
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "obs/s")
}

// busyCourt has as many rules about each of ten phenomena, of four kinds.
func busyCourt(b *testing.B, sensors, rules int) (*court, []twin.Heard) {
	b.Helper()
	kinds := [][2]string{
		{"sensor.water_level", "water_level"}, {"sensor.water_quality", "ph"}, {"sensor.water_quality", "ammonia"}, {"sensor.rain", "rainfall"},
		{"sensor.air", "pm25"}, {"sensor.air", "humidity"}, {"sensor.noise", "noise"}, {"sensor.manhole_tilt", "tilt"},
		{"sensor.wall_displacement", "displacement"}, {"sensor.flow", "flow"},
	}
	var all []*Rule
	for i := range rules {
		k := kinds[i%len(kinds)]
		head := fmt.Sprintf("{'title': 'x', 'titleEn': 'x', 'classes': ['%s'], 'severity': 3, 'phenomenon': '%s', ", k[0], k[1])
		tail := [...]string{
			fmt.Sprintf("'kind': 'threshold', 'when': 'value > high + %d.0', 'clear': 'value < high'}", i),
			fmt.Sprintf("'kind': 'threshold', 'when': 'value < low - %d.0 || value > high + 9.0', 'for': '1m'}", i),
			fmt.Sprintf("'kind': 'rate', 'over': '10m', 'when': 'rate > %d.0'}", 1000+i),
			"'kind': 'stale'}",
		}[i/len(kinds)%4]
		all = append(all, rule(b, fmt.Sprintf("r%d", i), head+tail))
	}
	var things []*twin.Thing
	for i := range sensors {
		k := kinds[i%len(kinds)]
		things = append(things, sensorOf(assets.FID(i+1), fmt.Sprintf("s%d", i), k[0], k[1], middle))
	}
	c := newCourt(b, NewBook(all, nil), things...)
	heard := make([]twin.Heard, len(things))
	for i, t := range things {
		heard[i] = twin.Heard{FID: t.Asset.FID, Valid: true, Observation: twin.Observation{Asset: t.Asset.ID, Phenomenon: t.Asset.Sensor.Measures[0].Phenomenon}}
	}
	return c, heard
}
