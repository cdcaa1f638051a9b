package ingest

import (
	"testing"
	"time"

	"suhe/assets"
	"suhe/internal/bus"
)

// growing is a creek to which a mover is added later.
type growing struct {
	creek
	more *bool
}

func (g growing) Mover(id assets.ID) bool { return g.creek.Mover(id) || *g.more && id == "boat-002" }

// Positions that are refused are kept by their door, from MQTT and from HTTP alike,
// and let in when their mover is there, as of when they came. What somebody may not
// speak for is not kept.
func TestReplayOfPositions(t *testing.T) {
	var dead box
	known := false
	log := &atlas{}
	p := NewPositions(PositionOptions{Movers: growing{more: &known}, Publisher: log, Refused: &dead, Now: func() time.Time { return received }})
	if err := p.TakeLetters(t.Context(), []bus.Letter{{Topic: PositionTopic("boat-002"), Data: []byte(`[{"lon":121.4,"lat":31.2},{"lon":121.5,"lat":31.2}]`)}}); err != nil {
		t.Fatal(err)
	}
	body := `{"positions":[{"id":"boat-002","lon":121.4,"lat":31.2},{"id":"patrol-001","lon":121.4,"lat":31.2},{"id":"boat-003","lon":1,"lat":2}]}`
	if _, err := p.Batch(t.Context(), func(id assets.ID) bool { return id != "boat-003" }, []byte(body)); err != nil {
		t.Fatal(err)
	}
	if len(dead.letters) != 2 || dead.letters[0].Door != "positions" || dead.letters[0].Refusals != 2 || dead.letters[0].Topic == "" || dead.letters[1].Topic != "" || dead.letters[1].Device != "boat-002" || dead.letters[1].Reason != "unknown_device" {
		t.Fatalf("kept %+v", dead.letters)
	}
	doors := Doors{Positions: p}
	if r, err := doors.Replay(t.Context(), dead.letters[1]); err != nil || r.Accepted != 0 || r.Refused != 1 {
		t.Errorf("while it is unknown: %+v, %v", r, err)
	}
	known, log.fixes = true, nil
	for i, accepted := range []int{2, 1} {
		if r, err := doors.Replay(t.Context(), dead.letters[i]); err != nil || r.Accepted != accepted || r.Refused != 0 {
			t.Errorf("letter %d: %+v, %v", i, r, err)
		}
	}
	if len(log.fixes) != 3 || log.fixes[2].Asset != "boat-002" || log.fixes[2].ReceivedTime != received.UnixMilli() {
		t.Errorf("let in: %+v", log.fixes)
	}
	if len(dead.letters) != 2 {
		t.Errorf("%d letters: a replay keeps what is refused again", len(dead.letters))
	}
}

// Findings that are refused are kept with their hook, each by itself.
func TestReplayOfFindings(t *testing.T) {
	var dead box
	log := &gallery{}
	f := NewFindings(FindingOptions{Cameras: creek{}, Classes: assets.DefaultClasses(), Publisher: log, Refused: &dead, Now: func() time.Time { return received }})
	later := finding("id", `"f-2"`, "time", `"2026-11-23T09:00:00+08:00"`)
	if _, err := f.Batch(t.Context(), "eye", []byte("["+finding()+","+later+"]")); err != nil {
		t.Fatal(err)
	}
	if len(dead.letters) != 1 || dead.letters[0].Door != "findings" || dead.letters[0].Hook != "eye" || dead.letters[0].Reason != "future" || string(dead.letters[0].Payload) != later {
		t.Fatalf("kept %+v", dead.letters)
	}
	log.findings = nil
	dead.letters[0].Received = received.Add(2 * time.Hour)
	r, err := Doors{Findings: f}.Replay(t.Context(), dead.letters[0])
	if err != nil || r.Accepted != 1 || len(log.findings) != 1 || log.findings[0].Hook != "eye" || log.findings[0].ID != "f-2" {
		t.Errorf("%+v, %v, %+v", r, err, log.findings)
	}
}
