package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// clockFile in the environment makes this binary the program, with a clock that
// is off by the duration that the file holds.
const clockFile = "SUHE_TEST_CLOCK"

func withOtherClock(file string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return runBy(ctx, func() time.Time {
		text, err := os.ReadFile(file)
		if err != nil {
			return time.Now()
		}
		off, err := time.ParseDuration(string(text))
		if err != nil {
			return time.Now()
		}
		return time.Now().Add(off)
	}, os.Args[1:], os.Stdout, os.Stderr)
}

// quickJSON is a sensor that reports every two seconds.
var quickJSON = strings.Replace(sensorJSON, `"reportInterval":60`, `"reportInterval":2`, 1)

// The clock of the node is set forward by an hour, and back: no device that
// reports is offline or stale for it, and one that falls silent is found out.
func TestClockJumps(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	off := filepath.Join(dir, "off")
	set := func(by string) {
		t.Helper()
		if err := os.WriteFile(off+".new", []byte(by), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(off+".new", off); err != nil {
			t.Fatal(err)
		}
	}
	set("0s")
	s := newServed(t, os.Args[0], dir)
	s.env = append(os.Environ(), clockFile+"="+off)
	s.begin()
	var ids []string
	for i := range 20 {
		id := fmt.Sprintf("wl-%d", i)
		if status, body, _, err := ask(t.Context(), http.MethodPut, s.url("/v1/assets/"+id), quickJSON); err != nil || status != http.StatusCreated {
			t.Fatalf("PUT: %d %s %v", status, body, err)
		}
		ids = append(ids, id)
	}
	// Devices without a clock: their values are true when we get them.
	report := func(ids []string) {
		t.Helper()
		var items []string
		for _, id := range ids {
			items = append(items, fmt.Sprintf(`{"id":%q,"values":{"water_level":%g}}`, id, 2+float64(time.Now().UnixMilli()%1000)/1000))
		}
		status, body, _, err := ask(t.Context(), http.MethodPost, s.url("/v1/observations"), `{"observations":[`+strings.Join(items, ",")+`]}`)
		if err != nil || !strings.Contains(body, fmt.Sprintf(`"accepted":%d`, len(ids))) {
			t.Fatalf("report: %d %s %v", status, body, err)
		}
	}
	summary := func(id string) string {
		word, _ := get(t, s.url("/v1/assets/"+id))["summary"].(string)
		return word
	}
	steady := func(when string) {
		t.Helper()
		for end := time.Now().Add(7 * time.Second); time.Now().Before(end); time.Sleep(300 * time.Millisecond) {
			report(ids)
			for _, id := range ids {
				if got := summary(id); got != "normal" {
					t.Fatalf("%s: %s is %s", when, id, got)
				}
			}
		}
	}
	for _, step := range []struct{ when, by string }{{"an hour ahead", "1h"}, {"set back", "0s"}, {"an hour behind", "-1h"}, {"set right", "0s"}} {
		set(step.by)
		report(ids)
		eventually(t, step.when+": states", func() bool { return summary(ids[0]) == "normal" })
		steady(step.when)
	}
	set("-1h")
	eventually(t, "silence found out after a jump", func() bool { return summary(ids[0]) == "offline" })
	report(ids)
	eventually(t, "a device that is back", func() bool { return summary(ids[0]) == "normal" })
}
