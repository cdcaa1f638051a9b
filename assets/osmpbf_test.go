package assets_test

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"google.golang.org/protobuf/encoding/protowire"

	"suhe/assets"
)

// pbf writes small OSM PBF files (wiki.openstreetmap.org/wiki/PBF_Format), all
// in one block and not compressed.
type pbf struct {
	texts     []string
	nodes     []pbfThing
	ways      []pbfThing
	relations []pbfThing
}

type pbfThing struct {
	id   int64
	tags []string // key, value …
	at   orb.Point
	refs []int64
	role []string
}

func (p *pbf) text(s string) uint64 {
	for i, t := range p.texts {
		if t == s {
			return uint64(i)
		}
	}
	p.texts = append(p.texts, s)
	return uint64(len(p.texts) - 1)
}

func packed(values ...uint64) []byte {
	var b []byte
	for _, v := range values {
		b = protowire.AppendVarint(b, v)
	}
	return b
}

func deltas(values []int64) []byte {
	var b []byte
	last := int64(0)
	for _, v := range values {
		b = protowire.AppendVarint(b, protowire.EncodeZigZag(v-last))
		last = v
	}
	return b
}

func field(dst []byte, n protowire.Number, b []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(dst, n, protowire.BytesType), b)
}

func (p *pbf) tags(dst []byte, tags []string) []byte {
	var keys, values []uint64
	for i := 0; i < len(tags); i += 2 {
		keys, values = append(keys, p.text(tags[i])), append(values, p.text(tags[i+1]))
	}
	return field(field(dst, 2, packed(keys...)), 3, packed(values...))
}

func (p *pbf) dense() []byte {
	var ids, lats, lons []int64
	var kv []uint64
	for _, n := range p.nodes {
		ids = append(ids, n.id)
		lons, lats = append(lons, int64(n.at[0]*1e7+.5)), append(lats, int64(n.at[1]*1e7+.5))
		for _, t := range n.tags {
			kv = append(kv, p.text(t))
		}
		kv = append(kv, 0)
	}
	return field(field(field(field(nil, 1, deltas(ids)), 8, deltas(lats)), 9, deltas(lons)), 10, packed(kv...))
}

func (p *pbf) bytes() []byte {
	p.texts = []string{""}
	group := field(nil, 2, p.dense())
	for _, w := range p.ways {
		b := protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), uint64(w.id))
		group = field(group, 3, field(p.tags(b, w.tags), 8, deltas(w.refs)))
	}
	for _, r := range p.relations {
		b := protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), uint64(r.id))
		var roles, types []uint64
		for _, role := range r.role {
			roles, types = append(roles, p.text(role)), append(types, 1)
		}
		group = field(group, 4, field(field(field(p.tags(b, r.tags), 8, packed(roles...)), 9, deltas(r.refs)), 10, packed(types...)))
	}
	var table []byte
	for _, t := range p.texts {
		table = field(table, 1, []byte(t))
	}
	header := field(field(nil, 4, []byte("OsmSchema-V0.6")), 4, []byte("DenseNodes"))
	return append(blob("OSMHeader", header), blob("OSMData", field(field(nil, 1, table), 2, group))...)
}

func blob(kind string, data []byte) []byte {
	body := field(nil, 1, data)
	head := field(nil, 1, []byte(kind))
	head = protowire.AppendVarint(protowire.AppendTag(head, 3, protowire.VarintType), uint64(len(body)))
	out := binary.BigEndian.AppendUint32(nil, uint32(len(head)))
	return append(append(out, head...), body...)
}

