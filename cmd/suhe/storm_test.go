package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// stormed is how many log in at once.
const stormed = 1000

// A thousand log in at once, again and again until all are in, while others go on
// asking for tiles: their p99 beside the storm and before it, in one run.
func BenchmarkLoginStorm(b *testing.B) {
	s := serve(b, b.TempDir(), "--demo", "--scene-size", "20000", "--demo-password", testPassword, "--address-tries", "100000")
	pace := func(over <-chan struct{}) []time.Duration {
		var took []time.Duration
		for {
			select {
			case <-over:
				return took
			case <-time.After(2 * time.Millisecond):
			}
			began := time.Now()
			answer, err := client.Get(s.url(fmt.Sprintf("/tiles/assets,sensors/15/%d/13382", 27436+len(took)%8)))
			if err != nil {
				b.Error(err)
				return took
			}
			io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
			took = append(took, time.Since(began))
		}
	}
	p99 := func(took []time.Duration) float64 {
		slices.Sort(took)
		return float64(share(took, 0.99).Microseconds()) / 1000
	}
	for b.Loop() {
		calm := make(chan struct{})
		time.AfterFunc(10*time.Second, func() { close(calm) })
		before := p99(pace(calm))

		over := make(chan struct{})
		var busy atomic.Int64
		began := time.Now()
		go func() {
			defer close(over)
			var all sync.WaitGroup
			for range stormed {
				all.Go(func() { busy.Add(comeIn(b, s)) })
			}
			all.Wait()
		}()
		beside := p99(pace(over))
		b.ReportMetric(before, "p99-calm-ms")
		b.ReportMetric(beside, "p99-storm-ms")
		b.ReportMetric(beside/before, "ratio")
		b.ReportMetric(float64(busy.Load()), "told-to-wait")
		b.ReportMetric(time.Since(began).Seconds(), "all-in-s")
	}
}

// comeIn logs in, and comes again when it is told to.
func comeIn(b *testing.B, s *served) (busy int64) {
	body, _ := json.Marshal(map[string]string{"username": "operator", "password": testPassword})
	for {
		answer, err := client.Post(s.url("/v1/login"), "application/json", bytes.NewReader(body))
		if err != nil {
			b.Error(err)
			return busy
		}
		io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		if answer.StatusCode != http.StatusServiceUnavailable {
			if answer.StatusCode != http.StatusOK {
				b.Errorf("login: %s", answer.Status)
			}
			return busy
		}
		busy++
		wait, err := strconv.Atoi(answer.Header.Get("Retry-After"))
		if err != nil {
			b.Error(err)
		}
		time.Sleep(time.Duration(wait) * time.Second)
	}
}
