package public

import (
	"math"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin"
)

// rules say what anybody may know.
type rules struct {
	grid    geo.Metres
	classes *assets.Classes
}

// anybody sees what the role public sees, everywhere.
var anybody = access.GrantOf([]access.Role{access.Public}, []string{access.Everywhere}).Compile(nil)

// asset is the asset as anybody may know it; nil if nobody may know of it.
func (r rules) asset(a *assets.Asset) *assets.Asset {
	if !anybody.Sees(a) || a.Lifecycle != assets.InUse {
		return nil
	}
	out := &assets.Asset{
		ID: a.ID, FID: a.FID, Kind: a.Kind, Class: a.Class, Name: a.Name, Shape: a.Shape, Location: a.Location,
		Lifecycle: a.Lifecycle, Revision: assets.Revision{N: a.Revision.N}, Sensitivity: a.Sensitivity, Sensor: r.sensor(a.Sensor),
	}
	for _, p := range a.Properties {
		if twin.EnglishKey(p.Key) && anybody.Shows(p.Key, r.classes.FieldSensitivity(p.Key)) {
			out.Properties = append(out.Properties, p)
		}
	}
	if !a.Kind.Ground() {
		r.coarsen(out)
	}
	return out
}

// coarsen lets the asset be a point of the grid. Its area stays that where it is.
func (r rules) coarsen(a *assets.Asset) {
	at := geo.Anchor(a.Shape.Geometry.Plane)
	a.Shape.Geometry, a.Shape.Orientation = geo.Solid{Plane: geo.Coarse(at, r.grid)}, 0
	if p := a.Location.Place; p != nil {
		a.Location.Place = &geo.Place{Bank: p.Bank, Chainage: r.along(p.Chainage), Offset: r.along(p.Offset)}
	}
}

func (r rules) along(m geo.Metres) geo.Metres {
	return geo.Metres(rounded(float64(m), float64(r.grid)))
}

// sensor is what a sensor measures that anybody may know, without what would make
// states of it: how often it is to report, and what is normal.
func (r rules) sensor(s *assets.SensorSpec) *assets.SensorSpec {
	if s == nil {
		return nil
	}
	out := &assets.SensorSpec{Measures: []assets.Measure{}}
	for _, m := range s.Measures {
		if _, told := r.step(m.Phenomenon); told {
			out.Measures = append(out.Measures, assets.Measure{Phenomenon: m.Phenomenon, Unit: m.Unit})
		}
	}
	return out
}

// step is how finely anybody is told the phenomenon; false if not at all.
func (r rules) step(phenomenon string) (step float64, told bool) {
	p, ok := r.classes.Phenomenon(phenomenon)
	if !ok || p.Step <= 0 {
		return 0, false
	}
	return p.Step, true
}

// observation generalises one; false: nobody may know of it.
func (r rules) observation(o twin.Observation) (twin.Observation, bool) {
	step, told := r.step(o.Phenomenon)
	if !told {
		return o, false
	}
	o.Value = rounded(o.Value, step)
	o.PhenomenonTime, o.ReceivedTime = minute(o.PhenomenonTime), minute(o.ReceivedTime)
	return o, true
}

// minute is the whole minute, in Unix milliseconds.
func minute(ms int64) int64 { return ms - ms%60_000 }

// rounded is the next multiple of the step, without the noise of the last digits.
func rounded(v, step float64) float64 {
	const digits = 1e9
	if !(step > 0) {
		return v
	}
	return math.Round(math.Round(v/step)*step*digits) / digits
}
