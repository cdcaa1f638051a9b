package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"suhe/internal/audit"
	"suhe/twin"
)

// What is older than it is to be kept goes, and of personal data the record tells.
func TestOldTracksAreErasedAndTheRecordTells(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	now := time.Now()
	fix := func(age time.Duration) twin.KeptFix {
		at := now.Add(-age).UnixMilli()
		return twin.KeptFix{Fix: twin.Fix{Asset: patrol, PhenomenonTime: at, ReceivedTime: at, Lon: 121.44, Lat: 31.25}}
	}
	const day = 24 * time.Hour
	if err := h.store.SaveFixes(t.Context(), []twin.KeptFix{fix(31 * day), fix(30*day + time.Minute), fix(29 * day)}); err != nil {
		t.Fatal(err)
	}
	told := h.forget()
	if !strings.HasPrefix(told.What, "fixes of before ") || string(told.Detail) != `{"rows":2}` || told.Outcome != audit.Done {
		t.Errorf("the record tells %+v with %s", told, told.Detail)
	}
	left, err := h.store.Fixes(t.Context(), patrol, now.Add(-40*day), now.Add(-day), 10)
	if err != nil || len(left) != 1 || left[0].PhenomenonTime != now.Add(-29*day).UnixMilli() {
		t.Errorf("left %v, %v, want the youngest", left, err)
	}
}

// forget lets the node's forgetter sweep once more, and returns what the record tells of
// it first.
func (h *house) forget() (told audit.Entry) {
	h.t.Helper()
	ctx, stop := context.WithCancel(h.t.Context())
	done := make(chan error, 1)
	go func() { done <- h.forgetter.Run(ctx) }() // beside the node's own, which has swept already
	defer func() {
		stop()
		if err := <-done; err != nil {
			h.t.Error(err)
		}
	}()
	eventually(h.t, "the record tells", func() bool {
		page, err := h.store.AuditPage(h.t.Context(), audit.Query{Action: audit.HistoryErase, Limit: 10})
		if err != nil {
			h.t.Fatal(err)
		}
		if len(page) > 0 {
			told = page[0]
		}
		return len(page) > 0
	})
	return told
}

// What assets were longer ago than it is to be kept goes, also of those that are gone; what
// they are stays, and so does what they were since.
func TestOldRevisionsAreErased(t *testing.T) {
	t.Parallel()
	h := openHouse(t, "--revision-keep", "24h")
	does := func(method, path, body string, want int) string {
		t.Helper()
		status, _, text := h.changes("operator", method, "/v1/assets/"+path, body)
		if status != want {
			t.Fatalf("%s %s: %d %s, want %d", method, path, status, text, want)
		}
		return text
	}
	put := func(id, name string, want int) {
		t.Helper()
		does(http.MethodPut, id, fmt.Sprintf(`{"kind":"asset","class":"asset.lamp","name":%q,"lifecycle":"in_use","geometry":{"type":"Point","coordinates":[121.4348,31.2502]}}`, name), want)
	}
	put("lamp-1", "一", http.StatusCreated)
	put("lamp-1", "二", http.StatusOK)
	put("lamp-1", "三", http.StatusOK)
	put("gone-1", "去", http.StatusCreated)
	does(http.MethodDelete, "gone-1", "", http.StatusNoContent)
	if all := h.revisionsOf("operator", "/v1/assets/gone-1/revisions").Revisions; len(all) != 2 {
		t.Fatalf("of what is gone: %+v", all)
	}
	aged := h.ages("(id = 'lamp-1' AND revision = 1) OR id = 'gone-1'", 25*time.Hour)
	if told := h.forget(); !strings.HasPrefix(told.What, "revisions of before ") || string(told.Detail) != fmt.Sprintf(`{"rows":%d}`, aged) || aged != 3 {
		t.Errorf("the record tells %+v with %s, of %d", told, told.Detail, aged)
	}
	if text := does(http.MethodGet, "lamp-1", "", http.StatusOK); !strings.Contains(text, `"name":"三"`) {
		t.Errorf("it is %s", text)
	}
	if left := h.revisionsOf("operator", "/v1/assets/lamp-1/revisions").Revisions; len(left) != 2 || left[0].Revision != 3 || left[1].Revision != 2 {
		t.Errorf("left: %+v", left)
	}
	does(http.MethodGet, "lamp-1/revisions/1", "", http.StatusNotFound)
	does(http.MethodGet, "gone-1/revisions", "", http.StatusNotFound)
	does(http.MethodPost, "lamp-1/revisions/2/restore", "", http.StatusOK)
	if text := does(http.MethodGet, "lamp-1", "", http.StatusOK); !strings.Contains(text, `"name":"二"`) {
		t.Errorf("restored it is %s", text)
	}
}

// ages makes revisions older than they are, behind the node's back, and counts them.
func (h *house) ages(where string, by time.Duration) int64 {
	h.t.Helper()
	db, err := sql.Open("sqlite", "file:"+h.settings.place("suhe.gpkg")+"?_pragma=busy_timeout(60000)")
	if err != nil {
		h.t.Fatal(err)
	}
	defer db.Close()
	result, err := db.Exec("UPDATE revisions SET until_ms = until_ms - ? WHERE "+where, by.Milliseconds())
	if err != nil {
		h.t.Fatal(err)
	}
	n, err := result.RowsAffected()
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}

func TestKeepingIsBounded(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"--history-keep 0s":    "",
		"--history-keep 24h":   "",
		"--history-keep 23h":   "history-keep: 23h0m0s, want 24h0m0s or longer, or 0s",
		"--track-keep 0s":      "track-keep: 0s, want 24h0m0s or longer",
		"--finding-keep -1h":   "finding-keep: -1h0m0s, want 24h0m0s or longer",
		"--finding-keep 8760h": "",
		"--revision-keep 1h":   "revision-keep: 1h0m0s, want 24h0m0s or longer, or 0s",
	} {
		flag, value, _ := strings.Cut(text, " ")
		s := settingsOf(t, flag+"="+value)
		if got := strings.Join(s.remembering.check(), "; "); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
