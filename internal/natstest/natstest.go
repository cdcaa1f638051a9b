// Package natstest gives tests a NATS server that several nodes share, as somebody
// else would run it.
package natstest

import (
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Start returns the address of a server with JetStream and an MQTT listener, which ends
// with the test.
func Start(t testing.TB) string {
	t.Helper()
	s, err := server.NewServer(&server.Options{
		ServerName: "outside", Host: "127.0.0.1", Port: -1, NoSigs: true, NoLog: true,
		JetStream: true, StoreDir: t.TempDir(), MaxPayload: 9 << 20, // more than a message of the bus
		JetStreamMaxStore: 1 << 40, // whatever the disk has free: the streams are bounded themselves
		MQTT:              server.MQTTOpts{Host: "127.0.0.1", Port: -1},
	})
	if err != nil {
		t.Fatal(err)
	}
	go s.Start()
	t.Cleanup(func() {
		s.Shutdown()
		s.WaitForShutdown()
	})
	if !s.ReadyForConnections(2 * time.Minute) {
		t.Fatal("the NATS server is not ready")
	}
	return s.ClientURL()
}
