package storetest

import (
	"fmt"
	"reflect"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
)

// sample is an ordinary asset of a kind, with every field in use.
func sample(id assets.ID, kind assets.Kind) *assets.Asset {
	a := &assets.Asset{
		ID: id, Kind: kind, Class: "class-" + string(kind), Name: "苏州河 " + string(id), Owner: "普陀",
		Shape: assets.Shape{
			Geometry: geo.Solid{Plane: orb.Point{121.4, 31.24}, Z: []float64{3.25}},
			Base:     0.5, Height: 4.75, Orientation: 270,
		},
		Location: assets.Location{
			Area:  "310107005",
			Place: &geo.Place{Chainage: 1234.5, Bank: geo.Left, Offset: 12.25},
		},
		Properties: assets.Properties{{Key: "材质", Value: "石"}, {Key: "根数", Value: 12.5}, {Key: "照明", Value: true}, {Key: "说明", Value: nil}},
		Lifecycle:  assets.InUse,
		Revision:   assets.Revision{By: "zhang", Why: "巡查"},
	}
	switch kind {
	case assets.Camera:
		a.Camera = &assets.CameraSpec{
			MountHeight: 6, Azimuth: 120, Tilt: 10, HorizontalFOV: 60, VerticalFOV: 35,
			Range: 80, PTZ: "fixed", GBID: "31010700001320000001",
		}
	case assets.Sensor:
		a.Sensor = &assets.SensorSpec{
			Measures:       []assets.Measure{{Phenomenon: "water_level", Unit: "m", Normal: [2]float64{1.5, 3.8}}},
			ReportInterval: time.Minute, MountedOn: "pole-1",
		}
	}
	return a
}

// plain is a lamp at a point with its number, as most assets are.
func plain(i int) *assets.Asset {
	return &assets.Asset{
		ID: assets.ID(fmt.Sprintf("lamp-%07d", i)), Kind: assets.Fixture, Class: "lamp", Name: fmt.Sprintf("路灯 %d", i),
		Shape: assets.Shape{
			Geometry: geo.Solid{Plane: orb.Point{121.35 + float64(i%1000)*1e-4, 31.21 + float64(i/1000)*1e-4}, Z: []float64{4}},
			Height:   8,
		},
		Location:  assets.Location{Area: "310107005", Place: &geo.Place{Chainage: geo.Metres(i), Bank: geo.Left, Offset: 20}},
		Owner:     "普陀区绿化市容局",
		Lifecycle: assets.InUse,
		Revision:  assets.Revision{By: "import"},
	}
}

// geometries are one of each type.
func geometries() map[string]orb.Geometry {
	ring := orb.Ring{{121.4, 31.2}, {121.5, 31.2}, {121.5, 31.3}, {121.4, 31.2}}
	hole := orb.Ring{{121.46, 31.22}, {121.48, 31.22}, {121.48, 31.24}, {121.46, 31.22}}
	line := orb.LineString{{121.4, 31.2}, {121.45, 31.25}, {121.5, 31.3}}
	return map[string]orb.Geometry{
		"point":           orb.Point{121.4, 31.2},
		"multiPoint":      orb.MultiPoint{{121.4, 31.2}, {121.5, 31.3}},
		"lineString":      line,
		"multiLineString": orb.MultiLineString{line, {{121, 31}, {122, 32}}},
		"polygon":         orb.Polygon{ring, hole},
		"multiPolygon":    orb.MultiPolygon{{ring, hole}, {ring}},
		"collection":      orb.Collection{orb.Point{121.4, 31.2}, line, orb.Polygon{ring}},
	}
}

// heights makes one height for each of n vertices.
func heights(n int) []float64 {
	z := make([]float64, n)
	for i := range z {
		z[i] = float64(i) + 0.125
	}
	return z
}

// vertices counts those of g.
func vertices(g orb.Geometry) (n int) {
	switch g := g.(type) {
	case orb.Point:
		return 1
	case orb.MultiPoint:
		return len(g)
	case orb.LineString:
		return len(g)
	case orb.MultiLineString:
		for _, l := range g {
			n += len(l)
		}
	case orb.Polygon:
		for _, r := range g {
			n += len(r)
		}
	case orb.MultiPolygon:
		for _, p := range g {
			n += vertices(p)
		}
	case orb.Collection:
		for _, m := range g {
			n += vertices(m)
		}
	}
	return n
}

// differs says how two assets differ, everything counted, or nothing.
func differs(got, want *assets.Asset) string {
	switch {
	case got == nil || want == nil:
		if got == want {
			return ""
		}
		return fmt.Sprintf("got %v, want %v", got, want)
	case !assets.Equal(got, want):
		return fmt.Sprintf("got %+v, want %+v", *got, *want)
	case got.FID != want.FID:
		return fmt.Sprintf("fid: got %d, want %d", got.FID, want.FID)
	case !reflect.DeepEqual(got.Location, want.Location):
		return fmt.Sprintf("location: got %+v, want %+v", got.Location, want.Location)
	case !got.Revision.At.Equal(want.Revision.At):
		return fmt.Sprintf("changed at: got %v, want %v", got.Revision.At, want.Revision.At)
	}
	g, w := got.Revision, want.Revision
	g.At, w.At = time.Time{}, time.Time{}
	if g != w {
		return fmt.Sprintf("revision: got %+v, want %+v", g, w)
	}
	return ""
}
