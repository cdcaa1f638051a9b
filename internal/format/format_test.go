package format_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"golang.org/x/text/encoding/simplifiedchinese"
	"pgregory.net/rapid"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/format"
)

func text(t testing.TB, name string, h format.Head, features ...*format.Feature) string {
	t.Helper()
	b, err := os.ReadFile(write(t, name, h, features...))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func at(id string, values ...any) *format.Feature {
	return &format.Feature{ID: id, Geometry: geo.Solid{Plane: orb.Point{121.4, 31.2}, Z: []float64{4.5}}, Values: values}
}

func TestTextsAreAsTheyShouldBe(t *testing.T) {
	one := []format.Field{{Name: "name", Type: format.Text}}
	tail := func() ([]byte, error) { return []byte(`{"numberReturned":1}`), nil }
	tests := []struct {
		name, format string
		head         format.Head
		feature      *format.Feature
		want         string
	}{
		{"collection", "geojson", format.Head{Fields: one}, at("a", "桥\n"),
			`{"type":"FeatureCollection","features":[` + "\n" + `{"type":"Feature","id":"a","geometry":{"type":"Point","coordinates":[121.4,31.2]},"properties":{"name":"桥\n"}}` + "\n]}\n"},
		{"heights and more members", "geojson", format.Head{Z: true, Tail: tail}, at("a"),
			`{"type":"FeatureCollection","features":[` + "\n" + `{"type":"Feature","id":"a","geometry":{"type":"Point","coordinates":[121.4,31.2,4.5]},"properties":{}}` + "\n],\n" + `"numberReturned":1}` + "\n"},
		{"sequence", "geojsonseq", format.Head{}, at("a"), "\x1e" + `{"type":"Feature","id":"a","geometry":{"type":"Point","coordinates":[121.4,31.2]},"properties":{}}` + "\n"},
		{"lines", "geojsonseq", format.Head{Form: format.FormLines}, at("a"), `{"type":"Feature","id":"a","geometry":{"type":"Point","coordinates":[121.4,31.2]},"properties":{}}` + "\n"},
		{"table", "csv", format.Head{Fields: one}, at("a", `say "桥", now`), "\ufeffid,name,WKT\r\na,\"say \"\"桥\"\", now\",POINT(121.4 31.2)\r\n"},
		{"coordinates", "csv", format.Head{Fields: one, Form: format.FormXY, Z: true}, at("a", nil), "\ufeffid,name,lon,lat,z\r\na,,121.4,31.2,4.5\r\n"},
		{"plane", "csv", format.Head{Form: format.FormXY, CRS: "EPSG:4549"}, at("a"), "\ufeffid,x,y\r\na,121.4,31.2\r\n"},
		{"large metres", "csv", format.Head{Form: format.FormXY, CRS: "EPSG:4549", Z: true}, &format.Feature{ID: "a", Geometry: geo.Solid{Plane: orb.Point{500_000, 3_458_000.12345678}, Z: []float64{-0.0001}}}, "\ufeffid,x,y,z\r\na,500000,3458000.123,0\r\n"},
		{"many digits", "csv", format.Head{Form: format.FormXY, Fields: []format.Field{{Name: "n", Type: format.Number}}}, &format.Feature{ID: "a", Values: []any{3.458e6}, Geometry: geo.Solid{Plane: orb.Point{121.40000000000001, 31.123456789123}}}, "\ufeffid,n,lon,lat\r\na,3458000,121.4,31.123456789\r\n"},
		{"a table of what has no place", "csv", format.Head{Placeless: true, Fields: one}, &format.Feature{ID: "a", Values: []any{"b"}}, "\ufeffid,name\r\na,b\r\n"},
		{"of which the last cell is empty", "csv", format.Head{Placeless: true, Fields: one}, &format.Feature{ID: "a", Values: []any{nil}}, "\ufeffid,name\r\na,\r\n"},
		{"no place", "csv", format.Head{Form: format.FormXY, Z: true}, &format.Feature{ID: "a"}, "\ufeffid,lon,lat,z\r\na,,,\r\n"},
		{"own id, a column called as ours", "csv", format.Head{Fields: []format.Field{{Name: "id"}, {Name: "wkt"}}}, at("a", "b", "c"), "\ufeffid,wkt_2,WKT\r\nb,c,POINT(121.4 31.2)\r\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := text(t, test.format, test.head, test.feature); got != test.want {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestGBKTable(t *testing.T) {
	got := text(t, "csv", format.Head{Encoding: "GBK", Fields: []format.Field{{Name: "名称"}}}, at("a", "苏州河😀"))
	plain, err := simplifiedchinese.GBK.NewDecoder().String(got)
	if want := "id,名称,WKT\r\na,苏州河?,POINT(121.4 31.2)\r\n"; err != nil || plain != want {
		t.Errorf("%q, %v, want %q", plain, err, want)
	}
}

// What a spreadsheet would run stays a text.
func TestFormulasAreTexts(t *testing.T) {
	for _, evil := range []string{`=HYPERLINK("http://x")`, "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＋1", "－1", "＠x"} {
		got := text(t, "csv", format.Head{Fields: []format.Field{{Name: evil}}}, at(evil, evil))
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(got, "\ufeff"))).ReadAll()
		if err != nil || len(rows) != 2 {
			t.Fatalf("%q: %v", evil, err)
		}
		for _, cell := range []string{rows[0][1], rows[1][0], rows[1][1]} {
			if !strings.HasPrefix(cell, "'") {
				t.Errorf("%q is written as %q", evil, cell)
			}
		}
	}
	got := text(t, "csv", format.Head{Fields: []format.Field{{Name: "n", Type: format.Integer}}}, at("a", int64(-5)))
	if !strings.Contains(got, "a,-5,") {
		t.Errorf("a number is no formula: %q", got)
	}
}

// Any texts come back from CSV and from GeoJSON as they were.
func TestAnyTextComesBack(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		texts := rapid.SliceOfN(rapid.String(), 1, 5).Draw(rt, "texts")
		h := format.Head{}
		var values []any
		for i, s := range texts {
			texts[i] = strings.ToValidUTF8(s, "\ufffd")
			h.Fields = append(h.Fields, format.Field{Name: fmt.Sprint("f", i)})
			values = append(values, texts[i])
		}
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text(t, "csv", h, at("a", values...)), "\ufeff"))).ReadAll()
		if err != nil {
			rt.Fatal(err)
		}
		for i, s := range texts {
			got := rows[1][i+1]
			// encoding/csv reads \r\n within a cell as \n.
			if s = strings.ReplaceAll(s, "\r\n", "\n"); got != s && got != "'"+s {
				rt.Errorf("%q comes back as %q", s, got)
			}
		}
		var c struct {
			Features []struct{ Properties map[string]string }
		}
		if err := json.Unmarshal([]byte(text(t, "geojson", h, at("a", values...))), &c); err != nil {
			rt.Fatal(err)
		}
		for i, s := range texts {
			if got := c.Features[0].Properties[fmt.Sprint("f", i)]; got != s {
				rt.Errorf("%q comes back as %q", s, got)
			}
		}
	})
}

