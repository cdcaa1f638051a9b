package ingest

import (
	"testing"
	"time"

	"suhe/assets"
)

func only(device assets.ID) Sender { return func(id assets.ID) bool { return id == device } }

// What a sender may not speak for looks like a device that nobody knows, and is
// not kept, so that no replay lets it in.
func TestBatchOfAnothersDevice(t *testing.T) {
	b, dead := newMapped(t)
	report, err := b.intake.Batch(t.Context(), only("wl-0001"), []byte(`{"observations":[
		{"id":"wl-0001","values":{"flow":1}},
		{"id":"rg-0001","values":{"rain":1,"ph":2}},
		{"id":"nobody","values":{"rain":1}},
		{"id":"wl-0001","values":{"ph2":1}}]}`))
	if err != nil || report.Accepted != 1 || report.Refused != 4 {
		t.Fatalf("report %+v, %v", report, err)
	}
	for i, id := range []string{"rg-0001", "rg-0001", "nobody"} {
		if r := report.Results[i]; r.Code != UnknownDevice || r.Detail != "id: no sensor "+id+": register it first" {
			t.Errorf("refusal %d: %+v", i, r)
		}
	}
	if got := written(b.book.all()); got != "flow=1@0" {
		t.Errorf("log has %q", got)
	}
	if got := dead.reasons(); got != `unknown_phenomenon wl-0001 {"id":"wl-0001","values":{"ph2":1}}` {
		t.Errorf("dead letters %s", got)
	}
}

func TestMappedPostOfAnothersDevice(t *testing.T) {
	b, dead := newMapped(t)
	report, err := b.intake.Mapped(t.Context(), only("wl-0001"), "vendor", []byte(`{"list":[{"sn":"A","mm":3120},{"sn":"B","mm":1},{"sn":"D","mm":1}]}`))
	if err != nil || report.Accepted != 1 || report.Refused != 2 || report.Results[0].Code != UnknownDevice {
		t.Errorf("report %+v, %v", report, err)
	}
	if len(dead.letters) > 0 {
		t.Errorf("dead letters %s", dead.reasons())
	}
	b.now = b.now.Add(time.Hour)
	if report, err := b.intake.Mapped(t.Context(), func(id assets.ID) bool { return b.intake.Speaks("gw-1", id) }, "vendor", []byte(`{"list":[{"sn":"A","mm":3120}]}`)); err != nil || report.Accepted != 1 {
		t.Errorf("the mapping's gateway: %+v, %v", report, err)
	}
}

func TestPositionsOfAnother(t *testing.T) {
	p, log, _, _ := newPositions()
	for _, c := range []struct {
		from     assets.ID
		accepted int
	}{{"patrol-001", 1}, {"patrol-002", 0}} {
		report, err := p.Batch(t.Context(), only(c.from), []byte(`{"positions":[{"id":"patrol-001","lon":121.4,"lat":31.2}]}`))
		if err != nil || report.Accepted != c.accepted {
			t.Errorf("from %s: %+v, %v", c.from, report, err)
		}
		if c.accepted == 0 && report.Results[0].Detail != "id: no mover patrol-001: register it first" {
			t.Errorf("the refusal says %s", report.Results[0].Detail)
		}
	}
	if len(log.fixes) != 1 {
		t.Errorf("log has %+v", log.fixes)
	}
}
