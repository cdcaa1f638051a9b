package sight_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"github.com/prometheus/client_golang/prometheus"
	"pgregory.net/rapid"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin/sight"
)

// square is the ground so many metres around the middle.
func square(half float64) sight.Ground {
	box := orb.Bound{Min: at(-half, -half), Max: at(half, half)}
	return sight.Ground{Box: box, Holds: func(orb.Point) bool { return true }}
}

// A square of which one half is seen, but for a house and its shadow.
func TestCover(t *testing.T) {
	eye := camera("eye", at(0, -1), 0)
	eye.Camera.Tilt, eye.Camera.HorizontalFOV, eye.Camera.VerticalFOV = 0, 179, 179 // all that is ahead
	w := found(t, eye, camera("elsewhere", at(2000, 0), 0), house("block", -5, 40, 5, 50, 20),
		ground("bank", assets.Bank, "bank.wall", orb.LineString{at(-100, 10), at(100, 10)}, 0))
	got, err := w.Cover(t.Context(), square(50), sight.Wanted{Asked: sight.Asked{Height: 1.5}, Step: 1})
	if err != nil {
		t.Fatal(err)
	}
	near := func(what string, is, want, off float64) {
		t.Helper()
		if math.Abs(is-want) > off {
			t.Errorf("%s %v, want %v", what, is, want)
		}
	}
	near("ground", got.Area, 10_000-100, 20)
	near("seen", got.Seen, 5_000, 150) // the house hides nothing of the square, the wedge beside the camera is not seen
	near("bank", float64(got.Bank.Length), 100, 1.5)
	near("bank seen", float64(got.Bank.Seen), 100, 1.5)
	near("bank blind", float64(got.Bank.Length-got.Bank.Seen), 0, 1)
	if got.Twice != 0 || got.Bank.Twice != 0 || got.Cameras != 1 || got.Step != 1 {
		t.Errorf("%+v", got)
	}
	blind := 0.0
	for i, b := range got.Blind {
		blind += b.Area
		if i > 0 && b.Area > got.Blind[i-1].Area {
			t.Error("the larger blind spot comes later")
		}
	}
	near("blind", blind, got.Area-got.Seen, 1e-6)
}

// What cells and polygons say is what the cameras see of places.
func TestCoverAsPlacesAreSeen(t *testing.T) {
	w := found(t, creek()...)
	var near []orb.Point
	for a := range w.eachCamera() {
		near = append(near, a)
	}
	rapid.Check(t, func(t *rapid.T) {
		by := rapid.SampledFrom(near).Draw(t, "near")
		half := rapid.Float64Range(20, 60).Draw(t, "half")
		box := orb.Bound{Min: orb.Point{by[0] - half*metre[0], by[1] - half*metre[1]}, Max: orb.Point{by[0] + half*metre[0], by[1] + half*metre[1]}}
		area := geo.Sector(by, geo.Degrees(rapid.Float64Range(0, 360).Draw(t, "azimuth")), 300, geo.Metres(half))
		ask := sight.Asked{Height: geo.Metres(rapid.SampledFrom([]float64{0, 1.5, 5}).Draw(t, "height")), Turning: rapid.Bool().Draw(t, "turning")}
		got, err := w.Cover(t.Context(), sight.Ground{Box: box, Holds: func(p orb.Point) bool { return geo.Contains(area, p) }}, sight.Wanted{Asked: ask, Step: 5})
		if err != nil {
			t.Fatal(err)
		}
		inBlind := func(p orb.Point) bool {
			for _, b := range got.Blind {
				if planar.PolygonContains(b.Ground, p) {
					return true
				}
			}
			return false
		}
		for _, b := range got.Blind {
			if err := geo.Check(b.Ground); err != nil {
				t.Fatal(err)
			}
			if m := float64(groundArea(b.Ground)); math.Abs(m-b.Area) > 0.02*b.Area+1 {
				t.Fatalf("a blind spot of %v m² is drawn %v m² large", b.Area, m)
			}
		}
		// The middles of cells, as the grid has them from the south-west.
		for i := range 10 {
			column, row := float64((i*7)%int(2*half/5))+.5, float64((i*5)%int(2*half/5))+.5
			p := orb.Point{box.Min[0] + column*5*metre[0], box.Min[1] + row*5*metre[1]}
			if !geo.Contains(area, p) || w.inHouse(p, ask.Height) {
				continue
			}
			seen := false
			for _, s := range w.At(p, ask) {
				seen = seen || s.Now || ask.Turning
			}
			if seen == inBlind(p) && w.sure(p, ask) {
				t.Fatalf("%v is seen: %v, and in a blind spot: %v", p, seen, inBlind(p))
			}
		}
	})
}

