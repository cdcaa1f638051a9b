package incident_test

import (
	"fmt"
	"testing"
	"time"

	"suhe/twin/incident"
)

func TestPhotos(t *testing.T) {
	now := at(t, "2026-03-04 12:00")
	in, _ := begun(t, "facility.railing", at(t, "2026-03-04 10:00"))
	there, elsewhere := in.What.Place, [2]float64{in.What.Place[0] + 0.01, in.What.Place[1]} // 954 m
	for name, c := range map[string]struct {
		when  string
		taken time.Time
		place *[2]float64
		want  string
	}{
		"fits":             {incident.AfterWork, now.Add(-time.Minute), &there, "[]"},
		"tells nothing":    {incident.AfterWork, time.Time{}, nil, "[undated unplaced]"},
		"elsewhere":        {incident.AfterWork, now, &elsewhere, "[far: 953 m]"},
		"of before":        {incident.AfterWork, now.Add(-3 * time.Hour), &there, "[early]"},
		"before, as asked": {incident.BeforeWork, now.Add(-3 * time.Hour), &there, "[]"},
		"of tomorrow":      {incident.AfterWork, now.Add(24 * time.Hour), &there, "[future]"},
	} {
		e := in.Photo(incident.Evidence{Ref: "p", When: c.when}, true, c.taken, c.place, now)
		if got := fmt.Sprint(e.Notes); got != c.want || e.Kind != incident.OfFile {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	if e := in.Photo(incident.Evidence{Ref: "d"}, false, time.Time{}, nil, now); len(e.Notes) != 0 {
		t.Errorf("a document: %v", e.Notes)
	}
}

func TestSentAgain(t *testing.T) {
	h := open(t)
	id := h.begin(t, reporter(), incident.Finding{Channel: incident.Grid, Class: "facility.railing", Place: west}).ID
	for range 3 {
		if _, err := h.Attach(t.Context(), worker(), id, incident.Evidence{Kind: incident.OfFile, Ref: "p", When: incident.BeforeWork}); err != nil {
			t.Fatal(err)
		}
	}
	if in := h.get(t, id); len(in.Evidence) != 1 || in.Rev != 2 {
		t.Errorf("%d files at revision %d", len(in.Evidence), in.Rev)
	}
}
