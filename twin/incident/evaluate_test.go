package incident_test

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"suhe/assets"
	"suhe/twin/incident"
)

// handled leads a railing from its beginning to an end, each step taking a time.
func (h house) handled(t *testing.T, f incident.Finding, handling time.Duration, then ...incident.Verb) assets.ID {
	t.Helper()
	id := h.begin(t, reporter(), f).ID
	do := func(verbs ...incident.Verb) {
		t.Helper()
		for _, v := range verbs {
			if v == incident.Attach {
				// A file of its own each time: a round wants new proof.
				if _, err := h.Attach(t.Context(), worker(), id, incident.Evidence{Kind: incident.OfFile, Ref: fmt.Sprint("p", h.clock.Now().UnixNano()), When: incident.AfterWork}); err != nil {
					t.Fatal(err)
				}
				continue
			}
			h.do(t, whoFor(v), id, v, full())
		}
	}
	do("file", "dispatch", "accept", "handle")
	h.pass(handling)
	do(incident.Attach)
	do(then...)
	return id
}

func TestEvaluation(t *testing.T) {
	h := open(t)
	start := h.clock.Now()
	rail := func(channel incident.Channel, place [2]float64) incident.Finding {
		return incident.Finding{Channel: channel, Class: "street.tree", Place: place, Contact: "13800001234"} // 12 hours
	}
	// In time, called first, liked.
	h.handled(t, rail(incident.Hotline, west), 2*time.Hour, "contact", "report", "check", "close", "evaluate")
	// Late, not called, done again, opened again.
	h.handled(t, rail(incident.Hotline, west), 20*time.Hour, "report", "check", "rework", "handle", incident.Attach, "report", "check", "close", "reopen")
	// Sent back, of another street and channel.
	late := h.begin(t, reporter(), rail(incident.Patrol, east)).ID
	h.do(t, clerk(), late, incident.File, full())
	h.do(t, dispatcher(), late, incident.Dispatch, full())
	h.do(t, worker(), late, incident.Return, full())
	// Part of another: counts nowhere.
	part := h.begin(t, reporter(), rail(incident.Snap, east)).ID
	h.do(t, clerk(), part, incident.Merge, incident.Ask{Into: late})
	// Just found.
	h.begin(t, reporter(), rail(incident.Grid, east))

	for by, want := range map[incident.By][]string{
		incident.ByAll:     {" 4 onTime 1/2 returned 1/3 reworked 1/2 reopened 1/2 first 1/2 satisfied 1/1"},
		incident.ByArea:    {westCode + " 2 onTime 1/2 returned 0/2 reworked 1/2 reopened 1/2 first 1/2 satisfied 1/1", eastCode + " 2 onTime 0/0 returned 1/1 reworked 0/0 reopened 0/0 first 0/0 satisfied 0/0"},
		incident.ByChannel: {"grid 1 onTime 0/0 returned 0/0 reworked 0/0 reopened 0/0 first 0/0 satisfied 0/0", "hotline 2 onTime 1/2 returned 0/2 reworked 1/2 reopened 1/2 first 1/2 satisfied 1/1", "patrol 1 onTime 0/0 returned 1/1 reworked 0/0 reopened 0/0 first 0/0 satisfied 0/0"},
		incident.ByClass:   {"street.tree 4 onTime 1/2 returned 1/3 reworked 1/2 reopened 1/2 first 1/2 satisfied 1/1"},
		incident.ByDay:     {"2026-03-04 2 onTime 1/2 returned 0/2 reworked 1/2 reopened 1/2 first 1/2 satisfied 1/1", "2026-03-05 2 onTime 0/0 returned 1/1 reworked 0/0 reopened 0/0 first 0/0 satisfied 0/0"},
	} {
		scores, err := h.Evaluate(t.Context(), everybody("any"), by, start, h.clock.Now().Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range scores {
			got = append(got, fmt.Sprintf("%s %d onTime %d/%d returned %d/%d reworked %d/%d reopened %d/%d first %d/%d satisfied %d/%d", s.Group, s.Found,
				s.OnTime.Of, s.OnTime.All, s.Returned.Of, s.Returned.All, s.Reworked.Of, s.Reworked.All, s.Reopened.Of, s.Reopened.All,
				s.FirstContact.Of, s.FirstContact.All, s.Satisfied.Of, s.Satisfied.All))
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("by %q\n%q\nwant\n%q", by, got, want)
		}
	}
	if scores, err := h.Evaluate(t.Context(), can("east", []string{eastCode}), incident.ByAll, start, h.clock.Now().Add(time.Minute)); err != nil || len(scores) != 1 || scores[0].Found != 2 {
		t.Errorf("of one street: %+v, %v", scores, err)
	}
	if scores, err := h.Evaluate(t.Context(), everybody("any"), incident.ByAll, start.Add(-48*time.Hour), start); err != nil || len(scores) != 0 {
		t.Errorf("of before: %+v, %v", scores, err)
	}
	if _, err := h.Evaluate(t.Context(), everybody("any"), incident.ByAll, start, start); !errors.Is(err, assets.ErrInvalid) {
		t.Errorf("of no time: %v", err)
	}
}

// TestEvaluationOfEvents: what the store says and what the events say is scored alike.
func TestEvaluationOfEvents(t *testing.T) {
	h := open(t)
	h.handled(t, incident.Finding{Channel: incident.Grid, Class: "street.tree", Place: west}, 20*time.Hour, "report", "check", "close")
	h.handled(t, incident.Finding{Channel: incident.Snap, Class: "facility.manhole", Place: east}, time.Hour, "report", "check", "rework")
	stored, made := tables(t).Calendar.NewEvaluation(incident.ByUnit), tables(t).Calendar.NewEvaluation(incident.ByUnit)
	for _, id := range []assets.ID{"310107005-20260304-00001", "310107014-20260305-00001"} {
		in := h.get(t, id)
		stored.Add(&in)
		events, err := h.Events(t.Context(), everybody("any"), id)
		if err != nil {
			t.Fatal(err)
		}
		again, err := incident.Replay(events)
		if err != nil {
			t.Fatal(err)
		}
		made.Add(&again)
	}
	if !reflect.DeepEqual(stored.Scores(), made.Scores()) || len(made.Scores()) != 1 {
		t.Errorf("%+v\n%+v", stored.Scores(), made.Scores())
	}
}
