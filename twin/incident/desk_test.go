package incident_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/audit"
	"suhe/twin/incident"
)

func TestALife(t *testing.T) {
	h := open(t)
	in := h.begin(t, reporter(), incident.Finding{Channel: incident.Hotline, Class: "facility.railing", Place: west, Text: "栏杆断了", Ref: "T-7"})
	if in.ID != "310107005-20260304-00001" || in.State != incident.Discovered || in.What.Title != "护栏破损" || in.What.Area != westCode {
		t.Fatalf("it begins as %+v", in)
	}
	id := in.ID
	h.do(t, clerk(), id, incident.File, incident.Ask{Severity: 2})
	h.do(t, dispatcher(), id, incident.Dispatch, incident.Ask{Unit: "市政养护", Person: "worker"})
	h.do(t, worker(), id, incident.Accept, incident.Ask{Place: &west})
	h.do(t, worker(), id, incident.Handle, incident.Ask{})
	if _, err := h.Attach(t.Context(), worker(), id, incident.Evidence{Kind: incident.OfFile, Ref: "p1", When: incident.AfterWork}); err != nil {
		t.Fatal(err)
	}
	h.do(t, worker(), id, incident.Report, incident.Ask{Reason: "修好了"})
	h.do(t, checker(), id, incident.Check, incident.Ask{})
	h.do(t, checker(), id, incident.Close, incident.Ask{})
	if m := h.marker(t, id); m.Kind != assets.Incident || m.Sensitivity != assets.Internal || m.Properties.Text("state") != "closed" || m.Location.Area != westCode {
		t.Errorf("its marker is %+v", m)
	}
	h.do(t, reporter(), id, incident.Evaluate, incident.Ask{Satisfaction: 5})
	got := h.get(t, id)
	if got.State != incident.Evaluated || got.Rev != 10 || got.What.Severity != 2 || got.Tally.Satisfaction != 5 || len(got.Evidence) != 1 {
		t.Errorf("it ends as %+v", got)
	}
	var done []string
	for e, err := range h.store.Audit(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Incident == string(id) {
			done = append(done, fmt.Sprint(e.Action, " by ", e.Who, " ", e.Outcome))
		}
	}
	if len(done) != 10 || done[0] != "incident create by reporter done" || done[8] != "incident close by checker done" {
		t.Errorf("the record says %q", done)
	}
}

func TestNumbers(t *testing.T) {
	h := open(t)
	for _, want := range []struct {
		place [2]float64
		id    assets.ID
		pass  time.Duration
	}{
		{west, "310107005-20260304-00001", 0}, {west, "310107005-20260304-00002", 0}, {east, "310107014-20260304-00001", 0},
		{nowhere, "0-20260304-00001", 0}, {west, "310107005-20260305-00001", 14 * time.Hour}, // midnight in Shanghai is 16:00 UTC
	} {
		h.pass(want.pass)
		if in := h.begin(t, reporter(), rubbish(want.place, incident.Grid, "")); in.ID != want.id {
			t.Errorf("%s, want %s", in.ID, want.id)
		}
	}
}

// TestDoubles: what machines find twice is one incident, whatever the channel; what
// people report is left to people.
func TestDoubles(t *testing.T) {
	h := open(t)
	near, far := [2]float64{121.4203, 31.24}, [2]float64{121.4220, 31.24} // 29 m and 190 m of 100 m
	first := h.begin(t, reporter(), rubbish(west, incident.Grid, ""))
	second := h.begin(t, reporter(), rubbish(near, incident.Hotline, ""))
	if second.State != incident.Discovered {
		t.Fatalf("what people report is %s", second.State)
	}
	list := h.Tables().Doubles(&second, h.open(t)())
	if len(list) != 1 || list[0].Incident.ID != first.ID || list[0].Distance < 20 || list[0].Distance > 40 {
		t.Errorf("doubles %+v", list)
	}
	h.do(t, clerk(), second.ID, incident.Merge, incident.Ask{Into: first.ID})

	third := h.begin(t, access.Principal{ID: "hook", Scope: access.Open()}, rubbish(near, incident.AI, "hook/cam-1"))
	main := h.get(t, first.ID)
	if third.State != incident.Merged || third.Into != first.ID || len(main.Sources) != 3 || len(main.Members) != 2 {
		t.Fatalf("the third is %s into %s; the first has %d sources", third.State, third.Into, len(main.Sources))
	}
	if main.State != incident.Filed {
		t.Errorf("told by three, and %s", main.State)
	}
	for name, f := range map[string]incident.Finding{
		"far":         rubbish(far, incident.AI, "hook/cam-2"),
		"other class": {Channel: incident.AI, Class: "street.rubbish", Place: near, By: "hook/cam-1"},
		"late":        rubbish(west, incident.AI, "hook/cam-1"),
	} {
		if name == "late" {
			continue
		}
		if in := h.begin(t, incident.Clerk(), f); in.State == incident.Merged {
			t.Errorf("%s: merged into %s", name, in.Into)
		}
	}
	h.pass(25 * time.Hour)
	if in := h.begin(t, incident.Clerk(), rubbish(near, incident.AI, "hook/cam-1")); in.State == incident.Merged {
		t.Errorf("a day later it is merged into %s", in.Into)
	}

	back := h.do(t, clerk(), third.ID, incident.Unmerge, incident.Ask{})
	if main = h.get(t, first.ID); back.State != incident.Discovered || back.Into != "" || len(main.Sources) != 2 || len(main.Members) != 1 {
		t.Errorf("unmerged it is %s; the first has %d sources and members %v", back.State, len(main.Sources), main.Members)
	}
	h.get(t, third.ID)
	if _, err := h.Do(t.Context(), clerk(), second.ID, incident.Merge, incident.Ask{Into: third.ID}, incident.AnyRev); !errors.Is(err, assets.ErrConflict) {
		t.Errorf("merged twice: %v", err)
	}
}

