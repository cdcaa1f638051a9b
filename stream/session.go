package stream

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/audit"
	"suhe/twin"
)

// maxControl bounds what a client has yet to read of answers and errors, in bytes.
const maxControl = 64 << 10

// session is one client. Whoever carries it hands in what the client says, and
// takes what is to be sent; it has no goroutine of its own.
type session struct {
	hub     *Hub
	name    string // for others
	format  format
	wake    func()       // there may be something to send
	cut     func()       // end at once a write that hangs
	writes  atomic.Int64 // Unix milliseconds since when a write is on its way; 0: none
	grant   atomic.Pointer[access.Principal]
	origin  audit.Origin // from where the client comes, and why
	pace    pace
	follows atomic.Bool // somebody's presence
	waits   *shared     // a frame that waits for what must be told before; the sender's

	asking sync.Mutex // one message of the client, or change of its rights, at a time
	gone   bool       // it takes no more of either

	mu      sync.Mutex
	asked   bool     // the client said something
	views   []*view  // replaced, never changed
	control [][]byte // frames to send before all others
	bytes   int      // of control
	end     *byeFrame
	seen    uint64       // the last event that was sent
	rewound bool         // it began with events of the past
	ahead   []twin.Event // that follow the last one, read from the log in one go
	beat    bool         // a time frame is due
	beatAt  time.Time    // of the next; zero before the client is greeted
}

func newSession(h *Hub, who access.Principal, f format, name string) *session {
	s := &session{hub: h, name: name, format: f, wake: func() {}, cut: func() {}}
	s.grant.Store(&who)
	return s
}

// who is whose session it is.
func (s *session) who() access.Principal { return *s.grant.Load() }

// nudge wakes whoever sends.
func (s *session) nudge() { s.wake() }

// stalls says whether the client does not take what is written, and since when.
func (s *session) stalls(now time.Time) (since time.Time, stalls bool) {
	writes := s.writes.Load()
	since = time.UnixMilli(writes)
	return since, writes != 0 && now.Sub(since) > stalled
}

// lag says whether the client is behind, or is told less often since it was.
func (s *session) lag(now time.Time) (slow bool) {
	since, stalls := s.stalls(now)
	return s.pace.note(stalls, since, now)
}

// send queues a frame that is no state; a client that lets them pile up is too slow.
func (s *session) send(frame any) {
	b := s.format.write(frame, nil)
	s.mu.Lock()
	s.control = append(s.control, b)
	s.bytes += len(b)
	behind := s.bytes
	s.mu.Unlock()
	if behind > maxControl {
		s.bye(codeSlow, fmt.Sprintf("%d bytes of answers unread", behind), 0)
	}
	s.nudge()
}

// bye ends the session with the reason, the first of several; after is how long
// the client should wait before it comes back.
func (s *session) bye(c Code, reason string, after time.Duration) {
	s.mu.Lock()
	if s.end == nil {
		s.end = &byeFrame{c, reason, after}
	}
	s.mu.Unlock()
	s.cut()
	s.nudge()
}

// refuse answers a request that cannot be done; the session goes on.
func (s *session) refuse(id string, err error) { s.send(errorFrame{id, err.Error()}) }

// handle does what a message asks. An error of it is a bad message.
func (s *session) handle(kind int, message []byte) {
	s.asking.Lock()
	defer s.asking.Unlock()
	s.mu.Lock()
	over, first := s.end != nil, !s.asked
	s.asked = true
	s.mu.Unlock()
	if over {
		return
	}
	a, err := s.format.parse(kind, message)
	if err != nil {
		s.bye(codeBadMessage, err.Error(), 0)
		return
	}
	if a.Type == askAuth {
		s.authenticate(a, first)
		return
	}
	if s.hub.o.Admit != nil && !s.who().Scope.May(access.View) {
		s.unknown()
		return
	}
	switch a.Type {
	case askSubscribe:
		s.subscribe(a)
	case askUpdate:
		s.update(a)
	case askUnsubscribe:
		s.unsubscribe(a.ID)
	case askPresent, askFollow:
		s.meet(a)
	}
}

