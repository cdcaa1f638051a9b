package ingest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"suhe/assets"
	"suhe/internal/bus"
	"suhe/stream/ingest/deadletter"
	"suhe/stream/ingest/mapping"
	"suhe/twin"
)

const vendorMapping = `{"gateways":["gw-1"],"topic":"water/#","http":true,"items":"/list",
	"device":{"from":"/sn","ids":{"A":"wl-0001","B":"rg-0001","C":"gone"}},
	"values":[{"from":"/mm","phenomenon":"water_level","unit":"mm","deadband":0.1}],"atLeastEvery":"1m"}`

// shelf is a folder of mappings that never changes.
type shelf struct{ *mapping.Folder }

// box collects dead letters.
type box struct{ letters []deadletter.Letter }

func (b *box) Keep(l deadletter.Letter) {
	l.Size = len(l.Payload)
	b.letters = append(b.letters, l)
}

// reasons lists what is in the box.
func (b *box) reasons() string {
	var out []string
	for _, l := range b.letters {
		out = append(out, l.Reason+" "+string(l.Device)+" "+string(l.Payload))
	}
	return strings.Join(out, "; ")
}

func newMapped(t *testing.T) (*bench, *box) {
	t.Helper()
	b, dead := newBench(), new(box)
	dir := t.TempDir()
	write(t, dir+"/vendor.json", vendorMapping)
	folder, err := mapping.OpenFolder(mapping.FolderOptions{Dir: dir, Phenomena: assets.DefaultClasses()})
	if err != nil {
		t.Fatal(err)
	}
	b.intake.mappings, b.intake.refused = shelf{folder}, dead
	return b, dead
}

func gatewayLetter(topic, payload string) bus.Letter {
	return bus.Letter{Topic: "suhe/v1/gateways/" + topic, Data: []byte(payload)}
}

func TestMappedLetters(t *testing.T) {
	b, dead := newMapped(t)
	err := b.intake.TakeMapped(t.Context(), []bus.Letter{
		gatewayLetter("gw-1/water/1", `{"list":[{"sn":"A","mm":3120}]}`),
		gatewayLetter("gw-1/water/1", `{"list":[{"sn":"A","mm":3150},{"sn":"A","mm":3300}]}`),
		gatewayLetter("gw-1/air", `{}`),
		gatewayLetter("gw-2/water/1", `{"list":[{"sn":"A","mm":1}]}`),
		gatewayLetter("gw-1/water/2", `{"list":[{"sn":"B","mm":1},{"sn":"C","mm":1},{"sn":"D","mm":1}]}`),
		gatewayLetter("gw-1/water/3", `no JSON`),
	})
	if err != nil {
		t.Fatal(err)
	}
	ms := received.UnixMilli()
	want := []twin.Observation{
		{Asset: "wl-0001", Phenomenon: "water_level", Value: 3.12, PhenomenonTime: ms, ReceivedTime: ms},
		{Asset: "wl-0001", Phenomenon: "water_level", Value: 3.3, PhenomenonTime: ms, ReceivedTime: ms},
	}
	if got := b.book.all(); written(got) != written(want) {
		t.Errorf("log has %q, want %q", written(got), written(want))
	}
	b.counted(t, "mqtt accepted 2", "mqtt deadband 1", "mqtt malformed 1", "mqtt unknown_device 2", "mqtt unknown_phenomenon 1", "mqtt unmapped 2")
	if got, want := dead.reasons(), `unmapped  {}; unmapped  {"list":[{"sn":"A","mm":1}]}; `+
		`unknown_device gone {"list":[{"sn":"B","mm":1},{"sn":"C","mm":1},{"sn":"D","mm":1}]}; malformed  no JSON`; got != want {
		t.Errorf("dead letters %s\nwant %s", got, want)
	}
}

// What the log did not take is not remembered, for the deadband or as dead letters.
func TestMappedLettersComeAgain(t *testing.T) {
	b, dead := newMapped(t)
	batch := []bus.Letter{gatewayLetter("gw-1/water/1", `{"list":[{"sn":"A","mm":3120}]}`), gatewayLetter("gw-1/x", `1`)}
	b.book.away = errors.New("no broker")
	if err := b.intake.TakeMapped(t.Context(), batch); !errors.Is(err, assets.ErrBusy) {
		t.Fatalf("got %v", err)
	}
	b.book.away = nil
	for range 2 {
		if err := b.intake.TakeMapped(t.Context(), batch[:1]); err != nil {
			t.Fatal(err)
		}
	}
	b.now = b.now.Add(time.Minute)
	if err := b.intake.TakeMapped(t.Context(), batch[:1]); err != nil {
		t.Fatal(err)
	}
	b.counted(t, "mqtt accepted 2", "mqtt deadband 1")
	if len(dead.letters) > 0 {
		t.Errorf("dead letters %v", dead.reasons())
	}
}

