package bench

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"suhe/assets"
)

// StreamOptions say how much is sent; zero means the default.
type StreamOptions struct {
	Database string // PostGIS server; a database of our own is made there and dropped. Default: a server of our own
	Program  Program
	Sensors  int           // default 2,500
	Span     time.Duration // of each load; default 10 s
	Flood    int           // observations a second while as much as possible is sent; 0: as many as are confirmed
	Rate     int           // observations a second while the latency is measured; default 5,000
	Phones   int           // clients that each look at something else; default 10,000
	Screens  int           // clients that look at the same; default 2,000
	Only     string        // one of the parts; empty: all
	Backlog  int           // observations that wait for a database that was away; default 1,000,000
	Progress io.Writer     // nil: nobody is told
}

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
	if o.Backlog <= 0 {
		o.Backlog = 1_000_000
	}
	if o.Progress == nil {
		o.Progress = io.Discard
	}
	t := Table{Title: "suhe bench stream", Machine: machine()}
	t.Machine = append(t.Machine, fmt.Sprintf("node, devices and watcher are processes of this machine; %s sensors", count(o.Sensors)))
	s := &streaming{StreamOptions: o, table: &t}
	for _, part := range []struct {
		name    string
		measure func(context.Context) error
	}{{"devices", s.devices}, {"phones", s.phones}, {"screens", s.screens}} {
		if o.Only != "" && o.Only != part.name {
			continue
		}
		if err := part.measure(ctx); err != nil {
			return t, err
		}
	}
	return t, nil
}

// devices measures what is taken in, on both stores.
func (s *streaming) devices(ctx context.Context) error {
	if err := s.serving(ctx, "", s.measure); err != nil {
		return err
	}
	server, end, err := openDatabase(s.Database)
	if err != nil {
		return err
	}
	defer end()
	s.store, s.confirmed = "PostGIS; ", 0
	return inDatabase(ctx, server, func(own string) error {
		return s.serving(ctx, own, func(ctx context.Context) error { return s.measureHistory(ctx, server, own) })
	})
}

// streaming is one run.
type streaming struct {
	StreamOptions
	table *Table
	store string // begins the names of rows; empty: a GeoPackage
	node  *node

	mu        sync.Mutex // guards what follows, and the table
	confirmed int        // observations, by this node
}

func (s *streaming) say(format string, args ...any) {
	fmt.Fprintf(s.Progress, s.store+format+"\n", args...)
}

func (s *streaming) add(name, unit string, figure float64, l limit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.table.Rows = append(s.table.Rows, alone(s.store+name, unit, figure, l))
}

// serving runs f while a new node keeps its data in the database, or in a
// GeoPackage if none is named.
func (s *streaming) serving(ctx context.Context, database string, f func(context.Context) error) error {
	return inFolder(func(dir string) (err error) {
		s.say("registering %d sensors", s.Sensors)
		if err := s.Program.fill(ctx, dir, database, sensorsOf(s.Sensors)); err != nil {
			return err
		}
		if s.node, err = startNode(ctx, s.Program.Path, dir, database); err != nil {
			return err
		}
		defer s.node.stop()
		if err := f(ctx); err != nil {
			return fmt.Errorf("%w\nthe node's last words:\n%s", err, s.node.log.String())
		}
		return nil
	})
}

func (s *streaming) measure(ctx context.Context) error {
	if err := s.floods(ctx); err != nil {
		return err
	}
	if err := s.drain(ctx, "after the floods", s.wanted()); err != nil {
		return err
	}
	return s.watch(ctx, "device → WebSocket")
}

// sensorsOf are the sensors of a run, the same in every process of it.
func sensorsOf(n int) []*assets.Asset { return newMaker().sensors(n, ground(n)) }

// watch measures the way from a device to a WebSocket at a steady rate.
func (s *streaming) watch(ctx context.Context, what string) error {
	s.say("%s, %d observations a second", what, s.Rate)
	w, err := openWatcher(ctx, s.node, ground(s.Sensors))
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
	name := fmt.Sprintf("%s at %d observations a second", what, s.Rate)
	s.add(name+": p50", "ms", milliseconds(percentile(seen, 0.5)), limit{})
	s.add(name+": p99", "ms", milliseconds(percentile(seen, 0.99)), atMost(500))
	s.add(name+": values seen", "", float64(len(seen)), limit{})
	s.add(name+": sent", "/s", float64(sent.Confirmed)/sent.Seconds, atLeast(0.95*float64(s.Rate)))
	return nil
}

// send lets a process of its own play the devices.
func (s *streaming) send(ctx context.Context, o SendOptions) (r SendReport, err error) {
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.confirmed += r.Confirmed
	}()
	err = s.Program.call(ctx, &r, "", "bench", "devices", "--data-dir", s.node.dir, "--way", o.Way, "--broker", s.node.mqtt,
		"--server", s.node.http, "--login", s.node.token, "--all", fmt.Sprint(s.Sensors), "--sensors", fmt.Sprint(o.Sensors), "--rate", fmt.Sprint(o.Rate), "--span", o.Span.String())
	return r, err
}
