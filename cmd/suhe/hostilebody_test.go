package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"suhe/internal/contract"
)

// hostileBodies are bodies that are no body of any operation.
var hostileBodies = []struct{ name, text string }{
	{"empty", ""},
	{"space", " \n"},
	{"null", "null"},
	{"a string", `"x"`},
	{"a number", "1"},
	{"an array", "[]"},
	{"an object", "{}"},
	{"an unclosed object", `{"a":`},
	{"two objects", "{}{}"},
	{"deep arrays", strings.Repeat("[", 200_000)},
	{"deep arrays, closed", strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)},
	{"deep objects", strings.Repeat(`{"a":`, 100_000) + "1" + strings.Repeat("}", 100_000)},
	{"no utf-8", "{\"name\":\"\xff\xfe\"}"},
	{"utf-16", "\xff\xfe{\x00}\x00"},
	{"utf-8 with a mark", "\xef\xbb\xbf{}"},
	{"gzip", "\x1f\x8b\x08\x00\x00\x00\x00\x00"},
	{"xml", `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>`},
	{"a form", "name=reboot&admin=true"},
	{"nul", "\x00\x00\x00"},
	{"one byte too many", strings.Repeat(" ", 4<<20) + "{}"},
	{"many bytes too many", `{"name":"` + strings.Repeat("a", 16<<20) + `"}`},
	{"many members", "{" + strings.Repeat(`"a":1,`, 150_000) + `"b":1}`},
}

// notTheirs are members that nobody sets who asks: what the registry, the clock or
// somebody else decides.
var notTheirs = map[string]any{
	"revision": 999, "rev": 999, "fid": 1, "changedBy": "root", "changedAt": "2001-01-01T00:00:00Z", "sensitivity": 0, "actions": []string{"admit"},
	"isAdmin": true, "demo": true, "by": "root", "state": "done", "__proto__": map[string]any{"admin": true}, "constructor": 1,
}

// Whatever a body is: the server refuses or understands it.
func TestHostileBodies(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	c, err := contract.Open()
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range c.Operations() {
		if o.Body == nil {
			continue
		}
		t.Run(o.ID, func(t *testing.T) {
			by, example := h.someone(t, &o), h.example(&o)
			send := func(name, kind string, body []byte) answered {
				call := example
				call.Body, call.Header = body, example.Header.Clone()
				call.Header.Set("Content-Type", kind)
				a := h.attack(t, c, call, by)
				if t.Failed() {
					t.Fatalf("the body was: %s", name)
				}
				return a
			}
			for _, hostile := range hostileBodies {
				send(hostile.name, "application/json", []byte(hostile.text))
			}
			for _, kind := range []string{"", "text/plain", "application/xml", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "application/json; charset=utf-16", "x\ty/;;"} {
				send(kind, kind, o.Body)
			}
			if !strings.Contains(o.BodyType, "json") {
				return
			}
			for name, body := range mutations(o.Body) {
				send(name, "application/json", body)
			}
		})
	}
}

// wrong are values that are put in place of each value of an example.
var wrong = []string{"null", "true", `""`, `"x"`, "-1", "0", "1e308", "1e999", "99999999999999999999", "[]", "{}", `[[[[]]]]`, `{"a":{"b":1}}`,
	`"` + strings.Repeat("a", 100_000) + `"`, `"\u0000"`, `"\ud800"`, `"' OR 1=1; --"`, `"../../etc/passwd"`, `"x\r\ny"`}

// mutations are the body with each value replaced by each wrong one, with each
// member twice or not at all, and with members that are not theirs.
func mutations(body []byte) map[string][]byte {
	out := map[string][]byte{}
	var whole any
	if err := json.Unmarshal(body, &whole); err != nil {
		panic(err)
	}
	replaced(whole, "", func(path string, with func(json.RawMessage) any) {
		for i, w := range wrong {
			out[fmt.Sprintf("%s = %.30s (%d)", path, w, i)] = encode(with(json.RawMessage(w)))
		}
	})
	if object, ok := whole.(map[string]any); ok {
		for _, name := range slices.Sorted(maps.Keys(object)) {
			less := maps.Clone(object)
			delete(less, name)
			out["without "+name] = encode(less)
			out[name+" twice"] = append(append(bytes.TrimSuffix(slices.Clone(body), []byte("}")), ','), fmt.Sprintf("%q:1}", name)...)
		}
		more := maps.Clone(object)
		maps.Copy(more, notTheirs)
		out["more"] = encode(more)
	}
	return out
}

