package tiles

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/paulmach/orb"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"pgregory.net/rapid"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin"
)

func TestNewNeedsAWorld(t *testing.T) {
	if _, err := New(Options{}); err == nil {
		t.Error("a server without a world")
	}
	m := prometheus.NewRegistry()
	newServer(t, Options{World: &plainWorld{}, Metrics: m})
	if _, err := New(Options{World: &plainWorld{}, Metrics: m}); err == nil {
		t.Error("metrics registered twice")
	}
}

// Whatever happens to the world, a tile asked of the server is the tile that a
// new server makes; its ETag changes if and only if its bytes do.
func TestTilesAreNeverStale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &plainWorld{}
		s, err := New(Options{World: w, Cache: 1 << 16, Calm: -1})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		ask := func(s *Server, r Request) Response {
			got, err := s.Tile(context.Background(), r)
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		tags := make(map[string]string)
		t.Repeat(map[string]func(*rapid.T){
			"change": func(t *rapid.T) {
				var b twin.Batch
				for range rapid.IntRange(1, 3).Draw(t, "changes") {
					b.Changes = append(b.Changes, change(t, w))
				}
				s.Took(b)
			},
			"look": func(t *rapid.T) {
				r := Request{
					Layers: rapid.SampledFrom([][]string{{"sensors"}, {"water"}, {"coverage"}, {"water", "sensors", "cameras"}}).Draw(t, "layers"),
					Tile:   geo.TileAt(somewhere(t), rapid.Uint32Range(0, 18).Draw(t, "z")),
					Datum:  rapid.SampledFrom([]geo.CRS{"", geo.GCJ02, geo.BD09}).Draw(t, "datum"),
					Scope:  access.Open(),
				}
				got := ask(s, r)
				fresh, err := New(Options{World: w, Cache: -1})
				if err != nil {
					t.Fatal(err)
				}
				defer fresh.Close()
				want := ask(fresh, r)
				if !bytes.Equal(got.Data, want.Data) || got.ETag != want.ETag {
					t.Fatalf("%v of %v is stale", r.Tile, r.Layers)
				}
				if old, ok := tags[got.ETag]; ok && old != string(got.Data) {
					t.Fatalf("one ETag for different bytes")
				}
				tags[got.ETag] = string(got.Data)
			},
		})
	})
}

// somewhere is a point of a small grid around the home tile.
func somewhere(t *rapid.T) orb.Point {
	return orb.Point{121.4062 + 0.003*float64(rapid.IntRange(-3, 3).Draw(t, "dx")), 31.2372 + 0.003*float64(rapid.IntRange(-3, 3).Draw(t, "dy"))}
}

// change makes, moves, alters or removes one of a few things.
func change(t *rapid.T, w *plainWorld) twin.Change {
	fid := assets.FID(rapid.IntRange(1, 6).Draw(t, "fid"))
	p := somewhere(t)
	var is *twin.Thing
	switch what := rapid.IntRange(0, 3).Draw(t, "what"); {
	case what == 0:
		return w.set(fid, nil)
	case fid > 4:
		size := 0.001 * float64(rapid.IntRange(1, 30).Draw(t, "size"))
		is = thing(fid, assets.Water, orb.Polygon{{p, {p[0] + size, p[1]}, {p[0] + size, p[1] + size}, p}})
	case fid == 4:
		is = camera(fid, p, geo.Degrees(rapid.IntRange(0, 359).Draw(t, "azimuth")), 60, geo.Metres(rapid.IntRange(1, 3000).Draw(t, "range")))
	case what == 1:
		is = thing(fid, assets.Sensor, p)
	default:
		for _, old := range w.things {
			if old.Asset.FID == fid && what == 2 {
				c := *old // an observation: the same asset
				c.Severity = twin.Severity(rapid.IntRange(0, 4).Draw(t, "severity"))
				c.State.Communication = rapid.SampledFrom([]twin.Communication{twin.Online, twin.Offline}).Draw(t, "comm")
				return w.set(fid, &c)
			}
		}
		is = thing(fid, assets.Sensor, p)
		is.Asset.Name = rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "name")
	}
	return w.set(fid, is)
}

func TestOrderDoesNotMatter(t *testing.T) {
	things := append(fixtures(500), footprints(50)...)
	w := &plainWorld{things: things}
	s := newServer(t, Options{World: w, Cache: -1})
	points, polygons := get(t, s, "assets", home), get(t, s, "buildings", home)
	for i := range things[:len(things)/2] {
		j := len(things) - 1 - i
		things[i], things[j] = things[j], things[i]
	}
	if again := get(t, s, "assets", home); again.ETag != points.ETag || !bytes.Equal(again.Gzip, points.Gzip) {
		t.Error("points depend on the order that they come in")
	}
	if again := get(t, s, "buildings", home); again.ETag != polygons.ETag {
		t.Error("polygons depend on the order that they come in")
	}
}

