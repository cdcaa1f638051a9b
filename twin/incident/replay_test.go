package incident_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/twin/incident"
)

// life is a random life of an incident: what people ask at random, of which what may
// not be is refused.
func life(t *rapid.T, tables incident.Tables, start time.Time) (incident.Incident, []incident.Event) {
	classes := tables.Classes.All()
	c := classes[rapid.IntRange(0, len(classes)-1).Draw(t, "class")]
	now := start.Add(time.Duration(rapid.IntRange(0, 365*24*60).Draw(t, "begins")) * time.Minute)
	source := incident.Source{Channel: incident.Hotline, By: "reporter", At: now.UTC().Truncate(time.Millisecond), Reliability: 0.5}
	if rapid.Bool().Draw(t, "reachable") {
		source.Contact = "sealed:1:x"
	}
	in, e, err := incident.Next(incident.Incident{}, incident.Began(reporter(), "310107005-20260304-00001", incident.What{
		Class: c.Code, Title: c.Name, Severity: c.Severity, Area: "310107005", Place: [2]float64{121.4, 31.2},
	}, c.Terms, source), now)
	if err != nil {
		t.Fatal(err)
	}
	events := []incident.Event{e}
	for range rapid.IntRange(0, 40).Draw(t, "steps") {
		now = now.Add(time.Duration(rapid.IntRange(0, 3*24*60*60*1000).Draw(t, "pass")) * time.Millisecond)
		next, e, err := incident.Next(in, anything(t, in), now)
		switch {
		case err == nil:
			in, events = next, append(events, e)
		case !errors.Is(err, access.ErrDenied) && !errors.Is(err, assets.ErrConflict) && !errors.Is(err, assets.ErrInvalid):
			t.Fatalf("refused for no reason: %v", err)
		}
	}
	return in, events
}

// onwards are the verbs that lead to an end by work.
var onwards = []incident.Verb{incident.File, incident.Dispatch, incident.Accept, incident.Handle, incident.Resume, incident.Report,
	incident.Check, incident.Close, incident.Redo, incident.Evaluate}

// anything is a random action, more often one that goes on.
func anything(t *rapid.T, in incident.Incident) incident.Action {
	all := can(rapid.SampledFrom([]string{"worker", "a", "b"}).Draw(t, "who"), here, file, access.Dispatch, handle, check, supervise, access.Report)
	mine := []incident.Verb{incident.Attach, incident.Absorb, incident.Release, incident.Remind, incident.Overdue}
	verbs := incident.Verbs()
	switch rapid.IntRange(0, 9).Draw(t, "kind") {
	case 0:
		verbs = mine
	case 1, 2:
		verbs = append(incident.May(in, all), incident.Attach)
	case 3, 4, 5, 6, 7:
		verbs = []incident.Verb{incident.Attach}
		for _, v := range incident.May(in, all) {
			if slices.Contains(onwards, v) {
				verbs = append(verbs, v, v)
			}
		}
	}
	v := rapid.SampledFrom(verbs).Draw(t, "verb")
	switch v {
	case incident.Attach, incident.Absorb, incident.Release, incident.Remind, incident.Overdue:
		member := rapid.SampledFrom([]assets.ID{"m1", "m2"}).Draw(t, "member")
		value := 1.25
		return incident.Given(v, all, incident.Own{
			Evidence: []incident.Evidence{{Kind: incident.OfFile, Ref: "f", When: incident.AfterWork, Value: &value, Notes: []string{"n"}}},
			Member:   member, Sources: []incident.Source{{Channel: incident.AI, By: "hook", Of: member}},
			Step: rapid.SampledFrom([]incident.Step{incident.StepHandle, incident.StepAccept, incident.StepFiling}).Draw(t, "step"),
			Told: rapid.SampledFrom([]incident.Colour{incident.Yellow, incident.Red}).Draw(t, "told"),
		})
	}
	ask := incident.Ask{
		Reason: rapid.SampledFrom([]string{"", "why", "又来了"}).Draw(t, "reason"), Unit: rapid.SampledFrom([]string{"", "u1", "u2"}).Draw(t, "unit"),
		Person: rapid.SampledFrom([]string{"", "", "a"}).Draw(t, "person"), Into: "310107005-20260304-00002",
		Severity: rapid.IntRange(0, 4).Draw(t, "severity"), Satisfaction: rapid.IntRange(0, 5).Draw(t, "satisfaction"), No: rapid.Bool().Draw(t, "no"),
	}
	for _, k := range in.Clocks {
		ask.Extra = &incident.Limit{N: k.Limit.N / 2, Unit: k.Limit.Unit}
	}
	if rapid.Bool().Draw(t, "placed") {
		ask.Place = &[2]float64{121.4123456789, 31.2}
	}
	return incident.Action{Verb: v, Who: all, Ask: ask}
}

// lives is how many random lives are lived; rapid lives a hundred a time.
func lives(t *testing.T) int {
	if testing.Short() {
		return 2
	}
	return 100
}

// TestReplay: of its events, as a store keeps them, an incident is made again as it
// is, clocks and all.
func TestReplay(t *testing.T) {
	tables, start := tables(t), at(t, "2026-01-01 00:00")
	reached := map[incident.State]int{}
	for range lives(t) {
		rapid.Check(t, func(t *rapid.T) {
			in, events := life(t, tables, start)
			reached[in.State]++
			stored, err := json.Marshal(in)
			if err != nil {
				t.Fatal(err)
			}
			again, err := incident.Replay(reread(t, events))
			if err != nil {
				t.Fatal(err)
			}
			if text, _ := json.Marshal(again); !bytes.Equal(text, stored) {
				t.Fatalf("replayed\n%s\nstored\n%s", text, stored)
			}
			var read incident.Incident
			if err := json.Unmarshal(stored, &read); err != nil {
				t.Fatal(err)
			}
			now := start.AddDate(1, 0, 0)
			was, _ := json.Marshal(tables.Calendar.Readings(&read, now))
			if is, _ := json.Marshal(tables.Calendar.Readings(&again, now)); !bytes.Equal(was, is) {
				t.Fatalf("clocks show %s, stored ones %s", is, was)
			}
			if in.Rev != int64(len(events)) {
				t.Fatalf("revision %d after %d events", in.Rev, len(events))
			}
		})
	}
	if !testing.Short() && len(reached) != len(incident.States()) {
		t.Errorf("the lives ended in %v alone: they prove too little", reached)
	}
}

func reread(t *rapid.T, events []incident.Event) []incident.Event {
	text, err := json.Marshal(events)
	if err != nil {
		t.Fatal(err)
	}
	var out []incident.Event
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestWhatIsNoLife(t *testing.T) {
	now := at(t, "2026-03-04 10:00")
	_, begin := begun(t, "facility.railing", now)
	for name, events := range map[string][]incident.Event{
		"begins twice":        {begin, begin},
		"does not begin":      {{Verb: incident.File, At: now}},
		"a state is left out": {begin, {Verb: incident.Close, At: now}},
		"no verb":             {begin, {Verb: "nonsense", At: now}},
		"begins with nothing": {{Verb: incident.Create, At: now}},
		"nothing is attached": {begin, {Verb: incident.Attach, At: now}},
	} {
		if _, err := incident.Replay(events); !errors.Is(err, assets.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
