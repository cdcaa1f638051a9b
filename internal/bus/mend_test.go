package bus

import (
	"context"
	"errors"
	"testing"
	"time"
)

// A broker that could not write starts anew: what it had confirmed is there, a
// reader goes on where it was, and clients come in again at the same address.
func TestBrokerMendsItself(t *testing.T) {
	b := openBus(t, Options{Dir: t.TempDir(), MQTTListen: "127.0.0.1:0", Login: ownTopic})
	log := newStream(t, b, "LOG", nil)
	r := newTray()
	openInbox(t, b, r.take)
	c := connect(t, b.MQTTAddr(), "wl-0001")
	publish(t, c, ownOf("wl-0001"), 1, "before")
	r.wait(t, 1)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	seen := make(chan uint64)
	go func() {
		defer close(seen)
		for m, err := range log.Read(ctx, 0) {
			if err != nil {
				t.Errorf("read: %v", err)
				return
			}
			select {
			case seen <- m.Seq:
			case <-ctx.Done():
				return
			}
		}
	}()
	if _, err := log.Append(t.Context(), "log.a", []byte("before")); err != nil {
		t.Fatal(err)
	}
	if got := <-seen; got != 1 {
		t.Fatalf("read %d", got)
	}

	was := b.broker.server.Load()
	b.broker.failed(errors.New("the disk is full"))
	if err := b.Ready(); err == nil {
		t.Error("ready while the broker cannot write")
	}
	for deadline := time.Now().Add(2 * time.Minute); b.Ready() != nil || b.broker.server.Load() == was; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not mended: %v", b.Ready())
		}
	}
	if seq, err := log.Append(t.Context(), "log.a", []byte("after")); err != nil || seq != 2 {
		t.Fatalf("append: %d %v", seq, err)
	}
	if got := <-seen; got != 2 {
		t.Errorf("read %d after the mend", got)
	}
	again := connectAs(t, b.MQTTAddr(), "wl-0001")
	publish(t, again, ownOf("wl-0001"), 1, "after")
	got := r.wait(t, 2)
	if last := got[len(got)-1]; last != ownOf("wl-0001")+" after" {
		t.Errorf("letters %q", got)
	}
}