// meet shows the session to others, or others to it. The public is nobody's company.
func (s *session) meet(a ask) {
	switch {
	case s.hub.o.Delayed:
		s.refuse("", fmt.Errorf("%w: %s: the public view shows nobody", access.ErrDenied, a.Type))
	case a.Type == askPresent:
		s.hub.presence.show(screen{session: s.name, name: a.Name, camera: a.Camera, selected: a.Selected, since: s.hub.o.Now(), scope: s.who().Scope})
	default:
		s.hub.presence.follow(s, a.Session)
	}
}

// authenticate makes the session that of whoever the ticket or token is of.
func (s *session) authenticate(a ask, first bool) {
	if !first || s.hub.o.Admit == nil {
		s.bye(codeBadMessage, "auth: want it as the first message, where there are logins", 0)
		return
	}
	who, err := s.hub.o.Admit(a.Ticket, a.Token)
	if err == nil {
		err = s.hub.admits(who)
	}
	if err != nil {
		s.bye(codeDenied, err.Error(), 0)
		return
	}
	s.grant.Store(&who)
}

// unknown ends the session of somebody who has still not said who he is.
func (s *session) unknown() {
	if !s.who().Scope.May(access.View) {
		s.bye(codeDenied, "say who you are first: auth", 0)
	}
}

func (s *session) view(id string) *view {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range s.views {
		if v.id == id {
			return v
		}
	}
	return nil
}

// subscribe opens a view, in place of one of the same id.
func (s *session) subscribe(a ask) {
	to, err := s.hub.look(a, nil, s.who().Scope)
	if err != nil {
		s.refuse(a.ID, err)
		return
	}
	if err := s.watches(to, nil); err != nil {
		s.refuse(a.ID, err)
		return
	}
	if s.unsubscribe(a.ID) && a.Position == nil {
		// Or the client could not tell the old view's frames from the new one's.
		s.send(resyncFrame{a.ID, "the view is opened anew"})
	}
	if a.Position != nil {
		s.hub.await(*a.Position)
	}
	anew := s.canGoOn(a.Position)
	v := newView(a.ID, s, to)
	from := a.Position
	if anew != nil {
		from = nil
	}
	if !s.add(v, from) {
		s.bye(codeTooMany, fmt.Sprintf("more than %d views", maxViews), 0)
		return
	}
	// Watch first, then the position, then the state: what happens between is seen
	// twice, never missed.
	at := s.hub.watch(v, to, nil)
	things, shown := s.hub.inView(s.who().Scope, to)
	if err := s.hub.tooMany(things); err != nil {
		s.unsubscribe(a.ID)
		s.refuse(a.ID, err)
		return
	}
	if anew == nil && a.Position != nil && (a.Position.Epoch != at.Epoch || later(*a.Position, at)) {
		anew = otherTime(*a.Position, at)
	}
	s.start(v, a, anew, things, shown, at)
	s.nudge()
}

func (h *Hub) tooMany(things []*twin.Thing) error {
	if most := h.bounds.held; len(things) > most {
		return fmt.Errorf("bbox: %d objects in view, want at most %d: zoom in, or filter", len(things), most)
	}
	return nil
}

// add registers a view, unless there are too many. If it goes on from a position the
// events after that come before those of now: from one moment to the next the
// session wants them, and goes back to them.
func (s *session) add(v *view, from *twin.Position) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.views) >= maxViews {
		return false
	}
	s.views = append(slices.Clip(s.views), v)
	if from != nil && from.Events < s.seen {
		s.seen, s.rewound, s.ahead = from.Events, true, nil
	}
	return true
}

// canGoOn says whether the client can go on from where it was; an error, why it must
// begin anew.
func (s *session) canGoOn(from *twin.Position) error {
	if from == nil {
		return nil
	}
	if at := s.hub.marked(); from.Epoch != at.Epoch || later(*from, at) {
		return otherTime(*from, at)
	}
	return s.hub.reach(from.Events)
}

func otherTime(p, at twin.Position) error {
	return fmt.Errorf("position %+v is of another epoch or time than %+v", p, at)
}

