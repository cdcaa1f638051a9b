package assets_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
)

// tried is one import and what came of it.
type tried struct {
	report   assets.Report
	problems []string
	err      error
	store    *memory
}

// importTwice imports a file, and again: the second time must change nothing.
func importTwice(t *testing.T, path string, o assets.ImportOptions) tried {
	t.Helper()
	r, m := newRegistry(t)
	var out tried
	o.Problem = func(p assets.Problem) { out.problems = append(out.problems, p.Error()) }
	out.report, out.err = r.ImportFile(context.Background(), path, o)
	out.store = m
	if out.err != nil {
		return out
	}
	o.Problem = nil
	again, err := r.ImportFile(context.Background(), path, o)
	want := assets.Report{Read: out.report.Read, Same: out.report.Created, Bad: out.report.Bad}
	if err != nil || again != want {
		t.Errorf("%s again: %+v, %v, want %+v", path, again, err, want)
	}
	return out
}

func wantProblems(t *testing.T, got []string, want ...string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%d problems, want %d:\n%s", len(got), len(want), strings.Join(got, "\n"))
		return
	}
	for i := range want {
		for _, part := range strings.Split(want[i], "|") {
			if !strings.Contains(got[i], part) {
				t.Errorf("problem %q, want %q in it", got[i], part)
			}
		}
	}
}

func TestImportGeoJSON(t *testing.T) {
	got := importTwice(t, "testdata/bank.geojson", assets.ImportOptions{By: "li"})
	if got.err != nil || got.report != (assets.Report{Read: 11, Created: 4, Bad: 7}) {
		t.Fatalf("%+v, %v\n%s", got.report, got.err, strings.Join(got.problems, "\n"))
	}
	wantProblems(t, got.problems,
		"row 3 (line 6)|swapped", "row 4 (line 7)|not closed", "row 5 (line 8)|geometry", "row 6|none, want one",
		"row 7|id|灯", `row 8|id "lamp-1"|first in row 1`, "row 9|properties.power_w")
	a := got.store.byID["lamp-1"]
	if a.Name != "路灯" || a.Class != "asset.lamp" || a.Shape.Height != 4.5 || a.Revision.By != "li" ||
		a.Revision.Why != "import bank.geojson" || a.Location.Place == nil {
		t.Errorf("%+v", a)
	}
	if b := got.store.byID["bank:2"]; b == nil || b.Shape.Geometry.Z[0] != 4.5 || b.Class != "asset.other" {
		t.Errorf("a row without id: %+v", b)
	}
	if b := got.store.byID["bank:17"]; b == nil || b.Properties.Text("class") != "highway" {
		t.Errorf("a number as id, and a class that is none: %+v", b)
	}
	if got.store.byID["way:5"] == nil {
		t.Error("way/5 must become way:5")
	}
}

func TestImportStrictAndDryRun(t *testing.T) {
	got := importTwice(t, "testdata/bank.geojson", assets.ImportOptions{Strict: true})
	if !errors.Is(got.err, assets.ErrInvalid) || !strings.Contains(got.err.Error(), "row 3 (line 6)") || len(got.store.byID) != 0 {
		t.Errorf("strict: %v, %d stored", got.err, len(got.store.byID))
	}
	r, m := newRegistry(t)
	rep, err := r.ImportFile(context.Background(), "testdata/bank.geojson", assets.ImportOptions{DryRun: true})
	if err != nil || rep != (assets.Report{Read: 11, Created: 4, Bad: 7}) || len(m.byID) != 0 {
		t.Errorf("dry run: %+v, %v, %d stored", rep, err, len(m.byID))
	}
}

func TestImportSequences(t *testing.T) {
	for path, bad := range map[string][]string{
		"testdata/lines.geojsonl":   {"row 2 (line 3)|no GeoJSON feature"},
		"testdata/records.geojsonl": nil,
	} {
		got := importTwice(t, path, assets.ImportOptions{})
		if got.err != nil || got.report.Created != 2 {
			t.Errorf("%s: %+v, %v", path, got.report, got.err)
		}
		wantProblems(t, got.problems, bad...)
	}
}

