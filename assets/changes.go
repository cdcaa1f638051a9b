package assets

import (
	"reflect"
	"slices"
)

// Changes names the fields in which an asset differs from what it was, as in its JSON,
// and keys of properties behind "properties."; in a fixed order. Nil if nothing differs
// that an edit can change.
func Changes(was, is *Asset) (names []string) {
	for _, f := range []struct {
		name string
		same bool
	}{
		{"kind", was.Kind == is.Kind}, {"class", was.Class == is.Class}, {"name", was.Name == is.Name},
		{"geometry", equalSolid(was.Shape.Geometry, is.Shape.Geometry)}, {"base", was.Shape.Base == is.Shape.Base}, {"height", was.Shape.Height == is.Shape.Height},
		{"orientation", was.Shape.Orientation == is.Shape.Orientation}, {"owner", was.Owner == is.Owner},
		{"lifecycle", was.Lifecycle == is.Lifecycle}, {"camera", equalCamera(was.Camera, is.Camera)}, {"sensor", equalSensor(was.Sensor, is.Sensor)},
	} {
		if !f.same {
			names = append(names, f.name)
		}
	}
	return append(names, changedKeys(was.Properties, is.Properties)...)
}

// changedKeys are the keys, in order, whose values differ, or that only one has.
func changedKeys(was, is Properties) (names []string) {
	for _, p := range was {
		if v, has := is.Get(p.Key); !has || !reflect.DeepEqual(p.Value, v) {
			names = append(names, "properties."+p.Key)
		}
	}
	for _, p := range is {
		if _, had := was.Get(p.Key); !had {
			names = append(names, "properties."+p.Key)
		}
	}
	slices.Sort(names)
	return names
}
