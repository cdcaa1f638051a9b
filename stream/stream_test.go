package stream_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"suhe/assets"
	"suhe/stream"
)

var (
	here  = orb.Point{121.40, 31.22}
	there = orb.Point{121.44, 31.25}
	box   = orb.Bound{Min: orb.Point{121.39, 31.21}, Max: orb.Point{121.41, 31.23}}
)

const subscribeHere = `{"type":"subscribe","id":"v1","layers":["sensors"],"bbox":[121.39,31.21,121.41,31.23],"zoom":14}`

func TestSnapshotThenDeltas(t *testing.T) {
	w := newWorld()
	address := serve(t, w)
	w.put(1, here, 1)
	w.put(2, there, 2)
	c := dial(t, address)
	c.send(subscribeHere)
	if f := c.until("snapshot"); len(f.Objects) != 1 || f.More {
		t.Fatalf("got %s", f.raw)
	}
	w.put(1, here, 1.5)
	c.reach(map[assets.FID]float64{1: 1.5})
	w.put(2, here, 2.5) // moves in
	c.reach(map[assets.FID]float64{1: 1.5, 2: 2.5})
	w.put(1, there, 1) // moves out
	c.reach(map[assets.FID]float64{2: 2.5})
	w.remove(2)
	c.reach(map[assets.FID]float64{})
	if got := w.Position(); c.position != got {
		t.Errorf("position %v, the world is at %v", c.position, got)
	}
}

func TestMovingTheViewSendsTheDifference(t *testing.T) {
	w := newWorld()
	address := serve(t, w)
	w.put(1, here, 1)
	w.put(2, there, 2)
	c := dial(t, address)
	c.marked(w.Position()) // or what is put now is told once more
	c.send(subscribeHere)
	c.until("snapshot")
	c.send(`{"type":"update","id":"v1","bbox":[121.39,31.21,121.45,31.26],"zoom":12}`)
	if f := c.until("delta"); len(f.Upsert) != 1 || f.Upsert[0].FID != 2 || len(f.Remove) != 0 {
		t.Errorf("wider: got %s", f.raw)
	}
	c.send(`{"type":"update","id":"v1","bbox":[121.43,31.24,121.45,31.26],"zoom":14}`)
	if f := c.until("delta"); len(f.Upsert) != 0 || len(f.Remove) != 1 || f.Remove[0] != 1 {
		t.Errorf("elsewhere: got %s", f.raw)
	}
	c.send(`{"type":"unsubscribe","id":"v1"}`)
	c.send(`{"type":"update","id":"v1","zoom":14}`)
	if f := c.until("error"); !strings.Contains(f.Reason, "no view") {
		t.Errorf("after unsubscribe: got %s", f.raw)
	}
}

func TestALargeSnapshotComesInParts(t *testing.T) {
	w := newWorld()
	address := serve(t, w)
	for fid := range assets.FID(1200) {
		w.put(fid+1, here, float64(fid))
	}
	c := dial(t, address)
	c.send(subscribeHere)
	parts := 1
	for c.until("snapshot").More {
		parts++
	}
	if parts != 3 || len(c.picture) != 1200 {
		t.Errorf("%d parts with %d objects", parts, len(c.picture))
	}
}

func TestResumeIsTheExactDifference(t *testing.T) {
	w := newWorld()
	address := serve(t, w)
	for fid := range assets.FID(5) {
		w.put(fid+1, here, 0)
	}
	c := dial(t, address)
	c.marked(w.Position())
	c.send(subscribeHere)
	c.until("snapshot")
	c.reach(w.picture(box))
	c.conn.Close()

	w.put(1, here, 7)  // changed
	w.put(2, there, 0) // left
	w.remove(3)        // gone
	w.put(6, here, 8)  // new
	again := dial(t, address)
	again.picture = c.picture
	again.send(`{"type":"subscribe","id":"v1","layers":["sensors"],"bbox":[121.39,31.21,121.41,31.23],"zoom":14,"position":{"epoch":1,"obs":%d,"events":%d},"held":%s}`,
		c.position.Obs, c.position.Events, c.held())
	f := again.until("delta")
	if len(f.Upsert) != 2 || len(f.Remove) != 2 {
		t.Errorf("got %s", f.raw)
	}
	again.reach(w.picture(box))
}

