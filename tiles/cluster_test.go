package tiles

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin"
)

func (w *plainWorld) ByFID(fid assets.FID) *twin.Thing {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, t := range w.things {
		if t.Asset.FID == fid {
			return labelled(t)
		}
	}
	return nil
}

// partial is a scope that does not see one class and one area.
type partial struct{ class, area string }

func (p partial) SeesFacet(f access.Facet) bool { return f.Class != p.class && f.Area != p.area }

var scopes = []seer{access.Open(), access.Scope{}, partial{"sensor.rain", "other"}, partial{"none", "changfeng"}}

// clustersOf is what a tile must show of the things, worked out by looking at all.
func clustersOf(l *layer, things []*twin.Thing, tile geo.Tile, scope seer) []cluster {
	cellOf := func(t *twin.Thing, z uint32) [2]uint64 {
		x, y := middle(&t.Flat)
		size := uint64(1) << (32 - z)
		return [2]uint64{uint64(x) / size, uint64(y) / size}
	}
	cells := make(map[[2]uint64][]*twin.Thing)
	for _, t := range things {
		if t.Asset.Kind == l.Kind && scope.SeesFacet(access.FacetOf(t.Asset)) && cellOf(t, tile.Z) == [2]uint64{uint64(tile.X), uint64(tile.Y)} {
			cell := cellOf(t, tile.Z+split)
			cells[cell] = append(cells[cell], t)
		}
	}
	var out []cluster
	for cell, members := range cells {
		c := cluster{count: uint32(len(members)), id: 1<<52 + 1<<(2*(tile.Z+split)) + cell[1]<<(tile.Z+split) + cell[0]}
		var sumX, sumY uint64
		classes := make(map[string]int)
		for _, t := range members {
			x, y := middle(&t.Flat)
			sumX, sumY = sumX+uint64(x), sumY+uint64(y)
			classes[t.Asset.Class]++
			c.severities[t.Severity]++
			if t.Device() {
				c.states[slices.Index(twin.Summaries(), t.Summary())]++
			}
		}
		c.x, c.y = uint32(sumX/uint64(len(members))), uint32(sumY/uint64(len(members)))
		if len(members) == 1 {
			c.id = uint64(members[0].Asset.FID)
		}
		for c.apart = tile.Z + 1; !slices.ContainsFunc(members, func(t *twin.Thing) bool {
			return c.apart >= l.Clusters.Below && c.apart >= l.Classes[t.Asset.Class] ||
				c.apart < l.Clusters.Below && cellOf(t, c.apart+split) != cellOf(members[0], c.apart+split)
		}); {
			c.apart++
		}
		c.class, c.classes = mixOf(classes)
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b cluster) int { return cmp.Compare(a.id, b.id) })
	return out
}

func mixOf(classes map[string]int) (class, mix string) {
	codes := slices.SortedFunc(maps.Keys(classes), func(a, b string) int {
		return cmp.Or(classes[b]-classes[a], strings.Compare(a, b))
	})
	if len(codes) == 1 {
		return codes[0], ""
	}
	var parts []string
	other := 0
	for i, code := range codes {
		if i < 4 {
			parts = append(parts, fmt.Sprintf("%s:%d", code, classes[code]))
		} else {
			other += classes[code]
		}
	}
	if other > 0 {
		parts = append(parts, fmt.Sprintf("other:%d", other))
	}
	return "", strings.Join(parts, ",")
}

// nearby draws a point from one of a few places, at any distance from it, so
// that what lies in one cell comes apart at every zoom.
func nearby(t *rapid.T) orb.Point {
	p := rapid.SampledFrom([]orb.Point{{121.4062, 31.2372}, {121.4, 31.25}, {-70, -33}, {0, 0}}).Draw(t, "place")
	reach := 45.0 / float64(uint64(1)<<rapid.IntRange(0, 24).Draw(t, "reach"))
	return orb.Point{
		p[0] + reach*rapid.Float64Range(-1, 1).Draw(t, "east"),
		p[1] + reach*rapid.Float64Range(-1, 1).Draw(t, "north"),
	}
}

var someClasses = []string{"sensor.rain", "sensor.water_level", "sensor.flow", "sensor.other", "sensor.noise", "asset.tree"}

// device draws a sensor, or rarely something else of the same number.
func device(t *rapid.T, fid assets.FID) *twin.Thing {
	kind := rapid.SampledFrom([]assets.Kind{assets.Sensor, assets.Sensor, assets.Sensor, assets.Fixture, assets.Area}).Draw(t, "kind")
	p := nearby(t)
	var g orb.Geometry = p
	if rapid.IntRange(0, 5).Draw(t, "line") == 0 {
		g = orb.LineString{p, nearby(t)}
	}
	is := thing(fid, kind, g)
	is.Asset.Class = rapid.SampledFrom(someClasses).Draw(t, "class")
	is.Asset.Location.Area = rapid.SampledFrom([]string{"", "changfeng", "changshou"}).Draw(t, "area")
	return feel(t, is)
}