// replaced calls found for every value below v with a function that makes the
// whole with another in its place.
func replaced(v any, path string, found func(path string, with func(json.RawMessage) any)) {
	found(path, func(w json.RawMessage) any { return w })
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			replaced(v[name], path+"/"+name, func(path string, with func(json.RawMessage) any) {
				found(path, func(w json.RawMessage) any {
					c := maps.Clone(v)
					c[name] = with(w)
					return c
				})
			})
		}
	case []any:
		for i := range v {
			replaced(v[i], fmt.Sprintf("%s/%d", path, i), func(path string, with func(json.RawMessage) any) {
				found(path, func(w json.RawMessage) any {
					c := slices.Clone(v)
					c[i] = with(w)
					return c
				})
			})
		}
	}
}

// encode writes a value that may hold text which is no JSON.
func encode(v any) []byte {
	switch v := v.(type) {
	case json.RawMessage:
		return v
	case map[string]any:
		var parts [][]byte
		for _, name := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, fmt.Appendf(nil, "%q:%s", name, encode(v[name])))
		}
		return fmt.Appendf(nil, "{%s}", bytes.Join(parts, []byte(",")))
	case []any:
		var parts [][]byte
		for _, item := range v {
			parts = append(parts, encode(item))
		}
		return fmt.Appendf(nil, "[%s]", bytes.Join(parts, []byte(",")))
	}
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}

// What the registry knows by itself cannot be set from outside.
func TestNobodySetsWhatIsNotTheirs(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	c, err := contract.Open()
	if err != nil {
		t.Fatal(err)
	}
	was := *h.world.ByID(gauge).Asset
	for _, o := range c.Operations() {
		if o.ID != "putAsset" {
			continue
		}
		by, call := h.someone(t, &o), h.example(&o)
		var body map[string]any
		_ = json.Unmarshal(o.Body, &body)
		maps.Copy(body, notTheirs)
		body["area"], body["chainage"], body["offset"], body["bank"] = elsewhere, 1, 1, "right"
		call.Body = encode(body)
		status, text := h.take(t, c, call, by)
		is := h.world.ByID(gauge).Asset
		if status != http.StatusOK || is.FID != was.FID || is.Revision.N != was.Revision.N+1 || is.Revision.By != by.who.ID ||
			is.Sensitivity != was.Sensitivity || is.Location.Area != was.Location.Area || is.Location.Place.Chainage != was.Location.Place.Chainage {
			t.Errorf("%d %s\n%+v\nwas %+v", status, text, is, was)
		}
	}
}

// Every address by every method: those of the contract are routes, all others 405
// with the methods that there are.
func TestMatrixOfMethods(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	c, err := contract.Open()
	if err != nil {
		t.Fatal(err)
	}
	all := []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PROPFIND", "PUT", "TRACE", "get"}
	seen := map[string]bool{}
	for _, o := range c.Operations() {
		address := h.server.URL + o.Example().Target()
		if seen[o.Path] {
			continue
		}
		seen[o.Path] = true
		answers := map[string]*http.Response{}
		var known []string
		for _, method := range all {
			r, err := http.NewRequest(method, address, nil)
			if err != nil {
				t.Fatal(err)
			}
			if _, ok := c.Find(r); ok {
				known = append(known, method)
			}
			response, err := h.server.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			answers[method] = response
		}
		for method, response := range answers {
			refused := response.StatusCode == http.StatusMethodNotAllowed
			switch allow := response.Header.Get("Allow"); {
			case refused == slices.Contains(known, method):
				t.Errorf("%s %s: %d, the contract has %v", method, o.Path, response.StatusCode, known)
			case refused && (allow != strings.Join(known, ", ") || response.Header.Get("Content-Type") != "application/problem+json"):
				t.Errorf("%s %s: Allow %q, want %v", method, o.Path, allow, known)
			}
		}
	}
}

// HEAD says what GET would: the status and headers, without a body.
func TestHEADIsGETWithoutABody(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	c, err := contract.Open()
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range c.Operations() {
		if o.Method != http.MethodGet || o.ID == "stream" || o.ID == "events" {
			continue
		}
		by, call := h.someone(t, &o), h.example(&o)
		ask := func(method string) *http.Response {
			r, err := call.Request(h.server.URL)
			if err != nil {
				t.Fatal(err)
			}
			r.Method = method
			r.Header.Set("Accept-Encoding", "identity") // Go's client asks otherwise with GET than with HEAD
			if by.dress != nil {
				by.dress(r)
			}
			response, err := h.server.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			if body, _ := io.ReadAll(response.Body); method == http.MethodHead && len(body) > 0 {
				t.Errorf("HEAD %s: a body of %d bytes", o.Path, len(body))
			}
			return response
		}
		get, head := ask(http.MethodGet), ask(http.MethodHead)
		if get.StatusCode != head.StatusCode || get.Header.Get("Content-Type") != head.Header.Get("Content-Type") || get.Header.Get("ETag") != head.Header.Get("ETag") {
			t.Errorf("%s: HEAD %d %v, GET %d %v", o.Path, head.StatusCode, head.Header, get.StatusCode, get.Header)
		}
	}
}
