package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/account"
	"suhe/internal/api"
	"suhe/internal/audit"
	"suhe/internal/store/geopackage"
	"suhe/twin"
)

// told are the entries as lines; they are forgotten.
func (d *diary) told() (lines []string) {
	for _, e := range d.entries {
		line := fmt.Sprintf("%s %s %s: %s %s", e.Who, e.Address, e.Action, e.What, e.Outcome)
		if e.Purpose != "" || e.Incident != "" {
			line += fmt.Sprintf(" for %s/%s", e.Purpose, e.Incident)
		}
		lines = append(lines, line)
	}
	d.entries = nil
	return lines
}

func ofKind(k assets.Kind) *twin.Thing {
	return &twin.Thing{Asset: &assets.Asset{ID: "x-1", FID: 1, Lifecycle: assets.InUse, Revision: assets.Revision{N: 1}, Kind: k, Class: assets.Generic(k), Location: assets.Location{Area: "310107005"}},
		State: twin.State{Communication: twin.Unknown, Data: twin.None, Service: twin.Normal}}
}

// What people see of cameras and movers is recorded, with why.
func TestViewsAreRecorded(t *testing.T) {
	why := []string{"Suhe-Purpose", "%E6%A0%B8%E6%9F%A5", "Suhe-Incident", "2026-11-0001"}
	for _, c := range []struct {
		name   string
		kind   assets.Kind
		path   string
		header []string
		status int
		want   []string
	}{
		{"camera", assets.Camera, "/v1/assets/x-1", nil, 200, []string{"demo 192.0.2.1 camera view: asset x-1 done"}},
		{"camera with a reason", assets.Camera, "/v1/assets/x-1", why, 200, []string{"demo 192.0.2.1 camera view: asset x-1 done for 核查/2026-11-0001"}},
		{"reason in the query", assets.Camera, "/v1/assets/x-1?purpose=%E6%A0%B8%E6%9F%A5&incident=7", nil, 200, []string{"demo 192.0.2.1 camera view: asset x-1 done for 核查/7"}},
		{"header before query", assets.Camera, "/v1/assets/x-1?purpose=b", []string{"Suhe-Purpose", "100 %"}, 200, []string{"demo 192.0.2.1 camera view: asset x-1 done for 100 %/"}},
		{"mover", assets.Mover, "/v1/assets/x-1", nil, 200, []string{"demo 192.0.2.1 mover view: asset x-1 done"}},
		{"sensor", assets.Sensor, "/v1/assets/x-1", why, 200, nil},
		{"what is not there", assets.Camera, "/v1/assets/x-2", nil, 404, nil},
		{"track", assets.Mover, "/v1/assets/x-1/track", why, 200, []string{"demo 192.0.2.1 track view: asset x-1 done for 核查/2026-11-0001"}},
		{"track of a camera", assets.Camera, "/v1/assets/x-1/track", why, 400, nil},
		{"long purpose", assets.Camera, "/v1/assets/x-1?purpose=" + strings.Repeat("a", 121), nil, 400, nil},
		{"purpose of two lines", assets.Camera, "/v1/assets/x-1?purpose=a%0Ab", nil, 400, nil},
		{"purpose that is no text", assets.Camera, "/v1/assets/x-1?purpose=%FF", nil, 400, nil},
		{"incident with a blank", assets.Camera, "/v1/assets/x-1?incident=a%20b", nil, 400, nil},
	} {
		r := open()
		r.thing = ofKind(c.kind)
		w := ask(handler(r, nil), "GET", c.path, "", c.header...)
		if got := r.diary.told(); w.Code != c.status || !slices.Equal(got, c.want) {
			t.Errorf("%s: %d %s, recorded %q, want %d %q", c.name, w.Code, w.Body, got, c.status, c.want)
		}
	}
	r := open()
	r.thing = ofKind(assets.Mover)
	if w := ask(handler(r, nil), "GET", "/v1/assets/x-1/track", ""); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "purpose: none, want") {
		t.Errorf("a track without a purpose: %d %s", w.Code, w.Body)
	}
}

