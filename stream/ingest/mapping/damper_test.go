package mapping

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"suhe/assets"
	"suhe/twin"
)

func reading(asset string, value float64, at int64) Reading {
	return Reading{Observation: twin.Observation{Asset: assets.ID(asset), Phenomenon: "p", Value: value, PhenomenonTime: at}, Deadband: 1}
}

// A plain account of every channel agrees, also when rounds are thrown away.
func TestDamperByModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var d Damper
		model := map[string]sample{}
		for range rapid.IntRange(1, 20).Draw(t, "rounds") {
			round := d.Begin()
			trial := map[string]sample{}
			for k, v := range model {
				trial[k] = v
			}
			for range rapid.IntRange(1, 10).Draw(t, "readings") {
				asset := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "asset")
				v, at := rapid.Float64Range(0, 4).Draw(t, "value"), rapid.Int64Range(0, 300).Draw(t, "at")
				last, known := trial[asset]
				want := !known || at < last.at || math.Abs(v-last.value) >= 1 || at-last.at >= 100
				if got := round.Passes(reading(asset, v, at), 100*time.Millisecond); got != want {
					t.Fatalf("%s %v at %d passes: %v, after %v", asset, v, at, got, last)
				}
				if want && !(known && at < last.at) {
					trial[asset] = sample{v, at}
				}
			}
			if rapid.Bool().Draw(t, "taken") {
				round.Keep()
				model = trial
			}
		}
	})
}

func TestDamperForgetsWithinItsBound(t *testing.T) {
	var d Damper
	round := d.Begin()
	for i := range maxRemembered + 10 {
		round.Passes(reading(string(assets.ID("d")+assets.ID(time.Duration(i).String())), 1, 1), time.Minute)
	}
	round.Keep()
	if len(d.told) > maxRemembered {
		t.Errorf("%d remembered", len(d.told))
	}
}
