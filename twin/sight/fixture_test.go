package sight_test

import (
	"context"
	"fmt"
	"iter"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/assets/scene"
	"suhe/geo"
	"suhe/twin"
	"suhe/twin/sight"
)

// stock is a registry and an empty history in memory.
type stock []*assets.Asset

func (s stock) Load(_ context.Context, yield func(*assets.Asset) error) (uint64, error) {
	for i, a := range s {
		a.FID = assets.FID(i + 1)
		if err := yield(a); err != nil {
			return 0, err
		}
	}
	return 1, nil
}

func (stock) Latest(context.Context, func(twin.Kept) error) (uint64, error) { return 0, nil }

func (stock) LatestFixes(context.Context, time.Time, func(twin.KeptFix) error) error { return nil }

func (stock) LatestFindings(context.Context, func(twin.KeptFinding) error) error { return nil }

// town is a world with its sight.
type town struct {
	*twin.World
	*sight.Cameras
}

// found makes a world of the assets, whose sight has begun.
func found(t testing.TB, all ...*assets.Asset) town {
	t.Helper()
	w, err := twin.New(twin.Options{})
	if err == nil {
		err = w.Load(t.Context(), twin.Source{Assets: stock(all), History: stock(nil), Log: twin.Position{Epoch: 1}})
	}
	if err != nil {
		t.Fatal(err)
	}
	c := sight.New(w, assets.DefaultClasses())
	c.Took(twin.Batch{})
	return town{w, c}
}

// middle is the middle of the towns of these tests.
var middle = orb.Point{121.43, 31.24}

// metre is how many degrees a metre is there, east and north.
var metre = orb.Point{1 / (float64(geo.Distance(middle, orb.Point{middle[0] + 1e-3, middle[1]})) * 1e3), 1 / (float64(geo.Distance(middle, orb.Point{middle[0], middle[1] + 1e-3})) * 1e3)}

// at is the point so many metres east and north of the middle.
func at(east, north float64) orb.Point {
	return orb.Point{middle[0] + east*metre[0], middle[1] + north*metre[1]}
}

// camera looks to an azimuth from a place.
func camera(id string, p orb.Point, azimuth geo.Degrees) *assets.Asset {
	return &assets.Asset{
		ID: assets.ID(id), Kind: assets.Camera, Class: "camera.bullet", Name: id, Lifecycle: assets.InUse,
		Shape:  assets.Shape{Geometry: geo.Solid{Plane: p}},
		Camera: &assets.CameraSpec{MountHeight: 6, Azimuth: azimuth, Tilt: 10, HorizontalFOV: 60, VerticalFOV: 40, Range: 100, PTZ: assets.FixedCamera},
	}
}

// house stands on a box of metres around the middle.
func house(id string, west, south, east, north, height float64) *assets.Asset {
	return ground(id, assets.Building, "building.office", orb.Polygon{{at(west, south), at(east, south), at(east, north), at(west, north), at(west, south)}}, height)
}

func ground(id string, kind assets.Kind, class string, g orb.Geometry, height float64) *assets.Asset {
	return &assets.Asset{ID: assets.ID(id), Kind: kind, Class: class, Lifecycle: assets.InUse, Shape: assets.Shape{Geometry: geo.Solid{Plane: g}, Height: geo.Metres(height)}}
}

// creek is the built-in scene without what nothing is seen by or hidden behind.
func creek() []*assets.Asset {
	var out []*assets.Asset
	for a := range scene.Generate(scene.Options{Seed: 1, Size: 1000}) {
		switch a.Kind {
		case assets.Camera, assets.Building, assets.Bank, assets.Water:
			out = append(out, a)
		}
	}
	return out
}

// crowd is the creek with n cameras: each of its own many times, moved and turned.
func crowd(n int) []*assets.Asset {
	all := creek()
	var cameras []*assets.Asset
	all = slices.DeleteFunc(all, func(a *assets.Asset) bool {
		if a.Kind == assets.Camera {
			cameras = append(cameras, a)
			return true
		}
		return false
	})
	for i := range n {
		a := *cameras[i%len(cameras)]
		spec := *a.Camera
		sin, cos := math.Sincos(float64(i))
		p := geo.Anchor(a.Shape.Geometry.Plane)
		a.ID = assets.ID(fmt.Sprintf("crowd-%05d", i))
		a.Shape.Geometry = geo.Solid{Plane: orb.Point{p[0] + 15*sin*metre[0], p[1] + 15*cos*metre[1]}}
		spec.Azimuth = geo.Degrees(math.Mod(float64(spec.Azimuth)+float64(i/len(cameras))*77, 360))
		a.Camera = &spec
		all = append(all, &a)
	}
	return all
}

// eachCamera are the places of the cameras.
func (w town) eachCamera() iter.Seq[orb.Point] {
	return func(yield func(orb.Point) bool) {
		w.Each(assets.Camera, func(t *twin.Thing) bool { return yield(t.Anchor) })
	}
}
