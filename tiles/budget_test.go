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
