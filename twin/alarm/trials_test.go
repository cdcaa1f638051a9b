package alarm

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"suhe/assets"
	"suhe/twin"
)

// chronicle is history in memory, by the contract of twin.History.
type chronicle []twin.Observation

func (c chronicle) Readings(_ context.Context, id assets.ID, phenomenon string, from, to time.Time, limit int) (out []twin.Observation, _ error) {
	for _, o := range c {
		if o.Asset == id && (phenomenon == "" || o.Phenomenon == phenomenon) && o.PhenomenonTime >= from.UnixMilli() && o.PhenomenonTime < to.UnixMilli() {
			out = append(out, o)
		}
	}
	slices.SortStableFunc(out, func(a, b twin.Observation) int { return cmp.Compare(b.PhenomenonTime, a.PhenomenonTime) })
	out = out[:min(limit, len(out))]
	slices.SortStableFunc(out, func(a, b twin.Observation) int { return cmp.Compare(a.ReceivedTime, b.ReceivedTime) })
	return out, nil
}

// triedRules are of all kinds that can be tried.
var triedRules = []string{
	"{'title': '高', 'titleEn': 'High', 'kind': 'threshold', 'classes': ['sensor.*'], 'phenomenon': 'water_level', 'when': 'value > high', 'clear': 'value < 2.5', 'severity': 2, 'gather': 300}",
	"{'title': '高', 'titleEn': 'High', 'kind': 'threshold', 'classes': ['sensor.*'], 'phenomenon': 'water_level', 'when': 'value > high', 'for': '25s', 'severity': 2}",
	"{'title': '屡', 'titleEn': 'Often', 'kind': 'threshold', 'classes': ['sensor.*'], 'phenomenon': 'water_level', 'when': 'value > high', 'times': 3, 'within': '1m', 'severity': 4, 'gather': 300}",
	"{'title': '涨', 'titleEn': 'Rises', 'kind': 'rate', 'classes': ['sensor.*'], 'phenomenon': 'water_level', 'over': '1m', 'when': 'rate > 60.0', 'severity': 3}",
	"{'title': '滞', 'titleEn': 'Stuck', 'kind': 'stuck', 'classes': ['sensor.*'], 'phenomenon': 'water_level', 'over': '40s', 'severity': 4}",
	"{'title': '旧', 'titleEn': 'Stale', 'kind': 'stale', 'classes': ['sensor.*'], 'phenomenon': 'water_level', 'after': '45s', 'severity': 4, 'gather': 300}",
	"{'title': '缺', 'titleEn': 'Missing', 'kind': 'missing', 'classes': ['sensor.*'], 'after': '45s', 'severity': 4}",
	"{'title': '时', 'titleEn': 'By day', 'kind': 'threshold', 'classes': ['sensor.*'], 'phenomenon': 'water_level', 'when': 'value > high', 'schedule': {'from': '11:01', 'to': '11:03'}, 'severity': 4}",
}

// A rule that is tried on what was raises what a node raised that lived through it: the
// same alarms, of the same things, at the same times.
func TestTrialRaisesWhatALifeRaised(outer *testing.T) {
	raised := 0
	rapid.Check(outer, func(t *rapid.T) {
		is := rule(outer, "tried", rapid.SampledFrom(triedRules).Draw(t, "rule"))
		things := []*twin.Thing{
			gauge(1, "a"), gauge(2, "b"), sensorOf(3, "c", "sensor.water_level", "water_level", afar),
		}
		h := newHall(outer, []*Rule{is}, things...)
		h.clock.Pass(time.Hour) // it has listened for long: what was silent before counts
		h.run.step()
		var past chronicle
		from := h.clock.Now()
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			h.passes(time.Duration(rapid.IntRange(1, 50).Draw(t, "seconds")) * time.Second)
			fid := assets.FID(rapid.IntRange(1, 3).Draw(t, "who"))
			now := h.clock.Now().UnixMilli()
			o := twin.Observation{
				Asset: h.things[fid].Asset.ID, Phenomenon: "water_level", ReceivedTime: now,
				PhenomenonTime: now - second*rapid.SampledFrom([]int64{0, 0, 0, 4}).Draw(t, "late"),
				Value:          rapid.SampledFrom([]float64{2, 2.7, 3.5, 3.5, 99}).Draw(t, "value"),
			}
			if !slices.ContainsFunc(past, func(was twin.Observation) bool { return was.Asset == o.Asset && was.PhenomenonTime == o.PhenomenonTime }) {
				past = append(past, o)
			}
			h.told(fid, o).round()
		}
		h.passes(100 * time.Second)
		trials := NewTrials(TrialOptions{World: h, History: past, Locate: located, Phenomenon: sane})
		got, err := trials.Try(t.Context(), Trial{Rule: is, From: from, To: h.clock.Now().Add(time.Second)})
		if err != nil {
			t.Fatal(err)
		}
		var want, have []string
		for _, a := range h.alarms() {
			want = append(want, lifeOf(a))
		}
		for _, w := range got.Alarms {
			have = append(have, w.life())
		}
		slices.Reverse(have)
		if !slices.Equal(have, want) || got.Raised != len(want) || got.Judged != 3 || got.Readings != len(past) {
			t.Fatalf("tried: %d of %d things, %d of %d readings\n%s\nlived:\n%s", got.Judged, got.Things, got.Readings, len(past), strings.Join(have, "\n"), strings.Join(want, "\n"))
		}
		raised += len(want)
	})
	if raised == 0 {
		outer.Error("no life raised any alarm")
	}
}

