package storetest

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"suhe/assets"
	"suhe/twin"
)

// seen is where a mover was, at a second after noon.
func seen(id assets.ID, second int64, lon float64, seq uint64) twin.KeptFix {
	return twin.KeptFix{
		Fix: twin.Fix{
			Asset: id, PhenomenonTime: noon + 1000*second, ReceivedTime: noon + 1000*second + 250,
			Lon: lon, Lat: 31.2345678901, Heading: 359.5, Speed: 1.25, Accuracy: 8,
		},
		Seq: seq,
	}
}

func saveFixes(t testing.TB, s twin.History, batch ...twin.KeptFix) {
	t.Helper()
	if err := s.SaveFixes(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
}

func latestFixes(t testing.TB, s twin.History, second int64) (out []twin.KeptFix) {
	t.Helper()
	err := s.LatestFixes(t.Context(), time.UnixMilli(noon+1000*second), func(f twin.KeptFix) error {
		out = append(out, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func fixesOnce(t *testing.T, h House) {
	s := h.Open(t)
	put(t, s, sample("m", assets.Mover))
	bare := seen("m", 1, -121.5, 1)
	bare.Heading, bare.Speed, bare.Accuracy = twin.NotTold, twin.NotTold, twin.NotTold
	saveFixes(t, s)
	saveFixes(t, s, seen("m", 2, 121.4, 1), bare, seen("m", 2, 9, 1), seen("nobody", 1, 9, 1))
	saveFixes(t, s, seen("m", 2, 8, 2), seen("m", 3, 121.6, 2))
	want := []twin.KeptFix{bare, seen("m", 2, 121.4, 1), seen("m", 3, 121.6, 2)}
	if got := latestFixes(t, h.Open(t), 0); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if obs, err := s.Saved(t.Context()); err != nil || obs != 0 {
		t.Errorf("fixes move the position to %d, %v", obs, err)
	}
}

func fixesLatest(t *testing.T, h House) {
	s := h.Open(t)
	put(t, s, sample("b", assets.Mover), sample("a", assets.Mover), sample("c", assets.Mover))
	saveFixes(t, s, seen("a", 9, 1, 1), seen("b", 1, 2, 1), seen("a", 3, 3, 1), seen("a", 1, 4, 1), seen("b", 2, 5, 1), seen("a", 5, 6, 1))
	for _, c := range []struct {
		since int64
		want  []twin.KeptFix
	}{
		{0, []twin.KeptFix{seen("b", 1, 2, 1), seen("b", 2, 5, 1), seen("a", 1, 4, 1), seen("a", 3, 3, 1), seen("a", 5, 6, 1), seen("a", 9, 1, 1)}},
		{5, []twin.KeptFix{seen("b", 2, 5, 1), seen("a", 3, 3, 1), seen("a", 5, 6, 1), seen("a", 9, 1, 1)}},
		{99, []twin.KeptFix{seen("b", 2, 5, 1), seen("a", 9, 1, 1)}},
	} {
		if got := latestFixes(t, s, c.since); !reflect.DeepEqual(got, c.want) {
			t.Errorf("since %d: %+v, want %+v", c.since, got, c.want)
		}
	}
	enough := errors.New("enough")
	if err := s.LatestFixes(t.Context(), time.UnixMilli(noon), func(twin.KeptFix) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("yield's error: %v", err)
	}
	remove(t, s, "a")
	put(t, s, sample("a", assets.Mover))
	if got := latestFixes(t, s, 0); len(got) != 2 {
		t.Errorf("a new mover has the way of an old one: %+v", got)
	}
}

func fixesOfOne(t *testing.T, h House) {
	s := h.Open(t)
	put(t, s, sample("m", assets.Mover))
	var batch []twin.KeptFix
	for i := range int64(20) {
		batch = append(batch, seen("m", i, float64(i), 1))
	}
	saveFixes(t, s, batch...)
	for _, c := range []struct {
		id       assets.ID
		from, to int64
		limit    int
		want     []int64
	}{
		{"m", 3, 6, 10, []int64{3, 4, 5}}, {"m", 3, 6, 2, []int64{4, 5}}, {"m", 18, 100, 5, []int64{18, 19}},
		{"m", 6, 3, 5, nil}, {"m", 0, 5, 0, nil}, {"nobody", 0, 5, 5, nil},
	} {
		got, err := s.Fixes(t.Context(), c.id, time.UnixMilli(noon+1000*c.from), time.UnixMilli(noon+1000*c.to), c.limit)
		var seconds []int64
		for _, f := range got {
			seconds = append(seconds, (f.PhenomenonTime-noon)/1000)
		}
		if err != nil || !slices.Equal(seconds, c.want) {
			t.Errorf("%+v: %v, %v", c, seconds, err)
		}
	}
}

// TakesMovers says whether a store that holds so many assets takes a mover and
// its fixes.
func TakesMovers(t testing.TB, s Store, holds int) {
	t.Helper()
	if all, _ := loaded(t, s); len(all) != holds {
		t.Errorf("%d assets, want %d", len(all), holds)
	}
	put(t, s, sample("m", assets.Mover))
	saveFixes(t, s, seen("m", 1, 121.4, 1))
	if got := latestFixes(t, s, 0); len(got) != 1 {
		t.Errorf("fixes %+v", got)
	}
}
