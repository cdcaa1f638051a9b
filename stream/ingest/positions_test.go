package ingest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"suhe/assets"
	"suhe/internal/bus"
	"suhe/twin"
)

func (creek) Mover(id assets.ID) bool { return id == "patrol-001" }

// atlas is a log of fixes that can be away.
type atlas struct {
	away  error
	fixes []twin.Fix
}

func (a *atlas) PublishFixes(_ context.Context, fixes []twin.Fix) error {
	if a.away == nil {
		a.fixes = append(a.fixes, fixes...)
	}
	return a.away
}

func newPositions() (*Positions, *atlas, *prometheus.Registry, *bytes.Buffer) {
	log, counts, lines := &atlas{}, prometheus.NewRegistry(), &bytes.Buffer{}
	return NewPositions(PositionOptions{Movers: creek{}, Publisher: log, Metrics: counts,
		Log: slog.New(slog.NewTextHandler(lines, nil)), Now: func() time.Time { return received }}), log, counts, lines
}

// positions are payloads with what becomes of them: the number of fixes, or the
// beginning of an error.
var positions = []struct{ payload, want string }{
	{`{"lon":121.4,"lat":31.2}`, "1"},
	{`{"time":"2026-11-23T08:00:00+08:00","lon":121.4,"lat":31.2,"heading":90,"speed":1.4,"accuracy":8}`, "1"},
	{` [ {"lon":121.4,"lat":31.2} , {"lat":31.2,"lon":1e2} ] `, "2"},
	{`[]`, "0"},
	{`{"lon":121.4}`, "malformed: lat: missing"},
	{`{"lat":31.2}`, "malformed: lon: missing"},
	{`{}`, "malformed: lon: missing"},
	{`{"lon":121.4,"lat":31.2,"lat":31.2}`, "malformed: lat: comes twice"},
	{`{"id":"patrol-001","lon":121.4,"lat":31.2}`, `malformed: unknown key "id"`},
	{`{"lon":121.4,"lat":31.2,"crs":"gcj02"}`, `malformed: unknown key "crs"`},
	{`{"lon":"121.4","lat":31.2}`, "lon: malformed: byte 7"},
	{`{"lon":null,"lat":31.2}`, "lon: malformed"},
	{`{"lon":1e999,"lat":31.2}`, "lon: malformed"},
	{`{"lon":NaN,"lat":31.2}`, "lon: malformed"},
	{`{"lon":121.4,"lat":31.2,"time":"yesterday"}`, "malformed: time"},
	{`{"lon":121.4,"lat":31.2} x`, "malformed: byte 25"},
	{`[{"lon":121.4,"lat":31.2},{"lon":1}]`, "reading 1: malformed: lat"},
	{`{"lon":121.4,"lat":31.2`, "malformed: ends"},
	{``, "malformed: ends"},
	{"[" + strings.Repeat(`{"lon":1,"lat":2},`, MaxReadings) + `{"lon":1,"lat":2}]`, "malformed: more than 1000"},
	{`{"lon":121.4,"lat":31.2}` + strings.Repeat(" ", MaxPayload), "too large: payload"},
}

func TestDecodePositions(t *testing.T) {
	for _, c := range positions {
		fixes, err := DecodePositions(PositionTopic("patrol-001"), []byte(c.payload), received)
		got := fmt.Sprint(len(fixes))
		if err != nil {
			got = err.Error()
		}
		if !strings.HasPrefix(got, c.want) || err != nil && !errors.Is(err, ErrMalformed) && !errors.Is(err, ErrTooLarge) {
			t.Errorf("%.80s: %s, want %s", c.payload, got, c.want)
		}
	}
	now := received.UnixMilli()
	full, err := DecodePositions(PositionTopic("p"), []byte(positions[1].payload), received)
	want := twin.Fix{Asset: "p", PhenomenonTime: 1795392000000, ReceivedTime: now, Lon: 121.4, Lat: 31.2, Heading: 90, Speed: 1.4, Accuracy: 8}
	if err != nil || full[0] != want {
		t.Errorf("got %+v, %v, want %+v", full, err, want)
	}
	bare, err := DecodePositions(PositionTopic("p"), []byte(positions[0].payload), received)
	want = twin.Fix{Asset: "p", PhenomenonTime: now, ReceivedTime: now, Lon: 121.4, Lat: 31.2, Heading: twin.NotTold, Speed: twin.NotTold, Accuracy: twin.NotTold}
	if err != nil || bare[0] != want {
		t.Errorf("got %+v, %v, want %+v", bare, err, want)
	}
	for _, topic := range []string{Topic("p"), "suhe/v1/devices//positions", "suhe/v1/devices/p/q/positions", "positions", ""} {
		if _, err := DecodePositions(topic, []byte(positions[0].payload), received); !errors.Is(err, ErrMalformed) {
			t.Errorf("topic %q: %v", topic, err)
		}
	}
}