func TestResumeOfAnotherEpochIsSaid(t *testing.T) {
	w := newWorld()
	address := serve(t, w)
	w.put(1, here, 1)
	c := dial(t, address)
	c.send(`{"type":"subscribe","id":"v1","layers":["sensors"],"bbox":[121.39,31.21,121.41,31.23],"position":{"epoch":9,"obs":1,"events":1},"held":[1,2,3]}`)
	c.until("resync")
	if f := c.until("snapshot"); len(f.Objects) != 1 {
		t.Errorf("got %s", f.raw)
	}
}

// Whatever happens, and however often the line drops, in the end the client
// shows what the world is.
func TestThePictureIsTheWorlds(t *testing.T) {
	w := newWorld()
	address := serve(t, w)
	rapid.Check(t, func(r *rapid.T) {
		c := dial(t, address)
		view := box
		c.send(subscribeHere)
		for range rapid.IntRange(1, 12).Draw(r, "steps") {
			switch rapid.IntRange(0, 9).Draw(r, "step") {
			case 0:
				w.remove(assets.FID(rapid.IntRange(1, 12).Draw(r, "fid")))
			case 1:
				c.conn.Close()
				again := dial(t, address)
				again.picture, again.position = c.picture, c.position
				resume := ""
				if c.moves > 0 {
					resume = fmt.Sprintf(`,"position":{"epoch":1,"obs":%d,"events":%d},"held":%s`, c.position.Obs, c.position.Events, c.held())
				}
				again.send(`{"type":"subscribe","id":"v1","layers":["sensors"],"bbox":[%g,%g,%g,%g]%s}`, view.Min[0], view.Min[1], view.Max[0], view.Max[1], resume)
				again.moves = c.moves
				c = again
			case 2:
				shift := rapid.SampledFrom([]float64{0, 0.01, 0.04}).Draw(r, "shift")
				view = orb.Bound{Min: orb.Point{box.Min[0] + shift, box.Min[1] + shift}, Max: orb.Point{box.Max[0] + shift, box.Max[1] + shift}}
				c.send(`{"type":"update","id":"v1","bbox":[%g,%g,%g,%g]}`, view.Min[0], view.Min[1], view.Max[0], view.Max[1])
			case 3:
				time.Sleep(time.Duration(rapid.IntRange(0, 8).Draw(r, "ms")) * time.Millisecond)
			default:
				p := rapid.SampledFrom([]orb.Point{here, there, {121.405, 31.225}}).Draw(r, "place")
				w.put(assets.FID(rapid.IntRange(1, 12).Draw(r, "fid")), p, float64(rapid.IntRange(0, 99).Draw(r, "value")))
			}
		}
		c.reach(w.picture(view))
		c.conn.Close()
	})
}

func TestEventsAreLosslessAndInOrder(t *testing.T) {
	w := newWorld()
	address := serve(t, w)
	c := dial(t, address)
	c.send(subscribeHere)
	c.until("snapshot")
	first := w.Position().Events
	for i := range 500 {
		w.put(assets.FID(i+1), here, 0)
	}
	for want := first + 1; want <= first+500; want++ {
		if f := c.until("event"); f.Event.Seq != want {
			t.Fatalf("event %d, want %d", f.Event.Seq, want)
		}
	}
}

func TestEventsAreResumed(t *testing.T) {
	w := newWorld()
	address := serve(t, w)
	w.put(1, here, 0)
	c := dial(t, address)
	c.marked(w.Position())
	c.send(subscribeHere)
	c.until("snapshot")
	c.reach(w.picture(box))
	c.conn.Close()
	missed := w.Position().Events
	w.put(2, here, 0)
	w.put(3, here, 0)
	again := dial(t, address)
	again.send(`{"type":"subscribe","id":"v1","layers":["sensors"],"bbox":[121.39,31.21,121.41,31.23],"position":{"epoch":1,"obs":1,"events":%d},"held":[1]}`, missed)
	for want := missed + 1; want <= missed+2; want++ {
		if f := again.until("event"); f.Event.Seq != want {
			t.Errorf("event %d, want %d", f.Event.Seq, want)
		}
	}
}

