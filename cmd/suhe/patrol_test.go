package main

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"net/http"
	"testing"

	"suhe/assets"
)

// sent files an incident and sends somebody; it returns the incident's address.
func (h *house) sent(to string) string {
	h.t.Helper()
	status, in := h.asks("dispatcher-here", "POST", "/v1/incidents", map[string]any{
		"channel": "hotline", "class": "facility.railing", "place": [2]float64{121.4348, 31.2502}})
	path := "/v1/incidents/" + fmt.Sprint(in["id"])
	if status != http.StatusCreated {
		h.t.Fatalf("begun: %d %v", status, in)
	}
	if status, answer := h.asks("dispatcher-here", "POST", path+"/file", nil); status != http.StatusOK {
		h.t.Fatalf("file: %d %v", status, answer)
	}
	if status, answer := h.asks("dispatcher-here", "POST", path+"/dispatch", map[string]any{"person": to}); status != http.StatusOK {
		h.t.Fatalf("dispatch: %d %v", status, answer)
	}
	return path
}

// A phone says twice what it did, since it did not hear the answer: it is done once, and
// told again.
func TestAVerbWithAKeyIsDoneOnce(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	path := h.sent("handler-here")
	for _, verb := range []string{"accept", "accept", "handle", "accept", "handle"} {
		if status, answer := h.asks("handler-here", "POST", path+"/"+verb, map[string]any{}, "Idempotency-Key", "phone-1-"+verb); status != http.StatusOK {
			t.Errorf("%s: %d %v", verb, status, answer)
		}
	}
	if status, _ := h.asks("handler-here", "POST", path+"/accept", map[string]any{}, "Idempotency-Key", "phone-2-accept"); status != http.StatusConflict {
		t.Errorf("accepted with another key: %d, want a conflict", status)
	}
	_, got := h.asks("handler-here", "GET", path+"/events", nil)
	var verbs []any
	for _, e := range got["events"].([]any) {
		verbs = append(verbs, e.(map[string]any)["verb"])
	}
	if fmt.Sprint(verbs) != "[create file dispatch accept handle]" {
		t.Errorf("what happened: %v", verbs)
	}
}

// A photo in pieces, of which some come twice and some where they do not belong, is one
// photo of the incident.
func TestAPhotoInPieces(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	path := h.sent("handler-here")
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 200, 200)), nil); err != nil {
		t.Fatal(err)
	}
	data := b.Bytes()
	up := path + "/uploads/phone-photo-1"
	put := func(by string, from, to int) (int, map[string]any) {
		t.Helper()
		return h.asks(by, "PUT", up+"?when=after&name=a.jpg", form{data[from:to], "application/octet-stream"},
			"Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to-1, len(data)))
	}
	third := len(data) / 3
	if status, got := put("handler-here", 0, third); status != http.StatusAccepted || got["offset"] != float64(third) {
		t.Fatalf("first piece: %d %v", status, got)
	}
	if status, got := put("handler-here", 2*third, len(data)); status != http.StatusConflict {
		t.Errorf("a gap: %d %v", status, got)
	}
	if _, got := h.asks("handler-here", "GET", up, nil); got["offset"] != float64(third) {
		t.Errorf("it is at %v", got)
	}
	if _, got := h.asks("patrol-here", "GET", up, nil); got["offset"] != float64(0) {
		t.Errorf("somebody else's of that name is at %v", got)
	}
	if status, _ := h.asks("operator-elsewhere", "GET", up, nil); status != http.StatusNotFound {
		t.Errorf("elsewhere: %d", status)
	}
	for range 2 {
		if status, got := put("handler-here", third, 2*third); status != http.StatusAccepted {
			t.Errorf("second piece: %d %v", status, got)
		}
	}
	var ref string
	for range 2 { // the answer to the first was lost
		status, got := put("handler-here", 2*third, len(data))
		if status != http.StatusCreated || got["type"] != "image/jpeg" || got["when"] != "after" {
			t.Fatalf("last piece: %d %v", status, got)
		}
		if is := fmt.Sprint(got["ref"]); ref != "" && is != ref {
			t.Errorf("another file: %s, was %s", is, ref)
		}
		ref = fmt.Sprint(got["ref"])
	}
	if _, got := h.asks("handler-here", "GET", path, nil); len(got["evidence"].([]any)) != 1 {
		t.Errorf("evidence: %v", got["evidence"])
	}
	for name, headers := range map[string][]string{
		"no range": nil, "backwards": {"Content-Range", "bytes 5-2/9"}, "longer than it says": {"Content-Range", "bytes 0-1/9"},
		"too large": {"Content-Range", "bytes 0-2/99999999"}, "no length": {"Content-Range", "bytes 0-2/*"},
	} {
		if status, got := h.asks("handler-here", "PUT", path+"/uploads/phone-photo-2", form{[]byte("abc"), "application/octet-stream"}, headers...); status != http.StatusBadRequest {
			t.Errorf("%s: %d %v", name, status, got)
		}
	}
}

// Who handles says where his own mover is, without seeing those of others.
func TestOwnMover(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	mover := func(id, account string) {
		t.Helper()
		status, got := h.asks("operator-here", "PUT", "/v1/assets/"+id, map[string]any{"kind": "mover", "class": "mover.patrol", "name": id, "lifecycle": "in_use",
			"geometry": map[string]any{"type": "Point", "coordinates": []float64{121.4348, 31.2502}}, "properties": map[string]any{"account": account}})
		if status != http.StatusCreated && status != http.StatusOK {
			t.Fatalf("%s: %d %v", id, status, got)
		}
	}
	mover("mine", "handler-here")
	mover("his", "patrol-here")
	eventually(t, "they are known", func() bool { return h.world.ByID("mine") != nil && h.world.ByID("his") != nil })
	_, got := h.asks("handler-here", "GET", "/v1/me/movers", nil)
	if own := got["movers"].([]any); len(own) != 1 || own[0].(map[string]any)["id"] != "mine" {
		t.Errorf("own movers: %v", got)
	}
	status, report := h.asks("handler-here", "POST", "/v1/me/positions", map[string]any{"positions": []any{
		map[string]any{"id": "mine", "lon": 121.4349, "lat": 31.2503}, map[string]any{"id": "his", "lon": 121.4349, "lat": 31.2503}, map[string]any{"id": "none", "lon": 121.4349, "lat": 31.2503}}})
	if status != http.StatusOK || report["accepted"] != float64(1) || report["refused"] != float64(2) {
		t.Fatalf("positions: %d %v", status, report)
	}
	eventually(t, "it is where it said", func() bool {
		t := h.world.ByID(assets.ID("mine"))
		return t.Live != nil && t.Live.Lon == 121.4349
	})
	if his := h.world.ByID("his"); his.Live != nil {
		t.Errorf("another's mover was moved: %+v", his.Live)
	}
	if status, _ := h.asks("planner-here", "GET", "/v1/me/movers", nil); status != http.StatusForbidden {
		t.Errorf("who does not handle: %d", status)
	}
}
