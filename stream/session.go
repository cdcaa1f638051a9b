package stream

import (
	"fmt"
	"sync"
	"time"

	"suhe/internal/access"
	"suhe/twin"
)

// maxControl bounds what a client has yet to read of answers and errors, in bytes.
const maxControl = 64 << 10

// session is one client. Its reader changes the views, its writer sends; both
// are goroutines of its own.
type session struct {
	hub  *Hub
	who  access.Principal
	wake chan struct{} // the writer has something to look at

	mu      sync.Mutex
	views   map[string]*view
	control [][]byte // frames to send before all others
	bytes   int      // of control
	end     *byeFrame
	seen    uint64 // the last event that was sent
}

func newSession(h *Hub, who access.Principal) *session {
	return &session{hub: h, who: who, wake: make(chan struct{}, 1), views: make(map[string]*view)}
}

// nudge wakes the writer.
func (s *session) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// send queues a frame that is no state; a client that lets them pile up is too slow.
func (s *session) send(frame any) {
	b := encode(frame)
	s.mu.Lock()
	s.control = append(s.control, b)
	s.bytes += len(b)
	behind := s.bytes
	s.mu.Unlock()
	if behind > maxControl {
		s.bye(codeSlow, fmt.Sprintf("%d bytes of answers unread", behind))
	}
	s.nudge()
}

// bye ends the session with the reason, the first of several.
func (s *session) bye(c Code, reason string) {
	s.mu.Lock()
	if s.end == nil {
		s.end = &byeFrame{"bye", c.Number, c.Name, reason, c.Reconnect}
	}
	s.mu.Unlock()
	s.nudge()
}

// refuse answers a request that cannot be done; the session goes on.
func (s *session) refuse(id string, err error) { s.send(errorFrame{"error", id, err.Error()}) }

// handle does what a message asks. An error of it is a bad message.
func (s *session) handle(message []byte) {
	r, err := parse(message)
	if err != nil {
		s.bye(codeBadMessage, err.Error())
		return
	}
	switch r.Type {
	case "subscribe":
		s.subscribe(r)
	case "update":
		s.update(r)
	case "unsubscribe":
		s.unsubscribe(r)
	}
}

func (s *session) view(id string) *view {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.views[id]
}

// subscribe opens a view, in place of one of the same id.
func (s *session) subscribe(r request) {
	look, err := r.look(scope{}, s.hub.o.Painted)
	if err != nil {
		s.refuse(r.ID, err)
		return
	}
	s.unsubscribe(r)
	v := newView(r.ID, s, look)
	if !s.add(v) {
		s.bye(codeTooMany, fmt.Sprintf("more than %d views", maxViews))
		return
	}
	// Watch first, then the position, then the state: what happens between is seen twice, never missed.
	s.hub.watch(v, look, nil)
	at := s.hub.marked()
	things := s.hub.inView(s, look)
	if len(things) > maxHeld {
		s.unsubscribe(r)
		s.refuse(r.ID, fmt.Errorf("bbox: %d objects in view, want at most %d: zoom in", len(things), maxHeld))
		return
	}
	s.start(v, r, things, at)
}

// add registers a view, unless there are too many.
func (s *session) add(v *view) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.views) >= maxViews {
		return false
	}
	s.views[v.id] = v
	return true
}

// start answers a subscribe: with the difference if the client can go on from
// where it was, else with a snapshot.
func (s *session) start(v *view, r request, things []*twin.Thing, at twin.Position) {
	defer s.nudge()
	if r.Position == nil {
		v.begin(things, at)
		return
	}
	if p := *r.Position; p.Epoch != at.Epoch || p.Obs > at.Obs || p.Events > at.Events {
		s.send(resyncFrame{"resync", v.id, fmt.Sprintf("position %+v is of another epoch or time than %+v", p, at)})
		v.begin(things, at)
		return
	}
	if !s.rewind(r.Position.Events) {
		s.send(resyncFrame{"resync", v.id, fmt.Sprintf("events after %d are no longer here", r.Position.Events)})
		v.begin(things, at)
		return
	}
	v.mu.Lock()
	for _, fid := range r.Held {
		v.held[fid] = struct{}{}
	}
	v.told = *r.Position
	v.mu.Unlock()
	v.differ(things, func(t *twin.Thing) bool {
		return t.Changed.Obs > r.Position.Obs || t.Changed.Events > r.Position.Events
	})
}

