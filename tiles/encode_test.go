package tiles

import (
	"math"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin"
)

// flat makes a Flat of points in units of the home tile.
func flat(kind geo.FlatType, parts ...[]spot) geo.Flat {
	g := *world(parts, true)
	g.Type = kind
	if kind != geo.FlatPolygon {
		g.Polys = nil
	}
	return g
}

// layerOf encodes things and reads them back with orb.
func layerOf(t testing.TB, kind assets.Kind, things ...*twin.Thing) []*geojson.Feature {
	t.Helper()
	s := newServer(t, Options{World: &plainWorld{}})
	l := mustLayer(t, s, kind.Layer())
	w := newLayerWriter()
	w.begin(home, 0)
	for _, th := range things {
		draw(w, labelled(th), l.fields)
	}
	return decode(t, w.finish(nil, kind.Layer())).Features
}

// mark makes a thing the marker of an alarm or an incident.
func mark(state string, severity, light float64) func(*twin.Thing) {
	return func(t *twin.Thing) {
		t.Asset.Name = "水位超警"
		t.Asset.Properties = assets.Properties{{Key: twin.MarkerState, Value: state}, {Key: twin.MarkerSeverity, Value: severity}, {Key: twin.MarkerLight, Value: light}}
		t.Severity = twin.NewThing(t.Asset).Severity
	}
}

func TestProperties(t *testing.T) {
	cases := []struct {
		name string
		kind assets.Kind
		edit func(*twin.Thing)
		want geojson.Properties
	}{
		{"bare", assets.Fixture, func(t *twin.Thing) {}, geojson.Properties{}},
		{"numbers", assets.Building, func(t *twin.Thing) {
			t.Asset.Name, t.Asset.Shape.Base, t.Asset.Shape.Height, t.Severity = "天安千树", -2, 2.5, 3
		}, geojson.Properties{"name": "天安千树", "base": -2.0, "height": 2.5, "severity": 3.0}},
		{"exact double", assets.Building, func(t *twin.Thing) { t.Asset.Shape.Height = 12.1 }, geojson.Properties{"height": 12.1}},
		{"not a number", assets.Building, func(t *twin.Thing) { t.Asset.Shape.Height = geo.Metres(math.NaN()) }, geojson.Properties{}},
		{"infinite", assets.Building, func(t *twin.Thing) { t.Asset.Shape.Base = geo.Metres(math.Inf(-1)) }, geojson.Properties{}},
		{"long name", assets.Landmark, func(t *twin.Thing) { t.Asset.Name = strings.Repeat("长", 300) },
			geojson.Properties{"name": strings.Repeat("长", 300)}},
		{"english name", assets.Landmark, func(t *twin.Thing) {
			t.Asset.Name = "长风公园"
			t.Asset.Properties = assets.Properties{{Key: "name:en", Value: "Changfeng Park"}, {Key: "secret", Value: "x"}}
		}, geojson.Properties{"name": "长风公园", "name_en": "Changfeng Park"}},
		{"sensor state", assets.Sensor, func(t *twin.Thing) {
			t.State = twin.State{Communication: twin.Online, Data: twin.Stuck, Service: twin.Normal}
		}, geojson.Properties{"state": "stuck"}},
		{"camera looks north", assets.Camera, func(t *twin.Thing) {
			t.State = twin.State{Communication: twin.Offline}
			t.Asset.Camera = &assets.CameraSpec{HorizontalFOV: 60, Range: 80.5, GBID: "31010700001320000001"}
		}, geojson.Properties{"state": "offline", "azimuth": 0.0, "hfov": 60.0, "range": 80.5}},
		{"incident that is late", assets.Incident, mark("handling", 2, 1), geojson.Properties{"name": "水位超警", "state": "handling", "severity": 2.0, "light": 1.0}},
		{"incident in time", assets.Incident, mark("filed", 1, 0), geojson.Properties{"name": "水位超警", "state": "filed", "severity": 1.0}},
		{"alarm", assets.Alarm, mark("raised", 4, 2), geojson.Properties{"name": "水位超警", "state": "raised", "severity": 4.0}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			th := thing(math.MaxUint32+7, c.kind, orb.Point{121.4, 31.2})
			th.Flat = flat(geo.FlatPoint, []spot{{2000, 3000}})
			c.edit(th)
			got := layerOf(t, c.kind, th)
			if len(got) != 1 {
				t.Fatalf("%d features", len(got))
			}
			c.want["id"], c.want["class"] = string(th.Asset.ID), th.Asset.Class
			if got[0].ID != float64(math.MaxUint32+7) {
				t.Errorf("id %v", got[0].ID)
			}
			if len(got[0].Properties) != len(c.want) {
				t.Errorf("got %v, want %v", got[0].Properties, c.want)
			}
			for k, v := range c.want {
				if got[0].Properties[k] != v {
					t.Errorf("%s: got %v, want %v", k, got[0].Properties[k], v)
				}
			}
		})
	}
}

