package scene_test

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/assets/scene"
	"suhe/geo"
)

// whole is a scene of the default size, placed.
func whole(t testing.TB, o scene.Options) []*assets.Asset {
	t.Helper()
	r := assets.NewRegistry(nil, nil, scene.River())
	all := slices.Collect(scene.Generate(o))
	for _, a := range all {
		r.Learn(a.ID, a)
	}
	for i, a := range all {
		if err := r.Check(a); err != nil {
			t.Fatalf("%s: %v", a.ID, err)
		}
		all[i] = r.Place(a)
	}
	return all
}

func of(all []*assets.Asset, k assets.Kind) []*assets.Asset {
	return slices.DeleteFunc(slices.Clone(all), func(a *assets.Asset) bool { return a.Kind != k })
}

func TestGenerateEveryAssetIsSoundAndPlaced(t *testing.T) {
	all := whole(t, scene.Options{Seed: 1})
	ids := map[assets.ID]bool{}
	for _, a := range all {
		if ids[a.ID] {
			t.Errorf("%s: comes twice", a.ID)
		}
		ids[a.ID] = true
		if a.Kind != assets.Area && a.Kind != assets.Landmark && a.Location.Place == nil {
			t.Errorf("%s: no place along the creek", a.ID)
		}
		if a.Name == "" {
			t.Errorf("%s: no name", a.ID)
		}
	}
	for _, a := range of(all, assets.Sensor) {
		if on := a.Sensor.MountedOn; on != "" && !ids[on] {
			t.Errorf("%s: mounted on %s, which is not there", a.ID, on)
		}
	}
}

// What the scene relates is there and of a kind that the relation may be to: cameras hang
// on poles, poles on cabinets, pumps and manholes drain to outfalls, these to the creek.
func TestGenerateRelations(t *testing.T) {
	all := whole(t, scene.Options{Seed: 1})
	byID := map[assets.ID]*assets.Asset{}
	for _, a := range all {
		byID[a.ID] = a
	}
	said := map[string]int{}
	for _, a := range all {
		for r, id := range a.Related() {
			to := byID[id]
			if to == nil || !slices.Contains(r.To, to.Kind) {
				t.Errorf("%s %s %s, which is %v", a.ID, r.Name, id, to)
				continue
			}
			said[a.Class+" "+r.Name+" "+to.Class]++
			if r.Name == "upstream_of" && a.Class == "asset.manhole" && to.Location.Place.Bank != a.Location.Place.Bank {
				t.Errorf("%s drains to the other bank", a.ID)
			}
		}
	}
	for what, least := range map[string]int{
		"camera.bullet mounted_on asset.pole": 400, "asset.pole part_of asset.cabinet": 600, "asset.manhole upstream_of asset.outfall": 300,
		"asset.pump_station upstream_of asset.outfall": 10, "asset.outfall upstream_of water.river": 200,
		"sensor.manhole_tilt monitors asset.manhole": 300, "sensor.manhole_tilt mounted_on asset.manhole": 300, "sensor.flow mounted_on bridge.road": 10,
		"sensor.water_level monitors water.river": 60, "sensor.wall_displacement monitors bank.wall": 140,
	} {
		if said[what] < least {
			t.Errorf("%s: said %d times, want %d", what, said[what], least)
		}
	}
}

func TestGenerateCounts(t *testing.T) {
	all := whole(t, scene.Options{Seed: 1})
	for _, c := range []struct {
		kind      assets.Kind
		low, high int
	}{
		{assets.Area, 10, 10}, {assets.Water, 1, 1}, {assets.Bank, 2, 2}, {assets.Bridge, 18, 18},
		{assets.Landmark, 29, 29}, {assets.Building, 1200, 2000}, {assets.Fixture, 20_000, 20_000},
		{assets.Camera, 600, 600}, {assets.Sensor, 800, 800}, {assets.Mover, 22, 22},
	} {
		if n := len(of(all, c.kind)); n < c.low || n > c.high {
			t.Errorf("%s: %d, want %d to %d", c.kind, n, c.low, c.high)
		}
	}
	inArea := 0
	for _, a := range of(all, assets.Fixture) {
		if a.Location.Area != "" {
			inArea++
		}
	}
	if inArea < 8_000 {
		t.Errorf("%d fixtures lie in an area, want those of the north bank at least", inArea)
	}
}

