package ingest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"suhe/assets"
	"suhe/internal/bus"
	"suhe/twin"
)

// creek is a registry with two sensors.
type creek struct{}

func (creek) Sensor(id assets.ID) (*assets.SensorSpec, bool) {
	switch id {
	case "wl-0001":
		return &assets.SensorSpec{Measures: []assets.Measure{{Phenomenon: "water_level"}, {Phenomenon: "flow"}}}, true
	case "rg-0001":
		return &assets.SensorSpec{Measures: []assets.Measure{{Phenomenon: "rain"}}}, true
	}
	return nil, false
}

// book is a log that can be away.
type book struct {
	away    error
	batches [][]twin.Observation
}

func (b *book) Publish(_ context.Context, obs []twin.Observation) error {
	if b.away != nil {
		return b.away
	}
	b.batches = append(b.batches, append([]twin.Observation(nil), obs...))
	return nil
}

func (b *book) all() (all []twin.Observation) {
	for _, batch := range b.batches {
		all = append(all, batch...)
	}
	return all
}

type bench struct {
	intake *Intake
	book   *book
	lines  *bytes.Buffer
	counts *prometheus.Registry
	now    time.Time
}

func newBench() *bench {
	b := &bench{book: &book{}, lines: &bytes.Buffer{}, counts: prometheus.NewRegistry(), now: received}
	b.intake = New(Options{
		Devices: creek{}, Publisher: b.book, Metrics: b.counts,
		Log: slog.New(slog.NewTextHandler(b.lines, nil)), Now: func() time.Time { return b.now },
	})
	return b
}

