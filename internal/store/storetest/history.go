package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"suhe/assets"
	"suhe/twin"
)

// noon is when the observations of these tests are.
const noon int64 = 1_763_856_000_000

// reading is the level of an asset, at a second after noon.
func reading(id assets.ID, second int64, value float64, seq uint64) twin.Kept {
	return twin.Kept{
		Observation: twin.Observation{
			Asset: id, Phenomenon: "water_level", Value: value,
			PhenomenonTime: noon + 1000*second, ReceivedTime: noon + 1000*second + 250,
		},
		Seq: seq,
	}
}

func save(t testing.TB, s twin.History, obs uint64, batch ...twin.Kept) {
	t.Helper()
	if err := s.Save(t.Context(), batch, obs); err != nil {
		t.Fatal(err)
	}
}

func latest(t testing.TB, s twin.History) ([]twin.Kept, uint64) {
	t.Helper()
	var out []twin.Kept
	obs, err := s.Latest(t.Context(), func(k twin.Kept) error {
		out = append(out, k)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out, obs
}

// series returns the samples of the first hour after noon as text.
func series(t testing.TB, s twin.History, id assets.ID, limit int) string {
	t.Helper()
	got, err := s.Series(t.Context(), id, "water_level", time.UnixMilli(noon), time.UnixMilli(noon).Add(time.Hour), limit)
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, g := range got {
		text += fmt.Sprintf("%d:%v ", (g.Time-noon)/1000, g.Value)
	}
	return text
}

func historyOnce(t *testing.T, h House) {
	s := h.Open(t)
	put(t, s, sample("a", assets.Sensor))
	save(t, s, 1, reading("a", 0, 1, 1), reading("a", 0, 9, 1), reading("a", 1, 2, 1))
	save(t, s, 1, reading("a", 0, 1, 1), reading("a", 0, 9, 1), reading("a", 1, 2, 1))
	save(t, s, 2, reading("a", 1, 7, 2), reading("a", 2, 3, 2))
	if got := series(t, s, "a", 10); got != "0:1 1:2 2:3 " {
		t.Errorf("series %q", got)
	}
	got, obs := latest(t, h.Open(t))
	if obs != 2 || !reflect.DeepEqual(got, []twin.Kept{reading("a", 2, 3, 2)}) {
		t.Errorf("latest %+v at %d", got, obs)
	}
	save(t, s, 3, reading("a", 2, 8, 3))
	if got, _ := latest(t, s); got[0].Value != 3 || got[0].Seq != 2 {
		t.Errorf("a repeat replaced the latest: %+v", got)
	}
}

func historyLate(t *testing.T, h House) {
	s := h.Open(t)
	put(t, s, sample("a", assets.Sensor), sample("b", assets.Sensor))
	flow := reading("a", 5, 40, 1)
	flow.Phenomenon = "flow"
	save(t, s, 1, reading("a", 10, 1, 1), flow, reading("b", 3, 2, 1))
	save(t, s, 2, reading("a", 4, 5, 2), reading("b", 4, 6, 2), reading("b", 1, 7, 2))
	got, _ := latest(t, s)
	want := []twin.Kept{flow, reading("a", 10, 1, 1), reading("b", 4, 6, 2)}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("latest %+v, want %+v", got, want)
	}
	if got := series(t, s, "a", 10); got != "4:5 10:1 " {
		t.Errorf("series %q", got)
	}
}

// What was stamped by a clock that was ahead is no longer the latest when the
// clock was set back, but stays in history.
func historyAhead(t *testing.T, h House) {
	s := h.Open(t)
	put(t, s, sample("a", assets.Sensor))
	save(t, s, 1, reading("a", 3600, 1, 1))
	almost := reading("a", 3485, 2, 2) // received 114.75 s before the latest
	save(t, s, 2, almost)
	if got, _ := latest(t, s); got[0].Value != 1 {
		t.Errorf("what is late has become the latest: %+v", got)
	}
	save(t, s, 3, reading("a", 10, 3, 3))
	save(t, s, 3, reading("a", 10, 3, 3))
	if got, _ := latest(t, s); len(got) != 1 || got[0] != reading("a", 10, 3, 3) {
		t.Errorf("latest %+v, want the one at 10", got)
	}
	if got := series(t, s, "a", 10); got != "10:3 3485:2 " {
		t.Errorf("series %q", got)
	}
}

func historySeries(t *testing.T, h House) {
	s := h.Open(t)
	put(t, s, sample("a", assets.Sensor))
	var batch []twin.Kept
	for i := int64(-5); i <= 3605; i++ {
		batch = append(batch, reading("a", i, float64(i), 1))
	}
	save(t, s, 1, batch...)
	if got := series(t, s, "a", 3); got != "3597:3597 3598:3598 3599:3599 " {
		t.Errorf("the newest three of [noon, one): %q", got)
	}
	at := func(second int64) time.Time { return time.UnixMilli(noon + second*1000) }
	for _, c := range []struct {
		from, to    int64
		limit, want int
	}{
		{0, 10, 100, 10}, {0, 1, 100, 1}, {0, 0, 100, 0}, {10, 0, 100, 0}, {-100, 100000, 5000, 3611}, {0, 10, 0, 0},
	} {
		got, err := s.Series(t.Context(), "a", "water_level", at(c.from), at(c.to), c.limit)
		if err != nil || len(got) != c.want {
			t.Errorf("%+v: %d samples, %v", c, len(got), err)
		}
	}
	if got, err := s.Series(t.Context(), "a", "flow", at(0), at(100), 10); err != nil || len(got) != 0 {
		t.Errorf("another phenomenon: %v %v", got, err)
	}
	if got, err := s.Series(t.Context(), "nobody", "water_level", at(0), at(100), 10); err != nil || len(got) != 0 {
		t.Errorf("another asset: %v %v", got, err)
	}
}

func historyReadings(t *testing.T, h House) {
	s := h.Open(t)
	put(t, s, sample("a", assets.Sensor), sample("b", assets.Sensor))
	late, flow := reading("a", 3, 7, 2), reading("a", 10, 40, 2)
	late.ReceivedTime = noon + 60_000
	flow.Phenomenon = "flow"
	save(t, s, 2, reading("a", 10, 1, 1), reading("b", 10, 9, 1), late, flow, reading("a", 20, 2, 2), reading("a", 30, 3, 2))
	at := func(second int64) time.Time { return time.UnixMilli(noon + second*1000) }
	for _, c := range []struct {
		name, phenomenon string
		from, to         int64
		limit            int
		want             []twin.Kept
	}{
		{"all phenomena, as they were received", "", 0, 30, 10, []twin.Kept{flow, reading("a", 10, 1, 1), reading("a", 20, 2, 2), late}},
		{"one", "water_level", 0, 31, 10, []twin.Kept{reading("a", 10, 1, 1), reading("a", 20, 2, 2), reading("a", 30, 3, 2), late}},
		{"the newest two", "water_level", 0, 100, 2, []twin.Kept{reading("a", 20, 2, 2), reading("a", 30, 3, 2)}},
		{"none in a time of no length", "", 10, 10, 10, nil},
		{"none at most", "", 0, 100, 0, nil},
		{"of another phenomenon", "rainfall", 0, 100, 10, nil},
	} {
		var want []twin.Observation
		for _, k := range c.want {
			want = append(want, k.Observation)
		}
		got, err := s.Readings(t.Context(), "a", c.phenomenon, at(c.from), at(c.to), c.limit)
		if err != nil || len(got) != len(want) || len(want) > 0 && !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v, want %+v", c.name, got, err, want)
		}
	}
	if got, err := s.Readings(t.Context(), "nobody", "", at(0), at(100), 10); err != nil || len(got) != 0 {
		t.Errorf("another asset: %v %v", got, err)
	}
}

