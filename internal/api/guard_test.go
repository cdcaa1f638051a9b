package api_test

import (
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"suhe/internal/access"
	"suhe/internal/api"
	"suhe/internal/door"
)

// guarded is a handler behind a door, and whether a stream was reached.
type guarded struct {
	*rooms
	streams int
}

func (g *guarded) Serve(http.ResponseWriter, *http.Request, access.Principal) error {
	g.streams++
	return nil
}

func behind(t *testing.T, origins, proxies []string) (http.Handler, *guarded) {
	t.Helper()
	g := &guarded{rooms: open()}
	d := deps(g.rooms, fstest.MapFS{"index.html": {Data: []byte("page")}})
	d.Live.Streams = g
	var err error
	if d.Door.Origins, err = door.ParseOrigins(origins); err != nil {
		t.Fatal(err)
	}
	if d.Door.Proxies, err = door.ParseProxies(proxies); err != nil {
		t.Fatal(err)
	}
	return api.New(d), g
}

// A page of another origin gets neither stream, events nor data, and changes
// nothing; it is refused before a stream's handler hears of it.
func TestForeignPagesAreRefused(t *testing.T) {
	h, g := behind(t, []string{"https://map.example"}, nil)
	for _, request := range []string{"GET /v1/stream", "GET /v1/events", "GET /v1/layers", "GET /tiles/sensors/1/1/1", "GET /", "DELETE /v1/assets/wl-1", "POST /v1/tickets", "OPTIONS /v1/layers"} {
		method, path, _ := strings.Cut(request, " ")
		for _, origin := range []string{"https://evil.example", "null", "http://example.com.evil.example", "https://map.example.evil.example"} {
			w := ask(h, method, path, "", "Origin", origin, "Upgrade", "websocket", "Connection", "Upgrade")
			if w.Code != http.StatusForbidden || w.Header().Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s from %s: %d, allowing %q", request, origin, w.Code, w.Header().Get("Access-Control-Allow-Origin"))
			}
		}
		if w := ask(h, method, path, "", "Sec-Fetch-Site", "cross-site"); w.Code == http.StatusForbidden != (method != "GET" && method != "OPTIONS") {
			t.Errorf("%s across sites without an origin: %d", request, w.Code)
		}
	}
	if g.streams != 1 {
		t.Errorf("the stream was reached %d times, want once: by a link", g.streams)
	}
	w := ask(h, "GET", "/v1/layers", "", "Origin", "https://map.example")
	if w.Code != 200 || w.Header().Get("Access-Control-Allow-Origin") != "https://map.example" || w.Header().Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("a listed page: %d, %v", w.Code, w.Header())
	}
}

