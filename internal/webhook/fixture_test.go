package webhook_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/internal/account"
	"suhe/internal/bus"
	"suhe/internal/seal"
	"suhe/internal/store/geopackage"
	"suhe/internal/testcert"
	"suhe/internal/webhook"
	"suhe/twin"
)

// loopback lets hooks reach what tests serve.
var loopback = netip.MustParsePrefix("127.0.0.1/32")

// receiver is a system of others: it keeps what it is sent and checks who sent it.
type receiver struct {
	*httptest.Server
	t     testing.TB
	roots *x509.CertPool

	mu     sync.Mutex
	secret string
	answer func(w http.ResponseWriter, r *http.Request, m webhook.Message)
	taken  []webhook.Message
}

func newReceiver(t testing.TB) *receiver {
	t.Helper()
	pair, roots := testcert.New(t)
	r := &receiver{t: t, roots: roots}
	r.Server = httptest.NewUnstartedServer(http.HandlerFunc(r.take))
	r.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	r.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
	r.StartTLS()
	t.Cleanup(func() { r.CloseClientConnections(); r.Close() })
	return r
}

func (r *receiver) port() uint16 {
	u, err := url.Parse(r.URL)
	if err != nil {
		r.t.Fatal(err)
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	if err != nil {
		r.t.Fatal(err)
	}
	return uint16(port)
}

// take answers as it is told to, or with 204.
func (r *receiver) take(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return
	}
	var m webhook.Message
	if err := json.Unmarshal(body, &m); err != nil {
		r.t.Errorf("%s: %v", body, err)
	}
	r.mu.Lock()
	secret, answer := r.secret, r.answer
	r.mu.Unlock()
	if !signed(request.Header.Get("Suhe-Signature"), secret, body) || request.Header.Get("Idempotency-Key") != strconv.Quote(m.ID) {
		r.t.Errorf("not signed by %s: %v", m.Hook, request.Header)
	}
	if answer != nil {
		answer(w, request, m)
		return
	}
	r.keep(m)
	w.WriteHeader(http.StatusNoContent)
}

func (r *receiver) keep(m webhook.Message) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.taken = append(r.taken, m)
}

// answers sets how it answers; nil: it takes everything.
func (r *receiver) answers(f func(w http.ResponseWriter, r *http.Request, m webhook.Message)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = f
}

// told are the ids of the assets that it was told of, in order.
func (r *receiver) told() (out []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range r.taken {
		out = append(out, strings.TrimSpace(fmt.Sprint(m.Type, " ", text(m.Object["id"]))))
	}
	return out
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

// signed checks a signature as docs/devices.md says it is made: by HMAC-SHA-256 of
// time, full stop and body.
func signed(header, secret string, body []byte) bool {
	at, sum, _ := strings.Cut(header, ",")
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "%s.%s", strings.TrimPrefix(at, "t="), body)
	return sum == "v1="+hex.EncodeToString(mac.Sum(nil))
}

// town is what outlives a node: store, broker's folder, accounts, the log of events.
type town struct {
	t      testing.TB
	dir    string
	store  *geopackage.Store
	seals  *seal.Keys
	clock  func() time.Time
	mu     sync.Mutex
	owners map[string]*account.Owner
	events []twin.Event
	things map[assets.ID]*twin.Thing
	at     twin.Position
}

