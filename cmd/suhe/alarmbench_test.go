package main

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin/alarm"
)

// BenchmarkAlarmRaised is how long after an observation was acknowledged its alarm is
// on the board of the node: p50 and p99 in milliseconds.
func BenchmarkAlarmRaised(b *testing.B) {
	h := openHouse(b)
	const rule = `{"title":"试","titleEn":"Test","kind":"threshold","classes":["sensor.noise"],"phenomenon":"noise","when":"value > high","severity":4,"cause":"bench"}`
	if _, err := h.alarms.library.Put(context.Background(), alarm.RuleKind, "noise-high", 0, []byte(rule)); err != nil {
		b.Fatal(err)
	}
	raised := make(map[assets.ID]bool)
	raise := func(i int) time.Duration {
		a := assets.Asset{
			ID: assets.ID(fmt.Sprintf("bench-%06d", i)), Kind: assets.Sensor, Class: "sensor.noise", Name: "噪声", Lifecycle: assets.InUse,
			Shape:  assets.Shape{Geometry: geo.Solid{Plane: orb.Point{121.4348, 31.2502}}},
			Sensor: &assets.SensorSpec{Measures: []assets.Measure{{Phenomenon: "noise", Unit: "dB(A)", Normal: [2]float64{30, 70}}}},
		}
		if _, _, err := h.registry.Edit(context.Background(), "test", "", assets.Edit{Asset: &a, WasRev: assets.AnyRev}); err != nil {
			b.Fatal(err)
		}
		h.settle()
		h.measures(a.ID, "noise", 90)
		acknowledged := time.Now()
		for !raised[a.ID] {
			time.Sleep(time.Millisecond)
			for _, held := range h.alarms.Open() {
				for _, m := range held.Is.Members {
					raised[m.Asset] = true
				}
			}
		}
		return time.Since(acknowledged)
	}
	raise(0) // when the rule counts
	var took []time.Duration
	for i := 1; b.Loop(); i++ {
		took = append(took, raise(i))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}