func TestGeometries(t *testing.T) {
	square := []spot{{0, 0}, {100, 0}, {100, 100}, {0, 100}}
	hole := []spot{{10, 10}, {10, 20}, {20, 20}, {20, 10}}
	cases := []struct {
		name string
		g    geo.Flat
		want orb.Geometry
	}{
		{"point", flat(geo.FlatPoint, []spot{{5, 6}}), orb.Point{5, 6}},
		{"point in the buffer", flat(geo.FlatPoint, []spot{{-64, 4160}}), orb.Point{-64, 4160}},
		{"point outside", flat(geo.FlatPoint, []spot{{-65, 0}}), nil},
		{"rounded", flat(geo.FlatPoint, []spot{{5.6, 6.4}}), orb.Point{6, 6}},
		{"points, one outside", flat(geo.FlatPoint, []spot{{5, 6}, {9000, 1}, {7, 7}}), orb.MultiPoint{{5, 6}, {7, 7}}},
		{"line", flat(geo.FlatLine, []spot{{0, 0}, {0, 0.2}, {10, 5}}), orb.LineString{{0, 0}, {10, 5}}},
		{"line in one unit", flat(geo.FlatLine, []spot{{0, 0}, {0.1, 0.2}}), nil},
		{"line through", flat(geo.FlatLine, []spot{{-1000, 100}, {9000, 100}}), orb.LineString{{-64, 100}, {4160, 100}}},
		{"line out and in", flat(geo.FlatLine, []spot{{4000, 0}, {5000, 0}, {5000, 500}, {4000, 500}}),
			orb.MultiLineString{{{4000, 0}, {4160, 0}}, {{4160, 500}, {4000, 500}}}},
		{"line past the corner", flat(geo.FlatLine, []spot{{4000, -300}, {4400, 100}}), nil},
		{"two lines", flat(geo.FlatLine, []spot{{0, 0}, {1, 1}}, []spot{{5, 5}, {6, 7}}),
			orb.MultiLineString{{{0, 0}, {1, 1}}, {{5, 5}, {6, 7}}}},
		{"square with hole", flat(geo.FlatPolygon, square, hole),
			orb.Polygon{{{0, 0}, {100, 0}, {100, 100}, {0, 100}, {0, 0}}, {{10, 10}, {10, 20}, {20, 20}, {20, 10}, {10, 10}}}},
		{"hole that vanishes", flat(geo.FlatPolygon, square, []spot{{10, 10}, {10, 10.3}, {10.3, 10.3}}),
			orb.Polygon{{{0, 0}, {100, 0}, {100, 100}, {0, 100}, {0, 0}}}},
		{"polygon that vanishes", flat(geo.FlatPolygon, []spot{{0, 0}, {40, 0.1}, {40, 0.3}}), nil},
		{"tile within", flat(geo.FlatPolygon, []spot{{-9000, -9000}, {9000, -9000}, {9000, 9000}, {-9000, 9000}}),
			orb.Polygon{{{-64, 4160}, {-64, -64}, {4160, -64}, {4160, 4160}, {-64, 4160}}}},
		{"a comb is cut to its teeth", flat(geo.FlatPolygon, []spot{{4000, 0}, {4300, 0}, {4300, 100}, {4000, 100}, {4000, 80}, {4200, 80}, {4200, 20}, {4000, 20}}),
			orb.MultiPolygon{{{{4000, 0}, {4160, 0}, {4160, 20}, {4000, 20}, {4000, 0}}}, {{{4000, 80}, {4160, 80}, {4160, 100}, {4000, 100}, {4000, 80}}}}},
		{"none", geo.Flat{}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			th := thing(1, assets.Water, orb.Point{121.4, 31.2})
			th.Flat = c.g
			got := layerOf(t, assets.Water, th)
			if c.want == nil {
				if len(got) != 0 {
					t.Fatalf("got %v, want nothing", got[0].Geometry)
				}
				return
			}
			if len(got) != 1 || !orb.Equal(got[0].Geometry, c.want) {
				for _, f := range got {
					t.Errorf("got %v", f.Geometry)
				}
				t.Fatalf("want %v", c.want)
			}
		})
	}
}

