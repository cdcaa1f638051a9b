package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/twin"
)

// browse asks below /ogc/collections as a guest.
func (h *house) browse(who, path string, more ...string) (*http.Response, string) {
	h.t.Helper()
	return h.browseBy(http.MethodGet, who, path, more...)
}

// browseBy is browse by another method; more are headers and their values in turn.
func (h *house) browseBy(method, who, path string, more ...string) (*http.Response, string) {
	h.t.Helper()
	r, err := http.NewRequest(method, h.server.URL+"/ogc/collections/"+path, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	h.guest(who).dress(r)
	for i := 0; i+1 < len(more); i += 2 {
		r.Header.Set(more[i], more[i+1])
	}
	response, err := h.server.Client().Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return response, string(body)
}

// guest is the one of that name.
func (h *house) guest(name string) guest {
	h.t.Helper()
	i := slices.IndexFunc(h.guests(), func(g guest) bool { return g.name == name })
	if i < 0 {
		h.t.Fatalf("no guest %s", name)
	}
	return h.guests()[i]
}

// featureIDs are those of the features of an answer.
func featureIDs(t *testing.T, body string) (ids []string) {
	t.Helper()
	var doc struct{ Features []struct{ ID string } }
	if err := json.Unmarshal([]byte(body), &doc); err != nil {
		t.Fatalf("%v: %.200s", err, body)
	}
	for _, f := range doc.Features {
		ids = append(ids, f.ID)
	}
	return ids
}

// A feature has an ETag for as long as it is as it was, a value that was heard
// included; HEAD tells of all what GET would.
func TestFeatureTags(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	path := "sensors/items/" + string(gauge)
	first, body := h.browse("operator", path)
	tag := first.Header.Get("ETag")
	if first.StatusCode != http.StatusOK || !strings.HasPrefix(tag, `"`+fmt.Sprint(h.world.ByID(gauge).Asset.Revision.N)+"-") || !strings.Contains(body, `"rel":"collection"`) {
		t.Fatalf("%s %s %s", first.Status, tag, body)
	}
	for _, held := range []string{tag, "W/" + tag, `"x", ` + tag, "*"} {
		if again, body := h.browse("operator", path, "If-None-Match", held); again.StatusCode != http.StatusNotModified || body != "" || again.Header.Get("ETag") != tag {
			t.Errorf("with %s: %s %s", held, again.Status, body)
		}
	}
	if other, _ := h.browse("operator", path+"?crs=EPSG:3857", "If-None-Match", tag); other.StatusCode != http.StatusOK {
		t.Errorf("in another crs: %s", other.Status)
	}
	if _, err := h.intake.Batch(t.Context(), nil, []byte(`{"observations":[{"id":"gauge-7","values":{"water_level":2.5}}]}`)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "another ETag", func() bool {
		again, body := h.browse("operator", path, "If-None-Match", tag)
		return again.StatusCode == http.StatusOK && strings.Contains(body, `"values.water_level":2.5`)
	})
	for _, path := range []string{path, "sensors/items", "sensors/items?f=csv", "sensors/items?f=html", "sensors", "sensors/queryables"} {
		got, _ := h.browse("operator", path)
		head, body := h.browseBy(http.MethodHead, "operator", path)
		if head.StatusCode != got.StatusCode || body != "" || head.Header.Get("Content-Type") != got.Header.Get("Content-Type") || head.Header.Get("Content-Crs") != got.Header.Get("Content-Crs") {
			t.Errorf("HEAD %s: %s %v, GET %s %v", path, head.Status, head.Header, got.Status, got.Header)
		}
	}
}

// Who sees nothing of an area is answered with nothing of it, in pages, counts, single
// features and files; who may not export takes no file; and movers are for those who
// send them.
func TestFeaturesKeepToTheScope(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	all := "sensors/items?limit=10000&properties=id"
	_, body := h.browse("operator", all)
	seen := featureIDs(t, body)
	for _, who := range []string{"planner", "planner-here", "planner-elsewhere", "key elsewhere"} {
		scope, want := h.guest(who).who.Scope, 0
		h.world.Each(assets.Sensor, func(thing *twin.Thing) bool {
			if scope.Sees(thing.Asset) {
				want++
			}
			return true
		})
		_, body := h.browse(who, all)
		ids := featureIDs(t, body)
		if len(ids) != want || !strings.Contains(body, fmt.Sprintf(`"numberMatched":%d,"numberReturned":%d`, want, want)) || want > len(seen) {
			t.Errorf("%s: %d features, want %d: %s", who, len(ids), want, body[max(0, len(body)-200):])
		}
		_, file := h.browse(who, "sensors/items?f=geojsonseq&form=lines&properties=id")
		if n := strings.Count(file, `"Feature"`); scope.May(access.Export) && n != want {
			t.Errorf("%s: %d features in the file, want %d", who, n, want)
		}
	}
	for who, want := range map[string]int{"operator": 200, "planner-elsewhere": 404, "planner-here": 200, "public": 200} {
		if got, _ := h.browse(who, "sensors/items/"+string(gauge)); got.StatusCode != want {
			t.Errorf("%s: %s, want %d", who, got.Status, want)
		}
	}
	for _, path := range []string{"sensors/items/" + string(camera), "sensors/items/none", "cameras/items/" + string(gauge), "roads/items", "coverage/items"} {
		if got, _ := h.browse("operator", path); got.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, got.Status)
		}
	}
	for who, want := range map[string]int{"operator": 200, "patrol": 404, "planner": 404, "public": 404} {
		for _, path := range []string{"movers/items", "movers/queryables", "movers", "movers/items/" + string(patrol)} {
			if got, _ := h.browse(who, path); got.StatusCode != want {
				t.Errorf("%s asks for %s: %s, want %d", who, path, got.Status, want)
			}
		}
	}
	for who, want := range map[string]int{"operator": 200, "planner": 200, "patrol": 403, "handler": 403, "public": 403} {
		for _, form := range []string{"csv", "geojsonseq", "gpkg", "fgb"} {
			if got, _ := h.browse(who, "assets/items?limit=3&f="+form); got.StatusCode != want {
				t.Errorf("%s takes %s: %s, want %d", who, form, got.Status, want)
			}
		}
	}
	if _, body := h.browse("operator", "incidents/items?filter="+url.QueryEscape("id = '"+string(h.matter())+"'")); !strings.Contains(body, `"properties.channel"`) || !strings.Contains(body, `"properties":null`) || len(featureIDs(t, body)) != 1 {
		t.Errorf("incidents: %s", body)
	}
}

