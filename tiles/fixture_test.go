package tiles

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"go.uber.org/goleak"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/internal/pgtest"
	"suhe/twin"
)

func TestMain(m *testing.M) {
	// The thread that started PostgreSQL waits for ever by design.
	goleak.VerifyTestMain(withPostGIS{m}, goleak.IgnoreAnyFunction("suhe/internal/pgcluster.(*Cluster).Start.func1"))
}

// withPostGIS removes the cluster after the tests that asked for one.
type withPostGIS struct{ m *testing.M }

func (w withPostGIS) Run() int { return pgtest.Main(w.m) }

// home is a tile in the middle of the creek.
var home = geo.TileAt(orb.Point{121.4062, 31.2372}, 15)

// plainWorld is a world without an index.
type plainWorld struct {
	mu     sync.Mutex
	things []*twin.Thing
	within func() // runs before every search, if set
	at     twin.Position
}

func (w *plainWorld) Within(dst []*twin.Thing, kind assets.Kind, b orb.Bound) []*twin.Thing {
	if w.within != nil {
		w.within()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	from := len(dst)
	for _, t := range w.things {
		if t.Asset.Kind == kind && t.Asset.Shape.Geometry.Plane.Bound().Intersects(b) {
			dst = append(dst, labelled(t))
		}
	}
	inOrder(dst[from:])
	return dst
}

func (w *plainWorld) Position() twin.Position { return twin.Position{Epoch: 1, Obs: w.at.Obs} }

// set puts, replaces or, if is is nil, removes the thing and returns the change.
func (w *plainWorld) set(fid assets.FID, is *twin.Thing) twin.Change {
	w.mu.Lock()
	defer w.mu.Unlock()
	at := slices.IndexFunc(w.things, func(t *twin.Thing) bool { return t.Asset.FID == fid })
	c := twin.Change{Is: is}
	if at >= 0 {
		c.Was = w.things[at]
		w.things = slices.Delete(w.things, at, at+1)
	}
	if is != nil {
		w.things = append(w.things, is)
	}
	return c
}

// draw writes a thing where it is, as a layer of its kind does.
func draw(w *layerWriter, t *twin.Thing, fields Properties) {
	switch {
	case t.Label.Point:
		w.point(t, t.Label.At, fields, false)
	case t.Asset.Kind == assets.Area:
		w.area(t, &t.Flat, fields, false)
	default:
		w.feature(t, &t.Flat, fields, false)
	}
}

// inOrder sorts things by number and returns them.
func inOrder(things []*twin.Thing) []*twin.Thing {
	slices.SortFunc(things, func(a, b *twin.Thing) int { return cmp.Compare(a.Asset.FID, b.Asset.FID) })
	return things
}

// labelled is the thing with the label of its asset as that is now: tests make
// things and then change them.
func labelled(t *twin.Thing) *twin.Thing {
	c := *t
	c.Label = twin.LabelOf(c.Asset, &c.Flat)
	return &c
}

// thing makes a thing of a geometry in degrees.
func thing(fid assets.FID, kind assets.Kind, g orb.Geometry) *twin.Thing {
	return &twin.Thing{
		Asset: &assets.Asset{
			ID: assets.ID(fmt.Sprintf("%s-%d", kind, fid)), FID: fid, Kind: kind, Class: string(kind) + ".other",
			Shape: assets.Shape{Geometry: geo.Solid{Plane: g}},
		},
		Flat: geo.Flatten(g),
	}
}

// camera makes a camera in use.
func camera(fid assets.FID, p orb.Point, azimuth, fov geo.Degrees, reach geo.Metres) *twin.Thing {
	t := thing(fid, assets.Camera, p)
	t.Anchor = p
	t.Asset.Lifecycle = assets.InUse
	t.Asset.Camera = &assets.CameraSpec{Azimuth: azimuth, HorizontalFOV: fov, VerticalFOV: 40, Range: reach}
	return t
}

// allOf is a world in which every search finds all things, which are in order;
// it is as fast as can be.
type allOf []*twin.Thing

func (w allOf) Within(dst []*twin.Thing, _ assets.Kind, _ orb.Bound) []*twin.Thing {
	return append(dst, w...)
}

func (allOf) ByFID(assets.FID) *twin.Thing { return nil }

func (allOf) Position() twin.Position { return twin.Position{Epoch: 1} }

// failer is a test, rapid's as well.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

func mustLayer(t failer, s *Server, name string) *layer {
	t.Helper()
	l, ok := s.catalogue.layer(name)
	if !ok {
		t.Fatalf("no layer %s", name)
	}
	return l
}

func newServer(t testing.TB, o Options) *Server {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func get(t testing.TB, s *Server, layer string, tile geo.Tile) Response {
	t.Helper()
	r, err := s.Tile(t.Context(), Request{Layers: []string{layer}, Tile: tile, Scope: access.Open()})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// decode reads a tile with orb's decoder; it has one layer or none.
func decode(t testing.TB, data []byte) *mvt.Layer {
	t.Helper()
	layers, err := mvt.Unmarshal(data)
	if err != nil {
		t.Fatalf("orb cannot read the tile: %v", err)
	}
	switch len(layers) {
	case 0:
		return &mvt.Layer{}
	case 1:
		if layers[0].Version != 2 || layers[0].Extent != Extent {
			t.Fatalf("version %d extent %d, want 2 and %d", layers[0].Version, layers[0].Extent, Extent)
		}
		return layers[0]
	}
	t.Fatalf("%d layers, want 1", len(layers))
	return nil
}

// at is a point in degrees at units of a tile.
func at(t geo.Tile, x, y float64) orb.Point {
	n := math.Exp2(float64(t.Z))
	lon := (float64(t.X)+x/Extent)/n*360 - 180
	lat := math.Atan(math.Sinh(math.Pi*(1-2*(float64(t.Y)+y/Extent)/n))) * 180 / math.Pi
	return orb.Point{lon, lat}
}