func TestGenerateSizeIsExact(t *testing.T) {
	for _, size := range []int{1_000, 7_777, 60_000} {
		if n := len(of(slices.Collect(scene.Generate(scene.Options{Size: size})), assets.Fixture)); n != size {
			t.Errorf("size %d: %d fixtures", size, n)
		}
	}
}

func TestGenerateSameSeedSameScene(t *testing.T) {
	text := func(seed uint64) string {
		t.Helper()
		b, err := json.Marshal(slices.Collect(scene.Generate(scene.Options{Size: 2000, Seed: seed})))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	first, again := text(7), text(7)
	if first != again {
		t.Error("the same seed gives two scenes")
	}
	if first == text(8) {
		t.Error("two seeds give the same scene")
	}
}

func TestGenerateStops(t *testing.T) {
	for _, stop := range []int{1, 5, 12, 20, 100, 2000, 15_000, 23_000} {
		n := 0
		for range scene.Generate(scene.Options{}) {
			if n++; n == stop {
				break
			}
		}
	}
}

func TestNothingStandsInTheWater(t *testing.T) {
	all := whole(t, scene.Options{Seed: 3, Size: 8_000})
	water := of(all, assets.Water)[0].Shape.Geometry.Plane
	for _, a := range all {
		switch a.Kind {
		case assets.Building, assets.Camera:
		case assets.Fixture:
			if a.Class == "asset.pier" {
				if !geo.Intersects(water, a.Shape.Geometry.Plane) {
					t.Errorf("%s: a pier on dry land", a.ID)
				}
				continue
			}
		default:
			continue
		}
		if geo.Intersects(water, a.Shape.Geometry.Plane) {
			t.Errorf("%s (%s): stands in the water", a.ID, a.Class)
		}
	}
}

func TestBuildingsKeepApart(t *testing.T) {
	houses := of(whole(t, scene.Options{Seed: 5, Size: 1000}), assets.Building)
	for i, a := range houses {
		for _, b := range houses[:i] {
			if a.Shape.Base > 0 || b.Shape.Base > 0 || !a.Shape.Geometry.Plane.Bound().Intersects(b.Shape.Geometry.Plane.Bound()) {
				continue
			}
			if geo.Intersects(a.Shape.Geometry.Plane, b.Shape.Geometry.Plane) {
				t.Errorf("%s and %s overlap", a.ID, b.ID)
			}
		}
	}
}

// The width is taken across the line from bank to bank at many chainages.
func TestWaterIsAsWideAsItIs(t *testing.T) {
	all := whole(t, scene.Options{Seed: 2, Size: 1000})
	water := of(all, assets.Water)[0].Shape.Geometry.Plane
	river := scene.River()
	var widths []float64
	for s := 100.0; s < float64(river.Length())-100; s += 60 {
		w := 0.0
		for _, bank := range []geo.Bank{geo.Left, geo.Right} {
			off := 0.0
			for off < 60 && geo.Contains(water, river.At(geo.Place{Chainage: geo.Metres(s), Bank: bank, Offset: geo.Metres(off)})) {
				off += 1
			}
			w += off
		}
		widths = append(widths, w)
	}
	slices.Sort(widths)
	for _, q := range []struct{ share, want float64 }{{.1, 41}, {.5, 50}, {.9, 67}} {
		if got := widths[int(q.share*float64(len(widths)))]; math.Abs(got-q.want) > 5 {
			t.Errorf("width at %v: %.1f m, want about %v", q.share, got, q.want)
		}
	}
}

func TestFacts(t *testing.T) {
	f := scene.Facts()
	if f.Title == "" || f.TitleEn == "" || f.Attribution == "" {
		t.Errorf("title %q, %q, attribution %q: want all", f.Title, f.TitleEn, f.Attribution)
	}
	if !f.Bounds.Contains(f.Center) || !f.Bounds.Contains(orb.Point{121.3497, 31.2389}) {
		t.Errorf("bounds %v do not hold centre and creek", f.Bounds)
	}
	if l := scene.River().Length(); math.Abs(float64(l)-15267) > 100 {
		t.Errorf("river: %v m, want about 15267", l)
	}
}

func BenchmarkGenerateMillion(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		for range scene.Generate(scene.Options{Size: 1_000_000}) {
		}
	}
}
