package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"

	"suhe/assets"
	"suhe/internal/bus"
)

// office is a desk over a real broker, with devices that speak MQTT.
type office struct {
	*Desk
	t   *testing.T
	bus *bus.Bus
}

func login(user, password string) (bus.Rights, bool) {
	id := assets.ID(user)
	return bus.Rights{Publish: []string{AckTopic(id)}, Subscribe: []string{Topic(id)}}, password == "secret of "+user
}

func openOffice(t *testing.T, dir string) *office {
	t.Helper()
	b, err := bus.Open(t.Context(), bus.Options{Dir: dir, MQTTListen: "127.0.0.1:0", Login: login})
	if err != nil {
		t.Fatal(err)
	}
	table, err := b.Table(t.Context(), bus.TableOptions{Name: "COMMANDS"})
	if err != nil {
		t.Fatal(err)
	}
	o := &office{Desk: New(Options{Table: table, Post: b, Catalogue: catalogue(t)}), t: t, bus: b}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- b.Inbox(ctx, Acks, o.TakeAcks) }()
	t.Cleanup(func() {
		cancel()
		<-done
		b.Close()
	})
	return o
}

// device connects a device that answers each order with what react returns.
func (o *office) device(id string, kept bool, react func(Order) []Ack) paho.Client {
	o.t.Helper()
	options := paho.NewClientOptions().AddBroker("tcp://" + o.bus.MQTTAddr()).SetUsername(id).
		SetPassword("secret of " + id).SetProtocolVersion(4).SetCleanSession(!kept).SetOrderMatters(false)
	options.SetClientID(strings.ReplaceAll(id, ".", "/"))
	hear := func(c paho.Client, m paho.Message) {
		var order Order
		if err := json.Unmarshal(m.Payload(), &order); err != nil {
			o.t.Error(err)
		}
		for _, a := range react(order) {
			payload, _ := json.Marshal(a)
			c.Publish(AckTopic(assets.ID(id)), 1, false, payload).Wait()
		}
	}
	options.SetDefaultPublishHandler(hear) // of what waited for a session
	c := paho.NewClient(options)
	if token := c.Connect(); !token.WaitTimeout(2*time.Minute) || token.Error() != nil {
		o.t.Fatal(token.Error())
	}
	if token := c.Subscribe(Topic(assets.ID(id)), 1, hear); !token.WaitTimeout(2*time.Minute) || token.Error() != nil {
		o.t.Fatal(token.Error())
	}
	o.t.Cleanup(func() { c.Disconnect(100) })
	return c
}

// next waits for what a device has got.
func next[T any](t *testing.T, got chan T) (one T) {
	t.Helper()
	select {
	case one = <-got:
	case <-time.After(2 * time.Minute):
		t.Fatal("the device got nothing")
	}
	return one
}

func gauge(id string) *assets.Asset {
	return &assets.Asset{ID: assets.ID(id), Kind: assets.Sensor, Class: "sensor.water_level"}
}

func (o *office) send(id string, w Wish) Command {
	o.t.Helper()
	c, err := o.Send(o.t.Context(), "tester", gauge(id), w)
	if err != nil {
		o.t.Fatal(err)
	}
	return c
}

