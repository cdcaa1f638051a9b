// Package syslog tells events to a collector: as syslog (RFC 5424) over UDP
// (RFC 5426), TCP (RFC 6587, octet counting) or TLS (RFC 5425), or as JSON lines
// in a file. The standard library's log/syslog writes the older form of RFC 3164,
// without structured data, and knows no TLS.
package syslog

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf16"

	"suhe/internal/audit"
)

// The bounds of a Writer.
const (
	dialTimeout  = 5 * time.Second
	writeTimeout = 5 * time.Second
	facility     = 13       // log audit
	maxText      = 16 << 10 // bytes of a message's text
	probe        = time.Millisecond
)

// Options are a Writer's settings; zero means the default.
type Options struct {
	Version string      // of the program
	TLS     *tls.Config // nil: the system's authorities
}

// Writer tells events. It connects when it has something to tell, and again when
// the connection broke. All methods may be called at once.
type Writer struct {
	network, address string // or a file
	version, host    string
	config           *tls.Config

	mu   sync.Mutex
	sent uint64
	conn net.Conn
}

var _ audit.Listener = (*Writer)(nil)

// New makes a writer to udp://HOST:PORT, tcp://HOST:PORT, tls://HOST:PORT or
// json:FILE. It does not connect yet.
func New(target string, o Options) (*Writer, error) {
	w := &Writer{version: o.Version, config: o.TLS}
	w.host, _ = os.Hostname()
	if file, ok := strings.CutPrefix(target, "json:"); ok && file != "" {
		w.network, w.address = "file", file
		return w, nil
	}
	u, err := url.Parse(target)
	if err != nil {
		return nil, fmt.Errorf("%q is no address: %w", target, err)
	}
	_, port, err := net.SplitHostPort(u.Host)
	n, portErr := strconv.ParseUint(port, 10, 16)
	if err != nil || portErr != nil || n == 0 || u.Path != "" || u.RawQuery != "" || u.User != nil || (u.Scheme != "udp" && u.Scheme != "tcp" && u.Scheme != "tls") {
		return nil, fmt.Errorf("%q, want udp://HOST:PORT, tcp://HOST:PORT, tls://HOST:PORT or json:FILE", target)
	}
	w.network, w.address = u.Scheme, u.Host
	return w, nil
}

// Tell implements audit.Listener. Over UDP nobody says whether it arrived.
func (w *Writer) Tell(ctx context.Context, s audit.Severity, at time.Time, id string, event []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.network == "file" {
		return w.append(event)
	}
	if w.conn == nil || w.gone() {
		if err := w.dial(ctx); err != nil {
			return fmt.Errorf("syslog: %w", err)
		}
	}
	w.sent++
	message := w.message(s, at, id, event)
	if w.network != "udp" {
		message = append(fmt.Appendf(nil, "%d ", len(message)), message...)
	}
	err := w.conn.SetWriteDeadline(time.Now().Add(writeTimeout))
	if err == nil {
		_, err = w.conn.Write(message)
	}
	if err != nil {
		err = errors.Join(err, w.conn.Close())
		w.conn = nil
		return fmt.Errorf("syslog: %w", err)
	}
	return nil
}

// gone says whether the collector closed the connection; it says nothing else. The
// first message to one that is gone would be lost.
func (w *Writer) gone() bool {
	if w.network == "udp" {
		return false
	}
	var network net.Error
	err := w.conn.SetReadDeadline(time.Now().Add(probe))
	if err == nil {
		_, err = w.conn.Read(make([]byte, 1))
	}
	if err == nil || errors.As(err, &network) && network.Timeout() {
		return false
	}
	_ = w.conn.Close() // it is broken
	w.conn = nil
	return true
}

func (w *Writer) dial(ctx context.Context) (err error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	var conn net.Conn
	if w.network == "tls" {
		conn, err = (&tls.Dialer{Config: w.config}).DialContext(ctx, "tcp", w.address)
	} else {
		conn, err = new(net.Dialer).DialContext(ctx, w.network, w.address)
	}
	if err == nil {
		w.conn = conn
	}
	return err
}

// message is the event as RFC 5424 words it; its text is ASCII.
func (w *Writer) message(s audit.Severity, at time.Time, id string, event []byte) []byte {
	b := fmt.Appendf(nil, "<%d>1 %s %s suhe %d %s [meta sequenceId=\"%d\"]", facility*8+int(s), at.UTC().Format("2006-01-02T15:04:05.000Z"),
		name(w.host, 255), os.Getpid(), name(id, 32), 1+(w.sent-1)%2147483647)
	if w.version != "" {
		b = fmt.Appendf(b, "[origin software=\"suhe\" swVersion=\"%s\"]", name(w.version, 32))
	}
	return append(append(b, ' '), ascii(event)...)
}

// name makes a name of a header: printable ASCII without spaces, or a dash.
func name(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' || r == '"' || r == '\\' || r == ']' {
			return -1
		}
		return r
	}, s)
	if s == "" {
		return "-"
	}
	return s[:min(len(s), most)]
}

// ascii writes JSON with all else escaped, so that no collector can mistake it, and
// cuts what is too long.
func ascii(event []byte) []byte {
	b := make([]byte, 0, len(event))
	for _, r := range string(event) {
		switch {
		case len(b) > maxText:
			return b
		case r < 0x80:
			b = append(b, byte(r))
		case r < 0x10000:
			b = fmt.Appendf(b, `\u%04x`, r)
		default:
			high, low := utf16.EncodeRune(r)
			b = fmt.Appendf(b, `\u%04x\u%04x`, high, low)
		}
	}
	return b
}

// append adds a line to the file, which may have been taken away since.
func (w *Writer) append(event []byte) error {
	f, err := os.OpenFile(w.address, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("syslog: %w", err)
	}
	_, err = f.Write(append(event, '\n'))
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("syslog: %w", err)
	}
	return nil
}

// Close ends the connection.
func (w *Writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.conn == nil {
		return nil
	}
	err := w.conn.Close()
	w.conn = nil
	return err
}
