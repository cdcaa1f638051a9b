package scene

import (
	"fmt"
	"strings"

	"suhe/assets"
	"suhe/geo"
)

// How many of each move about.
const (
	patrolCount  = 12
	boatCount    = 4
	vehicleCount = 6
)

// behindEdge is how far behind the water's edge patrols walk, metres.
const behindEdge = 3.0

// movers start on alternate banks, on the water, and on the bridges for cars. The last
// patrol is who logs in as the demo's patrol, so that somebody can be sent.
func (m *maker) movers(yield func(*assets.Asset) bool) bool {
	for i := range patrolCount {
		side := i % 2
		at := m.creek.at(side, (float64(i)+.5)/patrolCount*m.creek.banks[side].length(), behindEdge)
		patrol := mover("patrol", "巡查员", "区城运中心", i, at.p)
		if i == patrolCount-1 {
			patrol.Properties = assets.Properties{{Key: "account", Value: "patrol"}}
		}
		if !yield(patrol) {
			return false
		}
	}
	for i := range boatCount {
		k := (2*i + 1) * len(m.creek.mid) / (2 * boatCount)
		if !yield(mover("boat", "保洁船", "区市容水域所", i, m.creek.mid[k])) {
			return false
		}
	}
	roads := m.roadBridges()
	for i := range vehicleCount {
		if !yield(mover("vehicle", "巡查车", "区城运中心", i, roads[i*len(roads)/vehicleCount].deck.c)) {
			return false
		}
	}
	return true
}

// roadBridges are those that cars may cross, but for the first, which lies beyond
// the creek's line.
func (m *maker) roadBridges() []bridge {
	var out []bridge
	for _, b := range m.bridges[1:] {
		if strings.HasSuffix(b.class, ".road") {
			out = append(out, b)
		}
	}
	return out
}

func mover(class, name, owner string, i int, home xy) *assets.Asset {
	return &assets.Asset{
		ID: assets.ID(fmt.Sprintf("%s-%03d", class, i+1)), Kind: assets.Mover, Class: "mover." + class,
		Name: fmt.Sprintf("%s %d 号", name, i+1), Shape: assets.Shape{Geometry: geo.Solid{Plane: toDegrees(home)}},
		Owner: owner, Lifecycle: assets.InUse,
	}
}
