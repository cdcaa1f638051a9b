package tiles

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin"
	"suhe/twin/filter"
)

// without is a scope that sees all things and is not shown some fields.
func without(hidden ...string) access.Scope {
	return access.Grant{
		Actions: []access.Action{access.View}, Kinds: assets.Kinds(), Sensitivity: assets.Internal,
		Areas: []string{access.Everywhere}, Hidden: hidden,
	}.Compile(nil)
}

// public sees all public things.
func public() access.Scope {
	g := access.GrantOf([]access.Role{access.Public}, []string{access.Everywhere})
	g.Delayed = false
	return g.Compile(nil)
}

func TestTilesLeaveOutWhatIsNotShown(t *testing.T) {
	w := &plainWorld{}
	for fid := assets.FID(1); fid <= 3; fid++ {
		is := thing(fid, assets.Sensor, at(home, float64(1000*fid), 1000))
		is.Asset.Name, is.Asset.Owner, is.Severity = "gauge", "水务局", 2
		w.things = append(w.things, is)
	}
	s := newServer(t, Options{World: w})
	s.Took(twin.Batch{})
	asked, err := ParseProperties("owner,name,severity,state,class")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		scope access.Scope
		want  []string // of a thing
		sums  []string // of a cluster, that some scopes are not shown
	}{
		{"all", without(), []string{"class", "name", "owner", "severity", "state"}, []string{"class", "severity", "severity_2", "state_unknown"}},
		{"owner by its sensitivity", public(), []string{"class", "name", "severity", "state"}, []string{"class", "severity", "severity_2", "state_unknown"}},
		{"states hidden", without("state", "owner"), []string{"class", "name", "severity"}, []string{"class", "severity", "severity_2"}},
		{"severity and class hidden", without("severity", "class", "name"), []string{"owner", "state"}, []string{"state_unknown"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Request{Layers: []string{"sensors"}, Tile: home, Properties: asked, Scope: c.scope}
			for _, f := range featuresOf(t, s, r) {
				if got := f; !slices.Equal(got, c.want) {
					t.Errorf("a sensor tells %v, want %v", got, c.want)
				}
			}
			r.Tile, r.Properties = geo.TileAt(geo.LonLat32(w.things[0].Flat.Min[0], w.things[0].Flat.Min[1]), 3), 0
			for _, f := range featuresOf(t, s, r) {
				f = slices.DeleteFunc(f, func(name string) bool { return slices.Contains([]string{"cluster", "count", "apart"}, name) })
				if !slices.Equal(f, c.sums) {
					t.Errorf("a cluster tells %v, want %v", f, c.sums)
				}
			}
			for _, of := range s.Clusters(assets.Sensor, 3, geo.BoxOf(orb.Point{121.4, 31.2}.Bound()), c.scope, filter.Filter{}) {
				if hidden := !slices.Contains(c.want, "state"); hidden != (of.State == "") {
					t.Errorf("a cluster is in state %q", of.State)
				}
				if hidden := !slices.Contains(c.want, "severity"); hidden != (of.Severity == 0) {
					t.Errorf("a cluster is of severity %d", of.Severity)
				}
			}
		})
	}
}

// featuresOf are the names of the properties of each feature of the tile, in order.
func featuresOf(t *testing.T, s *Server, r Request) (out [][]string) {
	t.Helper()
	tile, err := s.Tile(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range decode(t, tile.Data).Features {
		var names []string
		for name := range f.Properties {
			names = append(names, name)
		}
		slices.Sort(names)
		out = append(out, names)
	}
	if len(out) == 0 {
		t.Fatal("the tile is empty")
	}
	return out
}

// A filter by what is not shown would tell it: what passes is like that.
func TestNoTileByWhatIsNotShown(t *testing.T) {
	s := newServer(t, Options{World: &plainWorld{}})
	by := func(text string, scope access.Scope) error {
		f, err := filter.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Tile(t.Context(), Request{Layers: []string{"cameras"}, Tile: home, Filter: f, Scope: scope})
		return err
	}
	for _, c := range []struct {
		filter string
		scope  access.Scope
		ok     bool
	}{
		{"owner = 'x'", without(), true},
		{"owner = 'x'", public(), false},
		{"properties.stream LIKE 'rtsp%'", without(), false},
		{"properties.stream LIKE 'rtsp%'", access.Open(), true},
		{"name = 'x'", without("name"), false},
	} {
		if err := by(c.filter, c.scope); c.ok != (err == nil) || !c.ok && !errors.Is(err, access.ErrDenied) {
			t.Errorf("%s: %v", c.filter, err)
		}
	}
}

func TestDocumentsTellOfNoFieldThatIsNotShown(t *testing.T) {
	s := newServer(t, Options{World: &plainWorld{}})
	for _, describe := range []func(layers, base string, scope access.Scope) ([]byte, error){s.TileJSON, s.Metadata} {
		data, err := describe("sensors", "", without("state"))
		if err != nil {
			t.Fatal(err)
		}
		var doc tileJSON
		if err := json.Unmarshal(data, &doc); err != nil {
			t.Fatal(err)
		}
		fields := doc.VectorLayers[0].Fields
		if fields["state"] != "" || fields["state_offline"] != "" || fields["name"] == "" || fields["count"] == "" {
			t.Errorf("%v", fields)
		}
	}
}

// Who exports sees no more of where things are than in tiles.
func TestExportGoesWhereSomethingIsSeen(t *testing.T) {
	far := thing(2, assets.Camera, orb.Point{10, 10})
	far.Asset.Sensitivity = assets.Restricted
	w := &plainWorld{things: []*twin.Thing{thing(1, assets.Camera, orb.Point{121.4, 31.2}), far}}
	s := newServer(t, Options{World: w})
	x, err := s.newExport(ExportOptions{Name: "x", Layers: []string{"cameras"}, Scope: without()})
	if err != nil {
		t.Fatal(err)
	}
	if x.walk.bounds.Contains(orb.Point{10, 10}) {
		t.Errorf("an export reaches to %v, where nothing is seen", x.walk.bounds)
	}
}
