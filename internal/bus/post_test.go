package bus

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
)

func ordersOf(id string) string { return "suhe/v1/devices/" + id + "/commands" }

// gateway is the rule of these tests: a user also hears orders and publishes below
// a root.
func gateway(user, password string) (Rights, bool) {
	r, ok := ownTopic(user, password)
	r.Below, r.Subscribe = []string{"suhe/v1/gateways/" + user}, []string{ordersOf(user)}
	return r, ok
}

// listener is an MQTT client of a session that may be kept.
func listener(t *testing.T, addr, id string, qos byte, kept bool) (heard chan string, leave func()) {
	t.Helper()
	heard = make(chan string, 100)
	c := client(addr, id, "secret of "+id, func(o *paho.ClientOptions) {
		o.SetCleanSession(!kept)
		o.SetDefaultPublishHandler(func(_ paho.Client, m paho.Message) {
			heard <- fmt.Sprintf("%s %s %d", m.Topic(), m.Payload(), m.Qos())
		})
	})
	if token := c.Connect(); !token.WaitTimeout(2*time.Minute) || token.Error() != nil {
		t.Fatalf("connect %s: %v", id, token.Error())
	}
	token := c.Subscribe(ordersOf(id), qos, nil)
	if !token.WaitTimeout(2*time.Minute) || token.(*paho.SubscribeToken).Result()[ordersOf(id)] != qos {
		t.Fatalf("subscribe: %v", token.Error())
	}
	leave = func() { c.Disconnect(250) }
	t.Cleanup(leave)
	return heard, leave
}

func hears(t *testing.T, heard chan string, want string) {
	t.Helper()
	select {
	case got := <-heard:
		if got != want {
			t.Errorf("heard %q, want %q", got, want)
		}
	case <-time.After(time.Minute): // the outside broker sends again after 30 s
		t.Errorf("%q was not heard", want)
	}
}

func postWorlds(t *testing.T, run func(t *testing.T, b *Bus, addr string)) {
	t.Run("embedded", func(t *testing.T) {
		b := openBus(t, Options{Dir: t.TempDir(), MQTTListen: "127.0.0.1:0", Login: gateway})
		openInbox(t, b, newTray().take)
		run(t, b, b.MQTTAddr())
	})
	t.Run("outside", func(t *testing.T) {
		o := outsideBroker(t)
		run(t, openBus(t, Options{URL: o.nats}), o.mqtt)
	})
}

func TestPost(t *testing.T) {
	postWorlds(t, func(t *testing.T, b *Bus, addr string) {
		ctx := t.Context()
		if err := b.Post(ctx, ordersOf("x"), []byte("early"), time.Minute); !errors.Is(err, ErrNobody) {
			t.Errorf("nobody is there: %v", err)
		}
		atLeastOnce, _ := listener(t, addr, "x", 1, false)
		asItFlies, _ := listener(t, addr, "y", 0, false)
		for _, id := range []string{"x", "y"} {
			if err := b.Post(ctx, ordersOf(id), []byte("to "+id), time.Minute); err != nil {
				t.Fatal(err)
			}
		}
		hears(t, atLeastOnce, ordersOf("x")+" to x 1")
		hears(t, asItFlies, ordersOf("y")+" to y 0")
		if err := b.Post(ctx, "suhe/#", nil, time.Minute); err == nil {
			t.Error("posted to a filter")
		}
		if err := b.Post(ctx, ordersOf("x"), make([]byte, MaxLetter+1), time.Minute); !errors.Is(err, ErrTooLarge) {
			t.Errorf("a large message: %v", err)
		}
		select { // each came once
		case again := <-atLeastOnce:
			t.Errorf("heard %q", again)
		case again := <-asItFlies:
			t.Errorf("heard %q", again)
		case <-time.After(100 * time.Millisecond):
		}
	})
}

// Who keeps a session gets what is not over yet, and nothing that is.
func TestPostExpires(t *testing.T) {
	postWorlds(t, func(t *testing.T, b *Bus, addr string) {
		ctx := within(t)
		_, leave := listener(t, addr, "x", 1, true)
		leave()
		if err := b.Post(ctx, ordersOf("x"), []byte("short"), time.Second); err != nil {
			t.Fatal(err)
		}
		if err := b.Post(ctx, ordersOf("x"), []byte("long"), time.Hour); err != nil {
			t.Fatal(err)
		}
		for end := time.Now().Add(2 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
			stream, err := b.mqtt.js.Stream(ctx, mqttStream)
			if err != nil {
				t.Fatal(err)
			}
			if stream.CachedInfo().State.Msgs == 1 {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("%d messages are still kept", stream.CachedInfo().State.Msgs)
			}
		}
		heard, _ := listener(t, addr, "x", 1, true)
		hears(t, heard, ordersOf("x")+" long 1")
	})
}