// sane is what levels can be.
func sane(string) (twin.Rule, bool) { return twin.Rule{Valid: [2]float64{-5, 15}}, true }

// told brings an observation as the world would: only what becomes the state is heard.
func (h *hall) told(fid assets.FID, o twin.Observation) *hall {
	was := h.things[fid]
	is := *was
	is.Last = slices.Clone(was.Last)
	if !becomes(&is, &o) {
		return h
	}
	r, _ := sane("")
	h.things[fid] = &is
	h.engine.Took(twin.Batch{Shown: h.shown.Add(1), Changes: []twin.Change{{Was: was, Is: &is}}, Heard: []twin.Heard{{Observation: o, FID: fid, Valid: r.Holds(o.Value)}}})
	h.run.step()
	return h
}

// lifeOf is what a trial tells of an alarm; of a thing that was a member twice the last.
func lifeOf(a Alarm) string {
	w := &WouldBe{Raised: a.Raised.In(shanghai), Severity: a.Severity, Area: a.Area}
	if a.Over != nil {
		over := a.Over.In(shanghai)
		w.Over = &over
	}
	for _, m := range a.Members {
		l := Lasted{Asset: m.Asset, Since: time.UnixMilli(m.Since).In(shanghai), Why: m.Why}
		if m.Until != 0 {
			until := time.UnixMilli(m.Until).In(shanghai)
			l.Until = &until
		}
		w.Members = append(w.Members, l)
	}
	return w.life()
}

func (w *WouldBe) life() string {
	members := map[assets.ID]string{}
	for _, m := range w.Members {
		members[m.Asset] = fmt.Sprint(m.Since.Format(time.TimeOnly), m.Until, m.Why)
	}
	return fmt.Sprint(w.Raised.Format(time.TimeOnly), w.Over, w.Severity, w.Area, members)
}

// What cannot be tried is refused by its field.
func TestTrialRefuses(t *testing.T) {
	trials := NewTrials(TrialOptions{World: newHall(t, nil), History: chronicle{}, Locate: located, Phenomenon: sane})
	high, at := rule(t, "tried", triedRules[0]), time.UnixMilli(t0)
	for _, c := range []struct {
		name string
		is   Trial
		want string
	}{
		{"what moves", Trial{Rule: rule(t, "in", patrols+"'enter'}"), From: at, To: at.Add(time.Hour)}, "kind"},
		{"a time of no length", Trial{Rule: high, From: at, To: at}, "from"},
		{"a time that runs backwards", Trial{Rule: high, From: at.Add(time.Hour), To: at}, "from"},
		{"more than a week", Trial{Rule: high, From: at, To: at.Add(MaxTrial + time.Second)}, "from"},
	} {
		if _, err := trials.Try(t.Context(), c.is); !errors.Is(err, assets.ErrInvalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want one about %s", c.name, err, c.want)
		}
	}
	for range trialsAt {
		trials.places <- struct{}{}
	}
	if _, err := trials.Try(t.Context(), Trial{Rule: high, From: at, To: at.Add(time.Hour)}); !errors.Is(err, assets.ErrBusy) {
		t.Errorf("as many as may be: %v", err)
	}
}

// A trial is about what one sees, says how often a day, and that what began before was
// open already; one that is off is tried as if it were on.
func TestTrialCounts(t *testing.T) {
	day := time.Date(2026, 11, 20, 12, 0, 0, 0, shanghai)
	at := func(hours float64, id string, value float64) twin.Observation {
		when := day.Add(time.Duration(hours * float64(time.Hour))).UnixMilli()
		return twin.Observation{Asset: assets.ID(id), Phenomenon: "water_level", Value: value, PhenomenonTime: when, ReceivedTime: when}
	}
	past := chronicle{
		at(-0.5, "a", 4), at(1, "a", 2), // open when it begins
		at(3, "a", 4), at(4, "a", 2), at(20, "a", 4), at(21, "a", 2), at(22, "a", 99), // not a level at all
		at(5, "hidden", 4),
		at(47, "a", 5), // open at the end
	}
	h := newHall(t, nil, gauge(1, "a"), gauge(2, "hidden"))
	trials := NewTrials(TrialOptions{World: h, History: past, Locate: located, Phenomenon: sane})
	got, err := trials.Try(t.Context(), Trial{
		Rule: rule(t, "tried", strings.Replace(triedRules[0], "{", "{'off': true, ", 1)), From: day, To: day.Add(48 * time.Hour),
		Sees: func(a *assets.Asset) bool { return a.ID != "hidden" },
	})
	if err != nil {
		t.Fatal(err)
	}
	if got.Things != 1 || got.Judged != 1 || got.Readings != 8 || got.Raised != 3 || got.Before != 1 || got.Conditions != 3 || got.Bound != "" {
		t.Errorf("%+v", got)
	}
	if want := []TriedDay{{"2026-11-20", 1}, {"2026-11-21", 1}, {"2026-11-22", 1}}; !slices.Equal(got.Days, want) {
		t.Errorf("days %v, want %v", got.Days, want)
	}
	if n := len(got.Alarms); n != 4 || got.Alarms[0].Over != nil || *got.Alarms[0].Members[0].Value != 5 || !got.Alarms[3].Raised.Before(day) {
		t.Errorf("alarms %+v", got.Alarms)
	}
}
