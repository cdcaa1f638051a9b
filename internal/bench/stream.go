package bench

import (
	"context"
	"fmt"
	"io"
	"time"

	"suhe/assets"
)

// StreamOptions say how much is sent; zero means the default.
type StreamOptions struct {
	Database string // the node's store; a database of our own is made on that server and dropped. Default: a GeoPackage
	Program  Program
	Sensors  int           // default 2,500
	Span     time.Duration // of each load; default 10 s
	Flood    int           // observations a second while as much as possible is sent; 0: as many as are confirmed
	Rate     int           // observations a second while the latency is measured; default 5,000
	Phones   int           // clients that each look at something else; default 10,000
	Screens  int           // clients that look at the same; default 2,000
	Only     string        // one of the parts; empty: all
	Progress io.Writer     // nil: nobody is told
}

// wantedRate is the target: observations a second until they are a state in memory.
const wantedRate = 20_000

// Stream measures a node from outside: devices of another process send by MQTT
// and by HTTP as fast as it confirms, and everything that was confirmed must
// become a state; then, at a steady rate, how long a value takes from the device
// to a WebSocket.
func Stream(ctx context.Context, o StreamOptions) (Table, error) {
	if o.Sensors <= 0 {
		o.Sensors = 2500
	}
	if o.Span <= 0 {
		o.Span = 10 * time.Second
	}
	if o.Rate <= 0 {
		o.Rate = 5000
	}
	if o.Phones <= 0 {
		o.Phones = 10_000
	}
	if o.Screens <= 0 {
		o.Screens = 2000
	}
	if o.Progress == nil {
		o.Progress = io.Discard
	}
	t := Table{Title: "suhe bench stream", Machine: machine()}
	store := "a GeoPackage"
	if o.Database != "" {
		store = "PostGIS"
	}
	t.Machine = append(t.Machine, fmt.Sprintf("node, devices and watcher are processes of this machine; the node keeps history in %s; %s sensors, a reading to a message", store, count(o.Sensors)))
	s := &streaming{StreamOptions: o, table: &t}
	if o.Only != "" && o.Only != "devices" {
		return t, s.clients(ctx)
	}
	err := inFolder(func(dir string) error {
		if o.Database == "" {
			return s.run(ctx, dir, "")
		}
		return inDatabase(ctx, o.Database, func(own string) error { return s.run(ctx, dir, own) })
	})
	if err == nil && o.Only == "" {
		err = s.clients(ctx)
	}
	return t, err
}

// streaming is one run.
type streaming struct {
	StreamOptions
	table *Table
	node  *node
}

func (s *streaming) run(ctx context.Context, dir, database string) error {
	fmt.Fprintf(s.Progress, "registering %d sensors\n", s.Sensors)
	if err := s.Program.fill(ctx, dir, database, sensorsOf(s.Sensors)); err != nil {
		return err
	}
	var err error
	if s.node, err = startNode(ctx, s.Program.Path, dir, database); err != nil {
		return err
	}
	defer s.node.stop()
	if err := s.measure(ctx); err != nil {
		return fmt.Errorf("%w\nthe node's last words:\n%s", err, s.node.log.String())
	}
	return nil
}

func (s *streaming) measure(ctx context.Context) error {
	for _, way := range []string{"mqtt", "http"} {
		if err := s.flood(ctx, way); err != nil {
			return fmt.Errorf("%s: %w", way, err)
		}
	}
	return s.watch(ctx)
}

// sensorsOf are the sensors of a run, the same in every process of it.
func sensorsOf(n int) []*assets.Asset { return newMaker().sensors(n, ground(n)) }

// floodConnections is how many devices send when as much as possible is sent.
const floodConnections = 200

// flood sends as fast as the node confirms and waits until all is applied.
func (s *streaming) flood(ctx context.Context, way string) error {
	fmt.Fprintf(s.Progress, "sending by %s\n", way)
	before, err := s.node.applied(ctx)
	if err != nil {
		return err
	}
	sensors := s.Sensors
	if way == "mqtt" {
		sensors = min(floodConnections, sensors)
	}
	sent, err := s.send(ctx, SendOptions{Way: way, Sensors: sensors, Rate: s.Flood, Span: s.Span})
	if err != nil {
		return err
	}
	late := time.Now()
	shown, err := s.node.settle(ctx, before+float64(sent.Confirmed))
	if err != nil {
		return err
	}
	behind := time.Since(late)
	took := sent.Seconds + behind.Seconds()
	name := map[string]string{"mqtt": "MQTT, QoS 1", "http": "HTTP, batches of 100"}[way]
	s.table.Rows = append(s.table.Rows,
		alone(name+": observations confirmed and shown in memory", "/s", float64(sent.Confirmed)/took, atLeast(wantedRate)),
		alone(name+": confirmed", "", float64(sent.Confirmed), limit{}),
		alone(name+": lost", "", float64(sent.Confirmed)-(shown-before), atMost(0)),
		alone(name+": behind when the last was confirmed", "ms", milliseconds(behind), limit{}))
	return nil
}

// watch measures the way from a device to a WebSocket at a steady rate.
func (s *streaming) watch(ctx context.Context) error {
	fmt.Fprintf(s.Progress, "watching %d observations a second\n", s.Rate)
	w, err := openWatcher(ctx, s.node.http, ground(s.Sensors))
	if err != nil {
		return err
	}
	sent, err := s.send(ctx, SendOptions{Way: "mqtt", Sensors: s.Sensors, Rate: s.Rate, Span: s.Span})
	seen, wrong := w.close()
	if err == nil {
		err = wrong
	}
	if err != nil {
		return err
	}
	name := fmt.Sprintf("device → WebSocket at %d observations a second", s.Rate)
	s.table.Rows = append(s.table.Rows,
		alone(name+": p50", "ms", milliseconds(percentile(seen, 0.5)), limit{}),
		alone(name+": p99", "ms", milliseconds(percentile(seen, 0.99)), atMost(500)),
		alone(name+": values seen", "", float64(len(seen)), limit{}),
		alone(name+": sent", "/s", float64(sent.Confirmed)/sent.Seconds, atLeast(0.95*float64(s.Rate))))
	return nil
}

// send lets a process of its own play the devices.
func (s *streaming) send(ctx context.Context, o SendOptions) (r SendReport, err error) {
	err = s.Program.call(ctx, &r, "", "bench", "devices", "--data-dir", s.node.dir, "--way", o.Way, "--broker", s.node.mqtt,
		"--server", s.node.http, "--all", fmt.Sprint(s.Sensors), "--sensors", fmt.Sprint(o.Sensors), "--rate", fmt.Sprint(o.Rate), "--span", o.Span.String())
	return r, err
}