// The public is answered from its own world: late, coarse, and without owners.
func TestFeaturesOfThePublic(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	_, whole := h.browse("operator", "assets/items?limit=5")
	_, body := h.browse("public", "assets/items?limit=10000")
	if ids := featureIDs(t, body); len(ids) < 5 || strings.Contains(body, `"owner"`) || strings.Contains(body, `"updated"`) || !strings.Contains(whole, `"owner"`) {
		t.Errorf("%d features: %.600s", len(ids), body)
	}
	if got, body := h.browse("public", "assets/items?owner=x"); got.StatusCode != http.StatusForbidden {
		t.Errorf("%s %s", got.Status, body)
	}
	_, schema := h.browse("public", "assets/queryables")
	if strings.Contains(schema, `"owner"`) || !strings.Contains(schema, `"class"`) {
		t.Errorf("queryables: %s", schema)
	}
}

// Pages to browse come to browsers, hold no script, and show what things are called as
// text, whatever they are called.
func TestPagesToBrowse(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	a := *h.world.ByID(gauge).Asset
	a.Name = `<script>alert(1)</script>"'&`
	if _, _, err := h.registry.Edit(t.Context(), "test", "", assets.Edit{Asset: &a, WasRev: assets.AnyRev}); err != nil {
		t.Fatal(err)
	}
	h.settle()
	const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
	hostile := url.QueryEscape(`name = '"><script>alert(2)</script>'`)
	for _, path := range []string{"sensors", "sensors/queryables", "sensors/items?sortby=-id", "sensors/items/" + string(gauge), "sensors/items?filter=" + hostile, "sensors/items?limit=7&bbox=121,31,122,32"} {
		got, body := h.browse("operator", path, "Accept", browser)
		if got.StatusCode != http.StatusOK || got.Header.Get("Content-Type") != "text/html; charset=utf-8" || !slices.Contains(got.Header.Values("Vary"), "Accept") {
			t.Errorf("%s: %s %v", path, got.Status, got.Header)
		}
		if strings.Contains(body, "<script") || !strings.Contains(body, `lang="zh-CN"`) || strings.Contains(body, "style=") {
			t.Errorf("%s: %s", path, body)
		}
	}
	if _, body := h.browse("operator", "sensors/items/"+string(gauge)+"?f=html"); !strings.Contains(body, "&lt;script&gt;alert(1)") {
		t.Errorf("the name is not shown: %s", body)
	}
	for accept, want := range map[string]string{"": "application/geo+json", "*/*": "application/geo+json", "application/json": "application/geo+json",
		"application/geo+json": "application/geo+json", "text/html;q=0.4, application/json;q=0.5": "application/geo+json", "text/html": "text/html; charset=utf-8",
		"text/csv": "text/csv", "image/png": "application/geo+json"} {
		if got, _ := h.browse("operator", "sensors/items?limit=1", "Accept", accept); got.Header.Get("Content-Type") != want {
			t.Errorf("Accept %q: %s, want %s", accept, got.Header.Get("Content-Type"), want)
		}
	}
}

