package stream

import (
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/audit"
)

// The times of a connection. Pings leave room for their pong. A write that hangs
// as long as a client may be silent has lost its client.
const (
	handshakeWait = 10 * time.Second
	pongWait      = 40 * time.Second
	pingEvery     = pongWait * 9 / 10
	writeWait     = pongWait
	lastWait      = 2 * time.Second // for the last frame to be written and answered
)

// sendBuffer is what the kernel keeps for a client that does not read, in bytes:
// what is beyond waits with us, where the last value wins.
const sendBuffer = 256 << 10

func (h *Hub) newUpgrader() websocket.Upgrader {
	return websocket.Upgrader{
		HandshakeTimeout: handshakeWait,
		ReadBufferSize:   512,
		WriteBufferSize:  1024,
		WriteBufferPool:  new(sync.Pool),
		Subprotocols:     protocols,
		CheckOrigin:      h.o.Origin,
		// No compression: a deflate window for each of thousands of clients costs
		// more memory than they may have.
	}
}

// Serve upgrades the request; the session then lives on by itself until it ends.
// An error has not been answered yet; it wraps assets.ErrInvalid, assets.ErrBusy or
// access.ErrDenied.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	if !slices.ContainsFunc(websocket.Subprotocols(r), func(p string) bool { return slices.Contains(protocols, p) }) {
		return fmt.Errorf("%w: Sec-WebSocket-Protocol: want %s or %s", assets.ErrInvalid, ProtocolBinary, Protocol)
	}
	if err := h.admits(who); err != nil {
		return err
	}
	if !h.reserve() {
		return fmt.Errorf("%w: no more sessions", assets.ErrBusy)
	}
	ws, err := h.upgrade(w, r)
	if err != nil {
		h.forgo()
		return err
	}
	boundBuffer(ws.NetConn())
	s := newSession(h, who, formatOf(ws.Subprotocol()), rand.Text()[:12])
	s.origin = audit.From(r.Context())
	c := &conn{ws: ws, session: s, done: make(chan struct{})}
	s.wake, s.cut = c.wake, c.hurry
	h.enter(s)
	s.hello()
	if h.o.Admit != nil && !who.Scope.May(access.View) {
		time.AfterFunc(handshakeWait, s.unknown)
	}
	go c.read()
	return nil
}

// upgrade makes a WebSocket of the request, or says why not.
func (h *Hub) upgrade(w http.ResponseWriter, r *http.Request) (*websocket.Conn, error) {
	kind := errHijack
	upgrader := h.upgrader
	upgrader.Error = func(_ http.ResponseWriter, _ *http.Request, status int, _ error) {
		switch status {
		case http.StatusForbidden:
			kind = access.ErrDenied
		case http.StatusBadRequest, http.StatusMethodNotAllowed, http.StatusUpgradeRequired:
			kind = assets.ErrInvalid
			w.Header().Set("Sec-WebSocket-Version", "13") // RFC 6455, 4.4: the one that there is
		}
	}
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", kind, err)
	}
	return ws, nil
}

// errHijack says that the server cannot give a connection away.
var errHijack = errors.New("no WebSocket from this server")

// boundBuffer bounds what the kernel keeps, below TLS if there is any.
func boundBuffer(c net.Conn) {
	if sealed, ok := c.(*tls.Conn); ok {
		c = sealed.NetConn()
	}
	if tcp, ok := c.(interface{ SetWriteBuffer(int) error }); ok {
		_ = tcp.SetWriteBuffer(sendBuffer) // or what the kernel thinks best
	}
}

// conn carries a session over a WebSocket. A goroutine reads for as long as it
// lives; the hub's writers write when there is something to write: thousands of
// clients cost one small stack each.
type conn struct {
	ws      *websocket.Conn
	session *session
	pinged  time.Time // the writer's
	late    time.Time // likewise: the deadline of writes
	writer  atomic.Int32
	done    chan struct{} // closed when the writer that saw closed is gone
}

// What the writer does.
const (
	idle   int32 = iota // there is none
	busy                // it writes
	again               // it writes, and must look once more
	spent               // it wrote the last frame, or could not write
	closed              // the connection is gone
)

