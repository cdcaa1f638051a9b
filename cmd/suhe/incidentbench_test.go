package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"suhe/geo"
	"suhe/twin/incident"
)

// inbox is how many incidents are open beside those that are begun.
const inbox = 5_000

// spot is somewhere on the banks; so far apart that none is the double of another.
func spot() [2]float64 { return [2]float64{121.37 + rand.Float64()*0.09, 31.23 + rand.Float64()*0.03} }

// BenchmarkIncidentsBegin begins one incident after the other over HTTP while 5,000 are
// open, and while others look at the map and at the list without a pause: what one takes
// (p50, p99), how many an hour that would be, and the p99 of what the others ask.
func BenchmarkIncidentsBegin(b *testing.B) {
	h := openHouse(b)
	fill := time.Now()
	for i := range inbox {
		if _, _, err := h.incidents.Begin(context.Background(), incident.Clerk(), incident.Finding{Channel: incident.Grid, Class: "facility.other", Place: spot(), Ref: fmt.Sprint(i), By: "test"}); err != nil {
			b.Fatal(err)
		}
	}
	filled := time.Since(fill)
	const who = "operator-here"
	calm := h.looks(who, 3*time.Second, nil)
	over, beside := make(chan struct{}), map[string]float64{}
	var others sync.WaitGroup
	others.Go(func() { beside = h.looks(who, time.Hour, over) })
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		at := time.Now()
		if status, answer := h.asks(who, "POST", "/v1/incidents", map[string]any{"channel": "grid", "class": "facility.other", "place": []float64{121.4348, 31.2502}, "ref": fmt.Sprint("b", i)}); status != 201 {
			b.Fatal(status, answer)
		}
		took = append(took, time.Since(at))
	}
	close(over)
	others.Wait()
	var sum time.Duration
	for _, t := range took {
		sum += t
	}
	b.ReportMetric(inbox/filled.Hours(), "begun/h-alone")
	b.ReportMetric(float64(len(took))/sum.Hours(), "begun/h")
	b.ReportMetric(p99of(took, 0.5), "p50-ms")
	b.ReportMetric(p99of(took, 0.99), "p99-ms")
	for what, ms := range calm {
		b.ReportMetric(ms, what+"-p99-ms")
		b.ReportMetric(beside[what], what+"-beside-p99-ms")
	}
}

// looks asks the node itself for tiles of incidents and pages of the list, in turn, until
// over or for so long: the p99 of each.
func (h *house) looks(who string, long time.Duration, over <-chan struct{}) map[string]float64 {
	took := map[string][]time.Duration{}
	for end := time.Now().Add(long); time.Now().Before(end); {
		select {
		case <-over:
			end = time.Now()
		default:
		}
		at := spot()
		z := 12 + rand.IntN(6)
		tile := geo.TileAt(at, uint32(z))
		for what, path := range map[string]string{
			"tile": fmt.Sprintf("/tiles/incidents/%d/%d/%d", z, tile.X, tile.Y),
			"list": fmt.Sprintf("/v1/incidents?severity=4&limit=%d", 90+rand.IntN(10)),
		} {
			w, r := httptest.NewRecorder(), httptest.NewRequestWithContext(context.Background(), http.MethodGet, path, nil)
			h.visitor(who).dress(r)
			began := time.Now()
			h.server.Config.Handler.ServeHTTP(w, r)
			if took[what] = append(took[what], time.Since(began)); w.Code >= 300 {
				h.t.Errorf("%s: %d %s", path, w.Code, w.Body)
				return nil
			}
		}
	}
	out := map[string]float64{}
	for what, all := range took {
		out[what] = p99of(all, 0.99)
	}
	return out
}

// p99of is the share of the times, in milliseconds.
func p99of(all []time.Duration, of float64) float64 {
	slices.Sort(all)
	return float64(share(all, of).Microseconds()) / 1000
}