// counted checks the counters that are not zero: "mqtt accepted 3".
func (b *bench) counted(t testing.TB, want ...string) {
	t.Helper()
	families, err := b.counts.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range families[0].GetMetric() {
		if v := m.GetCounter().GetValue(); v != 0 { // labels are in order: result, way
			got = append(got, fmt.Sprintf("%s %s %v", m.GetLabel()[1].GetValue(), m.GetLabel()[0].GetValue(), v))
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("counted %v, want %v", got, want)
	}
}

func letter(id, payload string) bus.Letter {
	return bus.Letter{Topic: Topic(assets.ID(id)), Data: []byte(payload)}
}

func TestLettersByRule(t *testing.T) {
	b := newBench()
	err := b.intake.TakeLetters(t.Context(), []bus.Letter{
		letter("wl-0001", good),
		letter("wl-0001", `garbage`),
		letter("wl-0001", `[{"values":{"water_level":1,"ph":7}},{"values":{"flow":99999}}]`),
		letter("nobody", good),
		letter("wl-0001", `{"time":"2026-11-23T08:02:01.501+08:00","values":{"flow":1}}`),
		letter("wl-0001", `{"time":"2026-11-23T08:02:01.5+08:00","values":{"flow":1}}`),
		letter("rg-0001", `{"time":"1970-01-01T00:00:00Z","values":{"rain":0}}`),
		{Topic: "elsewhere", Data: []byte(good)},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(b.book.batches) != 1 {
		t.Errorf("%d messages in the log, want 1", len(b.book.batches))
	}
	want := "water_level=3.12@1500 water_level=1@0 flow=99999@0 flow=1@-120000 rain=0@" + fmt.Sprint(received.UnixMilli())
	if got := written(b.book.all()); got != want {
		t.Errorf("log has %q,\nwant %q", got, want)
	}
	b.counted(t, "mqtt accepted 5", "mqtt future 1", "mqtt malformed 2", "mqtt unknown_device 1", "mqtt unknown_phenomenon 1")
}

func TestLettersWaitWhileTheLogIsAway(t *testing.T) {
	b := newBench()
	batch := []bus.Letter{letter("wl-0001", good), letter("wl-0001", "x")}
	b.book.away = errors.New("no broker")
	if err := b.intake.TakeLetters(t.Context(), batch); !errors.Is(err, assets.ErrBusy) {
		t.Fatalf("got %v, want ErrBusy", err)
	}
	b.counted(t)
	b.book.away = nil
	if err := b.intake.TakeLetters(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	b.counted(t, "mqtt accepted 1", "mqtt malformed 1")
}

func TestRefusedLettersNeedNoLog(t *testing.T) {
	b := newBench()
	b.book.away = errors.New("no broker")
	if err := b.intake.TakeLetters(t.Context(), []bus.Letter{letter("wl-0001", "x")}); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestNotFinite(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		o := twin.Observation{Asset: "wl-0001", Phenomenon: "flow", Value: v}
		if err := shape(&o, received, creek{}); resultOf(err) != NotFinite {
			t.Errorf("%v: %v", v, err)
		}
	}
}

func TestComplaintsAreFewAndShort(t *testing.T) {
	b := newBench()
	secret := strings.Repeat("x", excerptBytes) + "SECRET"
	var batch []bus.Letter
	for range 50 {
		batch = append(batch, letter("wl-0001", secret))
	}
	for i := range 500 {
		batch = append(batch, letter(fmt.Sprint("dev", i), "x"))
	}
	if err := b.intake.TakeLetters(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	text := b.lines.String()
	if n := strings.Count(text, "asset=wl-0001 "); n != complaintsEach {
		t.Errorf("%d lines about one device, want %d", n, complaintsEach)
	}
	if n := strings.Count(text, "\n"); n != complaintsAll {
		t.Errorf("%d lines, want %d", n, complaintsAll)
	}
	if strings.Contains(text, "SECRET") {
		t.Error("the payload is in the log")
	}
	b.now = b.now.Add(time.Minute)
	b.lines.Reset()
	_ = b.intake.TakeLetters(t.Context(), batch[:1])
	if text := b.lines.String(); !strings.Contains(text, "suppressed=450") {
		t.Errorf("a minute later: %s", text)
	}
}

func (b *bench) post(t testing.TB, body string) (*httptest.ResponseRecorder, error) {
	t.Helper()
	w := httptest.NewRecorder()
	err := b.intake.ServeObservations(w, httptest.NewRequest(http.MethodPost, "/v1/observations", strings.NewReader(body)), nil)
	return w, err
}

func TestBatchTellsOfEachReading(t *testing.T) {
	b := newBench()
	w, err := b.post(t, `{"observations":[
		{"id":"wl-0001","time":"2026-11-23T08:00:00+08:00","values":{"water_level":3.12,"ph":7}},
		{"id":"rg-0001","values":{"rain":0.2}},
		{"id":"wl-0001","time":"2026-11-23T09:00:00+08:00","values":{"flow":1}},
		{"id":"nobody","values":{"rain":0.2}},
		{"id":"wl 1","values":{"rain":0.2}},
		{"values":{"rain":0.2}},
		{"id":"rg-0001","values":{"rain":{"deep":[1,2,{"x":null}]}}},
		7]}`)
	if err != nil {
		t.Fatal(err)
	}
	var got Report
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Accepted != 2 || got.Refused != 7 {
		t.Errorf("accepted %d, refused %d", got.Accepted, got.Refused)
	}
	var codes []string
	for _, r := range got.Results {
		codes = append(codes, fmt.Sprintf("%d%s:%s", r.Index, r.Phenomenon, r.Code))
		if r.Detail == "" {
			t.Errorf("%d has no detail", r.Index)
		}
	}
	want := "[0ph:unknown_phenomenon 2flow:future 3rain:unknown_device 4:malformed 5:malformed 6:malformed 7:malformed]"
	if fmt.Sprint(codes) != want {
		t.Errorf("got  %v\nwant %v", codes, want)
	}
	if got := written(b.book.all()); got != "water_level=3.12@1500 rain=0.2@0" {
		t.Errorf("log has %q", got)
	}
	b.counted(t, "http accepted 2", "http future 1", "http malformed 4", "http unknown_device 1", "http unknown_phenomenon 1")
}

func TestBatchOfNothing(t *testing.T) {
	b := newBench()
	w, err := b.post(t, `{"observations":[]}`)
	if err != nil || w.Body.String() != `{"accepted":0,"refused":0,"results":[]}` {
		t.Errorf("got %s, %v", w.Body, err)
	}
}

var bodies = []struct {
	name, body string
	kind       error
}{
	{"nothing", ``, assets.ErrInvalid},
	{"array", `[]`, assets.ErrInvalid},
	{"no key", `{}`, assets.ErrInvalid},
	{"other key", `{"obs":[]}`, assets.ErrInvalid},
	{"twice", `{"observations":[],"observations":[]}`, assets.ErrInvalid},
	{"no array", `{"observations":{}}`, assets.ErrInvalid},
	{"cut", `{"observations":[{"id":"wl-0001"`, assets.ErrInvalid},
	{"after", `{"observations":[]}]`, assets.ErrInvalid},
	{"bad item", `{"observations":[{"id":"wl-0001","values":{"flow":NaN}}]}`, assets.ErrInvalid},
	{"deep", `{"observations":[` + strings.Repeat("[", 100), assets.ErrInvalid},
	{"too many", `{"observations":[` + strings.Repeat("0,", MaxItems) + `0]}`, assets.ErrInvalid},
	{"too large", `{"observations":[` + strings.Repeat(" ", MaxBody) + `]}`, ErrTooLarge},
}

func TestBadBodies(t *testing.T) {
	for _, tc := range bodies {
		t.Run(tc.name, func(t *testing.T) {
			b := newBench()
			w, err := b.post(t, tc.body)
			if !errors.Is(err, tc.kind) {
				t.Errorf("got %v, want %v", err, tc.kind)
			}
			if w.Body.Len() != 0 || len(b.book.batches) != 0 {
				t.Errorf("answered %q, %d in the log", w.Body, len(b.book.batches))
			}
		})
	}
}

func TestBatchWhileTheLogIsAway(t *testing.T) {
	b := newBench()
	b.book.away = errors.New("no broker")
	_, err := b.post(t, `{"observations":[{"id":"wl-0001","values":{"flow":1}}]}`)
	if !errors.Is(err, assets.ErrBusy) {
		t.Errorf("got %v, want ErrBusy", err)
	}
	b.counted(t)
}

func FuzzBatch(f *testing.F) {
	for _, tc := range bodies {
		f.Add([]byte(tc.body))
	}
	f.Add([]byte(`{"observations":[{"id":"wl-0001","values":{"flow":1}},{"id":"wl-0001","values":{"flow":"1"}}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		items, err := readBatch(body)
		if err == nil && !json.Valid(body) {
			t.Errorf("took %q, which is no JSON", body)
		}
		if len(items) > MaxItems {
			t.Errorf("%d items", len(items))
		}
	})
}

func TestMetricOnce(t *testing.T) {
	b := newBench()
	families, err := b.counts.Gather()
	if err != nil || len(families) != 1 || len(families[0].GetMetric()) != 3*len(Results()) {
		t.Errorf("%v, %v", families, err)
	}
}

func BenchmarkLetters(b *testing.B) {
	w := newBench()
	w.intake.publisher = nowhere{}
	batch := make([]bus.Letter, 1000)
	for i := range batch {
		batch[i] = letter("wl-0001", good)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := w.intake.TakeLetters(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*len(batch))/b.Elapsed().Seconds(), "observations/s")
}

type nowhere struct{}

func (nowhere) Publish(context.Context, []twin.Observation) error { return nil }

func write(t testing.TB, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
