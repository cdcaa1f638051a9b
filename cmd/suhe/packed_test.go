package main

import (
	"compress/gzip"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// takes asks as an operator who takes a coding of answers, and unpacks what comes.
func (h *house) takes(coding, method, path, body string, more ...string) (response *http.Response, text string) {
	h.t.Helper()
	r, err := http.NewRequest(method, h.server.URL+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	h.guest("operator").dress(r)
	r.Header.Set("Accept-Encoding", coding) // so that the client leaves it as it comes
	for i := 0; i+1 < len(more); i += 2 {
		r.Header.Set(more[i], more[i+1])
	}
	response, err = h.server.Client().Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer response.Body.Close()
	from := io.Reader(response.Body)
	if response.Header.Get("Content-Encoding") == "gzip" {
		if from, err = gzip.NewReader(from); err != nil {
			h.t.Fatalf("%s: %v", path, err)
		}
	}
	all, err := io.ReadAll(from)
	if err != nil {
		h.t.Fatalf("%s: %v", path, err)
	}
	return response, string(all)
}

// Answers go as gzip to who takes that, and say the same to who does not: lists, files,
// pages to browse, problems and descriptions. What is short goes as it is.
func TestAnswersArePacked(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	long := "/ogc/collections/sensors/items?filter=" + strings.Repeat("nothing%20and%20", 200) + "1"
	for _, c := range []struct {
		path, medium string
		status       int
		packed       bool
	}{
		{"/v1/classes", "application/json", 200, true},
		{"/v1/openapi.json", "application/vnd.oai.openapi+json;version=3.0", 200, true},
		{"/ogc/collections/cameras/items?limit=50", "application/geo+json", 200, true},
		{"/ogc/collections/sensors/items?f=csv", "text/csv", 200, true},
		{"/ogc/collections/sensors?f=html", "text/html; charset=utf-8", 200, true},
		{"/styles/creek-dark.json", "application/json", 200, true},
		{"/v1/assets/" + string(gauge), "application/json", 200, false},
		{"/v1/assets/none", "application/problem+json", 404, false},
		{"/sprites/creek.png", "image/png", 200, false},
		{long, "application/problem+json", 400, false},
	} {
		plain, said := h.takes("identity", http.MethodGet, c.path, "")
		for _, refused := range []string{"", "gzip;q=0", "br"} {
			if other, text := h.takes(refused, http.MethodGet, c.path, ""); other.Header.Get("Content-Encoding") != "" || len(text) != len(said) {
				t.Errorf("%s for %q: %s, %d bytes, want %d", c.path, refused, other.Header.Get("Content-Encoding"), len(text), len(said))
			}
		}
		packed, text := h.takes("br, gzip", http.MethodGet, c.path, "")
		if got := packed.Header.Get("Content-Encoding") == "gzip"; got != c.packed || plain.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s is packed: %v, want %v; else %q", c.path, got, c.packed, plain.Header.Get("Content-Encoding"))
		}
		if packed.StatusCode != c.status || plain.StatusCode != c.status || packed.Header.Get("Content-Type") != c.medium || plain.Header.Get("Content-Type") != c.medium {
			t.Errorf("%s: %s %q, plain %s %q, want %d %q", c.path, packed.Status, packed.Header.Get("Content-Type"), plain.Status, plain.Header.Get("Content-Type"), c.status, c.medium)
		}
		if packed.Header.Get("ETag") != plain.Header.Get("ETag") {
			t.Errorf("%s: ETag %s, plain %s", c.path, packed.Header.Get("ETag"), plain.Header.Get("ETag"))
		}
		if !slices.Contains(plain.Header.Values("Vary"), "Accept-Encoding") {
			t.Errorf("%s varies by %q", c.path, plain.Header.Values("Vary"))
		}
		if timeless(text) != timeless(said) {
			t.Errorf("%s says\n%.300s\nand plainly\n%.300s", c.path, text, said)
		}
	}
}

// timeless is an answer without what is other each time: when it was given, and its number.
func timeless(text string) string {
	for _, mark := range []string{`"timeStamp":"`, `"instance":"`} {
		if before, after, ok := strings.Cut(text, mark); ok {
			_, after, _ = strings.Cut(after, `"`)
			text = before + after
		}
	}
	return text
}

// An ETag is the same packed: by it one learns that nothing changed, and edits.
func TestConditionsHoldForPackedAnswers(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	const bank = "/ogc/collections/banks/items/bank-left"
	got, _ := h.takes("gzip", http.MethodGet, bank, "")
	tag := got.Header.Get("ETag")
	if got.Header.Get("Content-Encoding") != "gzip" || tag == "" {
		t.Fatalf("%s: %v", got.Status, got.Header)
	}
	if again, text := h.takes("gzip", http.MethodGet, bank, "", "If-None-Match", tag); again.StatusCode != http.StatusNotModified || text != "" || again.Header.Get("ETag") != tag {
		t.Errorf("If-None-Match: %s, %d bytes, ETag %s", again.Status, len(text), again.Header.Get("ETag"))
	}
	for _, want := range []int{http.StatusNoContent, http.StatusPreconditionFailed} {
		if edited, text := h.takes("gzip", http.MethodPatch, bank, `{"properties":{"name":"左岸"}}`, "If-Match", tag, "Content-Type", "application/merge-patch+json"); edited.StatusCode != want {
			t.Errorf("PATCH with %s: %s %s, want %d", tag, edited.Status, text, want)
		}
	}
}

// What does not end is told at once, to who takes gzip too.
func TestEventsAreNotPacked(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.server.URL+"/v1/events?layers=sensors&bbox=121,31,122,32", nil)
	if err != nil {
		t.Fatal(err)
	}
	h.guest("operator").dress(r)
	r.Header.Set("Accept-Encoding", "gzip")
	response, err := h.server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	first := make([]byte, 6)
	if _, err := io.ReadFull(response.Body, first); err != nil || response.Header.Get("Content-Encoding") != "" || !strings.Contains(string(first), ":") {
		t.Errorf("%q %v, %v", first, err, response.Header)
	}
}
