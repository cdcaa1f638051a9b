package stream

import (
	"slices"

	"suhe/internal/access"
	"suhe/twin"
)

// outgoing is a frame on its way. With last it is the end.
type outgoing struct {
	*shared
	last *byeFrame
}

// next returns what is to be sent next; false if nothing is.
func (s *session) next() (outgoing, bool) {
	s.mu.Lock()
	if s.end != nil {
		defer s.mu.Unlock()
		return s.outgoing(*s.end, s.end), true
	}
	if len(s.control) > 0 {
		defer s.mu.Unlock()
		frame := s.control[0]
		s.control = s.control[1:]
		s.bytes -= len(frame)
		return outgoing{shared: &shared{data: frame}}, true
	}
	views := s.views
	s.mu.Unlock()
	now := s.hub.o.Now()
	if f := s.pace.news(); f != nil {
		return s.outgoing(*f, nil), true
	}
	if f, ok := s.hub.presence.next(s); ok {
		return s.outgoing(f, nil), true
	}
	// The position comes first: every event up to it is sent before it is told.
	at := s.hub.marked()
	if e, ok := s.nextEvent(); ok {
		out := s.outgoing(eventFrame{e}, nil)
		out.at = twin.Position{Epoch: at.Epoch, Events: e.Seq}
		return out, true
	}
	if s.ending() {
		return s.next() // some events are lost to it: it is told no position behind them
	}
	// And all news of tiles: a client goes on from the position of a delta.
	for _, v := range views {
		if f, ok := v.canvas.next(at); ok {
			return s.outgoing(f, nil), true
		}
	}
	if frame := s.waits; frame != nil {
		s.waits = nil
		return outgoing{shared: frame}, true
	}
	for _, v := range views {
		frame := v.next(s.hub, now)
		if frame == nil {
			continue
		}
		if frame.at != (twin.Position{}) && (frame.at.Epoch != at.Epoch || later(frame.at, at)) {
			s.waits = frame // the hub has moved on since: there may be events to tell before
			return s.next()
		}
		return outgoing{shared: frame}, true
	}
	// A client that is told something knows that we live.
	s.mu.Lock()
	beat := s.beat
	s.beat = false
	s.mu.Unlock()
	if beat {
		return s.outgoing(timeFrame{at, now}, nil), true
	}
	return outgoing{}, false
}

func (s *session) outgoing(frame any, last *byeFrame) outgoing {
	return outgoing{&shared{data: s.format.write(frame, nil)}, last}
}

// nextEvent returns the next event of a layer that the session looks at.
func (s *session) nextEvent() (twin.Event, bool) {
	for {
		e, views, ok := s.takeEvent()
		if !ok || s.wants(e, views) {
			return e, ok
		}
	}
}

// takeEvent returns the event behind the last one and goes on to it, and the views
// that there were.
func (s *session) takeEvent() (e twin.Event, views []*view, ok bool) {
	for {
		s.mu.Lock()
		seen, rewound, events := s.seen, s.rewound, s.ahead
		views = s.views
		s.mu.Unlock()
		if len(events) == 0 {
			var err error
			if events, err = s.hub.eventsAfter(seen, rewound); err != nil {
				s.bye(codeSlow, err.Error(), 0)
			}
		}
		if len(events) == 0 {
			return e, nil, false
		}
		if s.took(seen, events) {
			return events[0], views, true
		}
	}
}

// took goes on to the first of the events, unless a view that goes on from before
// came in between.
func (s *session) took(seen uint64, events []twin.Event) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen != seen {
		return false
	}
	s.seen, s.ahead = events[0].Seq, events[1:]
	return true
}

// wants says whether the event is of an asset that the session sees, of a layer that
// a view looks at. Of a removed asset only those are told who saw it. What it was is
// not in the log: of an event from there only those are told who see everything;
// others get the removal as state.
func (s *session) wants(e twin.Event, views []*view) bool {
	scope, of := s.who().Scope, e.Asset
	if of == nil {
		of = e.Was
	}
	if of == nil {
		return len(views) > 0 && scope.Covers(access.Open())
	}
	return scope.Sees(of) && slices.ContainsFunc(views, func(v *view) bool { return slices.Contains(v.looks().layers, of.Kind) })
}
