package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"suhe/assets"
	"suhe/internal/audit"
	"suhe/twin/incident"
)

// visitor finds a guest by name.
func (h *house) visitor(name string) guest {
	h.t.Helper()
	for _, g := range h.guests() {
		if g.name == name {
			return g
		}
	}
	h.t.Fatalf("there is no guest %s", name)
	return guest{}
}

// asks makes a request in the name of a guest and reads the answer, which is JSON.
func (h *house) asks(by, method, path string, body any, headers ...string) (status int, answer map[string]any) {
	h.t.Helper()
	var send io.Reader
	kind := "application/json"
	switch body := body.(type) {
	case nil:
	case form:
		send, kind = bytes.NewReader(body.data), body.kind
	default:
		text, err := json.Marshal(body)
		if err != nil {
			h.t.Fatal(err)
		}
		send = bytes.NewReader(text)
	}
	r, err := http.NewRequest(method, h.server.URL+path, send)
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	h.visitor(by).dress(r)
	response, err := h.server.Client().Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && strings.Contains(response.Header.Get("Content-Type"), "json") {
		err = json.Unmarshal(text, &answer)
	}
	if err != nil {
		h.t.Fatalf("%s %s: %v", method, path, err)
	}
	return response.StatusCode, answer
}

// form is a body of multipart/form-data.
type form struct {
	data []byte
	kind string
}

