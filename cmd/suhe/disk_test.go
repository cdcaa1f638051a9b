package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// smallDisk is a folder on a disk of so many bytes.
func smallDisk(t *testing.T, size int) string {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=%d,mode=700", size), "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("a full disk wants a small one, and we may not mount: %v %s", err, out)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	return dir
}

// fill fills the disk with a file and returns its name.
func fill(t *testing.T, dir string) string {
	t.Helper()
	name := filepath.Join(dir, "filler")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for size := 1 << 20; size > 0; {
		if _, err := f.Write(make([]byte, size)); err != nil {
			size /= 2
		}
	}
	return name
}

// mosquitto publishes one value with QoS 1 and says whether it was confirmed.
func mosquitto(s *served, token, id string, value float64) bool {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	host, port, _ := strings.Cut(s.mqtt, ":")
	return exec.CommandContext(ctx, "mosquitto_pub", "-h", host, "-p", port, "-i", id, "-u", id, "-P", token, "-q", "1",
		"-t", "suhe/v1/devices/"+id+"/observations", "-m", fmt.Sprintf(`{"values":{"water_level":%g}}`, value)).Run() == nil
}

// The disk is full: nothing is acknowledged that is not kept, and when there is
// space the node goes on by itself, with all that it acknowledged.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	for name, flags := range stores(t) {
		t.Run(name, func(t *testing.T) { diskFull(t, flags) })
	}
}

func diskFull(t *testing.T, flags []string) {
	dir := smallDisk(t, 128<<20)
	s := serve(t, dir, flags...)
	r := &reporter{s: s, ids: sensors(t, s, "wl", 20)}
	put(t, s, "mq")
	_, token, _ := suhe("device", "token", "mq", "--data-dir", dir)
	token = strings.TrimSpace(token)
	if !mosquitto(s, token, "mq", 1) {
		t.Fatal("a value by MQTT was not confirmed")
	}
	ctx, stop := context.WithCancel(t.Context())
	var work sync.WaitGroup
	var failed error
	work.Go(func() { failed = r.until(ctx, 0) })
	confirmed := map[float64]bool{1: true}
	work.Go(func() {
		for v := 2.0; ctx.Err() == nil; v++ {
			if mosquitto(s, token, "mq", v/10) {
				confirmed[v/10] = true
			}
			time.Sleep(10 * time.Millisecond) // values of one millisecond are repeats
		}
	})
	filler := fill(t, dir)
	eventually(t, "a refusal", func() bool { return r.busy.Load() > 0 })
	eventually(t, "the news that the node is not ready", func() bool { return readiness(s) == http.StatusServiceUnavailable })
	acked := r.acked.Load()
	time.Sleep(2 * time.Second)
	if n := r.acked.Load() - acked; n > 0 {
		t.Errorf("%d observations were acknowledged by a node that says it cannot write", n)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a report after the disk has space", func() bool { return r.acked.Load() > acked })
	eventually(t, "readiness", func() bool { return readiness(s) == http.StatusOK })
	stop()
	work.Wait()
	if failed != nil {
		t.Errorf("reports: %v", failed)
	}
	if !mosquitto(s, token, "mq", 99) {
		t.Error("a value by MQTT is not confirmed after the disk has space")
	}
	confirmed[99] = true
	eventually(t, "an edit", func() bool {
		status, _, _, err := ask(t.Context(), http.MethodPut, s.url("/v1/assets/after"), sensorJSON)
		return err == nil && status < 300
	})
	eventually(t, "the whole history by HTTP", func() bool {
		kept := history(t, s, r.ids[0])
		return !slices.ContainsFunc(r.times, func(at int64) bool { return !kept[float64(at)] })
	})
	eventually(t, "the whole history by MQTT", func() bool {
		kept := history(t, s, "mq")
		for v := range confirmed {
			if !kept[v] {
				return false
			}
		}
		return true
	})
	t.Logf("%d observations acknowledged by HTTP, %d batches refused; %d confirmed by MQTT", r.acked.Load(), r.busy.Load(), len(confirmed))
}

func readiness(s *served) int {
	status, _, _, err := ask(context.Background(), http.MethodGet, s.url("/readyz"), "")
	if err != nil {
		return 0
	}
	return status
}

// history are the times and the values of a sensor's samples.
func history(t testing.TB, s *served, id string) map[float64]bool {
	t.Helper()
	samples, _ := get(t, s.url("/v1/assets/"+id+"/observations?limit=10000"))["samples"].([]any)
	out := map[float64]bool{}
	for _, sample := range samples {
		pair := sample.([]any)
		out[pair[0].(float64)], out[pair[1].(float64)] = true, true
	}
	return out
}
