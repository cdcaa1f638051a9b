package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
)

// changes makes a request with a body and returns the status, the headers and the text.
func (h *house) changes(by, method, path, body string, headers ...string) (status int, header http.Header, text string) {
	h.t.Helper()
	r, err := http.NewRequest(method, h.server.URL+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	h.visitor(by).dress(r)
	response, err := h.server.Client().Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer response.Body.Close()
	b, err := io.ReadAll(response.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return response.StatusCode, response.Header, string(b)
}

// pastOf is the revisions of an asset as somebody is told them.
type pastOf struct {
	Revisions []struct {
		Revision int64
		By, Why  string
		Removed  bool
		Changed  []string
	}
	Next string
}

func (h *house) revisionsOf(by, path string) (out pastOf) {
	h.t.Helper()
	status, _, text := h.changes(by, http.MethodGet, path, "")
	if status != http.StatusOK {
		h.t.Fatalf("%s by %s: %d %s", path, by, status, text)
	}
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		h.t.Fatal(err)
	}
	return out
}

// A feature is created once, changed under its revision, removed, and is restored; each
// step is told afterwards.
func TestEditsOfFeatures(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	const items = "/ogc/collections/assets/items"
	body := `{"type":"Feature","id":"lamp-1","geometry":{"type":"Point","coordinates":[121.4348,31.2502]},
		"properties":{"class":"asset.lamp","name":"路灯","lifecycle":"in_use","height":6,"properties.material":"钢"}}`
	for i := range 2 {
		status, header, text := h.changes("operator", http.MethodPost, items+"?why=new", body, "Content-Type", "application/geo+json", "Idempotency-Key", "once-1")
		if status != http.StatusCreated || header.Get("Location") != items+"/lamp-1" || header.Get("ETag") != `"1"` || (header.Get("Idempotent-Replayed") == "true") != (i == 1) {
			t.Fatalf("created: %d %v %s", status, header, text)
		}
	}
	if status, _, text := h.changes("operator", http.MethodPost, items, body); status != http.StatusConflict {
		t.Errorf("created twice: %d %s", status, text)
	}
	one := items + "/lamp-1"
	_, header, text := h.changes("operator", http.MethodGet, one, "")
	tag := header.Get("ETag")
	if !strings.HasPrefix(tag, `"1-`) {
		t.Fatalf("the feature: %v %s", header, text)
	}

	for _, c := range []struct {
		name, method, path, body string
		headers                  []string
		want                     int
	}{
		{"another revision", http.MethodPatch, one, `{"properties":{"name":"x"}}`, []string{"If-Match", `"7"`}, http.StatusPreconditionFailed},
		{"the one that was read", http.MethodPatch, one + "?why=renamed", `{"properties":{"name":"新路灯","properties.material":null,"properties":{"colour":"绿"}}}`,
			[]string{"If-Match", tag, "Content-Type", "application/merge-patch+json"}, http.StatusNoContent},
		{"that again", http.MethodPatch, one, `{"properties":{"name":"x"}}`, []string{"If-Match", tag}, http.StatusPreconditionFailed},
		{"what nobody sets", http.MethodPatch, one, `{"properties":{"state":"fault"}}`, nil, http.StatusBadRequest},
		{"what there is not", http.MethodPatch, one, `{"properties":{"colour":"red"}}`, nil, http.StatusBadRequest},
		{"another kind", http.MethodPut, one, `{"geometry":{"type":"Point","coordinates":[121.4348,31.2502]},"properties":{"kind":"camera"}}`, nil, http.StatusBadRequest},
		{"in another collection", http.MethodPatch, "/ogc/collections/cameras/items/lamp-1", `{"properties":{"name":"x"}}`, nil, http.StatusNotFound},
		{"removal from another collection", http.MethodDelete, "/ogc/collections/cameras/items/lamp-1", "", nil, http.StatusNotFound},
		{"of what is not there", http.MethodPatch, items + "/lamp-2", `{"properties":{"name":"x"}}`, nil, http.StatusNotFound},
		{"another id", http.MethodPut, one, `{"id":"lamp-2"}`, nil, http.StatusBadRequest},
		{"no feature", http.MethodPut, one, `{"type":"FeatureCollection"}`, nil, http.StatusBadRequest},
		{"no JSON", http.MethodPatch, one, `{`, nil, http.StatusBadRequest},
		{"text behind", http.MethodPatch, one, `{}{}`, nil, http.StatusBadRequest},
		{"another type", http.MethodPatch, one, `{}`, []string{"Content-Type", "text/csv"}, http.StatusUnsupportedMediaType},
		{"no such crs", http.MethodPatch, one, `{}`, []string{"Content-Crs", "<EPSG:1>"}, http.StatusBadRequest},
		{"no geometry", http.MethodPatch, one, `{"geometry":null}`, nil, http.StatusBadRequest},
		{"an incident", http.MethodPost, "/ogc/collections/incidents/items", `{}`, nil, http.StatusBadRequest},
		{"no such collection", http.MethodPost, "/ogc/collections/none/items", `{}`, nil, http.StatusNotFound},
		{"who may not", http.MethodDelete, one, "", nil, http.StatusForbidden},
	} {
		by := "operator"
		if c.want == http.StatusForbidden {
			by = "dispatcher"
		}
		if status, _, text := h.changes(by, c.method, c.path, c.body, c.headers...); status != c.want {
			t.Errorf("%s: %d %s, want %d", c.name, status, text, c.want)
		}
	}
	is := h.world.ByID("lamp-1").Asset
	if is.Name != "新路灯" || is.Shape.Height != 6 || is.Revision.N != 2 || !reflect.DeepEqual(is.Properties, assets.Properties{{Key: "colour", Value: "绿"}}) {
		t.Errorf("after a patch: %+v", is)
	}

	// In the metres of a plane, northing first, as the CRS says.
	to := orb.Point{121.436, 31.2512}
	flat := geo.NewTransverseMercator(geo.GaussKruger120).FromWGS84(to)
	moved := fmt.Sprintf(`{"geometry":{"type":"Point","coordinates":[%f,%f]}}`, flat[1], flat[0])
	if status, _, text := h.changes("operator", http.MethodPatch, one+"?why=moved", moved, "Content-Crs", "<http://www.opengis.net/def/crs/EPSG/0/4549>"); status != http.StatusNoContent {
		t.Fatalf("moved: %d %s", status, text)
	}
	if at := h.world.ByID("lamp-1").Asset.Shape.Geometry.Plane.(orb.Point); geo.Distance(at, to) > 0.01 {
		t.Errorf("moved to %v, want %v", at, to)
	}

	// What items say can be put back as it is, and says the same.
	_, _, text = h.changes("operator", http.MethodGet, "/ogc/collections/sensors/items/gauge-7", "")
	was := h.world.ByID(gauge).Asset
	if status, _, said := h.changes("operator", http.MethodPut, "/ogc/collections/sensors/items/gauge-7", text); status != http.StatusNoContent {
		t.Fatalf("put back: %d %s", status, said)
	}
	if is := h.world.ByID(gauge).Asset; is.Revision.N != was.Revision.N || !assets.Equal(is, was) {
		t.Errorf("put back it is %+v, want %+v", is, was)
	}

	if status, _, text := h.changes("operator", http.MethodDelete, one+"?why=gone", "", "If-Match", `"3"`); status != http.StatusNoContent {
		t.Fatalf("removed: %d %s", status, text)
	}
	if status, _, _ := h.changes("operator", http.MethodGet, one, ""); status != http.StatusNotFound {
		t.Errorf("a removed feature: %d", status)
	}
	if status, header, text := h.changes("operator", http.MethodPost, "/v1/assets/lamp-1/revisions/2/restore?why=back", ""); status != http.StatusCreated || header.Get("ETag") != `"5"` {
		t.Fatalf("restored: %d %s", status, text)
	}
	if is := h.world.ByID("lamp-1").Asset; is.Name != "新路灯" || is.Shape.Geometry.Plane != (orb.Point{121.4348, 31.2502}) {
		t.Errorf("restored: %+v", is)
	}

	var story []string
	for _, r := range h.revisionsOf("operator", "/v1/assets/lamp-1/revisions").Revisions {
		story = append(story, fmt.Sprintf("%d %s %s %t %v", r.Revision, r.By, r.Why, r.Removed, r.Changed))
	}
	if want := []string{"5 operator back false [geometry]", "4 operator gone true []", "3 operator moved false [geometry]",
		"2 operator renamed false [name properties.colour properties.material]", "1 operator new false []"}; !slices.Equal(story, want) {
		t.Errorf("the story is\n%s\nwant\n%s", strings.Join(story, "\n"), strings.Join(want, "\n"))
	}
	page := h.revisionsOf("operator", "/v1/assets/lamp-1/revisions?limit=2")
	next := h.revisionsOf("operator", page.Next)
	if len(page.Revisions) != 2 || len(next.Revisions) != 2 || next.Revisions[0].Revision != 3 || !slices.Equal(next.Revisions[0].Changed, []string{"geometry"}) {
		t.Errorf("by pages: %+v, then %+v", page, next)
	}
	if _, _, text := h.changes("operator", http.MethodGet, "/v1/assets/lamp-1/revisions/1", ""); !strings.Contains(text, `"material":"钢"`) || !strings.Contains(text, `"name":"路灯"`) {
		t.Errorf("the first: %s", text)
	}
}

// Who sees an asset in part, or not, is told of its past in part, or not.
func TestThePastIsShownAsThePresent(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	const numberBefore, numberNow = "13911112222", "13933334444"
	put := func(number, name string, lon float64) {
		t.Helper()
		text := fmt.Sprintf(`{"kind":"asset","class":"asset.lamp","name":%q,"lifecycle":"in_use","geometry":{"type":"Point","coordinates":[%f,31.2502]},"properties":{"contact":%q}}`, name, lon, number)
		if status, _, said := h.changes("operator", http.MethodPut, "/v1/assets/lamp-1", text); status >= 300 {
			t.Fatalf("%d %s", status, said)
		}
	}
	put(numberBefore, "一", 121.4348)
	put(numberNow, "一", 121.4348)
	put(numberNow, "二", 121.4348)

	story := h.revisionsOf("planner", "/v1/assets/lamp-1/revisions")
	if len(story.Revisions) != 3 || !slices.Equal(story.Revisions[0].Changed, []string{"name"}) || story.Revisions[1].Changed != nil {
		t.Errorf("a planner is told %+v", story)
	}
	if full := h.revisionsOf("operator", "/v1/assets/lamp-1/revisions"); !slices.Equal(full.Revisions[1].Changed, []string{"properties.contact"}) {
		t.Errorf("the operator is told %+v", full)
	}
	for n := 1; n <= 3; n++ {
		_, _, text := h.changes("planner", http.MethodGet, fmt.Sprintf("/v1/assets/lamp-1/revisions/%d", n), "")
		if strings.Contains(text, numberBefore) || strings.Contains(text, numberNow) || !strings.Contains(text, `"lamp-1"`) {
			t.Errorf("revision %d of a planner: %s", n, text)
		}
	}
	if status, _, text := h.changes("planner", http.MethodPost, "/v1/assets/lamp-1/revisions/1/restore", ""); status != http.StatusOK || strings.Contains(text, numberBefore) {
		t.Fatalf("restored by a planner: %d %s", status, text)
	}
	if _, _, text := h.changes("operator", http.MethodGet, "/v1/assets/lamp-1", ""); !strings.Contains(text, numberNow) || !strings.Contains(text, `"name":"一"`) {
		t.Errorf("then it is %s", text)
	}

	removed := func() {
		if status, _, text := h.changes("operator", http.MethodDelete, "/v1/assets/lamp-1", ""); status != http.StatusNoContent {
			t.Fatalf("%d %s", status, text)
		}
	}
	for _, state := range []string{"there", "removed"} {
		if state == "removed" {
			removed()
		}
		for by, want := range map[string]int{"planner-elsewhere": 404, "operator-elsewhere": 404, "public": 403, "device": 403, "planner-here": 200} {
			for _, path := range []string{"/v1/assets/lamp-1/revisions", "/v1/assets/lamp-1/revisions/1"} {
				status, _, text := h.changes(by, http.MethodGet, path, "")
				if status != want {
					t.Errorf("%s, %s by %s: %d %s, want %d", state, path, by, status, text, want)
				}
				if none, _, said := h.changes(by, http.MethodGet, strings.Replace(path, "lamp-1", "lamp-9", 1), ""); status == 404 && (none != 404 || strings.ReplaceAll(said, "lamp-9", "lamp-1") != text) {
					t.Errorf("%s, %s by %s: %s, of none %s", state, path, by, text, said)
				}
			}
			if want == 200 {
				continue
			}
			if status, _, _ := h.changes(by, http.MethodPost, "/v1/assets/lamp-1/revisions/1/restore", ""); status != want {
				t.Errorf("%s, restored by %s: %d, want %d", state, by, status, want)
			}
		}
	}
	if status, _, text := h.changes("planner", http.MethodPost, "/v1/assets/lamp-1/revisions/3/restore", ""); status >= 300 {
		t.Fatalf("restored: %d %s", status, text)
	}
	if _, _, text := h.changes("operator", http.MethodGet, "/v1/assets/lamp-1", ""); !strings.Contains(text, numberNow) {
		t.Errorf("what the planner does not see is lost: %s", text)
	}
}