func town() *pbf {
	at := func(x, y float64) orb.Point { return orb.Point{121.42 + x/1000, 31.23 + y/1000} }
	return &pbf{
		nodes: []pbfThing{
			{id: 1, at: at(0, 0)}, {id: 2, at: at(4, 0)}, {id: 3, at: at(4, 4)}, {id: 4, at: at(0, 4)},
			{id: 5, at: at(1, 1)}, {id: 6, at: at(2, 1)}, {id: 7, at: at(2, 2)},
			{id: 8, at: at(6, 6), tags: []string{"amenity", "cafe", "name", "咖啡"}},
			{id: 9, at: at(7, 7), tags: []string{"created_by", "JOSM"}},
			{id: 10, at: at(8, 8), tags: []string{"natural", "tree", "id", "77"}},
		},
		ways: []pbfThing{
			{id: 1, refs: []int64{1, 2, 3}, tags: []string{"natural", "water"}},
			{id: 2, refs: []int64{1, 4, 3}},
			{id: 3, refs: []int64{5, 6, 7, 5}},
			{id: 4, refs: []int64{5, 6, 7, 5}, tags: []string{"building", "apartments", "building:levels", "6", "building:min_level", "1"}},
			{id: 5, refs: []int64{1, 2}, tags: []string{"highway", "footway", "bridge", "yes"}},
			{id: 6, refs: []int64{1, 99}, tags: []string{"highway", "path"}},
			{id: 7, refs: []int64{5, 6, 7, 5}, tags: []string{"highway", "service"}},
			{id: 8, refs: []int64{5, 6, 7, 5}, tags: []string{"building", "yes", "height", "12.5 m", "name", "塔"}},
		},
		relations: []pbfThing{
			{id: 1, refs: []int64{1, 2, 3}, role: []string{"outer", "outer", "inner"}, tags: []string{"type", "multipolygon"}},
			{id: 2, refs: []int64{1}, role: []string{"outer"}, tags: []string{"type", "multipolygon", "landuse", "grass"}},
			{id: 3, refs: []int64{55}, role: []string{"outer"}, tags: []string{"type", "boundary", "boundary", "administrative"}},
			{id: 4, refs: []int64{1}, role: []string{""}, tags: []string{"type", "route", "route", "bus"}},
		},
	}
}

func writeFile(t testing.TB, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestImportOSM(t *testing.T) {
	got := importTwice(t, writeFile(t, "town.osm.pbf", town().bytes()), assets.ImportOptions{})
	if got.err != nil {
		t.Fatal(got.err)
	}
	wantProblems(t, got.problems, "osm:way:6|node 99 is not in the file", "osm:relation:2|open at node", "osm:relation:3|way 55 is not in the file")
	for id, want := range map[assets.ID]struct {
		kind   assets.Kind
		class  string
		height float64
		base   float64
		name   string
		shape  string
	}{
		"osm:node:8":     {assets.Landmark, "landmark.amenity", 0, 0, "咖啡", "Point"},
		"osm:node:10":    {assets.Fixture, "osm.natural", 0, 0, "", "Point"},
		"osm:way:4":      {assets.Building, "building.residential", 18, 3, "", "Polygon"},
		"osm:way:5":      {assets.Bridge, "bridge.foot", 0, 0, "", "LineString"},
		"osm:way:7":      {assets.Fixture, "osm.highway", 0, 0, "", "LineString"},
		"osm:way:8":      {assets.Building, "building.other", 12.5, 0, "塔", "Polygon"},
		"osm:relation:1": {assets.Water, "water.other", 0, 0, "", "Polygon"},
	} {
		a := got.store.byID[id]
		if a == nil {
			t.Errorf("%s: not there", id)
			continue
		}
		if a.Kind != want.kind || a.Class != want.class || float64(a.Shape.Height) != want.height ||
			float64(a.Shape.Base) != want.base || a.Name != want.name || a.Shape.Geometry.Plane.GeoJSONType() != want.shape {
			t.Errorf("%s: %+v, want %+v", id, a, want)
		}
		delete(got.store.byID, id)
	}
	for id := range got.store.byID {
		t.Errorf("%s: nobody asked for it", id)
	}
}

func TestImportOSMHolesAreHoles(t *testing.T) {
	got := importTwice(t, writeFile(t, "town.osm.pbf", town().bytes()), assets.ImportOptions{})
	p, ok := got.store.byID["osm:relation:1"].Shape.Geometry.Plane.(orb.Polygon)
	if !ok || len(p) != 2 || len(p[0]) != 5 || len(p[1]) != 4 {
		t.Errorf("%v, want a ring of 5 with a hole of 4", p)
	}
}

func FuzzImportOSM(f *testing.F) {
	f.Add(town().bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		path := writeFile(t, "a.osm.pbf", b)
		r, m := newRegistry(t)
		rep, err := r.ImportFile(context.Background(), path, assets.ImportOptions{})
		if err == nil && len(m.byID) != rep.Created {
			t.Fatalf("%+v, %d stored", rep, len(m.byID))
		}
	})
}

func TestImportOSMBroken(t *testing.T) {
	whole := town().bytes()
	for name, b := range map[string][]byte{"cut": whole[:len(whole)-7], "text": []byte(strings.Repeat("hello", 20))} {
		r, m := newRegistry(t)
		_, err := r.ImportFile(context.Background(), writeFile(t, "a.osm.pbf", b), assets.ImportOptions{})
		if !errors.Is(err, assets.ErrInvalid) || len(m.byID) != 0 {
			t.Errorf("%s: %v, %d stored", name, err, len(m.byID))
		}
	}
}
