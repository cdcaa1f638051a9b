package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"suhe/internal/access"
	"suhe/internal/contract"
)

// hostileText is what an attacker puts where a value belongs.
var hostileText = []struct{ name, text string }{
	{"empty", ""},
	{"sql or", "' OR '1'='1"},
	{"sql drop", "1'; DROP TABLE assets; --"},
	{"sql union", "1) UNION SELECT table_name, 1 FROM information_schema.tables --"},
	{"sql sleep", "1' AND (SELECT 1 FROM pg_sleep(30)) IS NOT NULL --"},
	{"sql quote", `x"; ATTACH DATABASE '/x' AS y; --`},
	{"cql or", "severity < 5 OR 1=1"},
	{"cql like", "name LIKE '%' OR name LIKE '%%%%%%%%%%%%%%%%%%%%x'"},
	{"cql function", "pg_read_file('/etc/passwd') = 'x'"},
	{"cql unclosed", "name = 'x"},
	{"cql deep", strings.Repeat("(", 5_000) + "severity=1" + strings.Repeat(")", 5_000)},
	{"cql nots", strings.Repeat("NOT ", 2_000) + "severity=1"},
	{"traversal", "../../../../etc/passwd"},
	{"traversal encoded", "..%2f..%2f..%2fetc%2fpasswd"},
	{"traversal twice encoded", "%252e%252e%252fetc%252fpasswd"},
	{"traversal backslash", `..\..\..\windows\win.ini`},
	{"traversal dots", ".."},
	{"absolute", "/etc/passwd"},
	{"crlf", "x\r\nSet-Cookie: stolen=1\r\n\r\n<html>"},
	{"nul", "x\x00y"},
	{"bell", "\x07\x1b[31m"},
	{"no utf-8", "\xff\xfe\xc3\x28"},
	{"right to left", "\u202ekcab"},
	{"script", "<script>alert(1)</script>"},
	{"template", "${7*7}{{7*7}}#{7*7}"},
	{"lookup", "${jndi:ldap://127.0.0.1/x}"},
	{"format", "%s%n%x%d%!"},
	{"minus", "-1"},
	{"zero", "0"},
	{"huge", "99999999999999999999999999"},
	{"beyond int64", "9223372036854775808"},
	{"beyond float64", "1e999"},
	{"not a number", "NaN"},
	{"infinite", "-Infinity"},
	{"hexadecimal", "0x7fffffff"},
	{"null", "null"},
	{"array", "[1]"},
	{"object", `{"$gt":""}`},
	{"wildcards", "*"},
	{"commas", strings.Repeat(",", 10_000)},
	{"long", strings.Repeat("a", 100_000)},
	{"too long", strings.Repeat("a", 1_200_000)},
}

// mostOfAProblem bounds an answer that refuses, in bytes: it does not give back
// what it was sent.
const mostOfAProblem = 4 << 10

// Whatever stands in a parameter: the server refuses or understands it, in the
// words of the contract, tells nothing of its inside, and nothing is harmed.
func TestHostileParameters(t *testing.T) {
	t.Parallel()
	const houses = 3 // each for a part of the operations, that they can be attacked at once
	for number := range houses {
		t.Run(fmt.Sprint("house ", number), func(t *testing.T) {
			t.Parallel()
			hostileParameters(t, func(n int) bool { return n%houses == number })
		})
	}
}

// hostileParameters attacks those operations of the contract whose number is ours.
func hostileParameters(t *testing.T, ours func(n int) bool) {
	h := openHouse(t)
	c, err := contract.Open()
	if err != nil {
		t.Fatal(err)
	}
	before, created, removed := h.population(), 0, 0
	for n, o := range c.Operations() {
		if !ours(n) {
			continue
		}
		for _, p := range o.Parameters {
			t.Run(o.ID+" "+p.Name, func(t *testing.T) {
				by, example := h.someone(t, &o), h.example(&o)
				for _, hostile := range hostileText {
					a := h.attack(t, c, example.With(p, hostile.text), by)
					if a.status == http.StatusCreated && slices.Contains([]string{"putAsset", "ogcPutItem", "ogcAddItem", "restoreRevision"}, o.ID) {
						created++ // by a name that is good
					}
					if a.status == http.StatusNoContent && p.In == "path" && slices.Contains([]string{"removeAsset", "ogcRemoveItem"}, o.ID) {
						removed++ // of such a name
					}
					if a.status == http.StatusBadRequest && a.problem.Detail != "" && !names(a.problem.Detail, p.Name) {
						t.Errorf("%s: %s is not named: %q", hostile.name, p.Name, a.problem.Detail)
					}
				}
			})
		}
	}
	if after := h.population(); after != before+created-removed {
		t.Errorf("there were %d things, %d were made and %d removed, now there are %d", before, created, removed, after)
	}
}

