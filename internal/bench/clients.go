package bench

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"suhe/stream"
)

// The targets of clients that each look at something else.
const (
	phoneMetres  = 500      // side of what a phone shows
	phoneSensors = 25_000   // among which it looks
	phoneMemory  = 40 << 10 // bytes resident for each
	phoneAge     = 500 * time.Millisecond
	phoneEdits   = 10 // while it looks
)

// phones measures many clients that each look at their own square: how old news
// is, what each costs, and whether every event comes to all.
func (s *streaming) phones(ctx context.Context) error {
	return s.apart(ctx, phoneSensors, "", func(s *streaming) error {
		if _, err := s.change(ctx, s.Rate, 0, nil); err != nil { // memory for changes is no memory for clients
			return err
		}
		before, err := memory(s.node.cmd.Process.Pid, "VmRSS")
		if err != nil {
			return err
		}
		s.say("connecting %d clients", s.Phones)
		a, err := s.audience(ctx, AudienceOptions{Server: s.node.http, Path: "/v1/stream", Token: s.node.token, Protocol: stream.ProtocolBinary,
			Clients: s.Phones, All: s.Sensors, Metres: phoneMetres})
		if err != nil {
			return err
		}
		defer a.end()
		return s.watchPhones(ctx, a, before)
	})
}

func (s *streaming) watchPhones(ctx context.Context, a *child, before int64) error {
	var opened, settled, seen, after AudienceReport
	if err := a.ask("open", &opened); err != nil {
		return err
	}
	if _, err := s.change(ctx, s.Rate, 0, nil); err != nil { // to settle
		return err
	}
	if err := a.ask("count", &settled); err != nil {
		return err
	}
	sent, err := s.change(ctx, s.Rate, phoneEdits, func() error { return a.ask("count", &seen) })
	if err != nil {
		return err
	}
	resident, err := memory(s.node.cmd.Process.Pid, "VmRSS")
	if err != nil {
		return err
	}
	if after, err = a.counted(ctx, int64(phoneEdits*s.Phones)); err != nil {
		return err
	}
	if len(seen.Ages) == 0 {
		return fmt.Errorf("clients: %s clients saw no change", count(s.Phones))
	}
	name := fmt.Sprintf("%s clients, each its own view, %d changes/s: ", count(s.Phones), s.Rate)
	s.table.Rows = append(s.table.Rows,
		alone(name+"change → client, p50", "ms", seen.Ages[0], limit{}),
		alone(name+"change → client, p99", "ms", seen.Ages[1], atMost(milliseconds(phoneAge))),
		alone(name+"object updates delivered", "/s", float64(seen.Updates-settled.Updates)/sent.Seconds, limit{}),
		alone(name+"changes", "/s", float64(sent.Confirmed)/sent.Seconds, atLeast(0.95*float64(s.Rate))),
		alone(name+"processor time of the node", "cores", sent.cpu.Seconds()/sent.Seconds, limit{}),
		alone(name+"resident for each", "kB", float64(resident-before)/float64(s.Phones)/1024, atMost(phoneMemory>>10)),
		alone(name+"events that did not come", "", float64(int64(phoneEdits*s.Phones)-after.Events), atMost(0)),
		alone(name+"told to be slow", "", float64(after.Slow), limit{}),
		alone(name+"lost, or begun anew", "", float64(after.Lost+after.Resyncs), atMost(0)),
		alone(name+"all live after", "ms", opened.Live[2], limit{}))
	if after.Why != "" {
		s.table.Machine = append(s.table.Machine, "first lost: "+after.Why)
	}
	return nil
}

// audience starts a process of clients.
func (s *streaming) audience(ctx context.Context, o AudienceOptions) (*child, error) {
	return s.Program.start(ctx, "bench", "audience", "--server", o.Server, "--path", o.Path, "--protocol", o.Protocol,
		"--clients", fmt.Sprint(o.Clients), "--all", fmt.Sprint(o.All), "--metres", fmt.Sprint(o.Metres), "--token", o.Token)
}

// counted is a count when so many events have come, or no more come.
func (c *child) counted(ctx context.Context, events int64) (r AudienceReport, err error) {
	for last, moved := int64(-1), time.Now(); err == nil; time.Sleep(50 * time.Millisecond) {
		if err = c.ask("count", &r); r.Events >= events || time.Since(moved) > settlePatience || ctx.Err() != nil {
			break
		}
		if r.Events != last {
			last, moved = r.Events, time.Now()
		}
	}
	return r, err
}

// apart runs f with a node of its own, so that what is measured of its memory and
// of its time is of nothing else.
func (s *streaming) apart(ctx context.Context, sensors int, database string, f func(*streaming) error) error {
	own := &streaming{StreamOptions: s.StreamOptions, table: s.table}
	own.Sensors = sensors
	return own.serving(ctx, database, func(ctx context.Context) error {
		if err := own.node.published(ctx, float64(sensors)); err != nil {
			return err
		}
		return f(own)
	})
}

// published waits until the node has told of so many edits, so that it does not
// tell of them while it is measured.
func (n *node) published(ctx context.Context, edits float64) error {
	for end := time.Now().Add(nodePatience); ; time.Sleep(50 * time.Millisecond) {
		told, err := n.metric(ctx, "suhe_relay_events_total")
		if err != nil || told >= edits {
			return err
		}
		if time.Now().After(end) {
			return fmt.Errorf("%v of %v edits published after %v", told, edits, nodePatience)
		}
	}
}

// changed is what a load did.
type changed struct {
	SendReport
	cpu time.Duration // of the node, meanwhile
}

// change lets devices change states at the rate for the span, and makes some edits
// meanwhile; then, at once, it calls seen, if there is one.
func (s *streaming) change(ctx context.Context, rate, edits int, seen func() error) (c changed, err error) {
	before, err := cpuTime(s.node.cmd.Process.Pid)
	if err != nil {
		return c, err
	}
	group, inner := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		c.SendReport, err = s.send(inner, SendOptions{Way: "http", Sensors: s.Sensors, Rate: rate, Span: s.Span})
		return err
	})
	group.Go(func() error {
		for i := range edits {
			if err := s.node.put(inner, fmt.Sprintf("bench-edited-%d", i), editedSensor); err != nil {
				return err
			}
			time.Sleep(s.Span / time.Duration(edits+1))
		}
		return nil
	})
	if err := group.Wait(); err != nil {
		return c, err
	}
	after, err := cpuTime(s.node.cmd.Process.Pid)
	c.cpu = after - before
	if err == nil && seen != nil {
		err = seen()
	}
	return c, err
}

// editedSensor is what is registered while others look.
const editedSensor = `{"kind":"sensor","class":"sensor.water_level","name":"新水位计","lifecycle":"in_use","geometry":{"type":"Point","coordinates":[121.40,31.255]},
	"sensor":{"measures":[{"phenomenon":"water_level","unit":"m","normal":[1.5,3.8]}],"reportInterval":60}}`
