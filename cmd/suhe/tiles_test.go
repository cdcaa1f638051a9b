package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
)

// demoStore fills a store with a small scene and returns its folder.
func demoStore(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	serve(t, dir, "--demo", "--scene-size", "1000").kill()
	return dir
}

// creek is the middle of the scene.
var creek = orb.Point{121.4062, 31.2372}

// What is exported is read by GDAL and by the reader that browsers use, and a
// node serves it as the same bytes that it renders itself.
func TestExportedTiles(t *testing.T) {
	t.Parallel()
	dir := demoStore(t)
	packed, sqlite := filepath.Join(dir, "out.pmtiles"), filepath.Join(dir, "out.mbtiles")
	var count int
	for _, file := range []string{packed, sqlite} {
		code, out, errs := suhe("export", "--tiles", file, "--zooms", "12-15", "--data-dir", dir)
		if _, err := fmt.Sscanf(out, "%d tiles written to "+file, &count); code != 0 || err != nil {
			t.Fatalf("exit %d, %v: %s%s", code, err, out, errs)
		}
	}
	var layers []string
	for _, kind := range assets.Kinds() {
		if kind == assets.Camera {
			layers = append(layers, "coverage")
		}
		if kind.Drawn() {
			layers = append(layers, kind.Layer())
		}
	}

	report, err := exec.Command("ogrinfo", "-ro", "-so", sqlite, "buildings").CombinedOutput()
	if err != nil || !strings.Contains(string(report), "using driver `MBTiles' successful") || !strings.Contains(string(report), "height: Real") ||
		strings.Contains(string(report), "Feature Count: 0") || strings.Contains(string(report), "ERROR") {
		t.Errorf("%v\n%s", err, report)
	}

	s := serve(t, dir, "--basemap", "city="+packed, "--basemap", "same="+sqlite)
	sums := make(map[string]string)
	for z := uint32(12); z <= 15; z++ {
		tile := geo.TileAt(creek, z)
		name := fmt.Sprintf("%d/%d/%d", z, tile.X, tile.Y)
		var live []byte
		for _, layer := range layers {
			live = append(live, body(t, s.url("/tiles/"+layer+"/"+name), 0)...)
		}
		for _, kept := range []string{"city", "same"} {
			if got := body(t, s.url("/basemaps/"+kept+"/"+name), 200); !bytes.Equal(got, live) {
				t.Errorf("%s/%s: %d bytes, want the %d that are rendered", kept, name, len(got), len(live))
			}
		}
		sum := sha256.Sum256(live)
		sums[name] = hex.EncodeToString(sum[:])
	}
	document := get(t, s.url("/basemaps/city.json"))
	if described, _ := document["vector_layers"].([]any); len(described) != len(layers) || document["name"] != "苏河秀带" {
		t.Errorf("TileJSON %v", document)
	}
	if get(t, s.url("/basemaps/none.json")) != nil {
		t.Error("a base map that is not there")
	}

	want, err := json.Marshal(map[string]any{"minZoom": 12, "maxZoom": 15, "layers": layers, "count": count, "tiles": sums, "none": []string{"12/0/0", "11/0/0"}})
	if err != nil {
		t.Fatal(err)
	}
	reader := exec.Command("node", "e2e/pmtiles.mjs", packed)
	reader.Dir, reader.Stdin = "../../web", bytes.NewReader(want)
	if out, err := reader.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// body asks for something; status 0 takes 200 and 204.
func body(t *testing.T, url string, status int) []byte {
	t.Helper()
	response, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	ok := []int{status}
	if status == 0 {
		ok = []int{http.StatusOK, http.StatusNoContent}
	}
	if err != nil || !slices.Contains(ok, response.StatusCode) {
		t.Fatalf("%s: %s, error %v", url, response.Status, err)
	}
	return data
}