// What is decoded can be judged and written, whatever the bytes; and only what
// JSON can say comes out.
func FuzzDecodePositions(f *testing.F) {
	for _, c := range positions {
		f.Add([]byte(c.payload))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		fixes, err := DecodePositions(PositionTopic("patrol-001"), payload, received)
		if err != nil {
			if !errors.Is(err, ErrMalformed) && !errors.Is(err, ErrTooLarge) {
				t.Fatalf("a third kind of error: %v", err)
			}
			return
		}
		if !json.Valid(payload) || len(fixes) > MaxReadings {
			t.Fatalf("%d fixes of %q", len(fixes), payload)
		}
		for i := range fixes {
			_ = fits(&fixes[i], creek{})
		}
		if _, err := twin.AppendFixes(nil, fixes); err != nil {
			t.Fatal(err)
		}
	})
}

func positionLetter(id, payload string) bus.Letter {
	return bus.Letter{Topic: PositionTopic(assets.ID(id)), Data: []byte(payload)}
}

func TestPositionLettersByRule(t *testing.T) {
	p, log, counts, lines := newPositions()
	batch := []bus.Letter{
		positionLetter("patrol-001", `[{"lon":121.4,"lat":31.2},{"lon":181,"lat":31.2},{"lon":121.5,"lat":31.2}]`),
		positionLetter("patrol-001", `garbage`),
		positionLetter("wl-0001", `{"lon":121.4,"lat":31.2}`),
		positionLetter("patrol-001", `{"time":"2026-11-23T09:00:00+08:00","lon":121.4,"lat":31.2}`),
		positionLetter("patrol-001", `{"lon":121.4,"lat":31.2,"heading":-2}`),
		{Topic: Topic("patrol-001"), Data: []byte(`{"lon":121.4,"lat":31.2}`)},
	}
	log.away = errors.New("no broker")
	if err := p.TakeLetters(t.Context(), batch); !errors.Is(err, assets.ErrBusy) {
		t.Fatalf("got %v, want ErrBusy", err)
	}
	countedPositions(t, counts)
	log.away = nil
	if err := p.TakeLetters(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	if len(log.fixes) != 2 || log.fixes[1].Lon != 121.5 {
		t.Errorf("log has %+v", log.fixes)
	}
	countedPositions(t, counts, "mqtt accepted 2", "mqtt future 1", "mqtt malformed 2", "mqtt out_of_range 2", "mqtt unknown_device 1")
	if !strings.Contains(lines.String(), "position refused") {
		t.Errorf("the log says %s", lines)
	}
}

func countedPositions(t *testing.T, counts *prometheus.Registry, want ...string) {
	t.Helper()
	b := bench{counts: counts}
	b.counted(t, want...)
}

func TestPositionBatch(t *testing.T) {
	p, log, counts, _ := newPositions()
	report, err := p.Batch(t.Context(), nil, []byte(`{"positions":[
		{"id":"patrol-001","lon":121.4,"lat":31.2},
		{"id":"nobody","lon":121.4,"lat":31.2},
		{"lon":121.4,"lat":31.2},
		{"id":"patrol-001","lon":121.4,"lat":91},
		{"id":"patrol-001","lon":121.5,"lat":31.2}]}`))
	if err != nil || report.Accepted != 2 || report.Refused != 3 || len(log.fixes) != 2 || log.fixes[0].Asset != "patrol-001" {
		t.Fatalf("%+v, %v", report, err)
	}
	var got []string
	for _, r := range report.Results {
		got = append(got, fmt.Sprint(r.Index, r.Code, r.Detail))
	}
	want := []string{`1unknown_deviceid: no mover nobody: register it first`, `2malformedmalformed: id: missing`, `3out_of_rangelat: 91, want [-90,90]`}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	countedPositions(t, counts, "http accepted 2", "http malformed 1", "http out_of_range 1", "http unknown_device 1")
	for _, body := range []string{`{"observations":[]}`, `{"positions":[],"positions":[]}`, `{}`, `[]`, `{"positions":[}`} {
		if _, err := p.Batch(t.Context(), nil, []byte(body)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", body, err)
		}
	}
	log.away = errors.New("no broker")
	if _, err := p.Batch(t.Context(), nil, []byte(`{"positions":[{"id":"patrol-001","lon":121.4,"lat":31.2}]}`)); !errors.Is(err, assets.ErrBusy) {
		t.Errorf("the log is away: %v", err)
	}
}
