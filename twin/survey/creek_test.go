package survey_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/assets/scene"
	"suhe/geo"
	"suhe/twin"
	"suhe/twin/survey"
)

// spot is a place along the creek.
func spot(chainage float64, bank geo.Bank) geo.Place {
	return geo.Place{Chainage: geo.Metres(chainage), Bank: bank, Offset: 20}
}

// meter is a gauge of velocity at a chainage, with what it told so long ago.
func meter(id assets.ID, chainage, velocity float64, ago time.Duration) (*assets.Asset, twin.Kept) {
	a := at(assets.Sensor, "sensor.flow", id, scene.River().At(spot(chainage, geo.Left)))
	a.Sensor = &assets.SensorSpec{Measures: []assets.Measure{{Phenomenon: "velocity", Unit: "m/s", Normal: [2]float64{-1, 1}}}}
	told := now.Add(-ago).UnixMilli()
	return a, twin.Kept{Observation: twin.Observation{Asset: id, Phenomenon: "velocity", Value: velocity, PhenomenonTime: told, ReceivedTime: told}, Seq: 1}
}

func TestTravel(t *testing.T) {
	type gauge struct {
		chainage, velocity float64
		ago                time.Duration
	}
	const fresh = time.Minute
	for _, c := range []struct {
		name     string
		gauges   []gauge
		from, to geo.Metres
		state    string
		seconds  float64
		why      string
		used     int
	}{
		{"one gauge", []gauge{{2000, 0.5, fresh}}, 1000, 3000, "known", 4000, "", 1},
		{"two at one section", []gauge{{2000, 0.4, fresh}, {2000.2, 0.6, fresh}}, 1000, 3000, "known", 4000, "", 2},
		{"evenly faster", []gauge{{1000, 0.2, fresh}, {3000, 0.4, fresh}}, 1000, 3000, "known", 2000 * math.Log(2) / 0.2, "", 2},
		{"a stale one is left out", []gauge{{1000, 0.2, time.Hour}, {3000, 0.4, fresh}}, 1000, 3000, "known", 5000, "", 1},
		{"all stale", []gauge{{1000, 0.2, time.Hour}}, 1000, 3000, "unknown", 0, "no gauge has a fresh velocity", 0},
		{"none", nil, 1000, 3000, "unknown", 0, "no gauge has a fresh velocity", 0},
		{"too far from the only one", []gauge{{1000, 0.2, fresh}}, 1000, 9000, "unknown", 0, "within 4000 m of 9000", 1},
		{"a gap", []gauge{{500, 0.2, fresh}, {12000, 0.2, fresh}}, 1000, 11000, "unknown", 0, "from 500 to 12000", 2},
		{"slack", []gauge{{1000, 0.2, fresh}, {2000, 0.01, fresh}, {3000, 0.2, fresh}}, 1000, 3000, "slack", 0, "hardly moves at 2000", 3},
		{"flood tide", []gauge{{1000, -0.3, fresh}}, 1000, 3000, "against", 0, "the other way", 1},
		{"carried upstream by it", []gauge{{1000, -0.4, fresh}}, 3000, 1000, "known", 5000, "", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			var all []*assets.Asset
			var kept []twin.Kept
			for i, g := range c.gauges {
				a, k := meter(assets.ID(fmt.Sprint("flow-", i)), g.chainage, g.velocity, g.ago)
				all, kept = append(all, a), append(kept, k)
			}
			got, err := open(t, nil, kept, all...).Travel(t.Context(), everything(), c.from, c.to)
			if err != nil || got.State != c.state || !strings.Contains(got.Why, c.why) {
				t.Fatalf("%+v, %v", got, err)
			}
			if (got.Seconds != nil) != (c.state == "known") || got.Seconds != nil && math.Abs(*got.Seconds-c.seconds) > 5 {
				t.Errorf("%v seconds, want %v", got.Seconds, c.seconds)
			}
			used := 0
			for _, g := range got.Gauges {
				if g.Used {
					used++
				}
			}
			if used != c.used || got.Seconds != nil && !got.Arrives.Equal(now.Add(time.Duration(*got.Seconds)*time.Second).Round(time.Second)) {
				t.Errorf("%d gauges used, want %d; arrives %v", used, c.used, got.Arrives)
			}
		})
	}
	ask := everything()
	ask.Shows = func(f string) bool { return f != "values" }
	if _, err := open(t, nil, nil).Travel(t.Context(), ask, 1, 2); err == nil {
		t.Error("values that are not shown were told")
	}
}

