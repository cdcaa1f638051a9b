package sight_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
	"suhe/twin/sight"
)

func ids(all []sight.Seen) string {
	var out []string
	for _, s := range all {
		id := string(s.Thing.Asset.ID)
		if !s.Now {
			id += "*"
		}
		out = append(out, id)
	}
	return strings.Join(out, " ")
}

// turning lets a camera turn, its zoom as its class has it.
func turning(a *assets.Asset) *assets.Asset {
	a.Class, a.Camera.PTZ, a.Camera.Range = "camera.dome", assets.TurningCamera, 150
	return a
}

func TestAt(t *testing.T) {
	near, far, turned, away, planned, hidden, blind := camera("near", at(0, -20), 0), camera("far", at(0, -80), 0), turning(camera("turned", at(60, 0), 90)),
		camera("away", at(0, -20), 180), camera("planned", at(0, -20), 0), camera("hidden", at(-60, 0), 90), camera("blind", at(0, -30), 0)
	planned.Lifecycle = assets.Planned
	blind.Camera = &assets.CameraSpec{Unaimed: true, PTZ: assets.FixedCamera}
	lost := turning(camera("lost", at(0, 30), 0)) // nobody knows where it looks, but it turns
	lost.Camera.Unaimed = true
	w := found(t, near, far, turned, away, planned, hidden, blind, lost, house("block", -40, -10, -30, 10, 20))
	for _, c := range []struct {
		name string
		ask  sight.Asked
		want string
	}{
		{"all", sight.Asked{Height: 1.5}, "near far lost* turned*"},
		{"high up", sight.Asked{Height: 20}, "far lost* turned*"},
		{"without one that is not there for who asks", sight.Asked{Height: 1.5, Sees: func(a *assets.Asset) bool { return a.ID != "near" }}, "far lost* turned*"},
		{"without the house", sight.Asked{Height: 1.5, Sees: func(a *assets.Asset) bool { return a.Kind == assets.Camera }}, "near hidden far lost* turned*"},
	} {
		if got := ids(w.At(middle, c.ask)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	all := w.At(middle, sight.Asked{Height: 1.5})
	if s := all[0]; s.Turns || s.Level != sight.Observe || math.Abs(float64(s.Glance.Metres)-20.5) > .1 {
		t.Errorf("near: %+v", s)
	}
	if s := all[3]; !s.Turns || math.Round(float64(s.Aim.Azimuth)) != 270 || math.Round(float64(s.Aim.Tilt)) != 4 || s.Best != sight.Identify {
		t.Errorf("turned: %+v", s)
	}
}

func TestLevelOf(t *testing.T) {
	for density, want := range map[float64]sight.Level{0: sight.None, 12.4: sight.None, 12.5: sight.Monitor, 25: sight.Detect, 62.4: sight.Detect, 62.5: sight.Observe, 125: sight.Recognise, 249: sight.Recognise, 1e6: sight.Identify, math.NaN(): sight.None} {
		if got := sight.LevelOf(density); got != want {
			t.Errorf("%v: %q, want %q", density, got, want)
		}
	}
}

// A camera that comes, moves, is edited or goes counts from then on.
func TestTook(t *testing.T) {
	w := found(t, camera("one", at(0, -20), 0))
	thing := func(fid assets.FID, a *assets.Asset) *twin.Thing {
		a.FID = fid
		p := a.Shape.Geometry.Plane.(orb.Point)
		return &twin.Thing{Asset: a, Anchor: p}
	}
	one := w.ByFID(1)
	shadow := &changed{World: w.World, now: map[assets.FID]*twin.Thing{1: one}}
	c := sight.New(shadow, assets.DefaultClasses())
	c.Took(twin.Batch{})
	ask := sight.Asked{Height: 1.5}
	for _, step := range []struct {
		name    string
		was, is *twin.Thing
		want    string
	}{
		{"moved away", one, thing(1, camera("one", at(900, -20), 0)), ""},
		{"another", nil, thing(2, camera("two", at(0, -30), 0)), "two"},
		{"moved back", shadow.now[1], thing(1, camera("one", at(0, -20), 0)), "one two"},
		{"turned away", nil, thing(2, camera("two", at(0, -30), 180)), "one"},
		{"sees farther", nil, thing(3, func() *assets.Asset { a := camera("three", at(0, -300), 0); a.Camera.Range = 400; return a }()), "one three"},
		{"retired", nil, thing(3, func() *assets.Asset { a := camera("three", at(0, -30), 0); a.Lifecycle = assets.Retired; return a }()), "one"},
		{"gone", one, nil, ""},
	} {
		if step.is != nil {
			shadow.now[step.is.Asset.FID] = step.is
		} else {
			delete(shadow.now, step.was.Asset.FID)
		}
		c.Took(twin.Batch{Changes: []twin.Change{{Was: step.was, Is: step.is}}})
		if got := ids(c.At(middle, ask)); got != step.want {
			t.Errorf("%s: %q, want %q", step.name, got, step.want)
		}
	}
}

// changed is a world whose cameras are other ones.
type changed struct {
	*twin.World
	now map[assets.FID]*twin.Thing
}

func (c *changed) ByFID(fid assets.FID) *twin.Thing { return c.now[fid] }

// all is what every camera of the world sees of a place, asked one by one with every
// building of the world around it: without any index.
func (w town) all(classes *assets.Classes, blocks []geo.Block, p orb.Point, z geo.Metres) (now, turned []string) {
	w.Each(assets.Camera, func(t *twin.Thing) bool {
		l, known := classes.Lens(t.Asset, t.Anchor)
		if !known || geo.Distance(l.At, p) > l.Range+1 {
			return true
		}
		e := geo.NewEye(l, blocks)
		switch {
		case e.Sees(p, z, false):
			now = append(now, string(t.Asset.ID))
		case e.Sees(p, z, true):
			turned = append(turned, string(t.Asset.ID))
		}
		return true
	})
	return now, turned
}

func (w town) everyBlock() []geo.Block {
	var out []geo.Block
	w.Each(assets.Building, func(t *twin.Thing) bool {
		s := t.Asset.Shape
		out = append(out, geo.Block{Ground: s.Geometry.Plane, Base: s.Base, Top: s.Height})
		return true
	})
	return out
}

// The index loses no camera and no building of the creek.
func TestAtAsEveryCameraSays(t *testing.T) {
	w := found(t, creek()...)
	var near []orb.Point
	w.Each(assets.Camera, func(t *twin.Thing) bool { near = append(near, t.Anchor); return true })
	blocks, classes := w.everyBlock(), assets.DefaultClasses()
	total := 0
	rapid.Check(t, func(t *rapid.T) {
		by := rapid.SampledFrom(near).Draw(t, "near")
		p := orb.Point{by[0] + rapid.Float64Range(-90, 90).Draw(t, "east")*metre[0], by[1] + rapid.Float64Range(-90, 90).Draw(t, "north")*metre[1]}
		z := geo.Metres(rapid.Float64Range(0, 12).Draw(t, "z"))
		now, turned := w.all(classes, blocks, p, z)
		var gotNow, gotTurned []string
		for _, s := range w.At(p, sight.Asked{Height: z}) {
			if s.Now {
				gotNow = append(gotNow, string(s.Thing.Asset.ID))
			} else {
				gotTurned = append(gotTurned, string(s.Thing.Asset.ID))
			}
		}
		slices.Sort(gotNow)
		slices.Sort(gotTurned)
		slices.Sort(now)
		slices.Sort(turned)
		if !slices.Equal(gotNow, now) || !slices.Equal(gotTurned, turned) {
			t.Fatalf("%v at %v m: %v and turned %v, want %v and %v", p, z, gotNow, gotTurned, now, turned)
		}
		total += len(now)
	})
	if total == 0 {
		t.Error("nothing was ever seen")
	}
}

// The pieces of a line are what is seen of its points.
func TestAlong(t *testing.T) {
	w := found(t, creek()...)
	var near []orb.Point
	w.Each(assets.Camera, func(t *twin.Thing) bool { near = append(near, t.Anchor); return true })
	rapid.Check(t, func(t *rapid.T) {
		by := rapid.SampledFrom(near).Draw(t, "near")
		var line orb.LineString
		for i := range rapid.IntRange(2, 5).Draw(t, "points") {
			line = append(line, orb.Point{by[0] + (float64(i)*60-120+rapid.Float64Range(-20, 20).Draw(t, "east"))*metre[0], by[1] + rapid.Float64Range(-60, 60).Draw(t, "north")*metre[1]})
		}
		ask := sight.Asked{Height: 1.5, Turning: rapid.Bool().Draw(t, "turning")}
		got, err := w.Along(t.Context(), line, ask)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(float64(got.Length-geo.Length(line))) > 1e-6 || got.Twice > got.Seen || got.Seen > got.Length+1e-6 {
			t.Fatalf("%+v", got)
		}
		end, sum, by1 := geo.Metres(0), geo.Metres(0), geo.Metres(0)
		for _, p := range got.Pieces {
			if p.From != end {
				t.Fatalf("a piece begins at %v, the last ended at %v", p.From, end)
			}
			end = p.To
			if p.To-p.From < 0.02 {
				continue
			}
			if len(p.Cameras) > 0 {
				sum += p.To - p.From
			}
			by1 += (p.To - p.From) * geo.Metres(len(p.Cameras))
			mid := sight.Part(line, (p.From+p.To)/2, p.To)[0]
			var want []string
			for _, s := range w.At(mid, ask) {
				if s.Now || ask.Turning {
					want = append(want, string(s.Thing.Asset.ID))
				}
			}
			slices.Sort(want)
			var is []string
			for _, c := range p.Cameras {
				is = append(is, string(c.Asset.ID))
			}
			slices.Sort(is)
			if !slices.Equal(is, want) {
				t.Fatalf("between %v and %v m: %v, the point between says %v", p.From, p.To, is, want)
			}
		}
		shares := geo.Metres(0)
		for _, c := range got.Cameras {
			shares += c.Metres
		}
		if math.Abs(float64(end-got.Length)) > 1e-6 || math.Abs(float64(sum-got.Seen)) > 0.5 || math.Abs(float64(shares-by1)) > 0.5 {
			t.Fatalf("pieces end at %v of %v, are seen for %v of %v, shares %v of %v", end, got.Length, sum, got.Seen, shares, by1)
		}
	})
}

func TestAlongEndsWithItsContext(t *testing.T) {
	w := found(t, camera("near", at(0, -20), 0))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Along(ctx, orb.LineString{at(-10, 0), at(10, 0)}, sight.Asked{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestPart(t *testing.T) {
	line := orb.LineString{at(0, 0), at(0, 10), at(10, 10)}
	for _, c := range []struct {
		from, to geo.Metres
		want     string
	}{
		{0, 20, "0,0 0,10 10,10"}, {5, 15, "0,5 0,10 5,10"}, {12, 14, "2,10 4,10"}, {25, 30, ""}, {3, 3, ""},
	} {
		var got []string
		for _, p := range sight.Part(line, c.from, c.to) {
			got = append(got, fmt.Sprintf("%.0f,%.0f", (p[0]-middle[0])/metre[0], (p[1]-middle[1])/metre[1]))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%v to %v: %v, want %s", c.from, c.to, got, c.want)
		}
	}
}

// Twenty-one thousand cameras, as many as the district has.
func BenchmarkAt(b *testing.B) {
	w := found(b, crowd(21_000)...)
	var near []orb.Point
	w.Each(assets.Camera, func(t *twin.Thing) bool { near = append(near, t.Anchor); return true })
	slices.SortFunc(near, func(a, b orb.Point) int { return cmp.Or(cmp.Compare(math.Sin(a[0]*1e6), math.Sin(b[0]*1e6))) })
	b.Run("point", func(b *testing.B) {
		b.ReportAllocs()
		seen, i := 0, 0
		for b.Loop() {
			p := near[i%len(near)]
			seen += len(w.At(orb.Point{p[0] + 20*metre[0], p[1] + 5*metre[1]}, sight.Asked{Height: 1.5}))
			i++
		}
		b.ReportMetric(float64(seen)/float64(i), "seen/op")
	})
	b.Run("line of 100 m", func(b *testing.B) {
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			p := near[i%len(near)]
			if _, err := w.Along(b.Context(), orb.LineString{p, {p[0] + 100*metre[0], p[1]}}, sight.Asked{Height: 1.5}); err != nil {
				b.Fatal(err)
			}
			i++
		}
	})
}

// Which cameras see some ground is what they see of its points, where there is much of
// it; of a line, what they see of its spots.
func TestOverlooking(t *testing.T) {
	w := found(t, camera("ahead", at(0, -40), 0), camera("away", at(0, -40), 180), camera("hidden", at(-70, 0), 90), turning(camera("turned", at(40, 0), 90)),
		house("block", -50, -20, -40, 20, 20))
	names := func(g sight.Ground, spots []orb.Point, ask sight.Asked) string {
		t.Helper()
		all, err := w.Overlooking(t.Context(), g, spots, ask)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, c := range all {
			out = append(out, string(c.Asset.ID))
		}
		return strings.Join(out, " ")
	}
	ask := sight.Asked{Height: 1.5}
	if got := names(square(15), nil, ask); got != "ahead" {
		t.Error(got)
	}
	if got := names(square(15), nil, sight.Asked{Height: 1.5, Turning: true}); got != "ahead turned" {
		t.Error(got)
	}
	if got := names(sight.Ground{Box: square(90).Box}, nil, ask); got != "ahead away hidden turned" {
		t.Error(got)
	}
	if got := names(square(15), nil, sight.Asked{Height: 1.5, Sees: func(a *assets.Asset) bool { return a.ID != "ahead" }}); got != "" {
		t.Error(got)
	}
	line := sight.Ground{Box: orb.LineString{at(-5, 0.5), at(5, 0.5)}.Bound(), Holds: func(orb.Point) bool { return false }}
	if got := names(line, []orb.Point{at(-5, 0.5), at(0, 0.5), at(5, 0.5)}, ask); got != "ahead" {
		t.Errorf("of a line: %s", got)
	}
}
