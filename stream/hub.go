package stream

import (
	"context"
	"log/slog"
	"math"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"github.com/paulmach/orb"
	"github.com/prometheus/client_golang/prometheus"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/audit"
	"suhe/twin"
)

// World is what the stream needs of the twin.
type World interface {
	// Look appends the things of the kinds whose boxes touch b, all of one batch,
	// whose number it returns.
	Look(dst []*twin.Thing, kinds []assets.Kind, b orb.Bound) (things []*twin.Thing, shown uint64)
	// Shown is the number of the last batch that can be seen.
	Shown() uint64
	Position() twin.Position
}

// Options are a Hub's settings; zero means the default.
type Options struct {
	World    World                    // must be set
	Ground   Ground                   // to find areas and stretches of the creek
	Clusters Clusters                 // nil: nothing is counted, all is told one by one
	Past     Past                     // nil: events of before the hub began cannot be had
	Admit    Admit                    // nil: there are no logins
	Watched  func(audit.Origin) error // somebody is about to see where movers are; its error refuses that; nil: nobody is told
	Delayed  bool                     // it tells of the public view, to those alone who may see no other
	Tell     func(data []byte) error  // to the hubs of other nodes, which take it with Heard; nil: there are none
	Tick     time.Duration            // between two looks at what changed; default 100 ms
	Rest     time.Duration            // between two deltas of a view, up to half as long again if there is too much to write; default 200 ms, or none if Tick is given
	Beat     time.Duration            // between two time frames; default 15 s
	Recount  time.Duration            // between two countings for views that are zoomed out; default 1 s
	Origin   func(*http.Request) bool // whether a page of the request's Origin may connect; nil: those of our own host
	Sessions int                      // at most; default 12,000
	Painted  []Painted                // layers of tiles that clients may have; default one of each kind
	Calm     Calm                     // which of their tiles are repainted from time to time only
	Now      func() time.Time         // default time.Now
	Log      *slog.Logger             // default slog.Default
	Metrics  prometheus.Registerer    // nil: none

	// Sensitivity is that of a field, which decides whom it is told; default that of
	// the built-in class tables.
	Sensitivity func(field string) assets.Sensitivity
}

// Admit says whose ticket or token it is. Of the two one is empty.
type Admit func(ticket, token string) (access.Principal, error)

// Hub tells sessions what changes. It is a twin.Sink.
type Hub struct {
	o         Options
	upgrader  websocket.Upgrader
	written   written
	metrics   metrics
	presence  presence
	sessions  sync.WaitGroup
	pastReads chan struct{}
	writers   writers
	writing   atomic.Int32                           // connections that are written to, or wait for it
	behind    time.Duration                          // how long a client that is ahead of us waits
	chance    func(less time.Duration) time.Duration // draws from 0 to less than that, by which clients are kept apart
	bounds    bounds

	mu      sync.Mutex
	pending pending // since the last tick

	marking  sync.Mutex // one tick, or one change of what is watched, at a time; taken before state
	lenses   lenses
	formers  formers
	canvases cells[*canvas]
	redrawn  redrawn
	resting  resting
	shown    uint64        // everything up to this batch has been marked
	rest     time.Duration // between two deltas of a view that does not ask for less, as of now

	state   sync.Mutex
	live    map[*session]struct{}
	coming  int           // sessions that have a place and are not yet live
	at      twin.Position // everything up to here has been marked
	moved   chan struct{} // closed when at moves; nil if nobody waits
	events  ring
	stopped bool
}

var _ twin.Sink = (*Hub)(nil)

