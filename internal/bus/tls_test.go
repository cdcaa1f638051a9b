package bus

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
)

func TestMQTTOverTLS(t *testing.T) {
	cert, roots := selfSigned(t)
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

func selfSigned(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1), IsCA: true, BasicConstraintsValid: true,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore:   time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}