func TestImportCSV(t *testing.T) {
	for _, path := range []string{"testdata/table.csv", "testdata/gbk.csv"} {
		got := importTwice(t, path, assets.ImportOptions{Class: "asset.tree", Map: map[string]string{"编号": "id", "名称": "name"}})
		if got.err != nil || got.report != (assets.Report{Read: 6, Created: 2, Bad: 4}) {
			t.Fatalf("%s: %+v, %v\n%s", path, got.report, got.err, strings.Join(got.problems, "\n"))
		}
		wantProblems(t, got.problems, `row 3 (line 5): lon "abc": want a number`, "row 4|3 columns, want 7", "row 5|girth_cm", "row 6|swapped")
		a := got.store.byID["t1"]
		if g, _ := a.Properties.Get("girth_cm"); g != 45.0 || a.Name != "香樟" || a.Properties.Text("code") != "007" {
			t.Errorf("%s: %+v", path, a)
		}
		if b := got.store.byID["t2"]; b.Properties.Text("species") != "银\n杏" {
			t.Errorf("%s: %+v", path, b)
		}
	}
}

func TestImportCSVWithWKT(t *testing.T) {
	got := importTwice(t, "testdata/wkt.csv", assets.ImportOptions{})
	if got.err != nil || got.report != (assets.Report{Read: 3, Created: 2, Bad: 1}) {
		t.Fatalf("%+v, %v, %q", got.report, got.err, got.problems)
	}
	wantProblems(t, got.problems, "row 3 (line 4)|not closed")
	if z := got.store.byID["w1"].Shape.Geometry.Z; !slices.Equal(z, []float64{4}) {
		t.Errorf("heights %v", z)
	}
}

func TestImportMapsAndProjects(t *testing.T) {
	text := "nr,x,y,typ,h\n1,13516412.57,3663306.12,yes,12\n"
	r, m := newRegistry(t)
	_, err := r.Import(context.Background(), strings.NewReader(text), assets.ImportOptions{
		Name: "dir/My trees.csv", Kind: assets.Building, CRS: geo.WebMercator,
		Map: map[string]string{"nr": "id", "typ": "use", "h": "height"},
	})
	if err != nil {
		t.Fatal(err)
	}
	a := m.byID["My-trees:1"]
	if a == nil || a.Shape.Height != 12 || a.Properties.Text("use") != "yes" || a.Class != "building.other" {
		t.Fatalf("%+v", m.byID)
	}
	p := a.Shape.Geometry.Plane.(orb.Point)
	if geo.Distance(p, orb.Point{121.42, 31.235}) > 1 {
		t.Errorf("at %v", p)
	}
}

func TestImportMappedFieldMustFit(t *testing.T) {
	r, _ := newRegistry(t)
	var got []string
	_, err := r.Import(context.Background(), strings.NewReader("lon,lat,h\n121.4,31.2,high\n"), assets.ImportOptions{
		Name: "a.csv", Map: map[string]string{"h": "height"}, Problem: func(p assets.Problem) { got = append(got, p.Error()) },
	})
	if err != nil {
		t.Fatal(err)
	}
	wantProblems(t, got, `h "high": want a number`)
}

