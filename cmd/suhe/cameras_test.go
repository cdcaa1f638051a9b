package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/audit"
	"suhe/twin/incident"
)

// stands puts a camera of that id where the examples are, looking north.
func (h *house) stands(id assets.ID, change func(*assets.Asset)) {
	h.t.Helper()
	a := &assets.Asset{
		ID: id, Kind: assets.Camera, Class: "camera.bullet", Name: string(id), Lifecycle: assets.InUse,
		Shape:  assets.Shape{Geometry: geo.Solid{Plane: orb.Point{121.4348, 31.2502}}},
		Camera: &assets.CameraSpec{Azimuth: 0, Tilt: 8, PTZ: assets.FixedCamera},
	}
	change(a)
	if _, _, err := h.registry.Edit(h.t.Context(), "test", "", assets.Edit{Asset: a, WasRev: assets.AnyRev}); err != nil {
		h.t.Fatal(err)
	}
	h.settle()
}

// ids are what a list of the answer names as cameras.
func ids(answer map[string]any, list string) string {
	var out []string
	all, _ := answer[list].([]any)
	for _, c := range all {
		out = append(out, fmt.Sprint(c.(map[string]any)["camera"]))
	}
	return strings.Join(out, " ")
}

// Who sees a camera is told that it sees; to others it is not there, also in what is
// counted.
func TestSightIsScoped(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	h.stands("look-1", func(*assets.Asset) {})
	h.stands("secret-1", func(a *assets.Asset) { a.Properties = assets.Properties{{Key: "sensitivity", Value: 2.0}} })
	const place, box = "point=121.4348,31.2503", "bbox=121.4346,31.2500,121.4350,31.2506"
	for _, c := range []struct{ by, sees string }{
		{"operator", "look-1 secret-1"}, {"planner", "look-1"}, {"handler-here", "look-1"}, {"operator-elsewhere", ""}, {"public", ""},
	} {
		// The scene has cameras of its own.
		only := func(all string) string {
			var out []string
			for _, id := range strings.Fields(all) {
				if id == "look-1" || id == "secret-1" {
					out = append(out, id)
				}
			}
			return strings.Join(out, " ")
		}
		status, answer := h.asks(c.by, http.MethodGet, "/v1/sight?limit=500&"+place, nil)
		if got := only(ids(answer, "cameras")); status != http.StatusOK || got != c.sees {
			t.Errorf("%s sees %d %q, want %q", c.by, status, got, c.sees)
		}
		if c.sees == "" && len(answer["cameras"].([]any)) > 0 {
			t.Errorf("%s is told of %v", c.by, answer["cameras"])
		}
		status, answer = h.asks(c.by, http.MethodGet, "/v1/sight?limit=500&line=121.4347,31.2503,121.4349,31.2503", nil)
		if got := only(ids(answer, "cameras")); status != http.StatusOK || got != c.sees {
			t.Errorf("%s sees of the line %d %q, want %q", c.by, status, got, c.sees)
		}
		status, answer = h.asks(c.by, http.MethodGet, "/v1/coverage?next=1&"+box, nil)
		share := 0.0
		if ground, is := answer["ground"].(map[string]any); is {
			share = ground["share"].(float64)
		}
		if status != http.StatusOK || (share > 0) != (c.sees != "") {
			t.Errorf("%s: covered for %d %v", c.by, status, share)
		}
		told := 0.0
		for _, l := range answer["labelling"].([]any) {
			told += l.(map[string]any)["cameras"].(float64)
		}
		if (told > 0) != (c.sees != "") {
			t.Errorf("%s: %v cameras are labelled", c.by, told)
		}
	}
}

// The place of an incident is that of one that is seen.
func TestSightOfAnIncident(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	h.stands("look-1", func(*assets.Asset) {})
	in, _, err := h.incidents.Begin(t.Context(), incident.Clerk(), incident.Finding{Channel: incident.Grid, Class: "facility.railing", Ref: "x", Place: [2]float64{121.4348, 31.2503}})
	if err != nil {
		t.Fatal(err)
	}
	h.settle()
	status, answer := h.asks("operator", http.MethodGet, "/v1/sight?limit=500&incident="+string(in.ID), nil)
	if status != http.StatusOK || !strings.Contains(ids(answer, "cameras"), "look-1") || answer["incident"] != string(in.ID) {
		t.Errorf("%d %v", status, answer)
	}
	if status, _ := h.asks("operator-elsewhere", http.MethodGet, "/v1/sight?incident="+string(in.ID), nil); status != http.StatusNotFound {
		t.Errorf("one that is not seen: %d", status)
	}
}

