package stream_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/paulmach/orb"
	"go.uber.org/goleak"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/stream"
	"suhe/twin"
	"suhe/twin/filter"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is a plain map of things that tells the hub what happens.
type world struct {
	calm    stream.Calm
	hub     *stream.Hub
	tell    func(data []byte) error
	address string

	mu     sync.Mutex
	things map[assets.FID]*twin.Thing
	at     twin.Position
	batch  uint64
}

func newWorld() *world {
	return &world{things: map[assets.FID]*twin.Thing{}, at: twin.Position{Epoch: 1, Obs: 1, Events: 1}}
}

func (w *world) Within(dst []*twin.Thing, kind assets.Kind, b orb.Bound) []*twin.Thing {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, t := range w.things {
		if t.Asset.Kind == kind && t.Asset.Shape.Geometry.Plane.Bound().Intersects(b) {
			dst = append(dst, t)
		}
	}
	return dst
}

func (w *world) Look(dst []*twin.Thing, kinds []assets.Kind, b orb.Bound) ([]*twin.Thing, uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, t := range w.things {
		if slices.Contains(kinds, t.Asset.Kind) && t.Bound().Intersects(b) {
			dst = append(dst, t)
		}
	}
	return dst, w.batch
}

func (w *world) Shown() uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.batch
}

func (w *world) Position() twin.Position {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

// put sets a sensor at a place with a value; as an event if it is new or moved.
func (w *world) put(fid assets.FID, p orb.Point, value float64) { w.stretch(fid, p, p, value) }

// stretched is a sensor along a line, or at a point.
func stretched(fid assets.FID, p, q orb.Point) *twin.Thing {
	var g orb.Geometry = p
	if p != q {
		g = orb.LineString{p, q}
	}
	return &twin.Thing{Flat: geo.Flatten(g), Asset: &assets.Asset{FID: fid, ID: assets.ID(fmt.Sprint("s", fid)), Kind: assets.Sensor,
		Class: "sensor.x", Name: "水位计", Shape: assets.Shape{Geometry: geo.Solid{Plane: g}}}}
}

// stretch sets a sensor along the line from one place to another.
func (w *world) stretch(fid assets.FID, p, q orb.Point, value float64) {
	w.mu.Lock()
	was := w.things[fid]
	stands := was
	if was == nil || was.Anchor != p {
		stands = stretched(fid, p, q)
	}
	a := stands.Asset
	is := &twin.Thing{Asset: a, Flat: stands.Flat, Anchor: p, State: twin.State{Communication: twin.Online, Data: twin.Fresh, Service: twin.Normal},
		Last: []twin.Observation{{Asset: a.ID, Phenomenon: "water_level", Value: value, PhenomenonTime: 1795400000000}}}
	b := twin.Batch{Changes: []twin.Change{{Was: was, Is: is}}}
	if was == nil || was.Anchor != is.Anchor {
		w.at.Events++
		b.Events = []twin.Event{{Seq: w.at.Events, Time: time.Now(), Type: twin.AssetPut, FID: fid, ID: a.ID, Asset: a}}
	} else {
		w.at.Obs++
	}
	is.Changed = w.at
	w.batch++
	w.things[fid], b.At, b.Shown = is, w.at, w.batch
	w.mu.Unlock()
	w.hub.Took(b)
}

func (w *world) remove(fid assets.FID) {
	w.mu.Lock()
	was := w.things[fid]
	if was == nil {
		w.mu.Unlock()
		return
	}
	delete(w.things, fid)
	w.at.Events++
	w.batch++
	b := twin.Batch{At: w.at, Shown: w.batch, Changes: []twin.Change{{Was: was}},
		Events: []twin.Event{{Seq: w.at.Events, Time: time.Now(), Type: twin.AssetRemoved, FID: fid, ID: was.Asset.ID}}}
	w.mu.Unlock()
	w.hub.Took(b)
}

// picture is what a client shows of a box: value by fid.
func (w *world) picture(box orb.Bound) map[assets.FID]float64 {
	out := map[assets.FID]float64{}
	for _, t := range w.Within(nil, assets.Sensor, box) {
		out[t.Asset.FID] = t.Last[0].Value
	}
	return out
}

// painted are tiles of every kind at the zooms 10 to 17, and those of a layer
// that shows sensors a degree farther east.
func painted() []stream.Painted {
	ground := func(t *twin.Thing) geo.Box { return t.Flat.Box() }
	out := []stream.Painted{{Name: "shadows", Kind: assets.Sensor, First: 10, Last: 17, Ground: func(t *twin.Thing) geo.Box {
		p := t.Asset.Shape.Geometry.Plane.Bound().Center()
		return geo.BoxOf(orb.Point{p[0] + 1, p[1]}.Bound())
	}}}
	for _, kind := range assets.Kinds() {
		out = append(out, stream.Painted{Name: kind.Layer(), Kind: kind, First: 10, Last: 17, Ground: ground})
	}
	return out
}

// ground knows one area, the box, of inner use, and a river through it.
func ground() stream.Ground {
	river, err := geo.NewRiver(orb.LineString{{121.38, 31.22}, {121.42, 31.22}})
	if err != nil {
		panic(err)
	}
	return stream.Ground{
		River: river,
		Area: func(code string, scope access.Scope) (orb.Bound, bool) {
			return box, code == "310107001" && scope.KnowsArea(code, &assets.Asset{Kind: assets.Area, Sensitivity: assets.Internal, Location: assets.Location{Area: code}})
		},
	}
}

// Below lets all be counted at low zooms.
func (w *world) Below(assets.Kind) uint32 { return 10 }

// Clusters counts all that is in the box as one.
func (w *world) Clusters(kind assets.Kind, _ uint32, b geo.Box, scope access.Scope, f filter.Filter) []stream.Cluster {
	c := stream.Cluster{Cell: 1 << 52, Lon: here[0], Lat: here[1]}
	for _, t := range w.Within(nil, kind, everywhere) {
		if in := geo.BoxOf(t.Bound()); in.Max[0] >= b.Min[0] && in.Min[0] <= b.Max[0] && in.Max[1] >= b.Min[1] && in.Min[1] <= b.Max[1] && scope.Sees(t.Asset) && f.Passes(t) {
			c.Count, c.State = c.Count+1, t.Summary()
		}
	}
	if c.Count == 0 {
		return nil
	}
	return []stream.Cluster{c}
}

var everywhere = orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}

