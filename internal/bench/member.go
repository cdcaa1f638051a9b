package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"slices"
	"sync/atomic"
	"time"

	"google.golang.org/protobuf/proto"

	"suhe/assets"
	"suhe/stream"
	pb "suhe/stream/suhev1"
)

// member is one client of an audience. Its reader owns it.
type member struct {
	audience *audience
	number   int
	watched  bool // it decodes what it gets and notes how old it is
	wire     *wire
	cut      atomic.Bool // the line is to be broken

	at    []byte   // position, as it was written; nil: it has none
	held  []uint64 // fids
	part  bool     // of a snapshot more is to come
	live  bool     // since it connected: all in view was here
	event uint64   // the last one's sequence
}

// join connects and asks for the view: from where it was, if it has been live.
func (m *member) join(ctx context.Context) (err error) {
	o := m.audience.o
	from := net.IPv4(127, 0, 1, byte(1+m.number%100))
	if m.wire, err = dialWire(ctx, from, o.Server, o.Path, o.Protocol, o.Token); err != nil {
		return fmt.Errorf("client %d: %w", m.number, err)
	}
	m.live, m.part = false, false
	m.wire.skim = m.skim
	switch o.Protocol {
	case stream.ProtocolBinary:
		err = m.wire.send(opBinary, m.askBinary())
	case stream.Protocol:
		err = m.wire.send(opText, m.askJSON())
	default:
		m.isLive() // it is told the same as all others, unasked
	}
	return err
}

// box is what the member looks at: its own square, or all there is.
func (m *member) box() (west, south, east, north float64) {
	b := ground(m.audience.o.All)
	if m.audience.o.Metres > 0 {
		b = m.audience.places[m.number]
	}
	return b.Min[0], b.Min[1], b.Max[0], b.Max[1]
}

// phoneZoom is that of phones: things are told one by one.
const phoneZoom = 16

func (m *member) askBinary() []byte {
	zoom := float64(phoneZoom)
	v := &pb.View{Id: "v", Layers: &pb.Names{Name: []string{assets.Sensor.Layer()}}, Zoom: &zoom, Bbox: new(pb.BBox)}
	v.Bbox.West, v.Bbox.South, v.Bbox.East, v.Bbox.North = m.box()
	if m.at != nil {
		v.Position = new(pb.Position)
		if err := proto.Unmarshal(m.at, v.Position); err != nil {
			panic(err) // it came from a message that was whole
		}
		var last uint64
		for _, fid := range m.held {
			v.Held = append(v.Held, fid-last)
			last = fid
		}
	}
	b, err := proto.Marshal(&pb.Ask{Ask: &pb.Ask_Subscribe{Subscribe: v}})
	if err != nil {
		panic(err)
	}
	return b
}

func (m *member) askJSON() []byte {
	west, south, east, north := m.box()
	b, err := json.Marshal(map[string]any{"type": "subscribe", "id": "v", "layers": []string{assets.Sensor.Layer()},
		"bbox": []float64{west, south, east, north}, "zoom": phoneZoom})
	if err != nil {
		panic(err)
	}
	return b
}

// read takes what comes until the line is broken.
func (m *member) read() {
	for {
		if err := m.wire.receive(m.take); err != nil {
			if !m.cut.Load() {
				m.audience.lost(fmt.Errorf("client %d: %w", m.number, err))
			}
			_ = m.wire.conn.Close()
			return
		}
	}
}

func (m *member) take(opcode byte, payload []byte) error {
	switch opcode {
	case opPing:
		return m.wire.send(opPong, payload)
	case opPong:
		return nil
	case opClose:
		return fmt.Errorf("closed: %q", payload)
	}
	m.audience.seen.frames.Add(1)
	m.audience.seen.bytes.Add(int64(len(payload)))
	switch m.audience.o.Protocol {
	case stream.ProtocolBinary:
		return m.takeBinary(payload)
	case stream.Protocol:
		return m.takeJSON(payload)
	}
	return nil
}

