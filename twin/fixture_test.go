package twin

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
)

// t0 is when the tests begin, Unix milliseconds.
const t0 = int64(1_763_856_000_000)

// minute and hour in milliseconds.
const (
	minute = int64(60_000)
	hour   = 60 * minute
)

func phenomena(code string) (Rule, bool) {
	switch code {
	case "level":
		return Rule{Valid: [2]float64{-5, 15}, Restless: true}, true
	case "rain":
		return Rule{Valid: [2]float64{0, 500}}, true
	}
	return Rule{}, false
}

func lamp(fid assets.FID, id assets.ID, p orb.Point) *assets.Asset {
	return &assets.Asset{
		ID: id, FID: fid, Kind: assets.Fixture, Class: "asset.lamp", Name: "lamp",
		Shape: assets.Shape{Geometry: geo.Solid{Plane: p}}, Lifecycle: assets.InUse,
		Revision: assets.Revision{N: 1},
	}
}

// gauge is a sensor that reports level and rain once a minute.
func gauge(fid assets.FID, id assets.ID, p orb.Point) *assets.Asset {
	a := lamp(fid, id, p)
	a.Kind, a.Class, a.Name = assets.Sensor, "sensor.level", "gauge"
	a.Sensor = &assets.SensorSpec{ReportInterval: time.Minute, Measures: []assets.Measure{
		{Phenomenon: "rain", Unit: "mm/h", Normal: [2]float64{0, 20}},
		{Phenomenon: "level", Unit: "m", Normal: [2]float64{1, 3}},
	}}
	return a
}

func reading(id assets.ID, phenomenon string, value float64, at int64) Observation {
	return Observation{id, phenomenon, value, at, at}
}

// shelf is a store and a history in memory.
type shelf struct {
	mu       sync.Mutex
	assets   map[assets.FID]*assets.Asset
	events   uint64
	kept     []Kept
	fids     map[int]assets.FID // whose kept[i] is
	fixes    []KeptFix
	findings []KeptFinding
	saved    uint64
	fail     error
}

func newShelf(as ...*assets.Asset) *shelf {
	s := &shelf{assets: map[assets.FID]*assets.Asset{}, fids: map[int]assets.FID{}}
	for _, a := range as {
		s.assets[a.FID] = a
	}
	return s
}

func (s *shelf) sorted() []*assets.Asset {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []*assets.Asset
	for _, a := range s.assets {
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b *assets.Asset) int { return cmp.Compare(a.FID, b.FID) })
	return out
}

func (s *shelf) Load(_ context.Context, yield func(*assets.Asset) error) (uint64, error) {
	if s.fail != nil {
		return 0, s.fail
	}
	events := s.events
	for _, a := range s.sorted() {
		if err := yield(a); err != nil {
			return 0, err
		}
	}
	return events, nil
}

func (s *shelf) Save(_ context.Context, batch []Kept, obs uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return s.fail
	}
	for _, k := range batch {
		for _, a := range s.assets {
			if a.ID == k.Asset {
				s.fids[len(s.kept)] = a.FID
				s.kept = append(s.kept, k)
			}
		}
	}
	s.saved = max(s.saved, obs)
	return nil
}

func (s *shelf) Saved(context.Context) (uint64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.saved, s.fail
}

// Latest tells of what lies at or before the saved position.
func (s *shelf) Latest(_ context.Context, yield func(Kept) error) (uint64, error) {
	type key struct {
		fid        assets.FID
		phenomenon string
	}
	newest := map[key]Kept{}
	for i, k := range s.kept {
		at := key{s.fids[i], k.Phenomenon}
		if was, ok := newest[at]; k.Seq <= s.saved && (!ok || was.PhenomenonTime < k.PhenomenonTime) {
			newest[at] = k
		}
	}
	for at, k := range newest {
		if s.assets[at.fid] == nil {
			continue
		}
		if err := yield(k); err != nil {
			return 0, err
		}
	}
	return s.saved, nil
}

func (s *shelf) SaveFixes(_ context.Context, batch []KeptFix) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fixes = append(s.fixes, batch...)
	return s.fail
}

// LatestFixes tells of what lies at or before the saved position.
func (s *shelf) LatestFixes(_ context.Context, since time.Time, yield func(KeptFix) error) error {
	of := map[assets.ID][]KeptFix{}
	for _, f := range s.fixes {
		if f.Seq <= s.saved {
			of[f.Asset] = append(of[f.Asset], f)
		}
	}
	for _, all := range of {
		slices.SortStableFunc(all, func(a, b KeptFix) int { return cmp.Compare(a.PhenomenonTime, b.PhenomenonTime) })
		all = slices.CompactFunc(all, func(a, b KeptFix) bool { return a.PhenomenonTime == b.PhenomenonTime })
		for i, f := range all {
			if last := i == len(all)-1 || all[i+1].PhenomenonTime >= since.UnixMilli(); !last && f.PhenomenonTime < since.UnixMilli() {
				continue
			}
			if err := yield(f); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *shelf) SaveFindings(_ context.Context, batch []KeptFinding) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.findings = append(s.findings, batch...)
	return s.fail
}

// LatestFindings tells of all at or before the saved position: the newest wins.
func (s *shelf) LatestFindings(_ context.Context, yield func(KeptFinding) error) error {
	for _, f := range s.findings {
		if f.Seq > s.saved {
			continue
		}
		if err := yield(f); err != nil {
			return err
		}
	}
	return nil
}

// testingT is what *testing.T and *rapid.T share.
type testingT interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
	Cleanup(func())
}

// rig is a world with its log in memory, a clock and a hand on its ticker.
type rig struct {
	*World
	t           testingT
	obs, events *memory
	shelf       *shelf
	now         *atomic.Int64
	ticking     chan time.Time
	stop, wait  func() error
	sinks       []Sink
}

