package storetest

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"suhe/assets"
	"suhe/twin"
)

// found is what a hook found in the picture of a camera, at a second after noon.
func found(hook, id string, camera assets.ID, second int64) twin.KeptFinding {
	return twin.KeptFinding{
		Finding: twin.Finding{
			Hook: hook, ID: id, Camera: camera, Class: "crowd", Confidence: 0.875,
			PhenomenonTime: noon + 1000*second, ReceivedTime: noon + 1000*second + 250, Lon: 121.4, Lat: 31.2345678901,
			Box: [4]float64{0.1, 0.2, 0.3, 0.4}, Picture: "https://pictures.example/1?a=b",
		},
		Seq: 7,
	}
}

func saveFindings(t testing.TB, s twin.History, batch ...twin.KeptFinding) {
	t.Helper()
	if err := s.SaveFindings(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
}

func latestFindings(t testing.TB, s twin.History) (out []twin.KeptFinding) {
	t.Helper()
	err := s.LatestFindings(t.Context(), func(f twin.KeptFinding) error {
		out = append(out, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func findingsOnce(t *testing.T, h House) {
	s := h.Open(t)
	put(t, s, sample("b", assets.Camera), sample("a", assets.Camera), sample("c", assets.Camera))
	bare := found("ai", "2", "a", 5)
	bare.Box, bare.Picture = [4]float64{}, ""
	again := found("ai", "1", "b", 99)
	saveFindings(t, s)
	saveFindings(t, s, found("ai", "1", "b", 1), again, bare, found("ai", "3", "nobody", 1), found("other", "1", "a", 4))
	saveFindings(t, s, again, found("ai", "4", "b", 0))
	want := []twin.KeptFinding{found("ai", "1", "b", 1), bare}
	if got := latestFindings(t, h.Open(t)); !reflect.DeepEqual(got, want) {
		t.Errorf("latest %+v, want %+v", got, want)
	}
	remove(t, s, "b")
	put(t, s, sample("b", assets.Camera))
	if got := latestFindings(t, s); len(got) != 1 {
		t.Errorf("a new camera has the findings of an old one: %+v", got)
	}
}

func findingsByPage(t *testing.T, h House) {
	s := h.Open(t)
	put(t, s, sample("a", assets.Camera), sample("b", assets.Camera))
	var batch []twin.KeptFinding
	for i := range 30 {
		f := found([]string{"ai", "B", "z"}[i%3], fmt.Sprint(i), []assets.ID{"a", "b"}[i%2], int64(i/4))
		if i%5 == 0 {
			f.Class = "fishing"
		}
		batch = append(batch, f)
	}
	saveFindings(t, s, batch...)
	at := func(second int64) time.Time { return time.UnixMilli(noon + 1000*second) }
	for _, c := range []struct {
		query twin.FindingQuery
		want  func(twin.Finding) bool
	}{
		{twin.FindingQuery{From: at(0), To: at(100)}, func(twin.Finding) bool { return true }},
		{twin.FindingQuery{From: at(2), To: at(5)}, func(f twin.Finding) bool { return f.PhenomenonTime >= noon+2000 && f.PhenomenonTime < noon+5000 }},
		{twin.FindingQuery{From: at(0), To: at(100), Camera: "b"}, func(f twin.Finding) bool { return f.Camera == "b" }},
		{twin.FindingQuery{From: at(0), To: at(100), Class: "fishing"}, func(f twin.Finding) bool { return f.Class == "fishing" }},
		{twin.FindingQuery{From: at(0), To: at(100), Class: "fishing", Camera: "nobody"}, func(twin.Finding) bool { return false }},
	} {
		want := 0
		for _, f := range batch {
			if c.want(f.Finding) {
				want++
			}
		}
		for _, limit := range []int{1, 4, 100} {
			c.query.Limit, c.query.After = limit, twin.FindingKey{}
			seen := map[twin.FindingKey]bool{}
			last := twin.FindingKey{Time: 1 << 60}
			for {
				page, err := s.Findings(t.Context(), c.query)
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range page {
					k := f.Key()
					later := k.Time == last.Time && (k.Hook > last.Hook || k.Hook == last.Hook && k.ID > last.ID)
					if seen[k] || !c.want(f) || !(k.Time < last.Time || later) {
						t.Fatalf("%+v: %+v after %+v", c.query, k, last)
					}
					seen[k], last = true, k
				}
				if len(page) < limit {
					break
				}
				c.query.After = last
			}
			if len(seen) != want {
				t.Errorf("%+v: %d findings, want %d", c.query, len(seen), want)
			}
		}
	}
}
