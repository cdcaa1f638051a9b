package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/project"

	"suhe/geo"
	"suhe/internal/pgtest"
)

// stores are the ways to keep a node's data.
func stores(t *testing.T) map[string][]string {
	return map[string][]string{"geopackage": nil, "postgis": {"--database", pgtest.Start(t)}}
}

// get reads JSON, or nil if there is no such thing.
func get(t testing.TB, url string) map[string]any {
	t.Helper()
	response, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusNotFound {
		return nil
	}
	var out map[string]any
	if err := json.NewDecoder(response.Body).Decode(&out); err != nil {
		t.Fatal(err)
	}
	return out
}

// patience is how long tests wait for what has to happen, on a machine that is slow and
// has much else to do.
const patience = 3 * time.Minute

// eventually waits until the condition holds.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("%s did not happen", what)
}

func value(asset map[string]any, phenomenon string) any {
	values, _ := asset["values"].(map[string]any)
	return values[phenomenon]
}

const sensorJSON = `{"kind":"sensor","class":"sensor.water_level","name":"试验水位计","lifecycle":"in_use",
	"geometry":{"type":"Point","coordinates":[121.44,31.25]},
	"sensor":{"measures":[{"phenomenon":"water_level","unit":"m","normal":[1.5,3.8]}],"reportInterval":60}}`

// put registers the sensor by the API.
func put(t testing.TB, s *served, id string) {
	t.Helper()
	request, _ := http.NewRequest(http.MethodPut, s.url("/v1/assets/"+id), strings.NewReader(sensorJSON))
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusCreated {
		body, _ := io.ReadAll(response.Body)
		t.Fatalf("PUT: %s %s", response.Status, body)
	}
}

// A device's report by MQTT and by HTTP changes the state; one in another's name does not.
func TestReportsBecomeStates(t *testing.T) {
	t.Parallel()
	for name, flags := range stores(t) {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := serve(t, dir, flags...)
			put(t, s, "wl-1")
			put(t, s, "wl-2")
			_, token, _ := suhe("device", "token", "wl-1", "--data-dir", dir)
			host, port, _ := strings.Cut(s.mqtt, ":")
			publish := func(id, payload string) error {
				return exec.Command("mosquitto_pub", "-h", host, "-p", port, "-i", "wl-1", "-u", "wl-1", "-P", strings.TrimSpace(token), "-q", "1",
					"-t", "suhe/v1/devices/"+id+"/observations", "-m", payload).Run()
			}
			if err := publish("wl-1", `{"values":{"water_level":3.12}}`); err != nil {
				t.Fatalf("mosquitto_pub: %v", err)
			}
			eventually(t, "the value by MQTT", func() bool { return value(get(t, s.url("/v1/assets/wl-1")), "water_level") == 3.12 })
			publish("wl-2", `{"values":{"water_level":9}}`)
			response, err := client.Post(s.url("/v1/observations"), "application/json",
				strings.NewReader(`{"observations":[{"id":"wl-1","values":{"water_level":3.5}},{"id":"none","values":{"water_level":1}}]}`))
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(response.Body)
			response.Body.Close()
			if !bytes.Contains(body, []byte(`"accepted":1`)) || !bytes.Contains(body, []byte("unknown_device")) {
				t.Errorf("answer: %s", body)
			}
			eventually(t, "the value by HTTP", func() bool { return value(get(t, s.url("/v1/assets/wl-1")), "water_level") == 3.5 })
			if got := value(get(t, s.url("/v1/assets/wl-2")), "water_level"); got != nil {
				t.Errorf("a report in another's name was taken: %v", got)
			}
			eventually(t, "the history", func() bool {
				samples, _ := get(t, s.url("/v1/assets/wl-1/observations"))["samples"].([]any)
				return len(samples) == 2
			})
		})
	}
}

// A row moved by hand in psql moves in the running node.
func TestAHandEditArrives(t *testing.T) {
	t.Parallel()
	database := pgtest.Start(t)
	s := serve(t, t.TempDir(), "--database", database)
	put(t, s, "wl-1")
	pgtest.Query(t, database, "UPDATE suhe.assets SET geom = ST_SetSRID(ST_MakePoint(121.41, 31.226), 4326) WHERE id = 'wl-1'")
	eventually(t, "the move", func() bool {
		return fmt.Sprint(get(t, s.url("/v1/assets/wl-1"))["geometry"]) == "map[coordinates:[121.41 31.226] type:Point]"
	})
}