// Findings with their pictures are recorded, those without are not.
func TestPicturesAreRecorded(t *testing.T) {
	r := open()
	r.thing = ofKind(assets.Camera)
	r.found = []twin.Finding{{Hook: "h", ID: "1", Camera: "x-1", Class: "crowd", PhenomenonTime: 1, ReceivedTime: 1}}
	h := handler(r, nil)
	if w := ask(h, "GET", "/v1/findings?camera=x-1", ""); w.Code != http.StatusOK || r.diary.told() != nil {
		t.Errorf("without a picture: %d", w.Code)
	}
	r.found[0].Picture = "https://example/1.jpg"
	if w := ask(h, "GET", "/v1/findings?camera=x-1", ""); w.Code != http.StatusOK {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if got := r.diary.told(); !slices.Equal(got, []string{"demo 192.0.2.1 picture view: findings of asset x-1 done"}) {
		t.Errorf("recorded %q", got)
	}
}

// What is done is recorded before, and as failed if it does not come about.
func TestDeedsAreRecorded(t *testing.T) {
	r := open()
	r.thing = ofKind(assets.Sensor)
	h := handler(r, nil)
	for _, c := range []struct {
		method, path, body string
		want               []string
	}{
		{"POST", "/v1/devices/x-1/commands", `{"name":"reboot"}`, []string{"demo 192.0.2.1 device command: device x-1 done"}},
		{"POST", "/v1/devices/x-1/commands", `{`, nil},
		{"DELETE", "/v1/deadletters/3", "", []string{"demo 192.0.2.1 letter remove: letter 3 done"}},
		{"POST", "/v1/deadletters/3/replay", "", []string{"demo 192.0.2.1 letter replay: letter 3 done", "demo 192.0.2.1 letter replay: letter 3 failed"}},
	} {
		ask(h, c.method, c.path, c.body)
		if got := r.diary.told(); !slices.Equal(got, c.want) {
			t.Errorf("%s %s: recorded %q, want %q", c.method, c.path, got, c.want)
		}
	}
}

// What cannot be recorded is not done.
func TestWhatCannotBeRecordedIsNotDone(t *testing.T) {
	r := open()
	r.diary.full = assets.ErrBusy
	for _, c := range []struct {
		kind               assets.Kind
		method, path, body string
	}{
		{assets.Camera, "GET", "/v1/assets/x-1", ""},
		{assets.Mover, "GET", "/v1/assets/x-1/track?purpose=a", ""},
		{assets.Sensor, "POST", "/v1/devices/x-1/commands", `{"name":"reboot"}`},
		{assets.Sensor, "DELETE", "/v1/deadletters/3", ""},
		{assets.Sensor, "GET", "/v1/audit", ""},
		{assets.Sensor, "GET", "/v1/audit/export", ""},
	} {
		r.thing = ofKind(c.kind)
		w := ask(handler(r, nil), c.method, c.path, c.body)
		if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
			t.Errorf("%s %s: %d %s", c.method, c.path, w.Code, w.Body)
		}
	}
	if len(r.removed) > 0 {
		t.Errorf("letters %v were removed", r.removed)
	}
}

// stranger lets nobody in.
type stranger struct{}

func (stranger) Who(*http.Request) (access.Principal, error) {
	return access.Principal{}, access.ErrUnauthenticated
}

// Every refusal is recorded, with who was refused or what they claimed.
func TestRefusalsAreRecorded(t *testing.T) {
	r := open()
	d := deps(r, nil)
	d.Gate = stranger{}
	h := api.New(d)
	for _, c := range []struct {
		name, path string
		header     []string
		status     int
		want       string
	}{
		{"nobody", "/v1/layers", nil, 401, "nobody 192.0.2.1 request: GET /v1/layers refused"},
		{"who claims to be somebody", "/v1/layers", []string{"Authorization", "Basic d2wtMTpzZWNyZXQ="}, 401, "wl-1 192.0.2.1 request: GET /v1/layers refused"},
	} {
		w := ask(h, "GET", c.path, "", c.header...)
		if got := r.diary.told(); w.Code != c.status || !slices.Equal(got, []string{c.want}) {
			t.Errorf("%s: %d, recorded %q", c.name, w.Code, got)
		}
	}
	r.who = access.Principal{ID: "li", Session: "s1", Roles: []access.Role{access.Public}, Scope: access.GrantOf([]access.Role{access.Handler}, []string{access.Everywhere}).Compile(nil)}
	w := ask(handler(r, nil), "GET", "/v1/audit", "", "Suhe-Purpose", "curious")
	if e := r.diary.entries; w.Code != http.StatusForbidden || len(e) != 1 || e[0].Session != "s1" || !slices.Equal(e[0].Roles, []string{"public"}) || strings.Contains(fmt.Sprint(e), "secret") {
		t.Errorf("%d, recorded %+v", w.Code, e)
	}
	if got := r.diary.told(); got[0] != "li 192.0.2.1 request: GET /v1/audit refused for curious/" {
		t.Errorf("recorded %q", got)
	}
	if w := ask(handler(r, nil), "POST", "/v1/hooks/h", "{}"); w.Code != http.StatusUnauthorized || len(r.diary.told()) != 1 {
		t.Errorf("a hook without a signature: %d", w.Code)
	}
	if w := ask(handler(r, nil), "POST", "/v1/observations", "[]", "Sec-Fetch-Site", "cross-site"); w.Code != http.StatusForbidden || len(r.diary.told()) != 1 {
		t.Errorf("another origin: %d", w.Code)
	}
}

