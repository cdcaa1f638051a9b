package tiles

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin"
)

// shiftIn makes a shift to a datum.
func shiftIn(t testing.TB, datum geo.CRS) *shift {
	t.Helper()
	to, err := projector(datum)
	if err != nil {
		t.Fatal(err)
	}
	return &shift{to: to}
}

// Everything that is drawn in a tile is found by its source box, and lies on
// ground whose version the tile follows.
func TestSourceHoldsWhatShows(t *testing.T) {
	for _, datum := range []geo.CRS{"", geo.GCJ02, geo.BD09} {
		s := shiftIn(t, datum)
		rapid.Check(t, func(t *rapid.T) {
			tile := geo.TileAt(orb.Point{
				rapid.Float64Range(80, 130).Draw(t, "lon"), rapid.Float64Range(5, 50).Draw(t, "lat"),
			}, rapid.Uint32Range(0, geo.MaxZoom).Draw(t, "z"))
			b := tile.Bound(reach)
			at := orb.Point{
				b.Min[0] + (b.Max[0]-b.Min[0])*rapid.Float64Range(0, 1).Draw(t, "x"),
				b.Min[1] + (b.Max[1]-b.Min[1])*rapid.Float64Range(0, 1).Draw(t, "y"),
			}
			if at[0] < 74 || at[0] > 136 || at[1] < 2 || at[1] > 54 {
				return // the shift begins and ends somewhere
			}
			from := at
			if s.to != nil {
				from = s.to.ToWGS84(at)
			}
			if !s.source(tile).Pad(1e-9).Contains(from) {
				t.Fatalf("%s %v: %v is drawn from %v, outside %v", datum, tile, at, from, s.source(tile))
			}
			covered, tiles := false, 0
			s.cover(tile, func(c geo.Tile) {
				tiles++
				covered = covered || c.Bound(reach).Pad(1e-9).Contains(from)
			})
			if !covered || tiles > 36 {
				t.Fatalf("%s %v: covered is %v, by %d tiles", datum, tile, covered, tiles)
			}
		})
	}
}

// A vertex is shifted once, and as exactly as tiles can tell.
func TestDatumMovesVertices(t *testing.T) {
	at := orb.Point{121.4062, 31.2372}
	w := &plainWorld{things: []*twin.Thing{thing(1, assets.Sensor, at)}}
	s := newServer(t, Options{World: w})
	for _, datum := range []geo.CRS{geo.GCJ02, geo.BD09} {
		want := shiftIn(t, datum).to.FromWGS84(at)
		tile := geo.TileAt(want, 18)
		r := Request{Layers: []string{"sensors"}, Tile: tile, Datum: datum, Scope: access.Open()}
		for range 2 { // from the cache as well
			got, err := s.Tile(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			features := decode(t, got.Data).Features
			if len(features) != 1 {
				t.Fatalf("%s: %d features", datum, len(features))
			}
			p := onGround(tile, features[0].Geometry.(orb.Point))
			if metres := geo.Distance(p, want); metres > 0.05 {
				t.Errorf("%s: drawn at %v, want %v: %v m off", datum, p, want, metres)
			}
		}
	}
	if got := get(t, s, "sensors", geo.TileAt(at, 18)); len(got.Data) == 0 {
		t.Error("in WGS84 it moved")
	}
}

// onGround is where a point of a tile lies, in degrees.
func onGround(tile geo.Tile, p orb.Point) orb.Point { return at(tile, p[0], p[1]) }

func TestShiftedFlatKeepsItsParts(t *testing.T) {
	ring := orb.Ring{{121.40, 31.23}, {121.41, 31.23}, {121.41, 31.24}, {121.40, 31.23}}
	hole := orb.Ring{{121.405, 31.232}, {121.409, 31.236}, {121.409, 31.232}, {121.405, 31.232}}
	g := geo.Flatten(orb.MultiPolygon{{ring, hole}, {orb.Ring{{121.42, 31.23}, {121.43, 31.23}, {121.43, 31.24}, {121.42, 31.23}}}})
	s := shiftIn(t, geo.GCJ02)
	got := *s.of(&g)
	want := geo.Flatten(geo.Reproject(orb.MultiPolygon{{ring, hole}, {orb.Ring{{121.42, 31.23}, {121.43, 31.23}, {121.43, 31.24}, {121.42, 31.23}}}}, s.to.FromWGS84))
	if len(got.XY) != len(want.XY) || len(got.Ends) != len(want.Ends) || len(got.Polys) != len(want.Polys) {
		t.Fatalf("got %+v, want %+v", got, want)
	}
	for i := range got.XY {
		if d := math.Abs(float64(got.XY[i]) - float64(want.XY[i])); d > 2 {
			t.Errorf("ordinate %d is %v units off", i, d)
		}
	}
}