// A file imported while the node runs shows up; imported again it changes nothing;
// GDAL reads the store, a tile, and the tiles over HTTP.
func TestImportAndGDAL(t *testing.T) {
	t.Parallel()
	for name, flags := range stores(t) {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := serve(t, dir, flags...)
			file := filepath.Join(dir, "lamps.csv")
			os.WriteFile(file, []byte("id,name,lon,lat\nlamp-1,路灯一,121.4400,31.2500\nlamp-2,路灯二,121.4401,31.2501\nlamp-3,坏行,31.25,121.44\n"), 0o600)
			command := append([]string{"import", file, "--data-dir", dir}, flags...)
			code, out, errs := suhe(command...)
			if code != 0 || !strings.Contains(out, "2 created") || !strings.Contains(errs, "swapped") {
				t.Fatalf("exit %d: %s %s", code, out, errs)
			}
			if _, out, _ := suhe(command...); !strings.Contains(out, "0 created, 0 changed, 2 as they were") {
				t.Errorf("again: %s", out)
			}
			eventually(t, "the lamps", func() bool { return get(t, s.url("/v1/assets/lamp-2")) != nil })
			readTileByGDAL(t, s, orb.Point{121.44, 31.25})
			if name == "geopackage" {
				out, err := exec.Command("ogrinfo", "-al", "-so", filepath.Join(dir, "suhe.gpkg"), "assets").CombinedOutput()
				if err != nil || !bytes.Contains(out, []byte("Feature Count: 2")) {
					t.Errorf("ogrinfo of the store: %v\n%s", err, out)
				}
			}
		})
	}
}

// readTileByGDAL opens the tile of assets at the point with GDAL's MVT driver, as a
// file, and as one of a tileset that GDAL finds its way in over HTTP.
func readTileByGDAL(t *testing.T, s *served, at orb.Point) {
	t.Helper()
	tile := geo.TileAt(at, 16)
	response, err := client.Get(s.url(fmt.Sprintf("/tiles/assets/16/%d/%d.pbf", tile.X, tile.Y)))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	file := filepath.Join(t.TempDir(), "tile.pbf")
	os.WriteFile(file, body, 0o600)
	ogrinfo(t, "Feature Count: 2", file, "-oo", "Z=16", "-oo", fmt.Sprint("X=", tile.X), "-oo", fmt.Sprint("Y=", tile.Y))

	login := filepath.Join(t.TempDir(), "login")
	os.WriteFile(login, []byte("Authorization: "+s.header().Get("Authorization")), 0o600)
	around := append(asGDAL(login), "-spat")
	for _, corner := range []orb.Point{{at[0] - 0.001, at[1] - 0.001}, {at[0] + 0.001, at[1] + 0.001}} {
		m := project.WGS84.ToMercator(corner)
		around = append(around, fmt.Sprint(m[0]), fmt.Sprint(m[1]))
	}
	tileset := "MVT:" + s.url("/tiles/assets/16")
	ogrinfo(t, "Feature Count: 2", append(around, tileset)...)
	ogrinfo(t, "height: Real", append(around, tileset)...) // by metadata.json, which GDAL looks for itself
	ogrinfo(t, "Feature Count: 2", append(around, tileset, "-oo", "METADATA_FILE="+s.url("/tiles/assets.json"))...)
	ogrinfo(t, "/ogc/collections/assets", append(asGDAL(login), "OGCAPI:"+s.url("/ogc"))...)
}

// asGDAL are options by which GDAL's programs send the headers in a file along.
func asGDAL(headers string) []string {
	return []string{"--config", "GDAL_HTTP_HEADER_FILE", headers}
}

// ogrinfo describes a source, and what it writes must hold the words wanted.
func ogrinfo(t *testing.T, want string, args ...string) {
	t.Helper()
	out, err := exec.Command("ogrinfo", append([]string{"-ro", "-al", "-so"}, args...)...).CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte(want)) {
		t.Errorf("ogrinfo %v: want %q, %v\n%s", args, want, err, out)
	}
}

