package main

import (
	"encoding/json"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
	"github.com/gorilla/websocket"

	"suhe/assets"
	"suhe/internal/simulate"
	"suhe/stream"
)

// watcher is a client of the stream that counts the values that it is told.
type watcher struct{ values atomic.Int64 }

// watch looks at all sensors until the test ends. That the stream ends before is
// an error.
func watch(t *testing.T, s *served) *watcher {
	t.Helper()
	conn, err := subscribe(s)
	if err != nil {
		t.Fatal(err)
	}
	w := new(watcher)
	done := make(chan struct{})
	var closing atomic.Bool
	go func() {
		defer close(done)
		for {
			_, text, err := conn.ReadMessage()
			if err != nil {
				if !closing.Load() {
					t.Errorf("the stream ended: %v", err)
				}
				return
			}
			var f struct{ Upsert []json.RawMessage }
			if json.Unmarshal(text, &f) == nil {
				w.values.Add(int64(len(f.Upsert)))
			}
		}
	}()
	t.Cleanup(func() {
		closing.Store(true)
		conn.Close()
		<-done
	})
	return w
}

// device connects one by MQTT; publish returns when the broker has confirmed.
func device(t *testing.T, s *served, id, token string) (publish func(payload string)) {
	t.Helper()
	c := paho.NewClient(paho.NewClientOptions().AddBroker("tcp://" + s.mqtt).SetClientID(id).SetUsername(id).SetPassword(token).SetProtocolVersion(4))
	wait := func(what string, token paho.Token) {
		t.Helper()
		if !token.WaitTimeout(patience) || token.Error() != nil {
			t.Fatalf("%s: %s: %v", id, what, token.Error())
		}
	}
	wait("connect", c.Connect())
	t.Cleanup(func() { c.Disconnect(0) })
	return func(payload string) {
		t.Helper()
		wait("publish", c.Publish("suhe/v1/devices/"+id+"/observations", 1, false, payload))
	}
}

// subscribe opens a stream of all sensors.
func subscribe(s *served) (*websocket.Conn, error) {
	dialer := websocket.Dialer{Subprotocols: []string{stream.Protocol}, HandshakeTimeout: patience}
	conn, _, err := dialer.Dial("ws://"+s.http+"/v1/stream", s.header())
	if err != nil {
		return nil, err
	}
	return conn, conn.WriteJSON(map[string]any{"type": "subscribe", "id": "all", "layers": []string{assets.Sensor.Layer()},
		"bbox": []float64{121, 31, 122, 32}, "zoom": 16})
}

// visit opens a stream, takes a few frames and leaves without a word.
func visit(s *served) error {
	conn, err := subscribe(s)
	if err != nil {
		return err
	}
	for range 3 {
		if _, _, err := conn.ReadMessage(); err != nil {
			return err
		}
	}
	return conn.Close()
}

// loadMQTT lets the sensors report by MQTT for a while, and tells how many
// observations were confirmed. That one was not is an error.
func loadMQTT(t *testing.T, dir string, s *served, ids []string, rate float64, span time.Duration) <-chan int {
	t.Helper()
	devices, err := openDevices(storage{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	o := simulate.LoadOptions{Broker: s.mqtt, Token: devices.Token, Rate: rate, Duration: span, Seed: 1}
	for _, id := range ids {
		measures := []assets.Measure{{Phenomenon: "water_level", Unit: "m"}}
		o.Devices = append(o.Devices, simulate.Device{ID: assets.ID(strings.TrimSpace(id)), Sensor: &assets.SensorSpec{Measures: measures}})
	}
	confirmed := make(chan int, 1)
	go func() {
		report, err := simulate.Load(t.Context(), o)
		if err != nil {
			t.Errorf("by MQTT: %v", err)
		}
		confirmed <- report.Observations
	}()
	return confirmed
}
