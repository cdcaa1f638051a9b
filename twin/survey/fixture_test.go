package survey_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/assets/scene"
	"suhe/geo"
	"suhe/internal/pgtest"
	"suhe/twin"
	"suhe/twin/sight"
	"suhe/twin/survey"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// now is when these tests are.
var now = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

// shelf is what a world is loaded from.
type shelf struct {
	assets []*assets.Asset
	kept   []twin.Kept
}

func (s *shelf) Load(_ context.Context, yield func(*assets.Asset) error) (uint64, error) {
	for _, a := range s.assets {
		if err := yield(a); err != nil {
			return 0, err
		}
	}
	return 0, nil
}

func (s *shelf) Latest(_ context.Context, yield func(twin.Kept) error) (uint64, error) {
	for _, k := range s.kept {
		if err := yield(k); err != nil {
			return 0, err
		}
	}
	return 0, nil
}

func (*shelf) LatestFixes(context.Context, time.Time, func(twin.KeptFix) error) error { return nil }
func (*shelf) LatestFindings(context.Context, func(twin.KeptFinding) error) error     { return nil }

// house is a survey of a world of assets, placed by the registry; all of them get FIDs.
type house struct {
	*survey.Survey
	world *twin.World
	links *survey.Links
	all   []*assets.Asset
}

func open(t testing.TB, past survey.Past, kept []twin.Kept, all ...*assets.Asset) *house {
	t.Helper()
	registry := assets.NewRegistry(nil, nil, scene.River())
	for i, a := range all {
		if a.FID == 0 {
			a.FID = assets.FID(i + 1)
		}
		if a.Lifecycle == "" {
			a.Lifecycle = assets.InUse
		}
		if a.Kind.Registered() {
			registry.Learn(a.ID, a)
		}
	}
	for i, a := range all {
		if a.Kind.Registered() {
			all[i] = registry.Place(a)
		} else {
			all[i].Location = registry.Locate(geo.Anchor(a.Shape.Geometry.Plane))
		}
	}
	world, err := twin.New(twin.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	from := &shelf{all, kept}
	if err := world.Load(t.Context(), twin.Source{Assets: from, History: from, Log: twin.Position{Epoch: 1}}); err != nil {
		t.Fatal(err)
	}
	h := &house{world: world, links: new(survey.Links), all: all}
	h.links.Fill(world)
	cameras := sight.New(world, registry.Classes())
	cameras.Took(twin.Batch{})
	watching := func(ctx context.Context, g survey.Watched, sees func(*assets.Asset) bool) ([]*twin.Thing, error) {
		return cameras.Overlooking(ctx, sight.Ground{Box: g.Box, Holds: g.Holds}, g.Spots, sight.Asked{Sees: sees, Height: sight.UsualHeight, Working: true})
	}
	h.Survey = survey.New(survey.Options{World: world, Watching: watching, River: scene.River(), Locate: registry.Locate, Classes: registry.Classes(), Past: past, Links: h.links, Now: func() time.Time { return now }})
	return h
}

// all is a question of somebody who sees everything.
func everything() survey.Ask {
	return survey.Ask{Sees: func(*assets.Asset) bool { return true }, Shows: func(string) bool { return true }}
}

// at is an asset of a shape.
func at(kind assets.Kind, class string, id assets.ID, g orb.Geometry) *assets.Asset {
	return &assets.Asset{ID: id, Kind: kind, Class: class, Name: string(id), Revision: assets.Revision{N: 1}, Shape: assets.Shape{Geometry: geo.Solid{Plane: g}}}
}

// somewhere is a random point near the creek.
func somewhere(random *rand.Rand) orb.Point {
	return orb.Point{121.35 + random.Float64()*0.1, 31.21 + random.Float64()*0.06}
}

// star is a random simple polygon around a point, at most so many metres wide.
func star(random *rand.Rand, p orb.Point, metres float64) orb.Polygon {
	n := 3 + random.IntN(12)
	ring := make(orb.Ring, 0, n+1)
	for i := range n {
		angle := (float64(i) + 0.8*random.Float64()) / float64(n) * 2 * math.Pi
		r := metres / 2 * (0.2 + 0.8*random.Float64())
		ring = append(ring, orb.Point{p[0] + r*math.Cos(angle)/95_000, p[1] + r*math.Sin(angle)/111_000})
	}
	return orb.Polygon{append(ring, ring[0])}
}

// wander is a random line from a point.
func wander(random *rand.Rand, p orb.Point, metres float64) orb.LineString {
	line := orb.LineString{p}
	for range 1 + random.IntN(8) {
		p = orb.Point{p[0] + (random.Float64()-.5)*metres/95_000, p[1] + (random.Float64()-.5)*metres/111_000}
		line = append(line, p)
	}
	return line
}

// things are random points, lines and polygons.
func things(random *rand.Rand, n int) (all []*assets.Asset) {
	for i := range n {
		p := somewhere(random)
		var g orb.Geometry = p
		switch random.IntN(4) {
		case 0:
			g = wander(random, p, 300)
		case 1:
			g = star(random, p, 200)
		}
		all = append(all, at(assets.Fixture, "asset.other", assets.ID(fmt.Sprintf("t-%05d", i)), g))
	}
	return all
}

func (h *house) river() *geo.River { return scene.River() }

func jsonOf(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