// Pages along the creek, with the flow and against it, are all of it, in order.
func TestCreekByPages(t *testing.T) {
	random := rand.New(rand.NewPCG(41, 1))
	var all []*assets.Asset
	for i := range 300 {
		where := spot(float64(random.IntN(60))*200, []geo.Bank{geo.Left, geo.Right}[random.IntN(2)])
		all = append(all, at(assets.Fixture, "asset.bench", assets.ID(fmt.Sprint("b-", i)), scene.River().At(where)))
	}
	h := open(t, nil, nil, all...)
	for _, upstream := range []bool{false, true} {
		ask := survey.CreekAsk{Ask: everything(), Upstream: upstream, Limit: 7}
		ask.Region, _ = h.Along(survey.Stretch{From: 1000, To: 9000, Bank: geo.Right, Off: 100})
		seen := map[assets.ID]bool{}
		last := math.Inf(-1)
		for {
			page, err := h.Creek(t.Context(), ask)
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range page.Things {
				c := float64(*row.Chainage)
				if upstream {
					c = -c
				}
				if seen[row.ID] || c < last-0.01 || row.Bank != geo.Right || math.Abs(c) < 1000 || math.Abs(c) > 9000 {
					t.Fatalf("%+v after %g", row, last)
				}
				seen[row.ID], last = true, c
			}
			if ask.After = page.Next; page.Next == nil {
				if len(seen) != page.Matched {
					t.Fatalf("%d were told, %d match", len(seen), page.Matched)
				}
				break
			}
		}
		want := 0
		for _, a := range h.all {
			if p := a.Location.Place; p != nil && p.Bank == geo.Right && p.Chainage >= 1000 && p.Chainage <= 9000 && p.Offset <= 100 {
				want++
			}
		}
		if len(seen) != want || want < 50 {
			t.Errorf("%d things, want %d", len(seen), want)
		}
	}
}

// The drawing is XML whatever things are called, in both languages.
func TestStripIsDrawn(t *testing.T) {
	evil := `</text><script>alert("&")</script>` + "\x00\x1b"
	var all []*assets.Asset
	var kept []twin.Kept
	for i := range 60 {
		a, k := meter(assets.ID(fmt.Sprint("flow-", i)), 500+float64(i)*90, 0.2+float64(i%7)/50, time.Minute)
		a.Name = evil
		all, kept = append(all, a), append(kept, k)
		all = append(all, at(assets.Fixture, "asset.bench", assets.ID(fmt.Sprint("b-", i)), scene.River().At(spot(float64(i)*90, geo.Right))))
	}
	bridge := at(assets.Bridge, "bridge.road", "bridge", scene.River().At(spot(3000, geo.Left)))
	bridge.Name = "武宁路桥"
	case1 := at(assets.Incident, "flood.street", "310107015-20261129-00001", scene.River().At(spot(2000, geo.Left)))
	case1.Name, case1.Properties = "路面积水", assets.Properties{{Key: "severity", Value: 2.0}, {Key: "state", Value: "filed"}}
	h := open(t, nil, kept, append(all, bridge, case1)...)
	strip, err := h.Strip(t.Context(), everything(), survey.Stretch{From: 0, To: 6000}, "velocity")
	if err != nil {
		t.Fatal(err)
	}
	if len(strip.Counts) != 1 || strip.Counts[0].Total != 60 || strip.Counts[0].Bank != geo.Right || len(strip.Profile.Values) != 60 || len(strip.Marks) != 62 {
		t.Errorf("counts %+v, %d values, %d marks", strip.Counts, len(strip.Profile.Values), len(strip.Marks))
	}
	sum := 0
	for _, n := range strip.Counts[0].Counts {
		sum += n
	}
	if sum != 60 {
		t.Errorf("%d are counted", sum)
	}
	for english, want := range map[bool][]string{false: {"苏州河直线图", "武宁路桥", "路面积水", "流速", "座椅 60"}, true: {"Suzhou Creek", "Road bridge", "Velocity", "Bench 60"}} {
		picture, err := h.Draw(&strip, survey.Look{English: english})
		if err != nil {
			t.Fatal(err)
		}
		words, elements := "", 0
		for d := xml.NewDecoder(strings.NewReader(string(picture))); ; {
			token, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%v in %s", err, picture)
			}
			switch token := token.(type) {
			case xml.CharData:
				words += string(token) + "\n"
			case xml.StartElement:
				if elements++; token.Name.Local == "script" {
					t.Fatal("a name became a script")
				}
			}
		}
		for _, w := range want {
			if !strings.Contains(words, w) {
				t.Errorf("it does not say %s", w)
			}
		}
		if elements < 150 {
			t.Errorf("only %d elements", elements)
		}
	}
	for _, width := range []int{799, 6001, -1} {
		if _, err := h.Draw(&strip, survey.Look{Width: width}); !errors.Is(err, assets.ErrInvalid) {
			t.Errorf("width %d: %v", width, err)
		}
	}
}