// A client that leaves with what it got was there.
func TestPostToWhoLeavesAtOnce(t *testing.T) {
	postWorlds(t, func(t *testing.T, b *Bus, addr string) {
		for range 10 {
			c := client(addr, "x", "secret of x", nil)
			if token := c.Connect(); !token.WaitTimeout(2*time.Minute) || token.Error() != nil {
				t.Fatal(token.Error())
			}
			left := make(chan struct{})
			c.Subscribe(ordersOf("x"), 1, func(c paho.Client, _ paho.Message) {
				go func() { c.Disconnect(0); close(left) }()
			}).Wait()
			if err := b.Post(t.Context(), ordersOf("x"), []byte("x"), time.Minute); err != nil {
				t.Fatal(err)
			}
			select {
			case <-left:
			case <-time.After(2 * time.Minute):
				t.Fatal("it got nothing")
			}
			time.Sleep(10 * time.Millisecond)
		}
	})
}

// A client subscribes to what its rights name and to nothing that is wider.
func TestRightsToSubscribe(t *testing.T) {
	b := openBus(t, Options{Dir: t.TempDir(), MQTTListen: "127.0.0.1:0", Login: gateway})
	openInbox(t, b, newTray().take)
	c := connect(t, b.MQTTAddr(), "x")
	got := make(chan string, 100)
	for _, f := range []string{"#", "+/#", ordersOf("y"), ordersOf("+"), "suhe/v1/devices/x/#", ownOf("x"), "$MQTT/#", "$MQTT/sub/#", "$SYS/#", "$JS/#"} {
		token := c.Subscribe(f, 1, func(_ paho.Client, m paho.Message) { got <- f + ": " + m.Topic() })
		if token.WaitTimeout(5*time.Second) && token.Error() == nil && token.(*paho.SubscribeToken).Result()[f] < 0x80 {
			t.Errorf("subscribed to %s", f)
		}
	}
	heard, _ := listener(t, b.MQTTAddr(), "y", 1, false)
	if err := b.Post(within(t), ordersOf("y"), []byte("secret"), time.Minute); err != nil {
		t.Fatal(err)
	}
	hears(t, heard, ordersOf("y")+" secret 1")
	select {
	case stolen := <-got:
		t.Errorf("heard by another: %s", stolen)
	case <-time.After(100 * time.Millisecond):
	}
}

// A user keeps one session and not as many as there are client ids.
func TestSubscribingUnderOneID(t *testing.T) {
	b := openBus(t, Options{Dir: t.TempDir(), MQTTListen: "127.0.0.1:0", Login: gateway})
	openInbox(t, b, newTray().take)
	for id, may := range map[string]bool{"x/y": true, "": false, "another": false, "x": false} {
		c := client(b.MQTTAddr(), id, "secret of x.y", func(o *paho.ClientOptions) { o.SetUsername("x.y") })
		if token := c.Connect(); !token.WaitTimeout(2*time.Minute) || token.Error() != nil {
			t.Fatal(token.Error())
		}
		token := c.Subscribe(ordersOf("x.y"), 1, nil).(*paho.SubscribeToken)
		token.WaitTimeout(2 * time.Minute)
		if did := token.Result()[ordersOf("x.y")] == 1; did != may {
			t.Errorf("subscribed as %q: %v (%v)", id, did, token.Error())
		}
		c.Disconnect(100)
	}
}

// A client publishes below its own root, and below no other.
func TestRightsBelow(t *testing.T) {
	b := openBus(t, Options{Dir: t.TempDir(), MQTTListen: "127.0.0.1:0", Login: gateway})
	tray := newTray()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.Inbox(ctx, "suhe/v1/gateways/+/#", tray.take) }()
	defer func() { cancel(); <-done }()
	c := connectAs(t, b.MQTTAddr(), "gw-1")
	for _, topic := range []string{"suhe/v1/gateways/gw-2/a", "suhe/v1/gateways/gw-1x/a", "suhe/v1/gateways/gw-1", "suhe/v1/gateways", "gw-1/a"} {
		c := connectAs(t, b.MQTTAddr(), "gw-1")
		c.Publish(topic, 1, false, "stolen").WaitTimeout(300 * time.Millisecond)
		c.Disconnect(5)
	}
	publish(t, c, "suhe/v1/gateways/gw-1/a/b.c", 1, "mine")
	got := tray.wait(t, 1)
	if len(got) != 1 || got[0] != "suhe/v1/gateways/gw-1/a/b.c mine" {
		t.Errorf("letters: %q", got)
	}
}