// serve runs a hub over the world for the test.
func serve(t testing.TB, w *world) (address string) {
	t.Helper()
	return serveTo(t, w, access.Principal{ID: "test", Scope: access.Open()})
}

// serveTo runs the hub for one who may see less.
func serveTo(t testing.TB, w *world, who access.Principal) (address string) {
	t.Helper()
	w.hub = stream.New(stream.Options{World: w, Painted: painted(), Calm: w.calm, Ground: ground(), Clusters: w, Tell: w.tell, Tick: 5 * time.Millisecond, Beat: 200 * time.Millisecond, Log: slog.New(slog.DiscardHandler)})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); w.hub.Run(ctx) }()
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		refuse(rw, w.hub.Serve(rw, r, who))
	}))
	t.Cleanup(func() { cancel(); <-done; server.Close() })
	w.address = server.URL
	return "ws" + strings.TrimPrefix(server.URL, "http")
}

// refuse answers what was not served, as the API would.
func refuse(w http.ResponseWriter, err error) {
	switch {
	case errors.Is(err, access.ErrDenied):
		w.WriteHeader(http.StatusForbidden)
	case errors.Is(err, assets.ErrInvalid):
		w.WriteHeader(http.StatusBadRequest)
	case err != nil:
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}

// client is a real WebSocket client that keeps a picture.
type client struct {
	t        testing.TB
	conn     *websocket.Conn
	frames   []frame // all that came
	picture  map[assets.FID]float64
	position twin.Position
	moves    int // deltas and snapshots that ended
}

// frame is any frame of the server.
type frame struct {
	Type      string
	ID        string
	Position  twin.Position
	Objects   []object
	Upsert    []object
	Remove    []assets.FID
	More      bool
	Changed   map[string][]tile
	All       []string
	Event     struct{ Seq uint64 }
	Reason    string
	Code      int
	Reconnect bool
	After     int64
	Layer     string
	Cells     []struct{ Count int }
	Here      []struct{ Session, Name string }
	Gone      []string
	Interval  int64
	Session   string
	raw       string
}

// tile is z, x, y.
type tile [3]uint32

type object struct {
	FID    assets.FID
	Values map[string]float64
	Lon    float64
	Time   string
}

func dial(t testing.TB, address string) *client {
	t.Helper()
	dialer := websocket.Dialer{Subprotocols: []string{stream.Protocol}}
	conn, _, err := dialer.Dial(address, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	c := &client{t: t, conn: conn, picture: map[assets.FID]float64{}}
	if f := c.next(); f.Type != "hello" {
		t.Fatalf("first came %s", f.raw)
	}
	return c
}

func (c *client) send(format string, args ...any) {
	c.t.Helper()
	if err := c.conn.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, format, args...)); err != nil {
		c.t.Fatal(err)
	}
}

// next reads a frame and takes it into the picture.
func (c *client) next() frame {
	c.t.Helper()
	c.conn.SetReadDeadline(time.Now().Add(2 * time.Minute))
	_, b, err := c.conn.ReadMessage()
	if err != nil {
		c.t.Fatalf("read: %v, after %d frames", err, len(c.frames))
	}
	var f frame
	if err := json.Unmarshal(b, &f); err != nil {
		c.t.Fatal(err)
	}
	f.raw = string(b)
	c.frames = append(c.frames, f)
	c.take(f)
	return f
}

func (c *client) take(f frame) {
	switch f.Type {
	case "resync":
		clear(c.picture)
	case "snapshot", "delta":
		for _, o := range append(f.Objects, f.Upsert...) {
			c.picture[o.FID] = o.Values["water_level"]
		}
		for _, fid := range f.Remove {
			delete(c.picture, fid)
		}
		c.position = f.Position
		c.moves++
	}
}

// until reads until a frame of the type.
func (c *client) until(kind string) frame {
	c.t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); {
		if f := c.next(); f.Type == kind {
			return f
		}
	}
	c.t.Fatalf("no %s came", kind)
	return frame{}
}

// reach reads until the picture is the wanted one.
func (c *client) reach(want map[assets.FID]float64) {
	c.t.Helper()
	end := time.Now().Add(10 * time.Second)
	for fmt.Sprint(c.picture) != fmt.Sprint(want) {
		if time.Now().After(end) {
			c.t.Fatalf("the picture is %v, want %v", c.picture, want)
		}
		c.next()
	}
}

func (c *client) held() string {
	fids := make([]assets.FID, 0, len(c.picture))
	for fid := range c.picture {
		fids = append(fids, fid)
	}
	b, _ := json.Marshal(fids)
	return string(b)
}