func TestMappedPost(t *testing.T) {
	b, dead := newMapped(t)
	r, err := b.intake.Mapped(t.Context(), nil, "vendor", []byte(`{"list":[{"sn":"A","mm":3120},{"sn":"B","mm":1},{"sn":"A","mm":3121},{"sn":"D"}]}`))
	if err != nil || r.Accepted != 1 || r.Deadband != 1 || r.Refused != 2 || r.Results[0].Index != 1 || r.Results[1].Code != UnknownDevice {
		t.Errorf("report %+v, %v", r, err)
	}
	if _, err := b.intake.Mapped(t.Context(), nil, "vendor", []byte(`{}`)); !errors.Is(err, ErrMalformed) {
		t.Errorf("no items: %v", err)
	}
	if _, err := b.intake.Mapped(t.Context(), nil, "none", []byte(`{}`)); !errors.Is(err, assets.ErrNotFound) {
		t.Errorf("no mapping: %v", err)
	}
	if len(dead.letters) != 2 || dead.letters[0].Mapping != "vendor" || dead.letters[0].Refusals != 2 {
		t.Errorf("dead letters %+v", dead.letters)
	}
}

// Every door makes dead letters, which go in by the same door as of when they
// came, once the cause is gone.
func TestReplay(t *testing.T) {
	b, dead := newMapped(t)
	later := b.now.Add(10 * time.Minute).Format(time.RFC3339)
	err := b.intake.TakeLetters(t.Context(), []bus.Letter{
		letter("new-1", `{"values":{"flow":1}}`),
		letter("wl-0001", `{"time":"`+later+`","values":{"flow":2}}`),
		letter("wl-0001", `rubbish`),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.intake.TakeMapped(t.Context(), []bus.Letter{gatewayLetter("gw-1/water/1", `{"list":[{"sn":"C","mm":1}]}`)}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.intake.Mapped(t.Context(), nil, "vendor", []byte(`{"list":[{"sn":"C","mm":2}]}`)); err != nil {
		t.Fatal(err)
	}
	if _, err := b.intake.Batch(t.Context(), nil, []byte(`{"observations":[{"id":"wl-0001","values":{"flow":4}},{"id":"new-1","values":{"flow":3,"ph":7}},{"id":7}]}`)); err != nil {
		t.Fatal(err)
	}
	if _, err := b.intake.Batch(t.Context(), nil, []byte(`{"observation":[]}`)); err == nil {
		t.Fatal("a body that is no batch was taken")
	}
	before := len(b.book.all())
	b.now = b.now.Add(time.Hour)
	b.intake.devices = grown{}
	var told []string
	for _, l := range dead.letters {
		r, err := b.doors().Replay(t.Context(), l)
		if err != nil {
			t.Errorf("%s: %v", l.Payload, err)
		}
		told = append(told, l.Way+" "+l.Reason+": "+strings.Repeat("+", r.Accepted)+strings.Repeat("-", r.Refused))
	}
	want := "mqtt unknown_device: +; mqtt future: +; mqtt malformed: -; mqtt unknown_device: +; http unknown_device: +; http unknown_device: ++; http malformed: -; http malformed: -"
	if got := strings.Join(told, "; "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for _, o := range b.book.all()[before:] {
		if o.ReceivedTime != received.UnixMilli() {
			t.Errorf("received at %d, want as it was at first", o.ReceivedTime)
		}
	}
	if n := len(dead.letters); n != 8 {
		t.Errorf("%d dead letters after replay, want as before", n)
	}
	cut := dead.letters[0]
	cut.Size++
	if _, err := b.doors().Replay(t.Context(), cut); !errors.Is(err, assets.ErrInvalid) {
		t.Errorf("a letter that was cut: %v", err)
	}
}

// grown is the creek with a sensor more.
type grown struct{ creek }

func (g grown) Sensor(id assets.ID) (*assets.SensorSpec, bool) {
	if id == "new-1" || id == "gone" {
		return &assets.SensorSpec{Measures: []assets.Measure{{Phenomenon: "flow"}, {Phenomenon: "ph"}, {Phenomenon: "water_level"}}}, true
	}
	return g.creek.Sensor(id)
}

// What was accepted the first time is, replayed, the very same observation, also if
// the message had to wait at the broker.
func TestReplayRepeatsWhatWasAccepted(t *testing.T) {
	b, dead := newMapped(t)
	waited := b.now.Add(-time.Minute)
	plain, vendor := letter("wl-0001", `{"values":{"flow":1,"ph":7}}`), gatewayLetter("gw-1/water/1", `{"list":[{"sn":"A","mm":3120},{"sn":"C","mm":1}]}`)
	plain.Time, vendor.Time = waited, waited
	if err := b.intake.TakeLetters(t.Context(), []bus.Letter{plain}); err != nil {
		t.Fatal(err)
	}
	if err := b.intake.TakeMapped(t.Context(), []bus.Letter{vendor}); err != nil {
		t.Fatal(err)
	}
	first := written(b.book.all())
	b.now = b.now.Add(time.Hour)
	for _, l := range dead.letters {
		if _, err := b.doors().Replay(t.Context(), l); err != nil {
			t.Fatal(err)
		}
	}
	if all := written(b.book.all()); len(dead.letters) != 2 || all != first+" "+first {
		t.Errorf("log has %q, want twice %q", all, first)
	}
}

// doors are those of the bench.
func (b *bench) doors() Doors { return Doors{Observations: b.intake} }
