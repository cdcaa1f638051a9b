package bench

import (
	"context"
	"fmt"
	"time"
)

// flooding is one way to send as much as the node confirms.
type flooding struct {
	way     string
	name    string
	sensors int     // that report at once
	wanted  float64 // observations a second until they are a state in memory
}

// mqttDevices is how many devices send by MQTT when as much as possible is sent.
const mqttDevices = 100

func (s *streaming) floods(ctx context.Context) error {
	for _, f := range []flooding{
		{"mqtt", "MQTT, QoS 1", min(mqttDevices, s.Sensors), 50_000},
		{"http", fmt.Sprintf("HTTP, batches of %d", batchSize), s.Sensors, 100_000},
	} {
		if err := s.flood(ctx, f); err != nil {
			return fmt.Errorf("%s: %w", f.way, err)
		}
	}
	return nil
}

// flood sends as fast as the node confirms and waits until all is applied.
func (s *streaming) flood(ctx context.Context, f flooding) error {
	s.say("sending by %s", f.way)
	before, err := s.node.applied(ctx)
	if err != nil {
		return err
	}
	worked, err := cpuTime(s.node.cmd.Process.Pid)
	if err != nil {
		return err
	}
	sent, err := s.send(ctx, SendOptions{Way: f.way, Sensors: f.sensors, Rate: s.Flood, Span: s.Span})
	if err != nil {
		return err
	}
	late := time.Now()
	shown, err := s.node.settle(ctx, before+float64(sent.Confirmed))
	if err != nil {
		return err
	}
	behind := time.Since(late)
	used, err := cpuTime(s.node.cmd.Process.Pid)
	if err != nil {
		return err
	}
	took := sent.Seconds + behind.Seconds()
	s.add(f.name+": observations confirmed and shown in memory", "/s", float64(sent.Confirmed)/took, atLeast(f.wanted))
	s.add(f.name+": confirmed", "", float64(sent.Confirmed), limit{})
	s.add(f.name+": lost", "", float64(sent.Confirmed)-(shown-before), atMost(0))
	s.add(f.name+": behind when the last was confirmed", "ms", milliseconds(behind), limit{})
	s.add(f.name+": processor time of the node for one", "µs", (used-worked).Seconds()*1e6/float64(max(1, sent.Confirmed)), limit{})
	return nil
}