// hostile are messages that are answered, or that end the session.
var hostile = []struct {
	name    string
	message string
	code    int    // of bye, or 0: an error frame
	reason  string // part of it
}{
	{"garbage", "\x00\xff", 4000, "want UTF-8"},
	{"no object", `7`, 4000, "cannot unmarshal"},
	{"unknown type", `{"type":"shout","id":"v1"}`, 4000, "shout"},
	{"unknown field", `{"type":"subscribe","id":"v1","layer":"sensors"}`, 4000, "unknown field"},
	{"no id", `{"type":"subscribe"}`, 4000, "id: 0 bytes"},
	{"long id", `{"type":"subscribe","id":"` + strings.Repeat("x", 65) + `"}`, 4000, "id: 65 bytes"},
	{"two objects", subscribeHere + subscribeHere, 4000, "more behind"},
	{"unknown layer", `{"type":"subscribe","id":"v1","layers":["cats"],"bbox":[1,1,2,2]}`, 0, `"cats" is no layer`},
	{"no layers", `{"type":"subscribe","id":"v1","layers":[],"bbox":[1,1,2,2]}`, 0, "layers: none"},
	{"no bbox", `{"type":"subscribe","id":"v1","layers":["sensors"]}`, 0, "bbox: none"},
	{"two regions", `{"type":"subscribe","id":"v1","layers":["sensors"],"bbox":[1,1,2,2],"chainage":[0,1]}`, 0, "want one of them"},
	{"unknown area", `{"type":"subscribe","id":"v1","layers":["sensors"],"area":"atlantis"}`, 0, `"atlantis" is no area`},
	{"backward chainage", `{"type":"subscribe","id":"v1","layers":["sensors"],"chainage":[5,-1]}`, 0, "chainage: [5 -1]"},
	{"broken filter", `{"type":"subscribe","id":"v1","layers":["sensors"],"bbox":[1,1,2,2],"filter":"severity >"}`, 0, "filter"},
	{"unknown property", `{"type":"subscribe","id":"v1","layers":["sensors"],"bbox":[1,1,2,2],"filter":"colour = 'red'"}`, 0, "colour"},
	{"unknown datum", `{"type":"subscribe","id":"v1","layers":["sensors"],"bbox":[1,1,2,2],"datum":"mars"}`, 0, `datum: "mars"`},
	{"unknown field", `{"type":"subscribe","id":"v1","layers":["sensors"],"bbox":[1,1,2,2],"fields":["colour"]}`, 0, `fields: "colour"`},
	{"mad rate", `{"type":"subscribe","id":"v1","layers":["sensors"],"bbox":[1,1,2,2],"rate":0}`, 0, "rate: 0"},
	{"nameless screen", `{"type":"present","name":""}`, 4000, "name: 0 bytes"},
	{"screen nowhere", `{"type":"present","name":"x","camera":{"lon":500}}`, 4000, "camera: lon 500"},
	{"late auth", `{"type":"auth","ticket":"x"}`, 4000, "auth"},
	{"short bbox", `{"type":"subscribe","id":"v1","layers":["sensors"],"bbox":[1,2,3]}`, 0, "3 numbers"},
	{"swapped bbox", `{"type":"subscribe","id":"v1","layers":["sensors"],"bbox":[31.2,121.4,31.3,121.5]}`, 0, "south 121.4 out of [-90,90]"},
	{"inside out", `{"type":"subscribe","id":"v1","layers":["sensors"],"bbox":[3,1,2,2]}`, 0, "west ≤ east"},
	{"unknown tiles", `{"type":"subscribe","id":"v1","tiles":["cats"],"bbox":[1,1,2,2]}`, 0, `tiles: "cats" is no layer`},
	{"no layers and no tiles", `{"type":"subscribe","id":"v1","layers":[],"tiles":[],"bbox":[1,1,2,2]}`, 0, "layers: none"},
	{"one zoom", `{"type":"subscribe","id":"v1","tiles":["sensors"],"bbox":[1,1,2,2],"zooms":[3]}`, 0, "zooms: [3]"},
	{"swapped zooms", `{"type":"subscribe","id":"v1","tiles":["sensors"],"bbox":[1,1,2,2],"zooms":[4,3]}`, 0, "zooms: [4 3]"},
	{"deep zooms", `{"type":"subscribe","id":"v1","tiles":["sensors"],"bbox":[1,1,2,2],"zooms":[3,23]}`, 0, "zooms: [3 23]"},
	{"broken zooms", `{"type":"subscribe","id":"v1","tiles":["sensors"],"bbox":[1,1,2,2],"zooms":[3,3.5]}`, 4000, "3.5"},
	{"negative zooms", `{"type":"subscribe","id":"v1","tiles":["sensors"],"bbox":[1,1,2,2],"zooms":[-3,3]}`, 4000, "-3"},
	{"deep zoom", `{"type":"subscribe","id":"v1","layers":["sensors"],"bbox":[1,1,2,2],"zoom":99}`, 0, "zoom: 99"},
}

