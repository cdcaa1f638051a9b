package simulate

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"suhe/assets"
	"suhe/internal/bus"
	"suhe/stream/command"
)

// The played devices answer by the real door; of many commands some are refused.
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
	nature := Nature{Seed: 1}
	devices := gauges(100)
	devices = slices.DeleteFunc(devices, func(d Device) bool { // on the net for the whole test
		now, _ := nature.faultAt(string(d.ID), time.Now())
		later, _ := nature.faultAt(string(d.ID), time.Now().Add(2*time.Minute))
		return now == silent || later == silent
	})[:1]
	play(t, Options{Broker: s.bus.MQTTAddr(), Token: token, Devices: devices, Interval: 200 * time.Millisecond, Nature: nature})
	s.until(t, "the first report", func() bool { return len(s.heard[devices[0].ID]) > 0 })

	gauge := &assets.Asset{ID: devices[0].ID, Kind: assets.Sensor, Class: "sensor.water_level"}
	send := func(seconds int) command.Command {
		c, err := desk.Send(t.Context(), "tester", gauge, command.Wish{Name: "set_report_interval",
			Arguments: json.RawMessage(fmt.Sprintf(`{"seconds":%d}`, seconds)), Timeout: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	for end := time.Now().Add(2 * time.Minute); send(1).State == command.Undeliverable; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the device does not listen")
		}
	}
	// It is by chance which are refused: they are sent until there were both.
	for i, end := 0, time.Now().Add(2*time.Minute); ; i, _ = i+1, sleep(t.Context(), 100*time.Millisecond) {
		send(i%40 + 1)
		list, _, err := desk.List(t.Context(), gauge.ID, 0, command.MaxPage)
		if err != nil {
			t.Fatal(err)
		}
		ends := map[command.State]int{}
		for _, c := range list {
			ends[c.State]++
			if c.State == command.Done && !strings.HasPrefix(c.Detail, "reports every ") {
				t.Fatalf("done: %q", c.Detail)
			}
		}
		if ends[command.Done] > 0 && ends[command.Refused] > 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("of %d commands: %v", i+1, ends)
		}
	}
}
