package simulate

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"suhe/assets"
	"suhe/internal/bus"
	"suhe/stream/command"
	"suhe/stream/ingest"
	"suhe/twin"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// station is a broker whose inbox keeps what the devices say.
type station struct {
	bus *bus.Bus

	mu    sync.Mutex
	heard map[assets.ID][]twin.Observation // in order of arrival
	sizes map[assets.ID][]int              // readings of each message
	wrong []string
	news  chan struct{}
}

func token(id assets.ID) string { return "secret of " + string(id) }

func login(user, password string) (bus.Rights, bool) {
	id := assets.ID(user)
	return bus.Rights{Publish: []string{ingest.Topic(id), command.AckTopic(id)}, Subscribe: []string{command.Topic(id)}}, password == token(id)
}

func openStation(t testing.TB) *station {
	t.Helper()
	b, err := bus.Open(t.Context(), bus.Options{Dir: t.TempDir(), MQTTListen: "127.0.0.1:0", Login: login,
		Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	s := &station{bus: b, heard: map[assets.ID][]twin.Observation{}, sizes: map[assets.ID][]int{}, news: make(chan struct{}, 1)}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.Inbox(ctx, ingest.Topics, s.take) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func (s *station) take(_ context.Context, batch []bus.Letter) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range batch {
		obs, err := ingest.Decode(l.Topic, l.Data, time.Now())
		if err != nil {
			s.wrong = append(s.wrong, err.Error())
			continue
		}
		id := obs[0].Asset
		s.heard[id] = append(s.heard[id], obs...)
		s.sizes[id] = append(s.sizes[id], len(obs))
	}
	select {
	case s.news <- struct{}{}:
	default:
	}
	return nil
}

// until waits until the condition holds; it sees the station locked.
func (s *station) until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(2 * time.Minute)
	for {
		s.mu.Lock()
		ok, wrong := holds(), s.wrong
		s.mu.Unlock()
		if len(wrong) > 0 {
			t.Fatalf("station cannot read: %v", wrong[0])
		}
		if ok {
			return
		}
		select {
		case <-s.news:
		case <-deadline:
			t.Fatalf("%s: does not come", what)
		}
	}
}

func gauges(n int) []Device {
	kinds := [][]string{{"water_level"}, {"flow", "velocity"}, {"ph", "dissolved_oxygen", "turbidity"}, {"rainfall"}}
	out := make([]Device, n)
	for i := range out {
		spec := &assets.SensorSpec{ReportInterval: time.Minute}
		for _, p := range kinds[i%len(kinds)] {
			spec.Measures = append(spec.Measures, assets.Measure{Phenomenon: p, Normal: [2]float64{0, 1}})
		}
		out[i] = Device{ID: assets.ID(fmt.Sprintf("g-%04d", i)), Sensor: spec, Chainage: float64(i) * 20}
	}
	return out
}

// play runs the devices until the returned function is called.
func play(t testing.TB, o Options) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		Run(ctx, o)
	}()
	var once sync.Once
	stop = func() { once.Do(func() { cancel(); <-done }) }
	t.Cleanup(stop)
	return stop
}

func TestDevicesReport(t *testing.T) {
	s := openStation(t)
	devices := append(gauges(20), Device{ID: "with.dot", Sensor: gauges(1)[0].Sensor})
	stop := play(t, Options{Broker: s.bus.MQTTAddr(), Token: token, Devices: devices, Interval: 50 * time.Millisecond})
	s.until(t, "three reports of each device that is not silent", func() bool {
		for _, d := range devices {
			if what, _ := (Nature{}).faultAt(string(d.ID), time.Now()); what != silent && len(s.sizes[d.ID]) < 3 {
				return false
			}
		}
		return true
	})
	stop()
	s.mu.Lock() // what was sent last may still come in
	defer s.mu.Unlock()
	for _, d := range devices {
		for _, o := range s.heard[d.ID] {
			if want := (Nature{}).measure(d, measureOf(d, o.Phenomenon), time.UnixMilli(o.PhenomenonTime)); o.Value != want {
				if near := (Nature{}).measure(d, measureOf(d, o.Phenomenon), time.UnixMilli(o.PhenomenonTime+1)); o.Value != near {
					t.Errorf("%s: %s is %v, want %v", d.ID, o.Phenomenon, o.Value, want)
				}
			}
		}
	}
}

func measureOf(d Device, phenomenon string) assets.Measure {
	i := slices.IndexFunc(d.Sensor.Measures, func(m assets.Measure) bool { return m.Phenomenon == phenomenon })
	return d.Sensor.Measures[i]
}

