package scene

import (
	"fmt"
	"math"
	"strings"

	"suhe/assets"
	"suhe/geo"
)

// bridge is a deck across the creek; u of its box points along the deck.
type bridge struct {
	id    assets.ID
	name  string
	class string
	deck  box
	chain float64
	under float64 // metres above ground
	top   float64
	spot  spotFacts
}

// snap is how far a bridge's point may lie from the creek and still be moved
// onto it: the points marked approximate are right within about 300 m.
const snap = 320.0

// span lays the decks: at the true points, across the stream.
func (m *maker) span() []bridge {
	out := make([]bridge, len(m.sheet.bridges))
	for i, s := range m.sheet.bridges {
		k := m.creek.nearest(fromDegrees(s.point()))
		c := m.creek.mid[k]
		// Beyond the line's end the point itself is right, and the creek runs on.
		if p := fromDegrees(s.point()); p.dist(c) > snap {
			c = p
		}
		b := bridge{id: assets.ID(fmt.Sprintf("bridge-%02d", i+1)), name: s.Name, chain: float64(k) * sampleStep, spot: s}
		var width float64
		b.class, width, b.under, b.top = deckOf(s.Name)
		b.deck = box{c: c, u: m.creek.dir[k].left(), a: m.creek.half[k] + 22, b: width / 2}
		out[i] = b
	}
	return out
}

func deckOf(name string) (class string, width, under, top float64) {
	switch {
	case strings.Contains(name, "外环") || strings.Contains(name, "中环") || strings.Contains(name, "内环"):
		return "bridge.expressway", 34, 8, 10.5
	case strings.Contains(name, "轨道"):
		return "bridge.rail", 11, 11, 14
	case strings.Contains(name, "华政") || strings.Contains(name, "宝成"):
		return "bridge.foot", 6, 4.8, 5.8
	}
	return "bridge.road", 26, 5.4, 7
}

// approaches is the ground that no building may take.
func (b bridge) approaches() box {
	wide := b.deck
	wide.a, wide.b = wide.a+40, wide.b+10
	return wide
}

func (m *maker) deckBridges(yield func(*assets.Asset) bool) bool {
	for _, b := range m.bridges {
		a := &assets.Asset{
			ID: b.id, Kind: assets.Bridge, Class: b.class, Name: b.name,
			Shape: solid(toPolygon(b.deck.corners())), Owner: "市道路运输事业发展中心", Lifecycle: assets.InUse,
			Properties: assets.Properties{
				{Key: "approximate", Value: b.spot.Approximate},
				{Key: "clearance_m", Value: b.under},
				{Key: "span_m", Value: math.Round(2 * b.deck.a)},
				{Key: "width_m", Value: 2 * b.deck.b},
			},
		}
		a.Shape.Base, a.Shape.Height = geo.Metres(b.under), geo.Metres(b.top)
		a.Shape.Orientation = b.deck.u.azimuth()
		if !yield(a) {
			return false
		}
	}
	return true
}

// besideBridge says whether a spot on the bank lies under or right beside a deck.
func (m *maker) besideBridge(p xy, margin float64) bool {
	for _, b := range m.bridges {
		d := p.sub(b.deck.c)
		if math.Abs(d.dot(b.deck.u)) < b.deck.a+margin && math.Abs(d.dot(b.deck.u.left())) < b.deck.b+margin {
			return true
		}
	}
	return false
}
