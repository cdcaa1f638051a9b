package api_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/docs"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/internal/api"
	"suhe/internal/audit"
	"suhe/internal/contract"
	"suhe/internal/ogc"
	"suhe/stream/command"
	"suhe/stream/ingest"
	"suhe/stream/ingest/deadletter"
	"suhe/tiles"
	"suhe/twin"
)

// rooms stand in for all rooms below; what they do is in their fields.
type rooms struct {
	who     access.Principal
	thing   *twin.Thing
	edit    func(assets.Edit) (*assets.Asset, assets.Verdict, error)
	place   func(*assets.Asset) *assets.Asset
	tile    func() error
	fixes   []twin.Fix
	asked   [2]time.Time // of history
	found   []twin.Finding
	queries []twin.FindingQuery
	hooks   *access.Hooks
	batch   func(hook string, body []byte) (ingest.Report, error)
	waited  twin.Position

	removed []uint64
	from    ingest.Sender // of the last batch
	diary   diary
}

// diary takes audit entries as they come, or says why not.
type diary struct {
	entries []audit.Entry
	full    error
}

func (d *diary) Record(_ context.Context, entries ...audit.Entry) error {
	if d.full == nil {
		d.entries = append(d.entries, entries...)
	}
	return d.full
}

func (d *diary) Viewed(ctx context.Context, e audit.Entry) error { return d.Record(ctx, e) }

func (d *diary) Refuse(e audit.Entry) { d.entries = append(d.entries, e) }

func (r *rooms) Who(*http.Request) (access.Principal, error) { return r.who, nil }

func (r *rooms) ByID(id assets.ID) *twin.Thing {
	if r.thing != nil && r.thing.Asset.ID == id {
		return r.thing
	}
	return nil
}

func (r *rooms) Each(kind assets.Kind, yield func(*twin.Thing) bool) {
	if r.thing != nil && r.thing.Asset.Kind == kind {
		yield(r.thing)
	}
}

func (r *rooms) Counts(func(access.Facet) bool) []twin.Count {
	return []twin.Count{{Kind: assets.Sensor, Total: 1, Classes: map[string]int{"sensor.water_level": 1}, States: map[string]int{"normal": 1}}}
}

func (r *rooms) Wait(_ context.Context, p twin.Position) error { r.waited = p; return nil }

func (r *rooms) Place(a *assets.Asset) *assets.Asset {
	if r.place != nil {
		return r.place(a)
	}
	return a
}

func (r *rooms) Area(code string) (id assets.ID, box orb.Bound, known bool) {
	return "area-1", orb.Bound{Min: orb.Point{121.4, 31.2}, Max: orb.Point{121.5, 31.3}}, code == "310107"
}

func (r *rooms) Opened(a *assets.Asset) *assets.Asset { return a }

func (r *rooms) Flush(context.Context) (uint64, error) { return 7, nil }

func (r *rooms) Edit(_ context.Context, _, _ string, e assets.Edit) (*assets.Asset, assets.Verdict, error) {
	return r.edit(e)
}

func (r *rooms) Series(context.Context, assets.ID, string, time.Time, time.Time, int) ([]twin.Sample, error) {
	return []twin.Sample{{Time: 1000, Value: 3.12}}, nil
}

func (r *rooms) Fixes(_ context.Context, _ assets.ID, from, to time.Time, _ int) ([]twin.Fix, error) {
	r.asked = [2]time.Time{from, to}
	return r.fixes, nil
}

func (r *rooms) Findings(_ context.Context, q twin.FindingQuery) ([]twin.Finding, error) {
	r.queries = append(r.queries, q)
	left := r.found[1+slices.IndexFunc(r.found, func(f twin.Finding) bool { return f.Key() == q.After }):]
	return left[:min(q.Limit, len(left))], nil
}

func (r *rooms) Take(ctx context.Context, name, signature string, body []byte, now time.Time, take func() error) error {
	return r.hooks.Take(ctx, name, signature, body, now, take)
}

