package scene

import (
	"fmt"

	"suhe/assets"
)

// How many poles hang on a cabinet, and how many pumping stations there are.
const (
	polesPerCabinet = 12
	pumpCount       = 10
)

// drainOutlet is an outfall and where it is, for what drains to it.
type drainOutlet struct {
	id   assets.ID
	side int
	run  float64 // along the bank
}

// standCabinets puts a cabinet behind the middle one of the poles that it feeds.
func (m *maker) standCabinets() []mount {
	var out []mount
	for i := 0; i < len(m.poles); i += polesPerCabinet {
		at := m.poles[min(i+polesPerCabinet/2, len(m.poles)-1)].spot
		at = at.creek.at(at.side, at.run+1.5, at.off+1)
		out = append(out, mount{assets.ID(fmt.Sprintf("cabinet-%03d", len(out)+1)), at})
	}
	return out
}

func (m *maker) cabinet(c mount) *assets.Asset {
	return &assets.Asset{
		ID: c.id, Kind: assets.Fixture, Class: "asset.cabinet", Name: nameAt("控制箱", c.spot),
		Shape: pointShape(c.spot.p, 1.6), Owner: light, Lifecycle: assets.InUse,
	}
}

// pumps stand behind outfalls all along the creek, and discharge by them.
func (m *maker) pumps(emit func(*assets.Asset) bool) bool {
	for i := range min(pumpCount, len(m.outlets)) {
		to := m.outlets[(2*i+1)*len(m.outlets)/(2*min(pumpCount, len(m.outlets)))]
		at := m.creek.at(to.side, to.run, 18)
		if !emit(&assets.Asset{
			ID: assets.ID(fmt.Sprintf("pump-%02d", i+1)), Kind: assets.Fixture, Class: "asset.pump_station", Name: nameAt("泵站", at),
			Shape: pointShape(at.p, 5), Owner: drain, Lifecycle: assets.InUse,
			Properties: assets.Properties{{Key: "capacity_m3s", Value: float64(2 + i%4)}, {Key: "upstream_of", Value: string(to.id)}},
		}) {
			return false
		}
	}
	return true
}

// drains tells where a fixture's water goes: of an outfall to the creek, of a manhole of
// the drains to the next outfall along its bank.
func (m *maker) drains(id assets.ID, class string, at spot, props assets.Properties) assets.Properties {
	switch class {
	case "asset.outfall":
		m.outlets = append(m.outlets, drainOutlet{id, at.side, at.run})
		return props.With("upstream_of", "creek")
	case "asset.manhole":
		if network := props.Text("network"); network != "雨水" && network != "污水" {
			return props
		}
		for _, o := range m.outlets {
			if o.side == at.side && o.run >= at.run {
				return props.With("upstream_of", string(o.id))
			}
		}
	}
	return props
}

// watches tells what a gauge watches.
func watches(g gauge, at spot, on assets.ID) (id string, ok bool) {
	switch g.class {
	case "sensor.water_level", "sensor.flow", "sensor.water_quality":
		return "creek", true
	case "sensor.wall_displacement":
		return "bank-" + sideID[at.side], true
	case "sensor.manhole_tilt":
		return string(on), on != ""
	}
	return "", false
}