// New makes a hub; it tells nothing until Run.
func New(o Options) *Hub {
	if o.Tick <= 0 {
		o.Tick, o.Rest = 100*time.Millisecond, 200*time.Millisecond
	}
	if o.Beat <= 0 {
		o.Beat = 15 * time.Second
	}
	if o.Recount <= 0 {
		o.Recount = time.Second
	}
	if o.Sessions <= 0 {
		o.Sessions = 12_000
	}
	if o.Painted == nil {
		o.Painted = everyKind()
	}
	if o.Sensitivity == nil {
		o.Sensitivity = assets.DefaultClasses().FieldSensitivity
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	h := &Hub{o: o, live: make(map[*session]struct{}), metrics: newMetrics(o.Metrics), resting: resting{calm: o.Calm}, rest: o.Rest,
		pastReads: make(chan struct{}, pastReads), behind: 2 * time.Second, chance: rand.N[time.Duration], bounds: usualBounds()}
	h.events.kept = h.bounds.events
	h.upgrader = h.newUpgrader()
	return h
}

// Took notes a batch for the next tick.
func (h *Hub) Took(b twin.Batch) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.pending.add(b)
}

// Run ticks until ctx ends, then says goodbye to every session and returns when
// they are gone.
func (h *Hub) Run(ctx context.Context) {
	h.recall(ctx, h.marked().Events)
	h.run(ctx.Done())
	h.tick(h.o.Now())
	h.end()
}

// tick marks what came since the last tick and tells those who look at it.
func (h *Hub) tick(now time.Time) {
	h.mu.Lock()
	came := h.pending
	h.pending = pending{}
	h.mu.Unlock()
	h.beat(now)
	h.presence.nudge()
	h.gossip(now)
	h.marking.Lock()
	defer h.marking.Unlock()
	at := came.at
	if came.empty() {
		at = h.marked()
	} else {
		h.markTiles(came.batches, at)
		h.mark(came.gather())
		h.settle(came)
		h.written.turn()
	}
	for f := range h.resting.turn(now) {
		h.repaint(f, h.o.Calm.restful())
	}
	for _, l := range h.lenses.byKey {
		l.turn(h, at, now)
	}
	h.formers.drop(h.shown)
}

// settle moves the position: events first, since whoever is told of the position
// has been told of them.
func (h *Hub) settle(came pending) {
	h.shown = max(h.shown, came.shown)
	h.state.Lock()
	defer h.state.Unlock()
	news := h.events.add(came.events, came.at.Events)
	h.at = came.at
	if h.moved != nil {
		close(h.moved)
		h.moved = nil
	}
	if news {
		for s := range h.live {
			s.nudge()
		}
	}
}

// mark marks the changes for all who look where they are. The caller holds
// marking, as for all below.
func (h *Hub) mark(changes []told) {
	texts := make(map[string]string)
	for i := range changes {
		t := &changes[i]
		if t.fix(texts); t.stands {
			h.markAt(changes, i, t.is)
			continue
		}
		for _, one := range append([]*twin.Thing{t.was, t.is}, t.via...) {
			if one != nil {
				h.markAt(changes, i, one)
			}
		}
	}
	var numbers []int32
	for _, l := range h.lenses.byKey {
		numbers = l.gather(changes, numbers)
	}
	h.lenses.cells.clear()
	for i := range changes {
		changes[i].forget()
	}
}

// markAt marks a change where its thing was at a time.
func (h *Hub) markAt(changes []told, i int, one *twin.Thing) {
	box := boxOf(one)
	h.lenses.cells.mark(box, int32(i))
	h.formers.cells.touch(box, func(f *former) { f.mark(&changes[i]) })
}

// markTiles marks the tiles that the batches redraw. It comes before the position
// moves, so that no position that a client goes on from runs ahead of them.
func (h *Hub) markTiles(batches []twin.Batch, at twin.Position) {
	var redrawn []footprint
	for i := range batches {
		for _, c := range batches[i].Changes {
			redrawn = footprints(redrawn, h.o.Painted, c, at)
		}
	}
	h.redrawn.add(redrawn, at)
	h.resting.add(redrawn)
	for _, f := range redrawn {
		h.repaint(f, h.o.Calm.restless())
	}
}

// repaint marks what the footprint redraws at the zooms.
func (h *Hub) repaint(f footprint, at zooms) {
	h.canvases.touch(f.box, func(c *canvas) { c.mark(f, painting{}, at) })
}

// hello greets the client. Before it there is no time frame; the first of many clients that
// came at once are spread.
func (s *session) hello() {
	now, beat := s.hub.o.Now(), s.hub.o.Beat
	s.send(helloFrame{s.hub.marked(), now, int(math.Ceil(beat.Seconds())), s.name})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.beatAt = now.Add(beat/2 + s.hub.chance(beat/2+1))
}

