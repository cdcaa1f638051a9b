package tiles

import (
	"testing"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin"
	"suhe/twin/filter"
)

// Whoever asks for counts gets those that the tiles show, whether they are kept or
// counted for a filter.
func TestClustersOfABox(t *testing.T) {
	w := &plainWorld{}
	for fid := assets.FID(1); fid <= 200; fid++ {
		is := thing(fid, assets.Sensor, at(home, float64(fid*7%200), float64(fid*13%200)))
		is.Asset.Class = someClasses[int(fid)%2]
		w.things = append(w.things, is)
	}
	s := newServer(t, Options{World: w})
	s.Took(twin.Batch{})
	below := s.ClustersBelow(assets.Sensor)
	if below == 0 {
		t.Fatal("sensors have no clusters")
	}
	box := geo.BoxOf(home.Bound(1))
	rain, err := filter.Parse("class = 'sensor.rain'")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name  string
		zoom  uint32
		box   geo.Box
		scope access.Scope
		only  filter.Filter
		want  uint32
	}{
		{"all", 8, box, access.Open(), filter.Filter{}, 200},
		{"all of a deep zoom", below - 1, box, access.Open(), filter.Filter{}, 200},
		{"the whole world", below - 1, geo.BoxOf(everywhere), access.Open(), filter.Filter{}, 200},
		{"of a class", 8, box, access.Open(), rain, 100},
		{"unseen", 8, box, access.Scope{}, filter.Filter{}, 0},
		{"elsewhere", below - 1, geo.BoxOf(orb.Point{0, 0}.Bound()), access.Open(), filter.Filter{}, 0},
		{"too deep", below, box, access.Open(), filter.Filter{}, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var sum uint32
			for _, c := range s.Clusters(assets.Sensor, test.zoom, test.box, test.scope, test.only) {
				sum += c.Count
				if c.State == "" || c.ID == 0 {
					t.Errorf("%+v", c)
				}
			}
			if sum != test.want {
				t.Errorf("%d things, want %d", sum, test.want)
			}
		})
	}
}