func historyUnknown(t *testing.T, h House) {
	s := h.Open(t)
	put(t, s, sample("a", assets.Sensor))
	save(t, s, 1, reading("nobody", 0, 1, 1), reading("a", 0, 2, 1))
	if got, obs := latest(t, s); len(got) != 1 || got[0].Asset != "a" || obs != 1 {
		t.Errorf("latest %+v at %d", got, obs)
	}
	remove(t, s, "a")
	if got, _ := latest(t, s); len(got) != 0 {
		t.Errorf("latest of a removed asset: %+v", got)
	}
	put(t, s, sample("a", assets.Sensor))
	if got := series(t, s, "a", 10); got != "" {
		t.Errorf("a new asset has the past of an old one: %q", got)
	}
	enough := errors.New("enough")
	save(t, s, 2, reading("a", 0, 2, 2))
	if _, err := s.Latest(t.Context(), func(twin.Kept) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("yield's error: %v", err)
	}
}

func historyPosition(t *testing.T, h House) {
	s := h.Open(t)
	for _, c := range []struct{ save, want uint64 }{{0, 0}, {5, 5}, {3, 5}, {5, 5}, {9, 9}} {
		save(t, s, c.save)
		for _, s := range []Store{s, h.Open(t)} {
			if got, err := s.Saved(t.Context()); err != nil || got != c.want {
				t.Errorf("after %d: %d, want %d: %v", c.save, got, c.want, err)
			}
		}
	}
}
