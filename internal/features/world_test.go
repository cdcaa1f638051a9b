package features_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/internal/features"
	"suhe/internal/pgtest"
	"suhe/twin"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// shelf is a registry and what was heard, in memory.
type shelf struct {
	all   []*assets.Asset
	heard []twin.Kept
}

func (s *shelf) Load(_ context.Context, yield func(*assets.Asset) error) (uint64, error) {
	for _, a := range s.all {
		if err := yield(a); err != nil {
			return 0, err
		}
	}
	return 1, nil
}

func (s *shelf) Latest(_ context.Context, yield func(twin.Kept) error) (uint64, error) {
	for _, k := range s.heard {
		if err := yield(k); err != nil {
			return 0, err
		}
	}
	return 1, nil
}

func (*shelf) LatestFixes(context.Context, time.Time, func(twin.KeptFix) error) error { return nil }
func (*shelf) LatestFindings(context.Context, func(twin.KeptFinding) error) error     { return nil }
func anything(string) (twin.Rule, bool)                                               { return twin.Rule{Valid: [2]float64{-1e9, 1e9}}, true }
func pick[T any](random *rand.Rand, all ...T) T                                       { return all[random.IntN(len(all))] }
func everything() features.Viewer                                                     { return viewer(access.Open()) }

// viewer is who has that scope.
func viewer(s access.Scope) features.Viewer {
	return features.Viewer{Scope: s, Shows: s.Fields(assets.DefaultClasses().FieldSensitivity)}
}

// noon is the middle of all times here.
var noon = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)

// at is a random time around noon.
func at(random *rand.Rand) time.Time {
	return noon.Add(time.Duration(random.IntN(20_000)-10_000) * time.Minute)
}

// somewhere is a random place around the creek.
func somewhere(random *rand.Rand) orb.Point {
	return orb.Point{121.35 + float64(random.IntN(1_000_000))/1e7, 31.2 + float64(random.IntN(700_000))/1e7}
}

// shape is a random geometry.
func shape(random *rand.Rand) orb.Geometry {
	p := somewhere(random)
	step := func() float64 { return float64(random.IntN(40_000)) / 1e7 }
	switch random.IntN(6) {
	case 0:
		return orb.LineString{p, {p[0] + step(), p[1] + step()}, {p[0] + step(), p[1] - step() - 1e-7}}
	case 1:
		w, h := step()+1e-7, step()+1e-7
		return orb.Polygon{{p, {p[0] + w, p[1]}, {p[0] + w, p[1] + h}, {p[0], p[1] + h}, p}}
	case 2:
		return orb.MultiPoint{p, somewhere(random)}
	}
	return p
}

// fill makes n sensors of which most have most of what a question may name.
func fill(random *rand.Rand, n int) *shelf {
	s := new(shelf)
	for i := range n {
		a := &assets.Asset{
			ID: assets.ID(fmt.Sprintf("s-%04d", i)), FID: assets.FID(2*i + 1), Kind: assets.Sensor, Lifecycle: assets.InUse,
			Class: pick(random, "sensor.rain", "sensor.flow", "sensor.noise"), Name: pick(random, "武宁路桥", "Wuning Bridge", "O'Neill", "50%", "a_b", "", "苏州河"),
			Shape:    assets.Shape{Geometry: geo.Solid{Plane: shape(random)}, Height: geo.Metres(random.IntN(8))},
			Location: assets.Location{Area: pick(random, "310107005", "310107015", "")},
			Revision: assets.Revision{N: 1, At: at(random)},
			Sensor:   &assets.SensorSpec{Measures: []assets.Measure{{Phenomenon: "water_level", Unit: "m"}}},
		}
		props := map[string]any{}
		if random.IntN(3) > 0 {
			props["material"] = pick(random, "steel", "stone", "木")
		}
		if random.IntN(3) > 0 {
			props["gate"] = random.IntN(2) == 0
		}
		if random.IntN(3) > 0 {
			tags := []any{}
			for range random.IntN(4) {
				tags = append(tags, pick(random, "a", "b", "c"))
			}
			props["tags"] = tags
		}
		a.Properties, _ = assets.NewProperties(props)
		s.all = append(s.all, a)
		if random.IntN(2) == 0 {
			when := at(random).UnixMilli()
			s.heard = append(s.heard, twin.Kept{Seq: 1, Observation: twin.Observation{Asset: a.ID, Phenomenon: "water_level",
				Value: float64(random.IntN(10)) / 2, PhenomenonTime: when, ReceivedTime: when}})
		}
	}
	return s
}

// open lets a world live of the shelf.
func (s *shelf) open(t testing.TB) *twin.World {
	t.Helper()
	w, err := twin.New(twin.Options{Phenomenon: anything, Now: func() time.Time { return noon.AddDate(0, 1, 0) }})
	if err == nil {
		err = w.Load(t.Context(), twin.Source{Assets: s, History: s, Log: twin.Position{Epoch: 1}})
	}
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// copyTo puts what is on the shelf into a table of PostGIS.
func (s *shelf) copyTo(t *testing.T, url string) {
	t.Helper()
	heard := map[assets.ID]twin.Kept{}
	for _, k := range s.heard {
		heard[k.Asset] = k
	}
	var lines []string
	for _, a := range s.all {
		level, updated := `\N`, a.Revision.At
		if k, is := heard[a.ID]; is {
			level = fmt.Sprint(k.Value)
			if at := time.UnixMilli(k.ReceivedTime); at.After(updated) {
				updated = at
			}
		}
		tags := `\N`
		if v, has := a.Properties.Get("tags"); has {
			var words []string
			for _, w := range v.([]any) {
				words = append(words, w.(string))
			}
			tags = "{" + strings.Join(words, ",") + "}"
		}
		lines = append(lines, strings.Join([]string{
			fmt.Sprint(a.FID), string(a.ID), a.Class, orNull(a.Name), orNull(a.Location.Area), fmt.Sprint(float64(a.Shape.Height)),
			level, updated.UTC().Format(time.RFC3339Nano), orNull(a.Properties.Text("material")), property(a, "gate"), tags,
			string(geo.AppendWKT(nil, a.Shape.Geometry.Plane)),
		}, "\t"))
	}
	pgtest.Query(t, url, `CREATE TABLE things (fid bigint, id text COLLATE "C", class text COLLATE "C", name text COLLATE "C", area text COLLATE "C",
		height float8, level float8, updated timestamptz, material text COLLATE "C", gate bool, tags text[], geom geometry(Geometry, 4326));
		COPY things FROM STDIN`, lines...)
}

func orNull(s string) string {
	if s == "" {
		return `\N`
	}
	return s
}

func property(a *assets.Asset, key string) string {
	v, has := a.Properties.Get(key)
	if !has {
		return `\N`
	}
	return fmt.Sprint(v)
}