func TestACommandAndItsAnswers(t *testing.T) {
	o := openOffice(t, t.TempDir())
	orders := make(chan Order, 10)
	o.device("wl.1", false, func(order Order) []Ack {
		orders <- order
		if order.Name == "reboot" {
			return []Ack{{order.Command, Refused, "not while it rains"}}
		}
		return []Ack{{order.Command, Accepted, ""}, {order.Command, Done, "all well"}, {order.Command, Done, "all well"}}
	})
	sent := o.send("wl.1", Wish{Name: "set_report_interval", Arguments: json.RawMessage(`{"seconds":60}`), Timeout: time.Minute})
	if sent.State != Sent || sent.By != "tester" {
		t.Errorf("sent %+v", sent)
	}
	got, err := o.Wait(t.Context(), "wl.1", sent.ID, MaxWait)
	if err != nil || got.State != Done || got.Detail != "all well" {
		t.Errorf("got %+v, %v", got, err)
	}
	if order := next(t, orders); order.Command != sent.ID || string(order.Arguments) != `{"seconds":60}` || !order.Expires.Equal(sent.Expires) {
		t.Errorf("order %+v", order)
	}
	refused := o.send("wl.1", Wish{Name: "reboot"})
	if got, err := o.Wait(t.Context(), "wl.1", refused.ID, MaxWait); err != nil || got.State != Refused || got.Detail != "not while it rains" {
		t.Errorf("got %+v, %v", got, err)
	}
	list, next, err := o.List(t.Context(), "wl.1", 0, 10)
	if err != nil || len(list) != 2 || next != 0 || list[0].ID != sent.ID {
		t.Errorf("list %+v, %d, %v", list, next, err)
	}
	first, next, err := o.List(t.Context(), "wl.1", 0, 1)
	if err != nil || len(first) != 1 || next == 0 {
		t.Errorf("first page %+v, %d, %v", first, next, err)
	}
	if rest, _, err := o.List(t.Context(), "wl.1", next, 10); err != nil || len(rest) != 1 || rest[0].ID != refused.ID {
		t.Errorf("the rest %+v, %v", rest, err)
	}
	if none, _, err := o.List(t.Context(), "wl", 0, 10); err != nil || len(none) != 0 {
		t.Errorf("another device's %+v, %v", none, err)
	}
}

func TestNobodyIsThere(t *testing.T) {
	o := openOffice(t, t.TempDir())
	c := o.send("wl-1", Wish{Name: "self_test"})
	if got, err := o.Get(t.Context(), "wl-1", c.ID); err != nil || got.State != Undeliverable || c.State != Undeliverable {
		t.Errorf("got %+v, %v", got, err)
	}
}

// A device that keeps its session and comes back after the timeout gets nothing
// old; what is not over it gets.
func TestNothingOldIsDelivered(t *testing.T) {
	o := openOffice(t, t.TempDir())
	o.device("wl-1", true, func(Order) []Ack { return nil }).Disconnect(250)
	old := o.send("wl-1", Wish{Name: "reboot", Timeout: time.Second})
	young := o.send("wl-1", Wish{Name: "self_test", Timeout: MaxTimeout})
	got, err := o.Wait(t.Context(), "wl-1", old.ID, MaxWait)
	if err != nil || got.State != Timeout {
		t.Errorf("got %+v, %v", got, err)
	}
	time.Sleep(3 * time.Second) // the broker looks for what is over about once a second
	names := make(chan string, 10)
	o.device("wl-1", true, func(order Order) []Ack {
		names <- order.Name
		return []Ack{{order.Command, Done, ""}}
	})
	if got, err := o.Wait(t.Context(), "wl-1", young.ID, time.Minute); err != nil || got.State != Done {
		t.Errorf("got %+v, %v", got, err)
	}
	if name := next(t, names); name != "self_test" {
		t.Errorf("the device got %s", name)
	}
}

// A device that is slow accepts, and is late with the end.
func TestTooLate(t *testing.T) {
	o := openOffice(t, t.TempDir())
	after := make(chan struct{})
	answer := sync.OnceFunc(func() { close(after) })
	defer answer()
	o.device("wl-1", false, func(order Order) []Ack {
		<-after
		return []Ack{{order.Command, Done, "at last"}}
	})
	c := o.send("wl-1", Wish{Name: "self_test", Timeout: time.Second})
	if got, err := o.Wait(t.Context(), "wl-1", c.ID, MaxWait); err != nil || got.State != Timeout {
		t.Fatalf("got %+v, %v", got, err)
	}
	answer()
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(10 * time.Millisecond) {
		got, err := o.Get(t.Context(), "wl-1", c.ID)
		if err != nil || got.State != Timeout {
			t.Fatalf("got %+v, %v", got, err)
		}
		if strings.Contains(got.Detail, "too late: at last") {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("detail %q", got.Detail)
		}
	}
}

