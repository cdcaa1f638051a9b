package assets_test

import (
	"context"
	"errors"
	"iter"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/assets/scene"
	"suhe/geo"
)

func TestCheck(t *testing.T) {
	r, _ := newRegistry(t)
	for _, a := range []*assets.Asset{gauge(), camera()} {
		if err := r.Check(a); err != nil {
			t.Fatalf("%s: %v", a.ID, err)
		}
	}
	nan := math.NaN()
	ring := orb.Ring{{121, 31}, {121.1, 31}, {121.1, 31.1}, {121, 31}}
	for _, c := range []struct {
		want   string
		change func(a *assets.Asset)
	}{
		{"id:", func(a *assets.Asset) { a.ID = "a b" }},
		{"kind:", func(a *assets.Asset) { a.Kind = "thing" }},
		{`class: "x"`, func(a *assets.Asset) { a.Class = "x" }},
		{"of kind camera, want one of kind sensor", func(a *assets.Asset) { a.Class = "camera.dome" }},
		{"lifecycle:", func(a *assets.Asset) { a.Lifecycle = "" }},
		{"name: 201 characters", func(a *assets.Asset) { a.Name = strings.Repeat("水", 201) }},
		{"name: control", func(a *assets.Asset) { a.Name = "a\nb" }},
		{"name: holds a NUL", func(a *assets.Asset) { a.Name = "a\x00" }},
		{"owner: is not UTF-8", func(a *assets.Asset) { a.Owner = "\xff" }},
		{"geometry: none", func(a *assets.Asset) { a.Shape.Geometry = geo.Solid{} }},
		{"swapped", func(a *assets.Asset) { a.Shape.Geometry = geo.Solid{Plane: orb.Point{31.2, 121.4}} }},
		{"finite", func(a *assets.Asset) { a.Shape.Geometry = geo.Solid{Plane: orb.Point{math.Inf(1), 31}} }},
		{"not closed", func(a *assets.Asset) {
			a.Shape.Geometry = geo.Solid{Plane: orb.Polygon{{{121, 31}, {121.1, 31}, {121.1, 31.1}, {121, 31.1}}}}
		}},
		{"2 heights for 4 vertices", func(a *assets.Asset) {
			a.Shape.Geometry = geo.Solid{Plane: orb.Polygon{ring}, Z: []float64{1, 2}}
		}},
		{"geometry: height: NaN", func(a *assets.Asset) { a.Shape.Geometry.Z = []float64{nan} }},
		{"base: -501", func(a *assets.Asset) { a.Shape.Base = -501 }},
		{"height: NaN", func(a *assets.Asset) { a.Shape.Height = geo.Metres(nan) }},
		{"orientation: 360", func(a *assets.Asset) { a.Shape.Orientation = 360 }},
		{"properties.warning_m", func(a *assets.Asset) { a.Properties = assets.Properties{{Key: "warning_m", Value: "high"}} }},
		{"in order", func(a *assets.Asset) { a.Properties = assets.Properties{{Key: "b"}, {Key: "a"}} }},
		{"camera: given for kind sensor", func(a *assets.Asset) { a.Camera = camera().Camera }},
		{"sensor.measures: 33", func(a *assets.Asset) { a.Sensor.Measures = make([]assets.Measure, 33) }},
		{"reportInterval", func(a *assets.Asset) { a.Sensor.ReportInterval = -time.Second }},
		{"mountedOn", func(a *assets.Asset) { a.Sensor.MountedOn = "a/b" }},
		{"mountedOn: wl-1", func(a *assets.Asset) { a.Sensor.MountedOn = a.ID }},
		{"measures[0].phenomenon", func(a *assets.Asset) { a.Sensor.Measures[0].Phenomenon = "luck" }},
		{"measures[1].phenomenon", func(a *assets.Asset) { a.Sensor.Measures = append(a.Sensor.Measures, a.Sensor.Measures[0]) }},
		{`measures[0].unit: "cm", want m`, func(a *assets.Asset) { a.Sensor.Measures[0].Unit = "cm" }},
		{"measures[0].normal", func(a *assets.Asset) { a.Sensor.Measures[0].Normal = [2]float64{3, 3} }},
		{"measures[0].normal", func(a *assets.Asset) { a.Sensor.Measures[0].Normal = [2]float64{nan, 3} }},
	} {
		a := gauge()
		c.change(a)
		if err := r.Check(a); err == nil || !strings.Contains(err.Error(), c.want) || !errors.Is(err, assets.ErrInvalid) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}

func TestCheckCamera(t *testing.T) {
	r, _ := newRegistry(t)
	for _, c := range []struct {
		want   string
		change func(c *assets.CameraSpec)
	}{
		{"mountHeight", func(c *assets.CameraSpec) { c.MountHeight = 201 }},
		{"azimuth", func(c *assets.CameraSpec) { c.Azimuth = 360 }},
		{"tilt", func(c *assets.CameraSpec) { c.Tilt = 91 }},
		{"horizontalFov", func(c *assets.CameraSpec) { c.HorizontalFOV = -1 }},
		{"panFrom", func(c *assets.CameraSpec) { c.PanFrom = 360 }},
		{"panTo", func(c *assets.CameraSpec) { c.PanTo = -1 }},
		{"narrowFov", func(c *assets.CameraSpec) { c.NarrowFOV = c.HorizontalFOV + 1 }},
		{"verticalFov", func(c *assets.CameraSpec) { c.VerticalFOV = 181 }},
		{"range", func(c *assets.CameraSpec) { c.Range = geo.Metres(math.NaN()) }},
		{"ptz", func(c *assets.CameraSpec) { c.PTZ = "" }},
		{"gbId", func(c *assets.CameraSpec) { c.GBID = "123" }},
		{"gbId", func(c *assets.CameraSpec) { c.GBID = "9900000000132000000x" }},
	} {
		a := camera()
		c.change(a.Camera)
		if err := r.Check(a); err == nil || !strings.Contains(err.Error(), "camera."+c.want) {
			t.Errorf("%v, want camera.%s", err, c.want)
		}
	}
}

func square(id assets.ID, lon, lat, half float64) *assets.Asset {
	return &assets.Asset{
		ID: id, Kind: assets.Area, Class: "area.street", Lifecycle: assets.InUse,
		Shape: assets.Shape{Geometry: geo.Solid{Plane: orb.Bound{Min: orb.Point{lon - half, lat - half}, Max: orb.Point{lon + half, lat + half}}.ToPolygon()}},
	}
}

func lampAt(id assets.ID, lon, lat float64) *assets.Asset {
	return &assets.Asset{ID: id, Kind: assets.Fixture, Class: "asset.lamp", Lifecycle: assets.InUse, Shape: assets.Shape{Geometry: geo.Solid{Plane: orb.Point{lon, lat}}}}
}

func TestPlace(t *testing.T) {
	r, _ := newRegistry(t)
	coded := square("big", 121.4, 31.23, .05)
	coded.Properties = assets.Properties{{Key: "code", Value: "310107"}}
	r.Learn("big", coded)
	r.Learn("small", square("small", 121.42, 31.235, .005))
	grid := square("grid", 121.42, 31.235, .001)
	grid.Class = "area.grid"
	r.Learn("grid", grid)
	for _, c := range []struct {
		name     string
		lon, lat float64
		area     string
		onCreek  bool
	}{
		{"the finer area wins, a grid cell places nothing", 121.42, 31.235, "small", true},
		{"the code before the id", 121.40, 31.225, "310107", true},
		{"outside all", 121.50, 31.25, "", false},
		{"beyond 2 km", 121.40, 31.275, "310107", false},
	} {
		a := lampAt("x", c.lon, c.lat)
		got := r.Place(a)
		if a.Location != (assets.Location{}) {
			t.Fatalf("%s: the asset given was changed", c.name)
		}
		if got.Location.Area != c.area || (got.Location.Place != nil) != c.onCreek {
			t.Errorf("%s: %+v", c.name, got.Location)
		}
		if r.Place(got) != got {
			t.Errorf("%s: placed again it must come back itself", c.name)
		}
	}
	for code, known := range map[string]bool{"small": true, "310107": true, "big": false, "grid": false} {
		if _, box, ok := r.Area(code); ok != known || ok && !box.Contains(orb.Point{121.42, 31.235}) {
			t.Errorf("box of area %s: %v, %v", code, box, ok)
		}
	}
	r.Learn("small", nil)
	if got := r.Place(lampAt("x", 121.42, 31.235)); got.Location.Area != "310107" {
		t.Errorf("with the area gone: %q", got.Location.Area)
	}
}

func TestPlaceFillsWhatHandsLeaveOut(t *testing.T) {
	r, _ := newRegistry(t)
	a := lampAt("x", 121.42, 31.235)
	a.Class, a.Lifecycle = "", ""
	got := r.Place(a)
	if got.Class != "asset.other" || got.Lifecycle != assets.InUse {
		t.Errorf("class %q, lifecycle %q", got.Class, got.Lifecycle)
	}
	bad := lampAt("x", 121.42, 331)
	bad.Location.Area = "stale"
	if got := r.Place(bad); got.Location != (assets.Location{}) {
		t.Errorf("an unsound geometry is placed at %+v", got.Location)
	}
}

func put(all ...*assets.Asset) iter.Seq2[assets.Edit, error] {
	return func(yield func(assets.Edit, error) bool) {
		for _, a := range all {
			if !yield(assets.Edit{Asset: a, WasRev: assets.AnyRev}, nil) {
				return
			}
		}
	}
}

func TestEditAllSeesItsOwnAreas(t *testing.T) {
	r, m := newRegistry(t)
	ctx := context.Background()
	if err := r.EditAll(ctx, "li", "test", put(square("s", 121.42, 31.235, .01), lampAt("x", 121.42, 31.235)), nil); err != nil {
		t.Fatal(err)
	}
	a := m.byID["x"]
	if a.Location.Area != "s" || a.Revision.By != "li" || a.Revision.Why != "test" {
		t.Errorf("%+v, %+v", a.Location, a.Revision)
	}
	if m.byID["s"].Location.Area != "s" {
		t.Error("an area lies in itself")
	}
	if got := r.Place(lampAt("y", 121.42, 31.235)); got.Location.Area != "" {
		t.Error("the registry learns from events, not from a transaction that may fail")
	}
}

func TestEditAllIsAllOrNone(t *testing.T) {
	r, m := newRegistry(t)
	bad := lampAt("bad", 121.42, 31.235)
	bad.Class = "none"
	err := r.EditAll(context.Background(), "li", "", put(lampAt("x", 121.42, 31.235), bad), nil)
	if !errors.Is(err, assets.ErrInvalid) || !strings.Contains(err.Error(), `asset "bad": `) || len(m.byID) != 0 {
		t.Errorf("%v, %d stored", err, len(m.byID))
	}
}

func TestEdit(t *testing.T) {
	r, _ := newRegistry(t)
	ctx := context.Background()
	for _, c := range []struct {
		name string
		e    assets.Edit
		want assets.Verdict
		err  error
	}{
		{"create", assets.Edit{Asset: lampAt("x", 121.42, 31.235)}, assets.Created, nil},
		{"create again", assets.Edit{Asset: lampAt("x", 121.42, 31.235)}, "", assets.ErrConflict},
		{"same", assets.Edit{Asset: lampAt("x", 121.42, 31.235), WasRev: 1}, assets.Same, nil},
		{"change", assets.Edit{Asset: lampAt("x", 121.43, 31.235), WasRev: 1}, assets.Changed, nil},
		{"stale", assets.Edit{Asset: lampAt("x", 121.44, 31.235), WasRev: 1}, "", assets.ErrConflict},
		{"invalid", assets.Edit{Asset: lampAt("x x", 121.44, 31.235)}, "", assets.ErrInvalid},
		{"remove nothing", assets.Edit{}, "", assets.ErrInvalid},
		{"remove", assets.Edit{Remove: "x", WasRev: 2}, assets.Removed, nil},
		{"remove again", assets.Edit{Remove: "x", WasRev: assets.AnyRev}, "", assets.ErrNotFound},
	} {
		a, v, err := r.Edit(ctx, "li", "", c.e)
		if v != c.want || !errors.Is(err, c.err) || (a == nil) != (c.err != nil) {
			t.Errorf("%s: %v, %q, %v", c.name, a, v, err)
		}
	}
}

// Load must place by all areas, also by those that come behind.
func TestLoadPlacesAnew(t *testing.T) {
	m := newMemory()
	r := assets.NewRegistry(m, nil, scene.River())
	ctx := context.Background()
	if err := r.EditAll(ctx, "li", "", put(lampAt("x", 121.42, 31.235), square("s", 121.42, 31.235, .01), lampAt("y", 121.5, 31.4)), nil); err != nil {
		t.Fatal(err)
	}
	var ids []assets.ID
	events, err := r.Load(ctx, func(a *assets.Asset) error {
		if ids = append(ids, a.ID); a.ID == "x" && a.Location.Area != "s" {
			t.Errorf("x lies in %q", a.Location.Area)
		}
		return nil
	})
	if err != nil || events != 3 || !slices.Equal(ids, []assets.ID{"x", "s", "y"}) {
		t.Errorf("%d, %v, %v", events, ids, err)
	}
	if got := r.Place(lampAt("z", 121.42, 31.235)); got.Location.Area != "s" {
		t.Error("Load does not learn")
	}
	stop := errors.New("stop")
	if _, err := r.Load(ctx, func(*assets.Asset) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("%v, want the error of yield", err)
	}
}

func BenchmarkPlaceAndCheck(b *testing.B) {
	r, _ := newRegistry(b)
	all := slices.Collect(scene.Generate(scene.Options{Size: 2000}))
	for _, a := range all {
		r.Learn(a.ID, a)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		a := r.Place(all[i%len(all)])
		if err := r.Check(a); err != nil {
			b.Fatal(err)
		}
	}
}

// What hangs over the creek lies in the outline of no area, and belongs to the nearest.
func TestNearestArea(t *testing.T) {
	r, m := newRegistry(t)
	if err := r.EditAll(context.Background(), "li", "", put(square("west", 121.42, 31.235, .01), square("east", 121.45, 31.235, .01)), nil); err != nil {
		t.Fatal(err)
	}
	for id := range m.byID {
		r.Learn(id, m.byID[id])
	}
	for lon, want := range map[float64]string{121.425: "west", 121.4311: "west", 121.435: "", 121.4389: "east", 121.445: "east"} {
		if got := r.Locate(orb.Point{lon, 31.235}).Area; got != want {
			t.Errorf("at %v it is %q, want %q", lon, got, want)
		}
	}
}
