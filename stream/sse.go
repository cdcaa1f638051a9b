package stream

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/audit"
	"suhe/twin"
)

// idForm is how the id of an event says a position: epoch, obs, events.
const idForm = "%d-%d-%d"

// eventsView is the id of the one view of a stream of server-sent events.
const eventsView = "events"

// ServeEvents serves server-sent events until the client is gone: one view, which
// the query describes as a subscribe does, its frames as suhe.v1.json has them. It
// is for those who get no WebSocket through. An error has not been answered yet;
// it wraps assets.ErrInvalid, access.ErrDenied or assets.ErrBusy.
//
// The id of an event is a position. Who comes back with it as Last-Event-ID gets
// the events since then, none left out, and the objects as a new snapshot: the
// server cannot know what such a client still holds.
func (h *Hub) ServeEvents(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	a, err := askOf(r)
	if err != nil {
		return fmt.Errorf("%w: %w", assets.ErrInvalid, err)
	}
	if err := h.admits(who); err != nil {
		return err
	}
	if _, err := h.look(a, nil, who.Scope); err != nil {
		return fmt.Errorf("%w: %w", assets.ErrInvalid, err)
	}
	s := newSession(h, who, asJSON, rand.Text()[:12])
	s.origin = audit.From(r.Context())
	woken := make(chan struct{}, 1)
	s.wake = func() {
		select {
		case woken <- struct{}{}:
		default:
		}
	}
	c := events{http.NewResponseController(w), w, s, twin.Position{}}
	s.cut = func() { _ = c.control.SetWriteDeadline(time.Now().Add(lastWait)) }
	if !h.join(s) {
		return fmt.Errorf("%w: no more sessions", assets.ErrBusy)
	}
	defer h.leave(s)
	c.begin()
	s.hello()
	s.asking.Lock()
	s.subscribe(a)
	s.asking.Unlock()
	for c.drain() {
		select {
		case <-woken:
		case <-r.Context().Done():
			return nil
		}
	}
	return nil
}

// events carries a session over an HTTP answer that does not end.
type events struct {
	control *http.ResponseController
	out     http.ResponseWriter
	session *session
	at      twin.Position // of the last id
}

// begin answers the request. The server's deadlines are for requests that end.
func (c *events) begin() {
	_ = c.control.SetReadDeadline(time.Time{})
	_ = c.control.SetWriteDeadline(time.Now().Add(writeWait))
	header := c.out.Header()
	header.Set("Content-Type", "text/event-stream; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no") // for a proxy that would wait for more
	c.out.WriteHeader(http.StatusOK)
}

// drain sends all that there is; false ends the session.
func (c *events) drain() bool {
	for {
		frame, some := c.session.next()
		if !some {
			return c.control.Flush() == nil
		}
		if !c.put(frame) || frame.last != nil {
			_ = c.control.Flush()
			return false
		}
	}
}

// put writes one event. JSON has no line breaks of its own.
func (c *events) put(frame outgoing) bool {
	s := c.session
	s.hub.metrics.bytes.Add(float64(len(frame.data)))
	now := time.Now()
	s.writes.Store(now.UnixMilli())
	defer s.writes.Store(0)
	_ = c.control.SetWriteDeadline(now.Add(writeWait))
	id := ""
	if at := frame.at; at != (twin.Position{}) {
		c.at = twin.Position{Epoch: at.Epoch, Obs: max(c.at.Obs, at.Obs), Events: max(c.at.Events, at.Events)}
		id = fmt.Sprintf("id: "+idForm+"\n", c.at.Epoch, c.at.Obs, c.at.Events)
	}
	_, err := fmt.Fprintf(c.out, "%sdata: %s\n\n", id, frame.data)
	return err == nil
}

// askOf reads what a request wants to see.
func askOf(r *http.Request) (a ask, err error) {
	a = ask{Type: askSubscribe, ID: eventsView, afresh: true}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return a, fmt.Errorf("query: %w", err)
	}
	for name, values := range query {
		if len(values) > 1 {
			return a, fmt.Errorf("%.40s: comes %d times, want once", name, len(values))
		}
		if err := a.set(name, values[0]); err != nil {
			return a, err
		}
	}
	if text := r.Header.Get("Last-Event-ID"); text != "" {
		var p twin.Position
		if _, err := fmt.Sscanf(text, idForm, &p.Epoch, &p.Obs, &p.Events); err != nil || fmt.Sprintf(idForm, p.Epoch, p.Obs, p.Events) != text {
			return a, fmt.Errorf("Last-Event-ID: %.60q, want the id of an event of ours", text)
		}
		a.Position = &p
	}
	return a, a.check()
}

// set takes over one parameter of a query.
func (a *ask) set(name, value string) (err error) {
	switch name {
	case "layers":
		a.Layers = strings.Split(value, ",")
	case "tiles":
		a.Tiles = strings.Split(value, ",")
	case "fields":
		a.Fields = strings.Split(value, ",")
	case "area":
		a.Area = &value
	case "filter":
		a.Filter = &value
	case "datum":
		a.Datum = &value
	case "bbox":
		a.BBox, err = numbers(name, value)
	case "chainage":
		a.Chainage, err = numbers(name, value)
	case "zoom":
		a.Zoom, err = number(name, value)
	case "rate":
		a.Rate, err = number(name, value)
	case "zooms":
		var list []float64
		list, err = numbers(name, value)
		for _, z := range list {
			if !(z >= 0 && z <= 64) {
				return fmt.Errorf("zooms: %g, want a zoom", z)
			}
			a.Zooms = append(a.Zooms, uint32(z))
		}
	default:
		err = fmt.Errorf("query: unknown parameter %.40q, want %s", name, strings.Join(parameters, ", "))
	}
	return err
}

// parameters are those of a query, in order.
var parameters = []string{"layers", "bbox", "area", "chainage", "zoom", "filter", "fields", "datum", "rate", "tiles", "zooms"}

func numbers(name, text string) ([]float64, error) {
	parts := strings.Split(text, ",")
	if len(parts) > 4 {
		return nil, fmt.Errorf("%s: %d numbers, want at most 4", name, len(parts))
	}
	out := make([]float64, 0, len(parts))
	for _, part := range parts {
		v, err := number(name, part)
		if err != nil {
			return nil, err
		}
		out = append(out, *v)
	}
	return out, nil
}

func number(name, text string) (*float64, error) {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil, fmt.Errorf("%s: %.40q is no number", name, text)
	}
	return &v, nil
}