func TestHostileMessages(t *testing.T) {
	w := newWorld()
	address := serve(t, w)
	w.put(1, here, 1)
	other := dial(t, address)
	other.send(subscribeHere)
	other.until("snapshot")
	for _, h := range hostile {
		t.Run(h.name, func(t *testing.T) {
			c := dial(t, address)
			c.send("%s", h.message)
			if h.code == 0 {
				if f := c.until("error"); !strings.Contains(f.Reason, h.reason) {
					t.Errorf("got %s, want %q in it", f.raw, h.reason)
				}
				c.send(subscribeHere) // the session goes on
				c.until("snapshot")
				return
			}
			if f := c.until("bye"); f.Code != h.code || !strings.Contains(f.Reason, h.reason) {
				t.Errorf("got %s, want code %d and %q", f.raw, h.code, h.reason)
			}
			_, _, err := c.conn.ReadMessage()
			if !websocket.IsCloseError(err, h.code) {
				t.Errorf("closed with %v, want %d", err, h.code)
			}
		})
	}
	w.put(1, here, 2)
	other.reach(map[assets.FID]float64{1: 2})
}

func TestTooManyViews(t *testing.T) {
	c := dial(t, serve(t, newWorld()))
	for i := range 17 {
		c.send(`{"type":"subscribe","id":"v%d","layers":["sensors"],"bbox":[1,1,2,2]}`, i)
	}
	if f := c.until("bye"); f.Code != 4004 || f.Reconnect {
		t.Errorf("got %s", f.raw)
	}
}

func TestABinaryFrameIsABadMessage(t *testing.T) {
	c := dial(t, serve(t, newWorld()))
	c.conn.WriteMessage(websocket.BinaryMessage, []byte(subscribeHere))
	if f := c.until("bye"); f.Code != 4000 {
		t.Errorf("got %s", f.raw)
	}
}

func TestWhoMayConnect(t *testing.T) {
	address := serve(t, newWorld())
	tests := []struct {
		name     string
		protocol string
		origin   string
		want     int
	}{
		{"a program", stream.Protocol, "", 101},
		{"our page", stream.Protocol, "http" + strings.TrimPrefix(address, "ws"), 101},
		{"another page", stream.Protocol, "https://evil.example", 403},
		{"no protocol", "", "", 400},
		{"another protocol", "chat", "", 400},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dialer := websocket.Dialer{}
			if test.protocol != "" {
				dialer.Subprotocols = []string{test.protocol}
			}
			header := http.Header{}
			if test.origin != "" {
				header.Set("Origin", test.origin)
			}
			conn, response, _ := dialer.Dial(address, header)
			if conn != nil {
				conn.Close()
			}
			if response == nil || response.StatusCode != test.want {
				t.Errorf("got %v, want %d", response, test.want)
			}
		})
	}
}

// A client that reads nothing costs others nothing, and what it gets in the end
// is the newest state, not all states between.
func TestASlowReaderHoldsNobodyUp(t *testing.T) {
	w := newWorld()
	address := serve(t, w)
	for fid := range assets.FID(400) {
		w.put(fid+1, here, 0)
	}
	slow, quick := dial(t, address), dial(t, address)
	slow.send(subscribeHere)
	quick.send(subscribeHere)
	quick.until("snapshot")
	const rounds = 400
	for round := range rounds {
		for fid := range assets.FID(400) {
			w.put(fid+1, here, float64(round+1))
		}
		time.Sleep(time.Millisecond)
	}
	quick.reach(w.picture(box))
	slow.reach(w.picture(box))
	if n := len(slow.frames); n > 3*rounds {
		t.Errorf("the slow client got %d frames", n)
	}
}

func TestTheServerSaysGoodbye(t *testing.T) {
	w := newWorld()
	var c *client
	bye := make(chan frame, 1)
	t.Run("session", func(inner *testing.T) {
		address := serve(inner, w)
		c = dial(t, address)
		go func() { bye <- c.until("bye") }()
	})
	if f := <-bye; f.Code != 4010 || !f.Reconnect {
		t.Errorf("got %s", f.raw)
	}
}

// FuzzMessage: no message harms the hub.
func FuzzMessage(f *testing.F) {
	for _, h := range hostile {
		f.Add([]byte(h.message))
	}
	f.Add([]byte(subscribeHere))
	w := newWorld()
	address := serve(f, w)
	f.Fuzz(func(t *testing.T, message []byte) {
		c := dial(t, address)
		defer c.conn.Close()
		if c.conn.WriteMessage(websocket.TextMessage, message) != nil {
			return
		}
		c.conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		c.conn.ReadMessage()
	})
}