// What makes no sense is refused by name.
func TestSightRefuses(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	long := "line=" + strings.TrimSuffix(strings.Repeat("121.43,31.25,", 501), ",")
	for query, want := range map[string]string{
		"sight?": "point: none", "sight?point=1": "point:", "sight?point=200,31": "point:", "sight?point=121,31,501": "point: height", "sight?point=NaN,1": "point:", "sight?point=1e400,1": "point:",
		"sight?line=121.4,31.2,121.5": "line:", "sight?line=121.4,31.2,121.4,31.2": "line: 0 m", "sight?line=121.4,31.2,122.4,31.2": "line:", "sight?" + long: "line:",
		"sight?point=121.4,31.2&height=-1": "height:", "sight?point=121.4,31.2&limit=501": "limit:", "sight?point=121.4,31.2&working=perhaps": "working:",
		"coverage": "area: none", "sight?point=121.4,31.2&colour=red": "query:", "coverage?area=%27%20OR%201=1": "area:",
		"coverage?bbox=-180,-90,180,90": "ground:", "coverage?bbox=121,31,121.4,31.4&step=1": "step:", "coverage?bbox=2,2,1,1": "bbox:",
		"coverage?chainage=5": "chainage:", "coverage?chainage=5,1": "chainage:", "coverage?chainage=0,100&bank=middle": "bank:", "coverage?chainage=0,100&offset=9999": "offset:",
		"coverage?chainage=0,100&next=11": "next:", "coverage?chainage=0,100&with=asset.lamp": "with:", "coverage?chainage=0,100&gain=fame": "gain:", "coverage?chainage=0,100&step=0.5": "step:",
	} {
		status, answer := h.asks("operator", http.MethodGet, "/v1/"+query, nil)
		if detail := fmt.Sprint(answer["detail"]); status != http.StatusBadRequest || !strings.Contains(detail, want) {
			t.Errorf("%.80s: %d %v, want %s", query, status, detail, want)
		}
	}
	for _, body := range []string{
		`{"type":"Point","coordinates":[121.43,31.25]}`, `{"type":"LineString","coordinates":[[121.43,31.25],[121.44,31.25]]}`, `{"type":"Polygon","coordinates":[[[121.43,31.25],[121.44,31.26],[121.44,31.25],[121.43,31.26],[121.43,31.25]]]}`, `{}`,
	} {
		if status, _ := h.sends("operator", "/v1/coverage", "application/json", body); status != http.StatusBadRequest {
			t.Errorf("%s: %d", body, status)
		}
	}
}

