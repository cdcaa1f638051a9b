package format_test

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"suhe/geo"
	"suhe/internal/format"
)

// fields are one of each type.
func fields() []format.Field {
	return []format.Field{
		{Name: "名称", Type: format.Text}, {Name: "note", Type: format.Text}, {Name: "count", Type: format.Integer},
		{Name: "level", Type: format.Number}, {Name: "open", Type: format.Bool}, {Name: "seen", Type: format.Time}, {Name: "extra", Type: format.JSON},
	}
}

// seen is a time as the fixture has it.
var seen = time.Date(2026, 11, 29, 8, 30, 15, 250e6, time.FixedZone("", 8*60*60))

var long = strings.Repeat("苏州河沿岸", 200)

// shapes is every type of geometry, flat.
func shapes() map[string]orb.Geometry {
	ring := orb.Ring{{121.42, 31.23}, {121.43, 31.23}, {121.43, 31.24}, {121.42, 31.23}}
	hole := orb.Ring{{121.425, 31.231}, {121.428, 31.234}, {121.428, 31.231}, {121.425, 31.231}}
	line := orb.LineString{{121.4, 31.2}, {121.41, 31.25}, {121.5, 31.3}}
	far := orb.Ring{{121.52, 31.23}, {121.53, 31.23}, {121.53, 31.24}, {121.52, 31.23}}
	return map[string]orb.Geometry{
		"point": orb.Point{121.4, 31.2}, "line": line, "polygon": orb.Polygon{ring, hole},
		"multipoint": orb.MultiPoint{{121.4, 31.2}, {121.5, 31.3}}, "multiline": orb.MultiLineString{line, {{121.1, 31.1}, {121.2, 31.1}}},
		"multipolygon": orb.MultiPolygon{{ring, hole}, {far}}, "collection": orb.Collection{orb.Point{121.4, 31.2}, line, orb.Polygon{far}},
		"nothing": nil,
	}
}

// rising gives every vertex a height, the same to the first and the last of a ring.
func rising(g orb.Geometry) geo.Solid {
	if g == nil {
		return geo.Solid{}
	}
	s := geo.Solid{Plane: g, Z: make([]float64, 0, geo.Vertices(g))}
	geo.Reproject(g, func(p orb.Point) orb.Point {
		s.Z = append(s.Z, math.Round((p[0]-121)*1000+(p[1]-31)*10000))
		return p
	})
	return s
}

// values are the values of fields: of a row that has all, or none.
func values(full bool) []any {
	if !full {
		return make([]any, 7)
	}
	return []any{"曹杨路桥，\"水位计\"", long, int64(-7), 3.875, true, seen, map[string]any{"a": []any{1.0, "中"}}}
}

// write writes features in a format to a file.
func write(t testing.TB, name string, h format.Head, features ...*format.Feature) string {
	t.Helper()
	f, err := format.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "out"+f.Suffix)
	var b bytes.Buffer
	w, err := format.New(name, &b, h)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Discard()
	for _, x := range features {
		if err := w.Write(x); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// read is a feature as GDAL reads it.
type read struct {
	ID       string
	Geometry json.RawMessage
	Values   map[string]any
}

// gdal reads all layers of a file, in order of their names as GDAL has it.
func gdal(t testing.TB, path string, options ...string) (out []read) {
	t.Helper()
	for _, layer := range describe(t, path) {
		args := append([]string{"-f", "GeoJSON", "-lco", "RFC7946=NO", "-lco", "COORDINATE_PRECISION=15", "/vsistdout/", source(path), layer.Name}, options...)
		cmd := exec.Command("ogr2ogr", args...)
		var complaints bytes.Buffer
		cmd.Stderr = &complaints
		b, err := cmd.Output()
		if err != nil || strings.Contains(complaints.String(), "ERROR") || strings.Contains(complaints.String(), "Warning") {
			t.Fatalf("ogr2ogr %v: %v\n%s", args, err, &complaints)
		}
		var c struct {
			Features []struct {
				ID         any
				Geometry   json.RawMessage
				Properties map[string]any
			}
		}
		if err := json.Unmarshal(b, &c); err != nil {
			t.Fatalf("%v in %.300s", err, b)
		}
		for _, f := range c.Features {
			id, _ := f.Properties["id"].(string)
			if own, ok := f.ID.(string); ok {
				id = own
			}
			delete(f.Properties, "id")
			out = append(out, read{id, f.Geometry, f.Properties})
		}
	}
	return out
}

// source is what GDAL opens.
func source(path string) string {
	if filepath.Ext(path) == ".zip" {
		return "/vsizip/" + path
	}
	return path
}

// layer is what GDAL says of a layer.
type layer struct {
	Name     string
	Geometry string
	Count    int
	CRS      string            // "EPSG",4326 or the name of one without a number
	Fields   map[string]string // name → type
}

var (
	layerLine = regexp.MustCompile(`^Layer name: (.*)$`)
	factLine  = regexp.MustCompile(`^(Geometry|Feature Count): (.*)$`)
	fieldLine = regexp.MustCompile(`^(.+): (\w+(?:\(\w+\))?) \(\d+\.\d+\)`)
	crsLine   = regexp.MustCompile(`^    ID\["EPSG",(\d+)\]\]$`)
)

// describe asks ogrinfo, which has no JSON yet in the GDAL of Debian 12.
func describe(t testing.TB, path string) (out []layer) {
	t.Helper()
	cmd := exec.Command("ogrinfo", "-ro", "-al", "-so", source(path))
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	b, err := cmd.Output()
	if err != nil || complaints.Len() > 0 {
		t.Fatalf("ogrinfo: %v\n%s%s", err, &complaints, b)
	}
	for _, line := range strings.Split(string(b), "\n") {
		if m := layerLine.FindStringSubmatch(line); m != nil {
			out = append(out, layer{Name: m[1], Fields: map[string]string{}})
			continue
		}
		if len(out) == 0 {
			continue
		}
		l := &out[len(out)-1]
		if m := factLine.FindStringSubmatch(line); m != nil && m[1] == "Geometry" {
			l.Geometry = m[2]
		} else if m != nil {
			l.Count, err = strconv.Atoi(m[2])
			if err != nil {
				t.Fatal(err)
			}
		} else if m := fieldLine.FindStringSubmatch(line); m != nil {
			l.Fields[m[1]] = m[2]
		} else if m := crsLine.FindStringSubmatch(line); m != nil {
			l.CRS = m[1]
		}
	}
	return out
}