func (r *rooms) Batch(_ context.Context, hook string, body []byte) (ingest.Report, error) {
	return r.batch(hook, body)
}

func (r *rooms) ServePositions(w http.ResponseWriter, _ *http.Request, from ingest.Sender) error {
	r.from = from
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprint(w, `{"accepted":7,"refused":0,"results":[]}`)
	return nil
}

func (r *rooms) ServeTile(w http.ResponseWriter, _ *http.Request, _ access.Principal, a tiles.Address) error {
	if err := r.tile(); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/vnd.mapbox-vector-tile")
	w.Header().Set("ETag", `"1"`)
	fmt.Fprint(w, "tile ", a.Layers, " ", a.Z, " ", a.X, " ", a.Y)
	return nil
}

func (r *rooms) ServeArchive(http.ResponseWriter, *http.Request, access.Principal, string) error {
	return fmt.Errorf("archive: %w", assets.ErrNotFound)
}

func (r *rooms) ServeTileJSON(w http.ResponseWriter, _ *http.Request, _ access.Principal, layer, base string) error {
	writeTileJSON(w, layer+" "+base)
	return nil
}

// writeTileJSON writes the least document that the contract allows.
func writeTileJSON(w http.ResponseWriter, name string) {
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"tilejson":"3.0.0","name":%q,"tiles":["x"],"minzoom":0,"maxzoom":1,"bounds":[0,0,1,1]}`, name)
}

func (r *rooms) ServeMetadata(w http.ResponseWriter, _ *http.Request, _ access.Principal, layers, base string) error {
	writeTileJSON(w, "metadata of "+layers+" "+base)
	return nil
}

func (r *rooms) ServeStyle(http.ResponseWriter, *http.Request, string, string, string) error {
	return nil
}

func (r *rooms) Layers(access.Scope) []tiles.LayerInfo {
	return []tiles.LayerInfo{{ID: "water"}, {ID: "sensors"}}
}

func (r *rooms) ServeSprite(w http.ResponseWriter, _ *http.Request, name string) error {
	w.Header().Set("Content-Type", "image/png")
	fmt.Fprint(w, "sprite ", name)
	return nil
}

func (r *rooms) Serve(http.ResponseWriter, *http.Request, access.Principal) error { return nil }

func (r *rooms) ServeEvents(w http.ResponseWriter, _ *http.Request, who access.Principal) error {
	w.Header().Set("Content-Type", "text/event-stream")
	fmt.Fprint(w, "events for ", who.ID)
	return nil
}

func (r *rooms) ServeObservations(_ http.ResponseWriter, _ *http.Request, _ ingest.Sender) error {
	return fmt.Errorf("take: %w: no broker: %w", assets.ErrBusy, errors.New("dial secret:4222"))
}

func (r *rooms) Speaks(gateway, device assets.ID) bool { return gateway == "gw-1" && device == "wl-2" }

func (r *rooms) ServeMapped(_ http.ResponseWriter, _ *http.Request, _ ingest.Sender, mapping string) error {
	return fmt.Errorf("mapping %s: %w", mapping, assets.ErrNotFound)
}

func (r *rooms) Replay(_ context.Context, l deadletter.Letter) (ingest.Report, error) {
	if l.Cut() {
		return ingest.Report{}, fmt.Errorf("%w: cut", assets.ErrInvalid)
	}
	return ingest.Report{Accepted: 1, Refused: int(l.Seq) % 2, Results: []ingest.Refusal{}}, nil
}

// List, Get and Remove are of three dead letters: one still bad, one good, one cut.
func (r *rooms) List(_ context.Context, f deadletter.Filter, after uint64, limit int) ([]deadletter.Letter, error) {
	all := []deadletter.Letter{{Seq: 1, Reason: "malformed", Device: "wl-1", Payload: []byte("\xff"), Size: 1},
		{Seq: 2, Payload: []byte("text"), Size: 4}, {Seq: 3, Payload: []byte("te"), Size: 4}}
	return all[min(int(after), 3):min(int(after)+limit, 3)], f.Check()
}

func (r *rooms) Get(ctx context.Context, seq uint64) (deadletter.Letter, error) {
	all, _ := r.List(ctx, deadletter.Filter{}, 0, 3)
	if seq > 3 {
		return deadletter.Letter{}, assets.ErrNotFound
	}
	return all[seq-1], nil
}

func (r *rooms) Remove(_ context.Context, seq uint64) error {
	r.removed = append(r.removed, seq)
	return nil
}

// orders stand in for commands.
type orders struct{}

func (orders) Catalogue() *command.Catalogue {
	c, err := command.DefaultCatalogue(assets.DefaultClasses())
	if err != nil {
		panic(err)
	}
	return c
}

func (orders) Send(_ context.Context, by string, device *assets.Asset, w command.Wish) (command.Command, error) {
	return command.Command{ID: "c", Device: device.ID, Name: w.Name, Arguments: json.RawMessage("{}"), By: by, State: command.Sent}, nil
}

func (orders) Get(_ context.Context, device assets.ID, id string) (command.Command, error) {
	return command.Command{ID: id, Device: device, Arguments: json.RawMessage("{}"), State: command.Sent}, nil
}

func (o orders) Wait(ctx context.Context, device assets.ID, id string, wait time.Duration) (command.Command, error) {
	c, err := o.Get(ctx, device, id)
	c.Detail = fmt.Sprint("waited ", wait)
	return c, err
}

func (orders) TakeAck(_ context.Context, device assets.ID, _ []byte) error {
	if device == "wl-9" {
		return assets.ErrNotFound
	}
	return nil
}

func (orders) List(_ context.Context, _ assets.ID, after uint64, _ int) ([]command.Command, uint64, error) {
	return []command.Command{}, after + 1, nil
}

func sensor() *twin.Thing {
	return &twin.Thing{
		Asset: &assets.Asset{ID: "wl-1", FID: 1, Kind: assets.Sensor, Class: "sensor.water_level", Lifecycle: assets.InUse,
			Shape:    assets.Shape{Geometry: geo.Solid{Plane: orb.Point{121.44, 31.25}}},
			Revision: assets.Revision{N: 3},
			Sensor:   &assets.SensorSpec{Measures: []assets.Measure{{Phenomenon: "water_level", Unit: "m", Normal: [2]float64{1, 2}}}}},
		State: twin.State{Communication: twin.Online, Data: twin.Fresh, Service: twin.Normal},
		Last:  []twin.Observation{{Phenomenon: "water_level", Value: 3.12, PhenomenonTime: 1795392000000}},
	}
}

func open() *rooms {
	return &rooms{who: access.Principal{ID: "demo", Scope: access.Open()}, thing: sensor(), tile: func() error { return nil }}
}

func handler(r *rooms, pages fs.FS) http.Handler { return api.New(deps(r, pages)) }

func deps(r *rooms, pages fs.FS) api.Deps {
	return api.Deps{Live: api.Views{World: r, History: r, Tiles: r, Streams: r}, Registry: r, Relay: r, Classes: assets.DefaultClasses(), Basemaps: r,
		Intake: r, Doors: r, Places: r, Findings: r, Hooks: r, DeadLetters: r, Commands: orders{}, Gate: r, Tickets: new(access.Tickets), Recorder: &r.diary, Log: slog.New(slog.DiscardHandler),
		Site: api.Site{Dataset: ogc.Dataset{Layers: r.Layers(access.Scope{})}, Pages: pages, Metrics: http.NotFoundHandler(), Ready: func() error { return errors.New("secret reason") }}}
}

// ask makes a request. An answer that breaks the contract panics, so that no test
// passes over it.
func ask(h http.Handler, method, path, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	c, err := contract.Open()
	if err == nil && path != "/v1/stream" { // nothing here can be upgraded
		err = c.Check(r, w.Code, w.Result().Header, w.Body.Bytes())
	}
	if err != nil {
		panic(err)
	}
	return w
}

// The zero scope is refused at every route but those that are for everybody.
func TestTheZeroScopeIsRefusedEverywhere(t *testing.T) {
	closed := open()
	closed.who = access.Principal{ID: "nobody"}
	h := handler(closed, fstest.MapFS{})
	c, err := contract.Open()
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range c.Operations() {
		if o.Takes == api.Open || o.Takes == api.Own || o.Takes == api.Signed {
			continue
		}
		call := o.Example()
		if w := ask(h, o.Method, call.Target(), string(call.Body)); w.Code != http.StatusForbidden {
			t.Errorf("%s answers %d", o.Pattern(), w.Code)
		}
	}
}

func TestAnswersAndProblems(t *testing.T) {
	tests := []struct {
		name    string
		request string
		body    string
		header  []string
		rooms   func(*rooms)
		status  int
		want    string // part of the body
	}{
		{"an asset", "GET /v1/assets/wl-1", "", nil, nil, 200, `"values":{"water_level":3.12}`},
		{"its time is Shanghai's", "GET /v1/assets/wl-1", "", nil, nil, 200, `+08:00"`},
		{"no such asset", "GET /v1/assets/wl-2", "", nil, nil, 404, "asset wl-2: not found"},
		{"the legend", "GET /v1/layers", "", nil, nil, 200, `"name":"水位`},
		{"a series", "GET /v1/assets/wl-1/observations", "", nil, nil, 200, `"samples":[[1000,3.12]]`},
		{"a series of what it does not measure", "GET /v1/assets/wl-1/observations?phenomenon=ph", "", nil, nil, 400, `\"ph\" is none of [water_level]`},
		{"a bad limit", "GET /v1/assets/wl-1/observations?limit=0", "", nil, nil, 400, "limit:"},
		{"a bad time", "GET /v1/assets/wl-1/observations?from=yesterday", "", nil, nil, 400, "from:"},
		{"a span backwards", "GET /v1/assets/wl-1/observations?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "", nil, nil, 400, "not before"},
		{"garbage for an asset", "PUT /v1/assets/wl-1", "{", nil, nil, 400, "body:"},
		{"another id in the body", "PUT /v1/assets/wl-1", `{"id":"wl-2"}`, nil, nil, 400, "wl-2"},
		{"a bad condition", "DELETE /v1/assets/wl-1", "", []string{"If-Match", "x"}, nil, 400, "If-Match"},
		{"a condition that fails", "DELETE /v1/assets/wl-1", "", []string{"If-Match", `"2"`}, conflict, 412, "conflict"},
		{"a conflict without condition", "DELETE /v1/assets/wl-1", "", nil, conflict, 409, "conflict"},
		{"a busy log", "POST /v1/observations", "{}", nil, nil, 503, "no broker"},
		{"a panic", "GET /tiles/sensors/1/1/1", "", nil, func(r *rooms) { r.tile = func() error { panic("secret detail") } }, 500, "Internal Server Error"},
		{"a failure of ours", "GET /tiles/sensors/1/1/1", "", nil, func(r *rooms) { r.tile = func() error { return errors.New("secret detail") } }, 500, "Internal Server Error"},
		{"a tile out of range", "GET /tiles/sensors/1/1/1", "", nil, func(r *rooms) { r.tile = func() error { return assets.ErrNotFound } }, 404, "Not Found"},
		{"no such page", "GET /nothing", "", nil, nil, 404, "/nothing"},
		{"not ready", "GET /readyz", "", nil, nil, 503, `"detail":"busy: the node is not ready"`},
		{"healthy", "GET /healthz", "", nil, nil, 200, "ok"},
		{"TileJSON by name and suffix", "GET /tiles/sensors.json", "", nil, nil, 200, "sensors http://example.com"},
		{"a sprite", "GET /sprites/creek@2x.png", "", nil, nil, 200, "sprite creek@2x.png"},
		{"the OGC landing page", "GET /ogc", "", nil, nil, 200, `"href":"http://example.com/ogc/conformance"`},
		{"JSON by name", "GET /ogc/tiles?f=json", "", nil, nil, 200, "http://example.com/ogc/tiles/WebMercatorQuad"},
		{"another form", "GET /ogc?f=xml", "", nil, nil, 400, `f: invalid: \"xml\", expected one of json, html`},
		{"an unknown parameter", "GET /ogc/collections?limit=1", "", nil, nil, 400, "limit"},
		{"a tile of a collection, row before column", "GET /ogc/collections/sensors/tiles/WebMercatorQuad/14/6691/13719", "", nil, nil, 200, "tile sensors 14 13719 6691"},
		{"a tile of all", "GET /ogc/tiles/WebMercatorQuad/14/6691/13719", "", nil, nil, 200, "tile water,sensors 14 13719 6691"},
		{"no such collection", "GET /ogc/collections/roads", "", nil, nil, 404, "roads"},
		{"no tiles of no such collection", "GET /ogc/collections/roads/tiles/WebMercatorQuad/1/1/1", "", nil, nil, 404, "roads"},
		{"no such tile matrix set", "GET /ogc/tiles/WorldCRS84Quad", "", nil, nil, 404, "there is WebMercatorQuad"},
		{"no tiles of it either", "GET /ogc/tiles/WorldCRS84Quad/1/1/1", "", nil, nil, 404, "there is WebMercatorQuad"},
		{"TileJSON of several", "GET /tiles/sensors,water.json", "", nil, nil, 200, "sensors,water http://example.com"},
		{"metadata of a folder of tiles", "GET /tiles/sensors,water/metadata.json", "", nil, nil, 200, "metadata of sensors,water http://example.com"},
		{"TileJSON of a base map", "GET /basemaps/city.json", "", nil, nil, 200, "city http://example.com"},
		{"no such mapping", "POST /v1/ingest/vendor", "{}", nil, nil, 404, "mapping vendor"},
		{"dead letters", "GET /v1/deadletters?limit=2", "", nil, nil, 200, `"begins":"text"}],"next":2}`},
		{"the last dead letters", "GET /v1/deadletters?after=2", "", nil, nil, 200, `"cut":true,"begins":"te"}]}`},
		{"a bad page of them", "GET /v1/deadletters?limit=201", "", nil, nil, 400, `limit: \"201\", want 1 to 200`},
		{"a bad place to begin", "GET /v1/deadletters?after=-1", "", nil, nil, 400, `after: \"-1\"`},
		{"a bad reason", "GET /v1/deadletters?reason=*", "", nil, nil, 400, "reason:"},
		{"a dead letter of bytes", "GET /v1/deadletters/1", "", nil, nil, 200, `"payloadBase64":"/w=="`},
		{"a dead letter of text", "GET /v1/deadletters/2", "", nil, nil, 200, `"payload":"text"`},
		{"no such dead letter", "GET /v1/deadletters/4", "", nil, nil, 404, ""},
		{"no number of one", "GET /v1/deadletters/x", "", nil, nil, 404, ""},
		{"remove a dead letter", "DELETE /v1/deadletters/1", "", nil, nil, 204, ""},
		{"replay one that is refused still", "POST /v1/deadletters/1/replay", "", nil, nil, 200, `"refused":1,"results":[],"removed":false`},
		{"replay one that was cut", "POST /v1/deadletters/3/replay", "", nil, nil, 400, "cut"},
		{"replay them all", "POST /v1/deadletters/replay", "", nil, nil, 200, `"removed":true},{"seq":3,"accepted":0,"refused":0,"results":[],"removed":false,"error":"invalid: cut"}]}`},
		{"what devices can be told", "GET /v1/commands?class=sensor.rain", "", nil, nil, 200, `"name":"reboot"`},
		{"a command", "POST /v1/devices/wl-1/commands", `{"name":"reboot","timeout":"20s"}`, nil, nil, 202, `"by":"demo"`},
		{"a command to nobody", "POST /v1/devices/wl-2/commands", `{"name":"reboot"}`, nil, nil, 404, "wl-2"},
		{"a command with more", "POST /v1/devices/wl-1/commands", `{"name":"reboot","sudo":true}`, nil, nil, 400, "sudo"},
		{"two commands", "POST /v1/devices/wl-1/commands", `{"name":"reboot"}{}`, nil, nil, 400, "behind"},
		{"a command of no duration", "POST /v1/devices/wl-1/commands", `{"name":"reboot","timeout":"soon"}`, nil, nil, 400, "timeout:"},
		{"a command with a bad key", "POST /v1/devices/wl-1/commands", `{"name":"reboot"}`, []string{"Idempotency-Key", "a b"}, nil, 400, "Idempotency-Key"},
		{"wait for a command", "GET /v1/devices/wl-1/commands/c?wait=1s", "", nil, nil, 200, `"detail":"waited 1s"`},
		{"wait for ever", "GET /v1/devices/wl-1/commands/c?wait=31s", "", nil, nil, 400, "wait:"},
		{"commands", "GET /v1/devices/wl-1/commands?limit=1&after=4", "", nil, nil, 200, `"next":5`},
		{"a bad page of commands", "GET /v1/devices/wl-1/commands?limit=0", "", nil, nil, 400, "limit:"},
		{"another method", "POST /v1/layers", "", nil, nil, 405, "want GET, HEAD"},
		{"no such method", "PATCH /v1/assets/wl-1", "", nil, nil, 405, "want DELETE, GET, HEAD, PUT"},
		{"GET where there is none", "GET /v1/tickets", "", nil, nil, 405, "want POST"},
		{"POST where there is nothing", "POST /nothing", "", nil, nil, 405, "want GET, HEAD"},
		{"a long address", "GET /v1/assets/" + strings.Repeat("a", 5000), "", nil, nil, 404, "aaa…"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := open()
			if test.rooms != nil {
				test.rooms(r)
			}
			method, path, _ := strings.Cut(test.request, " ")
			w := ask(handler(r, fstest.MapFS{}), method, path, test.body, test.header...)
			if w.Code != test.status || !strings.Contains(w.Body.String(), test.want) {
				t.Errorf("got %d %s, want %d and %q", w.Code, w.Body, test.status, test.want)
			}
			if w.Code >= 400 && w.Body.Len() > 2<<10 {
				t.Errorf("a failure tells %d bytes", w.Body.Len())
			}
			if strings.Contains(w.Body.String(), "secret") {
				t.Errorf("an inner detail was told: %s", w.Body)
			}
			if kind := w.Header().Get("Content-Type"); w.Code >= 400 && kind != "application/problem+json" {
				t.Errorf("a failure is %s", kind)
			}
		})
	}
}