// A silent device measures on, and sends all of it in order when it is back.
func TestDropoutEndsInALateBatch(t *testing.T) {
	n := Nature{Seed: 11}
	d := gauges(1)[0]
	end := dropout(t, n, &d)
	s := openStation(t)
	var mu sync.Mutex
	now := end.Add(-5 * time.Minute)
	stop := play(t, Options{
		Broker: s.bus.MQTTAddr(), Token: token, Devices: []Device{d}, Interval: 10 * time.Millisecond, Nature: n,
		Now: func() time.Time { // twenty seconds pass between two reports
			mu.Lock()
			defer mu.Unlock()
			now = now.Add(20 * time.Second)
			return now
		},
	})
	s.until(t, "what it measured in the silence", func() bool {
		o := s.heard[d.ID]
		return len(o) > 0 && o[len(o)-1].PhenomenonTime > end.Add(2*time.Minute).UnixMilli()
	})
	stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	heard := s.heard[d.ID]
	if first := heard[0].PhenomenonTime; first != end.Add(-5*time.Minute+20*time.Second).UnixMilli() {
		t.Errorf("the first reading is %v before the end of the silence", end.Sub(time.UnixMilli(first)))
	}
	if s.sizes[d.ID][0] < 10 {
		t.Errorf("the late batch has %d readings", s.sizes[d.ID][0])
	}
	for i := 1; i < len(heard); i++ {
		if step := heard[i].PhenomenonTime - heard[i-1].PhenomenonTime; step != 20_000 {
			t.Fatalf("reading %d is %d ms after the one before", i, step)
		}
	}
}

// dropout renames the device until it has a silence of its own that is followed
// by peace, and returns the end of it.
func dropout(t *testing.T, n Nature, d *Device) time.Time {
	for i := range 10000 {
		d.ID = assets.ID(fmt.Sprint("g-", i))
		at := noon
		if what, _ := n.faultAt(string(d.ID), at); what != silent {
			continue
		}
		for ; ; at = at.Add(time.Second) {
			if what, _ := n.faultAt(string(d.ID), at); what != silent {
				break
			}
		}
		before, _ := n.faultAt(string(d.ID), at.Add(-6*time.Minute))
		after, _ := n.faultAt(string(d.ID), at.Add(11*time.Minute))
		if before == silent && after == sound {
			return at
		}
	}
	t.Fatal("no device is ever silent")
	return time.Time{}
}

func TestDevicesComeBack(t *testing.T) {
	dir := t.TempDir()
	open := func(addr string) *bus.Bus {
		b, err := bus.Open(t.Context(), bus.Options{Dir: dir, MQTTListen: addr, Login: login})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	first := open("127.0.0.1:0")
	addr := first.MQTTAddr()
	s := &station{heard: map[assets.ID][]twin.Observation{}, sizes: map[assets.ID][]int{}, news: make(chan struct{}, 1)}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- first.Inbox(ctx, ingest.Topics, s.take) }()
	d := gauges(1)[0]
	for what := silent; what == silent; {
		d.ID += "x"
		what, _ = Nature{}.faultAt(string(d.ID), time.Now().Add(2*time.Minute))
	}
	stop := play(t, Options{Broker: addr, Token: token, Devices: []Device{d}, Interval: 50 * time.Millisecond})
	s.until(t, "a report", func() bool { return len(s.heard[d.ID]) > 0 })
	cancel()
	<-ended
	if err := first.Close(); err != nil {
		t.Error(err)
	}
	s.mu.Lock()
	before := len(s.heard[d.ID])
	s.mu.Unlock()
	time.Sleep(200 * time.Millisecond) // it measures on without a broker

	second := open(addr)
	ctx, cancel = context.WithCancel(t.Context())
	go func() { ended <- second.Inbox(ctx, ingest.Topics, s.take) }()
	s.until(t, "reports after the broker came back", func() bool { return len(s.heard[d.ID]) > before+5 })
	stop()
	cancel()
	<-ended
	if err := second.Close(); err != nil {
		t.Error(err)
	}
}

// BenchmarkRun tells what a device costs the process that plays it.
func BenchmarkRun(b *testing.B) {
	s := openStation(b)
	devices := gauges(800)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	routines := runtime.NumGoroutine()
	stop := play(b, Options{Broker: s.bus.MQTTAddr(), Token: token, Devices: devices, Interval: 5 * time.Second})
	s.until(b, "all devices", func() bool { return len(s.heard) > len(devices)*9/10 })
	runtime.GC()
	runtime.ReadMemStats(&after)
	for b.Loop() { // the figures are per device, not per operation
	}
	n := float64(len(devices))
	b.ReportMetric(float64(after.HeapInuse+after.StackInuse-before.HeapInuse-before.StackInuse)/n, "B/device")
	b.ReportMetric(float64(runtime.NumGoroutine()-routines)/n, "goroutines/device")
	stop()
}
