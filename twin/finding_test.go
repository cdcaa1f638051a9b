package twin

import (
	"context"
	"fmt"
	"math"
	"testing"

	"suhe/assets"
)

func camera(fid assets.FID, id assets.ID) *assets.Asset {
	a := lamp(fid, id, here)
	a.Kind, a.Class = assets.Camera, "camera.bullet"
	return a
}

func found(id string, at int64) Finding {
	return Finding{Hook: "ai", ID: id, Camera: "cam", Class: "crowd", Confidence: 0.9, PhenomenonTime: at, ReceivedTime: at, Lon: 121.4, Lat: 31.2}
}

// finds sends findings in one message and waits for the world.
func (r *rig) finds(findings ...Finding) uint64 {
	r.t.Helper()
	data, err := AppendFindings(nil, findings)
	if err != nil {
		r.t.Fatal(err)
	}
	seq, _ := r.obs.Append(context.Background(), "obs.test", data)
	r.settled()
	return seq
}

func TestFindings(t *testing.T) {
	w := new(witness)
	s := newShelf(camera(1, "cam"), gauge(2, "g", here))
	r := newRig(t, s, w)
	nobody, sensor, future, wrong := found("5", t0), found("6", t0), found("7", t0+hour), found("8", t0)
	nobody.Camera, sensor.Camera, future.ReceivedTime, wrong.Confidence = "nobody", "g", t0, 2
	seq := r.finds(found("1", t0), found("2", t0+1000), found("1", t0), found("3", t0+500), nobody, sensor, future, wrong)
	is := r.ByID("cam")
	if is.Finding == nil || *is.Finding != found("2", t0+1000) || is.Changed.Obs != seq {
		t.Fatalf("finding %+v at %+v", is.Finding, is.Changed)
	}
	for result, want := range map[string]float64{ResultApplied: 2, ResultRepeat: 1, ResultLate: 1, ResultUnknownDevice: 2, ResultFuture: 1, ResultMalformed: 1} {
		if got := counted(r.metrics.findings[result]); got != want {
			t.Errorf("%s: %v, want %v", result, got, want)
		}
	}
	told := ""
	for _, b := range w.seen() {
		for _, f := range b.Findings {
			told += fmt.Sprint(f.ID, "@", f.Seq, " ")
		}
		for _, c := range b.Changes {
			if c.Was != nil && c.Redraws() {
				t.Errorf("a finding redraws tiles: %+v", c)
			}
		}
	}
	if want := fmt.Sprintf("1@%[1]d 2@%[1]d 3@%[1]d ", seq); told != want {
		t.Errorf("sinks were told of %q, want %q", told, want)
	}

	edited := camera(1, "cam")
	edited.Name, edited.Revision.N = "renamed", 2
	r.put(edited)
	if is := r.ByID("cam"); is.Finding == nil || is.Asset.Name != "renamed" {
		t.Errorf("an edit forgets the finding: %+v", is)
	}

	// A new node knows it from history, and one that is loaded anew keeps it.
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	_ = s.SaveFindings(t.Context(), []KeptFinding{{found("1", t0), seq}, {found("2", t0+1000), seq}, {found("3", t0+500), seq}})
	s.saved, s.events = seq, 1
	r.start()
	if is := r.ByID("cam"); is.Finding == nil || is.Finding.ID != "2" || is.Changed.Obs != seq {
		t.Errorf("restarted: %+v", is)
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	again := camera(1, "cam")
	again.Revision.N = 3
	s.assets[1], s.findings = again, nil
	r.load()
	if is := r.ByID("cam"); is.Finding == nil || is.Finding.ID != "2" || is.Asset.Revision.N != 3 {
		t.Errorf("loaded anew: %+v", is)
	}
}

func TestFindingsKnownAreBounded(t *testing.T) {
	var w writer
	w.init()
	for i := range 3 * findingsKnown {
		k := FindingKey{Hook: "ai", ID: fmt.Sprint(i)}
		if !w.news(k) || w.news(k) {
			t.Fatalf("finding %d", i)
		}
	}
	if len(w.known) != findingsKnown || len(w.knownOrder) != findingsKnown || !w.news(FindingKey{Hook: "ai", ID: "0"}) {
		t.Errorf("%d known, %d in order", len(w.known), len(w.knownOrder))
	}
}

func TestFindingWrong(t *testing.T) {
	for _, c := range []struct {
		change func(*Finding)
		bad    bool
	}{
		{func(*Finding) {}, false},
		{func(f *Finding) { f.Box = [4]float64{0, 0, 1, 1} }, false},
		{func(f *Finding) { f.Box = [4]float64{0.7, 0.5, 0.3, 0.5} }, false},
		{func(f *Finding) { f.Box = [4]float64{0.7, 0.5, 0.4, 0.5} }, true},
		{func(f *Finding) { f.Box = [4]float64{100, 200, 50, 50} }, true},
		{func(f *Finding) { f.Box = [4]float64{0.1, 0.1, 0, 0.1} }, true},
		{func(f *Finding) { f.Box[0] = math.NaN() }, true},
		{func(f *Finding) { f.Confidence = math.NaN() }, true},
		{func(f *Finding) { f.Confidence = -0.1 }, true},
		{func(f *Finding) { f.Lat = 91 }, true},
	} {
		f := found("1", t0)
		c.change(&f)
		if (f.Wrong() != "") != c.bad {
			t.Errorf("%+v: %q", f, f.Wrong())
		}
	}
}