// From the landing page every document of the OGC API is reached, and a
// collection's tiles are those of its layer, out of range or empty as they are.
func TestDocumentsLeadOn(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir())
	seen := make(map[string]bool)
	var follow func(url string)
	follow = func(url string) {
		if seen[url] {
			return
		}
		seen[url] = true
		if strings.Contains(url, "f=html") {
			checkPage(t, url)
			return
		}
		doc := get(t, url)
		if doc == nil {
			t.Errorf("%s is not there", url)
		}
		for _, next := range hrefs(doc) {
			follow(next)
		}
	}
	follow(s.url("/ogc"))
	if len(seen) < 30 {
		t.Errorf("%d documents: %v", len(seen), seen)
	}
	for path, want := range map[string]int{"/14/6691/13719": 204, "/0/0/0": 204, "/14/13719/16384": 404, "/23/0/0": 404, "/14/-1/0": 400} {
		response, err := client.Get(s.url("/ogc/collections/assets/tiles/WebMercatorQuad" + path))
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("%s: %s, want %d", path, response.Status, want)
		}
	}
}

// checkPage asks for a page to browse.
func checkPage(t *testing.T, url string) {
	t.Helper()
	response, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK || !strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") || !bytes.Contains(body, []byte("</html>")) {
		t.Errorf("%s: %s %s %v", url, response.Status, response.Header.Get("Content-Type"), err)
	}
}

// hrefs are the addresses of a document's links, but templates.
func hrefs(v any) (out []string) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			out = append(out, hrefs(x)...)
		}
	case map[string]any:
		if to, ok := v["href"].(string); ok && v["templated"] != true {
			out = append(out, to)
		}
		for _, x := range v {
			out = append(out, hrefs(x)...)
		}
	}
	return out
}

// Killed at any moment, twenty times, the node keeps what it acknowledged and
// comes back.
func TestKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := serve(t, dir)
	put(t, s, "wl-1")
	want := 0.0
	var ready []time.Duration
	for round := range 20 {
		stop := time.After(time.Duration(20+13*round) * time.Millisecond)
		for reporting := true; reporting; {
			select {
			case <-stop:
				reporting = false
			default:
				want++
				response, err := client.Post(s.url("/v1/observations"), "application/json",
					strings.NewReader(fmt.Sprintf(`{"observations":[{"id":"wl-1","values":{"water_level":%g}}]}`, want/1e4)))
				if err != nil || response.StatusCode != http.StatusOK {
					t.Fatalf("report: %v %v", response, err)
				}
				response.Body.Close()
				time.Sleep(time.Millisecond) // reports of one millisecond are repeats
			}
		}
		s.kill()
		ready = append(ready, s.start())
		eventually(t, "what was acknowledged", func() bool {
			return value(get(t, s.url("/v1/assets/wl-1")), "water_level") == want/1e4
		})
	}
	// One round may meet a busy neighbour, and all rounds a busy machine, on which a new
	// node takes its time too.
	fresh := newServed(t, program, t.TempDir())
	most := max(3*time.Second, 3*fresh.start())
	slices.Sort(ready)
	if half := ready[len(ready)/2]; half > most {
		t.Errorf("ready after %s in half of the rounds, want %s at most", half, most)
	}
	t.Logf("ready after %s to %s", ready[0], ready[len(ready)-1])
	eventually(t, "the whole history", func() bool {
		samples, _ := get(t, s.url("/v1/assets/wl-1/observations?limit=10000"))["samples"].([]any)
		return len(samples) == int(want)
	})
}

// The page, in a real browser, against a real demo node.
func TestPage(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "--demo")
	walk(t, s, "run.mjs", "--user", testName, "--password", testPassword)
}

// The page goes through kill and restart without a reload, and says meanwhile that
// what it shows is old. The script says what is to be done to the server.
func TestPageSurvivesARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := serve(t, dir, "--demo")
	test := exec.CommandContext(t.Context(), "node", "e2e/restart.mjs", "--base", s.url(""), "--user", testName, "--password", testPassword)
	test.Dir = "../../web"
	test.Stderr = os.Stderr
	out, err := test.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := test.Start(); err != nil {
		t.Fatal(err)
	}
	var said []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		said = append(said, lines.Text())
		switch lines.Text() {
		case "do: kill":
			s.kill()
		case "do: terminate":
			s.terminate()
		case "do: start":
			s.start()
		case "do: start afresh": // another log: no position of before can be gone on from
			if err := os.RemoveAll(filepath.Join(dir, "nats")); err != nil {
				t.Fatal(err)
			}
			s.start()
		}
	}
	if err := test.Wait(); err != nil {
		t.Errorf("%v\n%s", err, strings.Join(said, "\n"))
	}
}