// Only what shows makes a tile stale, and only where it shows.
func TestWhatMakesStale(t *testing.T) {
	sensor := thing(1, assets.Sensor, at(home, 2000, 2000))
	sensor.State.Communication = twin.Online
	other := func(edit func(*twin.Thing)) *twin.Thing {
		c := *sensor
		edit(&c)
		return &c
	}
	cases := []struct {
		name    string
		is      *twin.Thing
		renders int64
	}{
		{"a new value", other(func(t *twin.Thing) { t.Last = []twin.Observation{{Value: 3}} }), 0},
		{"fresh to none with the same word", other(func(t *twin.Thing) { t.State.Data = twin.Fresh }), 0},
		{"another word", other(func(t *twin.Thing) { t.State.Communication = twin.Offline }), 1},
		{"severity", other(func(t *twin.Thing) { t.Severity = 4 }), 1},
		{"an edit", thing(1, assets.Sensor, at(home, 2000, 2000)), 1},
		{"gone", nil, 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var searches atomic.Int64
			w := &plainWorld{things: []*twin.Thing{sensor}, within: func() { searches.Add(1) }}
			s := newServer(t, Options{World: w})
			s.Took(twin.Batch{}) // the world begins
			far := geo.Tile{Z: home.Z, X: home.X + 5, Y: home.Y}
			get(t, s, "sensors", home)
			get(t, s, "sensors", far)
			searches.Store(0)
			s.Took(twin.Batch{Changes: []twin.Change{w.set(1, c.is)}})
			get(t, s, "sensors", far)
			if searches.Load() != 0 {
				t.Error("a far tile became stale")
			}
			get(t, s, "sensors", home)
			if searches.Load() != c.renders {
				t.Errorf("%d renders, want %d", searches.Load(), c.renders)
			}
		})
	}
}

