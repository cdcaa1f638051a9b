package door_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"suhe/internal/door"
	"suhe/internal/testcert"
)

// hurried are times that a test can wait for.
var hurried = door.Times{Header: 100 * time.Millisecond, Body: 200 * time.Millisecond, Answer: 300 * time.Millisecond, Idle: 100 * time.Millisecond}

// listen serves h and returns its address.
func listen(t *testing.T, h http.Handler, times door.Times) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := door.NewServer(h, times, log.New(io.Discard, "", 0))
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	return l.Addr().String()
}

// Whoever dawdles is cut off: while sending a header (slowloris) or a body (slow
// POST), while reading an answer, and between requests.
func TestDawdlersAreCutOff(t *testing.T) {
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return
		}
		for r.URL.Path == "/much" {
			if _, err := w.Write(make([]byte, 1<<20)); err != nil {
				return
			}
		}
	})
	for name, begin := range map[string]string{
		"nothing":         "",
		"half a header":   "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ",
		"half a body":     "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf",
		"half a chunk":    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n40\r\nhalf",
		"a whole request": "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"reading nothing": "GET /much HTTP/1.1\r\nHost: a\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ended := make(chan struct{}, 1)
			address := listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				h(w, r)
				ended <- struct{}{}
			}), hurried)
			c, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			fmt.Fprint(c, begin)
			if name == "reading nothing" {
				select {
				case <-ended:
				case <-time.After(time.Minute):
					t.Fatal("the answer is still being written")
				}
			}
			c.SetReadDeadline(time.Now().Add(time.Minute))
			if _, err := io.Copy(io.Discard, c); errors.Is(err, os.ErrDeadlineExceeded) {
				t.Error("the connection is open still")
			}
		})
	}
}

func TestOversizeHeaders(t *testing.T) {
	address := listen(t, http.NotFoundHandler(), door.Patient())
	for name, header := range map[string]string{
		"one":  "X-Large: " + strings.Repeat("a", 2<<20) + "\r\n",
		"many": strings.Repeat("X-Small: a\r\n", 1<<17),
	} {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		go fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: a\r\n"+header+"\r\n")
		c.SetReadDeadline(time.Now().Add(time.Minute))
		answer, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil || answer.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("%s: %v, %v", name, answer, err)
		}
	}
}

func TestConnectionsOfOneAddress(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := door.Limit(inner, 2, func(netip.Addr) bool { return true })
	defer l.Close()
	accepted := make(chan net.Conn, 10)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			accepted <- c
		}
	}()
	dial := func() net.Conn {
		c, err := net.Dial("tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	dial()
	dial()
	first := <-accepted
	<-accepted
	third := dial()
	third.SetReadDeadline(time.Now().Add(time.Minute))
	if _, err := third.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the third connection: %v, want it closed", err)
	}
	first.Close()
	first.Close() // counts once
	dial()
	<-accepted
	fourth := dial()
	fourth.SetReadDeadline(time.Now().Add(time.Minute))
	if _, err := fourth.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("one more: %v, want it closed", err)
	}
}

// A certificate that is replaced is used without a restart, and one that is broken
// meanwhile takes the old one from nobody.
func TestCertificatesAreFollowed(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	roots := []*x509.CertPool{testcert.Write(t, cert, key)}
	var failures []error
	c, err := door.OpenCertificate(cert, key, func(err error) { failures = append(failures, err) })
	if err != nil {
		t.Fatal(err)
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", c.Config())
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go http.Serve(listener, http.NotFoundHandler())
	knows := func(roots *x509.CertPool) error {
		c, err := tls.Dial("tcp", listener.Addr().String(), &tls.Config{RootCAs: roots})
		if err == nil {
			c.Close()
		}
		return err
	}
	if err := knows(roots[0]); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(key, []byte("half a k"), 0o600); err != nil {
		t.Fatal(err)
	}
	until(t, "the broken pair is told of", func() bool { _ = knows(roots[0]); return len(failures) > 0 })
	if err := knows(roots[0]); err != nil {
		t.Errorf("with a broken key: %v", err)
	}
	roots = append(roots, testcert.Write(t, cert, key))
	until(t, "the new pair is used", func() bool { return knows(roots[1]) == nil })
	if err := knows(roots[0]); err == nil {
		t.Error("the old certificate is used still")
	}
	old, err := tls.Dial("tcp", listener.Addr().String(), &tls.Config{RootCAs: roots[1], MaxVersion: tls.VersionTLS11})
	if err == nil {
		old.Close()
		t.Error("TLS 1.1 is spoken")
	}
}

func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("not within a minute: " + what)
		}
	}
}

func TestLocal(t *testing.T) {
	h := door.Local(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for _, test := range []struct {
		host, origin string
		want         int
	}{
		{"127.0.0.1:8081", "", 200},
		{"localhost:8081", "", 200},
		{"[::1]:8081", "", 200},
		{"rebound.example:8081", "", 421},
		{"127.0.0.1:8081", "https://evil.example", 403},
	} {
		r := httptest.NewRequest("GET", "/metrics", nil)
		r.Host = test.host
		if test.origin != "" {
			r.Header.Set("Origin", test.origin)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != test.want {
			t.Errorf("%s from %q: %d, want %d", test.host, test.origin, w.Code, test.want)
		}
	}
}