// wake sees to it that somebody writes what there is.
func (c *conn) wake() {
	for {
		switch c.writer.Load() {
		case idle:
			if c.writer.CompareAndSwap(idle, busy) {
				c.session.hub.writing.Add(1)
				c.session.hub.writers.add(c)
				return
			}
		case busy:
			if c.writer.CompareAndSwap(busy, again) {
				return
			}
		default:
			return
		}
	}
}

// hurry gives a write that is on its way the time of a last one.
func (c *conn) hurry() { _ = c.ws.NetConn().SetWriteDeadline(time.Now().Add(lastWait)) }

// write writes until there is nothing to write.
func (c *conn) write() {
	defer c.session.hub.writing.Add(-1)
	for {
		if !c.drain() {
			c.finish()
			return
		}
		if c.writer.CompareAndSwap(busy, idle) {
			return
		}
		if !c.writer.CompareAndSwap(again, busy) { // closed
			close(c.done)
			return
		}
	}
}

// finish ends the writing for good. The client has a moment to answer the close:
// without it what it has not read might be lost.
func (c *conn) finish() {
	_ = c.ws.NetConn().SetReadDeadline(time.Now().Add(lastWait))
	if c.writer.Swap(spent) == closed {
		close(c.done)
	}
}

// drain sends all that there is; false ends the session.
func (c *conn) drain() bool {
	for {
		frame, some := c.session.next()
		if !some {
			return c.ping()
		}
		if frame.last != nil {
			c.farewell(frame)
			return false
		}
		if !c.put(frame) {
			c.ws.Close()
			return false
		}
	}
}

// ping asks an idle client now and then whether it lives.
func (c *conn) ping() bool {
	now := time.Now()
	if now.Sub(c.pinged) < pingEvery {
		return true
	}
	c.pinged = now
	return c.ws.WriteControl(websocket.PingMessage, nil, now.Add(writeWait)) == nil
}

// put writes one frame within the time that a client has for it.
func (c *conn) put(frame outgoing) bool {
	s := c.session
	s.hub.metrics.bytes.Add(float64(len(frame.data)))
	now := time.Now()
	s.writes.Store(now.UnixMilli())
	defer s.writes.Store(0)
	c.allow(now)
	if frame.prepared != nil {
		return c.ws.WritePreparedMessage(frame.prepared) == nil
	}
	return c.ws.WriteMessage(s.format.message(), frame.data) == nil
}

// allow gives a write the time that a client has for it. To set a deadline costs
// more than to look at the last one, which may be a moment too near.
func (c *conn) allow(now time.Time) {
	switch {
	case c.session.ending():
		c.late = now.Add(lastWait)
	case c.late.Sub(now) < writeWait-time.Second:
		c.late = now.Add(writeWait)
	default:
		return
	}
	c.ws.SetWriteDeadline(c.late)
}

// farewell writes the last frame and the close code.
func (c *conn) farewell(frame outgoing) {
	late := time.Now().Add(lastWait)
	c.ws.SetWriteDeadline(late)
	if c.ws.WriteMessage(c.session.format.message(), frame.data) != nil {
		c.ws.Close()
		return
	}
	text := websocket.FormatCloseMessage(frame.last.code.Number, clip(frame.last.code.Name+": "+frame.last.reason))
	_ = c.ws.WriteControl(websocket.CloseMessage, text, late)
}

// ending says whether the session has a reason to end.
func (s *session) ending() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.end != nil
}

// read takes messages until the client is gone, then leaves.
func (c *conn) read() {
	c.ws.SetReadLimit(maxMessage)
	c.ws.SetReadDeadline(time.Now().Add(pongWait))
	c.ws.SetPongHandler(func(string) error {
		if c.writer.Load() == spent {
			return nil
		}
		return c.ws.SetReadDeadline(time.Now().Add(pongWait))
	})
	for {
		kind, message, err := c.ws.ReadMessage()
		if err != nil {
			break
		}
		c.session.handle(kind, message)
	}
	was := c.writer.Swap(closed)
	c.ws.Close()
	if was == busy || was == again {
		<-c.done
	}
	c.session.hub.leave(c.session)
}

// clip shortens a close reason to what the protocol allows (RFC 6455, 5.5).
func clip(s string) string {
	const most = 120
	if len(s) <= most {
		return s
	}
	s = s[:most]
	for len(s) > 0 && s[len(s)-1]&0xc0 == 0x80 {
		s = s[:len(s)-1]
	}
	return s[:max(0, len(s)-1)]
}
