package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// A device that was cut off sends a day of readings, and then again: history has
// each once, the state is the newest and stays, and others are not delayed.
func TestADayOfBacklog(t *testing.T) {
	t.Parallel()
	for name, flags := range stores(t) {
		t.Run(name, func(t *testing.T) { backlog(t, flags) })
	}
}

func backlog(t *testing.T, flags []string) {
	const day = 86_400 / 60 // readings, one a minute
	dir := t.TempDir()
	s := serve(t, dir, flags...)
	ids := sensors(t, s, "wl", 2)
	newest := time.Now().Truncate(time.Minute)
	minute := func(i int) time.Time { return newest.Add(-time.Duration(day-1-i) * time.Minute) }

	// The other device reports all the while, and its values show at once.
	stop, ended := make(chan struct{}), make(chan struct{})
	var slowest atomic.Int64
	go func() {
		defer close(ended)
		for i := 1; ; i++ {
			began := time.Now()
			want := float64(i) / 1000
			status, body, _, err := ask(t.Context(), http.MethodPost, s.url("/v1/observations"),
				fmt.Sprintf(`{"observations":[{"id":%q,"values":{"water_level":%g}}]}`, ids[1], want))
			if err != nil || status != http.StatusOK {
				t.Errorf("the other device: %d %s %v", status, body, err)
				return
			}
			eventually(t, "the other device's value", func() bool { return value(get(t, s.url("/v1/assets/"+ids[1])), "water_level") == want })
			slowest.Store(max(slowest.Load(), int64(time.Since(began))))
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	_, token, _ := suhe("device", "token", ids[0], "--data-dir", dir)
	publish := device(t, s, ids[0], strings.TrimSpace(token))
	send := func(from int) {
		var readings []string
		for i := from; i < from+360; i++ {
			readings = append(readings, fmt.Sprintf(`{"time":%q,"values":{"water_level":%g}}`, minute(i).Format(time.RFC3339), float64(i)/1000))
		}
		publish("[" + strings.Join(readings, ",") + "]")
	}
	for from := 0; from < day; from += 360 {
		send(from)
	}
	eventually(t, "the newest value", func() bool {
		return value(get(t, s.url("/v1/assets/"+ids[0])), "water_level") == float64(day-1)/1000
	})
	for from := day - 360; from >= 0; from -= 360 { // the oldest last
		send(from)
	}
	eventually(t, "the end of the repeat", func() bool {
		text := metrics(t, s)
		return figure(t, text, `suhe_observations_total{result="late"}`)+figure(t, text, `suhe_observations_total{result="repeat"}`) == day
	})
	series := s.url("/v1/assets/" + ids[0] + "/observations?limit=10000&from=" + minute(-1).UTC().Format(time.RFC3339))
	kept := func() []any {
		samples, _ := get(t, series)["samples"].([]any)
		return samples
	}
	eventually(t, "the whole history", func() bool { return len(kept()) == day })
	close(stop)
	<-ended
	if len(kept()) != day {
		t.Errorf("history has %d samples, want each of %d once", len(kept()), day)
	}
	for i, sample := range kept() {
		if pair := sample.([]any); pair[0] != float64(minute(i).UnixMilli()) || pair[1] != float64(i)/1000 {
			t.Fatalf("sample %d is %v", i, pair)
		}
	}
	if got := value(get(t, s.url("/v1/assets/"+ids[0])), "water_level"); got != float64(day-1)/1000 {
		t.Errorf("the state is %v after the repeat", got)
	}
	if slow := time.Duration(slowest.Load()); slow > 5*time.Second {
		t.Errorf("the other device waited %v for its value", slow)
	} else {
		t.Logf("the other device waited %v at most", slow)
	}
}
