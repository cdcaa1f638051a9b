package public

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"go.uber.org/goleak"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/internal/bus"
	"suhe/internal/testclock"
	"suhe/twin"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const delay = 15 * time.Minute

// tape is a stream in memory.
type tape struct {
	mu       sync.Mutex
	messages []bus.Message
	grown    chan struct{}
}

func (s *tape) append(at time.Time, data []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages = append(s.messages, bus.Message{Seq: uint64(len(s.messages) + 1), Data: data, Time: at})
	if s.grown != nil {
		close(s.grown)
		s.grown = nil
	}
}

func (s *tape) after(seq uint64) (m bus.Message, grown chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if seq < uint64(len(s.messages)) {
		return s.messages[seq], nil
	}
	if s.grown == nil {
		s.grown = make(chan struct{})
	}
	return m, s.grown
}

func (s *tape) Read(ctx context.Context, after uint64) iter.Seq2[bus.Message, error] {
	return func(yield func(bus.Message, error) bool) {
		for seq := after; ; {
			m, grown := s.after(seq)
			if grown == nil {
				if seq++; !yield(m, nil) {
					return
				}
				continue
			}
			select {
			case <-grown:
			case <-ctx.Done():
				return
			}
		}
	}
}

func (s *tape) Bounds(context.Context) (first, last uint64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return 1, uint64(len(s.messages)), nil
}

func (s *tape) Next(_ context.Context, from uint64, _ string) (bus.Message, error) {
	m, grown := s.after(from - 1)
	if grown != nil {
		return m, bus.ErrNone
	}
	return m, nil
}

// rig is a log, a registry and a clock.
type rig struct {
	t           *testing.T
	obs, events tape
	registered  []*assets.Asset
	clock       *testclock.Clock
}

func (r *rig) Load(_ context.Context, yield func(*assets.Asset) error) (uint64, error) {
	for _, a := range r.registered {
		if err := yield(a); err != nil {
			return 0, err
		}
	}
	_, last, err := r.events.Bounds(context.Background())
	return last, err
}

// event appends one of now.
func (r *rig) event(e twin.Event) {
	r.t.Helper()
	_, last, _ := r.events.Bounds(r.t.Context())
	e.Seq, e.Time = last+1, r.clock.Now()
	data, err := twin.EncodeEvent(e)
	if err != nil {
		r.t.Fatal(err)
	}
	r.events.append(e.Time, data)
}

func (r *rig) put(a *assets.Asset) {
	r.event(twin.Event{Type: twin.AssetPut, FID: a.FID, ID: a.ID, Asset: a})
}

// observe appends a value of now.
func (r *rig) observe(id assets.ID, phenomenon string, value float64) {
	r.t.Helper()
	now := r.clock.Now()
	data, err := twin.AppendObservations(nil, []twin.Observation{{Asset: id, Phenomenon: phenomenon, Value: value, PhenomenonTime: now.UnixMilli(), ReceivedTime: now.UnixMilli()}})
	if err != nil {
		r.t.Fatal(err)
	}
	r.obs.append(now, data)
}

func newRig(t *testing.T, registered ...*assets.Asset) *rig {
	return &rig{t: t, registered: registered, clock: testclock.New(time.Date(2026, 11, 23, 8, 0, 30, 0, time.UTC))}
}

func (r *rig) view() *View {
	r.t.Helper()
	v, err := New(Options{Delay: delay, Grid: 50, Classes: assets.DefaultClasses(), Registry: r, Now: r.clock.Now, Obs: &r.obs, Events: &r.events,
		Epoch: func(context.Context) (uint64, error) { return 7, nil }})
	if err != nil {
		r.t.Fatal(err)
	}
	return v
}

// run lets the view begin, and ends it with the test.
func (r *rig) run(v *View, sinks ...twin.Sink) {
	r.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); v.Run(ctx, sinks...) }()
	r.t.Cleanup(func() { stop(); <-ended })
	if err := v.Ready(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
}

// wait waits until the view has come to the position.
func (r *rig) wait(v *View, p twin.Position) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), time.Minute)
	defer cancel()
	if err := v.World().Wait(ctx, p); err != nil {
		r.t.Fatal(err)
	}
}

// heard are the events that sinks are told.
type heard struct {
	mu     sync.Mutex
	events []twin.Event
}

func (h *heard) Took(b twin.Batch) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events = append(h.events, b.Events...)
}

func (h *heard) all() []twin.Event {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.events)
}

