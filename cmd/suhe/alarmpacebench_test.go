package main

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"golang.org/x/sync/errgroup"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
	"suhe/twin/alarm"
)

// The pace that a node is to keep: so many observations a second by so many rules.
const (
	paceSensors = 20_000
	paceRules   = 500
)

// paced are the kinds of sensors of which there are as many each; of each as many rules
// look at every observation.
var paced = [...]struct{ class, phenomenon, unit string }{
	{"sensor.water_level", "water_level", "m"}, {"sensor.water_quality", "ph", "[pH]"}, {"sensor.water_quality", "turbidity", "[NTU]"}, {"sensor.water_quality", "ammonia", "mg/L"},
	{"sensor.water_quality", "dissolved_oxygen", "mg/L"}, {"sensor.rain", "rainfall", "mm/h"}, {"sensor.air", "pm25", "ug/m3"}, {"sensor.air", "humidity", "%"},
	{"sensor.noise", "noise", "dB(A)"}, {"sensor.flow", "flow", "m3/s"},
}

// level is by how much a value must be over what is normal for the j-th of the rules of a
// kind of sensors that look at values alone; two of three go on to hold until it is normal.
func level(j int) float64 { return float64(j)*0.35 + 0.005 } // no value lies on it

const (
	valued = 30 // rules of each kind that look at values alone; others wait for a time that does not come
	normal = 3.0
)

func lasting(j int) bool { return j%3 != 0 }

// pacedRules are the rules for the i-th kind.
func pacedRules(i int) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		head := fmt.Sprintf(`{"title":"试","titleEn":"Test","classes":[%q],"phenomenon":%q,"severity":4,"cause":"pace","gather":300,`, paced[i].class, paced[i].phenomenon)
		for j := range slices.Backward(make([]int, paceRules/len(paced))) { // the last is of values alone
			tail := fmt.Sprintf(`"kind":"rate","over":"10m","when":"rate > %d.0"}`, 10_000+j)
			switch {
			case j < valued && lasting(j):
				tail = fmt.Sprintf(`"kind":"threshold","when":"value > high + %.3f","clear":"value < high"}`, level(j))
			case j < valued:
				tail = fmt.Sprintf(`"kind":"threshold","when":"value > high + %.3f"}`, level(j))
			case j < valued+10:
				tail = fmt.Sprintf(`"kind":"threshold","when":"value < low - %d.0 || value > high + 9.0","for":"10m"}`, j)
			}
			if !yield(fmt.Sprintf("pace-%d-%d", i, j), head+tail) {
				return
			}
		}
	}
}

// saying is what a sensor says in a round: as a rule what is normal, one time in 500
// something else.
func saying(sensor, round int) float64 {
	x := uint32(sensor)*2654435761 ^ uint32(round)*0x9e3779b9
	x ^= x >> 15
	x *= 0x2c1b3c6d
	x ^= x >> 12
	if x%500 != 0 {
		return 2
	}
	return normal + float64(x/500%1000)/100
}

// pacedModel is what the rules make of what the sensors say, told without any of the engine.
type pacedModel struct {
	on          [paceSensors][valued]bool
	begun, held int
}

func (p *pacedModel) hear(sensor int, value float64) {
	for j := range valued {
		is := &p.on[sensor][j]
		switch over := value > normal+level(j); {
		case over && !*is:
			*is = true
			p.begun++
			p.held++
		case *is && !over && (!lasting(j) || value < normal):
			*is = false
			p.held--
		}
	}
}

