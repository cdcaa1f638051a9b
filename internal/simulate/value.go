package simulate

import (
	"math"
	"time"
)

// Value is what a sound device at the chainage measures of a phenomenon.
func (n Nature) Value(device, phenomenon string, chainage float64, t time.Time) float64 {
	own := n.chance(device+phenomenon, 0)*2 - 1 // the place's own difference
	flutter := n.noise(device+phenomenon, t, 4)
	v := n.truth(phenomenon, chainage, t, own, flutter)
	return round(v)
}

// round keeps three decimals, as instruments do.
func round(v float64) float64 { return math.Round(v*1000) / 1000 }

func (n Nature) truth(phenomenon string, chainage float64, t time.Time, own, flutter float64) float64 {
	switch phenomenon {
	case "water_level":
		return 2.55 + tide(t, chainage) + n.Surge.at(t) + 0.012*n.runoff(t, chainage) + 0.02*flutter
	case "flow":
		return 30 - 110*slope(t, chainage) + 0.6*n.runoff(t, chainage) + 2*flutter
	case "velocity":
		return 0.2 - 0.8*slope(t, chainage) + 0.01*n.runoff(t, chainage) + 0.03*flutter
	case "ph":
		return 7.4 + 0.2*own + 0.08*day(t) + 0.05*flutter
	case "dissolved_oxygen":
		return 6.4 + 0.8*own + 0.9*day(t) - 0.05*n.runoff(t, chainage) + 0.2*flutter
	case "turbidity":
		return 24 + 6*own + 2.2*n.runoff(t, chainage) + 3*flutter
	case "conductivity":
		return 520 + 60*own + 90*tide(t, chainage) - 3*n.runoff(t, chainage) + 8*flutter
	case "ammonia":
		return 0.7 + 0.25*own + 0.02*n.runoff(t, chainage) + 0.05*flutter
	}
	return n.weather(phenomenon, chainage, t, own, flutter)
}

// weather is what is measured above the water.
func (n Nature) weather(phenomenon string, chainage float64, t time.Time, own, flutter float64) float64 {
	wet := n.storm(t, chainage)
	switch phenomenon {
	case "water_temperature":
		return 16 + 0.5*own + 0.6*day(t) + 0.1*flutter
	case "rainfall":
		return math.Max(0, math.Floor(wet*(1+0.15*flutter)*5)/5)
	case "air_temperature":
		return 15 + 0.6*own + 4.5*day(t) - 0.08*wet + 0.3*flutter
	case "humidity":
		return math.Min(100, 66-12*day(t)+0.6*wet+3*flutter)
	case "wind_speed":
		return math.Max(0, 2.6+own+0.12*wet+1.4*flutter)
	case "pm25":
		return math.Max(3, 32+9*own+14*busy(t)-0.5*wet+5*flutter)
	case "pm10":
		return math.Max(6, 54+14*own+22*busy(t)-0.9*wet+8*flutter)
	case "noise":
		return 46 + 3*own + 14*busy(t) + 0.1*wet + 4*flutter
	case "tilt":
		return 0.4*own + 0.05*flutter
	case "displacement":
		return 1.5*own + 1.1*tide(t, chainage) + 0.1*flutter
	case "battery":
		return 82 + 14*own + 1.5*day(t)
	case "wind_direction":
		return math.Mod(495+60*own+40*day(t)+15*flutter, 360)
	case "air_pressure":
		return 1016 + own - 0.06*wet + 0.3*flutter
	case "voltage":
		return 12 + 0.4*own + 0.1*flutter
	case "signal":
		return -80 + 12*own + 3*flutter
	case "people":
		return math.Floor(math.Max(0, 60*busy(t)*(1+own)+8*flutter))
	}
	return 10 + 5*own + flutter
}
