package bus

import (
	"strings"
	"testing"
	"time"
)

func TestHandledByAll(t *testing.T) {
	var h handled
	if got := h.byAll(); got != 0 {
		t.Errorf("nobody: %d", got)
	}
	_, a := h.begin("a", 4)
	is := func(what string, want uint64) {
		t.Helper()
		if got := h.byAll(); got != want {
			t.Errorf("%s: %d, want %d", what, got, want)
		}
	}
	is("begun", 4)
	h.read(a, 5, true)
	is("one read", 4)
	h.read(a, 6, false)
	is("one of another after it", 4)
	h.sign([]sealed{{seq: 5, progress: a}, {}})
	is("handled, with what follows", 6)
	_, b := h.begin("b", 4)
	is("another began", 4)
	h.read(b, 5, false)
	h.read(b, 6, true)
	is("the other has one to do", 4)
	h.sign([]sealed{{seq: 6, progress: b}})
	is("both are through", 6)
	if from, _ := h.begin("b", 2); from != 6 {
		t.Errorf("reopened at %d, want 6", from)
	}
	h.read(a, 7, true)
	lost := h.lose("a")
	h.sign([]sealed{{seq: 7, progress: a}})
	is("the stream began anew: what was on its way counts no more", 0)
	h.read(lost, 1, true)
	is("the first of the new one", 0)
	h.sign([]sealed{{seq: 1, progress: lost}})
	is("is handled", 1)
}

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		under, subject string
		want           bool
	}{
		{"a.*.c", "a.b.c", true}, {"a.*.c", "a.b.c.d", false}, {"a.*.c", "a.b", false}, {"a.*.c", "x.b.c", false},
		{"a.>", "a.b", true}, {"a.>", "a.b.c", true}, {"a.>", "a", false}, {">", "a", true}, {"a", "a", true}, {"a", "b", false},
		{"a.*", "a", false}, {"a.b", "a", false}, {"*", "a.b", false},
	} {
		if got := matches(strings.Split(c.under, "."), c.subject); got != c.want {
			t.Errorf("%s under %s: %v", c.subject, c.under, got)
		}
	}
}

// What was handled is removed from the broker's disk after a while.
func TestHandledMessagesAreRemoved(t *testing.T) {
	t.Parallel()
	b := openBus(t, Options{Dir: t.TempDir(), MQTTListen: "127.0.0.1:0", Login: ownTopic})
	r := newTray()
	openInbox(t, b, r.take)
	c := connect(t, b.MQTTAddr(), "wl-0001")
	for range 20 {
		publish(t, c, ownOf("wl-0001"), 1, "x")
	}
	r.wait(t, 20)
	s := &Stream{options: StreamOptions{Name: mqttStream}, to: b.mqtt}
	for deadline := time.Now().Add(purgeAfter + 2*time.Minute); ; time.Sleep(100 * time.Millisecond) {
		first, last, err := s.Bounds(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if first > last && last == 20 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the stream holds %d to %d", first, last)
		}
	}
}