func conflict(r *rooms) {
	r.edit = func(assets.Edit) (*assets.Asset, assets.Verdict, error) { return nil, "", assets.ErrConflict }
}

// An edit answers only when the world has applied it.
func TestAnEditIsReadBack(t *testing.T) {
	r := open()
	var took assets.Edit
	r.edit = func(e assets.Edit) (*assets.Asset, assets.Verdict, error) {
		took = e
		return sensor().Asset, assets.Changed, nil
	}
	body, _ := json.Marshal(sensor().Asset)
	w := ask(handler(r, fstest.MapFS{}), "PUT", "/v1/assets/wl-1", string(body), "If-Match", `"2"`)
	if w.Code != http.StatusOK || w.Header().Get("ETag") != `"3"` {
		t.Fatalf("got %d, ETag %s: %s", w.Code, w.Header().Get("ETag"), w.Body)
	}
	if took.WasRev != 2 || took.Asset.ID != "wl-1" {
		t.Errorf("edit %+v", took)
	}
	if r.waited.Events != 7 {
		t.Errorf("waited for %+v", r.waited)
	}
}

// Scripts and styles go as gzip to who takes that, and are the same to who does not.
func TestPagesArePacked(t *testing.T) {
	plain := strings.Repeat("creek ", 1000)
	h := handler(open(), fstest.MapFS{"index.html": {Data: []byte("<title>苏河")}, "static/a-1.js": {Data: []byte(plain)}, "static/a-1.png": {Data: []byte(plain)}})
	for _, c := range []struct {
		path, method, takes string
		packed              bool
	}{
		{"/static/a-1.js", "GET", "br, gzip", true}, {"/static/a-1.js", "HEAD", "gzip", true}, {"/static/a-1.js", "GET", "", false},
		{"/static/a-1.png", "GET", "gzip", false}, {"/", "GET", "gzip", false}, // too small to gain by it
	} {
		w := ask(h, c.method, c.path, "", "Accept-Encoding", c.takes)
		if packed := w.Header().Get("Content-Encoding") == "gzip"; w.Code != 200 || packed != c.packed {
			t.Errorf("%+v: %d %v", c, w.Code, w.Header())
		}
		if c.path != "/static/a-1.js" || c.method != "GET" {
			continue
		}
		body := io.Reader(w.Body)
		if c.packed {
			z, err := gzip.NewReader(w.Body)
			if err != nil {
				t.Fatal(err)
			}
			body = z
		}
		if text, err := io.ReadAll(body); err != nil || string(text) != plain {
			t.Errorf("%+v: %d bytes, %v", c, len(text), err)
		}
	}
}

