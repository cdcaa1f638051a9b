package bus

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"net"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
)

// guarded is an embedded bus with an inbox and one device that must not be
// disturbed by what the others do.
type guarded struct {
	bus     *Bus
	tray    *tray
	witness paho.Client
	seen    int
}

func guard(t *testing.T) *guarded {
	b := openBus(t, Options{Dir: t.TempDir(), MQTTListen: "127.0.0.1:0", Login: ownTopic})
	g := &guarded{bus: b, tray: newTray()}
	openInbox(t, b, g.tray.take)
	g.witness = connect(t, b.MQTTAddr(), "witness")
	g.unharmed(t)
	return g
}

// unharmed proves that the witness still gets through and that nothing else did.
func (g *guarded) unharmed(t *testing.T) {
	t.Helper()
	for qos := range byte(2) {
		g.seen++
		publish(t, g.witness, ownOf("witness"), qos, "here")
		got := g.tray.wait(t, g.seen)
		if last := got[len(got)-1]; len(got) != g.seen || last != ownOf("witness")+" here" {
			t.Errorf("letters: %.500v", got)
		}
	}
}

func TestLoginRefused(t *testing.T) {
	g := guard(t)
	for name, c := range map[string]paho.Client{
		"wrong password": client(g.bus.MQTTAddr(), "x", "wrong", nil),
		"no password":    client(g.bus.MQTTAddr(), "x", "", nil),
		"no user":        client(g.bus.MQTTAddr(), "x", "secret of x", func(o *paho.ClientOptions) { o.SetUsername("") }),
		"node's account": client(g.bus.MQTTAddr(), nodeAccount, "", nil),
		"id of another": client(g.bus.MQTTAddr(), "witness", "secret of x", func(o *paho.ClientOptions) {
			o.SetUsername("x")
		}),
		"user with wildcard": client(g.bus.MQTTAddr(), "+", "secret of +", nil),
	} {
		if token := c.Connect(); token.Wait() && token.Error() == nil {
			t.Errorf("%s: connected", name)
			c.Disconnect(0)
		}
	}
	g.unharmed(t)
}

// A client id that names no user belongs to whoever is connected under it.
func TestClientIDsHaveAnOwner(t *testing.T) {
	g := guard(t)
	as := func(user, id string) paho.Client {
		return client(g.bus.MQTTAddr(), id, "secret of "+user, func(o *paho.ClientOptions) { o.SetUsername(user) })
	}
	first := as("a.b", "gateway")
	if token := first.Connect(); token.Wait() && token.Error() != nil {
		t.Fatal(token.Error())
	}
	defer first.Disconnect(0)
	if token := as("x", "gateway").Connect(); token.Wait() && token.Error() == nil {
		t.Error("another user took the client id")
	}
	if !first.IsConnectionOpen() {
		t.Error("the owner was thrown out")
	}
	g.unharmed(t)
}

func TestPublishToOthersIsDropped(t *testing.T) {
	g := guard(t)
	for _, topic := range []string{
		ownOf("witness"), ownOf("wl-2"), "suhe/v1/devices/wl-1/other", "other",
		ownOf("*"), ownOf(">"), "suhe/v1/devices/>", ">", "*",
		"$JS/API/STREAM/DELETE/$MQTT_msgs", "$MQTT/msgs/suhe/v1/devices/wl-2/observations",
		"$MQTT.msgs.suhe", "$SYS/REQ/SERVER/PING", "_INBOX/x", "obs/x", "",
		ownOf("wl-1") + "/", "/" + ownOf("wl-1"), ownOf("wl-1") + "/more",
		"suhe//v1/devices/wl-1/observations",
	} {
		for qos := range byte(3) {
			c := connectAs(t, g.bus.MQTTAddr(), "wl-1")
			c.Publish(topic, qos, false, "stolen").WaitTimeout(300 * time.Millisecond)
			c.Publish(topic, qos, true, "stolen and retained").WaitTimeout(300 * time.Millisecond)
			c.Disconnect(5)
		}
	}
	g.unharmed(t)
}

func TestWillToOthersIsDropped(t *testing.T) {
	g := guard(t)
	conn := dialRaw(t, g.bus.MQTTAddr())
	writeRaw(t, conn, connectPacket("wl-1", "secret of wl-1", ownOf("witness"), "stolen"))
	readRaw(t, conn, 4)
	_ = conn.Close() // without DISCONNECT: the will is published
	time.Sleep(50 * time.Millisecond)
	g.unharmed(t)
}

func TestSubscribingIsRefused(t *testing.T) {
	g := guard(t)
	for _, f := range []string{"#", ownOf("witness"), ownOf("wl-1"), "$SYS/#", "$JS/#", "$MQTT/#"} {
		c := connectAs(t, g.bus.MQTTAddr(), "wl-1")
		token := c.Subscribe(f, 1, func(_ paho.Client, m paho.Message) {
			t.Errorf("subscribed to %s: got %s", m.Topic(), m.Payload())
		}).(*paho.SubscribeToken)
		token.WaitTimeout(time.Second)
		g.unharmed(t)
		c.Disconnect(5)
	}
}