// rewind makes the session send the events after a sequence, if they are still here.
func (s *session) rewind(seq uint64) bool {
	s.hub.state.Lock()
	_, lost := s.hub.events.after(seq, 1)
	s.hub.state.Unlock()
	if lost {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = min(s.seen, seq)
	return true
}

// update moves a view; the client gets what enters and leaves.
func (s *session) update(r request) {
	v := s.view(r.ID)
	if v == nil {
		s.refuse(r.ID, fmt.Errorf("id: %q is no view of this session", r.ID))
		return
	}
	v.mu.Lock()
	was := v.scope
	v.mu.Unlock()
	look, err := r.look(was, s.hub.o.Painted)
	if err != nil {
		s.refuse(r.ID, err)
		return
	}
	things := s.hub.inView(s, look)
	if len(things) > maxHeld {
		s.refuse(r.ID, fmt.Errorf("bbox: %d objects in view, want at most %d: zoom in", len(things), maxHeld))
		return
	}
	// Watch first: what enters the view by its new scope and changes again at once
	// must be marked. What leaves the old one unwatched differ finds.
	s.hub.watch(v, look, r.Position)
	v.mu.Lock()
	v.scope = look
	for _, fid := range v.snapshot {
		v.dirty[fid] = struct{}{} // what the snapshot still owed is decided anew
	}
	v.snapshot = nil
	v.mu.Unlock()
	v.differ(s.hub.inView(s, look), func(*twin.Thing) bool { return false })
	s.nudge()
}

// unsubscribe closes a view; one that is not there is closed already.
func (s *session) unsubscribe(r request) {
	s.mu.Lock()
	v := s.views[r.ID]
	delete(s.views, r.ID)
	s.mu.Unlock()
	if v != nil {
		s.hub.unwatch(v)
	}
}

// next returns what is to be sent next, or nil; last says that it is the end.
func (s *session) next() (frame []byte, last *byeFrame) {
	s.mu.Lock()
	if s.end != nil {
		defer s.mu.Unlock()
		return encode(s.end), s.end
	}
	if len(s.control) > 0 {
		defer s.mu.Unlock()
		frame = s.control[0]
		s.control = s.control[1:]
		s.bytes -= len(frame)
		return frame, nil
	}
	views := make([]*view, 0, len(s.views))
	for _, v := range s.views {
		views = append(views, v)
	}
	s.mu.Unlock()
	// The position comes first: every event up to it is sent before it is told.
	at := s.hub.marked()
	if frame := s.nextEvent(views); frame != nil {
		return frame, nil
	}
	// And all news of tiles: a client goes on from the position of a delta.
	for _, v := range views {
		if frame := v.canvas.next(at); frame != nil {
			return frame, nil
		}
	}
	for _, v := range views {
		if frame := v.next(s.hub, at); frame != nil {
			return frame, nil
		}
	}
	return nil, nil
}

// nextEvent returns the next event of a layer that the session looks at.
func (s *session) nextEvent(views []*view) []byte {
	for {
		e, ok := s.takeEvent()
		if !ok {
			return nil
		}
		if s.wants(e, views) {
			body := eventBody{Seq: e.Seq, Time: stamp(e.Time), Type: e.Type, FID: e.FID, ID: e.ID}
			if e.Asset != nil {
				body.Layer = e.Asset.Kind.Layer()
			}
			return encode(eventFrame{"event", body})
		}
	}
}

// takeEvent returns the event behind the last one and goes on to it.
func (s *session) takeEvent() (twin.Event, bool) {
	s.hub.state.Lock()
	defer s.hub.state.Unlock()
	s.mu.Lock()
	events, lost := s.hub.events.after(s.seen, 1)
	if len(events) == 1 {
		s.seen = events[0].Seq
	}
	s.mu.Unlock()
	switch {
	case lost:
		s.bye(codeSlow, fmt.Sprintf("more than %d events behind", eventsKept))
		fallthrough
	case len(events) == 0:
		return twin.Event{}, false
	}
	return events[0], true
}

// wants says whether the event is of a layer that a view looks at. Of a removed
// asset only those are told who could see it: they hold it, and get its removal
// as state; the event goes to whoever sees everything.
func (s *session) wants(e twin.Event, views []*view) bool {
	if e.Asset == nil {
		return len(views) > 0 && s.who.Scope.May(access.View)
	}
	if !s.who.Scope.Sees(e.Asset) {
		return false
	}
	for _, v := range views {
		v.mu.Lock()
		kinds := v.scope.kinds
		v.mu.Unlock()
		for _, k := range kinds {
			if k == e.Asset.Kind {
				return true
			}
		}
	}
	return false
}

// now is a time frame: it shows a quiet client that the server lives.
func (s *session) now() []byte {
	return encode(timeFrame{"time", s.hub.marked(), stamp(time.Now())})
}
