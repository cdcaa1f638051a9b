package stream_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/stream"
)

// start runs a hub over the world behind a handler, until the test ends or stop is
// called.
func start(t testing.TB, w *world, o stream.Options, handler func(h *stream.Hub) http.HandlerFunc) (url string, stop func()) {
	t.Helper()
	o.World, o.Ground, o.Clusters, o.Log = w, ground(), w, slog.New(slog.DiscardHandler)
	if o.Tick == 0 {
		o.Tick = 5 * time.Millisecond
	}
	w.hub = stream.New(o)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); w.hub.Run(ctx) }()
	server := httptest.NewServer(handler(w.hub))
	stop = func() { cancel(); <-done }
	t.Cleanup(func() { stop(); server.Close() })
	return server.URL, stop
}

// sse serves server-sent events to everybody, and says what is wrong.
func sse(h *stream.Hub) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := h.ServeEvents(w, r, access.Principal{ID: "test", Scope: access.Open()})
		switch {
		case errors.Is(err, assets.ErrInvalid):
			http.Error(w, err.Error(), http.StatusBadRequest)
		case errors.Is(err, assets.ErrBusy):
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
		case err != nil:
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	}
}

// source is a client of server-sent events.
type source struct {
	t    testing.TB
	body io.ReadCloser
	in   *bufio.Reader
	id   string
}

const sensorsHere = "?layers=sensors&bbox=121.39,31.21,121.41,31.23"

func listen(t testing.TB, url, last string) *source {
	t.Helper()
	request, _ := http.NewRequest(http.MethodGet, url, nil)
	if last != "" {
		request.Header.Set("Last-Event-ID", last)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	if response.StatusCode != http.StatusOK || !strings.HasPrefix(response.Header.Get("Content-Type"), "text/event-stream") {
		b, _ := io.ReadAll(response.Body)
		t.Fatalf("%s %s", response.Status, b)
	}
	return &source{t: t, body: response.Body, in: bufio.NewReader(response.Body)}
}

// next reads an event.
func (s *source) next() (f frame) {
	s.t.Helper()
	for {
		text, err := s.in.ReadString('\n')
		if err != nil {
			s.t.Fatal(err)
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(text, "\n"), ": ")
		switch name {
		case "id":
			s.id = value
		case "data":
			f.raw = value
			if err := json.Unmarshal([]byte(value), &f); err != nil {
				s.t.Fatal(err)
			}
		case "":
			return f
		}
	}
}

func (s *source) until(kind string) frame {
	s.t.Helper()
	for {
		if f := s.next(); f.Type == kind {
			return f
		}
	}
}

func TestServerSentEvents(t *testing.T) {
	w := newWorld()
	url, stop := start(t, w, stream.Options{}, sse)
	w.put(1, here, 1)
	s := listen(t, url+sensorsHere, "")
	if f := s.next(); f.Type != "hello" {
		t.Fatalf("first came %s", f.raw)
	}
	if f := s.until("snapshot"); len(f.Objects) != 1 || s.id == "" {
		t.Errorf("got %s, id %q", f.raw, s.id)
	}
	w.put(1, here, 2)
	if f := s.until("delta"); f.Upsert[0].Values["water_level"] != 2 {
		t.Errorf("got %s", f.raw)
	}
	w.remove(1)
	for f := s.until("delta"); len(f.Remove) == 0; f = s.until("delta") {
	}
	go stop()
	if f := s.until("bye"); f.Code != 4010 || !f.Reconnect {
		t.Errorf("got %s", f.raw)
	}
	if _, err := s.in.ReadByte(); err != io.EOF {
		t.Errorf("after goodbye: %v", err)
	}
}

// Who comes back with the id of the last event gets every event since, whenever the
// line was lost.
func TestServerSentEventsAreResumed(t *testing.T) {
	w := newWorld()
	url, _ := start(t, w, stream.Options{}, sse)
	w.put(1, here, 0)
	s := listen(t, url+sensorsHere, "")
	s.until("snapshot")
	want := w.Position().Events + 1
	go func() {
		for i := range 60 {
			w.put(assets.FID(i+2), here, 0)
			time.Sleep(time.Millisecond)
		}
	}()
	last := want + 60
	for reads := 1; want < last; reads = reads%7 + 1 {
		for range reads {
			f := s.until("event")
			if f.Event.Seq > want {
				t.Fatalf("event %d, want %d", f.Event.Seq, want)
			}
			if f.Event.Seq == want {
				want++
			}
			if want == last {
				break
			}
		}
		s.body.Close()
		s = &source{t: t, id: s.id}
		again := listen(t, url+sensorsHere, s.id)
		again.id, s = s.id, again
	}
	if f := s.until("snapshot"); len(f.Objects) == 0 {
		t.Errorf("got %s", f.raw)
	}
}

// badQueries are refused before anything is told.
var badQueries = []struct{ query, last, want string }{
	{"", "", "layers: none"},
	{"?layers=sensors", "", "bbox: none"},
	{"?layers=cats&bbox=1,1,2,2", "", `"cats" is no layer`},
	{"?layers=sensors&bbox=1,1,2", "", "3 numbers"},
	{"?layers=sensors&bbox=1,1,2,x", "", `"x" is no number`},
	{"?layers=sensors&bbox=1,1,2,NaN", "", "north NaN"},
	{"?layers=sensors&bbox=1,1,2,2,3", "", "want at most 4"},
	{"?layers=sensors&bbox=1,1,2,2&bbox=1,1,2,2", "", "comes 2 times"},
	{"?layers=sensors&bbox=1,1,2,2&colour=red", "", "unknown parameter"},
	{"?layers=sensors&bbox=1,1,2,2&zooms=-1,3", "", "zooms: -1"},
	{"?layers=sensors&bbox=1,1,2,2&zooms=NaN,3", "", "zooms: NaN"},
	{"?layers=sensors&bbox=1,1,2,2&filter=((", "", "filter"},
	{"?layers=sensors&bbox=1,1,2,2&rate=0", "", "rate: 0"},
	{"?layers=sensors;bbox=1", "", "query"},
	{"?layers=%zz", "", "query"},
	{"?layers=" + strings.Repeat("sensors,", 65) + "&bbox=1,1,2,2", "", "layers: 66 names"},
	{sensorsHere, "yesterday", "Last-Event-ID"},
	{sensorsHere, "1-2", "Last-Event-ID"},
	{sensorsHere, "1-2-3-4", "Last-Event-ID"},
	{sensorsHere, "-1-2-3", "Last-Event-ID"},
	{sensorsHere, "99999999999999999999-2-3", "Last-Event-ID"},
}

func TestBadQueriesOfServerSentEvents(t *testing.T) {
	w := newWorld()
	url, _ := start(t, w, stream.Options{Sessions: 1}, sse)
	for _, test := range badQueries {
		t.Run(test.query+" "+test.last, func(t *testing.T) {
			request, _ := http.NewRequest(http.MethodGet, url+test.query, nil)
			request.Header.Set("Last-Event-ID", test.last)
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			b, _ := io.ReadAll(io.LimitReader(response.Body, 1<<10))
			if response.StatusCode != http.StatusBadRequest || !strings.Contains(string(b), test.want) {
				t.Errorf("%s: %s, want %q", response.Status, b, test.want)
			}
		})
	}
	http.DefaultClient.CloseIdleConnections()
	listen(t, url+sensorsHere, "").until("snapshot")
	response, err := http.Get(url + sensorsHere)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("one too many: %s", response.Status)
	}
	http.DefaultClient.CloseIdleConnections()
}