// Whatever is asked, little is answered at once, and nonsense is told in few words
// which parameter it is in.
func TestFeaturesAreBounded(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	got, body := h.browse("operator", "assets/items?bbox=-180,-90,180,90&limit=1000000000")
	if n := len(featureIDs(t, body)); got.StatusCode != http.StatusOK || n == 0 || n > 10_000 {
		t.Errorf("%s: %d features", got.Status, n)
	}
	for query, says := range map[string]string{
		"filter=" + strings.Repeat("NOT (", 60) + "TRUE" + strings.Repeat(")", 60):                                       "filter",
		"filter-lang=cql2-json&filter=" + strings.Repeat(`{"op":"not","args":[`, 60) + "true" + strings.Repeat("]}", 60): "filter",
		"filter=S_INTERSECTS(geometry, POLYGON((121 31,122 32,122 31,121 32,121 31)))":                                   "cross",
		"filter=S_INTERSECTS(geometry, LINESTRING(" + strings.TrimSuffix(strings.Repeat("1 2,", 2001), ",") + "))":       "filter",
		"filter=name = 'x'; DELETE FROM suhe.assets":                                                                     "filter",
		"filter=" + strings.Repeat("a", 9000):                                                                            "filter",
		"bbox=1' OR '1'='1,2,3,4":                                                                                        "bbox",
		"bbox=1e308,1e308,1.1e308,1.1e308&bbox-crs=EPSG:3857":                                                            "bbox",
		"bbox-crs=EPSG:0": "bbox-crs",
		"crs=http://www.opengis.net/def/crs/EPSG/0/99999": "crs",
		"filter-crs=../../etc/passwd":                     "filter-crs",
		"datetime=2026-99-99":                             "datetime",
		"sortby=" + strings.Repeat("id,", 1000):           "sortby",
		"sortby=(SELECT 1)":                               "sortby",
		"properties=*":                                    "properties",
		"limit=1e9":                                       "limit",
		"after=" + strings.Repeat("WyIx", 10_000):         "after",
		"f=exe":                "f:",
		"f=csv&encoding=utf-7": "encoding",
		"f=csv&form=table":     "form",
		"f=gpkg&crs=BD-09":     "crs",
	} {
		query = strings.NewReplacer(" ", "%20", ";", "%3B", "'", "%27", `"`, "%22", "{", "%7B", "}", "%7D").Replace(query)
		got, body := h.browse("operator", "sensors/items?"+query)
		if got.StatusCode != http.StatusBadRequest || !strings.Contains(body, says) || len(body) > mostOfAProblem || got.Header.Get("Content-Type") != "application/problem+json" || got.Header.Get("Content-Disposition") != "" {
			t.Errorf("%.60s: %s %.300s, want %s", query, got.Status, body, says)
		}
	}
}
