package format_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"suhe/geo"
	"suhe/internal/format"
)

// GDAL reads from every format what was written: every type of geometry, flat and
// with heights, nulls, Chinese text and long text.
func TestGDALReadsWhatWasWritten(t *testing.T) {
	for _, f := range format.Formats() {
		for _, z := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s z=%t", f.Name, z), func(t *testing.T) {
				want := map[string]geo.Solid{}
				var features []*format.Feature
				for i, name := range slices.Sorted(maps.Keys(shapes())) {
					want[name] = geo.Solid{Plane: shapes()[name]}
					if z {
						want[name] = rising(shapes()[name])
					}
					features = append(features, &format.Feature{ID: name, Geometry: want[name], Values: values(i%2 == 0)})
				}
				path := write(t, f.Name, format.Head{Name: "河岸", Title: "It's", Fields: fields(), Z: z}, features...)
				got := map[string][]geo.Solid{}
				for _, r := range gdal(t, path) {
					got[r.ID] = append(got[r.ID], decoded(t, r.Geometry))
					for i, x := range features {
						if x.ID == r.ID {
							wantValues(t, f.Name, r, values(i%2 == 0))
						}
					}
				}
				for name, w := range want {
					if !alike(f.Name, got[name], w) {
						t.Errorf("%s comes back as %v, want %v", name, got[name], w)
					}
				}
			})
		}
	}
}

