package bench

import (
	"context"
	"fmt"
	"time"

	"suhe/stream"
)

// The targets of clients that all look at the same.
const (
	screenSensors = 1000      // in view
	screenRate    = 1000      // changes a second
	screenUpdates = 1_000_000 // delivered a second
	screenCost    = 1.3       // times the yardstick's processor time
)

// screens measures many clients that look at the same, beside a plain broadcast
// of as many messages of the same size to as many clients; then all of them come
// back at once. The node keeps its data in a database, so that it can be seen
// whether it asks that.
func (s *streaming) screens(ctx context.Context) error {
	server, end, err := openDatabase(s.Database)
	if err != nil {
		return err
	}
	defer end()
	return inDatabase(ctx, server, func(own string) error {
		return s.apart(ctx, screenSensors, own, func(s *streaming) error {
			for _, protocol := range []string{stream.ProtocolBinary, stream.Protocol} {
				if err := s.broadcast(ctx, protocol); err != nil {
					return err
				}
			}
			return s.comeBack(ctx, own)
		})
	})
}

// delivery is what one side of a broadcast did.
type delivery struct {
	updates, frames, bytes float64
	seconds                float64
	cpu                    time.Duration
	age                    float64 // p99 in milliseconds, the worst turn
}

func (d *delivery) add(o delivery) {
	d.updates, d.frames, d.bytes = d.updates+o.updates, d.frames+o.frames, d.bytes+o.bytes
	d.seconds, d.cpu, d.age = d.seconds+o.seconds, d.cpu+o.cpu, max(d.age, o.age)
}

// broadcastTurns is how often each side has its turn.
const broadcastTurns = 2

// broadcast lets us and the yardstick take turns. What the node does for the
// changes themselves, which the yardstick need not do, is told apart.
func (s *streaming) broadcast(ctx context.Context, protocol string) error {
	var ours, theirs delivery
	var alone time.Duration // for changes that nobody looks at
	for range broadcastTurns {
		s.say("%d clients that look at the same, %s", s.Screens, protocol)
		quiet, err := s.change(ctx, screenRate, 0, nil)
		if err != nil {
			return err
		}
		alone += quiet.cpu
		d, err := s.ourTurn(ctx, protocol)
		if err != nil {
			return err
		}
		ours.add(d)
		if d, err = s.plainTurn(ctx, protocol, d); err != nil {
			return err
		}
		theirs.add(d)
	}
	s.tellBroadcast(protocol, ours, theirs, alone)
	return nil
}

func (s *streaming) tellBroadcast(protocol string, ours, theirs delivery, without time.Duration) {
	name := fmt.Sprintf("%s clients, one view, %d changes/s, %s: ", count(s.Screens), screenRate, protocol)
	each := ours.updates / ours.frames // of a message, the yardstick's alike
	cost := func(cpu time.Duration, frames float64) float64 { return float64(cpu.Nanoseconds()) / (frames * each) }
	s.table.Rows = append(s.table.Rows,
		alone(name+"object updates delivered", "/s", ours.updates/ours.seconds, atLeast(screenUpdates)),
		compare(name+"the same with a plain broadcast", "/s", ours.updates/ours.seconds, "PreparedMessage", theirs.frames*each/theirs.seconds, limit{}),
		alone(name+"change → client, p99", "ms", ours.age, limit{}),
		compare(name+"bytes sent", "MB/s", ours.bytes/ours.seconds/1e6, "PreparedMessage", theirs.bytes/theirs.seconds/1e6, limit{}),
		compare(name+"processor time of an update delivered", "ns", cost(ours.cpu-without, ours.frames), "PreparedMessage", cost(theirs.cpu, theirs.frames), atMost(screenCost)),
		compare(name+"the same with taking the changes in", "ns", cost(ours.cpu, ours.frames), "PreparedMessage", cost(theirs.cpu, theirs.frames), limit{}))
}

// ourTurn lets the node tell its clients of changes.
func (s *streaming) ourTurn(ctx context.Context, protocol string) (d delivery, err error) {
	a, err := s.audience(ctx, AudienceOptions{Server: s.node.http, Path: "/v1/stream", Token: s.node.token, Protocol: protocol, Clients: s.Screens, All: s.Sensors})
	if err != nil {
		return d, err
	}
	defer a.end()
	var before, after AudienceReport
	if err := a.ask("open", &before); err != nil {
		return d, err
	}
	sent, err := s.change(ctx, screenRate, 0, func() error { return a.ask("count", &after) })
	if err != nil {
		return d, err
	}
	if after.Lost > 0 || after.Frames == before.Frames || len(after.Ages) == 0 {
		return d, fmt.Errorf("screens: %d frames, %d connections lost: %s", after.Frames-before.Frames, after.Lost, after.Why)
	}
	return delivery{updates: float64(after.Updates - before.Updates), frames: float64(after.Frames - before.Frames),
		bytes: float64(after.Bytes - before.Bytes), seconds: sent.Seconds, cpu: sent.cpu, age: after.Ages[1]}, nil
}

// plainTurn lets the yardstick send what we have sent: as many messages, of the
// same size, as often.
func (s *streaming) plainTurn(ctx context.Context, protocol string, ours delivery) (d delivery, err error) {
	size := int(ours.bytes / ours.frames)
	every := time.Duration(ours.seconds * float64(s.Screens) / ours.frames * float64(time.Second))
	p, err := s.Program.start(ctx, "bench", "plain", "--size", fmt.Sprint(size), "--every", every.String(), fmt.Sprintf("--text=%t", protocol == stream.Protocol))
	if err != nil {
		return d, err
	}
	defer p.end()
	var at PlainReport
	if err := p.ask("", &at); err != nil {
		return d, err
	}
	a, err := s.audience(ctx, AudienceOptions{Server: at.Address, Path: "/", Protocol: plainProtocol, Clients: s.Screens, All: s.Sensors})
	if err != nil {
		return d, err
	}
	defer a.end()
	var before, after AudienceReport
	if err := a.ask("open", &before); err != nil {
		return d, err
	}
	pid := p.cmd.Process.Pid
	start, err := cpuTime(pid)
	if err != nil {
		return d, err
	}
	if err := a.ask("count", &before); err != nil {
		return d, err
	}
	begun := time.Now()
	time.Sleep(s.Span)
	if err := a.ask("count", &after); err != nil {
		return d, err
	}
	d.seconds = time.Since(begun).Seconds()
	end, err := cpuTime(pid)
	d.frames, d.bytes = float64(after.Frames-before.Frames), float64(after.Bytes-before.Bytes)
	d.cpu = max(end-start, tick) // less cannot be measured
	if err == nil && d.frames == 0 {
		err = fmt.Errorf("plain: no frame came: %s", after.Why)
	}
	return d, err
}
