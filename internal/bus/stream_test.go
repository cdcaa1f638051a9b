package bus

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"
)

func hostPort(host string, port int) string { return net.JoinHostPort(host, strconv.Itoa(port)) }

func contains(err error, text string) bool { return err != nil && strings.Contains(err.Error(), text) }

func newStream(t testing.TB, b *Bus, name string, bound func(*StreamOptions)) *Stream {
	t.Helper()
	o := StreamOptions{Name: name, Subjects: []string{strings.ToLower(name) + ".>"}}
	if bound != nil {
		bound(&o)
	}
	s, err := b.Stream(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// fill appends the numbers from…to as messages.
func fill(t testing.TB, s *Stream, subject string, from, to int) {
	t.Helper()
	for i := from; i <= to; i++ {
		if _, err := s.Append(t.Context(), subject, []byte(strconv.Itoa(i))); err != nil {
			t.Fatal(err)
		}
	}
}

// read takes n events of Read: "7=text" for a message, "gap" for a gap.
func read(t testing.TB, s *Stream, after uint64, n int) []string {
	t.Helper()
	var got []string
	for m, err := range s.Read(within(t), after) {
		switch {
		case errors.Is(err, ErrGap):
			got = append(got, "gap")
		case err != nil:
			t.Fatal(err)
		default:
			got = append(got, fmt.Sprintf("%d=%s", m.Seq, m.Data))
		}
		if len(got) == n {
			break
		}
	}
	return got
}

func same(t testing.TB, what string, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func bounded(t testing.TB, s *Stream, first, last uint64) {
	t.Helper()
	f, l, err := s.Bounds(t.Context())
	if err != nil || f != first || l != last {
		t.Errorf("bounds %d…%d, %v; want %d…%d", f, l, err, first, last)
	}
}

func TestAppendAndRead(t *testing.T) {
	inEachWorld(t, func(t *testing.T, w world) {
		s := newStream(t, w.open(t), "LOG", nil)
		bounded(t, s, 1, 0)
		seq, err := s.Append(t.Context(), "log.a", []byte("1"))
		if err != nil || seq != 1 {
			t.Fatalf("sequence %d, %v", seq, err)
		}
		fill(t, s, "log.b", 2, 5)
		bounded(t, s, 1, 5)
		same(t, "from the start", read(t, s, 0, 5), "1=1", "2=2", "3=3", "4=4", "5=5")
		same(t, "from the middle", read(t, s, 3, 2), "4=4", "5=5")
	})
}

func TestReadWaitsForMore(t *testing.T) {
	inEachWorld(t, func(t *testing.T, w world) {
		s := newStream(t, w.open(t), "LOG", nil)
		fill(t, s, "log.a", 1, 1)
		n := 0
		for m, err := range s.Read(within(t), 0) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n == 20 {
				break
			}
			fill(t, s, "log.a", int(m.Seq)+1, int(m.Seq)+1)
		}
		if n != 20 {
			t.Errorf("read %d of 20", n)
		}
	})
}

func TestReadEndsWithContextAndWithBus(t *testing.T) {
	inEachWorld(t, func(t *testing.T, w world) {
		b := w.open(t)
		s := newStream(t, b, "LOG", nil)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(20*time.Millisecond, cancel)
		for _, err := range s.Read(ctx, 0) {
			t.Errorf("yielded %v at the end of its context", err)
		}
		time.AfterFunc(20*time.Millisecond, func() { closeBus(t, b) })
		var last error
		for _, err := range s.Read(within(t), 0) {
			last = err
		}
		if !errors.Is(last, ErrClosed) {
			t.Errorf("ended with %v, want ErrClosed", last)
		}
	})
}

func TestAppendAfter(t *testing.T) {
	inEachWorld(t, func(t *testing.T, w world) {
		s := newStream(t, w.open(t), "LOG", nil)
		steps := []struct {
			last uint64
			ok   bool
		}{{1, false}, {0, true}, {0, false}, {2, false}, {1, true}, {2, true}}
		for i, step := range steps {
			err := s.AppendAfter(t.Context(), step.last, "log.a", []byte("x"))
			if step.ok && err != nil || !step.ok && !errors.Is(err, ErrSequence) {
				t.Errorf("step %d after %d: %v", i, step.last, err)
			}
		}
		bounded(t, s, 1, 3)
	})
}

func TestAppendAllAfter(t *testing.T) {
	inEachWorld(t, func(t *testing.T, w world) {
		s := newStream(t, w.open(t), "LOG", nil)
		batch := make([]Message, 3*pipelined+7)
		for i := range batch {
			batch[i] = Message{Subject: "log.a", Data: []byte(strconv.Itoa(i + 1))}
		}
		n, err := s.AppendAllAfter(t.Context(), 0, batch)
		if err != nil || n != len(batch) {
			t.Fatalf("stored %d of %d: %v", n, len(batch), err)
		}
		for i, got := range read(t, s, 0, len(batch)) {
			if want := fmt.Sprintf("%d=%d", i+1, i+1); got != want {
				t.Fatalf("got %s, want %s", got, want)
			}
		}
		if n, err = s.AppendAllAfter(t.Context(), 5, batch); n != 0 || !errors.Is(err, ErrSequence) {
			t.Errorf("at a wrong sequence: stored %d, %v", n, err)
		}
		bounded(t, s, 1, uint64(len(batch)))
	})
}

func TestGapOnce(t *testing.T) {
	inEachWorld(t, func(t *testing.T, w world) {
		s := newStream(t, w.open(t), "LOG", func(o *StreamOptions) { o.MaxBytes = 4000 })
		for range 20 {
			if _, err := s.Append(t.Context(), "log.a", bytes.Repeat([]byte("x"), 500)); err != nil {
				t.Fatal(err)
			}
		}
		first, last, err := s.Bounds(t.Context())
		if err != nil || first == 1 || last != 20 {
			t.Fatalf("bounds %d…%d, %v", first, last, err)
		}
		got := read(t, s, 0, 1+int(last-first)+1)
		if got[0] != "gap" || !strings.HasPrefix(got[1], fmt.Sprint(first, "=")) || strings.Count(strings.Join(got, " "), "gap") != 1 {
			t.Errorf("got %.60v", got)
		}
		fill(t, s, "log.a", 21, 21)
		same(t, "beyond the end", read(t, s, 99, 1), "gap")
	})
}

func TestMaxAge(t *testing.T) {
	inEachWorld(t, func(t *testing.T, w world) {
		s := newStream(t, w.open(t), "LOG", func(o *StreamOptions) { o.MaxAge = 200 * time.Millisecond })
		fill(t, s, "log.a", 1, 3)
		for first := uint64(1); first != 4; {
			var err error
			if first, _, err = s.Bounds(within(t)); err != nil {
				t.Fatal(err)
			}
		}
		bounded(t, s, 4, 3)
		fill(t, s, "log.a", 4, 4)
		same(t, "after all went", read(t, s, 2, 2), "gap", "4=4")
	})
}

func TestReset(t *testing.T) {
	inEachWorld(t, func(t *testing.T, w world) {
		s := newStream(t, w.open(t), "LOG", nil)
		fill(t, s, "log.a", 1, 5)
		for _, next := range []uint64{100, 3, 1} {
			if err := s.Reset(t.Context(), next); err != nil {
				t.Fatal(err)
			}
			bounded(t, s, next, next-1)
			if err := s.AppendAfter(t.Context(), next-1, "log.a", []byte("x")); err != nil {
				t.Fatal(err)
			}
			bounded(t, s, next, next)
		}
		if err := s.Reset(t.Context(), 0); err == nil {
			t.Error("reset to 0")
		}
	})
}

// A reader that waits must learn of a reset, wherever the new start is.
func TestResetUnderReader(t *testing.T) {
	for _, next := range []uint64{1, 3, 6, 50} {
		t.Run(fmt.Sprint(next), func(t *testing.T) {
			inEachWorld(t, func(t *testing.T, w world) {
				s := newStream(t, w.open(t), "LOG", nil)
				fill(t, s, "log.a", 1, 5)
				var got []string
				for m, err := range s.Read(within(t), 4) {
					switch {
					case errors.Is(err, ErrGap):
						got = append(got, "gap")
						continue
					case err != nil:
						t.Fatal(err)
					}
					got = append(got, fmt.Sprint(m.Seq))
					if m.Seq != 5 || len(got) > 1 {
						break
					}
					if err := s.Reset(t.Context(), next); err != nil {
						t.Fatal(err)
					}
					fill(t, s, "log.a", 1, 1)
				}
				want := []string{"5", "gap", fmt.Sprint(next)}
				if next == 6 { // goes on where it was: nothing is missing
					want = []string{"5", "6"}
				}
				same(t, "reader", got, want...)
			})
		})
	}
}

func TestTooLarge(t *testing.T) {
	inEachWorld(t, func(t *testing.T, w world) {
		s := newStream(t, w.open(t), "LOG", nil)
		if _, err := s.Append(t.Context(), "log.a", make([]byte, MaxMessage+1)); !errors.Is(err, ErrTooLarge) {
			t.Errorf("got %v, want ErrTooLarge", err)
		}
		large := make([]byte, MaxMessage)
		tooLarge := []Message{{Subject: "log.a", Data: large}, {Subject: "log.a", Data: make([]byte, MaxMessage+1)}}
		if n, err := s.AppendAllAfter(t.Context(), 0, tooLarge); n != 1 || !errors.Is(err, ErrTooLarge) {
			t.Errorf("stored %d, %v; want 1, ErrTooLarge", n, err)
		}
		for last := range uint64(2) {
			if err := s.AppendAfter(t.Context(), last+1, "log.a", large); err != nil {
				t.Fatal(err)
			}
		}
		n := 0
		for m, err := range s.Read(within(t), 0) {
			if err != nil || len(m.Data) != len(large) {
				t.Fatalf("%d bytes, %v", len(m.Data), err)
			}
			if n++; n == 3 {
				break
			}
		}
	})
}

// What was appended is there when the broker comes back, and a reader goes on by
// itself.
func TestOutsideBrokerRestarts(t *testing.T) {
	dir := t.TempDir()
	first, at := startOutside(t, dir, -1)
	b := openBus(t, Options{URL: at.nats})
	s := newStream(t, b, "LOG", nil)
	fill(t, s, "log.a", 1, 3)
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(at.nats, "nats://"))
	number, _ := strconv.Atoi(port)
	var got []string
	for m, err := range s.Read(within(t), 0) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%d=%s", m.Seq, m.Data))
		if len(got) == 6 {
			break
		}
		if len(got) == 3 {
			stopOutside(first)
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			if _, err := s.Append(ctx, "log.a", nil); err == nil {
				t.Error("appended to a broker that is away")
			}
			cancel()
			again, _ := startOutside(t, dir, number)
			t.Cleanup(func() { stopOutside(again) })
			for b.Ready() != nil {
				time.Sleep(10 * time.Millisecond)
			}
			fill(t, s, "log.a", 4, 6)
		}
	}
	same(t, "reader", got, "1=1", "2=2", "3=3", "4=4", "5=5", "6=6")
	if b.Lost() != 1 {
		t.Errorf("lost %d connections, want 1", b.Lost())
	}
}
