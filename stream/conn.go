package stream

import (
	"math"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"suhe/internal/access"
)

// Protocol is the WebSocket subprotocol that a client must ask for.
const Protocol = "suhe.v1.json"

// The times of a connection. Pings leave room for their pong.
const (
	writeWait = 10 * time.Second
	pongWait  = 40 * time.Second
	pingEvery = pongWait * 9 / 10
)

func (h *Hub) newUpgrader() websocket.Upgrader {
	return websocket.Upgrader{
		HandshakeTimeout: writeWait,
		ReadBufferSize:   512,
		WriteBufferSize:  1024,
		WriteBufferPool:  new(sync.Pool),
		Subprotocols:     []string{Protocol},
		CheckOrigin:      h.originAllowed,
		// No compression: a deflate window for each of thousands of clients costs
		// more memory than they may have.
	}
}

// originAllowed lets in programs, pages of our own host and those that were named.
func (h *Hub) originAllowed(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || slices.Contains(h.o.Origins, origin) {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host == r.Host
}

// Serve upgrades the request and serves the session until it ends.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request, who access.Principal) {
	if !slices.Contains(websocket.Subprotocols(r), Protocol) {
		http.Error(w, "Sec-WebSocket-Protocol: want "+Protocol, http.StatusBadRequest)
		return
	}
	s := newSession(h, who)
	if !h.join(s) {
		w.Header().Set("Retry-After", "5")
		http.Error(w, "no more sessions", http.StatusServiceUnavailable)
		return
	}
	defer h.leave(s)
	conn, err := h.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	defer conn.Close()
	at := h.marked()
	s.send(helloFrame{"hello", at.Epoch, at, stamp(time.Now()), int(math.Ceil(h.o.Beat.Seconds()))})
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		s.read(conn)
	}()
	s.write(conn, gone)
	conn.Close()
	<-gone
}

// read takes messages until the client is gone.
func (s *session) read(conn *websocket.Conn) {
	conn.SetReadLimit(maxMessage)
	conn.SetReadDeadline(time.Now().Add(pongWait))
	conn.SetPongHandler(func(string) error { return conn.SetReadDeadline(time.Now().Add(pongWait)) })
	for {
		kind, message, err := conn.ReadMessage()
		if err != nil {
			return
		}
		if kind != websocket.TextMessage {
			s.bye(codeBadMessage, "a binary frame, want text")
			continue
		}
		s.handle(message)
	}
}

// write sends what there is until the session ends.
func (s *session) write(conn *websocket.Conn, gone <-chan struct{}) {
	ping := time.NewTicker(pingEvery)
	beat := time.NewTicker(s.hub.o.Beat)
	defer ping.Stop()
	defer beat.Stop()
	for {
		select {
		case <-gone:
			return
		case <-ping.C:
			if conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeWait)) != nil {
				return
			}
		case <-beat.C:
			if !s.put(conn, s.now()) {
				return
			}
		case <-s.wake:
			if !s.drain(conn) {
				return
			}
		}
	}
}

// drain sends all that there is; false ends the session.
func (s *session) drain(conn *websocket.Conn) bool {
	for {
		frame, bye := s.next()
		if frame == nil {
			return true
		}
		if !s.put(conn, frame) {
			return false
		}
		if bye != nil {
			text := websocket.FormatCloseMessage(bye.Code, clip(bye.Name+": "+bye.Reason))
			conn.WriteControl(websocket.CloseMessage, text, time.Now().Add(writeWait))
			return false
		}
	}
}

// put writes one frame within the time that a client has for it.
func (s *session) put(conn *websocket.Conn, frame []byte) bool {
	s.hub.metrics.bytes.Add(float64(len(frame)))
	conn.SetWriteDeadline(time.Now().Add(writeWait))
	return conn.WriteMessage(websocket.TextMessage, frame) == nil
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
