package mapping

import (
	"maps"
	"slices"
)

// measure is a unit as a share of the unit that its quantity is counted in:
// value·times/by + plus. Two numbers instead of one keep 3120 mm just 3.12 m.
type measure struct {
	quantity        string
	times, by, plus float64
}

// units are the units (UCUM codes) that can be turned into another of the same
// quantity. A unit that is not here can be used as it is.
var units = map[string]measure{
	"m":      {"length", 1, 1, 0},
	"km":     {"length", 1000, 1, 0},
	"dm":     {"length", 1, 10, 0},
	"cm":     {"length", 1, 100, 0},
	"mm":     {"length", 1, 1000, 0},
	"um":     {"length", 1, 1e6, 0},
	"m/s":    {"speed", 1, 1, 0},
	"cm/s":   {"speed", 1, 100, 0},
	"mm/s":   {"speed", 1, 1000, 0},
	"km/h":   {"speed", 10, 36, 0},
	"mm/h":   {"rain", 1, 1, 0},
	"mm/min": {"rain", 60, 1, 0},
	"m3/s":   {"flow", 1, 1, 0},
	"m3/h":   {"flow", 1, 3600, 0},
	"m3/d":   {"flow", 1, 86400, 0},
	"L/s":    {"flow", 1, 1000, 0},
	"L/min":  {"flow", 1, 60000, 0},
	"Cel":    {"temperature", 1, 1, 0},
	"K":      {"temperature", 1, 1, -273.15},
	"[degF]": {"temperature", 5, 9, -160.0 / 9},
	"Pa":     {"pressure", 1, 1, 0},
	"hPa":    {"pressure", 100, 1, 0},
	"mbar":   {"pressure", 100, 1, 0},
	"kPa":    {"pressure", 1000, 1, 0},
	"bar":    {"pressure", 1e5, 1, 0},
	"g/L":    {"concentration", 1000, 1, 0},
	"mg/L":   {"concentration", 1, 1, 0},
	"ug/L":   {"concentration", 1, 1000, 0},
	"g/m3":   {"concentration", 1, 1, 0},
	"mg/m3":  {"concentration", 1, 1000, 0},
	"ug/m3":  {"concentration", 1, 1e6, 0},
	"S/m":    {"conductivity", 1, 1, 0},
	"mS/cm":  {"conductivity", 1, 10, 0},
	"uS/cm":  {"conductivity", 1, 1e4, 0},
	"deg":    {"angle", 1, 1, 0},
	"rad":    {"angle", 180, 3.141592653589793, 0},
	"V":      {"voltage", 1, 1, 0},
	"mV":     {"voltage", 1, 1000, 0},
	"kV":     {"voltage", 1000, 1, 0},
	"1":      {"share", 1, 1, 0},
	"%":      {"share", 1, 100, 0},
	"[ppm]":  {"share", 1, 1e6, 0},
	"[NTU]":  {"turbidity", 1, 1, 0},
	"[FNU]":  {"turbidity", 1, 1, 0},
	"[ft_i]": {"length", 3048, 10000, 0},
	"[kn_i]": {"speed", 1852, 3600, 0},
}

// convert turns a value from one unit into another.
type convert struct{ from, to measure }

// conversion finds the way between two units; false: there is none.
func conversion(from, to string) (convert, bool) {
	one := measure{times: 1, by: 1}
	if from == to {
		return convert{one, one}, true
	}
	a, known := units[from]
	b, ok := units[to]
	return convert{a, b}, known && ok && a.quantity == b.quantity
}

// apply computes in the order that rounds least.
func (c convert) apply(v float64) float64 {
	if c.from.plus == c.to.plus {
		return v * (c.from.times * c.to.by) / (c.from.by * c.to.times)
	}
	v = v*c.from.times/c.from.by + c.from.plus
	return (v - c.to.plus) * c.to.by / c.to.times
}

// convertible lists the units that can be turned into the unit, in order.
func convertible(to string) []string {
	var out []string
	for _, code := range slices.Sorted(maps.Keys(units)) {
		if units[code].quantity == units[to].quantity && units[to].quantity != "" {
			out = append(out, code)
		}
	}
	return out
}
