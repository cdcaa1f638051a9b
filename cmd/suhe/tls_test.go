package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"suhe/internal/testcert"
)

// TLS carries all that plain HTTP does: pages by HTTP/2, events, and a WebSocket.
func TestServeByTLS(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	roots := testcert.Write(t, cert, key)
	s := serve(t, filepath.Join(dir, "data"), "--tls-cert", cert, "--tls-key", key)
	client := &http.Client{Transport: withToken{&http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}}}
	defer client.CloseIdleConnections()

	page, err := client.Get("https://" + s.http + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	page.Body.Close()
	if page.ProtoMajor != 2 || page.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("%s with %v, want HTTP/2 with HSTS", page.Proto, page.Header)
	}
	events, err := client.Get("https://" + s.http + "/v1/events?layers=sensors&bbox=121,31,122,32")
	if err != nil {
		t.Fatal(err)
	}
	defer events.Body.Close()
	if line, err := bufio.NewReader(events.Body).ReadString('\n'); err != nil || events.StatusCode != 200 || line == "" {
		t.Errorf("events: %d, %q, %v", events.StatusCode, line, err)
	}
	dial := func(roots *x509.CertPool, origin string) int {
		dialer := websocket.Dialer{TLSClientConfig: &tls.Config{RootCAs: roots}, Subprotocols: []string{"suhe.v1.json"}}
		header := s.header()
		header.Set("Origin", origin)
		conn, answer, _ := dialer.Dial("wss://"+s.http+"/v1/stream", header)
		if conn != nil {
			conn.Close()
		}
		if answer == nil {
			return 0
		}
		return answer.StatusCode
	}
	for origin, want := range map[string]int{"https://" + s.http: 101, "http://" + s.http: 403, "https://evil.example": 403} {
		if got := dial(roots, origin); got != want {
			t.Errorf("a WebSocket of %s: %d, want %d", origin, got, want)
		}
	}

	for path, want := range map[string]string{"/metrics": "go_goroutines", "/healthz": "ok", "/debug/pprof/": "heap", "/debug/pprof/heap?debug=1": "heap profile", "/v1/layers": "404"} {
		answer, err := http.Get("http://" + s.admin + path)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		if !strings.Contains(answer.Status+string(body), want) {
			t.Errorf("admin %s: %s, want %q", path, answer.Status, want)
		}
	}
	if answer, err := client.Get("https://" + s.http + "/debug/pprof/"); err != nil || answer.StatusCode != 404 {
		t.Errorf("profiles at the public door: %v, %v", answer, err)
	}
}
