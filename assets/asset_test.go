package assets_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
)

// gauge is an asset with every field in use.
func gauge() *assets.Asset {
	return &assets.Asset{
		ID: "wl-1", FID: 7, Kind: assets.Sensor, Class: "sensor.water_level", Name: "曹杨路桥水位计",
		Shape: assets.Shape{
			Geometry: geo.Solid{Plane: orb.Point{121.42, 31.23}, Z: []float64{4.5}},
			Base:     1, Height: 2.5, Orientation: 90,
		},
		Location:   assets.Location{Area: "310107005", Place: &geo.Place{Chainage: 1234.5, Bank: geo.Left, Offset: 12.25}},
		Owner:      "区河道管理所",
		Properties: assets.Properties{{Key: "warning_m", Value: 3.8}},
		Lifecycle:  assets.InUse,
		Revision:   assets.Revision{N: 3, At: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC), By: "li", Why: "moved"},
		Sensor: &assets.SensorSpec{
			Measures:       []assets.Measure{{Phenomenon: "water_level", Unit: "m", Normal: [2]float64{1.5, 3.8}}},
			ReportInterval: 1500 * time.Millisecond, MountedOn: "bridge-10",
		},
	}
}

func camera() *assets.Asset {
	return &assets.Asset{
		ID: "cam-1", Kind: assets.Camera, Class: "camera.bullet", Lifecycle: assets.InUse,
		Shape: assets.Shape{Geometry: geo.Solid{Plane: orb.Point{121.42, 31.23}}},
		Camera: &assets.CameraSpec{
			MountHeight: 6, Azimuth: 120, Tilt: 10, HorizontalFOV: 60, VerticalFOV: 35, Range: 80,
			PTZ: "ptz", GBID: "99000000001320000001", PanFrom: 90, PanTo: 180, NarrowFOV: 3,
		},
	}
}

func TestAssetJSONKeepsEverything(t *testing.T) {
	for _, a := range []*assets.Asset{gauge(), camera(), {ID: "bare", Kind: assets.Fixture}} {
		b, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		var got assets.Asset
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		again, err := json.Marshal(&got)
		if err != nil || string(again) != string(b) {
			t.Errorf("again %s, %v, want %s", again, err, b)
		}
		if !assets.Equal(a, &got) || got.FID != a.FID || got.Revision != a.Revision {
			t.Errorf("%s: read as %+v", b, got)
		}
	}
}

func TestAssetJSONRefuses(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`[]`, "array"},
		{`{"fid":-1}`, "fid"},
		{`{"geometry":{"type":"Circle"}}`, "geometry"},
		{`{"properties":[1]}`, "properties"},
		{`{"sensor":{"reportInterval":1e300}}`, "reportInterval"},
		{`{"changedAt":"yesterday"}`, "yesterday"},
	} {
		var a assets.Asset
		err := json.Unmarshal([]byte(c.text), &a)
		if err == nil || !strings.Contains(err.Error(), c.want) || !errors.Is(err, assets.ErrInvalid) {
			t.Errorf("%s: %v, want %q", c.text, err, c.want)
		}
	}
}

func FuzzAssetJSON(f *testing.F) {
	for _, a := range []*assets.Asset{gauge(), camera()} {
		b, err := json.Marshal(a)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	r, _ := newRegistry(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		var a assets.Asset
		if json.Unmarshal(b, &a) != nil || r.Check(&a) != nil {
			return
		}
		text, err := json.Marshal(r.Place(&a))
		if err != nil {
			t.Fatalf("a sound asset cannot be written: %v", err)
		}
		var got assets.Asset
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	})
}

// Whatever is changed in an asset, Equal must see, but for what the store gives
// and what is derived.
func TestEqual(t *testing.T) {
	for name, change := range map[string]func(a *assets.Asset){
		"id":          func(a *assets.Asset) { a.ID = "x" },
		"kind":        func(a *assets.Asset) { a.Kind = assets.Fixture },
		"class":       func(a *assets.Asset) { a.Class = "x" },
		"name":        func(a *assets.Asset) { a.Name = "x" },
		"point":       func(a *assets.Asset) { a.Shape.Geometry.Plane = orb.Point{1, 2} },
		"type":        func(a *assets.Asset) { a.Shape.Geometry.Plane = orb.MultiPoint{{121.42, 31.23}} },
		"no geometry": func(a *assets.Asset) { a.Shape.Geometry.Plane = nil },
		"z":           func(a *assets.Asset) { a.Shape.Geometry.Z = nil },
		"base":        func(a *assets.Asset) { a.Shape.Base++ },
		"height":      func(a *assets.Asset) { a.Shape.Height++ },
		"orientation": func(a *assets.Asset) { a.Shape.Orientation++ },
		"owner":       func(a *assets.Asset) { a.Owner = "x" },
		"property":    func(a *assets.Asset) { a.Properties = a.Properties.With("warning_m", 4.0) },
		"new":         func(a *assets.Asset) { a.Properties = a.Properties.With("x", []any{1.0}) },
		"lifecycle":   func(a *assets.Asset) { a.Lifecycle = assets.Retired },
		"camera":      func(a *assets.Asset) { a.Camera = &assets.CameraSpec{} },
		"sensor":      func(a *assets.Asset) { a.Sensor = nil },
		"measure":     func(a *assets.Asset) { a.Sensor.Measures[0].Unit = "cm" },
		"interval":    func(a *assets.Asset) { a.Sensor.ReportInterval++ },
		"mounted":     func(a *assets.Asset) { a.Sensor.MountedOn = "" },
	} {
		a, b := gauge(), gauge()
		if change(b); assets.Equal(a, b) || assets.Equal(b, a) {
			t.Errorf("%s: Equal does not see it", name)
		}
	}
	a, b := gauge(), gauge()
	b.FID, b.Revision, b.Location = 9, assets.Revision{}, assets.Location{}
	if !assets.Equal(a, b) {
		t.Error("FID, Revision and Location must not count")
	}
}

func TestInternerShares(t *testing.T) {
	in := assets.NewInterner()
	one, err := assets.DecodeProperties([]byte(`{"species":"香樟"}`), in)
	if err != nil {
		t.Fatal(err)
	}
	n := testing.AllocsPerRun(100, func() {
		if in.Bytes([]byte("species")) != one[0].Key {
			t.Fatal("another text")
		}
	})
	if n != 0 {
		t.Errorf("%v allocations for a text that is known, want none", n)
	}
	var none *assets.Interner
	if none.Text("a") != "a" || none.Asset(gauge()).Class != "sensor.water_level" {
		t.Error("the nil Interner must be ready")
	}
}

func ExampleAsset_MarshalJSON() {
	b, _ := json.Marshal(&assets.Asset{
		ID: "lamp-000001", FID: 1, Kind: assets.Fixture, Class: "asset.lamp", Name: "路灯", Lifecycle: assets.InUse,
		Shape: assets.Shape{Geometry: geo.Solid{Plane: orb.Point{121.42, 31.23}}, Height: 4.5},
	})
	fmt.Println(string(b))
	// Output: {"fid":1,"id":"lamp-000001","kind":"asset","class":"asset.lamp","name":"路灯","geometry":{"type":"Point","coordinates":[121.42,31.23]},"base":0,"height":4.5,"orientation":0,"properties":{},"lifecycle":"in_use","revision":0}
}
