package scene

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"suhe/assets"
	"suhe/geo"
)

// standPoles spaces the camera poles evenly over both banks.
func (m *maker) standPoles() []mount {
	out := make([]mount, 0, cameraCount)
	total := m.creek.banks[0].length() + m.creek.banks[1].length()
	for i := range cameraCount {
		s, side := (float64(i)+.5)*total/cameraCount, 0
		if left := m.creek.banks[0].length(); s > left {
			s, side = s-left, 1
		}
		out = append(out, mount{assets.ID(fmt.Sprintf("pole-%04d", i+1)), m.creek.at(side, s, 4)})
	}
	return out
}

// cameras hang on the poles: some look along the bank, some across the water,
// every fifth can turn.
func (m *maker) cameras(yield func(*assets.Asset) bool) bool {
	rng := m.rng("cameras")
	for i, p := range m.poles {
		mountHeight := 5.2 + math.Round(14*rng.Float64())/10
		a := &assets.Asset{
			ID: assets.ID(fmt.Sprintf("cam-%04d", i+1)), Kind: assets.Camera, Name: nameAt("摄像机", p.spot),
			Shape: pointShape(p.spot.p, mountHeight), Owner: "区城运中心", Lifecycle: assets.InUse,
			Camera: look(rng, p.spot, i), Properties: assets.Properties{{Key: assets.MountedOn, Value: string(p.id)}},
		}
		a.Class = map[string]string{"fixed": "camera.bullet", "ptz": "camera.dome", "dome": "camera.panoramic"}[a.Camera.PTZ]
		a.Camera.MountHeight = geo.Metres(mountHeight)
		a.Shape.Orientation = a.Camera.Azimuth
		if !yield(a) {
			return false
		}
	}
	return true
}

func look(rng *rand.Rand, at spot, i int) *assets.CameraSpec {
	water := at.out.mul(-1)
	along := at.out.left()
	if i%2 == 1 {
		along = along.mul(-1)
	}
	c := &assets.CameraSpec{
		Tilt:          geo.Degrees(8 + rng.IntN(11)),
		HorizontalFOV: geo.Degrees(48 + 2*rng.IntN(18)),
		VerticalFOV:   geo.Degrees(28 + rng.IntN(14)),
		Range:         geo.Metres(55 + 5*rng.IntN(10)),
		PTZ:           "fixed",
		GBID:          fictitiousGBID(i + 1),
	}
	across := .25 + .45*rng.Float64() // mostly along the bank, a little at the water
	switch {
	case i%10 == 7:
		c.PTZ, c.HorizontalFOV, c.VerticalFOV, c.Range = "dome", 180, 80, 45
		across = 50
	case i%5 == 2:
		c.PTZ, c.Range = "ptz", geo.Metres(110+10*rng.IntN(6))
		across = 1.2
	}
	c.Azimuth = along.along(water, across).azimuth()
	return c
}

// fictitiousGBID follows the layout of GB/T 28181 codes: eight digits of an
// administrative centre, two of trade, three of type (132: network camera), one
// of network, six in sequence. No centre has the code 99000000.
func fictitiousGBID(n int) string { return fmt.Sprintf("99000000001320%06d", n) }

// gauge is a kind of sensor of the scene and how many there are.
type gauge struct {
	class, prefix, name, owner, on string
	count                          int
	off                            float64 // metres behind the water's edge, where it is on no mount
	every                          time.Duration
	height                         float64
	measures                       []string
}

const (
	onPole    = "pole"
	onBridge  = "bridge"
	onManhole = "manhole"
)