// BenchmarkAlarmPace lets 20,000 sensors report once in each round, of a second or as
// fast as it goes, to a whole node that judges by 500 rules beside its own, fifty of
// which look at each observation. It fails if a condition is missed or found that there
// is none; behind is how many observations waited to be judged at most.
func BenchmarkAlarmPace(b *testing.B) {
	for _, of := range []struct {
		name  string
		every time.Duration
	}{{"20000-a-second", time.Second}, {"flat-out", 0}} {
		b.Run(of.name, func(b *testing.B) {
			h := openHouse(b, "--no-default-rules")
			judged, begun := h.settlePaced(b)
			model := &pacedModel{}
			var sent, behind float64
			now, round := time.Now(), 0
			for b.Loop() {
				h.report(b, model, round)
				sent += paceSensors
				behind = max(behind, sent-h.counted("suhe_alarm_judged_total")+judged)
				round++
				time.Sleep(time.Until(now.Add(time.Duration(round) * of.every)))
			}
			published := time.Since(now)
			eventually(b, "all is judged", func() bool { return h.counted("suhe_alarm_judged_total")-judged >= sent })
			b.ReportMetric(sent/published.Seconds(), "obs/s")
			b.ReportMetric(float64((time.Since(now) - published).Milliseconds()), "lag-ms")
			b.ReportMetric(behind, "behind")
			b.ReportMetric(float64(model.begun), "conditions")
			if begun := int(h.counted("suhe_alarm_conditions_begun_total") - begun); begun != model.begun || h.counted("suhe_alarm_dropped_total") > 0 {
				b.Errorf("%d conditions began, want %d", begun, model.begun)
			}
			eventually(b, "the alarms hold what is true", func() bool {
				active := 0
				for _, is := range h.alarms.Open() {
					active += is.Is.Active()
				}
				return active == model.held
			})
			b.ReportMetric(float64(len(h.alarms.Open())), "open-alarms")
		})
	}
}

// settlePaced puts the sensors and the rules into the house, and returns when all count:
// how many observations were judged by then, and how many conditions found.
func (h *house) settlePaced(b *testing.B) (judged, begun float64) {
	all := func(yield func(assets.Edit, error) bool) {
		for i := range paceSensors {
			k := paced[i%len(paced)]
			place := orb.Point{121.36 + float64(i%200)*5e-4, 31.225 + float64(i/200)*3e-4}
			a := &assets.Asset{ID: assets.ID(fmt.Sprintf("pace-%05d", i)), Kind: assets.Sensor, Class: k.class, Name: "试", Lifecycle: assets.InUse, Shape: assets.Shape{Geometry: geo.Solid{Plane: place}},
				Sensor: &assets.SensorSpec{ReportInterval: time.Second, Measures: []assets.Measure{{Phenomenon: k.phenomenon, Unit: k.unit, Normal: [2]float64{1, normal}}}}}
			if !yield(assets.Edit{Asset: a, WasRev: assets.AnyRev}, nil) {
				return
			}
		}
	}
	if err := h.registry.EditAll(context.Background(), "test", "", all, nil); err != nil {
		b.Fatal(err)
	}
	h.settle()
	for i := range paced {
		for name, doc := range pacedRules(i) {
			if _, err := h.alarms.library.Put(context.Background(), alarm.RuleKind, name, 0, []byte(doc)); err != nil {
				b.Fatal(err)
			}
		}
	}
	last := fmt.Sprintf("pace-%d-0", len(paced)-1)
	for _, v := range []float64{normal + 1, 2} {
		o := twin.Observation{Asset: assets.ID(fmt.Sprintf("pace-%05d", len(paced)-1)), Phenomenon: paced[len(paced)-1].phenomenon, Value: v, PhenomenonTime: time.Now().UnixMilli(), ReceivedTime: time.Now().UnixMilli()}
		if err := h.publisher.Publish(context.Background(), []twin.Observation{o}); err != nil {
			b.Fatal(err)
		}
		eventually(b, "the last rule counts", func() bool { return (len(h.alarms.engine.Held(last)) > 0) == (v > normal) })
	}
	return h.counted("suhe_alarm_judged_total"), h.counted("suhe_alarm_conditions_begun_total")
}

// report lets every sensor say something, in messages of a hundred from 16 callers.
func (h *house) report(b *testing.B, model *pacedModel, round int) {
	at := time.Now().UnixMilli()
	all := make([]twin.Observation, paceSensors)
	for i := range all {
		v := saying(i, round)
		model.hear(i, v)
		all[i] = twin.Observation{Asset: assets.ID(fmt.Sprintf("pace-%05d", i)), Phenomenon: paced[i%len(paced)].phenomenon, Value: v, PhenomenonTime: at, ReceivedTime: at}
	}
	var group errgroup.Group
	group.SetLimit(16)
	for i := 0; i < len(all); i += 100 {
		group.Go(func() error { return h.publisher.Publish(context.Background(), all[i:i+100]) })
	}
	if err := group.Wait(); err != nil {
		b.Fatal(err)
	}
}

// counted is what a counter without labels says.
func (h *house) counted(name string) float64 {
	families, err := h.metrics.Gather()
	if err != nil {
		h.t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			return f.GetMetric()[0].GetCounter().GetValue()
		}
	}
	h.t.Fatalf("no metric %s", name)
	return 0
}