func TestFiledByItself(t *testing.T) {
	h := open(t)
	for name, c := range map[string]struct {
		f    incident.Finding
		want incident.State
	}{
		"severe and reliable": {incident.Finding{Channel: incident.SensorFound, Class: "flood.level", Severity: 2, Reliability: 0.95, Place: west, By: "s1"}, incident.Filed},
		"doubtful":            {incident.Finding{Channel: incident.AI, Class: "safety.fire", Reliability: 0.5, Place: west, By: "cam"}, incident.Discovered},
		"slight":              {incident.Finding{Channel: incident.SensorFound, Class: "water.quality", Severity: 4, Reliability: 1, Place: west, By: "s2"}, incident.Discovered},
		"by a finding's code": {incident.Finding{Channel: incident.AI, Class: "person_in_water", Reliability: 0.7, Place: west, By: "cam"}, incident.Filed},
		"nobody said so":      {incident.Finding{Channel: incident.Grid, Class: "facility.lamp", Reliability: 1, Severity: 1, Place: west}, incident.Discovered},
	} {
		in := h.begin(t, incident.Clerk(), c.f)
		if in.State != c.want {
			t.Errorf("%s: %s, want %s", name, in.State, c.want)
		}
		if got := h.get(t, in.ID); got.State == incident.Filed && got.Tally.Filed.IsZero() {
			t.Errorf("%s: filed at no time", name)
		}
	}
}

func TestToldAgain(t *testing.T) {
	h := open(t)
	f := rubbish(west, incident.AI, "hook/cam-1")
	f.Ref = "A-20260304-000001"
	first := h.begin(t, incident.Clerk(), f)
	for range 3 {
		in, begun, err := h.Begin(t.Context(), incident.Clerk(), f)
		if err != nil || begun || in.ID != first.ID {
			t.Errorf("told again: %s, begun %v, %v", in.ID, begun, err)
		}
	}
	f.Ref = "A-20260304-000002"
	if in := h.begin(t, incident.Clerk(), f); in.Into != first.ID {
		t.Errorf("another of the same place: %+v", in)
	}
	if in, begun, err := h.Begin(t.Context(), incident.Clerk(), f); begun || in.ID != first.ID {
		t.Errorf("told again: %s, begun %v, %v", in.ID, begun, err)
	}
}