func TestHarmfulPacketsEndTheirConnectionOnly(t *testing.T) {
	g := guard(t)
	junk := make([]byte, 1<<16)
	_, _ = rand.Read(junk)
	login := connectPacket("wl-1", "secret of wl-1", "", "")
	for name, packets := range map[string][]byte{
		"random":               junk,
		"HTTP":                 []byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
		"NATS":                 []byte("CONNECT {}\r\nPUB obs.x 1\r\nx\r\n"),
		"zeros":                make([]byte, 4096),
		"endless length":       {0x10, 0xff, 0xff, 0xff, 0xff, 0xff},
		"publish before login": publishPacket(ownOf("wl-1"), nil),
		"two logins":           append(bytes.Clone(login), login...),
		"topic with space":     append(bytes.Clone(login), publishPacket("suhe/v1/devices/wl 1/observations", []byte("x"))...),
		"topic with plus":      append(bytes.Clone(login), publishPacket(ownOf("+"), []byte("x"))...),
		"topic with hash":      append(bytes.Clone(login), publishPacket("#", []byte("x"))...),
		"topic with NUL":       append(bytes.Clone(login), publishPacket("a\x00b", []byte("x"))...),
		"topic not UTF-8":      append(bytes.Clone(login), publishPacket("a\xff\xfe", []byte("x"))...),
		"empty topic":          append(bytes.Clone(login), publishPacket("", []byte("x"))...),
		"payload too large":    append(bytes.Clone(login), publishPacket(ownOf("wl-1"), make([]byte, MaxLetter+1))...),
		"megabytes":            append(bytes.Clone(login), publishPacket(ownOf("wl-1"), make([]byte, 20<<20))...),
		"QoS 3":                append(bytes.Clone(login), 0x36, 0x05, 0x00, 0x01, 'a', 0x00, 0x01),
		"unknown packet":       append(bytes.Clone(login), 0xf0, 0x00),
	} {
		t.Run(name, func(t *testing.T) {
			conn := dialRaw(t, g.bus.MQTTAddr())
			_, _ = conn.Write(packets) // the broker may hang up in the middle
			_ = conn.SetReadDeadline(time.Now().Add(2 * time.Minute))
			for buf := make([]byte, 1024); ; {
				_, err := conn.Read(buf)
				if ne, ok := err.(net.Error); ok && ne.Timeout() {
					t.Fatal("the broker keeps the connection")
				}
				if err != nil {
					break
				}
			}
			g.unharmed(t)
		})
	}
}

func TestLargestLetterPasses(t *testing.T) {
	g := guard(t)
	c := connect(t, g.bus.MQTTAddr(), "wl-1")
	text := string(bytes.Repeat([]byte("x"), MaxLetter))
	for qos := range byte(2) {
		publish(t, c, ownOf("wl-1"), qos, text)
		g.seen++
		got := g.tray.wait(t, g.seen)
		if want := ownOf("wl-1") + " " + text; got[g.seen-1] != want {
			t.Errorf("QoS %d: got %d bytes, want %d", qos, len(got[g.seen-1]), len(want))
		}
	}
}

func dialRaw(t testing.TB, addr string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func writeRaw(t testing.TB, conn net.Conn, packet []byte) {
	t.Helper()
	if _, err := conn.Write(packet); err != nil {
		t.Fatal(err)
	}
}

func readRaw(t testing.TB, conn net.Conn, n int) {
	t.Helper()
	_ = conn.SetReadDeadline(time.Now().Add(2 * time.Minute))
	for buf := make([]byte, n); n > 0; {
		m, err := conn.Read(buf[:n])
		if err != nil {
			t.Fatal(fmt.Errorf("waiting for the broker: %w", err))
		}
		n -= m
	}
}

// connectPacket is an MQTT 3.1.1 CONNECT, with a will if it has a topic.
func connectPacket(user, password, willTopic, will string) []byte {
	flags := byte(0xc2)
	if willTopic != "" {
		flags |= 0x04
	}
	body := append(field("MQTT"), 4, flags, 0, 60)
	body = append(body, field(user)...)
	if willTopic != "" {
		body = append(append(body, field(willTopic)...), field(will)...)
	}
	body = append(append(body, field(user)...), field(password)...)
	return packet(0x10, body)
}

// publishPacket is a PUBLISH with QoS 0.
func publishPacket(topic string, payload []byte) []byte {
	return packet(0x30, append(field(topic), payload...))
}

func field(s string) []byte {
	return append([]byte{byte(len(s) >> 8), byte(len(s))}, s...)
}

func packet(kind byte, body []byte) []byte {
	out := []byte{kind}
	n := len(body)
	for {
		b := byte(n & 0x7f)
		if n >>= 7; n > 0 {
			out = append(out, b|0x80)
			continue
		}
		return append(append(out, b), body...)
	}
}