// A bank lacks what is farther than the distance from it: as much of it as a walk along
// it says, on both sides of each thing that stands there, whatever its shape.
func TestGaps(t *testing.T) {
	random := rand.New(rand.NewPCG(42, 1))
	var all []*assets.Asset
	for bank, side := range map[assets.ID]geo.Bank{"bank-left": geo.Left, "bank-right": geo.Right} {
		var line orb.LineString
		for c := 0.0; c <= 6000; c += 50 {
			line = append(line, scene.River().At(spot(c, side)))
		}
		all = append(all, at(assets.Bank, "bank.wall", bank, line))
	}
	for i := range 25 {
		p := scene.River().At(spot(random.Float64()*6000, []geo.Bank{geo.Left, geo.Right}[i%2]))
		var g orb.Geometry = p
		if i%5 == 0 {
			g = wander(random, p, 150)
		}
		all = append(all, at(assets.Fixture, "asset.lifebuoy", assets.ID(fmt.Sprint("buoy-", i)), g))
	}
	h := open(t, nil, nil, all...)
	for _, reach := range []geo.Metres{30, 50, 120} {
		ask := everything()
		ask.Classes = []string{"asset.lifebuoy"}
		ask.Region, _ = h.Along(survey.Stretch{From: 1000, To: 5000, Off: 200})
		got, err := h.Gaps(t.Context(), ask, reach)
		if err != nil {
			t.Fatal(err)
		}
		lacking, looked := 0.0, 0.0
		for _, a := range h.all[:2] {
			line := a.Shape.Geometry.Plane.(orb.LineString)
			for i := 1; i < len(line); i++ {
				for k := range 100 {
					s := (float64(k) + 0.5) / 100
					p := orb.Point{line[i-1][0] + (line[i][0]-line[i-1][0])*s, line[i-1][1] + (line[i][1]-line[i-1][1])*s}
					if c := scene.River().Locate(p).Chainage; c < 1000 || c > 5000 {
						continue
					}
					step := float64(geo.Distance(line[i-1], line[i])) / 100
					looked += step
					near := false
					for _, buoy := range h.all[2:] {
						_, ok := geo.Prepare(buoy.Shape.Geometry.Plane).Distance(p, reach)
						near = near || ok
					}
					if !near {
						lacking += step
					}
				}
			}
		}
		if math.Abs(float64(got.Banks)-looked) > 25 || math.Abs(float64(got.Lacking)-lacking) > 10*float64(len(got.Gaps)+1) || len(got.Gaps) < 4 {
			t.Errorf("%g m: %g of %g m in %d gaps, a walk says %g of %g", float64(reach), float64(got.Lacking), float64(got.Banks), len(got.Gaps), lacking, looked)
		}
		for _, gap := range got.Gaps {
			if *gap.From < 999 || *gap.To > 5001 || *gap.From > *gap.To || gap.Of != assets.ID("bank-"+gap.Bank) || len(gap.Line) < 2 {
				t.Errorf("gap %+v", gap)
			}
		}
	}
}
