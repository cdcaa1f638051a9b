package audit_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"suhe/assets"
	"suhe/internal/audit"
	"suhe/internal/testclock"
)

// book is a store that may be away.
type book struct {
	mu      sync.Mutex
	away    bool
	entries []audit.Entry
	wrote   chan struct{}
	refused chan struct{}
}

func (b *book) AppendAudit(_ context.Context, entries ...audit.Entry) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.away {
		select {
		case b.refused <- struct{}{}:
		default:
		}
		return assets.ErrBusy
	}
	b.entries = append(b.entries, entries...)
	select {
	case b.wrote <- struct{}{}:
	default:
	}
	return nil
}

func (b *book) set(away bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.away = away
}

func (b *book) read() []audit.Entry {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]audit.Entry(nil), b.entries...)
}

// wait waits until so many entries are written.
func (b *book) wait(t *testing.T, n int) []audit.Entry {
	t.Helper()
	end := time.After(time.Minute)
	for {
		if got := b.read(); len(got) >= n {
			return got
		}
		select {
		case <-b.wrote:
		case <-time.After(10 * time.Millisecond):
		case <-end:
			t.Fatalf("%d entries after a minute, want %d", len(b.read()), n)
		}
	}
}

// running starts a recorder; stop ends it.
func running(t *testing.T, o audit.RecorderOptions) (r *audit.Recorder, stop func()) {
	t.Helper()
	r = audit.NewRecorder(o)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = r.Run(ctx)
	}()
	stop = sync.OnceFunc(func() {
		cancel()
		<-done
	})
	t.Cleanup(stop)
	return r, stop
}

var viewed = audit.Entry{Who: "li", Address: "192.0.2.1", Session: "s", Action: audit.CameraView, What: "asset cam-1", Outcome: audit.Done}

