package tiles

import (
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin"
)

// TestClusterTile reads a tile of one cluster and one thing with orb's decoder.
func TestClusterTile(t *testing.T) {
	tile := geo.TileAt(orb.Point{121.4062, 31.2372}, 10)
	put := func(fid assets.FID, class string, x, y float64, s twin.State, severity twin.Severity) *twin.Thing {
		is := thing(fid, assets.Sensor, at(tile, x, y))
		is.Asset.Class, is.State, is.Severity = class, s, severity
		return is
	}
	online, offline := twin.State{Communication: twin.Online}, twin.State{Communication: twin.Offline}
	w := &plainWorld{things: []*twin.Thing{
		put(3, "sensor.rain", 100, 100, online, 0),
		put(4, "sensor.rain", 300, 140, online, 4),
		put(5, "sensor.flow", 200, 210, offline, 2),
		put(6, "sensor.flow", 2000, 4095.9, offline, 2),
	}}
	for name, s := range map[string]*Server{"counted": newServer(t, Options{World: w}), "gathered": newServer(t, Options{World: w})} {
		t.Run(name, func(t *testing.T) {
			if name == "counted" {
				s.Took(twin.Batch{}) // at a position before the world's
			}
			r := get(t, s, "sensors", tile)
			if (name == "counted") != (r.Position.Epoch == 0) {
				t.Errorf("position %+v", r.Position)
			}
			l := decode(t, r.Data)
			if len(l.Features) != 2 {
				t.Fatalf("%d features, want 2", len(l.Features))
			}
			lone, cluster := l.Features[0], l.Features[1]
			if lone.ID != 6.0 || lone.Properties["id"] != "sensor-6" || lone.Properties["cluster"] != nil || lone.Geometry != (orb.Point{2000, Extent - 1}) {
				t.Errorf("lone: %+v", lone)
			}
			want := geojson.Properties{
				"cluster": true, "count": 3.0, "apart": 11.0, "classes": "sensor.rain:2,sensor.flow:1", "severity": 2.0,
				"severity_2": 1.0, "severity_4": 1.0, "state_normal": 2.0, "state_offline": 1.0,
			}
			for k, v := range want {
				if cluster.Properties[k] != v {
					t.Errorf("%s is %v, want %v", k, cluster.Properties[k], v)
				}
			}
			if len(cluster.Properties) != len(want) || cluster.ID.(float64) < clusterID || cluster.Geometry != (orb.Point{200, 150}) {
				t.Errorf("cluster: %+v", cluster)
			}
		})
	}
}

// A cluster lies in one tile: every thing is counted once at each zoom, whatever
// edges it lies on.
func TestClustersCountEverythingOnce(t *testing.T) {
	var things []*twin.Thing
	for i := range 4 * 4 {
		x, y := float64(i%4)*Extent/2-0.4, float64(i/4)*Extent/2-0.4
		things = append(things, thing(assets.FID(i+1), assets.Fixture, at(home, x, y)))
	}
	w := &plainWorld{things: things}
	s := newServer(t, Options{World: w})
	s.Took(twin.Batch{})
	for _, datum := range []geo.CRS{"", geo.GCJ02, geo.BD09} {
		countOnce(t, s, datum, len(things))
	}
}

func countOnce(t *testing.T, s *Server, datum geo.CRS, want int) {
	t.Helper()
	for z := uint32(0); z < mustLayer(t, s, assets.Fixture.Layer()).Clusters.Below; z++ {
		total := 0.0
		middle := geo.TileAt(at(home, Extent/2, Extent/2), z)
		for x := max(middle.X, 1) - 1; x <= middle.X+1; x++ {
			for y := max(middle.Y, 1) - 1; y <= middle.Y+1; y++ {
				if tile := (geo.Tile{Z: z, X: x, Y: y}); tile.Valid() {
					got, err := s.Tile(t.Context(), Request{Layers: []string{"assets"}, Tile: tile, Datum: datum, Scope: access.Open()})
					if err != nil {
						t.Fatal(err)
					}
					total += countIn(decode(t, got.Data))
				}
			}
		}
		if total != float64(want) {
			t.Errorf("%s zoom %d: %v things in the tiles, want %d", datum, z, total, want)
		}
	}
}

func countIn(l *mvt.Layer) (n float64) {
	for _, f := range l.Features {
		if count, ok := f.Properties["count"].(float64); ok {
			n += count
		} else {
			n++
		}
	}
	return n
}

// A cluster's tags must fit their one byte of length, however much there is to say.
func TestFullestClusterFits(t *testing.T) {
	w := newLayerWriter()
	w.begin(geo.Tile{}, 0)
	for i := range 1 << 15 { // so that every index takes three bytes
		w.values.number(float64(i) + 0.5)
	}
	c := cluster{id: 1<<53 - 1, x: 1 << 31, y: 1 << 31, count: 1 << 30, apart: 12, classes: "a:1,b:2"}
	for i := range c.states {
		c.states[i] = uint32(1000 + i)
	}
	for i := range c.severities {
		c.severities[i] = uint32(2000 + i)
	}
	w.cluster(&c, w.frame.vertex(c.x, c.y), ^Properties(0))
	l := decode(t, w.finish(nil, "sensors"))
	if n := len(l.Features[0].Properties); n != 5+severities-1+stateCount || l.Features[0].Geometry != (orb.Point{2048, 2048}) {
		t.Errorf("%d properties: %+v", n, l.Features[0])
	}
}

func TestClusterFieldsAreNamedInOrder(t *testing.T) {
	if len(twin.Summaries()) != stateCount {
		t.Fatalf("%d words for states, want %d", len(twin.Summaries()), stateCount)
	}
	for i, word := range twin.Summaries() {
		if got := (fieldStates + field(i)).String(); got != "state_"+word {
			t.Errorf("field of %s is %s", word, got)
		}
	}
	for i := range severities - 1 {
		if got, want := (fieldSeverities + field(i)).String(), "severity_"+string(rune('1'+i)); got != want {
			t.Errorf("field of severity %d is %s", i+1, got)
		}
	}
}

// A thing that the scope no longer sees, or that is no longer there, is not drawn
// in the place of a count of one.
func TestLoneThingIsAskedForAgain(t *testing.T) {
	w := &plainWorld{things: []*twin.Thing{thing(1, assets.Sensor, at(home, 5, 5))}}
	c := &cluster{id: 1, count: 1}
	l := mustLayer(t, newServer(t, Options{World: w}), "sensors")
	draws := func(c *cluster, scope access.Scope) bool {
		d := renderer{writer: newLayerWriter()}
		d.writer.begin(home, 0)
		d.sight.By(scope)
		d.clusterOr(w, c, l, &Request{Scope: scope}, l.fields)
		return d.writer.count > 0
	}
	if !draws(c, access.Open()) || draws(c, access.Scope{}) || draws(&cluster{id: 2, count: 1}, access.Open()) {
		t.Error("a lone thing shows if it is there and seen, and only then")
	}
	w.set(1, thing(1, assets.Camera, at(home, 5, 5)))
	if draws(c, access.Open()) {
		t.Error("a camera among sensors")
	}
}

func TestLayersCluster(t *testing.T) {
	catalogue, err := readCatalogue(layersJSON)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range catalogue.Layers {
		clusters := slices.Contains([]string{"assets", "cameras", "sensors"}, l.Name)
		if l.clusters(8) != clusters || l.clusters(l.MaxZoom) {
			t.Errorf("%s: clusters at 8 %v, at %d %v", l.Kind, l.clusters(8), l.MaxZoom, l.clusters(l.MaxZoom))
		}
	}
}
