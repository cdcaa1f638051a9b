package stream

import "suhe/twin"

// eventsKept is how many events a session may be behind.
const eventsKept = 4096

// ring holds the last events, shared by all sessions: none has a queue of its
// own. Its owner's lock guards it.
type ring struct {
	last   uint64 // sequence of the newest event
	events []twin.Event
}

// add appends the events, oldest first, and says whether there were any.
func (r *ring) add(events []twin.Event) bool {
	for _, e := range events {
		r.events = append(r.events, e)
		r.last = e.Seq
	}
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