func TestRecorderWritesAll(t *testing.T) {
	b := &book{wrote: make(chan struct{}, 1)}
	metrics := prometheus.NewRegistry()
	r, stop := running(t, audit.RecorderOptions{Store: b, Metrics: metrics})
	var group sync.WaitGroup
	for i := range 20 {
		group.Go(func() {
			for range 50 {
				if err := r.Record(t.Context(), audit.Entry{Who: fmt.Sprint(i)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	stop()
	if n := len(b.read()); n != 1000 {
		t.Errorf("%d entries, want 1000", n)
	}
	families, err := metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "suhe_audit_entries_total" && f.GetMetric()[0].GetCounter().GetValue() != 1000 {
			t.Errorf("counted %v", f.GetMetric())
		}
	}
}

// While the store is away entries wait; when there is no more room what they tell of
// is refused. Nothing that was taken is lost, and it says when it was.
func TestRecorderWhileTheStoreIsAway(t *testing.T) {
	c := testclock.New(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC))
	b := &book{away: true, wrote: make(chan struct{}, 1), refused: make(chan struct{}, 1)}
	r, _ := running(t, audit.RecorderOptions{Store: b, Queue: 5, Wait: time.Millisecond, Now: c.Now, Log: slog.New(slog.DiscardHandler)})
	record := func() error {
		return r.Record(t.Context(), audit.Entry{Who: "li", Detail: json.RawMessage(`{"n":1}`)})
	}
	if err := record(); err != nil {
		t.Fatal(err)
	}
	<-b.refused // from now on it takes nothing more out of the queue
	taken := 1
	for ; taken < 100; taken++ {
		if err := record(); err != nil {
			if !errors.Is(err, assets.ErrBusy) {
				t.Fatal(err)
			}
			break
		}
	}
	if taken != 1+5 {
		t.Fatalf("%d were taken", taken)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Record(cancelled, viewed); !errors.Is(err, context.Canceled) {
		t.Errorf("of a caller who left: %v", err)
	}
	if err := r.Viewed(t.Context(), viewed); !errors.Is(err, assets.ErrBusy) {
		t.Errorf("a view: %v", err)
	}
	r.Refuse(audit.Entry{Address: "192.0.2.9", Action: audit.Request, Outcome: audit.Refused}) // never waits, and is counted
	c.Pass(time.Hour)
	b.set(false)
	got := b.wait(t, taken+1)
	late := slices.IndexFunc(got, func(e audit.Entry) bool { return e.Action == audit.Request }) // it may overtake
	if late < 0 {
		t.Fatalf("no refusal in %+v", got)
	}
	for _, e := range slices.Concat(got[:late], got[late+1:]) {
		if string(e.Detail) != `{"at":"2026-11-01T00:00:00Z","n":1}` {
			t.Errorf("late by an hour: %s", e.Detail)
		}
	}
	if e := got[late]; len(got) != taken+1 || e.Action != audit.Request || !strings.Contains(string(e.Detail), `"repeats":1`) {
		t.Errorf("the refusal: %+v", e)
	}
	if err := r.Viewed(t.Context(), viewed); err != nil { // the one that was refused does not count
		t.Fatal(err)
	}
	if got := b.wait(t, taken+2); got[taken+1].Action != audit.CameraView {
		t.Errorf("%+v", got[taken+1])
	}
}

// A recorder that is stopped while the store is away tells how much is lost.
func TestRecorderTellsOfALoss(t *testing.T) {
	var log bytes.Buffer
	b := &book{away: true}
	r, stop := running(t, audit.RecorderOptions{Store: b, Log: slog.New(slog.NewTextHandler(&log, nil))})
	for range 3 {
		if err := r.Record(t.Context(), viewed); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	if !strings.Contains(log.String(), `level=ERROR msg="audit entries are lost" count=3`) {
		t.Errorf("log: %s", log.String())
	}
}

// Who looks at one thing over and over makes two entries: the first, and how often.
func TestRepeatedViews(t *testing.T) {
	c := testclock.New(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC))
	b := &book{wrote: make(chan struct{}, 1)}
	r, stop := running(t, audit.RecorderOptions{Store: b, Now: c.Now})
	other := viewed
	other.Purpose = "another"
	for range 100 {
		if err := errors.Join(r.Viewed(t.Context(), viewed), r.Viewed(t.Context(), other)); err != nil {
			t.Fatal(err)
		}
	}
	b.wait(t, 2)
	c.Pass(6 * time.Minute)
	got := b.wait(t, 4)
	for _, e := range got[2:] {
		if string(e.Detail) != `{"repeats":99,"since":"2026-11-01T00:00:00Z","until":"2026-11-01T00:00:00Z"}` || e.What != viewed.What {
			t.Errorf("told as %+v %s", e, e.Detail)
		}
	}
	if err := r.Viewed(t.Context(), viewed); err != nil {
		t.Fatal(err)
	}
	stop()
	if got := b.read(); len(got) != 5 || got[4].Detail != nil {
		t.Errorf("later: %+v", got[4:])
	}
}

// Refusals by the ten thousand, of one address, of one network and of very many,
// become few entries that count them all.
func TestRefusalsCannotFillTheDisk(t *testing.T) {
	for _, c := range []struct {
		name    string
		address func(i int) string
		most    int
	}{
		{"one address", func(int) string { return "192.0.2.1" }, 11},
		{"one network of IPv6", func(i int) string { return fmt.Sprintf("2001:db8::%x", i) }, 11},
		{"very many addresses", func(i int) string { return fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255) }, 1 + 200 + 120},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := &book{wrote: make(chan struct{}, 1)}
			now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
			r, stop := running(t, audit.RecorderOptions{Store: b, Now: func() time.Time { return now }, Queue: 100_000})
			const refused = 50_000
			for i := range refused {
				r.Refuse(audit.Entry{Who: fmt.Sprint(i), Address: c.address(i), Action: audit.Request, Outcome: audit.Refused, What: fmt.Sprint("GET /", i)})
			}
			stop()
			all, counted := b.read(), 0
			for _, e := range all {
				var detail struct{ Repeats int }
				if e.Detail == nil {
					counted++
				} else if err := json.Unmarshal(e.Detail, &detail); err != nil {
					t.Fatal(err)
				}
				counted += detail.Repeats
			}
			if len(all) > c.most || counted != refused {
				t.Errorf("%d entries count %d refusals, want at most %d and %d", len(all), counted, c.most, refused)
			}
		})
	}
}
