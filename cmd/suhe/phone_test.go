package main

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"google.golang.org/protobuf/proto"

	"suhe/stream"
	pb "suhe/stream/suhev1"
)

// phone is a client of the stream as one should be: it keeps a picture of what it
// looks at, notes every event, and comes back when its line breaks, to go on from
// where it was.
type phone struct {
	s    *served
	box  [4]float64 // west, south, east, north
	stay bool       // it does not come back

	mu      sync.Mutex
	online  bool
	picture map[uint64]shown // by fid
	at      *pb.Position     // of the picture; nil: there is none yet
	part    bool             // of a snapshot more is to come
	whole   bool             // on line, and what it shows is as the server said
	wholeAt time.Time
	event   uint64 // the last one's number; 0: none is known, since nothing is shown
	resyncs int
	bye     *pb.Bye
	ages    []time.Duration // of what changed, when it came
	wrong   error           // the first thing that a server must not do
}

// shown is what a phone knows of a thing.
type shown struct {
	state uint32
	time  int64
	value float64
}

// phones starts phones that each look at one of the boxes, and waits until all
// show it. They end with the test, or with stop.
func phones(t *testing.T, s *served, n int, boxes [][4]float64) (all []*phone, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	for i := range n {
		p := &phone{s: s, box: boxes[i%len(boxes)], picture: map[uint64]shown{}}
		all = append(all, p)
		running.Go(func() { p.run(ctx) })
	}
	stop = func() {
		cancel()
		running.Wait()
	}
	t.Cleanup(stop)
	for _, p := range all {
		eventually(t, "a phone's picture", p.isWhole)
	}
	return all, stop
}

// run connects again and again, later and later.
func (p *phone) run(ctx context.Context) {
	const first, most = 50 * time.Millisecond, time.Second
	for wait := first; ctx.Err() == nil; {
		if p.connected(ctx) {
			wait = first
		}
		if p.stay {
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait/2 + rand.N(wait)):
		}
		wait = min(2*wait, most)
	}
}

// connected follows the stream until its end, and says whether it was there.
func (p *phone) connected(ctx context.Context) bool {
	dialer := websocket.Dialer{Subprotocols: []string{stream.ProtocolBinary}, HandshakeTimeout: patience, ReadBufferSize: 1024, WriteBufferSize: 1024}
	conn, _, err := dialer.DialContext(ctx, "ws://"+p.s.http+"/v1/stream", p.s.header())
	if err != nil {
		return false
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	question := p.begin()
	defer p.end()
	if conn.WriteMessage(websocket.BinaryMessage, question) != nil {
		return false
	}
	for {
		_, message, err := conn.ReadMessage()
		if err != nil {
			return true
		}
		p.mu.Lock()
		if wrong := p.take(message); wrong != nil && p.wrong == nil {
			p.wrong = wrong
		}
		p.mu.Unlock()
	}
}

// begin notes that there is a line, and returns what to ask.
func (p *phone) begin() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.online, p.part = true, false
	return p.question()
}

// end notes that there is none.
func (p *phone) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.online, p.whole = false, false
}

// isOnline says whether the phone has a line.
func (p *phone) isOnline() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.online
}

// lastEvent is the number of the last event that it was told of.
func (p *phone) lastEvent() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.event
}

