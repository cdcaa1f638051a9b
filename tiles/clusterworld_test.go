package tiles

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin"
)

// ledger is a store and a log in memory, and the world that lives by them.
type ledger struct {
	assets map[assets.FID]*assets.Asset
	edits  int64
	at     twin.Position
	in     chan []twin.Entry

	world *twin.World
	tiles *Server
	ended chan error
	stop  context.CancelFunc
}

func (l *ledger) Load(_ context.Context, yield func(*assets.Asset) error) (uint64, error) {
	for _, fid := range slices.Sorted(maps.Keys(l.assets)) {
		if err := yield(l.assets[fid]); err != nil {
			return 0, err
		}
	}
	return l.at.Events, nil
}

func (l *ledger) Latest(context.Context, func(twin.Kept) error) (uint64, error) { return 0, nil }

func (l *ledger) LatestFixes(context.Context, time.Time, func(twin.KeptFix) error) error { return nil }

func (l *ledger) LatestFindings(context.Context, func(twin.KeptFinding) error) error { return nil }

func (l *ledger) Read(ctx context.Context, _ twin.Position) iter.Seq2[[]twin.Entry, error] {
	return func(yield func([]twin.Entry, error) bool) {
		for {
			select {
			case entries := <-l.in:
				if !yield(entries, nil) {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}
}

// fataler is *testing.T and *rapid.T.
type fataler interface{ Fatal(...any) }

func newLedger(t fataler) *ledger {
	l := &ledger{assets: make(map[assets.FID]*assets.Asset), at: twin.Position{Epoch: 1}, in: make(chan []twin.Entry)}
	valid := func(string) (twin.Rule, bool) { return twin.Rule{Valid: [2]float64{-5, 15}}, true }
	var err error
	if l.world, err = twin.New(twin.Options{Phenomenon: valid}); err != nil {
		t.Fatal(err)
	}
	if l.tiles, err = New(Options{World: l.world}); err != nil {
		t.Fatal(err)
	}
	return l
}

// begin loads the world and lets it run.
func (l *ledger) begin(t fataler) {
	if err := l.world.Load(context.Background(), twin.Source{Assets: l, History: l, Log: l.at}); err != nil {
		t.Fatal(err)
	}
	var ctx context.Context
	ctx, l.stop = context.WithCancel(context.Background())
	l.ended = make(chan error, 1)
	go func() { l.ended <- l.world.Run(ctx, l, l.tiles) }()
}

func (l *ledger) end(t fataler) {
	l.stop()
	if err := <-l.ended; err != nil {
		t.Fatal(err)
	}
	l.tiles.Close()
}

// gauge is the next revision of a sensor, not yet put anywhere.
func (l *ledger) gauge(fid assets.FID, class, area string, p orb.Point) *assets.Asset {
	l.edits++
	return &assets.Asset{
		ID: assets.ID(fmt.Sprintf("g-%d", fid)), FID: fid, Kind: assets.Sensor, Class: class,
		Shape: assets.Shape{Geometry: geo.Solid{Plane: p}}, Location: assets.Location{Area: area},
		Revision: assets.Revision{N: l.edits},
		Sensor:   &assets.SensorSpec{Measures: []assets.Measure{{Phenomenon: "level", Normal: [2]float64{0, 4}}}},
	}
}

// put returns the event that a is put into the store.
func (l *ledger) put(a *assets.Asset) twin.Entry {
	l.assets[a.FID] = a
	return l.event(twin.Event{Type: twin.AssetPut, FID: a.FID, ID: a.ID, Asset: a})
}

// remove returns the event that the asset is gone.
func (l *ledger) remove(fid assets.FID) twin.Entry {
	delete(l.assets, fid)
	return l.event(twin.Event{Type: twin.AssetRemoved, FID: fid})
}

func (l *ledger) event(e twin.Event) twin.Entry {
	l.at.Events++
	e.Seq = l.at.Events
	return twin.Entry{Stream: twin.Events, Seq: e.Seq, Event: &e}
}

// report returns a message of OBS.
func (l *ledger) report(obs ...twin.Observation) twin.Entry {
	l.at.Obs++
	for i := range obs {
		obs[i].Phenomenon = "level"
		obs[i].PhenomenonTime, obs[i].ReceivedTime = int64(l.at.Obs), int64(l.at.Obs)
	}
	return twin.Entry{Stream: twin.Obs, Seq: l.at.Obs, Observations: obs}
}

// apply appends entries to the log and waits until the tiles know of them.
func (l *ledger) apply(t fataler, entries ...twin.Entry) {
	l.in <- append(entries, l.report())
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := l.world.Wait(ctx, l.at); err != nil {
		t.Fatal(err)
	}
}

// lose lets the log have a hole, and the world be loaded again.
func (l *ledger) lose(t fataler) {
	l.in <- []twin.Entry{{Stream: twin.Events, Gap: true}}
	if err := <-l.ended; !errors.Is(err, twin.ErrResync) {
		t.Fatal(err)
	}
	l.stop()
	l.begin(t)
}

// all is every thing that the world holds.
func (l *ledger) all() (out []*twin.Thing) {
	for _, kind := range assets.Kinds() {
		l.world.Each(kind, func(t *twin.Thing) bool {
			out = append(out, t)
			return true
		})
	}
	return out
}

// The clusters are those of the world: after it was loaded, after whatever the
// log brings, and after a hole in the log.
func TestClustersFollowTheWorld(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := newLedger(t)
		draw := func(t *rapid.T) *assets.Asset {
			return l.gauge(assets.FID(rapid.IntRange(1, 20).Draw(t, "fid")), rapid.SampledFrom(someClasses).Draw(t, "class"),
				rapid.SampledFrom([]string{"", "changfeng"}).Draw(t, "area"), nearby(t))
		}
		edit := func(t *rapid.T) twin.Entry {
			a := draw(t)
			if rapid.IntRange(0, 3).Draw(t, "gone") == 0 {
				return l.remove(a.FID)
			}
			return l.put(a)
		}
		for range rapid.IntRange(0, 20).Draw(t, "at first") {
			l.put(draw(t))
		}
		l.begin(t)
		defer l.end(t)
		l.apply(t)
		t.Repeat(map[string]func(*rapid.T){
			"edit": func(t *rapid.T) {
				var entries []twin.Entry
				for range rapid.IntRange(1, 5).Draw(t, "edits") {
					entries = append(entries, edit(t))
				}
				l.apply(t, entries...)
			},
			"report": func(t *rapid.T) {
				id := fmt.Sprintf("g-%d", rapid.IntRange(1, 20).Draw(t, "fid"))
				l.apply(t, l.report(twin.Observation{Asset: assets.ID(id), Value: rapid.SampledFrom([]float64{2, 5, 9, 99}).Draw(t, "value")}))
			},
			"lose": func(t *rapid.T) {
				for range rapid.IntRange(0, 5).Draw(t, "edits unheard") {
					edit(t)
				}
				l.lose(t)
				l.apply(t)
			},
			"": func(t *rapid.T) {
				c := l.tiles.clusters[mustLayer(t, l.tiles, "sensors")]
				if at, full := c.state(); !full || at != l.world.Position() {
					t.Fatalf("full %v at %+v, the world is at %+v", full, at, l.world.Position())
				}
				things := l.all()
				tile := geo.TileAt(nearby(t), rapid.Uint32Range(0, c.layer.Clusters.Below-1).Draw(t, "z"))
				for _, scope := range scopes {
					if got, want := c.within(nil, tile, scope), clustersOf(c.layer, things, tile, scope); !slices.Equal(got, want) {
						t.Fatalf("%v for %v: got\n%+v\nwant\n%+v", tile, scope, got, want)
					}
				}
			},
		})
	})
}

// Who asks while the world is loaded, filled and changed gets every thing once.
func TestClustersWhileTheWorldRuns(t *testing.T) {
	const n = 3000
	l := newLedger(t)
	for fid := assets.FID(1); fid <= n; fid++ {
		l.put(l.gauge(fid, "sensor.rain", "", at(home, float64(fid), 9)))
	}
	asked := make(chan error)
	l.begin(t)
	defer l.end(t)
	for range 2 {
		go func() {
			for range 200 {
				r, err := l.tiles.Tile(context.Background(), Request{Layers: []string{"sensors"}, Scope: access.Open()})
				if err != nil {
					asked <- err
					return
				}
				if count := countIn(decode(t, r.Data)); count != n {
					asked <- fmt.Errorf("%v things at %+v, want %d", count, r.Position, n)
					return
				}
			}
			asked <- nil
		}()
	}
	for i := range 100 {
		var entries []twin.Entry
		for fid := assets.FID(i); fid < n; fid += 100 {
			if fid > 0 {
				entries = append(entries, l.put(l.gauge(fid, "sensor.flow", "", at(home, float64(i), float64(fid)))))
			}
		}
		l.apply(t, entries...)
	}
	for range 2 {
		if err := <-asked; err != nil {
			t.Error(err)
		}
	}
}