// FuzzQuery: no query and no id harms the hub.
func FuzzQuery(f *testing.F) {
	for _, q := range badQueries {
		f.Add(strings.TrimPrefix(q.query, "?"), q.last)
	}
	f.Add(sensorsHere[1:], "1-2-3")
	w := newWorld()
	start(f, w, stream.Options{}, sse)
	f.Fuzz(func(t *testing.T, query, last string) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil)
		r.URL.RawQuery = query
		r.Header.Set("Last-Event-ID", last)
		if err := w.hub.ServeEvents(httptest.NewRecorder(), r, access.Principal{Scope: access.Open()}); err != nil && !errors.Is(err, assets.ErrInvalid) {
			t.Error(err)
		}
	})
}

func socket(who access.Principal) func(h *stream.Hub) http.HandlerFunc {
	return func(h *stream.Hub) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { refuse(w, h.Serve(w, r, who)) }
	}
}

func TestWhoMayLook(t *testing.T) {
	admit := func(ticket, token string) (access.Principal, error) {
		if ticket == "good" || token == "good" {
			return access.Principal{ID: "guest", Scope: access.Open()}, nil
		}
		return access.Principal{}, fmt.Errorf("%w: no such ticket", access.ErrDenied)
	}
	tests := []struct {
		name     string
		messages []string
		code     int // of the end; 0: it looks
		reason   string
	}{
		{"with a ticket", []string{`{"type":"auth","ticket":"good"}`, subscribeHere}, 0, ""},
		{"with a token", []string{`{"type":"auth","token":"good"}`, subscribeHere}, 0, ""},
		{"without", []string{subscribeHere}, 4003, "say who you are"},
		{"present without", []string{`{"type":"present","name":"x"}`}, 4003, "say who you are"},
		{"follow without", []string{`{"type":"follow","session":"*"}`}, 4003, "say who you are"},
		{"with a bad ticket", []string{`{"type":"auth","ticket":"bad"}`}, 4003, "no such ticket"},
		{"with both", []string{`{"type":"auth","ticket":"good","token":"good"}`}, 4000, "auth"},
		{"with neither", []string{`{"type":"auth"}`}, 4000, "auth"},
		{"twice", []string{`{"type":"auth","ticket":"good"}`, `{"type":"auth","ticket":"good"}`}, 4000, "first message"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld()
			url, _ := start(t, w, stream.Options{Admit: admit}, socket(access.Principal{ID: "nobody"}))
			c := dial(t, "ws"+strings.TrimPrefix(url, "http"))
			for _, m := range test.messages {
				c.send("%s", m)
			}
			if test.code == 0 {
				c.until("snapshot")
				return
			}
			if f := c.until("bye"); f.Code != test.code || !strings.Contains(f.Reason, test.reason) {
				t.Errorf("got %s", f.raw)
			}
		})
	}
}