// A camera is looked through for a reason, which stands in the record with the ticket's
// number; the address of its pictures is told nobody.
func TestPlay(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	h.stands("bare-1", func(*assets.Asset) {})
	path := "/v1/cameras/" + string(camera) + "/play"
	if status, answer := h.asks("operator", http.MethodPost, path, nil); status != http.StatusBadRequest || !strings.Contains(fmt.Sprint(answer["detail"]), "purpose: none") {
		t.Errorf("without a purpose: %d %v", status, answer)
	}
	if status, answer := h.asks("operator", http.MethodPost, "/v1/cameras/bare-1/play?purpose=x", nil); status != http.StatusConflict {
		t.Errorf("without a stream: %d %v", status, answer)
	}
	if status, answer := h.asks("operator", http.MethodPost, "/v1/cameras/"+string(gauge)+"/play?purpose=x", nil); status != http.StatusBadRequest {
		t.Errorf("a gauge: %d %v", status, answer)
	}
	status, answer := h.asks("operator", http.MethodPost, path+"?purpose=%E6%A0%B8%E6%9F%A5", nil)
	if status != http.StatusOK {
		t.Fatalf("%d %v", status, answer)
	}
	if strings.Contains(fmt.Sprint(answer), streamAddress) {
		t.Errorf("the address of the pictures is told: %v", answer)
	}
	u, err := url.Parse(fmt.Sprint(answer["url"]))
	if err != nil || u.Host != "media.example" || u.Path != "/live/"+string(camera) {
		t.Fatalf("%v, %v", u, err)
	}
	q := u.Query()
	m := hmac.New(sha256.New, []byte(playWord))
	fmt.Fprintf(m, "%s\n%s\n%s", camera, q.Get("t"), q.Get("e"))
	if got := hex.EncodeToString(m.Sum(nil)); got != q.Get("s") || q.Get("t") != answer["ticket"] {
		t.Errorf("signed %s, want %s", q.Get("s"), got)
	}
	eventually(t, "the ticket in the record", func() bool {
		page, err := h.book.Page(t.Context(), audit.Query{Action: audit.CameraPlay, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(page, func(e audit.Entry) bool {
			return e.Who == "operator" && e.Purpose == "核查" && e.What == "asset "+string(camera) && strings.Contains(string(e.Detail), q.Get("t"))
		})
	})
}

// One at a time turns a camera; who supervises may take it over; the command that turns
// it is only for who holds it.
func TestOneTurnsACamera(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	h.stands("fixed-1", func(*assets.Asset) {})
	path, look := "/v1/cameras/"+string(camera)+"/ptz", map[string]any{"name": "look", "arguments": map[string]any{"azimuth": 90, "tilt": 5}, "timeout": "2s"}
	step := func(name, by, method, path string, body any, want int, says string) map[string]any {
		t.Helper()
		status, answer := h.asks(by, method, path, body)
		if status != want || !strings.Contains(fmt.Sprint(answer), says) {
			t.Errorf("%s: %d %v, want %d with %q", name, status, answer, want, says)
		}
		return answer
	}
	commands := "/v1/devices/" + string(camera) + "/commands"
	step("turned by who does not hold it", "dispatcher", http.MethodPost, commands, look, http.StatusConflict, "nobody holds it")
	step("nobody holds it", "operator", http.MethodGet, path, nil, http.StatusOK, "held:false")
	step("taken", "dispatcher", http.MethodPost, path, nil, http.StatusOK, "mine:true")
	step("held on to", "dispatcher", http.MethodPost, path, map[string]any{"takeover": false}, http.StatusOK, "mine:true")
	step("told", "operator", http.MethodGet, path, nil, http.StatusOK, "holder:dispatcher")
	step("reached for by another", "operator", http.MethodPost, path, nil, http.StatusConflict, "dispatcher holds it until")
	step("turned by another", "operator", http.MethodPost, commands, look, http.StatusConflict, "dispatcher holds it until")
	step("turned", "dispatcher", http.MethodPost, commands, look, http.StatusAccepted, "undeliverable") // no such device is connected
	step("taken over", "operator", http.MethodPost, path, map[string]any{"takeover": true}, http.StatusOK, "mine:true")
	step("taken over by who may not", "dispatcher", http.MethodPost, path, map[string]any{"takeover": true}, http.StatusForbidden, "supervise")
	step("dropped by who does not hold it", "dispatcher", http.MethodDelete, path, nil, http.StatusNoContent, "")
	step("still held", "dispatcher", http.MethodGet, path, nil, http.StatusOK, "holder:operator")
	step("dropped", "operator", http.MethodDelete, path, nil, http.StatusNoContent, "")
	step("free", "dispatcher", http.MethodGet, path, nil, http.StatusOK, "held:false")
	step("one that cannot be turned", "operator", http.MethodPost, "/v1/cameras/fixed-1/ptz", nil, http.StatusConflict, "cannot be turned")
	step("one that cannot be turned, told to", "operator", http.MethodPost, "/v1/devices/fixed-1/commands", look, http.StatusConflict, "cannot be turned")
	step("a gauge", "operator", http.MethodGet, "/v1/cameras/"+string(gauge)+"/ptz", nil, http.StatusBadRequest, "want a camera")
}