// What breaks the file itself ends the import and names the place.
func TestImportBrokenFiles(t *testing.T) {
	long := strings.Repeat(" ", 2*assets.MaxRowBytes)
	for _, c := range []struct {
		name, file, text string
		o                assets.ImportOptions
		want             string
	}{
		{"nothing", "a.geojson", "", assets.ImportOptions{}, "EOF"},
		{"array", "a.geojson", "[]", assets.ImportOptions{}, "want a GeoJSON object"},
		{"no features", "a.geojson", `{"type":"FeatureCollection"}`, assets.ImportOptions{}, "want a FeatureCollection"},
		{"topology", "a.geojson", `{"type":"Topology"}`, assets.ImportOptions{}, `type: "Topology"`},
		{"cut", "a.geojson", "{\"type\":\"FeatureCollection\",\n\"features\":[{", assets.ImportOptions{}, "line 2"},
		{"strange crs", "a.geojson", `{"crs":{"properties":{"name":"urn:ogc:def:crs:EPSG::2154"}},"features":[]}`, assets.ImportOptions{}, "2154"},
		{"long feature", "a.geojson", `{"features":[{"a":"` + long + `"}]}`, assets.ImportOptions{}, "longer than 16 MiB"},
		{"long line", "a.geojsonl", `{"a":"` + long, assets.ImportOptions{}, "longer than 16 MiB"},
		{"long field", "a.csv", "lon,lat,a\n1,2,\"" + long, assets.ImportOptions{}, "longer than 16 MiB"},
		{"no columns", "a.csv", "a,b\n1,2\n", assets.ImportOptions{}, "want lon and lat, or wkt"},
		{"twice", "a.csv", "lon,lat,a,a\n", assets.ImportOptions{}, `"a" comes twice`},
		{"utf-16", "a.csv", "\xff\xfel\x00", assets.ImportOptions{}, "UTF-16"},
		{"encoding", "a.csv", "lon,lat\n", assets.ImportOptions{Encoding: "koi8"}, `"koi8"`},
		{"unknown", "a", "hello", assets.ImportOptions{}, "not known"},
		{"stream", "a.gpkg", "x", assets.ImportOptions{}, "must be a file"},
		{"crs", "a.csv", "lon,lat\n", assets.ImportOptions{CRS: "EPSG:2154"}, "2154"},
	} {
		r, m := newRegistry(t)
		c.o.Name = c.file
		_, err := r.Import(context.Background(), strings.NewReader(c.text), c.o)
		if err == nil || !strings.Contains(err.Error(), c.want) || !errors.Is(err, assets.ErrInvalid) || len(m.byID) != 0 {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

func TestImportFindsTheFormat(t *testing.T) {
	for _, path := range []string{"bank.geojson", "lines.geojsonl", "records.geojsonl", "table.csv", "wkt.csv"} {
		b, err := os.ReadFile(filepath.Join("testdata", path))
		if err != nil {
			t.Fatal(err)
		}
		r, _ := newRegistry(t)
		rep, err := r.Import(context.Background(), bytes.NewReader(b), assets.ImportOptions{Name: "data"})
		if err != nil || rep.Read-rep.Bad < 1 {
			t.Errorf("%s: %+v, %v", path, rep, err)
		}
	}
}

func TestImportStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r, m := newRegistry(t)
	_, err := r.ImportFile(ctx, "testdata/bank.geojson", assets.ImportOptions{})
	if !errors.Is(err, context.Canceled) || len(m.byID) != 0 {
		t.Errorf("%v, %d stored", err, len(m.byID))
	}
}

func TestImportTellsProgress(t *testing.T) {
	var text strings.Builder
	text.WriteString("lon,lat\n")
	for range 2500 {
		text.WriteString("121.4,31.2\n")
	}
	var seen []int
	r, _ := newRegistry(t)
	_, err := r.Import(context.Background(), strings.NewReader(text.String()), assets.ImportOptions{
		Name: "a.csv", Progress: func(r assets.Report) { seen = append(seen, r.Read) },
	})
	if err != nil || !slices.Equal(seen, []int{1000, 2000, 2500}) {
		t.Errorf("%v, %v", seen, err)
	}
}

// Whatever the bytes, an import ends, with a report or an error.
func FuzzImport(f *testing.F) {
	names := []string{"a.geojson", "a.geojsonl", "a.csv", "a"}
	for _, path := range []string{"bank.geojson", "lines.geojsonl", "records.geojsonl", "table.csv", "gbk.csv", "wkt.csv"} {
		b, err := os.ReadFile(filepath.Join("testdata", path))
		if err != nil {
			f.Fatal(err)
		}
		for i := range names {
			f.Add(uint8(i), b)
		}
	}
	f.Fuzz(func(t *testing.T, as uint8, b []byte) {
		r, m := newRegistry(t)
		rep, err := r.Import(context.Background(), bytes.NewReader(b), assets.ImportOptions{Name: names[int(as)%len(names)]})
		if err == nil && (rep.Read != rep.Created+rep.Bad || len(m.byID) != rep.Created) {
			t.Fatalf("%+v, %d stored", rep, len(m.byID))
		}
	})
}

func ExampleRegistry_Import() {
	r := assets.NewRegistry(newMemory(), nil, nil)
	file := strings.NewReader("id,lon,lat,name\nlamp-1,121.42,31.235,路灯\nlamp-2,31.235,121.42,路灯\n")
	report, err := r.Import(context.Background(), file, assets.ImportOptions{
		Name: "lamps.csv", Class: "asset.lamp", By: "li",
		Problem: func(p assets.Problem) { fmt.Println(p.Error()) },
	})
	fmt.Println(report.Created, report.Bad, err)
	// Output:
	// row 2 (line 3): geometry: latitude 121.42 out of [-90,90]: are longitude and latitude swapped?
	// 1 1 <nil>
}
