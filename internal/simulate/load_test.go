package simulate

import (
	"context"
	"strings"
	"testing"
	"time"

	"suhe/assets"
	"suhe/twin"
)

func TestLoadIsHeardWholly(t *testing.T) {
	s := openStation(t)
	for name, o := range map[string]LoadOptions{
		"paced":        {Rate: 2000, BatchSize: 5},
		"one by one":   {Rate: 500},
		"all it takes": {BatchSize: 20},
	} {
		t.Run(name, func(t *testing.T) {
			s.mu.Lock()
			s.heard = map[assets.ID][]twin.Observation{}
			s.mu.Unlock()
			o.Broker, o.Token, o.Devices, o.Duration = s.bus.MQTTAddr(), token, gauges(8), 300*time.Millisecond
			r, err := Load(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			if r.Messages == 0 || r.Acked != r.Messages || r.Observations < r.Messages || r.Latency.P50 <= 0 ||
				r.Latency.P50 > r.Latency.P90 || r.Latency.P90 > r.Latency.P99 || r.Latency.P99 > r.Latency.Max || r.Rate() <= 0 {
				t.Errorf("report %+v", r)
			}
			s.until(t, "every observation", func() bool {
				n := 0
				for _, o := range s.heard {
					n += len(o)
				}
				return n == r.Observations
			})
			s.mu.Lock()
			defer s.mu.Unlock()
			for id, obs := range s.heard {
				for i := 1; i < len(obs); i++ {
					if obs[i].Phenomenon == obs[0].Phenomenon && obs[i].PhenomenonTime <= obs[i-1].PhenomenonTime {
						t.Fatalf("%s: reading %d is not after the one before", id, i)
					}
				}
			}
		})
	}
}

func TestLoadPace(t *testing.T) {
	s := openStation(t)
	r, err := Load(t.Context(), LoadOptions{Broker: s.bus.MQTTAddr(), Token: token, Devices: gauges(4), Rate: 400, Duration: 500 * time.Millisecond, BatchSize: 2})
	if err != nil || r.Messages != 100 {
		t.Errorf("%d messages, %v; want 400 readings/s × 0.5 s / 2 = 100", r.Messages, err)
	}
}

func TestLoadFails(t *testing.T) {
	s := openStation(t)
	good := LoadOptions{Broker: s.bus.MQTTAddr(), Token: token, Devices: gauges(2), Duration: 50 * time.Millisecond}
	for name, tc := range map[string]struct {
		set  func(*LoadOptions)
		want string
	}{
		"no device":      {func(o *LoadOptions) { o.Devices = nil }, "0 devices"},
		"no time":        {func(o *LoadOptions) { o.Duration = 0 }, "more than 0"},
		"batch too big":  {func(o *LoadOptions) { o.BatchSize = 1001 }, "1 to 1000"},
		"wrong token":    {func(o *LoadOptions) { o.Token = func(assets.ID) string { return "x" } }, "log in as g-000"},
		"nobody there":   {func(o *LoadOptions) { o.Broker = "127.0.0.1:1" }, "refused"},
		"nothing to say": {func(o *LoadOptions) { o.Devices = []Device{{ID: "x"}} }, "x measures nothing"},
	} {
		t.Run(name, func(t *testing.T) {
			o := good
			tc.set(&o)
			if _, err := Load(t.Context(), o); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	good.Duration = time.Hour
	if _, err := Load(ctx, good); err == nil {
		t.Error("goes on without its context")
	}
}

func BenchmarkLoad(b *testing.B) {
	s := openStation(b)
	r, err := Load(b.Context(), LoadOptions{Broker: s.bus.MQTTAddr(), Token: token, Devices: gauges(200), Duration: 5 * time.Second, BatchSize: 1})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() { // the figures are of five seconds, not per operation
	}
	b.ReportMetric(float64(r.Acked)/r.Elapsed.Seconds(), "msgs/s")
	b.ReportMetric(r.Rate(), "observations/s")
	b.ReportMetric(float64(r.Latency.P99.Microseconds())/1000, "p99-ms")
}