// The table of values holds every value once, and the keys come in order of use.
func TestTablesAreShared(t *testing.T) {
	var things []*twin.Thing
	for i := range 3000 {
		th := thing(assets.FID(i+1), assets.Building, orb.Point{121.4, 31.2})
		th.Flat = flat(geo.FlatPoint, []spot{{float64(i), 5}})
		th.Asset.Name = strings.Repeat("x", i%700+1)
		th.Asset.Shape.Height = geo.Metres(i % 900)
		things = append(things, th)
	}
	for i, f := range layerOf(t, assets.Building, things...) {
		h, _ := f.Properties["height"].(float64)
		if f.Properties["id"] != string(things[i].Asset.ID) || f.Properties["name"] != things[i].Asset.Name || h != float64(i%900) {
			t.Fatalf("feature %d: %v", i, f.Properties)
		}
	}
	v := newValues()
	v.reset()
	for range 2 {
		for i := range 3000 {
			if got := v.number(float64(i) + 0.25); got != uint32(i) {
				t.Fatalf("number %d has index %d", i, got)
			}
		}
	}
}

// However many they are, things in trouble stay.
func TestPickKeepsTheWorst(t *testing.T) {
	w := &plainWorld{}
	b := home.Bound(0)
	for i := range 300 {
		th := thing(assets.FID(i+1), assets.Sensor, orb.Point{b.Min[0] + (b.Max[0]-b.Min[0])*float64(i)/300, (b.Min[1] + b.Max[1]) / 2})
		th.Severity = twin.Severity(i % 5)
		w.things = append(w.things, th)
	}
	s := newServer(t, Options{World: w, Features: 100})
	got := get(t, s, "sensors", home)
	features := decode(t, got.Data).Features
	if got.Left != 60 || len(features) != 240 {
		t.Fatalf("%d features and %d left out, want all 240 in trouble and 60", len(features), got.Left)
	}
	for i, f := range features {
		if f.Properties["severity"] == nil {
			t.Error("something harmless stayed")
		}
		if (f.Properties["truncated"] == true) != (i == 0) {
			t.Errorf("feature %d: truncated is %v", i, f.Properties["truncated"])
		}
		if i > 0 && f.ID.(float64) <= features[i-1].ID.(float64) {
			t.Errorf("feature %d is out of order", i)
		}
	}
	if r, err := s.Tile(t.Context(), Request{Layers: []string{"sensors"}, Tile: home}); err != nil || len(r.Data) != 0 {
		t.Errorf("the zero scope sees %d bytes, error %v", len(r.Data), err)
	}
	if r, _ := s.Tile(t.Context(), Request{Layers: []string{"sensors"}, Tile: home, Scope: access.Open()}); len(r.Data) == 0 {
		t.Error("the open scope sees nothing")
	}
}