// beat sends a time frame to those for whom it is time.
func (h *Hub) beat(now time.Time) {
	h.state.Lock()
	defer h.state.Unlock()
	for s := range h.live {
		if s.beats(now) {
			s.nudge()
		}
	}
}

// beats says whether it is time for a time frame, or for what a slow client
// waits for.
func (s *session) beats(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.beatAt.IsZero() || now.Before(s.beatAt) {
		return s.pace.interval() > 0
	}
	s.beatAt, s.beat = now.Add(s.hub.o.Beat), true
	return true
}

// The times of an end.
const (
	goodbye   = 8 * time.Second       // for clients to take their leave
	comeBack  = 10 * time.Millisecond // of spread for each client that has to come back
	latestRun = 15 * time.Second      // of spread at most
)

// end closes every session with "going away"; they are to come back spread over
// some time.
func (h *Hub) end() {
	h.state.Lock()
	h.stopped = true
	spread := max(time.Second, min(latestRun, time.Duration(len(h.live))*comeBack))
	for s := range h.live {
		s.bye(codeAway, "the server stops", h.chance(spread))
	}
	h.state.Unlock()
	late := time.AfterFunc(goodbye, h.cutAll)
	defer late.Stop()
	h.sessions.Wait()
}

// cutAll ends the sessions that have not taken their leave.
func (h *Hub) cutAll() {
	h.state.Lock()
	defer h.state.Unlock()
	for s := range h.live {
		s.cut()
	}
}

// join adds a session, unless the hub is full or ends.
func (h *Hub) join(s *session) bool {
	if !h.reserve() {
		return false
	}
	h.enter(s)
	return true
}

// reserve keeps a place for a session that is on its way, unless the hub is full or
// ends.
func (h *Hub) reserve() bool {
	h.state.Lock()
	defer h.state.Unlock()
	if h.stopped || len(h.live)+h.coming >= h.o.Sessions {
		return false
	}
	h.coming++
	h.sessions.Add(1)
	return true
}

// forgo gives a place back.
func (h *Hub) forgo() {
	h.state.Lock()
	defer h.state.Unlock()
	h.coming--
	h.sessions.Done()
}

// enter lets a session take its place.
func (h *Hub) enter(s *session) {
	at := h.marked()
	h.state.Lock()
	defer h.state.Unlock()
	h.coming--
	if h.stopped {
		s.bye(codeAway, "the server stops", comeBack)
	}
	s.seen = at.Events
	h.live[s] = struct{}{}
	h.metrics.sessions.Set(float64(len(h.live)))
}

// leave forgets a session and its views.
func (h *Hub) leave(s *session) {
	s.asking.Lock()
	s.gone = true
	s.asking.Unlock()
	h.presence.leave(s)
	h.marking.Lock()
	for _, v := range s.views {
		h.forget(v)
	}
	h.marking.Unlock()
	h.state.Lock()
	delete(h.live, s)
	h.metrics.sessions.Set(float64(len(h.live)))
	h.state.Unlock()
	h.sessions.Done()
}

// await waits a moment for the hub to reach a position: a client may come from a
// node that was faster.
func (h *Hub) await(p twin.Position) {
	late := time.After(h.behind)
	for {
		h.state.Lock()
		if h.at.Epoch != p.Epoch || !later(p, h.at) {
			h.state.Unlock()
			return
		}
		if h.moved == nil {
			h.moved = make(chan struct{})
		}
		moved := h.moved
		h.state.Unlock()
		select {
		case <-moved:
		case <-late:
			return
		}
	}
}

// marked is the position up to which everything has been marked. Before the first
// tick it is the world's when somebody first asked: who looks from then on sees
// what was before it.
func (h *Hub) marked() twin.Position {
	h.state.Lock()
	defer h.state.Unlock()
	if h.at == (twin.Position{}) {
		h.at = h.o.World.Position()
		h.events.last = max(h.events.last, h.at.Events)
	}
	return h.at
}
