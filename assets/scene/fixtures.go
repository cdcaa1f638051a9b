package scene

import (
	"fmt"
	"math"
	"math/rand/v2"

	"suhe/assets"
	"suhe/geo"
)

// series is one class of fixtures repeated along both banks.
type series struct {
	class, prefix, name, owner string
	every                      float64 // metres between two
	off, sway                  float64 // metres behind the water's edge, and how much that varies
	height                     float64
	body                       func(rng *rand.Rand, at spot) (assets.Shape, assets.Properties)
}

const (
	parks = "区绿化市容局"
	river = "区河道管理所"
	light = "市路灯管理所"
	drain = "区市政管理所"
	fire  = "区消防救援支队"
)

// alongBanks is what stands on a riverside promenade of this city, from the
// water inwards. Their spacing gives about 20,000 on the two banks.
var alongBanks = []series{
	{class: "asset.railing", prefix: "railing", name: "护栏", owner: river, every: 9, off: 0.6, height: 1.1, body: railing},
	{class: "asset.bollard", prefix: "bollard", name: "系船柱", owner: river, every: 40, off: 0.9, height: 0.6, body: bollard},
	{class: "asset.lifebuoy", prefix: "lifebuoy", name: "救生圈", owner: river, every: 50, off: 1.0, height: 1.2, body: lifebuoy},
	{class: "asset.outfall", prefix: "outfall", name: "排水口", owner: drain, every: 130, off: 0.3, height: 0, body: outfall},
	{class: "asset.pier", prefix: "pier", name: "码头", owner: river, every: 1300, off: 0, height: 1, body: pier},
	{class: "asset.steps", prefix: "steps", name: "亲水台阶", owner: river, every: 420, off: 1.6, height: 0.4, body: plainPoint},
	{class: "asset.lamp", prefix: "lamp", name: "路灯", owner: light, every: 18, off: 3.2, height: 4.5, body: lamp},
	{class: "asset.bench", prefix: "bench", name: "座椅", owner: parks, every: 24, off: 5, sway: .8, height: 0.8, body: bench},
	{class: "asset.tree", prefix: "tree", name: "行道树", owner: parks, every: 6.5, off: 6.4, sway: .8, body: tree},
	{class: "asset.bin", prefix: "bin", name: "垃圾箱", owner: parks, every: 48, off: 5.4, height: 1, body: bin},
	{class: "asset.sign", prefix: "sign", name: "标识牌", owner: parks, every: 110, off: 4.4, height: 2.4, body: sign},
	{class: "asset.manhole", prefix: "manhole", name: "检查井盖", owner: drain, every: 30, off: 8.2, sway: .6, body: manhole},
	{class: "asset.hydrant", prefix: "hydrant", name: "消火栓", owner: fire, every: 80, off: 9, height: 0.8, body: hydrant},
	{class: "asset.tree", prefix: "tree", name: "行道树", owner: parks, every: 7.5, off: 11, sway: 2, body: tree},
	{class: "asset.bike_rack", prefix: "rack", name: "非机动车停放架", owner: drain, every: 260, off: 13, height: 0.9, body: plainPoint},
	{class: "asset.lamp", prefix: "lamp", name: "路灯", owner: light, every: 32, off: 14, height: 8, body: lamp},
}

// counter numbers the assets of each prefix.
type counter map[string]int

func (c counter) next(prefix string) assets.ID {
	c[prefix]++
	return assets.ID(fmt.Sprintf("%s-%06d", prefix, c[prefix]))
}

// fixtures yields exactly m.size fixtures: the cabinets and poles, then the promenade, at a
// wider spacing if fewer are wanted, then the streets behind if more are.
func (m *maker) fixtures(yield func(*assets.Asset) bool) bool {
	left := m.size
	ids := counter{}
	emit := func(a *assets.Asset) bool {
		left--
		return yield(a) && left > 0
	}
	for _, c := range m.cabinets {
		if !emit(m.cabinet(c)) {
			return left == 0
		}
	}
	for i, p := range m.poles {
		a := &assets.Asset{
			ID: p.id, Kind: assets.Fixture, Class: "asset.pole", Name: nameAt("综合杆", p.spot),
			Shape: pointShape(p.spot.p, 6.5), Owner: drain, Lifecycle: assets.InUse,
			Properties: assets.Properties{{Key: "part_of", Value: string(m.cabinets[i/polesPerCabinet].id)}},
		}
		if !emit(a) {
			return left == 0
		}
	}
	if stretch := m.stretch(); !m.promenade(ids, stretch, emit) {
		return left == 0
	}
	return m.streets(ids, emit) || left == 0
}

// stretch is the factor on all spacings that brings the promenade down to the
// size wanted; 1 if that needs no stretching.
func (m *maker) stretch() float64 {
	perMetre := 0.0
	for _, s := range alongBanks {
		perMetre += 1 / s.every
	}
	full := perMetre * (m.creek.banks[0].length() + m.creek.banks[1].length())
	return math.Max(1, full/float64(m.size-len(m.poles)-len(m.cabinets)-pumpCount))
}

func (m *maker) promenade(ids counter, stretch float64, emit func(*assets.Asset) bool) bool {
	for k, s := range alongBanks {
		rng := m.rng(fmt.Sprintf("promenade %d", k))
		for side := range m.creek.banks {
			length := m.creek.banks[side].length()
			for at := s.every * rng.Float64(); at < length; at += s.every * stretch {
				spot := m.creek.at(side, at, s.off+s.sway*(rng.Float64()-.5))
				if s.off > 0 && m.ground.fromWater(spot.p) < s.off-cell {
					continue // the next meander is nearer than this bank
				}
				if s.class == "asset.tree" && m.besideBridge(spot.p, 3) || s.class == "asset.pier" && m.besideBridge(spot.p, 45) {
					continue
				}
				if !emit(m.fixture(ids, s, rng, spot)) {
					return false
				}
			}
		}
		if s.class == "asset.outfall" && !m.pumps(emit) {
			return false
		}
	}
	return true
}

func (m *maker) fixture(ids counter, s series, rng *rand.Rand, at spot) *assets.Asset {
	shape, props := s.body(rng, at)
	if shape.Height == 0 {
		shape.Height = geo.Metres(s.height)
	}
	id := ids.next(s.prefix)
	if s.class == "asset.manhole" && len(m.manholes) < 2*sensorCount {
		m.manholes = append(m.manholes, mount{id, at})
	}
	return &assets.Asset{
		ID: id, Kind: assets.Fixture, Class: s.class, Name: nameAt(s.name, at),
		Shape: shape, Owner: s.owner, Properties: m.drains(id, s.class, at, props), Lifecycle: assets.InUse,
	}
}

// nameAt names a thing by bank and chainage, as river wardens do: 左岸3+250 路灯.
func nameAt(what string, at spot) string {
	c := int(math.Round(at.chain))
	return fmt.Sprintf("%s%d+%03d %s", sideName[at.side], c/1000, c%1000, what)
}
