package ingest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"suhe/assets"
	"suhe/stream/ingest"
	"suhe/twin"
)

var now = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

// oneSensor knows wl-0001, which measures water_level and battery.
type oneSensor struct{}

func (oneSensor) Sensor(id assets.ID) (*assets.SensorSpec, bool) {
	if id != "wl-0001" {
		return nil, false
	}
	return &assets.SensorSpec{Measures: []assets.Measure{{Phenomenon: "water_level"}, {Phenomenon: "battery"}}}, true
}

// tape records what was published, unless it is broken.
type tape struct {
	obs    []twin.Observation
	broken error
}

func (p *tape) Publish(_ context.Context, obs []twin.Observation) error {
	if p.broken == nil {
		p.obs = append(p.obs, obs...)
	}
	return p.broken
}

func intake(p *tape, metrics prometheus.Registerer) *ingest.Intake {
	return ingest.New(ingest.Options{Devices: oneSensor{}, Publisher: p, Now: func() time.Time { return now },
		Log: slog.New(slog.DiscardHandler), Metrics: metrics})
}

// messages are MQTT payloads of wl-0001 and what they become.
var messages = []struct {
	name    string
	payload string
	result  string // one result that is counted
	values  []float64
}{
	{"one", `{"time":"2026-11-23T08:00:00+08:00","values":{"water_level":3.12}}`, ingest.Accepted, []float64{3.12}},
	{"two values in order", `{"values":{"water_level":3.12,"battery":98}}`, ingest.Accepted, []float64{98, 3.12}},
	{"an array", `[{"values":{"water_level":1}},{"values":{"water_level":2}}]`, ingest.Accepted, []float64{1, 2}},
	{"a bad one among good", `[{"values":{"water_level":1}},{"values":{"ph":7}},{"values":{"water_level":2}}]`, ingest.UnknownPhenomenon, []float64{1, 2}},
	{"empty", ``, ingest.Malformed, nil},
	{"garbage", "\x00\xff{", ingest.Malformed, nil},
	{"no values", `{"time":"2026-11-23T08:00:00+08:00","values":{}}`, ingest.Malformed, nil},
	{"empty array", `[]`, ingest.Malformed, nil},
	{"two documents", `{"values":{"water_level":1}} {}`, ingest.Malformed, nil},
	{"unknown field", `{"values":{"water_level":1},"unit":"m"}`, ingest.Malformed, nil},
	{"a word for a number", `{"values":{"water_level":"NaN"}}`, ingest.Malformed, nil},
	{"a number beyond all", `{"values":{"water_level":1e999}}`, ingest.Malformed, nil},
	{"time without offset", `{"time":"2026-11-23T08:00:00","values":{"water_level":1}}`, ingest.Malformed, nil},
	{"two minutes ahead", `{"time":"2026-11-23T08:02:00+08:00","values":{"water_level":1}}`, ingest.Accepted, []float64{1}},
	{"further ahead", `{"time":"2026-11-23T08:02:01+08:00","values":{"water_level":1}}`, ingest.Future, nil},
	{"long ago", `{"time":"2020-01-01T00:00:00Z","values":{"water_level":1}}`, ingest.Accepted, []float64{1}},
	{"too many readings", "[" + strings.Repeat(`{"values":{"battery":1}},`, ingest.MaxReadings) + `{"values":{"battery":1}}]`, ingest.Malformed, nil},
	{"too long", `{"values":{"water_level":1}}` + strings.Repeat(" ", ingest.MaxPayload), ingest.Malformed, nil},
}

func TestLetters(t *testing.T) {
	for _, m := range messages {
		t.Run(m.name, func(t *testing.T) {
			metrics, tape := prometheus.NewRegistry(), &tape{}
			in := intake(tape, metrics)
			if err := in.TakeLetters(t.Context(), []ingest.Letter{{Topic: "suhe/v1/devices/wl-0001/observations", Data: []byte(m.payload)}}); err != nil {
				t.Fatal(err)
			}
			var got []float64
			for _, o := range tape.obs {
				got = append(got, o.Value)
				if o.ReceivedTime != now.UnixMilli() {
					t.Errorf("received at %d", o.ReceivedTime)
				}
			}
			if !slices.Equal(got, m.values) {
				t.Errorf("published %v, want %v", got, m.values)
			}
			if count(t, metrics, m.result) == 0 {
				t.Errorf("nothing was counted as %s", m.result)
			}
		})
	}
}

func count(t *testing.T, metrics *prometheus.Registry, result string) float64 {
	t.Helper()
	families, err := metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if m.GetLabel()[0].GetValue() == result {
				return m.GetCounter().GetValue()
			}
		}
	}
	return 0
}

func TestTopics(t *testing.T) {
	good := []byte(`{"values":{"water_level":1}}`)
	for topic, want := range map[string]int{
		ingest.Topic("wl-0001"):                1,
		ingest.Topic("wl-0002"):                0,
		"suhe/v1/devices/wl 0001/observations": 0,
		"suhe/v1/devices//observations":        0,
		"suhe/v1/devices/wl-0001/commands":     0,
		"suhe/v1/devices/a/b/observations":     0,
		"other":                                0,
	} {
		tape := &tape{}
		if err := intake(tape, nil).TakeLetters(t.Context(), []ingest.Letter{{Topic: topic, Data: good}}); err != nil {
			t.Fatal(err)
		}
		if len(tape.obs) != want {
			t.Errorf("%s: %d observations, want %d", topic, len(tape.obs), want)
		}
	}
}