func newTown(t testing.TB) *town {
	t.Helper()
	dir := t.TempDir()
	store, err := geopackage.Open(t.Context(), filepath.Join(dir, "suhe.gpkg"), geopackage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	seals, err := seal.Open(filepath.Join(dir, "seal.key"))
	if err != nil {
		t.Fatal(err)
	}
	w := &town{t: t, dir: dir, store: store, seals: seals, clock: time.Now, owners: map[string]*account.Owner{}, things: map[assets.ID]*twin.Thing{}, at: twin.Position{Epoch: 1}}
	w.may("anna", access.Operator, access.Everywhere)
	return w
}

// may says what an account may; without a role it may not come in.
func (w *town) may(name string, role access.Role, areas ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if delete(w.owners, name); role != "" {
		w.owners[name] = account.NewOwner(access.GrantOf([]access.Role{role}, areas), nil)
	}
}

func (w *town) Owner(name string) (*account.Owner, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	o, ok := w.owners[name]
	return o, ok
}

func (w *town) Position() twin.Position {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

func (w *town) ByID(id assets.ID) *twin.Thing {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.things[id]
}

// Events implements webhook.Past.
func (w *town) Events(_ context.Context, after uint64, n int) ([]twin.Event, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	end := min(after+uint64(n), uint64(len(w.events)))
	return append([]twin.Event(nil), w.events[min(after, end):end]...), nil
}

// gauge is a sensor of an area.
func gauge(id, area string) *assets.Asset {
	return &assets.Asset{ID: assets.ID(id), FID: assets.FID(len(id))*1000 + assets.FID(id[len(id)-1]), Kind: assets.Sensor, Class: "sensor.water_level", Name: "name of " + id,
		Lifecycle: assets.InUse, Location: assets.Location{Area: area}, Shape: assets.Shape{Geometry: geo.Solid{Plane: orb.Point{121.43, 31.25}}},
		Sensor: &assets.SensorSpec{}}
}

// put is an edit that the world applied.
func (w *town) put(a *assets.Asset) twin.Batch {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at.Events++
	a.Revision.N++
	is := twin.NewThing(a)
	was := w.things[a.ID]
	w.things[a.ID] = is
	e := twin.Event{Seq: w.at.Events, Time: time.Now(), Type: twin.AssetPut, ID: a.ID, FID: a.FID, Asset: a}
	w.events = append(w.events, e)
	return twin.Batch{At: w.at, Events: []twin.Event{e}, Changes: []twin.Change{{Was: was, Is: is}}}
}

// step is one of an alarm or an incident.
func (w *town) step(kind assets.Kind, id assets.ID, step string, open bool) twin.Batch {
	a := gauge(string(id), "310107005")
	a.Kind, a.Class, a.Sensor, a.Sensitivity = kind, "flood.level", nil, assets.Internal
	a.Properties = assets.Properties{{Key: twin.MarkerState, Value: "filed"}}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at.Events++
	e := twin.Event{Seq: w.at.Events, Time: time.Now(), Type: step, ID: id, FID: a.FID, Asset: a, Open: open}
	w.events = append(w.events, e)
	return twin.Batch{At: w.at, Events: []twin.Event{e}}
}

// speaks is a report that makes a device go online.
func (w *town) speaks(id assets.ID, value float64) twin.Batch {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at.Obs++
	was := w.things[id]
	is := *was
	is.State.Communication, is.State.Data = twin.Online, twin.Fresh
	is.Last = []twin.Observation{{Asset: id, Phenomenon: "water_level", Value: value}}
	is.Changed = w.at
	w.things[id] = &is
	return twin.Batch{At: w.at, Changes: []twin.Change{{Was: was, Is: &is}}}
}

// node is one that tells hooks.
type node struct {
	*webhook.Desk
	bus    *bus.Bus
	cancel context.CancelFunc
	ended  chan struct{}
}

// open starts a node that may reach the receivers.
func (w *town) open(change func(*webhook.Options), receivers ...*receiver) *node {
	w.t.Helper()
	b, err := bus.Open(w.t.Context(), bus.Options{Dir: filepath.Join(w.dir, "nats")})
	if err != nil {
		w.t.Fatal(err)
	}
	n := w.join(b, change, receivers...)
	w.t.Cleanup(func() { n.stop() })
	return n
}

// join starts a node at a broker.
func (w *town) join(b *bus.Bus, change func(*webhook.Options), receivers ...*receiver) *node {
	w.t.Helper()
	var err error
	o := webhook.Options{Store: w.store, Owners: w, Seal: w.seals, World: w, Past: w, Now: w.clock, Reach: webhook.Reach{Networks: []netip.Prefix{loopback}}}
	for _, r := range receivers {
		o.Reach.Ports = append(o.Reach.Ports, r.port())
		if o.Roots == nil {
			o.Roots = x509.NewCertPool()
		}
		o.Roots.AddCert(r.Certificate())
	}
	if o.Queue, err = b.Stream(w.t.Context(), webhook.QueueOptions()); err != nil {
		w.t.Fatal(err)
	}
	if o.Table, err = b.Table(w.t.Context(), bus.TableOptions{Name: "WEBHOOKTABLE"}); err != nil {
		w.t.Fatal(err)
	}
	if o.Lease, err = b.Lease(w.t.Context(), "WEBHOOKLEASE"); err != nil {
		w.t.Fatal(err)
	}
	if change != nil {
		change(&o)
	}
	n := &node{Desk: webhook.New(o), bus: b, ended: make(chan struct{})}
	if err := n.Refresh(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	var ctx context.Context
	ctx, n.cancel = context.WithCancel(context.Background())
	go func() {
		defer close(n.ended)
		if err := n.Run(ctx); err != nil {
			w.t.Error(err)
		}
	}()
	w.t.Cleanup(n.leave)
	return n
}

// leave ends the node.
func (n *node) leave() {
	n.cancel()
	<-n.ended
}

// stop ends the node and its broker.
func (n *node) stop() {
	n.leave()
	n.bus.Close()
}

// hang makes a hook of the receiver.
func (n *node) hang(r *receiver, name string, change ...func(*webhook.Wish)) webhook.Listed {
	r.t.Helper()
	w := webhook.NewWish()
	w.Account, w.URL = "anna", r.URL+"/suhe?key=of-others"
	w.Types, w.Layers = []webhook.Type{webhook.AssetPut, webhook.AssetRemoved, webhook.StateChanged, webhook.Found}, []string{"sensors", "cameras"}
	for _, f := range change {
		f(&w)
	}
	l, secret, err := n.Put(r.t.Context(), name, assets.AnyRev, w)
	if err != nil {
		r.t.Fatal(err)
	}
	if secret != "" {
		r.mu.Lock()
		r.secret = secret
		r.mu.Unlock()
	}
	return l
}

func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("%s did not happen", what)
}
