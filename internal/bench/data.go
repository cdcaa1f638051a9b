package bench

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
)

// The data are of the density of a riverside: about 875 points to the square
// kilometre, however many there are.
const (
	middleLon, middleLat = 121.40, 31.255
	spanLon, spanLat     = 0.12, 0.09 // degrees that 100,000 things take
	spanCount            = 100_000
)

// ground is the box that n things lie in.
func ground(n int) orb.Bound {
	s := math.Sqrt(float64(n)/spanCount) / 2
	return orb.Bound{
		Min: orb.Point{middleLon - s*spanLon, middleLat - s*spanLat},
		Max: orb.Point{middleLon + s*spanLon, middleLat + s*spanLat},
	}
}

// within is a random point of the box.
func within(r *rand.Rand, b orb.Bound) orb.Point {
	return orb.Point{b.Min[0] + r.Float64()*(b.Max[0]-b.Min[0]), b.Min[1] + r.Float64()*(b.Max[1]-b.Min[1])}
}

// classesOf are codes of the tables, a few for each kind.
func classesOf(kind assets.Kind) []string {
	switch kind {
	case assets.Fixture:
		return []string{"asset.tree", "asset.lamp", "asset.bench", "asset.railing", "asset.lifebuoy", "asset.hydrant"}
	case assets.Building:
		return []string{"building.residential", "building.office", "building.commercial"}
	case assets.Sensor:
		return []string{"sensor.water_level"}
	}
	return []string{assets.Generic(kind)}
}

// maker makes assets with numbers from 1 on, the same for the same calls.
type maker struct {
	rand   *rand.Rand
	last   assets.FID
	intern *assets.Interner // as a store does that loads
}

func newMaker() *maker {
	return &maker{rand: rand.New(rand.NewPCG(31, 121)), intern: assets.NewInterner()}
}

// made is an asset of the kind without a shape. One of five has a name, of five
// hundred that there are.
func (m *maker) made(kind assets.Kind) *assets.Asset {
	m.last++
	classes := classesOf(kind)
	a := &assets.Asset{
		ID: assets.ID(fmt.Sprintf("%s-%07d", kind, m.last)), FID: m.last, Kind: kind,
		Class: classes[m.rand.IntN(len(classes))], Owner: "区城运中心", Lifecycle: assets.InUse,
		Revision: assets.Revision{N: 1, At: time.Unix(1_760_000_000, 0).UTC(), By: "bench"},
	}
	if m.rand.IntN(5) == 0 {
		a.Name = fmt.Sprintf("苏州河沿线 %d 号", m.rand.IntN(500))
	}
	return m.intern.Asset(a)
}

// points are n points of the kind in the box.
func (m *maker) points(kind assets.Kind, n int, box orb.Bound) []*assets.Asset {
	out := make([]*assets.Asset, n)
	for i := range out {
		a := m.made(kind)
		a.Shape.Geometry = geo.Solid{Plane: within(m.rand, box)}
		a.Shape.Height = geo.Metres(m.rand.IntN(24)) / 2
		out[i] = a
	}
	return out
}

// buildings are n footprints of 4 to 12 corners, 10 to 30 metres wide.
func (m *maker) buildings(n int, box orb.Bound) []*assets.Asset {
	out := make([]*assets.Asset, n)
	for i := range out {
		a := m.made(assets.Building)
		a.Shape.Geometry = geo.Solid{Plane: m.footprint(within(m.rand, box))}
		a.Shape.Height = geo.Metres(6 + 3*m.rand.IntN(30))
		out[i] = a
	}
	return out
}

// plans are outlines in shares of a building's half width: a block, an L, a U.
var plans = [...][]orb.Point{
	{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}},
	{{-1, -1}, {1, -1}, {1, 0}, {0, 0}, {0, 1}, {-1, 1}},
	{{-1, -1}, {1, -1}, {1, 1}, {0.5, 1}, {0.5, -0.4}, {-0.5, -0.4}, {-0.5, 1}, {-1, 1}},
	{{-1, -0.5}, {-0.5, -1}, {0.5, -1}, {1, -0.5}, {1, 0.5}, {0.7, 0.8}, {0.5, 0.8}, {0.5, 1}, {-0.5, 1}, {-0.5, 0.8}, {-0.7, 0.8}, {-1, 0.5}},
}

// footprint is one of the plans, turned and stretched, at p.
func (m *maker) footprint(p orb.Point) orb.Polygon {
	const degreeLon, degreeLat = 95_200.0, 110_900.0 // metres of a degree here
	sin, cos := math.Sincos(2 * math.Pi * m.rand.Float64())
	wide, deep := 5+10*m.rand.Float64(), 5+10*m.rand.Float64()
	var ring orb.Ring
	for _, c := range plans[m.rand.IntN(len(plans))] {
		x, y := wide*c[0], deep*c[1]
		ring = append(ring, orb.Point{p[0] + (x*cos-y*sin)/degreeLon, p[1] + (x*sin+y*cos)/degreeLat})
	}
	return orb.Polygon{append(ring, ring[0])}
}

// level is what the sensors of a measurement measure.
var level = assets.Measure{Phenomenon: "water_level", Unit: "m", Normal: [2]float64{1.5, 3.8}}

// sensors are n gauges in the box that report once a minute.
func (m *maker) sensors(n int, box orb.Bound) []*assets.Asset {
	out := m.points(assets.Sensor, n, box)
	for _, a := range out {
		a.Sensor = &assets.SensorSpec{Measures: []assets.Measure{level}, ReportInterval: time.Minute}
	}
	return out
}

// zooms are from and to, both included.
type zooms struct{ from, to uint32 }

// tilesOf picks so many tiles of each zoom that things lie in: a tile is the
// likelier the more there is in it, as with people who look at something. They
// come in a random order.
func tilesOf(things []*assets.Asset, z zooms, each int) []geo.Tile {
	r := rand.New(rand.NewPCG(7, uint64(len(things))))
	var out []geo.Tile
	for zoom := z.from; zoom <= z.to; zoom++ {
		for range each {
			p := geo.Anchor(things[r.IntN(len(things))].Shape.Geometry.Plane)
			out = append(out, geo.TileAt(p, zoom))
		}
	}
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}