// start answers a subscribe: with the difference if the client goes on from where
// it was, else with a snapshot; anew says why it cannot go on.
func (s *session) start(v *view, a ask, anew error, things []*twin.Thing, shown uint64, at twin.Position) {
	if anew != nil {
		s.send(resyncFrame{v.id, anew.Error()})
	}
	if a.Position == nil || anew != nil || a.afresh {
		v.begin(things, shown, at)
		return
	}
	v.resume(a.Held, *a.Position, things, shown, at)
}

// watches tells that a view is about to show where movers are, which the one before
// did not: once for each view.
func (s *session) watches(to, was *look) error {
	who := s.who()
	if s.hub.o.Watched == nil || !who.Scope.SeesMovers() || !slices.Contains(to.layers, assets.Mover) ||
		was != nil && slices.Contains(was.layers, assets.Mover) {
		return nil
	}
	return s.hub.o.Watched(who.Acts(s.origin))
}

// update moves a view; the client gets what enters and leaves.
func (s *session) update(a ask) {
	v := s.view(a.ID)
	if v == nil {
		s.refuse(a.ID, fmt.Errorf("id: %q is no view of this session", a.ID))
		return
	}
	scope := s.who().Scope
	to, err := s.hub.look(a, v.looks(), scope)
	if err != nil {
		s.refuse(a.ID, err)
		return
	}
	if err := s.watches(to, v.looks()); err != nil {
		s.refuse(a.ID, err)
		return
	}
	things, _ := s.hub.inView(scope, to)
	if err := s.hub.tooMany(things); err != nil {
		s.refuse(a.ID, err)
		return
	}
	s.move(v, to, scope, scope, a.Position)
	s.nudge()
}

// move makes a view look at something else, or with other rights.
func (s *session) move(v *view, to *look, was, is access.Scope, since *twin.Position) {
	from := v.looks()
	at, f := s.hub.rewatch(v, from, to, was, since)
	if f == nil {
		things, shown := s.hub.inView(is, to)
		s.send(resyncFrame{v.id, "the view moves faster than it can be told"})
		v.mu.Lock()
		v.look = to
		v.restart(things, shown, at)
		v.mu.Unlock()
		return
	}
	before, _ := s.hub.inView(was, from)
	now, shown := s.hub.inView(is, to)
	s.hub.saw(f, shown)
	v.move(to, was, is, before, now, shown, at)
}

// unsubscribe closes a view, and says whether it was there.
func (s *session) unsubscribe(id string) bool {
	v := s.view(id)
	if v == nil {
		return false
	}
	s.mu.Lock()
	s.views = slices.DeleteFunc(slices.Clone(s.views), func(w *view) bool { return w == v })
	s.mu.Unlock()
	s.hub.unwatch(v)
	return true
}

// regrant gives the session other rights; its views get what enters and leaves. A
// view that filters by what may be shown no more loses all that it has.
func (s *session) regrant(who access.Principal) {
	s.asking.Lock()
	defer s.asking.Unlock()
	if s.gone {
		return
	}
	was := s.who()
	s.grant.Store(&who)
	if err := s.hub.admits(who); err != nil {
		s.bye(codeDenied, err.Error(), 0)
		return
	}
	s.mu.Lock()
	views := s.views
	s.mu.Unlock()
	for _, v := range views {
		from := v.looks()
		to, err := s.hub.limited(*from, who.Scope)
		if err != nil {
			to = from.blind()
			s.refuse(v.id, err)
		}
		s.move(v, to, was.Scope, who.Scope, nil)
	}
	s.hub.presence.regrant(s)
	s.nudge()
}

// admits refuses those who look at another hub: who sees the public view looks at
// its own, and nobody else does. Who may not look at all sees nothing in either.
func (h *Hub) admits(who access.Principal) error {
	if who.Scope.May(access.View) && who.Scope.Delayed() != h.o.Delayed {
		return fmt.Errorf("%w: %s has another view: connect again", access.ErrDenied, who.ID)
	}
	return nil
}
