package tiles

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/maptile"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin"
)

// fixtures are n points in the home tile with the properties that fixtures have.
func fixtures(n int) []*twin.Thing {
	r := rand.New(rand.NewPCG(1, 2))
	classes := []string{"asset.tree", "asset.lamp", "asset.bench", "asset.railing", "asset.lifebuoy", "asset.hydrant", "asset.outfall", "asset.pier"}
	b := home.Bound(0)
	out := make([]*twin.Thing, n)
	for i := range out {
		p := orb.Point{b.Min[0] + r.Float64()*(b.Max[0]-b.Min[0]), b.Min[1] + r.Float64()*(b.Max[1]-b.Min[1])}
		t := thing(assets.FID(100_000+i), assets.Fixture, p)
		t.Asset.Class = classes[r.IntN(len(classes))]
		t.Asset.Shape.Height = geo.Metres(r.IntN(12)) / 2
		out[i] = labelled(t)
	}
	r.Shuffle(n, func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// footprints are n buildings of 12 corners in and around the home tile.
func footprints(n int) []*twin.Thing {
	r := rand.New(rand.NewPCG(3, 4))
	b := home.Bound(0)
	w, h := b.Max[0]-b.Min[0], b.Max[1]-b.Min[1]
	out := make([]*twin.Thing, n)
	for i := range out {
		x, y := b.Min[0]+r.Float64()*w, b.Min[1]+r.Float64()*h
		var ring orb.Ring
		for k := range 12 {
			sin, cos := math.Sincos(2 * math.Pi * float64(k) / 12)
			size := w / 60 * (0.7 + 0.3*r.Float64())
			ring = append(ring, orb.Point{x + size*cos, y + size*sin})
		}
		out[i] = thing(assets.FID(1+i), assets.Building, orb.Polygon{append(ring, ring[0])})
		out[i].Asset.Shape.Height = geo.Metres(10 + r.IntN(80))
	}
	return out
}

// orbTile is the same tile the way orb makes it.
func orbTile(b *testing.B, layer string, things []*twin.Thing, properties []geojson.Properties) []byte {
	fc := geojson.NewFeatureCollection()
	fc.Features = make([]*geojson.Feature, 0, len(things))
	for i, t := range things {
		f := geojson.NewFeature(orb.Clone(t.Asset.Shape.Geometry.Plane))
		f.ID = float64(t.Asset.FID)
		f.Properties = properties[i]
		fc.Append(f)
	}
	l := mvt.NewLayer(layer, fc)
	l.Version = 2
	layers := mvt.Layers{l}
	layers.ProjectToTile(maptile.New(home.X, home.Y, maptile.Zoom(home.Z)))
	layers.Clip(orb.Bound{Min: orb.Point{low, low}, Max: orb.Point{high, high}})
	data, err := mvt.Marshal(layers)
	if err != nil {
		b.Fatal(err)
	}
	return data
}

func plainProperties(things []*twin.Thing) []geojson.Properties {
	out := make([]geojson.Properties, len(things))
	for i, t := range things {
		out[i] = geojson.Properties{"id": string(t.Asset.ID), "class": t.Asset.Class}
		if t.Asset.Shape.Height != 0 {
			out[i]["height"] = float64(t.Asset.Shape.Height)
		}
	}
	return out
}

// BenchmarkTile compares our writer (choice, sorting and bytes) with orb's clone,
// project, clip and encode of the same features. The ratio is taken turn by turn,
// so that a busy machine slows both alike.
func BenchmarkTile(b *testing.B) {
	for _, set := range []struct {
		name   string
		kind   assets.Kind
		things []*twin.Thing
	}{{"points", assets.Fixture, fixtures(1000)}, {"polygons", assets.Building, footprints(1000)}} {
		s := newServer(b, Options{World: allOf(inOrder(set.things))})
		l := mustLayer(b, s, set.kind.Layer())
		d := &renderer{writer: newLayerWriter(), layers: []*layer{l}}
		r := &Request{Layers: []string{l.Name}, Tile: home, Scope: access.Open()}
		ours := func() {
			d.find(s, r, &Response{})
			if _, err := d.whole(b.Context(), s.options.World, r); err != nil {
				b.Fatal(err)
			}
		}
		properties := plainProperties(set.things)
		orbs := func() { orbTile(b, l.Kind.Layer(), set.things, properties) }
		ours()
		for _, side := range []struct {
			name string
			run  func()
		}{{"/ours", ours}, {"/orb", orbs}} {
			b.Run(set.name+side.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					side.run()
				}
			})
		}
		b.Run(set.name+"/ratio", func(b *testing.B) { b.ReportMetric(ratio(b, orbs, ours), "times") })
	}
}

// ratio is how many times as long slow takes as fast, taking turns.
func ratio(b *testing.B, slow, fast func()) float64 {
	const turns = 20
	var s, f time.Duration
	for b.Loop() {
		start := time.Now()
		for range turns {
			fast()
		}
		middle := time.Now()
		slow()
		f += middle.Sub(start)
		s += time.Since(middle)
	}
	return turns * float64(s) / float64(f)
}

// BenchmarkServe is a whole request: a cached tile, and one that is rendered,
// compressed and hashed each time.
func BenchmarkServe(b *testing.B) {
	q := Request{Layers: []string{"assets"}, Tile: home, Scope: access.Open()}
	w := &plainWorld{things: fixtures(1000)}
	for name, cache := range map[string]int64{"cached": 0, "rendered": -1} {
		b.Run(name, func(b *testing.B) {
			s := newServer(b, Options{World: w, Cache: cache})
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Tile(b.Context(), q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkTook marks the ground of a batch of 1,000 sensors that change state.
func BenchmarkTook(b *testing.B) {
	s := newServer(b, Options{World: &plainWorld{}})
	var batch twin.Batch
	for _, t := range fixtures(1000) {
		t.Asset.Kind = assets.Sensor
		worse := *t
		worse.Severity = 3
		batch.Changes = append(batch.Changes, twin.Change{Was: t, Is: &worse})
	}
	b.ReportAllocs()
	for b.Loop() {
		s.Took(batch)
	}
}
