package scene

import (
	"fmt"
	"math"
	"math/rand/v2"

	"suhe/assets"
	"suhe/geo"
)

// setback is the least distance of a building from the water's edge, metres.
const setback = 18.0

// centres are where the city rises: lon, lat, radius in metres, extra height.
// They follow the real skyline: 长寿路, 长风商务区, 中山公园, 环球港, 武宁路, M50.
var centres = []struct {
	lon, lat, radius, rise float64
}{
	{121.4365, 31.2460, 700, 95},
	{121.3900, 31.2262, 800, 85},
	{121.4170, 31.2240, 600, 70},
	{121.4085, 31.2330, 600, 60},
	{121.4225, 31.2370, 450, 55},
	{121.4415, 31.2495, 400, 45},
}

// rise is how much higher than elsewhere one builds at p.
func rise(p xy) float64 {
	sum := 0.0
	for _, c := range centres {
		d := p.dist(xy{(c.lon - originLon) * perLon, (c.lat - originLat) * perLat}) / c.radius
		sum += c.rise * math.Exp(-d*d)
	}
	return sum
}

// house is a building as it will stand.
type house struct {
	body   box
	notch  [2]float64 // cut out of one corner of the box, as shares of its sides; zero: a rectangle
	class  string
	base   float64
	height float64
	name   string
}

func (h house) outline() []xy {
	b := h.body
	if h.notch[0] == 0 {
		return b.corners()
	}
	i, j := 1-2*h.notch[0], 1-2*h.notch[1]
	return []xy{b.at(-1, -1), b.at(1, -1), b.at(1, j), b.at(i, j), b.at(i, 1), b.at(-1, 1)}
}

func (m *maker) buildings(yield func(*assets.Asset) bool) bool {
	n := 0
	emit := func(h house) bool {
		n++
		return yield(h.asset(n))
	}
	for _, h := range m.heroes() {
		if !emit(h) {
			return false
		}
	}
	rng := m.rng("buildings")
	for row, back := range []float64{26, 66, 112, 165, 225, 290} {
		for side := range m.creek.banks {
			if !m.row(rng, row, side, back, emit) {
				return false
			}
		}
	}
	return true
}

// row fills one row of houses along a bank, back metres behind its edge.
func (m *maker) row(rng *rand.Rand, row, side int, back float64, emit func(house) bool) bool {
	for s := 20 + 40*rng.Float64(); s < m.creek.banks[side].length()-20; {
		at := m.creek.at(side, s, back)
		h := plan(rng, row, at)
		step := 2*h.body.a + 9 + 34*rng.Float64()*rng.Float64()
		if rng.Float64() < .07 { // a street or a green between blocks
			step += 45
		}
		s += step
		if rng.Float64() < .2 || !m.ground.free(h.body, setback, 7) {
			continue
		}
		m.ground.build(h.body)
		if !emit(h) {
			return false
		}
	}
	return true
}

// plan draws one house. The first row stays low, so that the creek is seen; the
// city climbs behind it, and highest around its centres.
func plan(rng *rand.Rand, row int, at spot) house {
	up := rise(at.p)
	tall := rng.Float64()
	h := house{}
	switch {
	case row == 0 && up < 40 || tall < .30:
		h = lowHouse(rng)
	case up > 35 && tall > .62:
		h = tower(rng, up)
	case tall > .86 && row > 0:
		h = tower(rng, up+18)
	default:
		h = slab(rng, row)
	}
	along := at.out.left()
	turn := (rng.Float64() - .5) * .16
	h.body.u = along.along(at.out, turn).unit()
	h.body.c = at.p.along(at.out, h.body.b)
	return h
}

func lowHouse(rng *rand.Rand) house {
	levels := 2 + float64(rng.IntN(4))
	h := house{
		body:   box{a: 11 + 17*rng.Float64(), b: 7 + 6*rng.Float64()},
		class:  pick(rng, "building.commercial", "building.creative", "building.public", "building.heritage", "building.industrial"),
		height: levels * 4.2,
	}
	if rng.Float64() < .45 {
		h.notch = [2]float64{.35 + .25*rng.Float64(), .4 + .15*rng.Float64()}
	}
	return h
}

func slab(rng *rand.Rand, row int) house {
	levels := 6 + float64(rng.IntN(3))
	if rng.Float64() < .34+.06*float64(row) {
		levels = 11 + float64(rng.IntN(16))
	}
	h := house{
		body:   box{a: 15 + 16*rng.Float64(), b: 6.5 + 2.5*rng.Float64()},
		class:  "building.residential",
		height: levels * 3,
	}
	if rng.Float64() < .2 {
		h.body.b += 8
		h.notch = [2]float64{.5, .5}
	}
	return h
}

func tower(rng *rand.Rand, up float64) house {
	side := 12 + 7*rng.Float64()
	h := house{
		body:   box{a: side, b: side * (.75 + .25*rng.Float64())},
		class:  pick(rng, "building.office", "building.residential", "building.office"),
		height: math.Round(52 + up*(.55+.75*rng.Float64())),
	}
	if h.height > 120 {
		h.class = "building.tower"
	}
	return h
}

func pick(rng *rand.Rand, from ...string) string { return from[rng.IntN(len(from))] }

var buildingNames = map[string]string{
	"building.commercial": "商业楼", "building.creative": "创意园", "building.public": "公共建筑",
	"building.heritage": "历史建筑", "building.industrial": "老厂房", "building.residential": "住宅楼",
	"building.office": "商务楼", "building.tower": "塔楼",
}

func (h house) asset(n int) *assets.Asset {
	name := h.name
	if name == "" {
		name = fmt.Sprintf("%s %d号", buildingNames[h.class], n)
	}
	a := &assets.Asset{
		ID: assets.ID(fmt.Sprintf("bldg-%05d", n)), Kind: assets.Building, Class: h.class, Name: name,
		Shape: solid(toPolygon(h.outline())), Lifecycle: assets.InUse,
		Properties: assets.Properties{{Key: "levels", Value: math.Max(1, math.Round((h.height-h.base)/3.3))}},
	}
	a.Shape.Base, a.Shape.Height = geo.Metres(h.base), geo.Metres(math.Round(h.height*10)/10)
	a.Shape.Orientation = h.body.u.azimuth()
	return a
}