// Commands outlive a node, and waiting does not hold a request for ever.
func TestCommandsAreKept(t *testing.T) {
	dir := t.TempDir()
	var c Command
	t.Run("before", func(t *testing.T) { c = openOffice(t, dir).send("wl-1", Wish{Name: "self_test"}) })
	o := openOffice(t, dir)
	if got, err := o.Get(t.Context(), "wl-1", c.ID); err != nil || got.Name != "self_test" {
		t.Errorf("got %+v, %v", got, err)
	}
	o.device("wl-1", false, func(Order) []Ack { return nil })
	c = o.send("wl-1", Wish{Name: "self_test"})
	for _, id := range []string{"*", ">", "", "x.y", c.ID + ".>", "\x00"} {
		if _, err := o.Wait(t.Context(), "wl-1", id, time.Minute); !errors.Is(err, assets.ErrNotFound) {
			t.Errorf("wait for %q: %v", id, err)
		}
	}
	if got, err := o.Wait(t.Context(), "wl-1", c.ID, 10*time.Millisecond); err != nil || got.State != Sent {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, id := range []string{"", "x", "../" + c.ID, "*", ">", ackID} {
		if _, err := o.Get(t.Context(), "wl-1", id); !errors.Is(err, assets.ErrNotFound) {
			t.Errorf("%q: %v", id, err)
		}
	}
	if _, err := o.Get(t.Context(), "wl-2", c.ID); !errors.Is(err, assets.ErrNotFound) {
		t.Errorf("by another device: %v", err)
	}
}

// An answer reaches the command only from its own device.
func TestAnswersOfOthers(t *testing.T) {
	o := openOffice(t, t.TempDir())
	o.device("wl-1", false, func(Order) []Ack { return nil })
	c := o.send("wl-1", Wish{Name: "self_test"})
	payload := fmt.Appendf(nil, `{"command":%q,"status":"done"}`, c.ID)
	if err := o.TakeAcks(t.Context(), []bus.Letter{{Topic: AckTopic("wl-2"), Data: payload}, {Topic: AckTopic("wl-1"), Data: []byte("x")}}); err != nil {
		t.Fatal(err)
	}
	if got, err := o.Get(t.Context(), "wl-1", c.ID); err != nil || got.State != Sent {
		t.Errorf("got %+v, %v", got, err)
	}
	if err := o.TakeAcks(t.Context(), []bus.Letter{{Topic: AckTopic("wl-1"), Data: payload}}); err != nil {
		t.Fatal(err)
	}
	if got, err := o.Get(t.Context(), "wl-1", c.ID); err != nil || got.State != Done {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestAnswersByHTTP(t *testing.T) {
	o := openOffice(t, t.TempDir())
	o.device("wl-1", false, func(Order) []Ack { return nil })
	c := o.send("wl-1", Wish{Name: "self_test"})
	payload := fmt.Appendf(nil, `{"command":%q,"status":"done"}`, c.ID)
	if err := o.TakeAck(t.Context(), "wl-1", []byte(`{"command":"x"}`)); !errors.Is(err, assets.ErrInvalid) {
		t.Errorf("no answer: %v", err)
	}
	if err := o.TakeAck(t.Context(), "a b", payload); !errors.Is(err, assets.ErrInvalid) {
		t.Errorf("of what is no id: %v", err)
	}
	if err := o.TakeAck(t.Context(), "wl-2", payload); !errors.Is(err, assets.ErrNotFound) {
		t.Errorf("of another device: %v", err)
	}
	for range 2 {
		if err := o.TakeAck(t.Context(), "wl-1", payload); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := o.Get(t.Context(), "wl-1", c.ID); err != nil || got.State != Done {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestBadWishes(t *testing.T) {
	o := openOffice(t, t.TempDir())
	for _, w := range []Wish{
		{Name: "dance"}, {Name: "self_test", Timeout: -1}, {Name: "self_test", Timeout: 2 * MaxTimeout}, {Name: "self_test", Timeout: 1500 * time.Millisecond},
		{Name: "self_test", Arguments: json.RawMessage(`"` + strings.Repeat("x", maxArguments) + `"`)}, {Name: "siren"},
	} {
		if c, err := o.Send(t.Context(), "tester", gauge("wl-1"), w); !errors.Is(err, assets.ErrInvalid) {
			t.Errorf("%.100v: %+v, %v", w, c, err)
		}
	}
}
