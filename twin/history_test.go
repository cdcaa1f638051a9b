package twin

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"suhe/assets"
)

// keeper is a history that remembers how it was asked.
type keeper struct {
	mu      sync.Mutex
	kept    map[string]float64 // by asset, phenomenon and time
	saved   uint64
	fail    error
	tries   int
	poison  assets.ID // refused as invalid
	biggest int
	changed chan struct{}
}

func newKeeper() *keeper { return &keeper{kept: map[string]float64{}, changed: make(chan struct{}, 1)} }

func (k *keeper) Saved(context.Context) (uint64, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.saved, nil
}

func (k *keeper) Save(_ context.Context, batch []Kept, obs uint64) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	defer k.ring()
	k.tries++
	if k.fail != nil {
		return k.fail
	}
	for _, o := range batch {
		if k.poison != "" && o.Asset == k.poison {
			return fmt.Errorf("%w: poison", assets.ErrInvalid)
		}
	}
	k.biggest = max(k.biggest, len(batch))
	for _, o := range batch {
		key := fmt.Sprint(o.Asset, o.Phenomenon, o.PhenomenonTime)
		if _, ok := k.kept[key]; !ok {
			k.kept[key] = o.Value
		}
	}
	k.saved = max(k.saved, obs)
	return nil
}

func (k *keeper) SaveFixes(_ context.Context, batch []KeptFix) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.tries++
	if k.fail != nil {
		return k.fail
	}
	for _, f := range batch {
		if k.poison != "" && f.Asset == k.poison {
			return fmt.Errorf("%w: poison", assets.ErrInvalid)
		}
	}
	for _, f := range batch {
		k.kept[fmt.Sprint(f.Asset, f.PhenomenonTime)] = f.Lon
	}
	return nil
}

func (k *keeper) SaveFindings(_ context.Context, batch []KeptFinding) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.tries++
	if k.fail != nil {
		return k.fail
	}
	for _, f := range batch {
		k.kept[fmt.Sprint(f.Hook, f.ID)] = f.Confidence
	}
	return nil
}

func (k *keeper) ring() {
	select {
	case k.changed <- struct{}{}:
	default:
	}
}

// until waits for the condition, looked at after every Save.
func (k *keeper) until(t *testing.T, what string, cond func() bool) {
	t.Helper()
	deadline := time.After(time.Minute)
	for {
		k.mu.Lock()
		ok := cond()
		k.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-k.changed:
		case <-deadline:
			t.Fatalf("still not: %s", what)
		}
	}
}

func startHistory(t *testing.T, obs Reader, k *keeper, o HistoryOptions) (h *HistoryWriter, stop func()) {
	t.Helper()
	h, err := NewHistoryWriter(obs, k, o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				t.Errorf("Run: %v", err)
			}
		})
	}
	t.Cleanup(stop)
	return h, stop
}

// sendNumbered appends n messages of one observation each, numbered from first.
func sendNumbered(t testing.TB, to Appender, first, n int) {
	t.Helper()
	for i := range n {
		data, err := AppendObservations(nil, []Observation{reading("a", "level", float64(first+i), t0+int64(first+i))})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := to.Append(context.Background(), "obs.x", data); err != nil {
			t.Fatal(err)
		}
	}
}

func TestHistoryWriter(t *testing.T) {
	obs, k := newMemory(), newKeeper()
	h, stop := startHistory(t, obs, k, HistoryOptions{Every: time.Millisecond})
	sendNumbered(t, obs, 0, 100)
	k.until(t, "100 saved", func() bool { return k.saved == 100 && len(k.kept) == 100 })
	stop()
	if n := valueOf(t, h.at); n != 100 {
		t.Errorf("position %v", n)
	}
	if n := valueOf(t, h.lag); n != 0 {
		t.Errorf("lag %v", n)
	}
	sendNumbered(t, obs, 100, 50)
	startHistory(t, obs, k, HistoryOptions{Every: time.Millisecond})
	k.until(t, "150 saved", func() bool { return k.saved == 150 && len(k.kept) == 150 })
}