func TestManyAsk(t *testing.T) {
	w := &plainWorld{things: fixtures(200)}
	s := newServer(t, Options{World: w, Cache: 1 << 17})
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 60 {
				tile := geo.Tile{Z: home.Z, X: home.X + uint32((g+i)%3), Y: home.Y}
				if _, err := s.Tile(t.Context(), Request{Layers: []string{"assets"}, Tile: tile, Scope: access.Open()}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range 100 {
		is := thing(assets.FID(100_000+i), assets.Fixture, at(home, float64(i*40), 100))
		s.Took(twin.Batch{Changes: []twin.Change{w.set(is.Asset.FID, is)}})
	}
	wg.Wait()
	alone := newServer(t, Options{World: w})
	if get(t, s, "assets", home).ETag != get(t, alone, "assets", home).ETag {
		t.Error("the tile is stale after all changes")
	}
}

func TestWaiterLeaves(t *testing.T) {
	started, free := make(chan struct{}), make(chan struct{})
	var once sync.Once
	w := &plainWorld{things: fixtures(10), within: func() {
		once.Do(func() { close(started) })
		<-free
	}}
	s := newServer(t, Options{World: w})
	r := Request{Layers: []string{"assets"}, Tile: home, Scope: access.Open()}
	stays := make(chan error)
	go func() {
		_, err := s.Tile(t.Context(), r)
		stays <- err
	}()
	<-started
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Tile(ctx, r); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled before it asked: %v", err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	leaves := make(chan error)
	go func() {
		_, err := s.Tile(ctx, r)
		leaves <- err
	}()
	for joined := false; !joined; { // until the second waits too
		s.flights.mu.Lock()
		for _, c := range s.flights.calls {
			joined = c.waiters == 2
		}
		s.flights.mu.Unlock()
	}
	cancel()
	if err := <-leaves; !errors.Is(err, context.Canceled) {
		t.Errorf("left with %v", err)
	}
	close(free)
	if err := <-stays; err != nil {
		t.Errorf("the one who stayed got %v", err)
	}
	if left, rendered := counted(t, s, resultLeft), counted(t, s, resultRendered); left != 2 || rendered != 1 {
		t.Errorf("%v left and %v rendered, want 2 and 1", left, rendered)
	}
}

// counted reads a counter of requests.
func counted(t *testing.T, s *Server, result string) float64 {
	t.Helper()
	var m dto.Metric
	if err := s.metrics.requests.WithLabelValues(result).Write(&m); err != nil {
		t.Fatal(err)
	}
	return m.GetCounter().GetValue()
}

func TestLastWaiterStopsTheRender(t *testing.T) {
	f := newFlights()
	ctx, cancel := context.WithCancel(t.Context())
	stopped := make(chan struct{})
	_, err := f.do(ctx, Key{}, func(ctx context.Context) (Response, error) {
		cancel()
		<-ctx.Done() // ends only because nobody waits any more
		close(stopped)
		return Response{}, ctx.Err()
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("left with %v", err)
	}
	<-stopped
	f.wait()
	if len(f.calls) != 0 {
		t.Error("the render is still known")
	}
}

func TestPanicIsContained(t *testing.T) {
	broken := true
	w := &plainWorld{things: fixtures(10), within: func() {
		if broken {
			panic("the index is upside down")
		}
	}}
	s := newServer(t, Options{World: w, Renders: 1})
	r := Request{Layers: []string{"assets"}, Tile: home, Scope: access.Open()}
	_, err := s.Tile(t.Context(), r)
	var p *panicError
	if !errors.As(err, &p) || !strings.Contains(err.Error(), "upside down") {
		t.Fatalf("error %v", err)
	}
	if n := counted(t, s, resultPanic); n != 1 {
		t.Errorf("%v panics counted", n)
	}
	broken = false
	if _, err := s.Tile(t.Context(), r); err != nil {
		t.Errorf("the next one fails too: %v", err)
	}
}

// drawnKinds are the kinds that tiles show.
func drawnKinds() []assets.Kind {
	return slices.DeleteFunc(assets.Kinds(), func(k assets.Kind) bool { return !k.Drawn() })
}

func TestEveryLayerAtEveryZoom(t *testing.T) {
	w := &plainWorld{}
	for i, kind := range drawnKinds() {
		w.things = append(w.things, thing(assets.FID(i+1), kind, orb.Point{121.4062, 31.2372}))
	}
	s := newServer(t, Options{World: w})
	for _, kind := range drawnKinds() {
		for z := range uint32(geo.MaxZoom + 1) {
			r := get(t, s, kind.Layer(), geo.TileAt(orb.Point{121.4062, 31.2372}, z))
			if want := z >= mustLayer(t, s, kind.Layer()).MinZoom; (len(r.Data) > 0) != want {
				t.Errorf("%s at zoom %d: %d bytes", kind, z, len(r.Data))
			}
		}
	}
	for _, name := range []string{"roads", assets.Mover.Layer()} {
		if _, err := s.Tile(t.Context(), Request{Layers: []string{name}}); !errors.Is(err, assets.ErrNotFound) {
			t.Errorf("unknown layer %s: %v", name, err)
		}
	}
	if _, err := s.Tile(t.Context(), Request{Layers: []string{"areas"}, Tile: geo.Tile{Z: 3, X: 8}}); !errors.Is(err, assets.ErrNotFound) {
		t.Errorf("outside the grid: %v", err)
	}
}

func ExampleParseRequest() {
	r, err := ParseRequest(Address{Layers: "cameras,sensors", Z: "15", X: "27446", Y: "13388.pbf"}, nil, access.Open())
	fmt.Println(r.Layers, r.Tile, err)
	_, err = ParseRequest(Address{Layers: "sensors", Z: "2", X: "4", Y: "0"}, nil, access.Open())
	fmt.Println(err)
	// Output:
	// [cameras sensors] {15 27446 13388} <nil>
	// tile: not found: 2/4/0 is outside the grid (z 0–22, x and y below 2^z)
}

// Draw makes the same bytes as Tile, and refuses the same.
func TestDraw(t *testing.T) {
	s := newServer(t, Options{World: allOf(inOrder(fixtures(300)))})
	for _, r := range []Request{
		{Layers: []string{"assets"}, Tile: home, Scope: access.Open()},
		{Layers: []string{"assets"}, Tile: home},
		{Layers: []string{"ghosts"}, Tile: home, Scope: access.Open()},
		{Layers: []string{"assets"}, Tile: geo.Tile{Z: 1, X: 7}, Scope: access.Open()},
	} {
		want, refused := s.Tile(t.Context(), r)
		got, err := s.Draw(t.Context(), r)
		if !bytes.Equal(got, want.Data) || fmt.Sprint(err) != fmt.Sprint(refused) {
			t.Errorf("%+v: %d bytes, %v, want %d, %v", r, len(got), err, len(want.Data), refused)
		}
	}
}
