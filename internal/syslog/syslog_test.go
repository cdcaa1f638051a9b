package syslog_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"suhe/internal/audit"
	"suhe/internal/syslog"
	"suhe/internal/testcert"
)

var at = time.Date(2026, 11, 1, 8, 0, 0, 123_000_000, time.FixedZone("", 8*3600))

// message is a message of RFC 5424 with our structured data.
var message = regexp.MustCompile(`^<(\d{1,3})>1 (\S+) (\S{1,255}) suhe (\d+) (\S{1,32}) \[meta sequenceId="(\d+)"\](?:\[origin software="suhe" swVersion="([^"\]\\]+)"\])? ([ -~]*)$`)

// told checks a message and returns its text and number.
func told(t *testing.T, m string, priority string) (text, number string) {
	t.Helper()
	parts := message.FindStringSubmatch(m)
	if parts == nil || parts[1] != priority || parts[2] != "2026-11-01T00:00:00.123Z" || parts[4] != fmt.Sprint(os.Getpid()) || parts[7] != "v1" {
		t.Fatalf("%q is no such message: %q", m, parts)
	}
	return parts[8], parts[6]
}

func tell(t *testing.T, w *syslog.Writer, event string) {
	t.Helper()
	if err := w.Tell(t.Context(), audit.Warning, at, "login", []byte(event)); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, target string, o syslog.Options) *syslog.Writer {
	t.Helper()
	o.Version = "v1"
	w, err := syslog.New(target, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

func TestUDP(t *testing.T) {
	listener, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	w := open(t, "udp://"+listener.LocalAddr().String(), syslog.Options{})
	for n, event := range []string{`{"who":"李"}`, `{"who":"😀"}`} {
		tell(t, w, event)
		b := make([]byte, 64<<10)
		if err := listener.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		size, _, err := listener.ReadFrom(b)
		if err != nil {
			t.Fatal(err)
		}
		text, number := told(t, string(b[:size]), "108") // log audit, warning
		var got, want any
		if json.Unmarshal([]byte(text), &got) != nil || json.Unmarshal([]byte(event), &want) != nil || fmt.Sprint(got) != fmt.Sprint(want) || number != fmt.Sprint(n+1) {
			t.Errorf("%s %s came as %s", number, event, text)
		}
	}
}

// frames reads messages framed by octet counting (RFC 6587) until the sender leaves.
func frames(c net.Conn, into chan<- string) {
	defer c.Close()
	r := bufio.NewReader(c)
	for {
		count, err := r.ReadString(' ')
		n, parseErr := strconv.Atoi(strings.TrimSpace(count))
		if err != nil || parseErr != nil {
			return
		}
		b := make([]byte, n)
		if _, err := io.ReadFull(r, b); err != nil {
			return
		}
		into <- string(b)
	}
}

func next(t *testing.T, from <-chan string) string {
	t.Helper()
	select {
	case m := <-from:
		return m
	case <-time.After(time.Minute):
		t.Fatal("nothing came within a minute")
		return ""
	}
}

// Over TCP and TLS messages are framed, and a collector that was away is found again.
func TestTCPAndTLS(t *testing.T) {
	cert, roots := testcert.New(t)
	for _, network := range []string{"tcp", "tls"} {
		t.Run(network, func(t *testing.T) {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			address := listener.Addr().String()
			o := syslog.Options{}
			wrap := func(l net.Listener) net.Listener { return l }
			if network == "tls" {
				o.TLS = &tls.Config{RootCAs: roots}
				wrap = func(l net.Listener) net.Listener {
					return tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{cert}})
				}
			}
			came := make(chan string, 100)
			accept := func(l net.Listener) (last net.Conn) {
				c, err := l.Accept()
				if err != nil {
					t.Error(err)
					return nil
				}
				go frames(c, came)
				return c
			}
			w := open(t, network+"://"+address, o)
			accepted := make(chan net.Conn, 1)
			l := wrap(listener)
			go func() { accepted <- accept(l) }()
			tell(t, w, `{"n":1}`)
			tell(t, w, `{"n":2}`)
			for n := range 2 {
				text, number := told(t, next(t, came), "108")
				if text != fmt.Sprintf(`{"n":%d}`, n+1) || number != fmt.Sprint(n+1) {
					t.Errorf("%s: %s", number, text)
				}
			}
			listener.Close()
			(<-accepted).Close()
			// The system may need a moment to tell that the collector is gone.
			for end := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
				if err := w.Tell(t.Context(), audit.Warning, at, "login", []byte(`{"n":3}`)); err != nil {
					break
				}
				if time.Now().After(end) {
					t.Fatal("a collector that is gone is told")
				}
			}
			if listener, err = net.Listen("tcp", address); err != nil {
				t.Fatal(err)
			}
			defer listener.Close()
			l = wrap(listener)
			go func() { accepted <- accept(l) }()
			tell(t, w, `{"n":4}`)
			if text, _ := told(t, next(t, came), "108"); text != `{"n":4}` {
				t.Errorf("after it came back: %s", text)
			}
			(<-accepted).Close()
		})
	}
}