// narrow is a connection of which the kernel keeps little for its client.
func narrow(t *testing.T, url string) *client {
	t.Helper()
	dialer := websocket.Dialer{Subprotocols: []string{stream.Protocol}, NetDial: func(network, address string) (net.Conn, error) {
		conn, err := net.Dial(network, address)
		if err == nil {
			err = conn.(*net.TCPConn).SetReadBuffer(64 << 10)
		}
		return conn, err
	}}
	conn, _, err := dialer.Dial("ws"+strings.TrimPrefix(url, "http"), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &client{t: t, conn: conn, picture: map[assets.FID]float64{}}
}

// A client that reads nothing is told less often, and that it is; it costs less than
// a megabyte for two thousand objects that change all the time, in the end it gets
// the newest state, and nobody else notices.
func TestASlowReaderIsToldSo(t *testing.T) {
	d := readDocument(t)
	w := newWorld()
	url, _ := start(t, w, stream.Options{Tick: 50 * time.Millisecond}, socket(access.Principal{Scope: access.Open()}))
	const things = 2000
	value := 0.0
	for fid := range assets.FID(things) {
		w.put(fid+1, here, 0)
	}
	quick := dial(t, "ws"+strings.TrimPrefix(url, "http"))
	quick.send(subscribeHere)
	quick.until("snapshot")
	change := func(rounds int) {
		for range rounds {
			value++
			for fid := range assets.FID(things) {
				w.put(fid+1, here, value)
			}
			quick.shows(things, value)
			time.Sleep(100 * time.Millisecond) // so long at least; longer does no harm
		}
	}
	change(3)
	before := heap()
	slow := narrow(t, url)
	slow.send(subscribeHere)
	change(15)
	more := heap() - before
	for tries := 0; more > 1<<20 && tries < 100; tries++ { // what is on its way to others is not its
		change(1)
		more = heap() - before
	}
	if more > 1<<20 {
		t.Errorf("%d bytes more", more)
	}
	f := slow.until("slow")
	if err := d.check(f.raw); err != nil || f.Interval < 1000 {
		t.Errorf("%s: %v", f.raw, err)
	}
	slow.shows(things, value)
}

// shows reads until all of the first things have the value.
func (c *client) shows(things assets.FID, value float64) {
	c.t.Helper()
	for fid := assets.FID(1); fid <= things; {
		if c.picture[fid] == value {
			fid++
		} else {
			c.next()
		}
	}
	c.frames = nil
}

// A client that falls too far behind with events is closed, and told that it may
// come back.
func TestASlowReaderOfEventsIsClosed(t *testing.T) {
	w := newWorld()
	url, _ := start(t, w, stream.Options{}, socket(access.Principal{Scope: access.Open()}))
	w.put(1, here, 0)
	slow := narrow(t, url)
	slow.send(subscribeHere)
	slow.until("snapshot")
	quick := dial(t, "ws"+strings.TrimPrefix(url, "http"))
	quick.send(subscribeHere)
	quick.until("snapshot")
	for range 10 {
		for range 1500 { // fewer than may be behind
			w.put(1, there, 0)
			w.put(1, here, 0)
		}
		for last := w.Position().Events; quick.until("event").Event.Seq != last; {
		}
		quick.frames = nil
	}
	f := slow.until("bye")
	if f.Code != 4008 || !f.Reconnect {
		t.Errorf("got %s", f.raw)
	}
}