// full lets nobody in, and says why.
type full struct {
	api.Logins
	wait time.Duration
}

func (f full) Login(context.Context, account.Attempt) (account.Login, error) {
	return account.Login{}, f.refusal()
}

func (f full) ChangePassword(context.Context, account.Attempt, string) (account.Login, error) {
	return account.Login{}, f.refusal()
}

func (f full) EnrolOTP(context.Context, account.Attempt) (account.Enrolment, error) {
	return account.Enrolment{}, f.refusal()
}

func (f full) ConfirmOTP(context.Context, account.Attempt) (account.Login, error) {
	return account.Login{}, f.refusal()
}

func (f full) refusal() error {
	return &account.Refusal{Kind: access.ErrUnauthenticated, Wait: f.wait}
}

// An attempt to log in that was looked at is recorded by whoever looked; one at a
// locked account is recorded here, by whatever route it comes.
func TestLockedLoginsAreRecorded(t *testing.T) {
	for _, c := range []struct {
		wait time.Duration
		want []string
	}{{0, nil}, {time.Minute, []string{"nobody 192.0.2.1 login: locked refused"}}} {
		r := open()
		d := deps(r, nil)
		d.Logins = full{wait: c.wait}
		for _, path := range []string{"/v1/login", "/v1/password", "/v1/otp", "/v1/otp/confirm"} {
			w := ask(api.New(d), "POST", path, `{"username":"li","password":"x"}`)
			if got := r.diary.told(); w.Code != http.StatusUnauthorized || !slices.Equal(got, c.want) {
				t.Errorf("%s, wait %v: %d, recorded %q", path, c.wait, w.Code, got)
			}
		}
	}
}

// recordBook is a record of so many entries in a store.
func recordBook(t *testing.T, n int) *audit.Book {
	t.Helper()
	dir := t.TempDir()
	store, err := geopackage.Open(t.Context(), filepath.Join(dir, "suhe.gpkg"), geopackage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	key, err := audit.OpenKey(filepath.Join(dir, "audit.key"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if err := store.AppendAudit(t.Context(), audit.Entry{Who: "li", Action: audit.CameraView, What: fmt.Sprint("asset cam-", i), Outcome: audit.Done}); err != nil {
			t.Fatal(err)
		}
	}
	return &audit.Book{Store: store, Seals: audit.SealFile{Path: filepath.Join(dir, "audit.seal"), Key: key}}
}

// The administrator of the record reads it by page, verifies it and takes it away.
func TestAuditRoutes(t *testing.T) {
	r := open()
	d := deps(r, nil)
	book := recordBook(t, 9)
	d.Audit = book
	h := api.New(d)
	var page struct {
		Entries []audit.Entry
		Next    uint64
	}
	var seen []uint64
	for path := "/v1/audit?limit=4&who=li&action=camera+view"; path != ""; {
		w := ask(h, "GET", path, "")
		page.Entries, page.Next = nil, 0
		if err := json.Unmarshal(w.Body.Bytes(), &page); err != nil || w.Code != http.StatusOK {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		for _, e := range page.Entries {
			seen = append(seen, e.Seq)
		}
		path = ""
		if page.Next > 0 {
			path = fmt.Sprintf("/v1/audit?limit=4&who=li&action=camera+view&after=%d", page.Next)
		}
	}
	if !slices.Equal(seen, []uint64{10, 9, 8, 7, 6, 5, 4, 3, 2}) {
		t.Errorf("pages hold %v", seen)
	}
	for _, path := range []string{"/v1/audit?limit=0", "/v1/audit?after=x", "/v1/audit?from=yesterday", "/v1/audit/export?to=1"} {
		if w := ask(h, "GET", path, ""); w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	r.diary.told()

	w := ask(h, "POST", "/v1/audit/verify", "")
	var report audit.Report
	if err := json.Unmarshal(w.Body.Bytes(), &report); err != nil || !report.Sound || report.Entries != 10 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	w = ask(h, "GET", "/v1/audit/export", "")
	_, proof, err := audit.ReadExport(bytes.NewReader(w.Body.Bytes()), nil, book.Seals.Key.Public())
	if err != nil || proof.Entries != 10 || w.Header().Get("Content-Type") != "application/x-ndjson" {
		t.Errorf("%v %+v %v", err, proof, w.Header())
	}
	if got := r.diary.told(); !slices.Equal(got, []string{"demo 192.0.2.1 record verify: entries 1 to 10 done", "demo 192.0.2.1 record export: entries done"}) {
		t.Errorf("recorded %q", got)
	}
}