func TestABatchIsAnsweredItemByItem(t *testing.T) {
	tape := &tape{}
	body := `{"observations":[
		{"id":"wl-0001","time":"2026-11-23T08:00:00+08:00","values":{"water_level":3.12}},
		{"id":"wl-0002","values":{"water_level":1}},
		{"id":"no id!","values":{"water_level":1}},
		{"id":"wl-0001","time":"2027-01-01T00:00:00Z","values":{"water_level":1}},
		{"id":"wl-0001","values":{"ph":7}}]}`
	w := httptest.NewRecorder()
	if err := intake(tape, nil).ServeObservations(w, httptest.NewRequest("POST", "/v1/observations", strings.NewReader(body))); err != nil {
		t.Fatal(err)
	}
	var got ingest.Answer
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, r := range got.Results {
		codes = append(codes, fmt.Sprint(r.Index, " ", r.Code))
	}
	want := []string{"1 unknown_device", "2 malformed", "3 future", "4 unknown_phenomenon"}
	if got.Accepted != 1 || got.Refused != 4 || !slices.Equal(codes, want) {
		t.Errorf("got %+v", got)
	}
	if len(tape.obs) != 1 || tape.obs[0].PhenomenonTime != now.UnixMilli() {
		t.Errorf("published %+v", tape.obs)
	}
}

func TestBadBodies(t *testing.T) {
	for name, body := range map[string]string{
		"empty":     "",
		"no items":  `{"observations":[]}`,
		"garbage":   "\x00",
		"too long":  `{"observations":[` + strings.Repeat(" ", ingest.MaxBody) + "]}",
		"too many":  `{"observations":[` + strings.Repeat("{},", ingest.MaxItems) + "{}]}",
		"a number":  "7",
		"a mistake": `{"observation":[]}`,
	} {
		t.Run(name, func(t *testing.T) {
			err := intake(&tape{}, nil).ServeObservations(httptest.NewRecorder(), httptest.NewRequest("POST", "/", strings.NewReader(body)))
			if !errors.Is(err, assets.ErrInvalid) {
				t.Errorf("got %v, want an invalid body", err)
			}
		})
	}
}

func TestABrokenLogIsBusy(t *testing.T) {
	in := intake(&tape{broken: errors.New("no broker")}, nil)
	letter := ingest.Letter{Topic: ingest.Topic("wl-0001"), Data: []byte(`{"values":{"water_level":1}}`)}
	if err := in.TakeLetters(t.Context(), []ingest.Letter{letter}); !errors.Is(err, ingest.ErrBusy) {
		t.Errorf("got %v, want ErrBusy", err)
	}
	body := strings.NewReader(`{"observations":[{"id":"wl-0001","values":{"water_level":1}}]}`)
	if err := in.ServeObservations(httptest.NewRecorder(), httptest.NewRequest("POST", "/", body)); !errors.Is(err, ingest.ErrBusy) {
		t.Errorf("got %v, want ErrBusy", err)
	}
}

func TestABrokenDeviceDoesNotFillTheLog(t *testing.T) {
	var lines strings.Builder
	clock := now
	in := ingest.New(ingest.Options{Devices: oneSensor{}, Publisher: &tape{}, Now: func() time.Time { return clock },
		Log: slog.New(slog.NewTextHandler(&lines, nil))})
	for range 120 {
		in.TakeLetters(t.Context(), []ingest.Letter{{Topic: ingest.Topic("wl-0001"), Data: []byte("{")}})
		clock = clock.Add(time.Second)
	}
	if n := strings.Count(lines.String(), "\n"); n != 2 {
		t.Errorf("%d lines in two minutes, want 2", n)
	}
}

// Whatever comes is decoded within its bounds or refused.
func FuzzDecode(f *testing.F) {
	for _, m := range messages {
		f.Add(ingest.Topic("wl-0001"), []byte(m.payload))
	}
	f.Fuzz(func(t *testing.T, topic string, payload []byte) {
		readings, err := ingest.Decode(topic, payload)
		if err != nil {
			if !errors.Is(err, assets.ErrInvalid) {
				t.Fatalf("%v is no refusal", err)
			}
			return
		}
		if len(readings) == 0 || len(readings) > ingest.MaxReadings {
			t.Fatalf("%d readings", len(readings))
		}
		for _, r := range readings {
			if len(r.Values) == 0 || len(r.Values) > ingest.MaxValues || ingest.Topic(r.Device) != topic {
				t.Fatalf("%+v", r)
			}
		}
	})
}

func BenchmarkTakeLetters(b *testing.B) {
	letters := make([]ingest.Letter, 256)
	for i := range letters {
		letters[i] = ingest.Letter{Topic: ingest.Topic("wl-0001"), Data: []byte(`{"time":"2026-11-23T08:00:00+08:00","values":{"water_level":3.12}}`)}
	}
	in := intake(&tape{broken: errors.New("drop")}, nil)
	b.ReportAllocs()
	for b.Loop() {
		in.TakeLetters(b.Context(), letters)
	}
}
