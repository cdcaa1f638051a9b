package assets_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
)

func related(kind assets.Kind, class string, properties map[string]any) *assets.Asset {
	ps, err := assets.NewProperties(properties)
	if err != nil {
		panic(err)
	}
	return &assets.Asset{ID: "x", Kind: kind, Class: class, Lifecycle: assets.InUse, Properties: ps, Shape: assets.Shape{Geometry: geo.Solid{Plane: orb.Point{121.43, 31.25}}}}
}

func TestRelationsAreChecked(t *testing.T) {
	r := assets.NewRegistry(nil, nil, nil)
	many := make([]any, assets.MaxRelated+1)
	for i := range many {
		many[i] = "a" + strings.Repeat("b", i)
	}
	for _, c := range []struct {
		name  string
		asset *assets.Asset
		wrong string
	}{
		{"a pole", related(assets.Fixture, "asset.pole", map[string]any{"part_of": "cabinet-1"}), ""},
		{"many", related(assets.Sensor, "sensor.other", map[string]any{"monitors": []any{"a", "b"}}), ""},
		{"a kind that may not", related(assets.Building, "building.other", map[string]any{"upstream_of": "creek"}), "properties.upstream_of: said by kind building"},
		{"itself", related(assets.Fixture, "asset.pole", map[string]any{"part_of": "x"}), "each other asset once"},
		{"twice", related(assets.Sensor, "sensor.other", map[string]any{"monitors": []any{"a", "a"}}), "each other asset once"},
		{"one only", related(assets.Fixture, "asset.pole", map[string]any{"part_of": []any{"a", "b"}}), "an array of up to 1"},
		{"too many", related(assets.Sensor, "sensor.other", map[string]any{"monitors": many}), "an array of up to 64"},
		{"a number", related(assets.Fixture, "asset.pole", map[string]any{"part_of": 7.0}), "the id of another asset"},
		{"a number in an array", related(assets.Sensor, "sensor.other", map[string]any{"monitors": []any{"a", 1.0}}), "the id of another asset"},
		{"none", related(assets.Sensor, "sensor.other", map[string]any{"monitors": []any{}}), "the id of another asset"},
		{"no id", related(assets.Fixture, "asset.pole", map[string]any{"part_of": "a b"}), "properties.part_of"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := r.Check(c.asset)
			if c.wrong == "" && err != nil || c.wrong != "" && (!errors.Is(err, assets.ErrInvalid) || !strings.Contains(err.Error(), c.wrong)) {
				t.Errorf("%v, want %q", err, c.wrong)
			}
		})
	}
}

// An edit that relates something to what it cannot be related to is refused, as far as
// that is known.
func TestRelationsAreToCertainKinds(t *testing.T) {
	kinds := map[assets.ID]assets.Kind{"pole": assets.Fixture, "boat": assets.Mover}
	r := assets.NewRegistry(newMemory(), nil, nil).RelateBy(func(id assets.ID) (assets.Kind, bool) { k, ok := kinds[id]; return k, ok })
	for to, good := range map[assets.ID]bool{"pole": true, "no id": false, "unknown": true, "boat": false} {
		_, _, err := r.Edit(t.Context(), "li", "", assets.Edit{Asset: related(assets.Camera, "camera.other", map[string]any{"mounted_on": string(to)}), WasRev: assets.AnyRev})
		if good != (err == nil) || !good && !errors.Is(err, assets.ErrInvalid) {
			t.Errorf("mounted on %s: %v", to, err)
		}
	}
}

func TestWhomAnAssetNames(t *testing.T) {
	sensor := related(assets.Sensor, "sensor.other", map[string]any{"monitors": []any{"b", "a"}, "other": "c"})
	sensor.Sensor = &assets.SensorSpec{MountedOn: "pole"}
	got := ""
	for r, id := range sensor.Related() {
		got += r.Name + " " + string(id) + ", "
	}
	if got != "mounted_on pole, monitors b, monitors a, " {
		t.Errorf("it names %q", got)
	}
}
