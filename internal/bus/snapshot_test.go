package bus

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
)

// A restored stream has the same messages at the same places, holes
// included, and goes on where it ended.
func TestSnapshotAndRestore(t *testing.T) {
	outside := outsideBroker(t)
	for name, o := range map[string]Options{"embedded": {Dir: t.TempDir()}, "outside": {URL: outside.nats}} {
		t.Run(name, func(t *testing.T) {
			ctx := within(t)
			b := openBus(t, o)
			options := StreamOptions{Name: "DEAD", Subjects: []string{"dead.>"}, MaxBytes: 1 << 30}
			s, err := b.Stream(ctx, options)
			if err != nil {
				t.Fatal(err)
			}
			for i := range 2000 {
				if _, err := s.Append(ctx, fmt.Sprint("dead.", i%3), bytes.Repeat([]byte{byte(i)}, i)); err != nil {
					t.Fatal(err)
				}
			}
			for _, seq := range []uint64{1, 1000, 1001, 2000} {
				if err := s.Remove(ctx, seq); err != nil {
					t.Fatal(err)
				}
			}
			keeps, err := b.Keeps(ctx, "OBS", "DEAD")
			if err != nil || len(keeps) == 0 || keeps[len(keeps)-1] != (Kept{Name: "DEAD"}) {
				t.Fatalf("Keeps: %v, %v", keeps, err)
			}
			var data bytes.Buffer
			snapshot, err := b.Snapshot(ctx, Kept{Name: "DEAD"}, &data)
			if err != nil {
				t.Fatal(err)
			}
			if err := b.Restore(ctx, snapshot, bytes.NewReader(data.Bytes())); !errors.Is(err, ErrExists) {
				t.Errorf("over a stream that is there: %v", err)
			}
			other := openBus(t, Options{Dir: t.TempDir()})
			if err := other.Restore(ctx, snapshot, bytes.NewReader(data.Bytes()[:data.Len()/2])); err == nil {
				t.Error("half a snapshot is taken for a whole one")
			}
			if err := other.Drop(ctx, snapshot.Kept); err != nil {
				t.Fatal(err)
			}
			if err := other.Restore(ctx, snapshot, &data); err != nil {
				t.Fatal(err)
			}
			again, err := other.Stream(ctx, options)
			if err != nil {
				t.Fatal(err)
			}
			for seq := uint64(1); seq <= 2001; seq++ {
				is, failed := s.Next(ctx, seq, "dead.>")
				got, err := again.Next(ctx, seq, "dead.>")
				if !errors.Is(err, failed) || got.Seq != is.Seq || got.Subject != is.Subject || !bytes.Equal(got.Data, is.Data) {
					t.Fatalf("from %d: %v %v, want %v %v", seq, got.Seq, err, is.Seq, failed)
				}
			}
			if seq, err := again.Append(ctx, "dead.1", nil); err != nil || seq != 2001 {
				t.Errorf("goes on with %d, %v; want 2001", seq, err)
			}
		})
	}
}

// What a device was told is received is in the snapshot of the MQTT messages, and
// reaches the inbox of the broker that is restored from it.
func TestConfirmedMessagesAreInTheSnapshot(t *testing.T) {
	ctx := within(t)
	b := openBus(t, Options{Dir: t.TempDir(), MQTTListen: "127.0.0.1:0", Login: ownTopic})
	stop := openInbox(t, b, func(ctx context.Context, _ []Letter) error { return errors.New("not now") })
	c := connect(t, b.MQTTAddr(), "wl-0001")
	publish(t, c, ownOf("wl-0001"), 1, "kept")
	other := openBus(t, Options{Dir: t.TempDir()})
	keeps, err := b.Keeps(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range keeps {
		var data bytes.Buffer
		snapshot, err := b.Snapshot(ctx, k, &data)
		if err != nil {
			t.Fatal(err)
		}
		if err := other.Restore(ctx, snapshot, &data); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	r := newTray()
	openInbox(t, other, r.take)
	same(t, "letters", r.wait(t, 1), ownOf("wl-0001")+" kept")
}
