package features_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/internal/features"
	"suhe/internal/format"
	"suhe/twin"
)

var systems = features.NewSystems(geo.ShanghaiPlane)

func read(t *testing.T, v features.Viewer, query string) (*features.Question, error) {
	t.Helper()
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	return features.SchemaOf(assets.Sensor, assets.DefaultClasses(), v).Read(values, systems, v, "f")
}

// What is wrong is refused: its parameter is named, with what was expected, and in
// few words whatever was sent.
func TestBadQuestions(t *testing.T) {
	for query, says := range map[string]string{
		"bbox=1,2,3":                                "bbox",
		"bbox=1,2,3,4,5":                            "bbox",
		"bbox=a,2,3,4":                              "bbox",
		"bbox=NaN,2,3,4":                            "bbox",
		"bbox=1e300,2,1e301,4":                      "bbox",
		"bbox=121,32,122,31":                        "south before the north",
		"bbox=-180,-95,180,95":                      "bbox",
		"bbox=1,2,3,4&bbox-crs=4326":                "bbox-crs",
		"bbox=9,9,1,10&bbox-crs=CITY":               "west before the east",
		"bbox=-8e7,-8e7,8e7,8e7&bbox-crs=EPSG:4549": "bbox",
		"bbox=" + strings.Repeat("1,", 5000) + "1":  "bbox",
		"crs=EPSG:32651":                            "crs",
		"datetime=yesterday":                        "datetime",
		"datetime=2026-11-24T08:00:00":              "datetime",
		"datetime=2026-11-24/2026-11-23":            "datetime",
		"datetime=..":                               "datetime",
		"datetime=2026-11-24/2026-11-25/2026-11-26": "datetime",
		"limit=0":                           "limit",
		"limit=-1":                          "limit",
		"limit=ten":                         "limit",
		"limit=99999999999999999999":        "limit",
		"after=x":                           "after",
		"after=WyIxIiwibjEiXQ":              "after", // of another order
		"sortby=geometry":                   "sortby",
		"sortby=properties":                 "sortby",
		"sortby=id,name,class,area,bank":    "sortby",
		"sortby=id;DROP TABLE assets":       "sortby",
		"properties=geometry":               "properties",
		"properties=,":                      "properties",
		"filter=nothing = 1":                "filter",
		"filter=severity = 'x'":             "filter",
		"filter=A_CONTAINS(name, ('a'))":    "filter",
		"filter=name = 'x'&filter-lang=sql": "filter-lang",
		"filter=TRUE&filter-crs=EPSG:1":     "filter-crs",
		"filter=S_WITHIN(geometry, POLYGON((0 0,2 2,2 0,0 2,0 0)))": "cross",
		"filter=" + strings.Repeat("(", 100) + "TRUE":               "nest deeper",
		"severity=high":                 "severity",
		"updated=now":                   "updated",
		"unknown=1":                     "unknown",
		"=1":                            "query",
		"limit=1&limit=2":               "limit",
		"properties.x=1&properties.x=2": "comes 2 times",
		"values.=1":                     "values.",
	} {
		_, err := read(t, everything(), strings.ReplaceAll(strings.ReplaceAll(query, ";", "%3B"), " ", "%20"))
		if !errors.Is(err, assets.ErrInvalid) || !strings.Contains(err.Error(), says) || len(err.Error()) > 1500 {
			t.Errorf("%.60s: %v, want %q", query, err, says)
		}
	}
}