// photoOf is a form with a photo of so many pixels.
func photoOf(t testing.TB, when string, size int) form {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	w.WriteField("when", when)
	f, err := w.CreateFormFile("file", "photo.jpg")
	if err == nil {
		err = jpeg.Encode(f, image.NewGray(image.Rect(0, 0, size, size)), nil)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return form{b.Bytes(), w.FormDataContentType()}
}

// TestIncidentsThroughTheDoor: a report becomes an incident and is led to its end, by
// who may do each step and nobody else; the map shows it as long as it is open; another
// 街镇 sees none of it.
func TestIncidentsThroughTheDoor(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	const title = "护栏松动"
	report := map[string]any{"channel": "hotline", "class": "facility.railing", "title": title, "text": "请回电 " + contactNumber,
		"place": [2]float64{121.4348, 31.2502}, "ref": "12345-1"}
	status, in := h.asks("dispatcher-here", "POST", "/v1/incidents", report)
	if status != http.StatusCreated || in["state"] != "discovered" {
		t.Fatalf("begun: %d %v", status, in)
	}
	id := in["id"].(string)
	path := "/v1/incidents/" + id
	if again, same := h.asks("dispatcher-here", "POST", "/v1/incidents", report); again != http.StatusOK || same["id"] != id {
		t.Errorf("told again: %d %v", again, same["id"])
	}
	if thing := h.world.ByID(assets.ID(id)); thing == nil || thing.Asset.Name != title {
		t.Errorf("the map shows %+v", thing)
	}

	step := func(want int, by, verb string, ask map[string]any, headers ...string) map[string]any {
		t.Helper()
		status, answer := h.asks(by, "POST", path+"/"+verb, ask, headers...)
		if status != want {
			t.Fatalf("%s by %s: %d %v, want %d", verb, by, status, answer["detail"], want)
		}
		return answer
	}
	reason := map[string]any{"reason": "why"}
	step(http.StatusForbidden, "handler-here", "file", reason)
	step(http.StatusNotFound, "operator-elsewhere", "file", reason)
	step(http.StatusPreconditionFailed, "dispatcher-here", "file", reason, "If-Match", `"7"`)
	step(http.StatusOK, "dispatcher-here", "file", reason, "If-Match", `"1"`)
	step(http.StatusConflict, "dispatcher-here", "file", reason)
	step(http.StatusBadRequest, "dispatcher-here", "dispatch", nil)
	step(http.StatusOK, "dispatcher-here", "dispatch", map[string]any{"unit": "市政养护", "person": "handler-here"})
	step(http.StatusForbidden, "patrol-here", "accept", nil)
	step(http.StatusOK, "handler-here", "accept", map[string]any{"place": [2]float64{121.4348, 31.2502}})
	if got := step(http.StatusOK, "handler-here", "handle", nil); fmt.Sprint(got["may"]) != "[suspend report extend comment]" && fmt.Sprint(got["may"]) != "[contact suspend report extend comment]" {
		t.Errorf("the handler may %v", got["may"])
	}
	step(http.StatusConflict, "handler-here", "report", nil)
	status, file := h.asks("handler-here", "POST", path+"/files", photoOf(t, "after", 64))
	if status != http.StatusCreated || file["type"] != "image/jpeg" || fmt.Sprint(file["notes"]) != "[undated unplaced]" {
		t.Fatalf("photo: %d %v", status, file)
	}
	step(http.StatusOK, "handler-here", "report", reason)
	step(http.StatusOK, "patrol-here", "check", nil)
	step(http.StatusOK, "patrol-here", "close", nil)
	eventually(t, "closed, it is off the map", func() bool { return h.world.ByID(assets.ID(id)) == nil })
	step(http.StatusOK, "dispatcher-here", "evaluate", map[string]any{"satisfaction": 5})

	photo := path + "/files/" + file["ref"].(string)
	if status, _ := h.asks("operator-elsewhere", "GET", photo, nil); status != http.StatusNotFound {
		t.Errorf("the photo elsewhere: %d", status)
	}
	if status, _ := h.asks("patrol-here", "GET", photo, nil); status != http.StatusOK {
		t.Errorf("the photo: %d", status)
	}
	if _, got := h.asks("dispatcher-here", "GET", path+"/contacts", nil); fmt.Sprint(got["contacts"]) != "["+contactNumber+"]" {
		t.Errorf("contacts %v", got)
	}
	if status, _ := h.asks("handler-here", "GET", path+"/contacts", nil); status != http.StatusForbidden {
		t.Errorf("contacts for a handler: %d", status)
	}
	for _, of := range []string{path, path + "/events", "/v1/incidents?open=all"} {
		_, got := h.asks("dispatcher-here", "GET", of, nil)
		if text := fmt.Sprint(got); strings.Contains(text, contactNumber) || strings.Contains(text, "sealed:") {
			t.Errorf("%s tells the number: %s", of, text)
		}
	}
	for by, want := range map[string]int{"dispatcher-here": 1, "operator-elsewhere": 0} {
		_, list := h.asks(by, "GET", "/v1/incidents?open=all&q="+id, nil)
		if got := list["incidents"].([]any); len(got) != want {
			t.Errorf("%s lists %v", by, got)
		}
		_, scores := h.asks(by, "GET", "/v1/evaluation?by=class", nil)
		if got := scores["scores"].([]any); len(got) != want {
			t.Errorf("%s scores %v", by, got)
		}
	}
	base, head, err := h.store.AuditHead(t.Context())
	if err != nil || head == base {
		t.Fatalf("the record: %v", err)
	}
	done := 0
	for e, err := range h.store.Audit(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Incident == id && strings.HasPrefix(string(e.Action), "incident ") && e.Outcome == audit.Done {
			done++
		}
	}
	if done != 10 {
		t.Errorf("the record has %d steps, want 10", done)
	}
}

// TestListsOfIncidents: pages, filters, what people see, and what a node knows that starts.
func TestListsOfIncidents(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	for i := range 25 {
		class, channel := "street.rubbish", incident.Grid
		if i%5 == 0 {
			class, channel = "facility.lamp", incident.Snap
		}
		_, _, err := h.incidents.Begin(context.Background(), incident.Clerk(), incident.Finding{Channel: channel, Class: class, Severity: 1 + i%4,
			Title: fmt.Sprint("第", i, "件"), Place: [2]float64{121.4348, 31.2502}})
		if err != nil {
			t.Fatal(err)
		}
	}
	pages := func(by, query string) (ids []string) {
		t.Helper()
		for path := "/v1/incidents?" + query; path != ""; {
			status, page := h.asks(by, "GET", path, nil)
			if status != http.StatusOK {
				t.Fatalf("%s: %d %v", path, status, page)
			}
			for _, row := range page["incidents"].([]any) {
				ids = append(ids, row.(map[string]any)["id"].(string))
			}
			path, _ = page["next"].(string)
		}
		return ids
	}
	for query, want := range map[string]int{"limit=7": 25, "limit=7&open=all": 25, "limit=7&open=false": 0, "class=facility.lamp": 5, "channel=snap&limit=2": 5,
		"severity=1": 7, "state=filed": 0, "state=discovered,filed": 25, "q=第7件": 1, "area=310107&limit=3": 25, "mine=true": 0, "colour=red": 0, "supervised=true": 0} {
		if got := pages("operator-here", query); len(got) != want {
			t.Errorf("%s: %d, want %d", query, len(got), want)
		}
		if got := pages("operator-elsewhere", query); len(got) != 0 {
			t.Errorf("%s elsewhere: %v", query, got)
		}
	}
	first := pages("operator-here", "limit=7")
	for i := 1; i < len(first); i++ {
		if first[i] >= first[i-1] {
			t.Fatalf("%s after %s", first[i], first[i-1])
		}
	}
	for _, query := range []string{"severity=9", "colour=blue", "open=perhaps", "limit=0", "after=x"} {
		if status, _ := h.asks("operator-here", "GET", "/v1/incidents?"+query, nil); status != http.StatusBadRequest {
			t.Errorf("%s: %d", query, status)
		}
	}

	// A node that starts has all that are open, and goes on with the numbers.
	if err := h.loadBoards(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := len(h.incidents.All()); got != 25 {
		t.Errorf("%d on the board", got)
	}
	next, _, err := h.incidents.Begin(context.Background(), incident.Clerk(), incident.Finding{Channel: incident.Grid, Class: "other", Place: [2]float64{121.4348, 31.2502}})
	if err != nil || string(next.ID) <= first[0] {
		t.Errorf("the next is %s, %v", next.ID, err)
	}
}

// TestIncidentsAsAFile: all that begin in a time, open or not, are a file for those who may
// export; nobody is told who reported them, and the record says who took them.
func TestIncidentsAsAFile(t *testing.T) {
	h := openHouse(t)
	begin := func(title string) string {
		t.Helper()
		status, in := h.asks("dispatcher-here", "POST", "/v1/incidents", map[string]any{"channel": "hotline", "class": "facility.railing", "title": title,
			"contact": contactNumber, "place": [2]float64{121.4348, 31.2502}})
		if status != http.StatusCreated {
			t.Fatalf("begun: %d %v", status, in)
		}
		return in["id"].(string)
	}
	open, over := begin("=护栏松动"), begin("井盖, \"缺失\"")
	if status, said := h.asks("operator-here", "POST", "/v1/incidents/"+over+"/cancel", map[string]any{"reason": "why"}); status != http.StatusOK {
		t.Fatalf("cancelled: %d %v", status, said)
	}
	lines := func(by, query string) []map[string]string {
		t.Helper()
		status, kind, text := h.file(by, "/v1/incidents?f=csv&"+query)
		if status != http.StatusOK || kind != "text/csv; charset=utf-8" || strings.Contains(text, contactNumber) {
			t.Fatalf("%s for %s: %d %s\n%s", query, by, status, kind, text)
		}
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		var out []map[string]string
		for _, row := range rows[1:] {
			line := map[string]string{}
			for i, cell := range row {
				line[rows[0][i]] = cell
			}
			out = append(out, line)
		}
		return out
	}
	all := lines("dispatcher-here", "open=all")
	if len(all) != 2 || all[0]["id"] != over || all[0]["title"] != "井盖, \"缺失\"" || all[0]["state"] != "cancelled" ||
		all[1]["id"] != open || all[1]["title"] != "'=护栏松动" || all[1]["class_name"] != "护栏破损" || all[1]["lon"] != "121.4348" || all[1]["closed"] != "" {
		t.Errorf("the file has %v", all)
	}
	begun, err := time.Parse(time.RFC3339, all[1]["begun"])
	if err != nil {
		t.Fatalf("begun %q: %v", all[1]["begun"], err)
	}
	at := func(d time.Duration) string { return url.QueryEscape(begun.Add(d).Format(time.RFC3339)) }
	for query, want := range map[string]int{"": 1, "open=false": 1, "open=all&q=" + open: 1,
		"open=all&from=" + at(-time.Minute) + "&to=" + at(time.Hour): 2, "open=all&from=" + at(time.Hour): 0, "open=all&to=" + at(-time.Minute): 0, "from=" + at(time.Hour): 0} {
		if got := lines("dispatcher-here", query); len(got) != want {
			t.Errorf("%s: %v, want %d", query, got, want)
		}
		if got := lines("operator-elsewhere", query); len(got) != 0 {
			t.Errorf("%s elsewhere: %v", query, got)
		}
	}
	// What is open is a layer, too, and is asked for by when it last changed.
	eventually(t, "the map shows one", func() bool { return h.world.ByID(assets.ID(open)) != nil && h.world.ByID(assets.ID(over)) == nil })
	span := func(filter string) string {
		return "filter=" + url.QueryEscape("T_INTERSECTS(updated, INTERVAL("+filter+"))")
	}
	instant := func(d time.Duration) string { return "'" + begun.Add(d).Format(time.RFC3339) + "'" }
	for query, want := range map[string]float64{"datetime=" + at(-time.Minute) + "/..": 1, "datetime=../" + at(-time.Minute): 0, "datetime=" + at(time.Hour) + "/..": 0,
		span(instant(-time.Minute) + ", '..'"): 1, span("'..', " + instant(-time.Minute)): 0} {
		status, page := h.asks("dispatcher-here", "GET", "/ogc/collections/incidents/items?"+query, nil)
		if status != http.StatusOK || page["numberMatched"] != want {
			t.Errorf("%s: %d %v, want %v", query, status, page["numberMatched"], want)
		}
	}
	if status, _, _ := h.file("handler-here", "/v1/incidents?f=csv"); status != http.StatusForbidden {
		t.Errorf("who may not export: %d", status)
	}
	for _, query := range []string{"f=shp", "f=csv&from=yesterday", "f=csv&encoding=latin1", "to=x"} {
		if status, _, _ := h.file("dispatcher-here", "/v1/incidents?"+query); status != http.StatusBadRequest {
			t.Errorf("%s: %d", query, status)
		}
	}
	h.evaluationAsAFile(t)
	eventually(t, "the record tells of every file", func() bool {
		recorded := 0
		for e, err := range h.store.Audit(t.Context(), 0) {
			if err != nil {
				t.Fatal(err)
			}
			if e.Action == audit.AssetExport && e.What == "incidents" && e.Outcome == audit.Done {
				recorded++
			}
		}
		return recorded == 15
	})
}

// file asks in the name of a guest for what is no JSON.
func (h *house) file(by, path string) (status int, kind, text string) {
	h.t.Helper()
	r, err := http.NewRequest(http.MethodGet, h.server.URL+path, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	h.visitor(by).dress(r)
	response, err := h.server.Client().Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		h.t.Fatalf("GET %s: %v", path, err)
	}
	return response.StatusCode, response.Header.Get("Content-Type"), string(body)
}

// evaluationAsAFile: the scores by class are a file for those who may export, with the
// figures that JSON has.
func (h *house) evaluationAsAFile(t *testing.T) {
	t.Helper()
	for encoding, want := range map[string]string{
		"utf-8": "\ufeffid,name,found,on_time,on_time_of,returned,returned_of,reworked,reworked_of,reopened,reopened_of,first_contact,first_contact_of,satisfied,satisfied_of\r\nfacility.railing,护栏破损,2,",
		"gbk":   "facility.railing,\xbb\xa4\xc0\xb8\xc6\xc6\xcb\xf0,2,",
	} {
		status, kind, text := h.file("dispatcher-here", "/v1/evaluation?by=class&f=csv&encoding="+encoding)
		if status != http.StatusOK || kind != "text/csv; charset="+encoding || !strings.Contains(text, want) || strings.Count(text, "\r\n") != 2 {
			t.Errorf("%s: %d %s\n%q", encoding, status, kind, text)
		}
	}
	_, scores := h.asks("dispatcher-here", "GET", "/v1/evaluation?by=class", nil)
	if all := scores["scores"].([]any); len(all) != 1 || all[0].(map[string]any)["found"] != 2.0 {
		t.Errorf("scores %v", scores)
	}
	if _, _, text := h.file("dispatcher-here", "/v1/evaluation?by=area&f=csv"); !strings.Contains(text, "310107015,") || strings.Contains(text, "310107015,310107015") {
		t.Errorf("an area goes by its name: %q", text)
	}
	if _, _, text := h.file("operator-elsewhere", "/v1/evaluation?by=class&f=csv"); strings.Contains(text, "facility") {
		t.Errorf("elsewhere: %q", text)
	}
	if status, _, _ := h.file("handler-here", "/v1/evaluation?by=class&f=csv"); status != http.StatusForbidden {
		t.Errorf("who may not export: %d", status)
	}
	for _, query := range []string{"f=shp", "f=csv&encoding=latin1"} {
		if status, _, _ := h.file("dispatcher-here", "/v1/evaluation?by=class&"+query); status != http.StatusBadRequest {
			t.Errorf("%s: %d", query, status)
		}
	}
}