func newRig(t testingT, s *shelf, sinks ...Sink) *rig {
	r := &rig{t: t, obs: newMemory(), events: newMemory(), shelf: s, now: new(atomic.Int64), sinks: sinks}
	r.now.Store(t0)
	r.obs.before = s.saved // the log begins where history ends
	r.start()
	return r
}

// start makes a new world, loads it and lets it run.
func (r *rig) start() {
	r.t.Helper()
	w, err := New(Options{Phenomenon: phenomena, Motion: motions, Locate: somewhere, Now: func() time.Time { return time.UnixMilli(r.now.Load()) }})
	if err != nil {
		r.t.Fatal(err)
	}
	r.ticking = make(chan time.Time)
	w.ticks = r.ticking
	r.World = w
	r.load()
	r.run()
}

func (r *rig) load() {
	r.t.Helper()
	_, obs, _ := r.obs.Bounds(context.Background())
	from := Source{Assets: r.shelf, History: r.shelf, Log: Position{Epoch: 1, Obs: obs}}
	if err := r.Load(context.Background(), from); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) run() {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	var err error
	w := r.World
	go func() {
		defer close(ended)
		err = w.Run(ctx, Follow(r.obs, r.events), r.sinks...)
	}()
	r.wait = func() error {
		<-ended
		return err
	}
	r.stop = func() error {
		cancel()
		return r.wait()
	}
	r.t.Cleanup(func() {
		cancel()
		<-ended
	})
}

// stopped waits until Run has ended by itself.
func (r *rig) stopped() error { return r.wait() }

// settled waits until the world has applied all of the log.
func (r *rig) settled() {
	r.t.Helper()
	_, obs, _ := r.obs.Bounds(context.Background())
	_, events, _ := r.events.Bounds(context.Background())
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := r.Wait(ctx, Position{Obs: obs, Events: events}); err != nil {
		r.t.Fatal(err)
	}
}

// report sends observations in one message and waits for the world.
func (r *rig) report(obs ...Observation) uint64 {
	r.t.Helper()
	data, err := AppendObservations(nil, obs)
	if err != nil {
		r.t.Fatal(err)
	}
	seq, _ := r.obs.Append(context.Background(), "obs.test", data)
	r.settled()
	return seq
}

// moves sends fixes in one message and waits for the world.
func (r *rig) moves(fixes ...Fix) uint64 {
	r.t.Helper()
	data, err := AppendFixes(nil, fixes)
	if err != nil {
		r.t.Fatal(err)
	}
	seq, _ := r.obs.Append(context.Background(), "obs.test", data)
	r.settled()
	return seq
}

// put edits an asset and waits for the world.
func (r *rig) put(a *assets.Asset) {
	r.t.Helper()
	r.shelf.mu.Lock()
	r.shelf.assets[a.FID] = a
	r.shelf.mu.Unlock()
	r.event(Event{Type: AssetPut, FID: a.FID, ID: a.ID, Asset: a})
}

func (r *rig) remove(a *assets.Asset) {
	r.t.Helper()
	r.shelf.mu.Lock()
	delete(r.shelf.assets, a.FID)
	r.shelf.mu.Unlock()
	r.event(Event{Type: AssetRemoved, FID: a.FID, ID: a.ID})
}

func (r *rig) event(e Event) {
	r.t.Helper()
	_, last, _ := r.events.Bounds(context.Background())
	e.Seq, e.Time = last+1, time.UnixMilli(r.now.Load())
	data, err := EncodeEvent(e)
	if err != nil {
		r.t.Fatal(err)
	}
	if err := r.events.AppendAfter(context.Background(), last, "events."+e.Type, data); err != nil {
		r.t.Fatal(err)
	}
	r.settled()
}

// pass lets time pass, and the world see it.
func (r *rig) pass(ms int64) {
	r.t.Helper()
	r.now.Add(ms)
	for range 2 { // the second is taken when the first has been dealt with
		select {
		case r.ticking <- time.Time{}:
		case <-time.After(time.Minute):
			r.t.Fatal("the world does not tick")
		}
	}
}

// witness is a sink that remembers.
type witness struct {
	mu      sync.Mutex
	batches []Batch
	took    func(Batch)
}

func (w *witness) Took(b Batch) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.batches = append(w.batches, b)
	if w.took != nil {
		w.took(b)
	}
}

func (w *witness) seen() []Batch {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.batches)
}

func named(prefix string, n int) assets.ID { return assets.ID(fmt.Sprintf("%s-%d", prefix, n)) }

// patrol is a mover that reports every ten seconds.
func patrol(fid assets.FID, id assets.ID, p orb.Point) *assets.Asset {
	a := lamp(fid, id, p)
	a.Kind, a.Class, a.Name = assets.Mover, "mover.patrol", "patrol"
	return a
}

// motions is how the movers of these tests move.
func motions(string) (assets.Motion, bool) {
	return assets.Motion{TopSpeed: 8, Report: 10, MaxAccuracy: 100, Snap: 15}, true
}

// somewhere says of a point that it lies in the area that its longitude names.
func somewhere(p orb.Point) assets.Location {
	return assets.Location{Area: fmt.Sprintf("%.1f", p[0]), Place: &geo.Place{Chainage: geo.Metres(1000 * p[0]), Bank: geo.Left}}
}

func fixAt(id assets.ID, p orb.Point, at int64) Fix {
	return Fix{Asset: id, PhenomenonTime: at, ReceivedTime: at, Lon: p[0], Lat: p[1], Heading: 90, Speed: 1.4, Accuracy: 5}
}