func TestGoodQuestions(t *testing.T) {
	for query, want := range map[string]string{ // filters in their normal form
		"":                                      "",
		"bbox=&datetime=&limit=&filter=&class=": "",
		"limit=1000000000":                      "",
		"bbox=1,2,3,4":                          "S_INTERSECTS(geometry, BBOX(1,2,3,4))",
		"bbox=1,2,0,3,4,9":                      "S_INTERSECTS(geometry, BBOX(1,2,3,4))",
		"bbox=1,2,3,4&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/4326": "S_INTERSECTS(geometry, BBOX(2,1,4,3))",
		"bbox=1,2,1,2":                            "S_INTERSECTS(geometry, POINT(1 2))",
		"bbox=1,2,1,4":                            "S_INTERSECTS(geometry, LINESTRING(1 2,1 4))",
		"bbox=170,-1,-170,1":                      "S_INTERSECTS(geometry, BBOX(-180,-1,-170,1)) OR S_INTERSECTS(geometry, BBOX(170,-1,180,1))",
		"bbox=-180,-90,180,90":                    "S_INTERSECTS(geometry, BBOX(-180,-90,180,90))",
		"datetime=2026-11-24":                     "T_INTERSECTS(updated, INTERVAL('2026-11-24T00:00:00Z', '2026-11-24T23:59:59.999999Z'))",
		"datetime=../2026-11-24T08:00:00%2B08:00": "T_INTERSECTS(updated, INTERVAL('..', '2026-11-24T00:00:00Z'))",
		"datetime=2026-11-24T00:00:00Z/":          "T_INTERSECTS(updated, INTERVAL('2026-11-24T00:00:00Z', '..'))",
		"class=sensor.rain&severity=2":            "class = 'sensor.rain' AND severity = 2",
		"properties.warning_m=3.8&properties.model=77&properties.x=true":                       "properties.model = '77' AND properties.warning_m = 3.8 AND properties.x = TRUE",
		"updated=2026-11-24T00:00:00Z":                                                         "updated = TIMESTAMP('2026-11-24T00:00:00Z')",
		"filter-lang=cql2-json&filter={\"op\":\"=\",\"args\":[{\"property\":\"name\"},\"x\"]}": "name = 'x'",
		"filter-crs=EPSG:4326&filter=S_INTERSECTS(geometry, POINT(31 121))":                    "S_INTERSECTS(geometry, POINT(121 31))",
	} {
		q, err := read(t, everything(), strings.ReplaceAll(query, " ", "%20"))
		if err != nil || q.Filter.String() != want || q.Limit > features.MaxLimit {
			t.Errorf("%s: %v, %v\nwant %s", query, q, err, want)
		}
	}
}

// What one is not shown is neither answered, nor asked for, nor ordered by.
func TestHiddenFields(t *testing.T) {
	plain := viewer(access.Grant{Actions: access.Actions(), Kinds: assets.Kinds(), Sensitivity: assets.Public, Areas: []string{access.Everywhere}}.Compile(nil))
	for _, query := range []string{"filter=owner = 'x'", "sortby=owner", "properties=owner", "owner=x", "datetime=2026-11-24",
		"filter=properties.contact = '1'", "sortby=properties.contact", "properties.contact=1", "sortby=-updated"} {
		if _, err := read(t, plain, strings.ReplaceAll(query, " ", "%20")); !errors.Is(err, access.ErrDenied) {
			t.Errorf("%s: %v, want it denied", query, err)
		}
	}
	random := rand.New(rand.NewPCG(1, 1))
	s := fill(random, 50)
	for _, a := range s.all {
		a.Owner, a.Properties = "a secret owner", assets.Properties{{Key: "contact", Value: "13800138000"}, {Key: "open", Value: "x"}}
	}
	w := s.open(t)
	q, err := read(t, plain, "")
	if err != nil {
		t.Fatal(err)
	}
	text := string(written(t, q, w, plain))
	if strings.Contains(text, "secret") || strings.Contains(text, "13800138000") || strings.Contains(text, "contact") || !strings.Contains(text, `{"open":"x"}`) {
		t.Errorf("%.2000s", text)
	}
}