// sure says whether a hand's breadth to any side makes no difference to who sees p: the
// middle of a cell is reckoned in two ways that differ by less.
func (w town) sure(p orb.Point, ask sight.Asked) bool {
	is := ids(w.At(p, ask))
	for _, d := range [][2]float64{{.1, 0}, {-.1, 0}, {0, .1}, {0, -.1}} {
		if ids(w.At(orb.Point{p[0] + d[0]*metre[0], p[1] + d[1]*metre[1]}, ask)) != is {
			return false
		}
	}
	return true
}

func (w town) inHouse(p orb.Point, z geo.Metres) bool {
	for _, b := range w.everyBlock() {
		if z >= b.Base && z < b.Top && geo.Contains(b.Ground, p) {
			return true
		}
	}
	return false
}

// groundArea is the area of a polygon in m² near the middle of these towns.
func groundArea(p orb.Polygon) float64 {
	return math.Abs(planar.Area(p)) / (metre[0] * metre[1])
}

// A camera that stands where it was advised adds what was promised.
func TestNextKeepsItsWord(t *testing.T) {
	standard, _ := assets.DefaultClasses().Lens(&assets.Asset{Kind: assets.Camera, Class: "camera.bullet", Camera: &assets.CameraSpec{PTZ: assets.FixedCamera, Tilt: 12}}, [2]float64{})
	for _, bank := range []bool{false, true} {
		all := []*assets.Asset{
			camera("eye", at(0, -40), 0), house("block", -30, 0, 10, 12, 20),
			ground("bank", assets.Bank, "bank.wall", orb.LineString{at(-100, 30), at(100, 35)}, 0),
		}
		ask := sight.Wanted{Asked: sight.Asked{Height: 1.5}, Step: 2, Next: 3, With: standard, Bank: bank}
		before, err := found(t, all...).Cover(t.Context(), square(80), ask)
		if err != nil || len(before.Next) != 3 {
			t.Fatalf("%+v, %v", before, err)
		}
		promised := before.Next
		for i, p := range promised {
			if g := func(p sight.Place) float64 {
				if bank {
					return float64(p.Bank)
				}
				return p.Area
			}; i > 0 && g(p) > g(promised[i-1]) {
				t.Errorf("place %d is better than the one before", i)
			}
			added := camera(fmt.Sprint("next", i), p.At, p.Azimuth)
			added.Camera = &assets.CameraSpec{Azimuth: p.Azimuth, Tilt: 12, PTZ: assets.FixedCamera}
			all = append(all, added)
			after, err := found(t, all...).Cover(t.Context(), square(80), ask)
			if err != nil {
				t.Fatal(err)
			}
			if gain := after.Seen - before.Seen; math.Abs(gain-p.Area) > 1 || p.Area < 100 {
				t.Errorf("bank %v: place %d adds %v m², promised %v", bank, i, gain, p.Area)
			}
			if gain := float64(after.Bank.Seen - before.Bank.Seen); math.Abs(gain-float64(p.Bank)) > 3 || bank && i == 0 && p.Bank < 20 {
				t.Errorf("bank %v: place %d adds %v m, promised %v", bank, i, gain, p.Bank)
			}
			before = after
		}
	}
}