func TestHeadsThatAreRefused(t *testing.T) {
	many := make([]format.Field, 251)
	for i := range many {
		many[i].Name = fmt.Sprint(i)
	}
	tests := []struct {
		name, format string
		head         format.Head
		want         string
	}{
		{"no such format", "xlsx", format.Head{}, "geojson, geojsonseq, csv, gpkg, fgb, shp"},
		{"no such crs", "csv", format.Head{CRS: "EPSG:1"}, "crs"},
		{"a crs without a definition", "gpkg", format.Head{CRS: "GCJ-02"}, "GCJ-02"},
		{"encoding", "csv", format.Head{Encoding: "big5"}, "big5"},
		{"form", "csv", format.Head{Form: "rs"}, "wkt"},
		{"form where there is one", "fgb", format.Head{Form: "wkt"}, "fgb"},
		{"twice", "csv", format.Head{Fields: []format.Field{{Name: "a"}, {Name: "a"}}}, `"a"`},
		{"nameless", "csv", format.Head{Fields: []format.Field{{}}}, "names"},
		{"type", "csv", format.Head{Fields: []format.Field{{Name: "a", Type: 9}}}, "type 9"},
		{"many", "shp", format.Head{Fields: many}, "251"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := format.New(test.format, io.Discard, test.head)
			if !errors.Is(err, assets.ErrInvalid) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, want %q in it", err, test.want)
			}
		})
	}
}

// Values that do not fit their fields are errors, in every format, and nothing is
// left on disk, whether a file is completed or not.
func TestNothingIsLeftBehind(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	for _, f := range format.Formats() {
		for name, feature := range map[string]*format.Feature{
			"too few": {ID: "a"}, "wrong type": {ID: "a", Values: []any{7}}, "good": at("a", "x"),
		} {
			w, err := format.New(f.Name, io.Discard, format.Head{Fields: []format.Field{{Name: "name"}}})
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Write(feature); (err == nil) != (name == "good") {
				t.Errorf("%s: %s: %v", f.Name, name, err)
			} else if err == nil {
				if err := w.Close(); err != nil {
					t.Error(err)
				}
			}
			w.Discard()
		}
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// A reader that goes away is an error, not a complete file.
func TestWritersThatCannotWrite(t *testing.T) {
	for _, f := range format.Formats() {
		w, err := format.New(f.Name, broken{}, format.Head{})
		if err != nil {
			t.Fatal(err)
		}
		err = w.Write(at("a"))
		if err == nil {
			err = w.Close()
		}
		w.Discard()
		if !errors.Is(err, errGone) {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
}

var errGone = errors.New("gone")

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errGone }

// Every format has what callers ask of it.
func TestFormatsAreDescribed(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range format.Formats() {
		if f.Media == "" || !strings.HasPrefix(f.Suffix, ".") || seen[f.Suffix] || !slices.Contains(f.CRS, geo.WGS84) {
			t.Errorf("%+v", f)
		}
		seen[f.Suffix] = true
	}
}

// FuzzWriters has the writers write whatever texts, numbers and heights come, and
// which they do without a failure.
func FuzzWriters(f *testing.F) {
	f.Add("name", "桥", 1.5, int64(3))
	f.Add("\xff=\x00", "\x1a\r\n\"", -1e300, int64(-1<<63))
	f.Fuzz(func(t *testing.T, field, value string, number float64, whole int64) {
		h := format.Head{Name: value, Title: value, Z: true, Fields: []format.Field{{Name: "_" + field}, {Name: "=" + field, Type: format.Number}, {Name: "'" + field, Type: format.Integer}}}
		for _, name := range []string{"geojson", "csv", "fgb", "shp"} {
			for _, h.Encoding = range []string{format.UTF8, format.GBK} {
				var b bytes.Buffer
				w, err := format.New(name, &b, h)
				if err != nil {
					t.Fatal(err)
				}
				if err := w.Write(&format.Feature{ID: value, Geometry: geo.Solid{Plane: orb.LineString{{number, 1}, {2, 3}}, Z: []float64{1, 2}}, Values: []any{value, number, whole}}); err != nil {
					t.Fatal(err)
				}
				if err := w.Close(); err != nil {
					t.Fatal(err)
				}
				if name == "geojson" && number == number && !json.Valid(b.Bytes()) {
					t.Errorf("no JSON: %s", b.Bytes())
				}
			}
		}
	})
}