func TestPages(t *testing.T) {
	built := fstest.MapFS{"index.html": {Data: []byte("<title>苏河")}, "login.html": {Data: []byte("<title>登录")}, "static/a-1.js": {Data: []byte("1")},
		"patrol.webmanifest": {Data: []byte("{}")}, "patrol-sw.js": {Data: []byte("1")}}
	h := handler(open(), built)
	if w := ask(h, "GET", "/", ""); w.Code != 200 || !strings.Contains(w.Body.String(), "苏河") {
		t.Errorf("/ answers %d %s", w.Code, w.Body)
	}
	if w := ask(h, "GET", "/login", ""); w.Code != 200 || !strings.Contains(w.Body.String(), "登录") {
		t.Errorf("/login answers %d %s", w.Code, w.Body)
	}
	for _, none := range []string{"/nowhere", "/static", "/static/b-1.js"} {
		if w := ask(h, "GET", none, ""); w.Code != 404 {
			t.Errorf("%s answers %d", none, w.Code)
		}
	}
	if w := ask(h, "GET", "/static/a-1.js", ""); !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("a file with a hash has Cache-Control %q", w.Header().Get("Cache-Control"))
	}
	if w := ask(h, "GET", "/", ""); !strings.Contains(w.Header().Get("Content-Security-Policy"), "default-src 'self'") {
		t.Error("no policy")
	}
	for name, want := range map[string]string{"/patrol.webmanifest": "application/manifest+json", "/patrol-sw.js": "text/javascript; charset=utf-8"} {
		w := ask(h, "GET", name, "")
		if w.Code != 200 || w.Header().Get("Content-Type") != want || w.Header().Get("Cache-Control") != "no-cache" {
			t.Errorf("%s answers %d %v, want %s", name, w.Code, w.Header(), want)
		}
	}
	if w := ask(handler(open(), fstest.MapFS{}), "GET", "/", ""); w.Code != 501 || !strings.Contains(w.Body.String(), "make build") {
		t.Errorf("without a build / answers %d %s", w.Code, w.Body)
	}
}

// The documents are served as they are embedded.
func TestDocuments(t *testing.T) {
	h := handler(open(), fstest.MapFS{})
	for path, want := range map[string][]byte{"/v1/openapi.json": docs.OpenAPI(), "/v1/asyncapi.json": docs.AsyncAPI()} {
		if w := ask(h, "GET", path, ""); w.Code != 200 || !bytes.Equal(w.Body.Bytes(), want) {
			t.Errorf("%s answers %d %.60s", path, w.Code, w.Body)
		}
	}
}
