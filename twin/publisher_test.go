package twin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"testing"
	"time"
)

// slow is a stream on which an append tells that it has begun, then waits until
// it is let through.
type slow struct {
	memory
	begun chan struct{}
	gate  chan struct{}
}

func newSlow() *slow {
	return &slow{memory: *newMemory(), begun: make(chan struct{}, 100), gate: make(chan struct{})}
}

func (s *slow) Append(ctx context.Context, subject string, data []byte) (uint64, error) {
	s.begun <- struct{}{}
	select {
	case <-s.gate:
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	return s.memory.Append(ctx, subject, data)
}

func newPublisher(t testing.TB, to Appender) *Publisher {
	t.Helper()
	p, err := NewPublisher(to, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

func (m *memory) observations(t testing.TB) (all []Observation, messages int) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, msg := range m.messages {
		got, err := DecodeReports(msg.Data)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, got.Observations...)
	}
	return all, len(m.messages)
}

func TestPublish(t *testing.T) {
	m := newMemory()
	p := newPublisher(t, m)
	want := []Observation{reading("a", "level", 1, t0), reading("b", "level", 2, t0)}
	for _, o := range [][]Observation{want, nil} {
		if err := p.Publish(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	if got, n := m.observations(t); n != 1 || len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("%d messages with %+v", n, got)
	}
}

func TestPublishRefusesWhatIsNotFinite(t *testing.T) {
	m := newMemory()
	p := newPublisher(t, m)
	if err := p.Publish(t.Context(), []Observation{reading("a", "level", 1, t0), reading("a", "level", math.NaN(), t0)}); err == nil {
		t.Error("no error")
	}
	if got, _ := m.observations(t); len(got) != 0 {
		t.Errorf("in the log: %+v", got)
	}
}

func TestPublishTellsOfFailure(t *testing.T) {
	m := newMemory()
	m.refuse = errors.New("disk is full")
	if err := newPublisher(t, m).Publish(t.Context(), []Observation{reading("a", "level", 1, t0)}); !errors.Is(err, m.refuse) {
		t.Errorf("got %v", err)
	}
}

// Those who come while a message is on its way share the next one.
func TestPublishTogether(t *testing.T) {
	const callers = 50
	s := newSlow()
	p := newPublisher(t, s)
	var wg sync.WaitGroup
	publish := func(i int) {
		if err := p.Publish(context.Background(), []Observation{reading(named("a", i), "level", 1, t0)}); err != nil {
			t.Error(err)
		}
	}
	wg.Go(func() { publish(0) })
	<-s.begun
	for i := 1; i < callers; i++ {
		wg.Go(func() { publish(i) })
	}
	for boarded(p) < callers-1 {
		time.Sleep(time.Millisecond)
	}
	close(s.gate)
	wg.Wait()
	if got, n := s.observations(t); len(got) != callers || n != 2 {
		t.Errorf("%d observations in %d messages, want %d in 2", len(got), n, callers)
	}
}

// boarded is how many observations wait for the next message.
func boarded(p *Publisher) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, w := range p.waiting {
		n += bytes.Count(w.data, []byte(`"a":`))
	}
	return n
}

// Messages stay small, however much comes at once, and keep their order.
func TestPublishCuts(t *testing.T) {
	m := newMemory()
	p := newPublisher(t, m)
	var want []Observation
	for i := range 20_000 {
		want = append(want, reading(named("a", i), "level", float64(i), t0))
	}
	if err := p.Publish(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	got, n := m.observations(t)
	if n < 2 || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%d messages with %d observations", n, len(got))
	}
	for _, msg := range m.messages {
		if len(msg.Data) > publishBytes+1 {
			t.Errorf("a message of %d bytes", len(msg.Data))
		}
	}
}

// Who leaves does not take the others along.
func TestPublishLeavesOnItsContext(t *testing.T) {
	s := newSlow()
	p := newPublisher(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	left, stayed := make(chan error), make(chan error)
	go func() { left <- p.Publish(ctx, []Observation{reading("a", "level", 1, t0)}) }()
	go func() { stayed <- p.Publish(context.Background(), []Observation{reading("b", "level", 1, t0)}) }()
	cancel()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("who left got %v", err)
	}
	close(s.gate)
	if err := <-stayed; err != nil {
		t.Errorf("who stayed got %v", err)
	}
}

// BenchmarkPublish publishes single observations on an embedded bus, from many
// callers at once or one.
func BenchmarkPublish(b *testing.B) {
	for _, callers := range []int{1, 64} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			stream := realStream(b, "OBS", "obs.>")
			p := newPublisher(b, stream)
			b.ReportAllocs()
			b.SetParallelism(callers)
			one := []Observation{reading("sensor-1", "water_level", 3.12, t0)}
			if callers == 1 {
				for b.Loop() {
					if err := p.Publish(context.Background(), one); err != nil {
						b.Fatal(err)
					}
				}
				return
			}
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := p.Publish(context.Background(), one); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}

// BenchmarkAppendAlone is what BenchmarkPublish would cost without sharing messages.
func BenchmarkAppendAlone(b *testing.B) {
	stream := realStream(b, "OBS", "obs.>")
	data, _ := AppendObservations(nil, []Observation{reading("sensor-1", "water_level", 3.12, t0)})
	b.SetParallelism(64)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := stream.Append(context.Background(), "obs.x", data); err != nil {
				b.Error(err)
			}
		}
	})
}
