package stream_test

import (
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"suhe/stream"
)

// Who is here is known on all nodes, and whoever follows a screen of another node
// is told where it looks, and that it is gone.
func TestPresenceAcrossNodes(t *testing.T) {
	one, two := newWorld(), newWorld()
	var hubs atomic.Pointer[[]*stream.Hub]
	tell := func(data []byte) error {
		if all := hubs.Load(); all != nil {
			for _, h := range *all {
				if err := h.Heard(slices.Clone(data)); err != nil {
					t.Error(err)
				}
			}
		}
		return nil
	}
	one.tell, two.tell = tell, tell
	here, there := dial(t, serve(t, one)), dial(t, serve(t, two))
	hubs.Store(&[]*stream.Hub{one.hub, two.hub})

	there.send(`{"type":"follow","session":"*"}`)
	here.send(`{"type":"present","name":"大屏","camera":{"lon":121.4,"lat":31.2,"zoom":14,"bearing":0,"pitch":45}}`)
	f := there.until("presence")
	if len(f.Here) != 1 || f.Here[0].Name != "大屏" || f.Here[0].Session != here.frames[0].Session {
		t.Fatalf("got %s", f.raw)
	}
	there.send(`{"type":"follow","session":"%s"}`, f.Here[0].Session)
	there.until("presence")
	here.send(`{"type":"present","name":"大屏","camera":{"lon":121.5,"lat":31.2,"zoom":15,"bearing":0,"pitch":45}}`)
	if f := there.until("presence"); !strings.Contains(f.raw, "121.5") {
		t.Errorf("got %s", f.raw)
	}
	here.conn.Close()
	if f := there.until("presence"); len(f.Gone) != 1 || len(f.Here) != 0 {
		t.Errorf("got %s", f.raw)
	}
}

func TestRumoursAreBounded(t *testing.T) {
	w := newWorld()
	serve(t, w)
	tests := map[string]string{
		"no JSON":      "hello",
		"too many":     `{"gone":["x"` + strings.Repeat(`,"x"`, 200) + `]}`,
		"another kind": `[]`,
	}
	for name, data := range tests {
		if err := w.hub.Heard([]byte(data)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if err := w.hub.Heard([]byte(`{"here":[{"session":"x","name":"` + strings.Repeat("x", 100) + `","since":1},{"session":"y","name":"nowhere","camera":{"lon":999}}]}`)); err != nil {
		t.Error(err)
	}
	c := dial(t, "ws"+strings.TrimPrefix(w.address, "http"))
	c.send(`{"type":"follow","session":"*"}`)
	c.send(`{"type":"present","name":"me"}`)
	if f := c.until("presence"); len(f.Here) != 1 || f.Here[0].Name != "me" {
		t.Errorf("got %s", f.raw)
	}
}
