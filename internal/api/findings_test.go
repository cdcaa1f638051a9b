package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/stream/ingest"
	"suhe/twin"
)

// withHook is rooms with the hook "ai" and its secret.
func withHook(t *testing.T) (r *rooms, secret string) {
	t.Helper()
	r = open()
	r.hooks = access.OpenHooks(t.TempDir(), nil)
	r.batch = func(string, []byte) (ingest.Report, error) {
		return ingest.Report{Accepted: 1, Results: []ingest.Refusal{}}, nil
	}
	secret, err := r.hooks.Add("ai")
	if err != nil {
		t.Fatal(err)
	}
	return r, secret
}

func TestHook(t *testing.T) {
	r, secret := withHook(t)
	h := handler(r, nil)
	body := `{"id":"1"}`
	signed := access.Sign(secret, time.Now(), []byte(body))
	for _, c := range []struct {
		name, path, signature string
		status                int
		want                  string
	}{
		{"good", "/v1/hooks/ai", signed, 200, `{"accepted":1,"refused":0,"results":[]}`},
		{"again", "/v1/hooks/ai", signed, 409, "taken already"},
		{"unsigned", "/v1/hooks/ai", "", 401, "missing"},
		{"wrong", "/v1/hooks/ai", access.Sign("guess", time.Now(), []byte(body)), 401, "not that of this hook"},
		{"no such hook", "/v1/hooks/nobody", access.Sign("guess", time.Now(), []byte(body)), 401, "not that of this hook"},
		{"old", "/v1/hooks/ai", access.Sign(secret, time.Now().Add(-time.Hour), []byte(body)), 401, "5 minutes"},
	} {
		w := ask(h, "POST", c.path, body, access.SignatureHeader, c.signature)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s: %d %s", c.name, w.Code, w.Body)
		}
		if c.status != 200 && w.Header().Get("Content-Type") != "application/problem+json" || (c.status == 401) != (w.Header().Get("WWW-Authenticate") == access.SignatureHeader) {
			t.Errorf("%s: %v", c.name, w.Header())
		}
	}
	large := strings.Repeat(" ", ingest.MaxBody+1)
	if w := ask(h, "POST", "/v1/hooks/ai", large, access.SignatureHeader, access.Sign(secret, time.Now(), []byte(large))); w.Code != 413 {
		t.Errorf("a large body: %d", w.Code)
	}
}

// What was not taken may come again under the same signature.
func TestHookMayTryAgain(t *testing.T) {
	r, secret := withHook(t)
	h := handler(r, nil)
	taken := r.batch
	signed := access.Sign(secret, time.Now(), nil)
	for _, c := range []struct {
		err    error
		status int
	}{{fmt.Errorf("%w: no broker", assets.ErrBusy), 503}, {fmt.Errorf("%w: x", ingest.ErrMalformed), 400}, {nil, 200}, {nil, 409}} {
		r.batch = func(hook string, body []byte) (ingest.Report, error) {
			if hook != "ai" {
				t.Errorf("hook %q", hook)
			}
			if c.err != nil {
				return ingest.Report{}, c.err
			}
			return taken(hook, body)
		}
		if w := ask(h, "POST", "/v1/hooks/ai", "", access.SignatureHeader, signed); w.Code != c.status {
			t.Errorf("%v: %d %s", c.err, w.Code, w.Body)
		}
	}
}

func someFinding(id, camera string) twin.Finding {
	return twin.Finding{Hook: "ai", ID: id, Camera: assets.ID(camera), Class: "floating_rubbish", Confidence: 0.5,
		PhenomenonTime: 1795392000000, ReceivedTime: 1795392001000, Lon: 121, Lat: 31, Picture: "https://pictures.example/1"}
}

func TestFindingsByPage(t *testing.T) {
	r := open()
	r.found = []twin.Finding{someFinding("0", "unseen"), someFinding("1", "wl-1"), someFinding("2", "unseen"), someFinding("3", "wl-1"),
		someFinding("4", "unseen"), someFinding("5", "wl-1"), someFinding("6", "unseen")}
	h := handler(r, nil)
	w := ask(h, "GET", "/v1/findings?limit=2&class=floating_rubbish&camera=wl-1&from=2026-11-23T00:00:00%2B08:00", "")
	var page struct {
		Findings []struct {
			ID, Name, Time, Picture string
			Severity                int
		}
		Next string
	}
	if err := json.Unmarshal(w.Body.Bytes(), &page); err != nil || w.Code != 200 {
		t.Fatalf("%d %s %v", w.Code, w.Body, err)
	}
	if len(page.Findings) != 2 || page.Findings[0].ID != "1" || page.Findings[1].ID != "3" || page.Findings[0].Name != "漂浮物" || page.Findings[0].Severity != 4 ||
		page.Findings[0].Time != "2026-11-23T08:00:00+08:00" || page.Findings[0].Picture == "" {
		t.Errorf("page %+v", page)
	}
	if r.queries[0].Class != "floating_rubbish" || r.queries[0].Camera != "wl-1" {
		t.Errorf("query %+v", r.queries[0])
	}
	before := r.queries[0]
	r.queries = nil
	// It goes on behind what was seen, not behind what others found: also where that
	// is the last.
	if w = ask(h, "GET", page.Next, ""); w.Code != 200 {
		t.Fatalf("%s: %d %s", page.Next, w.Code, w.Body)
	}
	if r.queries[0].After != r.found[3].Key() || !r.queries[0].From.Equal(before.From) || !r.queries[0].To.Equal(before.To) || r.queries[0].Class != before.Class {
		t.Errorf("next asks %+v, want the same after %+v", r.queries[0], r.found[3].Key())
	}
	page.Findings, page.Next = nil, ""
	if err := json.Unmarshal(w.Body.Bytes(), &page); err != nil || len(page.Findings) != 1 || page.Findings[0].ID != "5" || page.Next != "" {
		t.Errorf("the last page is %s", w.Body)
	}
	for _, bad := range []string{"limit=0", "limit=1001", "limit=x", "after=x", "after=MSAgMQ", "from=yesterday", "camera=%20"} {
		if w := ask(h, "GET", "/v1/findings?"+bad, ""); w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d %s", bad, w.Code, w.Body)
		}
	}
}

func TestAssetOfACameraHasItsFinding(t *testing.T) {
	r := open()
	f := someFinding("1", "wl-1")
	f.Box = [4]float64{0.1, 0.2, 0.3, 0.4}
	r.thing.Finding = &f
	w := ask(handler(r, nil), "GET", "/v1/assets/wl-1", "")
	if !strings.Contains(w.Body.String(), `"finding":{"hook":"ai","id":"1"`) || !strings.Contains(w.Body.String(), `"bbox":[0.1,0.2,0.3,0.4],"picture":"https://pictures.example/1"`) {
		t.Errorf("%s", w.Body)
	}
}
