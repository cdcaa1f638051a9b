package bus

import (
	"crypto/tls"
	"testing"

	paho "github.com/eclipse/paho.mqtt.golang"

	"suhe/internal/testcert"
)

func TestMQTTOverTLS(t *testing.T) {
	cert, roots := testcert.New(t)
	b := openBus(t, Options{
		Dir: t.TempDir(), MQTTListen: "127.0.0.1:0", Login: ownTopic,
		MQTTTLS: &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12},
	})
	r := newTray()
	openInbox(t, b, r.take)
	c := client(b.MQTTAddr(), "wl-0001", "secret of wl-0001", func(o *paho.ClientOptions) {
		o.Servers = nil
		o.AddBroker("ssl://" + b.MQTTAddr()).SetTLSConfig(&tls.Config{RootCAs: roots, ServerName: "127.0.0.1"})
	})
	if token := c.Connect(); token.Wait() && token.Error() != nil {
		t.Fatal(token.Error())
	}
	defer c.Disconnect(0)
	publish(t, c, ownOf("wl-0001"), 1, "sealed")
	same(t, "letters", r.wait(t, 1), ownOf("wl-0001")+" sealed")

	plain := client(b.MQTTAddr(), "wl-0002", "secret of wl-0002", nil)
	if token := plain.Connect(); token.Wait() && token.Error() == nil {
		t.Error("connected without TLS")
		plain.Disconnect(0)
	}
}
