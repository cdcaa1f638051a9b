package tiles

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/paulmach/orb/encoding/mvt"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin"
	"suhe/twin/filter"
)

// A tile too large is drawn with fewer things; those in trouble stay.
func TestByteBudget(t *testing.T) {
	things := fixtures(3000)
	for i := range 200 {
		things[i].Severity = 2
	}
	s := newServer(t, Options{World: &plainWorld{things: things}, Bytes: 10_000})
	got := get(t, s, "assets", home)
	features := decode(t, got.Data).Features
	if len(got.Gzip) > 10_000 || len(got.Gzip) < 5_000 {
		t.Errorf("%d bytes, want at most 10,000 and not much less", len(got.Gzip))
	}
	if got.Left == 0 || got.Left+len(features) != 3000 || features[0].Properties["truncated"] != true {
		t.Errorf("%d features, %d left out, the first is %v", len(features), got.Left, features[0].Properties)
	}
	troubled := 0
	for _, f := range features {
		if f.Properties["severity"] == 2.0 {
			troubled++
		}
	}
	if troubled != 200 {
		t.Errorf("%d in trouble are drawn, want 200", troubled)
	}
}

// Where trouble alone is too much, it is drawn without names.
func TestBareBudget(t *testing.T) {
	things := fixtures(2000)
	for _, th := range things {
		th.Severity = 1
	}
	s := newServer(t, Options{World: &plainWorld{things: things}, Bytes: 10_000})
	got := get(t, s, "assets", home)
	features := decode(t, got.Data).Features
	if got.Left != 0 || len(features) != 2000 || features[0].Properties["id"] != nil || features[0].Properties["severity"] != 1.0 {
		t.Errorf("%d features, %d left out, the first is %v", len(features), got.Left, features[0].Properties)
	}
}