func TestOfAnotherStreet(t *testing.T) {
	h := open(t)
	in := h.begin(t, reporter(), rubbish(west, incident.Grid, ""))
	stranger := can("stranger", []string{eastCode}, file, access.Report, check)
	if _, err := h.Get(t.Context(), stranger, in.ID); !errors.Is(err, assets.ErrNotFound) {
		t.Errorf("get: %v", err)
	}
	if _, err := h.Events(t.Context(), stranger, in.ID); !errors.Is(err, assets.ErrNotFound) {
		t.Errorf("events: %v", err)
	}
	if _, err := h.Do(t.Context(), stranger, in.ID, incident.File, incident.Ask{}, incident.AnyRev); !errors.Is(err, assets.ErrNotFound) {
		t.Errorf("do: %v", err)
	}
	if _, err := h.Do(t.Context(), stranger, "310107005-20260304-00099", incident.File, incident.Ask{}, incident.AnyRev); !errors.Is(err, assets.ErrNotFound) {
		t.Errorf("what is none: %v", err)
	}
	if _, _, err := h.Begin(t.Context(), stranger, rubbish(west, incident.Grid, "")); !errors.Is(err, access.ErrDenied) {
		t.Errorf("begun where one is not: %v", err)
	}
	other := h.begin(t, stranger, rubbish(east, incident.Grid, ""))
	if _, err := h.Do(t.Context(), stranger, other.ID, incident.Merge, incident.Ask{Into: in.ID}, incident.AnyRev); !errors.Is(err, assets.ErrNotFound) {
		t.Errorf("merged into what is not seen: %v", err)
	}
	if _, _, err := h.Begin(t.Context(), can("guest", here), rubbish(west, incident.Grid, "")); !errors.Is(err, access.ErrDenied) {
		t.Errorf("who may not report: %v", err)
	}
}