func TestHeadersOfACarefulServer(t *testing.T) {
	h, _ := behind(t, nil, []string{"10.0.0.0/8"})
	for _, test := range []struct {
		name, peer, proto string
		tls, hsts         bool
	}{
		{"in plain", "192.0.2.1:1", "", false, false},
		{"by TLS", "192.0.2.1:1", "", true, true},
		{"by a proxy's TLS", "10.0.0.1:1", "https", false, true},
		{"by a stranger's word", "192.0.2.1:1", "https", false, false},
	} {
		for _, path := range []string{"/", "/v1/layers", "/nothing", "/v1/hooks/none"} {
			r := httptest.NewRequest("GET", path, nil)
			r.RemoteAddr = test.peer
			if test.tls {
				r.TLS = new(tls.ConnectionState)
			}
			if test.proto != "" {
				r.Header.Set("X-Forwarded-Proto", test.proto)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			for _, name := range []string{"Content-Security-Policy", "Permissions-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "X-Content-Type-Options", "Referrer-Policy"} {
				if w.Header().Get(name) == "" {
					t.Errorf("%s %s: no %s", test.name, path, name)
				}
			}
			if got := w.Header().Get("Strict-Transport-Security") != ""; got != test.hsts {
				t.Errorf("%s %s: HSTS %v", test.name, path, got)
			}
			if is := w.Header().Get("Content-Security-Policy"); !strings.HasPrefix(is, "default-src 'self';") || strings.Contains(is, "unsafe") || strings.Contains(is, "blob:") {
				t.Errorf("%s: %q", path, w.Header().Get("Content-Security-Policy"))
			}
		}
	}
}

// A body that is packed is refused before a byte of it is read, and so is one that
// is larger than the bound, however it says its length.
func TestBodiesThatAreTooMuch(t *testing.T) {
	h, _ := behind(t, nil, nil)
	var bomb bytes.Buffer
	packed := gzip.NewWriter(&bomb)
	packed.Write(make([]byte, 64<<20))
	packed.Close()
	for _, coding := range []string{"gzip", "deflate", "br", "zstd", "gzip, gzip"} {
		if w := ask(h, "PUT", "/v1/assets/wl-1", bomb.String(), "Content-Encoding", coding); w.Code != http.StatusUnsupportedMediaType {
			t.Errorf("a body in %s: %d", coding, w.Code)
		}
	}
	large := strings.Repeat(" ", 5<<20)
	if w := ask(h, "PUT", "/v1/assets/wl-1", large); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("5 MiB: %d", w.Code)
	}
	r := httptest.NewRequest("PUT", "/v1/assets/wl-1", strings.NewReader(large))
	r.ContentLength = -1
	w := httptest.NewRecorder()
	if h.ServeHTTP(w, r); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("5 MiB of unknown length: %d", w.Code)
	}
}

// No spelling of a path leads out of what a route serves.
func TestPathsLeadNowhereElse(t *testing.T) {
	h, _ := behind(t, nil, nil)
	server := httptest.NewServer(h)
	defer server.Close()
	for _, root := range []string{"/", "/static/", "/tiles/", "/styles/", "/sprites/", "/basemaps/", "/v1/hooks/", "/v1/ingest/", "/ogc/collections/"} {
		for _, way := range []string{"../../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd", "..%5c..%5cetc%5cpasswd",
			"....//....//etc/passwd", "%252e%252e%252fetc%252fpasswd", "/etc/passwd", "index.html%00.png", "..;/..;/etc/passwd", "%c0%ae%c0%ae/etc/passwd"} {
			r, err := http.NewRequest("GET", server.URL, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.URL.Opaque = root + way
			client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
			w, err := client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			var body bytes.Buffer
			body.ReadFrom(w.Body)
			w.Body.Close()
			if strings.Contains(body.String(), "root:") || w.StatusCode >= 500 {
				t.Errorf("GET %s%s: %d %.80s", root, way, w.StatusCode, body.String())
			}
		}
	}
}

// unknown says of nobody who they are.
type unknown struct{ asked int }

func (u *unknown) Who(*http.Request) (access.Principal, error) {
	u.asked++
	return access.Principal{}, access.ErrUnauthenticated
}

// An address that guesses is soon not listened to any more; others are.
func TestGuessersAreNotListenedTo(t *testing.T) {
	gate := new(unknown)
	d := deps(open(), fstest.MapFS{})
	d.Gate, d.Rate = gate, 5
	h := api.New(d)
	status := func(address string) int {
		r := httptest.NewRequest("GET", "/v1/layers", nil)
		r.RemoteAddr = address
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	codes := map[int]int{}
	for i := range 200 {
		codes[status(fmt.Sprintf("[2001:db8::%x]:1", i+1))]++
	}
	if codes[401] != gate.asked || codes[401] < 10 || codes[401] > 100 || codes[401]+codes[429] != 200 {
		t.Errorf("answers %v, the gate was asked %d times", codes, gate.asked)
	}
	if got := status("[2001:db8:0:1::1]:1"); got != 401 {
		t.Errorf("another network: %d", got)
	}
}