// A parameter that comes twice, or that nobody knows, harms nothing.
func TestStrangeQueries(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	c, err := contract.Open()
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range c.Operations() {
		t.Run(o.ID, func(t *testing.T) {
			by := h.someone(t, &o)
			for _, more := range []string{"a=1&a=2", "limit=1&limit=2", "filter=a&filter=b", "%zz=1", ";", "a;b", "&&&=&=", "[]=1", "__proto__[x]=1", strings.Repeat("a=1&", 20_000)} {
				call := h.example(&o)
				call.RawQuery = more
				h.attack(t, c, call, by)
			}
		})
	}
}

// names says whether a problem's detail tells which parameter it is about.
func names(detail, parameter string) bool {
	detail = strings.ToLower(detail)
	return strings.Contains(detail, strings.ToLower(parameter)) || strings.HasPrefix(detail, "query: ") // of all of it
}

// answered is what came back.
type answered struct {
	status  int
	body    []byte
	problem struct{ Detail, Title string }
}

// attack makes a call and demands of the answer what every answer owes.
func (h *house) attack(t *testing.T, c *contract.Contract, call contract.Call, by guest) answered {
	t.Helper()
	r, err := call.Request(h.server.URL)
	if err != nil {
		return answered{} // Go's client does not send it
	}
	if by.dress != nil {
		by.dress(r)
	}
	if call.Operation.ID == "stream" {
		upgrade(r)
	}
	response, err := h.server.Client().Do(r)
	if err != nil {
		if strings.Contains(err.Error(), "invalid header") {
			return answered{}
		}
		t.Errorf("%.300s: %.300v", r.URL, err)
		return answered{}
	}
	defer response.Body.Close()
	a := answered{status: response.StatusCode}
	if endless := response.StatusCode < 300 && (call.Operation.ID == "stream" || call.Operation.ID == "events"); !endless {
		if a.body, err = io.ReadAll(response.Body); err != nil {
			t.Fatal(err)
		}
	}
	if to := response.Header.Get("Location"); a.status == http.StatusTemporaryRedirect && strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "//") {
		return a // no route was asked: the mux says what the address is when it is clean
	}
	h.judge(t, c, call.Operation, r, response, &a)
	if r.Method != http.MethodGet && a.status < 300 && call.Operation.Scoped {
		h.furnish()
	}
	return a
}

// judge demands of an answer that it keeps to the contract, is no failure of
// ours, tells nothing of the inside, and is short if it refuses.
func (h *house) judge(t *testing.T, c *contract.Contract, o *contract.Operation, r *http.Request, response *http.Response, a *answered) {
	t.Helper()
	what := fmt.Sprintf("%s %.120s: %d %.200s", r.Method, r.URL, a.status, a.body)
	if a.status == http.StatusRequestHeaderFieldsTooLarge {
		return // net/http's own, before any of ours
	}
	// What is asked for may be much: then time is the bound, and a machine that has much else to do comes to it.
	tooMuch := a.status == http.StatusServiceUnavailable && bytes.Contains(a.body, []byte(`"the answer took too long"`))
	if a.status >= 500 && a.status != http.StatusNotImplemented && !tooMuch {
		t.Errorf("%s: a failure of ours", what)
	}
	if a.status >= 400 {
		if len(a.body) > mostOfAProblem {
			t.Errorf("%s: %d bytes, want at most %d", what, len(a.body), mostOfAProblem)
		}
		if kind := response.Header.Get("Content-Type"); kind != "application/problem+json" && a.status != http.StatusNotImplemented {
			t.Errorf("%s: is %s", what, kind)
		} else {
			_ = json.Unmarshal(a.body, &a.problem)
		}
	}
	for _, inside := range []string{"goroutine ", "runtime error", ".go:", "/root/", "/tmp/", "sqlite", "SQLSTATE", "root:x:0"} {
		if a.status >= 400 && strings.Contains(string(a.body), inside) {
			t.Errorf("%s: tells of %q", what, inside)
		}
	}
	if response.Header.Get("Set-Cookie") != "" && !o.Sets(a.status, "Set-Cookie") {
		t.Errorf("%s: sets a cookie", what)
	}
	if a.body != nil {
		if err := c.Check(r, a.status, response.Header, a.body); err != nil {
			t.Errorf("%.300v", err)
		}
	}
}

// someone is the first guest who may take the operation.
func (h *house) someone(t *testing.T, o *contract.Operation) guest {
	t.Helper()
	call := o.Example()
	for _, by := range h.guests() {
		if h.expected(o, by.who, h.named(call, by.who)) == 0 {
			return by
		}
	}
	return guest{name: "nobody"}
}

// population is how many things the world holds.
func (h *house) population() (n int) {
	for _, count := range h.world.Counts(func(access.Facet) bool { return true }) {
		if count.Kind.Registered() { // alarms and incidents come of reports
			n += count.Total
		}
	}
	return n
}
