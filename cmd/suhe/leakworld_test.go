package main

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/internal/api"
	"suhe/twin"
)

// side is one of two areas: what it has bears its mark, and nobody of the other may
// ever see any of it.
type side struct {
	who    access.Principal
	mark   string // in ids, names, owners, properties, findings
	value  string // of all that its sensors observe
	area   string
	box    orb.Bound
	ids    []assets.ID // of all that it has
	kinds  map[assets.Kind][]assets.ID
	fids   map[uint64]bool
	totals map[assets.Kind]int // that it sees
}

// perKind is how many things of each kind a side has.
const perKind = 25

func newSides() (a, b *side) {
	make := func(id, mark, value, area string, west float64) *side {
		return &side{
			who:  access.Principal{ID: id, Scope: access.GrantOf([]access.Role{access.Operator}, []string{area}).Compile(nil)},
			mark: mark, value: value, area: area, box: orb.Bound{Min: orb.Point{west, 31.23}, Max: orb.Point{west + 0.02, 31.25}},
			kinds: map[assets.Kind][]assets.ID{}, fids: map[uint64]bool{}, totals: map[assets.Kind]int{},
		}
	}
	return make("anna", "Q7MARKA", "314159", "310107005", 121.40), make("bert", "Q7MARKB", "271828", "310107014", 121.42)
}

// outline is the area itself, which anybody may see.
func (s *side) outline() *assets.Asset {
	return &assets.Asset{ID: assets.ID("area-" + s.area), Kind: assets.Area, Class: "area.street", Name: "area", Lifecycle: assets.InUse,
		Properties: assets.Properties{{Key: "code", Value: s.area}}, Shape: assets.Shape{Geometry: geo.Solid{Plane: s.box.ToPolygon()}}}
}

// things are what the side has: of each kind some, all marked, and some of the
// ground that anybody may see.
func (s *side) things(chance *rand.Rand) (marked, shared []*assets.Asset) {
	place := func() orb.Point {
		return orb.Point{s.box.Min[0] + 0.0005 + 0.019*chance.Float64(), s.box.Min[1] + 0.0005 + 0.019*chance.Float64()}
	}
	for kind, class := range map[assets.Kind]string{assets.Sensor: "sensor.other", assets.Camera: "camera.other", assets.Mover: "mover.other",
		assets.Fixture: "asset.other", assets.Building: "building.other"} {
		for i := range perKind {
			id := assets.ID(fmt.Sprintf("%s-%s-%d", s.mark, kind, i))
			marked = append(marked, s.thing(id, kind, class, place()))
			s.ids, s.kinds[kind] = append(s.ids, id), append(s.kinds[kind], id)
		}
		s.totals[kind] += perKind
	}
	for i := range perKind {
		p := place()
		shared = append(shared, &assets.Asset{ID: assets.ID(fmt.Sprintf("bridge-%s-%d", s.area, i)), Kind: assets.Bridge, Class: "bridge.other", Name: "bridge",
			Lifecycle: assets.InUse, Shape: assets.Shape{Geometry: geo.Solid{Plane: orb.LineString{p, {p[0] + 0.001, p[1]}}}}})
	}
	return marked, shared
}

func (s *side) thing(id assets.ID, kind assets.Kind, class string, p orb.Point) *assets.Asset {
	a := &assets.Asset{ID: id, Kind: kind, Class: class, Name: s.mark + " name", Owner: s.mark + " owner", Lifecycle: assets.InUse,
		Shape:      assets.Shape{Geometry: geo.Solid{Plane: p}, Height: 4},
		Properties: assets.Properties{{Key: "name_en", Value: s.mark + " english"}, {Key: "note", Value: s.mark + " note"}, {Key: "sensitivity", Value: 1.0}}}
	switch kind {
	case assets.Sensor:
		a.Sensor = &assets.SensorSpec{ReportInterval: time.Minute, Measures: []assets.Measure{{Phenomenon: "people", Unit: "1", Normal: [2]float64{0, 10}}}}
	case assets.Camera:
		a.Camera = &assets.CameraSpec{MountHeight: 4, HorizontalFOV: 60, VerticalFOV: 40, Range: 200, PTZ: "fixed"}
	}
	return a
}

// foreign is what of the side's is in the text, which somebody of the other was
// given; "" if nothing.
func (s *side) foreign(text string) string {
	for _, mark := range []string{s.mark, ":" + s.value, "," + s.value} {
		if strings.Contains(text, mark) {
			return mark
		}
	}
	return ""
}

// leakNode is a node in this process, with what both sides have.
type leakNode struct {
	*node
	sides  [2]*side
	shared map[uint64]bool // fids of the ground
	ground map[assets.Kind]int
}

// openLeakNode fills a node with what two sides have and lets it live until the
// test ends.
func openLeakNode(t *testing.T) *leakNode {
	t.Helper()
	var s serveCmd
	parser, err := kong.New(&s)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse([]string{"--data-dir", t.TempDir(), "--mqtt-listen", freePort(t)}); err != nil {
		t.Fatal(err)
	}
	log := new(syncBuffer)
	n, err := openNode(context.Background(), s.settings, time.Now, slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		n.close()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	a, b := newSides()
	l := &leakNode{node: n, sides: [2]*side{a, b}, shared: map[uint64]bool{}, ground: map[assets.Kind]int{}}
	l.fill(t)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	go func() { ended <- n.live(ctx) }()
	go func() { n.hub.Run(ctx); ended <- nil }()
	t.Cleanup(func() {
		stop()
		for range 2 {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
	})
	for end := time.Now().Add(patience); n.ready() != nil; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal(n.ready())
		}
	}
	return l
}

func (l *leakNode) fill(t *testing.T) {
	t.Helper()
	chance := rand.New(rand.NewPCG(1, 2))
	edit := func(a *assets.Asset) uint64 {
		is, _, err := l.registry.Edit(t.Context(), "test", "", assets.Edit{Asset: a, WasRev: 0})
		if err != nil {
			t.Fatal(err)
		}
		if a.Kind == assets.Area {
			l.registry.Learn(is.ID, is)
		}
		return uint64(is.FID)
	}
	for _, s := range l.sides {
		l.shared[edit(s.outline())] = true
		l.ground[assets.Area]++
	}
	for _, s := range l.sides {
		marked, shared := s.things(chance)
		for _, a := range marked {
			s.fids[edit(a)] = true
		}
		for _, a := range shared {
			l.shared[edit(a)] = true
			l.ground[a.Kind]++
		}
	}
}

// sidesGate takes the name of who asks from a header.
type sidesGate [2]*side

// Who implements api.Gate.
func (g sidesGate) Who(r *http.Request) (access.Principal, error) {
	for _, s := range g {
		if r.Header.Get(asks) == s.who.ID {
			return s.who, nil
		}
	}
	return access.Principal{}, access.ErrUnauthenticated
}

// asks is the header that says who asks.
const asks = "Suhe-Test-Who"

// handler is the node's HTTP face for the two sides.
func (l *leakNode) handler() http.Handler {
	d := l.deps()
	d.Gate, d.Rate = sidesGate(l.sides), 0
	return api.New(d)
}

// fresh is a handler with tiles that nobody has asked for yet.
func (l *leakNode) fresh(t *testing.T) http.Handler {
	t.Helper()
	d := l.deps()
	d.Gate, d.Rate = sidesGate(l.sides), 0
	cold, err := l.openTiles(l.world, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cold.Close)
	cold.Took(twin.Batch{}) // it counts
	d.Live.Tiles = cold
	return api.New(d)
}