func TestSeveralLayersInOneTile(t *testing.T) {
	w := &plainWorld{things: append(fixtures(200), footprints(50)...)}
	s := newServer(t, Options{World: w, Features: 150})
	r := Request{Layers: []string{"buildings", "sensors", "assets"}, Tile: home, Scope: access.Open()}
	got, err := s.Tile(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	layers, err := mvt.Unmarshal(got.Data)
	if err != nil || len(layers) != 2 || layers[0].Name != "buildings" || layers[1].Name != "assets" {
		t.Fatalf("layers %v, error %v; want buildings and assets, no empty one", layers, err)
	}
	if n := len(layers[0].Features) + len(layers[1].Features); n != 150 || got.Left == 0 {
		t.Errorf("%d features in the tile, want the budget of 150; %d left out", n, got.Left)
	}
	if _, err := s.Tile(t.Context(), Request{Layers: []string{"assets", "roads"}, Tile: home}); !errors.Is(err, assets.ErrNotFound) {
		t.Errorf("unknown second layer: %v", err)
	}
}

func TestPropertiesOnRequest(t *testing.T) {
	th := thing(1, assets.Fixture, at(home, 2000, 2000))
	th.Asset.Owner, th.Asset.Lifecycle = "区河道所", assets.InUse
	th.Asset.Location = assets.Location{Area: "310107", Place: &geo.Place{Chainage: 1234.4, Bank: geo.Left}}
	s := newServer(t, Options{World: &plainWorld{things: []*twin.Thing{th}}})
	asked, err := ParseProperties("owner,area,bank,chainage,lifecycle,azimuth")
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Tile(t.Context(), Request{Layers: []string{"assets"}, Tile: home, Properties: asked, Scope: access.Open()})
	if err != nil {
		t.Fatal(err)
	}
	want := "map[area:310107 bank:left chainage:1234 lifecycle:in_use owner:区河道所]"
	if p := fmt.Sprint(map[string]any(decode(t, got.Data).Features[0].Properties)); p != want {
		t.Errorf("properties %s, want %s", p, want)
	}
}

// A tile of low zoom is repainted at most once in the time that is set.
func TestCalm(t *testing.T) {
	now := time.Unix(0, 0)
	w := &plainWorld{things: []*twin.Thing{thing(1, assets.Sensor, at(home, 2000, 2000))}}
	s := newServer(t, Options{World: w, Now: func() time.Time { return now }})
	low := geo.Tile{Z: 11, X: home.X >> 4, Y: home.Y >> 4}
	before, near := get(t, s, "sensors", low), get(t, s, "sensors", home)
	s.Took(twin.Batch{Changes: []twin.Change{w.set(1, nil)}})
	now = now.Add(time.Second)
	if get(t, s, "sensors", low).ETag != before.ETag {
		t.Error("a low zoom was repainted after a second")
	}
	if get(t, s, "sensors", home).ETag == near.ETag {
		t.Error("a high zoom is stale")
	}
	now = now.Add(2 * time.Second)
	if get(t, s, "sensors", low).ETag == before.ETag {
		t.Error("a low zoom is stale after three seconds")
	}
}

// Tiles that are special to a few drive no plain tile out of the cache.
func TestManyFiltersDoNotFlood(t *testing.T) {
	searches := 0
	w := &plainWorld{things: fixtures(100), within: func() { searches++ }}
	s := newServer(t, Options{World: w, Cache: 200_000})
	get(t, s, "assets", home)
	for i := range 10_000 {
		f, err := filter.Parse(fmt.Sprintf("height > %d", i))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Tile(t.Context(), Request{Layers: []string{"assets"}, Tile: home, Filter: f, Scope: access.Open()}); err != nil {
			t.Fatal(err)
		}
	}
	searches = 0
	get(t, s, "assets", home)
	if held := s.cache.size() + s.special.size(); searches != 0 || held > 200_000 {
		t.Errorf("%d searches for a plain tile after 10,000 filters, %d bytes held", searches, held)
	}
}

// When too many renders wait, those who come are refused; the others are not harmed.
func TestTooManyRenders(t *testing.T) {
	free := make(chan struct{})
	w := &plainWorld{things: fixtures(10), within: func() { <-free }}
	s := newServer(t, Options{World: w, Renders: 1, Waiting: 2})
	answers := make(chan error)
	ask := func(x uint32) {
		_, err := s.Tile(context.Background(), Request{Layers: []string{"assets"}, Tile: geo.Tile{Z: home.Z, X: x, Y: home.Y}, Scope: access.Open()})
		answers <- err
	}
	const asked = 5
	for i := range uint32(asked) {
		go ask(home.X + i)
	}
	for range asked - 3 { // one renders, two wait
		if err := <-answers; !errors.Is(err, assets.ErrBusy) {
			t.Errorf("got %v, want ErrBusy", err)
		}
	}
	close(free)
	for range 3 {
		if err := <-answers; err != nil {
			t.Errorf("one who waited got %v", err)
		}
	}
}

// A filter on values sees those of now, though they change no other tile.
func TestFilterOnValuesIsFresh(t *testing.T) {
	gauge := thing(1, assets.Sensor, at(home, 2000, 2000))
	gauge.Last = []twin.Observation{{Asset: gauge.Asset.ID, Phenomenon: "water_level", Value: 2}}
	w := &plainWorld{things: []*twin.Thing{gauge}, at: twin.Position{Epoch: 1, Obs: 1}}
	s := newServer(t, Options{World: w})
	high, err := filter.Parse("values.water_level > 3")
	if err != nil {
		t.Fatal(err)
	}
	r := Request{Layers: []string{"sensors"}, Tile: home, Filter: high, Scope: access.Open()}
	for i, value := range []float64{2, 4, 2.5} {
		is := *gauge
		is.Last = []twin.Observation{{Asset: gauge.Asset.ID, Phenomenon: "water_level", Value: value}}
		w.at.Obs++
		s.Took(twin.Batch{At: w.at, Changes: []twin.Change{w.set(1, &is)}})
		got, err := s.Tile(t.Context(), r)
		if err != nil || (len(got.Data) > 0) != (value > 3) {
			t.Errorf("report %d of %v: %d bytes, error %v", i, value, len(got.Data), err)
		}
	}
}