// written is the whole answer as GeoJSON.
func written(t *testing.T, q *features.Question, w features.World, v features.Viewer) []byte {
	t.Helper()
	var b bytes.Buffer
	out, err := format.New("geojson", &b, q.Head())
	if err != nil {
		t.Fatal(err)
	}
	defer out.Discard()
	maker := q.Maker(v, false)
	for thing, err := range q.Each(t.Context(), w, v) {
		if err == nil {
			err = out.Write(maker.Feature(thing))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What fits no field of its type is among the other properties, and each property is
// told once.
func TestPropertiesOfAnyType(t *testing.T) {
	s := fill(rand.New(rand.NewPCG(1, 1)), 1)
	s.all[0].Properties = assets.Properties{{Key: "flag", Value: true}, {Key: "model", Value: 7.0}, {Key: "tags", Value: []any{"a"}}, {Key: "warning_m", Value: 3.8}}
	w := s.open(t)
	q, err := read(t, everything(), "")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Features []struct {
			Properties map[string]any `json:"properties"`
		} `json:"features"`
	}
	if err := json.Unmarshal(written(t, q, w, everything()), &doc); err != nil {
		t.Fatal(err)
	}
	p := doc.Features[0].Properties
	if p["properties.model"] != nil || p["properties.warning_m"] != 3.8 || fmt.Sprint(p["properties"]) != "map[flag:true model:7 tags:[a]]" {
		t.Errorf("%v", p)
	}
}

// Read at once or by pages of any size, in any order, an answer is the same, and each
// feature comes once.
func TestPagesAreTheWhole(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	s := fill(random, 300)
	w := s.open(t)
	for _, query := range []string{"", "sortby=name", "sortby=-values.water_level,class", "filter=height%20%3E%203&sortby=-properties.tags", "bbox=121.36,31.2,121.4,31.3"} {
		q, err := read(t, everything(), query)
		if err != nil {
			t.Fatal(err)
		}
		var whole []string
		for thing, err := range q.Each(t.Context(), w, everything()) {
			if err != nil {
				t.Fatal(err)
			}
			whole = append(whole, fmt.Sprint(thing.Asset.FID))
		}
		if len(whole) == 0 || len(slices.Compact(slices.Sorted(slices.Values(whole)))) != len(whole) {
			t.Fatalf("%s: %d features", query, len(whole))
		}
		for _, limit := range []string{"1", "7", "299", "300", "10000"} {
			values, _ := url.ParseQuery(query)
			values.Set("limit", limit)
			if got := answer(t, w, everything(), systems, values); !slices.Equal(got, whole) {
				t.Errorf("%s by %s: %d features in another order, want %d", query, limit, len(got), len(whole))
			}
			q.Limit = 20
			n := 0
			for range q.Each(t.Context(), w, everything()) {
				n++
			}
			if n != min(20, len(whole)) {
				t.Errorf("%s: %d features, want 20 at most", query, n)
			}
			q.Limit = 0
		}
	}
}

// A place said in any system, in the order of its axes, is where it was.
func TestSystems(t *testing.T) {
	here := orb.Point{121.43, 31.24}
	for i, uri := range systems.URIs() {
		crs, err := systems.Find("crs", uri)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{uri, strings.ToLower(uri), " " + uri} {
			if again, err := systems.Find("crs", name); err != nil || again != crs {
				t.Errorf("%s: %v, %v", name, again, err)
			}
		}
		there := crs.Projected(geo.Solid{Plane: here}, false).Plane.(orb.Point)
		xy := crs.Projected(geo.Solid{Plane: here}, true).Plane.(orb.Point)
		north := slices.Contains([]int{1, 3, 4}, i) // 4326, 4490, 4549
		if swapped := (orb.Point{xy[1], xy[0]}); north && there != swapped || !north && there != xy {
			t.Errorf("%s: %v, x and y %v", uri, there, xy)
		}
		eps := 1e-4 // of degrees
		if math.Abs(there[0]) > 200 || math.Abs(there[1]) > 200 {
			eps = 10 // metres
		}
		shapes, err := crs.Box([]float64{there[0] - eps, there[1] - eps, there[0] + eps, there[1] + eps})
		if err != nil || len(shapes) != 1 || !geo.Intersects(here, shapes[0]) {
			t.Errorf("%s: its box %v, %v does not hold it", uri, shapes, err)
		}
		if place := crs.Place(); place != nil {
			if back := place(there).(orb.Point); geo.Distance(back, here) > 0.01 {
				t.Errorf("%s: back at %v", uri, back)
			}
		}
	}
	for name, want := range map[string]string{"": features.CRS84, "[EPSG:4549]": "http://www.opengis.net/def/crs/EPSG/0/4549",
		"CRS84": features.CRS84, "EPSG:4326": "http://www.opengis.net/def/crs/EPSG/0/4326", "GCJ-02": "urn:suhe:crs:GCJ-02"} {
		if crs, err := systems.Find("crs", name); err != nil || crs.URI != want {
			t.Errorf("%q: %v, %v", name, crs, err)
		}
	}
}

// An extent holds what is seen, touches it at all four sides, and tells nothing of the
// rest.
func TestExtents(t *testing.T) {
	s := fill(rand.New(rand.NewPCG(5, 5)), 200)
	w := s.open(t)
	var extents features.Extents
	for area, sees := range map[string]features.Viewer{
		"":          everything(),
		"310107005": viewer(access.Grant{Actions: access.Actions(), Kinds: assets.Kinds(), Sensitivity: assets.Personal, Areas: []string{"310107005"}}.Compile(nil)),
		"310107999": viewer(access.Grant{Actions: access.Actions(), Kinds: assets.Kinds(), Sensitivity: assets.Personal, Areas: []string{"310107999"}}.Compile(nil)),
	} {
		var all orb.MultiPoint
		for _, a := range s.all {
			if b := a.Shape.Geometry.Plane.Bound(); area == "" || a.Location.Area == area {
				all = append(all, b.Min, b.Max)
			}
		}
		for range 2 { // kept, the second time
			box, some, err := extents.Of(t.Context(), w, assets.Sensor, sees, noon)
			if err != nil || some != (len(all) > 0) || some && box != all.Bound() {
				t.Errorf("%s: %v %v %v, want %v", area, box, some, err, all.Bound())
			}
		}
	}
}

// A file of many features takes no memory that grows with them.
func TestFilesTakeLittleMemory(t *testing.T) {
	w := fill(rand.New(rand.NewPCG(5, 5)), 60_000).open(t)
	for _, query := range []string{"", "sortby=-height"} {
		q, err := read(t, everything(), query)
		if err != nil {
			t.Fatal(err)
		}
		out, err := format.New("geojson", io.Discard, q.Head())
		if err != nil {
			t.Fatal(err)
		}
		defer out.Discard()
		maker, n, before, most := q.Maker(everything(), false), 0, alive(), uint64(0)
		for thing, err := range q.Each(t.Context(), w, everything()) {
			if err == nil {
				err = out.Write(maker.Feature(thing))
			}
			if err != nil {
				t.Fatal(err)
			}
			if n++; n%15_000 == 0 {
				most = max(most, alive())
			}
		}
		if err := out.Close(); err != nil || n != 60_000 {
			t.Fatalf("%d features, %v", n, err)
		}
		const bound = 20 << 20 // the order of 50,000 at once takes most of it
		if most > before+bound {
			t.Errorf("%q: %d bytes more while it is written, want at most %d", query, most-before, bound)
		}
	}
}

// alive is what lives in memory, in bytes.
func alive() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// Cursors come back as they went, and nothing else is taken for one.
func FuzzCursor(f *testing.F) {
	f.Add("WyIxIl0", "")
	f.Add("WyIxIiwic3giXQ", "name")
	f.Fuzz(func(t *testing.T, text, order string) {
		v := everything()
		q, err := features.SchemaOf(assets.Sensor, assets.DefaultClasses(), v).Read(url.Values{"after": {text}, "sortby": {order}}, systems, v)
		if err != nil {
			if !errors.Is(err, assets.ErrInvalid) {
				t.Fatal(err)
			}
			return
		}
		if text == "" {
			return
		}
		again, err := features.SchemaOf(assets.Sensor, assets.DefaultClasses(), v).Read(url.Values{"after": {q.After.String()}, "sortby": {order}}, systems, v)
		if err != nil || again.After.String() != q.After.String() {
			t.Fatalf("%q: %v, again %v, %v", text, q.After, again, err)
		}
	})
}

// BenchmarkFile writes nine columns of 200,000 sensors as CSV.
func BenchmarkFile(b *testing.B) {
	w := fill(rand.New(rand.NewPCG(3, 3)), 200_000).open(b)
	v := everything()
	values := url.Values{"properties": {"id,class,name,area,chainage,height,state,updated,values.water_level"}}
	q, err := features.SchemaOf(assets.Sensor, assets.DefaultClasses(), v).Read(values, systems, v)
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	for b.Loop() {
		out, err := format.New("csv", io.Discard, q.Head())
		if err != nil {
			b.Fatal(err)
		}
		maker := q.Maker(v, true)
		for thing, err := range q.Each(b.Context(), w, v) {
			if err == nil {
				err = out.Write(maker.Feature(thing))
			}
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if err := out.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkPage answers pages of a million sensors.
func BenchmarkPage(b *testing.B) {
	w := fill(rand.New(rand.NewPCG(3, 3)), 1_000_000).open(b)
	v := everything()
	for _, query := range []string{"limit=1000", "limit=1000&bbox=121.40,31.22,121.41,31.23", "limit=1000&sortby=-height", "limit=1000&filter=height%20%3E%206"} {
		values, _ := url.ParseQuery(query)
		q, err := features.SchemaOf(assets.Sensor, assets.DefaultClasses(), v).Read(values, systems, v)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(query, func(b *testing.B) {
			for b.Loop() {
				if _, err := q.Page(b.Context(), w, v); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

var _ features.World = (*twin.World)(nil)
