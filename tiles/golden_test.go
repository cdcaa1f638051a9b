package tiles

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"suhe/assets"
	"suhe/twin"
)

var update = flag.Bool("update", false, "write the golden tiles anew")

// golden is what a decoder must find in testdata/<name>.mvt: one layer, features
// in order, geometries in tile units. The web front end's tests read the same
// files with @mapbox/vector-tile.
type golden struct {
	Layer    string          `json:"layer"`
	Version  int             `json:"version"`
	Extent   int             `json:"extent"`
	Features []goldenFeature `json:"features"`
}

type goldenFeature struct {
	ID         uint64             `json:"id"`
	Properties geojson.Properties `json:"properties"`
	Geometry   *geojson.Geometry  `json:"geometry"`
}

func goldenThings() map[assets.Kind][]*twin.Thing {
	grow := func(fid assets.FID, kind assets.Kind, g orb.Geometry, edit func(*twin.Thing)) *twin.Thing {
		t := thing(fid, kind, g)
		if edit != nil {
			edit(t)
		}
		return t
	}
	p := func(x, y float64) orb.Point { return at(home, x, y) }
	return map[assets.Kind][]*twin.Thing{
		assets.Sensor: {
			grow(1, assets.Sensor, p(100, 200), func(t *twin.Thing) {
				t.Asset.Class, t.Asset.Name, t.Asset.Shape.Height = "sensor.water_level", "昌化路桥水位计", 2.5
				t.State = twin.State{Communication: twin.Online, Data: twin.Fresh, Service: twin.Normal}
			}),
			grow(2, assets.Sensor, p(4090, 4090), func(t *twin.Thing) {
				t.State, t.Severity = twin.State{Communication: twin.Offline}, 3
			}),
			grow(9007199254740991, assets.Sensor, p(-60, 10), nil),
		},
		assets.Camera: {
			grow(7, assets.Camera, p(2048, 2048), func(t *twin.Thing) {
				t.Asset.Shape.Height = 6
				t.Asset.Camera = &assets.CameraSpec{Azimuth: 137.25, HorizontalFOV: 60, Range: 80}
			}),
		},
		assets.Bank: {
			grow(11, assets.Bank, orb.LineString{p(-900, 300), p(1000, 900), p(1200, 3000), p(5000, 3200)}, nil),
			grow(12, assets.Bank, orb.MultiLineString{{p(0, 0), p(10, 10)}, {p(3000, 10), p(5000, 10), p(5000, 90), p(3000, 90)}}, nil),
		},
		assets.Water: {
			grow(21, assets.Water, orb.Polygon{
				{p(-500, 1000), p(2000, 1400), p(5000, 1000), p(5000, 2000), p(2000, 2400), p(-500, 2000), p(-500, 1000)},
				{p(1000, 1600), p(1200, 1600), p(1200, 1800), p(1000, 1800), p(1000, 1600)},
			}, func(t *twin.Thing) {
				t.Asset.Name = "苏州河"
				t.Asset.Properties = assets.Properties{{Key: "name_en", Value: "Suzhou Creek"}}
			}),
			grow(22, assets.Water, orb.MultiPolygon{
				{{p(3000, 3000), p(5000, 3000), p(5000, 3500), p(3000, 3500), p(3000, 3400), p(4900, 3400), p(4900, 3100), p(3000, 3100), p(3000, 3000)}},
				{{p(100, 3000), p(200, 3000), p(150, 3100), p(100, 3000)}},
			}, nil),
		},
	}
}

func TestGoldenTiles(t *testing.T) {
	w := &plainWorld{}
	for _, things := range goldenThings() {
		w.things = append(w.things, things...)
	}
	s := newServer(t, Options{World: w})
	for kind := range goldenThings() {
		name := kind.Layer()
		data := get(t, s, name, home).Data
		doc := describe(t, data)
		if *update {
			write(t, name+".mvt", data)
			write(t, name+".json", doc)
		}
		if want := read(t, name+".mvt"); !bytes.Equal(want, data) {
			t.Errorf("%s: the bytes changed", name)
		}
		if want := read(t, name+".json"); !bytes.Equal(want, doc) {
			t.Errorf("%s: got\n%s\nwant\n%s", name, doc, want)
		}
	}
}

// describe reads the tile with orb's decoder.
func describe(t *testing.T, data []byte) []byte {
	l := decode(t, data)
	out := golden{Layer: l.Name, Version: int(l.Version), Extent: int(l.Extent)}
	for _, f := range l.Features {
		out.Features = append(out.Features, goldenFeature{uint64(f.ID.(float64)), f.Properties, geojson.NewGeometry(f.Geometry)})
	}
	doc, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(doc, '\n')
}

func read(t *testing.T, name string) []byte {
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func write(t *testing.T, name string, data []byte) {
	if err := os.MkdirAll("testdata", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join("testdata", name), data, 0o644); err != nil {
		t.Fatal(err)
	}
}