func (m *member) takeBinary(payload []byte) error {
	t, err := readTell(payload)
	if err != nil {
		return err
	}
	seen := &m.audience.seen
	switch t.kind {
	case tellSnapshot:
		seen.snapshots.Add(1)
		m.hold(payload, t)
	case tellDelta:
		seen.updates.Add(int64(t.updates))
		m.at = append(m.at[:0], t.at...)
		m.isLive()
		if m.watched {
			return m.watch(payload)
		}
	case tellEvent:
		seen.events.Add(1)
		if t.event <= m.event {
			return fmt.Errorf("event %d after event %d", t.event, m.event)
		}
		m.event = t.event
	case tellSlow:
		seen.slow.Add(1)
	case tellResync:
		seen.resyncs.Add(1)
	case tellError, tellBye:
		return fmt.Errorf("told %q", payload)
	}
	return nil
}

// hold notes what a part of a snapshot brings: it is needed to resume.
func (m *member) hold(payload []byte, t tell) {
	var tell pb.Tell
	if err := proto.Unmarshal(payload, &tell); err != nil {
		panic(err) // its outline was read
	}
	if !m.part {
		m.held = nil
	}
	m.part = t.more
	m.held = fidsOf(m.held, tell.GetSnapshot().GetObjects())
	m.at = append(m.at[:0], t.at...)
	if !t.more {
		m.held = slices.Clip(m.held)
		m.isLive()
	}
}

// isLive notes that all in view is here.
func (m *member) isLive() {
	if !m.live {
		m.live = true
		m.audience.arrived()
	}
}

// watch notes how old the news of a delta is.
func (m *member) watch(payload []byte) error {
	var tell pb.Tell
	if err := proto.Unmarshal(payload, &tell); err != nil {
		return err
	}
	times := timesOf(nil, tell.GetDelta().GetChanged())
	m.audience.aged(timesOf(times, tell.GetDelta().GetEntered()))
	return nil
}

// skim takes a long frame by its beginning, where that is enough.
func (m *member) skim(opcode byte, beginning []byte, size int) bool {
	delta := bytes.HasPrefix(beginning, deltaJSON)
	if m.watched || m.audience.o.Protocol == stream.ProtocolBinary || opcode >= opClose || opcode == opText && !delta {
		return false
	}
	m.audience.seen.frames.Add(1)
	m.audience.seen.bytes.Add(int64(size))
	if delta {
		m.audience.seen.deltas.Add(1)
	}
	return true
}

// How frames of JSON begin.
var (
	deltaJSON    = []byte(`{"type":"delta"`)
	snapshotJSON = []byte(`{"type":"snapshot"`)
)

// takeJSON decodes the snapshot, and what watched members get: all others of the
// view are told the same.
func (m *member) takeJSON(payload []byte) error {
	delta := bytes.HasPrefix(payload, deltaJSON)
	if delta {
		m.audience.seen.deltas.Add(1)
	}
	if delta && !m.watched || !delta && !bytes.HasPrefix(payload, snapshotJSON) {
		return nil
	}
	var f frame
	if err := json.Unmarshal(payload, &f); err != nil {
		return err
	}
	if !delta {
		if !f.More {
			m.isLive()
		}
		return nil
	}
	m.audience.seen.sampled.Add(int64(len(f.Upsert)))
	m.audience.seen.sampledDeltas.Add(1)
	var times []int64
	for _, o := range f.Upsert {
		if !o.Time.IsZero() {
			times = append(times, o.Time.UnixMilli())
		}
	}
	m.audience.aged(times)
	return nil
}

// place is a member's square, somewhere on the ground.
func (c *audience) place() {
	c.places = make([]box, c.o.Clients)
	r := newMaker().rand
	for i := range c.places {
		c.places[i] = squareAt(within(r, ground(c.o.All)), c.o.Metres)
	}
}

// ages are the times since, in milliseconds.
func ages(times []int64, now time.Time) []time.Duration {
	out := make([]time.Duration, len(times))
	for i, t := range times {
		out[i] = now.Sub(time.UnixMilli(t))
	}
	return out
}
