package tiles

import (
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// What a camera sees is drawn also in tiles that the camera is not in.
func TestCoverage(t *testing.T) {
	at := orb.Point{121.4062, 31.2372}
	blind, planned := thing(2, assets.Camera, at), camera(3, at, 0, 60, 400)
	planned.Asset.Lifecycle = assets.Planned
	w := &plainWorld{things: []*twin.Thing{camera(1, at, 90, 60, 400), blind, planned}}
	s := newServer(t, Options{World: w})
	east := geo.TileAt(orb.Point{at[0] + 0.0035, at[1]}, 17)
	if east == geo.TileAt(at, 17) {
		t.Fatal("the camera must stand in another tile")
	}
	features := decode(t, get(t, s, "coverage", east).Data).Features
	if len(features) != 1 || features[0].ID != 1.0 || features[0].Properties["range"] != 400.0 {
		t.Fatalf("features %v, want the sight of camera 1", features)
	}
	if got := get(t, s, "coverage", geo.TileAt(orb.Point{at[0] - 0.0035, at[1]}, 17)); len(got.Data) != 0 {
		t.Error("the camera sees what is behind it")
	}
	if got := get(t, s, "cameras", east); len(got.Data) != 0 {
		t.Error("the camera itself is drawn where it only looks")
	}
}

// The quick test leaves out nothing that the drawing shows.
func TestMayTouch(t *testing.T) {
	s := newServer(t, Options{World: &plainWorld{}})
	l := mustLayer(t, s, "coverage")
	at := orb.Point{121.4062, 31.2372}
	for azimuth := geo.Degrees(0); azimuth < 360; azimuth += 7 {
		c := camera(1, at, azimuth, 50, 5000)
		ring := geo.Sector(at, azimuth, 50, 5000)[0]
		for _, p := range ring {
			b := p.Bound()
			if !l.mayTouch(c, b) || !l.search(b).Contains(at) {
				t.Fatalf("azimuth %v: the corner %v is not found", azimuth, p)
			}
		}
		if planar.Area(ring) <= 0 {
			t.Fatalf("azimuth %v: the ring turns the wrong way", azimuth)
		}
	}
	if l.mayTouch(camera(1, at, 0, 50, 100), orb.Point{121.42, 31.2372}.Bound()) {
		t.Error("a camera of 100 m may touch what is 1.3 km away")
	}
}
