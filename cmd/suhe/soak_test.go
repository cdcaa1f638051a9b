package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// soakFor in the environment is how long TestSoak loads a node; an hour if empty.
const soakFor = "SUHE_SOAK_FOR"

// vital are the figures that must not grow, with what they may differ by.
var vital = []struct {
	metric string
	unit   float64
	name   string
	slack  float64 // beside a tenth, in units
}{
	{"process_resident_memory_bytes", 1 << 20, "MiB resident", 32},
	{"go_memstats_heap_inuse_bytes", 1 << 20, "MiB of heap", 32},
	{"go_goroutines", 1, "goroutines", 50},
	{"process_open_fds", 1, "descriptors", 20},
}

// An hour of load leaves memory, goroutines and file descriptors as they were:
// 100 devices by MQTT, batches by HTTP, edits, tiles, and streams that come and go.
func TestSoak(t *testing.T) {
	if !long() {
		t.Skip("long: make soak runs it")
	}
	span := time.Hour
	if text := os.Getenv(soakFor); text != "" {
		var err error
		if span, err = time.ParseDuration(text); err != nil || span < 20*time.Second {
			t.Fatalf("%s: %q, want 20s or more: %v", soakFor, text, err)
		}
	}
	dir := t.TempDir()
	s := serve(t, dir, "--demo", "--scene-size", "20000")
	reports := &reporter{s: s, ids: sensors(t, s, "wl", 100)}
	ctx, stop := context.WithTimeout(t.Context(), span)
	defer stop()
	confirmed := loadMQTT(t, dir, s, sensors(t, s, "mq", 100), 2000, span)
	var work sync.WaitGroup
	repeat := func(what string, every time.Duration, do func(i int) error) {
		work.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				if err := do(i); err != nil && ctx.Err() == nil {
					t.Errorf("%s: %v", what, err)
					return
				}
				time.Sleep(every)
			}
		})
	}
	repeat("report", 50*time.Millisecond, func(int) error { return reports.once(ctx) })
	var edits, refused atomic.Int64
	repeat("edit", time.Second, func(i int) error {
		status, body, header, err := ask(ctx, http.MethodPut, s.url("/v1/assets/edited-"+strconv.Itoa(i%50)), sensorJSON)
		if edits.Add(1); status == http.StatusServiceUnavailable && header.Get("Retry-After") != "" {
			refused.Add(1) // the disk is slow, and the next round comes again
			return nil
		}
		return good(status, body, header, err)
	})
	repeat("tile", 20*time.Millisecond, func(i int) error {
		return good(ask(ctx, http.MethodGet, s.url(fmt.Sprintf("/tiles/sensors/14/%d/%d.mvt", 13715+i%9, 6688+i/9%7)), ""))
	})
	stay := watch(t, s)
	repeat("stream", 200*time.Millisecond, func(int) error { return visit(s) })

	seen := make([][]float64, len(vital))
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-time.After(span / 60):
			text := metrics(t, s)
			for i, v := range vital {
				seen[i] = append(seen[i], figure(t, text, v.metric)/v.unit)
			}
		}
	}
	work.Wait()
	t.Logf("%v: %d observations by MQTT, %d by HTTP (%d batches told to come again), %d values on the stream that stayed",
		span, <-confirmed, reports.acked.Load(), reports.busy.Load(), stay.values.Load())
	t.Logf("%d edits, of which %d were told to come again", edits.Load(), refused.Load())
	if refused.Load()*100 > edits.Load() {
		t.Errorf("%d of %d edits were told to come again, want one of a hundred at most", refused.Load(), edits.Load())
	}
	for i, v := range vital {
		early, late := median(seen[i][len(seen[i])/4:len(seen[i])/2]), median(seen[i][3*len(seen[i])/4:])
		t.Logf("%s: %.0f in the second quarter, %.0f in the last, %.0f at most", v.name, early, late, slices.Max(seen[i]))
		if late > 1.1*early+v.slack {
			t.Errorf("%s grow from %.0f to %.0f", v.name, early, late)
		}
	}
	if reports.busy.Load() > 0 {
		t.Errorf("%d batches were told to come again", reports.busy.Load())
	}
}

// good makes an error of an answer that is none of ours.
func good(status int, body string, _ http.Header, err error) error {
	if err == nil && status >= 400 {
		return fmt.Errorf("%d %s", status, body)
	}
	return err
}

// figure is one sample of the Prometheus text format.
func figure(t testing.TB, text, name string) float64 {
	t.Helper()
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			v, err := strconv.ParseFloat(strings.TrimSpace(rest), 64)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
	}
	t.Fatalf("no metric %s", name)
	return 0
}

func median(of []float64) float64 {
	sorted := slices.Sorted(slices.Values(of))
	return sorted[len(sorted)/2]
}