func TestRevisions(t *testing.T) {
	h := open(t)
	in := h.begin(t, reporter(), rubbish(west, incident.Grid, ""))
	if _, err := h.Do(t.Context(), clerk(), in.ID, incident.File, incident.Ask{}, 7); !errors.Is(err, assets.ErrConflict) {
		t.Errorf("another revision: %v", err)
	}
	if _, err := h.Do(t.Context(), clerk(), in.ID, incident.File, incident.Ask{}, 1); err != nil {
		t.Error(err)
	}
	// Who all comment at once, all have said it, once.
	var group sync.WaitGroup
	for i := range 6 {
		group.Go(func() {
			if _, err := h.Do(context.Background(), reporter(), in.ID, incident.Comment, incident.Ask{Reason: fmt.Sprint("word ", i)}, incident.AnyRev); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if got := h.get(t, in.ID); got.Rev != 8 {
		t.Errorf("revision %d, want 8", got.Rev)
	}
}

func TestBegunAtOnce(t *testing.T) {
	h := open(t)
	var group sync.WaitGroup
	var mu sync.Mutex
	merged := 0
	for i := range 8 {
		group.Go(func() {
			in, _, err := h.Begin(context.Background(), incident.Clerk(), rubbish(west, incident.AI, fmt.Sprint("cam", i)))
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			if in.State == incident.Merged {
				merged++
			}
		})
	}
	group.Wait()
	if merged != 7 {
		t.Errorf("%d of 8 are merged, want all but one", merged)
	}
}

// TestTheClock: colours are told once, and what is past due goes up.
func TestTheClock(t *testing.T) {
	h := open(t)
	verbs := func(id assets.ID) (out string) {
		events, err := h.Events(t.Context(), everybody("any"), id)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			out += string(e.Verb) + " "
			if e.Own != nil && e.Own.Step != "" {
				out += string(e.Own.Step) + " "
			}
		}
		return strings.TrimSpace(out)
	}
	tick := func() {
		t.Helper()
		for range 2 {
			if err := h.Tick(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	crowd := h.begin(t, reporter(), incident.Finding{Channel: incident.Video, Class: "safety.crowd", Place: west}).ID
	h.do(t, clerk(), crowd, incident.File, incident.Ask{})
	h.do(t, dispatcher(), crowd, incident.Dispatch, incident.Ask{Unit: "u"})
	h.do(t, worker(), crowd, incident.Accept, incident.Ask{})
	h.pass(95 * time.Minute)
	tick()
	if got := verbs(crowd); got != "create file dispatch accept" {
		t.Errorf("after 95 minutes of 120: %s", got)
	}
	h.pass(time.Minute)
	tick()
	if light, _ := h.marker(t, crowd).Properties.Get("light"); light != 1.0 {
		t.Errorf("after 96 minutes the marker says %v", light)
	}
	h.pass(25 * time.Minute)
	tick()
	if got := verbs(crowd); got != "create file dispatch accept remind handle overdue handle escalate" {
		t.Errorf("after 121 minutes: %s", got)
	}
	if in := h.get(t, crowd); in.Task.Level != incident.District {
		t.Errorf("it is with the %s", in.Task.Level)
	}
	if light, _ := h.marker(t, crowd).Properties.Get("light"); light != 2.0 {
		t.Errorf("past due the marker says %v", light)
	}

	// What stands is told of nothing; an extension gives time, and is told anew.
	rail := h.begin(t, reporter(), incident.Finding{Channel: incident.Grid, Class: "street.tree", Place: west}).ID
	for v, ask := range map[incident.Verb]incident.Ask{incident.File: {}} {
		h.do(t, clerk(), rail, v, ask)
	}
	h.do(t, dispatcher(), rail, incident.Dispatch, incident.Ask{Unit: "u"})
	h.do(t, worker(), rail, incident.Accept, incident.Ask{})
	h.do(t, worker(), rail, incident.Suspend, incident.Ask{Reason: "等待材料"})
	h.pass(48 * time.Hour)
	tick()
	if got := verbs(rail); !strings.HasSuffix(got, "suspend") {
		t.Errorf("while it stands: %s", got)
	}
	h.do(t, worker(), rail, incident.Resume, incident.Ask{})
	h.do(t, worker(), rail, incident.Extend, incident.Ask{Reason: "雨", Extra: &incident.Limit{N: 6, Unit: incident.Hours}})
	h.do(t, leader(), rail, incident.Approve, incident.Ask{})
	h.pass(14 * time.Hour)
	tick()
	if got := verbs(rail); strings.Contains(got, "overdue") {
		t.Errorf("14 hours of 12 and 6: %s", got)
	}
	h.pass(5 * time.Hour)
	tick()
	if got := verbs(rail); !strings.HasSuffix(got, "overdue handle supervise") {
		t.Errorf("19 hours of 12 and 6: %s", got)
	}
	if in := h.get(t, rail); in.Task.Supervised != incident.Clerk().ID {
		t.Errorf("supervised by %q", in.Task.Supervised)
	}
}

// TestNumbersOfPeople: how somebody can be reached is sealed, and in no title.
func TestNumbersOfPeople(t *testing.T) {
	h := open(t)
	const number, other = "13800001234", "021-6256 1234"
	in := h.begin(t, reporter(), incident.Finding{Channel: incident.Hotline, Class: "other", Place: west,
		Title: "张先生 " + number + " 来电", Text: "请回电 " + other + "，案号 202603040000112345", Contact: number})
	h.do(t, clerk(), in.ID, incident.File, incident.Ask{Reason: "打 " + number})
	for _, text := range []string{number, other, "6256"} {
		if h.holds(t, in.ID, text) {
			t.Errorf("%s is kept in clear", text)
		}
	}
	got := h.get(t, in.ID)
	if !strings.Contains(got.What.Text, "202603040000112345") || !strings.HasPrefix(got.What.Title, "张先生") {
		t.Errorf("what is left of the text: %q, %q", got.What.Title, got.What.Text)
	}
	if open := h.Reachable(worker(), &got); open[0] != "" {
		t.Errorf("who may not see it is told %q", open[0])
	}
	private := access.Principal{ID: "dispatcher", Scope: access.Open()}
	if open := h.Reachable(private, &got); open[0] != number {
		t.Errorf("who may see it is told %q", open[0])
	}
	double := h.begin(t, reporter(), incident.Finding{Channel: incident.Snap, Class: "other", Place: west, Text: "我的电话 +86 139 0000 1234"})
	h.do(t, clerk(), double.ID, incident.Merge, incident.Ask{Into: in.ID})
	got = h.get(t, in.ID)
	if open := h.Reachable(private, &got); len(open) != 2 || open[1] != "+86 139 0000 1234" {
		t.Errorf("of the merged one is told %q", open)
	}
}

func TestFindingsThatAreNone(t *testing.T) {
	h := open(t)
	for says, change := range map[string]func(*incident.Finding){
		"channel":     func(f *incident.Finding) { f.Channel = "smoke" },
		"class":       func(f *incident.Finding) { f.Class = "nonsense" },
		"severity":    func(f *incident.Finding) { f.Severity = 5 },
		"place":       func(f *incident.Finding) { f.Place = [2]float64{200, 0} },
		"reliability": func(f *incident.Finding) { f.Reliability = 1.5 },
		"title":       func(f *incident.Finding) { f.Title = strings.Repeat("长", 100) },
		"text":        func(f *incident.Finding) { f.Text = "\xff" },
	} {
		f := rubbish(west, incident.Grid, "")
		change(&f)
		if _, _, err := h.Begin(t.Context(), reporter(), f); !errors.Is(err, assets.ErrInvalid) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", says, err)
		}
	}
	if last, err := h.store.LastCase(t.Context(), assets.Incident, ""); err != nil || last != "" {
		t.Errorf("begun was %q, %v", last, err)
	}
	for e, err := range h.store.Audit(t.Context(), 0) {
		if err != nil || e.Action != audit.RecordBegin {
			t.Errorf("recorded %+v, %v", e, err)
		}
	}
}