func TestTLSWantsToKnowTheCollector(t *testing.T) {
	cert, _ := testcert.New(t)
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}})
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		if c, err := listener.Accept(); err == nil {
			_, _ = io.Copy(io.Discard, c)
			c.Close()
		}
	}()
	w := open(t, "tls://"+listener.Addr().String(), syslog.Options{TLS: &tls.Config{RootCAs: x509.NewCertPool()}})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := w.Tell(ctx, audit.Alert, at, "x", nil); err == nil {
		t.Error("a stranger was told")
	}
}

// A file that was moved away is begun anew.
func TestFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "security.jsonl")
	w := open(t, "json:"+file, syslog.Options{})
	tell(t, w, `{"who":"李"}`)
	tell(t, w, `{"n":2}`)
	if got, err := os.ReadFile(file); err != nil || string(got) != "{\"who\":\"李\"}\n{\"n\":2}\n" {
		t.Errorf("%q %v", got, err)
	}
	if err := os.Rename(file, file+".1"); err != nil {
		t.Fatal(err)
	}
	tell(t, w, `{"n":3}`)
	if got, err := os.ReadFile(file); err != nil || string(got) != "{\"n\":3}\n" {
		t.Errorf("%q %v", got, err)
	}
	if err := open(t, "json:"+t.TempDir(), syslog.Options{}).Tell(t.Context(), audit.Alert, at, "x", nil); err == nil {
		t.Error("a folder was written to")
	}
}

func TestTargets(t *testing.T) {
	for _, target := range []string{"", "host:514", "udp://host", "udp://host:0", "udp://host:99999", "http://host:80", "json:", "tcp://user@host:1", "tls://host:1/path", "udp://host:1?x", "%"} {
		if _, err := syslog.New(target, syslog.Options{}); err == nil {
			t.Errorf("%q is taken", target)
		}
	}
	for _, target := range []string{"udp://collector:514", "tcp://[2001:db8::1]:601", "tls://collector.example:6514", "json:/var/log/suhe.jsonl"} {
		if _, err := syslog.New(target, syslog.Options{}); err != nil {
			t.Error(err)
		}
	}
}

// What is hostile in a name cannot leave its field.
func TestHostileNames(t *testing.T) {
	listener, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	w := open(t, "udp://"+listener.LocalAddr().String(), syslog.Options{})
	if err := w.Tell(t.Context(), audit.Warning, at, "a b\n<1>\"]李"+strings.Repeat("x", 99), []byte("{\"a\":\"\u2028\"}")); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 64<<10)
	n, _, err := listener.ReadFrom(b)
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := told(t, string(b[:n]), "108"); text != `{"a":"\u2028"}` {
		t.Errorf("%s", text)
	}
}
