package deadletter

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"go.uber.org/goleak"

	"suhe/assets"
	"suhe/internal/bus"
	"suhe/internal/testclock"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// desk is an office over a real broker.
type desk struct {
	*Office
	clock *testclock.Clock
}

func openDesk(t *testing.T) *desk {
	t.Helper()
	b, err := bus.Open(t.Context(), bus.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	s, err := b.Stream(t.Context(), bus.StreamOptions{Name: "DEAD", Subjects: []string{Subjects}})
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{clock: testclock.New(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC))}
	d.Office = New(Options{Stream: s, Now: d.clock.Now})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- d.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		<-done
		b.Close()
	})
	return d
}

// worth is the counter of the verdict.
func (of *Office) worth(v verdict) float64 {
	m := new(dto.Metric)
	_ = of.count(v).Write(m) // fails only for what is no counter
	return m.GetCounter().GetValue()
}

// counted waits until so many letters have been dealt with.
func (d *desk) counted(t *testing.T, want map[verdict]int) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(5 * time.Millisecond) {
		good := true
		for v, n := range want {
			good = good && int(d.worth(v)) == n
		}
		if good {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("kept %v, repeated %v, dropped %v, want %v", d.worth(kept), d.worth(repeated), d.worth(dropped), want)
		}
	}
}

func about(device, reason, payload string) Letter {
	return Letter{Reason: reason, Detail: "because", Refusals: 1, Way: "mqtt", Topic: "t/" + device, Device: assets.ID(device), Payload: []byte(payload),
		Received: time.Date(2026, 11, 23, 8, 0, 0, 500e6, time.UTC)}
}

func TestLettersAreKeptListedAndRemoved(t *testing.T) {
	d := openDesk(t)
	sent := []Letter{about("wl-1", "future", "a"), about("wl.2", "unknown_device", "\xff\x00"), about("", "malformed", strings.Repeat("x", MaxPayload+1)), about("wl-1", "malformed", "d")}
	for _, l := range sent {
		d.Keep(l)
	}
	d.counted(t, map[verdict]int{kept: 4})
	for _, test := range []struct {
		filter Filter
		after  uint64
		limit  int
		want   string
	}{
		{Filter{}, 0, 10, "1 2 3 4"},
		{Filter{}, 2, 10, "3 4"},
		{Filter{}, 0, 2, "1 2"},
		{Filter{Reason: "malformed"}, 0, 10, "3 4"},
		{Filter{Device: "wl-1"}, 0, 10, "1 4"},
		{Filter{Device: "wl.2"}, 0, 10, "2"},
		{Filter{Device: "wl-1", Reason: "malformed"}, 0, 10, "4"},
		{Filter{Device: "wl"}, 0, 10, ""},
	} {
		letters, err := d.List(t.Context(), test.filter, test.after, test.limit)
		var got []string
		for _, l := range letters {
			got = append(got, fmt.Sprint(l.Seq))
		}
		if strings.Join(got, " ") != test.want || err != nil {
			t.Errorf("%+v after %d: %v, %v, want %s", test.filter, test.after, got, err, test.want)
		}
	}
	two, err := d.Get(t.Context(), 2)
	if err != nil || string(two.Payload) != "\xff\x00" || two.Device != "wl.2" || two.Cut() || !two.Received.Equal(sent[1].Received) {
		t.Errorf("got %+v, %v", two, err)
	}
	if three, err := d.Get(t.Context(), 3); err != nil || !three.Cut() || len(three.Payload) != MaxPayload || three.Size != MaxPayload+1 {
		t.Errorf("a long letter: %d of %d bytes, %v", len(three.Payload), three.Size, err)
	}
	if err := d.Remove(t.Context(), 2); err != nil {
		t.Error(err)
	}
	for _, seq := range []uint64{2, 9} {
		if _, err := d.Get(t.Context(), seq); !errors.Is(err, assets.ErrNotFound) {
			t.Errorf("get %d: %v", seq, err)
		}
		if err := d.Remove(t.Context(), seq); !errors.Is(err, assets.ErrNotFound) {
			t.Errorf("remove %d: %v", seq, err)
		}
	}
	for _, f := range []Filter{{Reason: "a.*"}, {Reason: ">"}, {Device: "*"}, {Device: "a>"}} {
		if _, err := d.List(t.Context(), f, 0, 1); !errors.Is(err, assets.ErrInvalid) {
			t.Errorf("%+v: %v", f, err)
		}
	}
}

// A flood of one complaint takes no more than its share, and leaves the others theirs.
func TestFlood(t *testing.T) {
	d := openDesk(t)
	for range 1000 {
		d.Keep(about("wl-1", "malformed", "the same"))
	}
	d.counted(t, map[verdict]int{kept: 1, repeated: 999, dropped: 0})
	for i := range 100 {
		d.Keep(about("wl-1", "malformed", fmt.Sprint(i)))
	}
	d.counted(t, map[verdict]int{kept: lettersEach, repeated: 999, dropped: 41})
	d.Keep(about("wl-1", "future", "the same"))
	d.Keep(about("wl-2", "malformed", "the same"))
	d.counted(t, map[verdict]int{kept: lettersEach + 2})
	d.clock.Pass(time.Minute)
	d.Keep(about("wl-1", "malformed", "the same"))
	d.counted(t, map[verdict]int{kept: lettersEach + 3})
}

func TestFloodOfBytes(t *testing.T) {
	f := newFlood()
	payload := strings.Repeat("x", MaxPayload)
	n := 0
	for i := range 2 * bytesAll / MaxPayload {
		if f.admit(1, about(fmt.Sprint("d", i), "malformed", payload)) == kept {
			n++
		}
	}
	if n != bytesAll/MaxPayload {
		t.Errorf("%d letters of 64 KiB in a minute", n)
	}
}

// Who keeps a letter never waits for a broker that is stuck.
func TestKeepDoesNotWait(t *testing.T) {
	of := New(Options{Stream: stuck{}})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- of.Run(ctx) }()
	for i := range 10 * queued {
		of.Keep(about(fmt.Sprint("d", i), "malformed", "x"))
	}
	if n := of.worth(dropped); n < 9*queued-1 {
		t.Errorf("%v dropped", n)
	}
	cancel()
	<-done
}

// stuck is a stream that answers nobody.
type stuck struct{ Stream }

func (stuck) Append(ctx context.Context, _ string, _ []byte) (uint64, error) {
	<-ctx.Done()
	return 0, ctx.Err()
}