// feel gives the thing another state.
func feel(t *rapid.T, was *twin.Thing) *twin.Thing {
	is := *was
	is.Severity = twin.Severity(rapid.IntRange(0, 4).Draw(t, "severity"))
	is.State = twin.State{
		Communication: rapid.SampledFrom([]twin.Communication{twin.Online, twin.Offline, twin.Unknown}).Draw(t, "comm"),
		Data:          rapid.SampledFrom([]twin.Data{twin.Fresh, twin.Stale, twin.None}).Draw(t, "data"),
		Service:       rapid.SampledFrom([]twin.Service{twin.Normal, twin.Normal, twin.Maintenance}).Draw(t, "service"),
	}
	return &is
}

// Whatever is born, moves, changes and dies, the counts are what counting anew
// gives, for every scope; and so is what is gathered from a list.
func TestClustersAreWhatOneWouldCount(t *testing.T) {
	l := mustLayer(t, newServer(t, Options{World: &plainWorld{}}), "sensors")
	l.Classes = map[string]uint32{"sensor.rain": 14, "sensor.flow": 13}
	rapid.Check(t, func(t *rapid.T) {
		w := &plainWorld{}
		for fid := range rapid.IntRange(0, 40).Draw(t, "at first") {
			w.things = append(w.things, device(t, assets.FID(fid+1)))
		}
		c := newClusters(l)
		c.took(w, twin.Batch{})
		t.Repeat(map[string]func(*rapid.T){
			"": func(t *rapid.T) {
				if empty := !slices.ContainsFunc(w.things, func(t *twin.Thing) bool { return t.Asset.Kind == l.Kind }); empty != (c.tree.root == nil) {
					t.Fatalf("no things: %v, no cells: %v", empty, c.tree.root == nil)
				}
			},
			"change": func(t *rapid.T) {
				var b twin.Batch
				for range rapid.IntRange(1, 20).Draw(t, "changes") {
					b.Changes = append(b.Changes, changeOf(t, w))
				}
				if c.took(w, b) {
					t.Fatal("a true change contradicts the counts")
				}
			},
			"look": func(t *rapid.T) {
				tile := geo.TileAt(nearby(t), rapid.Uint32Range(0, l.Clusters.Below-1).Draw(t, "z"))
				for _, scope := range scopes {
					want := clustersOf(l, w.things, tile, scope)
					if got := c.within(nil, tile, scope); !slices.Equal(got, want) {
						t.Fatalf("%v for %v: got\n%+v\nwant\n%+v", tile, scope, got, want)
					}
					var seen []*twin.Thing
					for _, t := range w.things {
						if t.Asset.Kind == l.Kind && scope.SeesFacet(access.FacetOf(t.Asset)) {
							seen = append(seen, t)
						}
					}
					if got := l.gather(seen, tile); !slices.Equal(got, want) {
						t.Fatalf("%v for %v: gathered\n%+v\nwant\n%+v", tile, scope, got, want)
					}
				}
			},
		})
	})
}

// changeOf lets something happen to one of few things.
func changeOf(t *rapid.T, w *plainWorld) twin.Change {
	fid := assets.FID(rapid.IntRange(1, 40).Draw(t, "fid"))
	was := w.ByFID(fid)
	switch rapid.SampledFrom([]string{"die", "feel", "feel", "put", "put"}).Draw(t, "what") {
	case "die":
		if was != nil {
			return w.set(fid, nil)
		}
	case "feel":
		if was != nil {
			return w.set(fid, feel(t, was))
		}
	}
	return w.set(fid, device(t, fid))
}

// What contradicts the counts makes them be counted anew, and all tiles stale.
func TestClustersRecoverFromWhatTheyWereNotTold(t *testing.T) {
	w := &plainWorld{things: []*twin.Thing{thing(1, assets.Sensor, at(home, 5, 5))}}
	s := newServer(t, Options{World: w})
	s.Took(twin.Batch{})
	tile := geo.TileAt(at(home, 5, 5), 8)
	get(t, s, "sensors", tile)
	untold := thing(2, assets.Sensor, at(home, 5, 90))
	w.set(2, untold)
	s.Took(twin.Batch{Changes: []twin.Change{w.set(2, thing(2, assets.Sensor, orb.Point{0, 0}))}})
	c := s.clusters[mustLayer(t, s, assets.Sensor.Layer())]
	for _, tile := range []geo.Tile{tile, {}} {
		if got, want := c.within(nil, tile, access.Open()), clustersOf(c.layer, w.things, tile, access.Open()); !slices.Equal(got, want) {
			t.Errorf("%v: got %+v, want %+v", tile, got, want)
		}
	}
	if l := decode(t, get(t, s, "sensors", tile).Data); len(l.Features) != 1 {
		t.Errorf("%d features, want 1", len(l.Features))
	}
}

// A thing far from all others costs one cell, not one at every depth.
func TestLoneThingsCostOneCell(t *testing.T) {
	tree := clusterTree{deepest: 14}
	for i := range uint32(4) {
		tree.add(member{x: i << 30, y: 77, fid: uint64(i + 1)})
	}
	var count func(*cell) int
	count = func(c *cell) int {
		if c == nil {
			return 0
		}
		n := 1
		for _, p := range c.parts {
			n += count(p)
		}
		return n
	}
	if n := count(tree.root); n != 7 {
		t.Errorf("%d cells, want 4, their two parents and the root", n)
	}
}