// question asks for the view: all of it, or what became of the picture since.
func (p *phone) question() []byte {
	zoom := 16.0
	v := &pb.View{Id: "v", Layers: &pb.Names{Name: []string{"sensors"}}, Zoom: &zoom,
		Bbox: &pb.BBox{West: p.box[0], South: p.box[1], East: p.box[2], North: p.box[3]}, Position: p.at}
	if p.at != nil {
		last := uint64(0)
		for _, fid := range slices.Sorted(maps.Keys(p.picture)) {
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

// take does what a message says.
func (p *phone) take(message []byte) error {
	var m pb.Tell
	if err := proto.Unmarshal(message, &m); err != nil {
		return err
	}
	switch m := m.Tell.(type) {
	case *pb.Tell_Snapshot:
		if !p.part {
			clear(p.picture)
		}
		p.part = m.Snapshot.More
		p.put(m.Snapshot.Objects)
		p.event = max(p.event, m.Snapshot.Position.GetEvents()) // those before are of the past
		p.reach(m.Snapshot.Position, !p.part)
	case *pb.Tell_Delta:
		return p.delta(m.Delta)
	case *pb.Tell_Event:
		if p.event > 0 && m.Event.Seq > p.event+1 {
			return fmt.Errorf("event %d after event %d", m.Event.Seq, p.event)
		}
		p.event = max(p.event, m.Event.Seq) // one that came before: the position is of the picture
	case *pb.Tell_Resync:
		p.resyncs++
		p.event = 0
	case *pb.Tell_Error:
		return fmt.Errorf("told %s", m.Error.Reason)
	case *pb.Tell_Bye:
		p.bye = m.Bye
	}
	return nil
}

func (p *phone) delta(d *pb.Delta) error {
	fid := uint64(0)
	for _, step := range d.Remove {
		fid += step
		delete(p.picture, fid)
	}
	fid = 0
	for _, step := range d.Changed.GetFid() {
		fid += step
		if _, held := p.picture[fid]; !held {
			return fmt.Errorf("object %d changed, which is not held", fid)
		}
	}
	p.put(d.Entered)
	p.put(d.Changed)
	p.reach(d.Position, true)
	return nil
}

// put takes the objects into the picture, and notes how old the news of them is.
func (p *phone) put(o *pb.Objects) {
	now := time.Now()
	var fid uint64
	var at int64
	value := 0
	for i, step := range o.GetFid() {
		fid += step
		at += o.Time[i]
		is := shown{state: o.State[i], value: math.NaN()}
		if o.Heard[i] > 0 {
			is.time = at
			if p.whole && len(p.ages) < cap(p.ages) {
				p.ages = append(p.ages, now.Sub(time.UnixMilli(at)))
			}
		}
		if o.Values[i] > 0 {
			is.value = o.Value[value]
			value += int(o.Values[i])
		}
		p.picture[fid] = is
	}
}

// reach notes up to where the picture is right.
func (p *phone) reach(at *pb.Position, whole bool) {
	p.at = at
	if whole && !p.whole {
		p.whole, p.wholeAt = true, time.Now()
	}
}

func (p *phone) isWhole() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.whole
}

// shows says whether the phone shows the same as another.
func (p *phone) shows(other *phone) bool {
	other.mu.Lock()
	want := maps.Clone(other.picture)
	other.mu.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.EqualFunc(p.picture, want, func(a, b shown) bool {
		return a.state == b.state && a.time == b.time && (a.value == b.value || math.IsNaN(a.value) && math.IsNaN(b.value))
	})
}

// watchAges makes the phones note how old news is, from now on; agesOf returns it.
func watchAges(all []*phone) {
	for _, p := range all {
		p.mu.Lock()
		p.ages = make([]time.Duration, 0, 1000)
		p.mu.Unlock()
	}
}

func agesOf(all []*phone) (out []time.Duration) {
	for _, p := range all {
		p.mu.Lock()
		out = append(out, p.ages...)
		p.ages = nil
		p.mu.Unlock()
	}
	slices.Sort(out)
	return out
}

// share is the time that so many of the sorted times are not above.
func share(times []time.Duration, of float64) time.Duration {
	if len(times) == 0 {
		return 0
	}
	return times[min(len(times)-1, int(of*float64(len(times))))]
}

// noneWrong fails the test with what a server must not do.
func noneWrong(t *testing.T, all []*phone) {
	t.Helper()
	for i, p := range all {
		p.mu.Lock()
		if p.wrong != nil {
			t.Errorf("phone %d: %v", i, p.wrong)
		}
		p.mu.Unlock()
		if t.Failed() {
			return
		}
	}
}

// spread registers sensors on a square of 4 by 4 boxes, as many in each, and
// returns the ids and the boxes.
func spread(t *testing.T, s *served, n int) (ids []string, boxes [][4]float64) {
	t.Helper()
	const west, south, side = 121.40, 31.22, 0.002
	for i := range 16 {
		x, y := west+side*float64(i%4), south+side*float64(i/4)
		boxes = append(boxes, [4]float64{x, y, x + 0.9*side, y + 0.9*side})
	}
	for i := range n {
		b := boxes[i%len(boxes)]
		ids = append(ids, fmt.Sprintf("spread-%d", i))
		rename(t, s, ids[i], fmt.Sprint("水位计 ", i), (b[0]+b[2])/2, (b[1]+b[3])/2)
	}
	return ids, boxes
}
