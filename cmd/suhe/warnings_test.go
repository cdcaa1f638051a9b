package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"suhe/internal/cap"
)

// capDocument is a warning for the middle of the creek, in force from now on.
func capDocument(kind, identifier, references string) string {
	now := time.Now().Format(time.RFC3339)
	return fmt.Sprintf(`<alert xmlns="%s"><identifier>%s</identifier><sender>weather</sender><sent>%s</sent><status>Actual</status><msgType>%s</msgType><scope>Public</scope>
<references>%s</references><info><language>zh-CN</language><category>Met</category><event>暴雨</event><urgency>Expected</urgency><severity>Severe</severity><certainty>Likely</certainty>
<headline>暴雨橙色预警</headline><area><areaDesc>普陀区</areaDesc><circle>31.2502,121.4348 2</circle></area></info></alert>`, cap.Namespace, identifier, now, kind, references)
}

// sends posts a document in the name of a guest.
func (h *house) sends(by, path, kind, body string) (status int, answer string) {
	h.t.Helper()
	r, err := http.NewRequest(http.MethodPost, h.server.URL+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	return h.answered(by, r)
}

// reads gets an address in the name of a guest.
func (h *house) reads(by, path string) (status int, answer string) {
	h.t.Helper()
	r, err := http.NewRequest(http.MethodGet, h.server.URL+path, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return h.answered(by, r)
}

func (h *house) answered(by string, r *http.Request) (status int, answer string) {
	h.t.Helper()
	h.visitor(by).dress(r)
	response, err := h.server.Client().Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer response.Body.Close()
	var text bytes.Buffer
	if _, err := io.Copy(&text, response.Body); err != nil {
		h.t.Fatal(err)
	}
	return response.StatusCode, text.String()
}

// A warning of the weather service is an alarm until it is cancelled; others read our
// alarms as it is read.
func TestWarningsByCAP(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	status, answer := h.sends("operator", "/v1/cap", cap.MediaType, capDocument("Alert", "R-1", ""))
	if status != http.StatusOK || !strings.Contains(answer, `"name":"cap-`) {
		t.Fatalf("%d %s", status, answer)
	}
	rain := func() string {
		for _, held := range h.alarms.Open() {
			if held.Is.Title == "暴雨橙色预警" {
				return string(held.Is.ID)
			}
		}
		return ""
	}
	eventually(t, "the alarm", func() bool { return rain() != "" })
	id := rain()
	if _, feed := h.reads("operator", "/v1/cap"); !strings.Contains(feed, "/v1/cap/"+id) {
		t.Errorf("the feed is %s", feed)
	}
	_, text := h.reads("operator", "/v1/cap/"+id)
	a, err := cap.Read([]byte(text))
	if err != nil || a.Info[0].Severity != cap.Severe || a.Info[0].Headline != "暴雨橙色预警" || a.Info[0].Area[0].Circle[0].Middle[0] != 121.4348 {
		t.Errorf("the alarm as a warning: %v, %s", err, text)
	}
	if status, _ := h.reads("handler-elsewhere", "/v1/cap/"+id); status != http.StatusNotFound && status != http.StatusForbidden {
		t.Errorf("somebody of elsewhere reads it: %d", status)
	}
	for name, refused := range map[string]string{"no place": strings.Replace(capDocument("Alert", "R-2", ""), "<circle>31.2502,121.4348 2</circle>", "", 1),
		"no warning": "<alert/>", "of another": capDocument("Cancel", "R-3", "police,R-1,2026-11-29T08:00:00+08:00")} {
		if status, answer := h.sends("operator", "/v1/cap", cap.MediaType, refused); status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, status, answer)
		}
	}
	if status, _ := h.sends("operator-here", "/v1/cap", cap.MediaType, capDocument("Alert", "R-4", "")); status != http.StatusForbidden {
		t.Errorf("who sees one street warns all: %d", status)
	}
	status, answer = h.sends("operator", "/v1/cap", cap.MediaType, capDocument("Cancel", "R-5", "weather,R-1,2026-11-29T08:00:00+08:00"))
	if status != http.StatusOK || strings.Contains(answer, `"name"`) || !strings.Contains(answer, `"withdrawn":["cap-`) {
		t.Errorf("cancelled: %d %s", status, answer)
	}
	eventually(t, "its end", func() bool { return rain() == "" })
}

// A report by the form of Open311 is an incident, which is read as it is written there.
func TestReportsByOpen311(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	form := "service_code=flood.ponding&lat=31.2502&long=121.4348&description=%E6%B0%B4%E6%B7%B1&phone=" + contactNumber
	status, answer := h.sends("patrol", "/open311/v2/requests.json", "application/x-www-form-urlencoded", form)
	if status != http.StatusCreated {
		t.Fatalf("%d %s", status, answer)
	}
	id, _, _ := strings.Cut(strings.TrimPrefix(answer, `[{"service_request_id":"`), `"`)
	for _, path := range []string{"/open311/v2/requests.json", "/open311/v2/requests.xml?status=open&service_code=flood.ponding", "/open311/v2/requests/" + id + ".json", "/open311/v2/requests.json?service_request_id=" + id} {
		if status, text := h.reads("operator", path); status != http.StatusOK || !strings.Contains(text, id) || !strings.Contains(text, "水深") || strings.Contains(text, contactNumber) {
			t.Errorf("%s: %d %s", path, status, text)
		}
		if _, text := h.reads("operator-elsewhere", path); strings.Contains(text, id+`"`) || strings.Contains(text, "水深") {
			t.Errorf("%s: somebody of elsewhere reads %s", path, text)
		}
	}
	if _, text := h.reads("operator", "/open311/v2/requests.json?status=closed"); strings.Contains(text, id) {
		t.Errorf("among those that are closed: %s", text)
	}
	if status, text := h.sends("patrol", "/open311/v2/requests.json", "application/json", "{}"); status != http.StatusBadRequest {
		t.Errorf("no form: %d %s", status, text)
	}
}
