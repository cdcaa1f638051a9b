package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"suhe/assets"
	"suhe/twin"
)

// forget removes what is before a second after noon, some rows at a time, and returns
// how many each time removed.
func forget(t testing.TB, s twin.History, of twin.Sort, second int64, most int) (each []int) {
	t.Helper()
	for {
		n, err := s.Forget(t.Context(), of, time.UnixMilli(noon+1000*second), most)
		if err != nil {
			t.Fatal(err)
		}
		if n > most {
			t.Fatalf("%d rows at once, want at most %d", n, most)
		}
		if n == 0 {
			return each
		}
		each = append(each, n)
	}
}

func forgetObservations(t *testing.T, h House) {
	s := h.Open(t)
	put(t, s, sample("a", assets.Sensor), sample("b", assets.Sensor), sample("c", assets.Sensor))
	var batch []twin.Kept
	for i := range int64(10) {
		batch = append(batch, reading("a", i, 1, 1), reading("b", i+5, 2, 1))
		ph := reading("a", i, 3, 1)
		ph.Phenomenon = "ph"
		batch = append(batch, ph)
	}
	batch = append(batch, reading("c", 2, 4, 1))
	save(t, s, 1, batch...)
	remove(t, s, "b") // what is left of it is forgotten too
	// Before second 8 are 8 of each phenomenon of a, 3 of b and the one of c.
	each := forget(t, s, twin.Readings, 8, 6)
	if got := fmt.Sprint(each); got != "[6 6 6 2]" {
		t.Errorf("removed %v, want 20 in steps of 6", got)
	}
	if got, want := series(t, s, "a", 100), "8:1 9:1 "; got != want {
		t.Errorf("a keeps %q, want %q", got, want)
	}
	if got := series(t, s, "c", 100); got != "" {
		t.Errorf("c keeps %q", got)
	}
	stays, obs := latest(t, s)
	if len(stays) != 3 || obs != 1 {
		t.Errorf("latest %+v at %d, want those of a, and of c, at 1", stays, obs)
	}
	save(t, s, 2, reading("c", 3, 5, 2)) // a device brings what is older still
	if each := forget(t, s, twin.Readings, 8, 100); fmt.Sprint(each) != "[1]" {
		t.Errorf("of what came late %v were removed, want one", each)
	}
}

func forgetFixes(t *testing.T, h House) {
	s := h.Open(t)
	put(t, s, sample("a", assets.Mover), sample("b", assets.Mover), sample("c", assets.Mover))
	if each := forget(t, s, twin.Tracks, 100, 10); len(each) != 0 {
		t.Errorf("of nothing %v were removed", each)
	}
	var batch []twin.KeptFix
	for i := range int64(10) {
		batch = append(batch, seen("a", i, 121, 1), seen("c", i, 121, 1))
	}
	saveFixes(t, s, append(batch, seen("b", 20, 121, 1))...)
	if each := forget(t, s, twin.Tracks, 7, 5); fmt.Sprint(each) != "[5 5 4]" {
		t.Errorf("removed %v, want 14 in steps of 5", each)
	}
	for id, want := range map[assets.ID]int{"a": 3, "b": 1, "c": 3} {
		got, err := s.Fixes(t.Context(), id, time.UnixMilli(noon), time.UnixMilli(noon).Add(time.Hour), 100)
		if err != nil || len(got) != want || got[0].PhenomenonTime < noon+7000 {
			t.Errorf("%s keeps %d fixes, want %d: %v, %v", id, len(got), want, got, err)
		}
	}
	forget(t, s, twin.Tracks, 1000, 100)
	if got := latestFixes(t, s, 0); len(got) != 0 {
		t.Errorf("the last place is kept: %v", got)
	}
}

func forgetFindings(t *testing.T, h House) {
	s := h.Open(t)
	put(t, s, sample("a", assets.Camera))
	var batch []twin.KeptFinding
	for i := range int64(10) {
		batch = append(batch, found([]string{"ai", "other"}[i%2], fmt.Sprint(i), "a", i))
	}
	saveFindings(t, s, batch...)
	if each := forget(t, s, twin.Found, 7, 3); fmt.Sprint(each) != "[3 3 1]" {
		t.Errorf("removed %v, want 7 in steps of 3", each)
	}
	got, err := s.Findings(t.Context(), twin.FindingQuery{From: time.UnixMilli(noon), To: time.UnixMilli(noon).Add(time.Hour), Limit: 100})
	if err != nil || len(got) != 3 || got[2].ID != "7" {
		t.Errorf("kept %+v, %v, want the newest three", got, err)
	}
	if _, err := s.Forget(t.Context(), "everything", time.Now(), 1); !errors.Is(err, assets.ErrInvalid) {
		t.Errorf("a sort that is none: %v", err)
	}
}
