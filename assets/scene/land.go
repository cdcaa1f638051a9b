package scene

import (
	"fmt"
	"strings"

	"github.com/paulmach/orb"

	"suhe/assets"
)

func (m *maker) areas(yield func(*assets.Asset) bool) bool {
	for _, s := range m.sheet.streets {
		a := &assets.Asset{
			ID: assets.ID(s.Code), Kind: assets.Area, Class: "area.street", Name: s.Name,
			Shape: solid(orb.Polygon{s.Outline}), Owner: "普陀区", Lifecycle: assets.InUse,
			Properties: assets.Properties{
				{Key: "approximate", Value: s.Approximate},
				{Key: "code", Value: s.Code},
				{Key: "label", Value: []any{s.Label[0], s.Label[1]}},
			},
		}
		if !yield(a) {
			return false
		}
	}
	return true
}

func (m *maker) water(yield func(*assets.Asset) bool) bool {
	creek := &assets.Asset{
		ID: "creek", Kind: assets.Water, Class: "water.river", Name: m.sheet.creek.Name,
		Shape: solid(toPolygon(m.creek.outline())), Owner: "市水务局", Lifecycle: assets.InUse,
	}
	if !yield(creek) {
		return false
	}
	for side, b := range m.creek.banks {
		a := &assets.Asset{
			ID: assets.ID("bank-" + sideID[side]), Kind: assets.Bank, Class: "bank.wall",
			Name: "苏州河" + sideName[side], Shape: solid(toLine(b.line)), Owner: "区河道管理所", Lifecycle: assets.InUse,
			Properties: assets.Properties{{Key: "crest_m", Value: 5.2}},
		}
		a.Shape.Height = 1.2
		if !yield(a) {
			return false
		}
	}
	return true
}

var (
	sideID   = [2]string{"left", "right"}
	sideName = [2]string{"左岸", "右岸"}
)

func (m *maker) landmarks(yield func(*assets.Asset) bool) bool {
	for i, s := range m.sheet.landmarks {
		a := &assets.Asset{
			ID: assets.ID(fmt.Sprintf("landmark-%02d", i+1)), Kind: assets.Landmark, Class: landmarkClass(s.Name),
			Name: s.Name, Shape: solid(s.point()), Lifecycle: assets.InUse,
			Properties: assets.Properties{{Key: "approximate", Value: s.Approximate}},
		}
		if !yield(a) {
			return false
		}
	}
	for i, s := range m.sheet.stations {
		a := &assets.Asset{
			ID: assets.ID(fmt.Sprintf("metro-%02d", i+1)), Kind: assets.Landmark, Class: "landmark.metro",
			Name: s.Name + "站", Shape: solid(s.point()), Owner: "申通地铁", Lifecycle: assets.InUse,
		}
		if !yield(a) {
			return false
		}
	}
	return true
}

func landmarkClass(name string) string {
	for _, c := range []struct{ word, class string }{
		{"博物馆", "landmark.museum"}, {"公园", "landmark.park"}, {"码头", "landmark.wharf"},
		{"大学", "landmark.campus"}, {"环球港", "landmark.mall"}, {"天安千树", "landmark.mall"},
	} {
		if strings.Contains(name, c.word) {
			return c.class
		}
	}
	return "landmark.scenic"
}
