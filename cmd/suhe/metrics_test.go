package main

import (
	"io"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
)

// mostSeries is how many time series one metric may have: labels are words that
// are known beforehand, never devices, clients or paths.
const mostSeries = 100

// The figures of a node at work are named as Prometheus wants it, in base units,
// and are few. `promtool check metrics` uses the same linter.
func TestMetrics(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "--demo", "--scene-size", "1000")
	watch(t, s)
	eventually(t, "observations", func() bool {
		return strings.Contains(metrics(t, s), `suhe_observations_total{result="applied"}`) &&
			!strings.Contains(metrics(t, s), `suhe_observations_total{result="applied"} 0`)
	})
	for _, path := range []string{"/nowhere", "/tiles/sensors/14/13719/6691.mvt", "/v1/assets/none"} {
		get(t, s.url("/v1/assets/none"))
		if response, err := client.Get(s.url(path)); err == nil {
			response.Body.Close()
		}
	}
	text := metrics(t, s)
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
	series := map[string]int{}
	for line := range strings.Lines(text) {
		if name, _, ok := strings.Cut(line, " "); ok && !strings.HasPrefix(line, "#") {
			name, _, _ = strings.Cut(name, "{")
			series[name]++
		}
	}
	if len(series) < 20 {
		t.Errorf("%d metrics:\n%s", len(series), text)
	}
	for name, n := range series {
		if n > mostSeries {
			t.Errorf("%s has %d time series, want %d at most", name, n, mostSeries)
		}
	}
}

func metrics(t testing.TB, s *served) string {
	t.Helper()
	response, err := client.Get("http://" + s.admin + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