// gauge is a sensor with all that nobody may know.
func gauge(fid assets.FID, id assets.ID, changed time.Time) *assets.Asset {
	place := geo.Place{Chainage: 1234.5, Bank: "left", Offset: 12.3}
	return &assets.Asset{ID: id, FID: fid, Kind: assets.Sensor, Class: "sensor.water_level", Name: "水位计", Lifecycle: assets.InUse, Owner: "secret-owner",
		Location: assets.Location{Area: "310107005", Place: &place}, Shape: assets.Shape{Geometry: geo.Solid{Plane: orb.Point{121.4412345, 31.2512345}, Z: []float64{4}}, Orientation: 33},
		Revision:   assets.Revision{N: int64(fid), At: changed, By: "secret-by", Why: "secret-why"},
		Properties: assets.Properties{{Key: "contact", Value: "secret-contact"}, {Key: "model", Value: "secret-model"}, {Key: "name_en", Value: "Gauge"}},
		Sensor: &assets.SensorSpec{ReportInterval: time.Minute, MountedOn: "secret-pole",
			Measures: []assets.Measure{{Phenomenon: "water_level", Unit: "m", Normal: [2]float64{1, 2}}, {Phenomenon: "unheard", Unit: "1"}}}}
}

func TestWhatAnybodyMayKnowOfAnAsset(t *testing.T) {
	r := rules{50, assets.DefaultClasses()}
	a := gauge(1, "wl-1", time.Now())
	got := r.asset(a)
	text, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "secret") || strings.Contains(string(text), "121.441234") {
		t.Errorf("told: %s", text)
	}
	if got.Name != a.Name || got.Properties.Text("name_en") != "Gauge" || got.Location.Area != a.Location.Area || got.Revision.N != 1 {
		t.Errorf("not told: %s", text)
	}
	if p := got.Location.Place; p.Chainage != 1250 || p.Offset != 0 || p.Bank != "left" {
		t.Errorf("along the creek at %+v", p)
	}
	at := got.Shape.Geometry.Plane.(orb.Point)
	if d := geo.Distance(at, orb.Point{121.4412345, 31.2512345}); d == 0 || d > 40 || got.Shape.Geometry.Z != nil {
		t.Errorf("%v m from where it is, with heights %v", d, got.Shape.Geometry.Z)
	}
	if len(got.Sensor.Measures) != 1 || got.Sensor.Measures[0].Normal != [2]float64{} || got.Sensor.ReportInterval != 0 {
		t.Errorf("sensor %+v", got.Sensor)
	}
	for name, change := range map[string]func(a *assets.Asset){
		"a camera":     func(a *assets.Asset) { a.Kind, a.Class = assets.Camera, "camera.dome" },
		"a patrol":     func(a *assets.Asset) { a.Kind, a.Class = assets.Mover, "mover.patrol" },
		"internal":     func(a *assets.Asset) { a.Sensitivity = assets.Internal },
		"planned only": func(a *assets.Asset) { a.Lifecycle = assets.Planned },
	} {
		of := *a
		if change(&of); r.asset(&of) != nil {
			t.Errorf("%s is known to anybody", name)
		}
	}
	bridge := *a
	bridge.Kind, bridge.Class = assets.Bridge, "bridge.road"
	bridge.Shape.Geometry = geo.Solid{Plane: orb.LineString{{121.4412345, 31.2512345}, {121.4512345, 31.2512345}}}
	if got := r.asset(&bridge); !orb.Equal(got.Shape.Geometry.Plane, bridge.Shape.Geometry.Plane) {
		t.Errorf("the ground is not where it is: %v", got.Shape.Geometry.Plane)
	}
}

func TestTheViewIsLate(t *testing.T) {
	begin := time.Date(2026, 11, 23, 8, 0, 30, 0, time.UTC)
	old, new := gauge(1, "wl-1", begin.Add(-time.Hour)), gauge(2, "wl-2", begin.Add(-5*time.Minute))
	r := newRig(t, old, new)
	r.clock.Set(begin.Add(-16 * time.Minute))
	r.observe("wl-1", "water_level", 3.14159)
	r.observe("wl-1", "unheard", 5)
	r.clock.Set(begin.Add(-5 * time.Minute))
	r.put(new)
	r.observe("wl-1", "water_level", 4.2)
	r.clock.Set(begin)
	v := r.view()
	told := &heard{}
	r.run(v, told)
	r.wait(v, twin.Position{Obs: 2})
	value := func() float64 {
		is := v.World().ByID("wl-1")
		if is == nil || len(is.Last) != 1 || is.Last[0].PhenomenonTime%60_000 != 0 {
			t.Fatalf("wl-1 is %+v", is)
		}
		return is.Last[0].Value
	}
	if got := value(); got != 3.1 {
		t.Errorf("the value is %v, want that of 16 minutes ago, to a step", got)
	}
	if v.World().ByID("wl-2") != nil {
		t.Error("what changed 5 minutes ago is known")
	}
	is := v.World().ByID("wl-1")
	if is.Severity != 0 || is.State.Communication == twin.Offline || is.Summary() != "normal" {
		t.Errorf("its state is told: %+v", is.State)
	}
	r.clock.Pass(10 * time.Minute)
	r.wait(v, twin.Position{Obs: 3, Events: 1})
	if got := value(); got != 4.2 {
		t.Errorf("10 minutes later the value is %v", got)
	}
	if v.World().ByID("wl-2") == nil {
		t.Error("10 minutes later what changed is not known")
	}
	if events := told.all(); len(events) != 1 || events[0].Asset.Owner != "" {
		t.Errorf("told of %+v", events)
	}
}

