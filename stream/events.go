package stream

import "suhe/twin"

// eventsKept is how many events a session may be behind.
const eventsKept = 4096

// ring holds the last events, shared by all sessions: none has a queue of its
// own. Its owner's lock guards it.
type ring struct {
	last   uint64 // everything up to this sequence has come
	events []twin.Event
}

// add appends the events, oldest first, the last of which is the event last;
// it says whether there were any.
func (r *ring) add(events []twin.Event, last uint64) bool {
	r.events = append(r.events, events...)
	r.last = last
	if extra := len(r.events) - 2*eventsKept; extra > 0 {
		r.events = append([]twin.Event(nil), r.events[len(r.events)-eventsKept:]...)
	}
	return len(events) > 0
}

// after returns the events after a sequence, at most n; lost says that some of
// them are no longer here.
func (r *ring) after(seq uint64, n int) (out []twin.Event, lost bool) {
	if seq >= r.last {
		return nil, false
	}
	if len(r.events) == 0 || r.events[0].Seq > seq+1 {
		return nil, true
	}
	i := 0
	for r.events[i].Seq <= seq {
		i++
	}
	return r.events[i:min(i+n, len(r.events))], false
}
