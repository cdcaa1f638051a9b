package simulate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"suhe/assets"
	"suhe/internal/bus"
	"suhe/stream/command"
)

// The played devices answer by the real door; among many some refuse and some are
// not yet through.
func TestDevicesObey(t *testing.T) {
	s := openStation(t)
	table, err := s.bus.Table(t.Context(), bus.TableOptions{Name: "COMMANDS"})
	if err != nil {
		t.Fatal(err)
	}
	catalogue, err := command.DefaultCatalogue(assets.DefaultClasses())
	if err != nil {
		t.Fatal(err)
	}
	desk := command.New(command.Options{Table: table, Post: s.bus, Catalogue: catalogue})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.bus.Inbox(ctx, command.Acks, desk.TakeAcks) }()
	defer func() { cancel(); <-done }()
	devices := gauges(1)
	play(t, Options{Broker: s.bus.MQTTAddr(), Token: token, Devices: devices, Interval: time.Hour, Nature: Nature{Seed: 1}})
	s.until(t, "the first report", func() bool { return len(s.heard[devices[0].ID]) > 0 })

	gauge := &assets.Asset{ID: devices[0].ID, Kind: assets.Sensor, Class: "sensor.water_level"}
	ends := map[command.State]int{}
	for i := range 40 {
		c, err := desk.Send(t.Context(), "tester", gauge, command.Wish{Name: "set_report_interval",
			Arguments: json.RawMessage(fmt.Sprintf(`{"seconds":%d}`, i+1)), Timeout: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		if c.State == command.Undeliverable { // not yet subscribed
			time.Sleep(50 * time.Millisecond)
			continue
		}
		end, err := desk.Wait(t.Context(), gauge.ID, c.ID, 1500*time.Millisecond)
		if err != nil && !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		ends[end.State]++
	}
	if ends[command.Done] == 0 || ends[command.Refused] == 0 {
		t.Errorf("of 40 commands: %v", ends)
	}
	s.until(t, "a report at the new interval", func() bool { return len(s.heard[devices[0].ID]) > 1 })
}