// What leaves the public's view, or was never in it, is at most told to be gone.
func TestWhatIsNotForThePublicIsGone(t *testing.T) {
	begin := time.Date(2026, 11, 23, 8, 0, 30, 0, time.UTC)
	shown := gauge(1, "wl-1", begin.Add(-time.Hour))
	r := newRig(t, shown)
	v := r.view()
	told := &heard{}
	r.run(v, told)
	hidden := *shown
	hidden.Sensitivity, hidden.Revision.N = assets.Restricted, 9
	r.put(&hidden)
	camera := gauge(3, "secret-camera", begin)
	camera.Kind, camera.Class, camera.Sensor = assets.Camera, "camera.dome", nil
	r.put(camera)
	r.event(twin.Event{Type: twin.AssetRemoved, FID: 3, ID: "secret-camera"})
	r.clock.Pass(delay)
	r.wait(v, twin.Position{Events: 3})
	if v.World().ByID("wl-1") != nil || v.World().ByID("secret-camera") != nil {
		t.Error("what is restricted is shown")
	}
	// Streams tell of a removal to who sees everything, or saw what was removed.
	anybody := access.GrantOf([]access.Role{access.Public}, []string{access.Everywhere}).Compile(nil)
	for _, e := range told.all() {
		if e.Asset != nil || e.Was != nil && e.Was.ID != "wl-1" || anybody.Covers(access.Open()) {
			t.Errorf("told of %+v", e)
		}
	}
}

// Fixes and findings are in no entry, whatever else is.
func TestPicturesAndWaysAreLeftOut(t *testing.T) {
	e := twin.Entry{Fixes: []twin.Fix{{Asset: "p-1"}}, Findings: []twin.Finding{{ID: "f"}},
		Observations: []twin.Observation{{Asset: "wl-1", Phenomenon: "unheard", Value: 1}, {Asset: "wl-1", Phenomenon: "flow", Value: 12}}}
	log{rules: rules{50, assets.DefaultClasses()}}.generalise(&e)
	if e.Fixes != nil || e.Findings != nil || len(e.Observations) != 1 || e.Observations[0].Value != 10 {
		t.Errorf("%+v", e)
	}
}

// series are values of every second.
type series struct{ asked []time.Time }

func (s *series) Series(_ context.Context, _ assets.ID, _ string, from, to time.Time, _ int) (out []twin.Sample, _ error) {
	s.asked = append(s.asked, from, to)
	for at := from; at.Before(to); at = at.Add(time.Second) {
		out = append(out, twin.Sample{Time: at.UnixMilli(), Value: 3.14159})
	}
	return out, nil
}

func TestHistoryIsLate(t *testing.T) {
	r := newRig(t)
	v := r.view()
	s := &series{}
	h := v.History(s)
	now := r.clock.Now()
	got, err := h.Series(t.Context(), "wl-1", "water_level", now.Add(-20*time.Minute), now, 10)
	if err != nil || len(got) != 6 || !s.asked[1].Equal(now.Add(-delay)) {
		t.Fatalf("%v %v, asked %v", got, err, s.asked)
	}
	for _, sample := range got {
		if sample.Time%60_000 != 0 || sample.Value != 3.1 {
			t.Errorf("sample %+v", sample)
		}
	}
	for _, phenomenon := range []string{"water_level", "unheard"} {
		if got, err := h.Series(t.Context(), "wl-1", phenomenon, now.Add(-delay), now, 10); err != nil || len(got) != 0 {
			t.Errorf("%s of now: %v %v", phenomenon, got, err)
		}
	}
	if found, err := h.Findings(t.Context(), twin.FindingQuery{}); err != nil || found != nil {
		t.Errorf("findings %v %v", found, err)
	}
}

// The place in a stream is found by time, however much there is.
func TestBefore(t *testing.T) {
	s := &tape{}
	at := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	for i := range 100 {
		s.append(at.Add(time.Duration(i)*time.Second), nil)
	}
	for after, want := range map[time.Duration]uint64{-time.Hour: 0, 0: 0, time.Second / 2: 1, 50 * time.Second: 50, time.Hour: 100} {
		if got, err := before(t.Context(), s, at.Add(after)); err != nil || got != want {
			t.Errorf("before %v: %d %v, want %d", after, got, err, want)
		}
	}
	if got, err := before(t.Context(), &tape{}, at); err != nil || got != 0 {
		t.Errorf("of nothing: %d %v", got, err)
	}
}

// Nobody waits for ever for a view that nobody runs.
func TestAViewThatDoesNotBegin(t *testing.T) {
	v := newRig(t).view()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := v.Ready(ctx); err == nil || !strings.Contains(err.Error(), fmt.Sprint(assets.ErrBusy)) {
		t.Errorf("%v", err)
	}
}