// A database that is down delays history and loses nothing.
func TestHistoryOutlivesTheDatabase(t *testing.T) {
	obs, k := newMemory(), newKeeper()
	k.fail = errors.New("down")
	h, _ := startHistory(t, obs, k, HistoryOptions{Every: time.Millisecond, Batch: 10, Now: func() time.Time { return time.UnixMilli(t0 + 60_000) }})
	sendNumbered(t, obs, 0, 1000)
	k.until(t, "tried twice", func() bool { return k.tries >= 2 })
	if n := valueOf(t, h.lag); n != 60 {
		t.Errorf("lag %v s, want 60", n)
	}
	k.mu.Lock()
	k.fail = nil
	k.mu.Unlock()
	k.until(t, "all saved", func() bool { return k.saved == 1000 && len(k.kept) == 1000 })
}

func TestHistoryBatchIsBounded(t *testing.T) {
	obs, k := newMemory(), newKeeper()
	sendNumbered(t, obs, 0, 3000)
	startHistory(t, obs, k, HistoryOptions{Every: time.Hour, Batch: 500})
	k.until(t, "most saved", func() bool { return k.saved >= 2500-readAhead })
	if k.biggest > 500+atOnce {
		t.Errorf("a batch of %d", k.biggest)
	}
}

// What can never be saved does not hold up the rest.
func TestHistoryLeavesOutPoison(t *testing.T) {
	obs, k := newMemory(), newKeeper()
	k.poison = "bad"
	var batch []Observation
	for i := range 20 {
		batch = append(batch, reading(named("a", i), "level", 1, t0))
	}
	batch[13].Asset = "bad"
	batch = append(batch, Observation{"future", "level", 1, t0 + hour, t0})
	data, _ := AppendObservations(nil, batch)
	obs.Append(t.Context(), "obs.x", data)
	obs.Append(t.Context(), "obs.x", []byte("nonsense"))
	startHistory(t, obs, k, HistoryOptions{Every: time.Millisecond})
	k.until(t, "19 saved", func() bool { return k.saved == 2 && len(k.kept) == 19 })
}

func TestHistoryCountsGaps(t *testing.T) {
	obs, k := newMemory(), newKeeper()
	sendNumbered(t, obs, 0, 10)
	obs.drop(5)
	h, stop := startHistory(t, obs, k, HistoryOptions{Every: time.Millisecond})
	k.until(t, "the rest saved", func() bool { return k.saved == 10 && len(k.kept) == 5 })
	stop()
	if n := valueOf(t, h.gaps); n != 1 {
		t.Errorf("%v gaps counted", n)
	}
}

func TestHistoryEndsWithTheLog(t *testing.T) {
	dead := errors.New("dead")
	h, err := NewHistoryWriter(deadStream{dead}, newKeeper(), HistoryOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Run(t.Context()); !errors.Is(err, dead) {
		t.Errorf("Run: %v", err)
	}
}

// Fixes and findings are saved before the position that completes them; one that
// can never be saved does not hold up the others.
func TestHistoryOfFixesAndFindings(t *testing.T) {
	obs, k := newMemory(), newKeeper()
	k.poison = "bad"
	var fixes []Fix
	for i := range 9 {
		fixes = append(fixes, fixAt(named("p", i), here, t0))
	}
	fixes[4].Asset = "bad"
	fixes = append(fixes, fixAt("p-x", here, t0+hour)) // received at t0: it cannot be
	fixes[9].ReceivedTime = t0
	data, err := AppendFixes(nil, fixes)
	if err != nil {
		t.Fatal(err)
	}
	findings, err := AppendFindings(nil, []Finding{found("1", t0), found("", t0), found("2", t0)})
	if err != nil {
		t.Fatal(err)
	}
	for _, message := range [][]byte{data, findings} {
		if _, err := obs.Append(t.Context(), "obs.x", message); err != nil {
			t.Fatal(err)
		}
	}
	startHistory(t, obs, k, HistoryOptions{Every: time.Millisecond})
	k.until(t, "both saved", func() bool { return k.saved == 2 })
	if len(k.kept) != 8+2 {
		t.Errorf("kept %v", k.kept)
	}
}
