package assets

import (
	"reflect"
	"slices"

	"github.com/paulmach/orb"

	"suhe/geo"
)

// Equal says whether a and b say the same. FID and Revision, which the store
// gives, and Location, which is derived from the geometry, do not count. A
// store takes an edit whose asset is Equal to the stored one as Same.
func Equal(a, b *Asset) bool {
	return a.ID == b.ID && a.Kind == b.Kind && a.Class == b.Class && a.Name == b.Name &&
		a.Owner == b.Owner && a.Lifecycle == b.Lifecycle &&
		equalShape(a.Shape, b.Shape) &&
		equalProperties(a.Properties, b.Properties) &&
		equalCamera(a.Camera, b.Camera) &&
		equalSensor(a.Sensor, b.Sensor)
}

func equalShape(a, b Shape) bool {
	if a.Base != b.Base || a.Height != b.Height || a.Orientation != b.Orientation {
		return false
	}
	return equalSolid(a.Geometry, b.Geometry)
}

func equalSolid(a, b geo.Solid) bool {
	if a.Plane == nil || b.Plane == nil {
		return a.Plane == nil && b.Plane == nil
	}
	return orb.Equal(a.Plane, b.Plane) && slices.Equal(a.Z, b.Z)
}

func equalProperties(a, b Properties) bool {
	return slices.EqualFunc(a, b, func(p, q Property) bool {
		return p.Key == q.Key && reflect.DeepEqual(p.Value, q.Value)
	})
}

func equalCamera(a, b *CameraSpec) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

func equalSensor(a, b *SensorSpec) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.ReportInterval == b.ReportInterval && a.MountedOn == b.MountedOn && slices.Equal(a.Measures, b.Measures)
}