func TestNextStandsOnNoWater(t *testing.T) {
	standard, _ := assets.DefaultClasses().Lens(camera("x", middle, 0), [2]float64{})
	w := found(t, ground("creek", assets.Water, "water.creek", orb.Polygon{{at(-200, -10), at(200, -10), at(200, 200), at(-200, 200), at(-200, -10)}}, 0))
	got, err := w.Cover(t.Context(), square(60), sight.Wanted{Step: 3, Next: 2, With: standard})
	if err != nil || len(got.Next) == 0 {
		t.Fatal(err)
	}
	for _, p := range got.Next {
		if p.At[1] > at(0, -10)[1] {
			t.Errorf("a camera on the water: %v", p)
		}
	}
}

func TestCoverIsBounded(t *testing.T) {
	w := found(t, crowd(3000)...)
	wide := sight.Ground{Box: orb.Bound{Min: orb.Point{121.2, 31.1}, Max: orb.Point{121.6, 31.4}}, Holds: func(orb.Point) bool { return true }}
	if _, err := w.Cover(t.Context(), wide, sight.Wanted{Step: 1}); !errors.Is(err, assets.ErrInvalid) || !strings.Contains(err.Error(), "step: 1 m makes") {
		t.Error(err)
	}
	got, err := w.Cover(t.Context(), wide, sight.Wanted{Asked: sight.Asked{Height: 1.5}})
	if err != nil || got.Step < 50 || got.Bank.Length < 10_000 || got.Bank.Seen == 0 {
		t.Errorf("%v: step %v", err, got)
	}
	if _, err := w.Cover(t.Context(), sight.Ground{Box: orb.Bound{Min: orb.Point{120, 30}, Max: orb.Point{123, 32}}, Holds: wide.Holds}, sight.Wanted{}); !errors.Is(err, assets.ErrInvalid) {
		t.Errorf("a province: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Cover(ctx, square(50), sight.Wanted{}); err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestLabels(t *testing.T) {
	one, two, three := camera("one", at(0, 0), 0), camera("two", at(10, 0), 0), camera("three", at(900, 0), 0)
	one.Location.Area, two.Location.Area, three.Location.Area = "310107005", "310107005", "310107014"
	two.Camera, two.Name = &assets.CameraSpec{Unaimed: true, PTZ: assets.FixedCamera, GBID: "31010700001320000001"}, ""
	w := found(t, one, two, three)
	all, shown := func(*assets.Asset) bool { return true }, func(string) bool { return true }
	got := w.Labels(all, shown, nil)
	if len(got) != 2 || got[0].Area != "310107005" || got[0].Cameras != 2 || got[0].Told["azimuth"] != 1 || got[0].Told["gbId"] != 1 || got[0].Told["name"] != 1 || got[0].Told["area"] != 2 || got[1].Cameras != 1 {
		t.Errorf("%+v", got)
	}
	got = w.Labels(func(a *assets.Asset) bool { return a.ID != "one" }, func(f string) bool { return f != "gbId" && f != "area" }, square(100).Box.Contains)
	if len(got) != 1 || got[0].Area != "" || got[0].Cameras != 1 || got[0].Told["gbId"] != 0 {
		t.Errorf("%+v", got)
	}
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(w.Cameras)
	families, err := metrics.Gather()
	if err != nil || len(families) != 2 || families[0].GetName() != "suhe_cameras" || len(families[0].GetMetric()) != 2 || families[0].GetMetric()[0].GetGauge().GetValue() != 2 ||
		len(families[1].GetMetric()) != 2*len(assets.CameraLabels()) {
		t.Errorf("%v, %v", families, err)
	}
}

func BenchmarkCover(b *testing.B) {
	w := found(b, crowd(21_000)...)
	standard, _ := assets.DefaultClasses().Lens(camera("x", middle, 0), [2]float64{})
	var by orb.Point
	for p := range w.eachCamera() {
		by = p
		break
	}
	for _, half := range []float64{100, 500} {
		box := geo.Grow(by.Bound(), geo.Metres(half))
		b.Run(fmt.Sprintf("%.0f m wide, the next 3", 2*half), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				got, err := w.Cover(b.Context(), sight.Ground{Box: box, Holds: box.Contains}, sight.Wanted{Asked: sight.Asked{Height: 1.5}, Next: 3, With: standard})
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(got.Step), "m/cell")
			}
		})
	}
}
