package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// python is Debian's, whose libraries .ci/tools installs.
const python = "/usr/bin/python3"

// matched is how many features of a collection our own answer says there are.
func matched(t *testing.T, s *served, query string) int {
	t.Helper()
	n, ok := get(t, s.url("/ogc/collections/"+query))["numberMatched"].(float64)
	if !ok {
		t.Fatalf("%s: no numberMatched", query)
	}
	return int(n)
}

// GDAL reads collections over all their pages, in a box and by a filter, and writes
// them to a file that holds each feature once.
func TestGDALReadsFeatures(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "--demo", "--scene-size", "300")
	login := filepath.Join(t.TempDir(), "login")
	if err := os.WriteFile(login, []byte("Authorization: "+s.header().Get("Authorization")), 0o600); err != nil {
		t.Fatal(err)
	}
	source := "OAPIF:" + s.url("/ogc")
	for _, c := range []struct {
		query string // of ours that asks the same
		args  []string
	}{
		{"sensors/items?limit=1", []string{source, "sensors"}},
		{"sensors/items?limit=1", []string{source, "sensors", "-oo", "PAGE_SIZE=37"}},
		{"sensors/items?limit=1&bbox=121.40,31.22,121.42,31.24", []string{"-spat", "121.40", "31.22", "121.42", "31.24", source, "sensors", "-oo", "PAGE_SIZE=20"}},
		{"assets/items?limit=1&class=asset.lamp", []string{"-where", "class = 'asset.lamp'", source, "assets"}},
		{"buildings/items?limit=1&filter=" + url.QueryEscape("height > 20"), []string{"-where", "height > 20", source, "buildings"}},
	} {
		ogrinfo(t, fmt.Sprintf("Feature Count: %d\n", matched(t, s, c.query)), append(asGDAL(login), c.args...)...)
	}
	file := filepath.Join(t.TempDir(), "cameras.geojson")
	if out, err := exec.Command("ogr2ogr", append(asGDAL(login), "-f", "GeoJSON", file, source, "cameras", "-oo", "PAGE_SIZE=100")...).CombinedOutput(); err != nil {
		t.Fatalf("ogr2ogr: %v\n%s", err, out)
	}
	var copied struct {
		Features []struct {
			Properties struct{ ID string }
		}
	}
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, &copied)
	}
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, f := range copied.Features {
		ids = append(ids, f.Properties.ID)
	}
	slices.Sort(ids)
	if want := matched(t, s, "cameras/items?limit=1"); want < 200 || len(slices.Compact(ids)) != want {
		t.Errorf("%d cameras in the file, want %d, more than a page", len(slices.Compact(ids)), want)
	}
}

// OWSLib finds its way through the documents and asks for features.
func TestOWSLibReadsFeatures(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "--demo", "--scene-size", "300")
	var got struct {
		OpenAPI           string
		Classes           int
		Collections       []string
		Title             string
		Queryables        []string
		Matched, Returned int
		Same              bool
	}
	runPython(t, s, "byowslib.py", &got)
	want := matched(t, s, "sensors/items?limit=1&class=sensor.rain&bbox=121.40,31.22,121.46,31.28")
	if got.OpenAPI != "3.0.3" || got.Classes < 30 || len(got.Collections) != 12 || !strings.HasPrefix(got.Title, "传感器") ||
		!slices.Contains(got.Queryables, "values.rainfall") || got.Matched != want || got.Returned != min(5, want) || want == 0 || !got.Same {
		t.Errorf("%+v, want %d matched", got, want)
	}
}

// QGIS opens a collection as a layer and reads all of it, a box, and what passes an
// expression.
func TestSoakQGISReadsFeatures(t *testing.T) {
	if !long() {
		t.Skip("QGIS is large: SUHE_SOAK=1 asks for it, make soak installs it")
	}
	s := serve(t, t.TempDir(), "--demo", "--scene-size", "300")
	var got struct {
		Valid          bool
		CRS            string
		All, Box, Rain int
	}
	runPython(t, s, "byqgis.py", &got)
	all, box, rain := matched(t, s, "sensors/items?limit=1"), matched(t, s, "sensors/items?limit=1&bbox=121.40,31.22,121.42,31.24"), matched(t, s, "sensors/items?limit=1&class=sensor.rain")
	if !got.Valid || got.CRS != "EPSG:4326" || got.All != all || got.Box != box || got.Rain != rain || box == 0 || rain == 0 {
		t.Errorf("%+v, want %d, %d in the box, %d of rain", got, all, box, rain)
	}
}

// runPython runs a script against the node and reads the JSON that it writes.
func runPython(t *testing.T, s *served, script string, into any) {
	t.Helper()
	cmd := exec.Command(python, filepath.Join("testdata", script), s.url("/ogc"), "Authorization: "+s.header().Get("Authorization"))
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(out, into)
	}
	if err != nil {
		t.Fatalf("%s: %v\n%s\n%s", script, err, out, errs.String())
	}
}