var gauges = []gauge{
	{class: "sensor.water_level", prefix: "wl", name: "水位计", owner: river, count: 60, off: 0.4, every: 30, height: 1.5, measures: []string{"water_level"}},
	{class: "sensor.flow", prefix: "flow", name: "流量计", owner: river, on: onBridge, count: 30, every: 30, height: 5, measures: []string{"flow", "velocity"}},
	{class: "sensor.water_quality", prefix: "wq", name: "水质监测仪", owner: "区生态环境局", count: 50, off: 0.5, every: 60, height: 1.5, measures: []string{"ph", "dissolved_oxygen", "turbidity", "conductivity", "ammonia", "water_temperature"}},
	{class: "sensor.rain", prefix: "rain", name: "雨量计", owner: "区气象局", on: onPole, count: 60, every: 60, height: 6, measures: []string{"rainfall"}},
	{class: "sensor.air", prefix: "air", name: "空气质量监测仪", owner: "区生态环境局", on: onPole, count: 80, every: 60, height: 5, measures: []string{"pm25", "pm10", "air_temperature", "humidity", "wind_speed"}},
	{class: "sensor.noise", prefix: "noise", name: "噪声监测仪", owner: "区生态环境局", on: onPole, count: 80, every: 10, height: 4, measures: []string{"noise"}},
	{class: "sensor.manhole_tilt", prefix: "tilt", name: "井盖倾角传感器", owner: drain, on: onManhole, count: 300, every: 60, measures: []string{"tilt", "battery"}},
	{class: "sensor.wall_displacement", prefix: "wall", name: "防汛墙位移计", owner: river, count: 140, off: 0.5, every: 60, height: 1.2, measures: []string{"displacement"}},
}

// normals are the ranges in which a value of this creek is in order.
var normals = map[string][2]float64{
	"water_level": {1.5, 3.8}, "flow": {-40, 140}, "velocity": {-0.8, 1.2},
	"ph": {6.5, 8.5}, "dissolved_oxygen": {3, 14}, "turbidity": {0, 80}, "conductivity": {200, 900},
	"ammonia": {0, 2}, "water_temperature": {2, 34}, "rainfall": {0, 30},
	"pm25": {0, 75}, "pm10": {0, 150}, "air_temperature": {-5, 38}, "humidity": {15, 98}, "wind_speed": {0, 17},
	"noise": {30, 70}, "tilt": {-5, 5}, "displacement": {-10, 10}, "battery": {20, 100},
}

func (m *maker) sensors(yield func(*assets.Asset) bool) bool {
	rng := m.rng("sensors")
	for _, g := range gauges {
		for i := range g.count {
			at, on := m.seat(rng, g, i)
			a := &assets.Asset{
				ID:   assets.ID(fmt.Sprintf("%s-%04d", g.prefix, i+1)),
				Kind: assets.Sensor, Class: g.class, Name: nameAt(g.name, at),
				Shape: pointShape(at.p, g.height), Owner: g.owner, Lifecycle: assets.InUse,
				Sensor: &assets.SensorSpec{Measures: measures(g.measures), ReportInterval: g.every * time.Second, MountedOn: on},
			}
			if g.class == "sensor.water_level" {
				a.Properties = assets.Properties{{Key: "warning_m", Value: 3.8}}
			}
			if id, ok := watches(g, at, on); ok {
				a.Properties = a.Properties.With("monitors", id)
			}
			if !yield(a) {
				return false
			}
		}
	}
	return true
}

// seat finds the place of the i-th gauge: on what carries it, else on the bank.
// Neighbours in number are neighbours along the creek, on alternate banks.
func (m *maker) seat(rng *rand.Rand, g gauge, i int) (spot, assets.ID) {
	share := (float64(i) + .2 + .6*rng.Float64()) / float64(g.count)
	switch {
	case g.on == onPole:
		p := m.poles[min(int(share*float64(len(m.poles))), len(m.poles)-1)]
		return p.spot, p.id
	case g.on == onManhole && len(m.manholes) > 0:
		p := m.manholes[min(int(share*float64(len(m.manholes))), len(m.manholes)-1)]
		return p.spot, p.id
	case g.on == onBridge:
		b := m.bridges[1+i%(len(m.bridges)-1)] // the first lies beyond the creek's line
		k := m.creek.nearest(b.deck.c)
		off := (float64(i/(len(m.bridges)-1)) - .5) * m.creek.half[k]
		return spot{p: b.deck.c.along(b.deck.u, off), out: b.deck.u, chain: b.chain}, b.id
	}
	side := i % 2
	return m.creek.at(side, share*m.creek.banks[side].length(), g.off), ""
}

func measures(phenomena []string) []assets.Measure {
	out := make([]assets.Measure, len(phenomena))
	for i, p := range phenomena {
		row, ok := assets.DefaultClasses().Phenomenon(p)
		if !ok {
			panic("scene: phenomenon " + p + " is in no table")
		}
		out[i] = assets.Measure{Phenomenon: p, Unit: row.Unit, Normal: normals[p]}
	}
	return out
}
