package twin

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// attic holds times of rows and fails now and then.
type attic struct {
	mu    sync.Mutex
	rows  map[Sort][]int64
	fails int
	most  int
}

func (a *attic) Forget(_ context.Context, of Sort, before time.Time, most int) (removed int, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.fails > 0 {
		a.fails--
		return 0, errors.New("away")
	}
	a.most = max(a.most, most)
	var left []int64
	for _, at := range a.rows[of] {
		if at < before.UnixMilli() && removed < most {
			removed++
			continue
		}
		left = append(left, at)
	}
	a.rows[of] = left
	return removed, nil
}

func (a *attic) left() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return fmt.Sprint(a.rows)
}

func TestForgetter(t *testing.T) {
	now := time.UnixMilli(100_000)
	store := &attic{rows: map[Sort][]int64{}, fails: 1}
	for _, s := range Sorts() {
		for at := range int64(100) {
			store.rows[s] = append(store.rows[s], 1000*at)
		}
	}
	gone := make(chan string, 10)
	metrics := prometheus.NewRegistry()
	f, err := NewForgetter(store, ForgetOptions{
		Keep: map[Sort]time.Duration{Tracks: 98 * time.Second, Found: 95 * time.Second}, Every: time.Millisecond, Batch: 2,
		Now: func() time.Time { return now }, Metrics: metrics,
		Gone: func(_ context.Context, of Sort, before time.Time, rows int) {
			gone <- fmt.Sprintln(of, now.Sub(before), rows)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- f.Run(ctx) }()
	told := map[string]int{}
	for range 2 {
		select {
		case g := <-gone:
			told[g]++
		case <-time.After(60 * time.Second):
			t.Fatalf("told of %v only; left %s", told, store.left())
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	// The first try, of tracks, failed; the next sweep made up for it.
	if told["fixes 1m38s 2\n"] != 1 || told["findings 1m35s 5\n"] != 1 {
		t.Errorf("told %v", told)
	}
	if n := len(store.rows[Readings]); n != 100 {
		t.Errorf("%d observations are left, which are kept for ever", n)
	}
	if len(store.rows[Tracks]) != 98 || len(store.rows[Found]) != 95 || store.most != 2 {
		t.Errorf("left %s, %d rows at once", store.left(), store.most)
	}
	if got := counted(f.removed.WithLabelValues("findings")); got != 5 {
		t.Errorf("counted %v findings", got)
	}
	if got := counted(f.failed); got != 1 {
		t.Errorf("counted %v failures", got)
	}
	select {
	case g := <-gone:
		t.Errorf("told again: %s", g)
	default:
	}
}