func decoded(t *testing.T, b json.RawMessage) geo.Solid {
	t.Helper()
	if string(b) == "null" || len(b) == 0 {
		return geo.Solid{}
	}
	s, err := geo.DecodeGeoJSON(b)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// alike compares geometries; those of Shapefiles, whose rings are turned and whose
// collections are taken apart, by their vertices.
func alike(name string, got []geo.Solid, want geo.Solid) bool {
	if name == "shp" {
		return slices.EqualFunc(vertices(got...), vertices(want), near) && turned(got)
	}
	if len(got) != 1 || (want.Plane == nil) != (got[0].Plane == nil) {
		return false
	}
	return want.Plane == nil || got[0].Plane.GeoJSONType() == want.Plane.GeoJSONType() && slices.EqualFunc(ordered(got[0]), ordered(want), near)
}

// turned says whether the rings of polygons go round as in a Shapefile: the outer ones
// clockwise, holes the other way.
func turned(all []geo.Solid) bool {
	var polygons orb.MultiPolygon
	for _, s := range all {
		switch g := s.Plane.(type) {
		case orb.Polygon:
			polygons = append(polygons, g)
		case orb.MultiPolygon:
			polygons = append(polygons, g...)
		}
	}
	for _, p := range polygons {
		for i, ring := range p {
			if (ring.Orientation() == orb.CW) != (i == 0) {
				return false
			}
		}
	}
	return true
}

func near(a, b [3]float64) bool {
	return math.Abs(a[0]-b[0]) < 1e-9 && math.Abs(a[1]-b[1]) < 1e-9 && math.Abs(a[2]-b[2]) < 1e-9
}

// ordered is the vertices of s in their order.
func ordered(s geo.Solid) (out [][3]float64) {
	z := s.Z
	geo.Reproject(s.Plane, func(p orb.Point) orb.Point {
		v := [3]float64{p[0], p[1]}
		if z != nil {
			v[2], z = z[0], z[1:]
		}
		out = append(out, v)
		return p
	})
	return out
}

func vertices(all ...geo.Solid) (out [][3]float64) {
	for _, s := range all {
		if s.Plane != nil {
			out = append(out, ordered(s)...)
		}
	}
	slices.SortFunc(out, func(a, b [3]float64) int {
		return cmp.Or(cmp.Compare(math.Round(a[0]*1e9), math.Round(b[0]*1e9)), cmp.Compare(math.Round(a[1]*1e9), math.Round(b[1]*1e9)), cmp.Compare(a[2], b[2]))
	})
	return out
}

// wantValues compares the values of a feature, in the form that the format has.
func wantValues(t *testing.T, name string, r read, want []any) {
	t.Helper()
	for i, f := range fields() {
		got, w := r.Values[f.Name], want[i]
		if text, isText := got.(string); isText && name == "csv" && text == "" {
			got = nil
		}
		if name == "shp" && f.Type == format.Bool && got == "?" {
			got = nil
		}
		if (got == nil) != (w == nil) || got != nil && !sameValue(name, f.Type, got, w) {
			t.Errorf("%s: %s is %v, want %v", r.ID, f.Name, got, w)
		}
	}
}

func sameValue(name string, t format.Type, got, want any) bool {
	text := fmt.Sprint(got)
	switch t {
	case format.Text:
		return text == want || name == "shp" && len(want.(string)) > 254 && len(text) > 250 && len(text) <= 254 && strings.HasPrefix(want.(string), text)
	case format.Time:
		at, err := time.Parse(time.RFC3339, text)
		return err == nil && at.Equal(want.(time.Time))
	case format.JSON:
		if _, isText := got.(string); isText {
			return text == `{"a":[1,"中"]}`
		}
		b, err := json.Marshal(got)
		return err == nil && string(b) == `{"a":[1,"中"]}`
	case format.Bool:
		return text == "true" || text == "T"
	}
	return text == fmt.Sprint(want)
}

// Every format that can say it says the reference system so that GDAL knows it: the
// same point of the creek comes back from all of them.
func TestGDALKnowsTheReferenceSystem(t *testing.T) {
	at := orb.Point{121.42, 31.23}
	for _, f := range format.Formats() {
		if f.Name == "geojson" || f.Name == "geojsonseq" || f.Name == "csv" {
			continue // they say nothing of it
		}
		for _, crs := range f.CRS {
			t.Run(fmt.Sprint(f.Name, " ", crs), func(t *testing.T) {
				p, err := geo.ProjectorFor(crs, geo.ShanghaiPlane)
				if err != nil {
					t.Fatal(err)
				}
				path := write(t, f.Name, format.Head{CRS: string(crs)}, &format.Feature{ID: "a", Geometry: geo.Solid{Plane: p.FromWGS84(at)}})
				got := gdal(t, path, "-t_srs", "EPSG:4326")
				if len(got) != 1 {
					t.Fatalf("%d features", len(got))
				}
				if d := geo.Distance(decoded(t, got[0].Geometry).Plane.(orb.Point), at); d > 0.01 {
					t.Errorf("%s, %v m off", got[0].Geometry, d)
				}
				if number, known := strings.CutPrefix(string(crs), "EPSG:"); known && f.Name != "shp" && describe(t, path)[0].CRS != number {
					t.Errorf("GDAL calls it %q, want %s", describe(t, path)[0].CRS, number)
				}
			})
		}
	}
}

// A layer without a feature is one that GDAL opens, with its columns.
func TestGDALReadsNothing(t *testing.T) {
	for _, name := range []string{"gpkg", "fgb", "shp"} {
		got := describe(t, write(t, name, format.Head{Fields: fields()}))
		if len(got) != 1 || got[0].Count != 0 || len(got[0].Fields) != len(fields())+1 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// GBK is read as Chinese by those who are told so, and what it does not have is "?".
func TestGDALReadsGBK(t *testing.T) {
	h := format.Head{Fields: []format.Field{{Name: "所属街道办事处", Type: format.Text}, {Name: "所属街道办", Type: format.Text}}, Encoding: format.GBK}
	f := &format.Feature{ID: "a", Geometry: geo.Solid{Plane: orb.Point{1, 2}}, Values: []any{"长寿路街道😀", strings.Repeat("桥", 200)}}
	got := gdal(t, write(t, "shp", h, f))
	want := map[string]any{"所属街道办": "长寿路街道?", "所属街道_2": strings.Repeat("桥", 127)}
	if len(got) != 1 || !maps.Equal(got[0].Values, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// Names that are alike after ten bytes still differ.
func TestShapefileNames(t *testing.T) {
	h := format.Head{Fields: []format.Field{{Name: "measurement_one"}, {Name: "measurement_two"}, {Name: "MEASUREMENT"}, {Name: "监测断面名称"}, {Name: "监测断"}}}
	f := &format.Feature{ID: "a", Values: []any{"1", "2", "3", "4", "5"}}
	got := gdal(t, write(t, "shp", h, f))
	want := map[string]any{"measuremen": "1", "measurem_2": "2", "MEASUREM_3": "3", "监测断": "4", "监测_2": "5"}
	if len(got) != 1 || !maps.Equal(got[0].Values, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// A GeoPackage's index finds what is there, and its extent is that of all.
func TestGeoPackageIndex(t *testing.T) {
	var features []*format.Feature
	for i := range 500 {
		features = append(features, &format.Feature{ID: fmt.Sprint(i), Geometry: geo.Solid{Plane: orb.Point{121 + float64(i)/1000, 31}}})
	}
	path := write(t, "gpkg", format.Head{Name: "points"}, features...)
	if got := gdal(t, path, "-spat", "121.0995", "30", "121.1045", "32"); len(got) != 5 || got[0].ID != "100" {
		t.Errorf("%d features in the box: %v", len(got), got)
	}
}
