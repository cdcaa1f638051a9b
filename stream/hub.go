package stream

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/paulmach/orb"
	"github.com/prometheus/client_golang/prometheus"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// World is what the stream needs of the twin.
type World interface {
	Within(dst []*twin.Thing, kind assets.Kind, b orb.Bound) []*twin.Thing
	ByFID(fid assets.FID) *twin.Thing
	Position() twin.Position
}

// Options are a Hub's settings; zero means the default.
type Options struct {
	World    World                 // must be set
	Tick     time.Duration         // between two looks at what changed; default 200 ms
	Beat     time.Duration         // between two time frames; default 15 s
	Origins  []string              // pages of other hosts that may connect, like https://map.example
	Sessions int                   // at most; default 10,000
	Painted  []Painted             // layers of tiles that clients may have; default one of each kind
	Calm     Calm                  // which of their tiles are repainted from time to time only
	Log      *slog.Logger          // default slog.Default
	Metrics  prometheus.Registerer // nil: none
}

// Hub tells sessions what changes. It is a twin.Sink.
type Hub struct {
	o        Options
	upgrader websocket.Upgrader
	encoded  encoded
	metrics  metrics
	sessions sync.WaitGroup

	mu      sync.Mutex
	pending []twin.Change // since the last tick
	news    []twin.Event  // since the last tick
	arrived twin.Position // of the last batch that came

	marking  sync.Mutex // one tick, or one change of what is watched, at a time; taken after state
	views    cells[*view]
	canvases cells[*canvas]
	redrawn  redrawn
	resting  resting

	state   sync.Mutex
	live    map[*session]struct{}
	at      twin.Position // everything up to here has been marked
	events  ring
	stopped bool
}

var _ twin.Sink = (*Hub)(nil)

// New makes a hub; it tells nothing until Run.
func New(o Options) *Hub {
	if o.Tick <= 0 {
		o.Tick = 200 * time.Millisecond
	}
	if o.Beat <= 0 {
		o.Beat = 15 * time.Second
	}
	if o.Sessions <= 0 {
		o.Sessions = 10_000
	}
	if o.Painted == nil {
		o.Painted = everyKind()
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	h := &Hub{o: o, live: make(map[*session]struct{}), metrics: newMetrics(o.Metrics), resting: resting{calm: o.Calm}}
	h.upgrader = h.newUpgrader()
	return h
}

// Took notes a batch for the next tick.
func (h *Hub) Took(b twin.Batch) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.pending = append(h.pending, b.Changes...)
	h.news = append(h.news, b.Events...)
	h.arrived = b.At
}

// Run ticks until ctx ends, then says goodbye to every session and returns when
// they are gone.
func (h *Hub) Run(ctx context.Context) {
	ticker := time.NewTicker(h.o.Tick)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			h.tick()
		case <-ctx.Done():
			h.tick()
			h.end()
			return
		}
	}
}

// tick marks what came since the last tick and wakes those who look at it.
func (h *Hub) tick() {
	h.mu.Lock()
	changes, news, at := h.pending, h.news, h.arrived
	h.pending, h.news = nil, nil
	h.mu.Unlock()
	if at == (twin.Position{}) {
		return
	}
	// Who is woken by a mark waits for the position, and sends it with what it got.
	h.state.Lock()
	defer h.state.Unlock()
	h.mark(changes, at)
	if at != h.at {
		h.encoded.turn()
	}
	h.at = at
	if h.events.add(news, at.Events) {
		for s := range h.live {
			s.nudge()
		}
	}
}

// mark marks the changes for all who look where they are: tiles first, so that
// no position that a client goes on from runs ahead of them.
func (h *Hub) mark(changes []twin.Change, at twin.Position) {
	h.marking.Lock()
	defer h.marking.Unlock()
	var redrawn []footprint
	for _, c := range changes {
		redrawn = footprints(redrawn, h.o.Painted, c, at)
	}
	h.redrawn.add(redrawn, at)
	h.resting.add(redrawn)
	for _, f := range redrawn {
		h.repaint(f, h.o.Calm.restless())
	}
	for f := range h.resting.turn(time.Now()) {
		h.repaint(f, h.o.Calm.restful())
	}
	for _, c := range changes {
		for _, t := range [2]*twin.Thing{c.Was, c.Is} {
			if t != nil {
				h.views.touch(geo.BoxOf(t.Bound()), func(v *view) { v.mark(t.Asset.FID) })
			}
		}
	}
}

// repaint marks what the footprint redraws at the zooms. The caller holds marking.
func (h *Hub) repaint(f footprint, at zooms) {
	h.canvases.touch(f.box, func(c *canvas) { c.mark(f, painting{}, at) })
}

// end closes every session with "going away".
func (h *Hub) end() {
	h.state.Lock()
	h.stopped = true
	for s := range h.live {
		s.bye(codeAway, "the server stops")
	}
	h.state.Unlock()
	h.sessions.Wait()
}

// join adds a session, unless the hub is full or ends.
func (h *Hub) join(s *session) bool {
	s.seen = h.marked().Events
	h.state.Lock()
	defer h.state.Unlock()
	if h.stopped || len(h.live) >= h.o.Sessions {
		return false
	}
	h.live[s] = struct{}{}
	h.sessions.Add(1)
	h.metrics.sessions.Set(float64(len(h.live)))
	return true
}

// leave forgets a session and its views.
func (h *Hub) leave(s *session) {
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

// marked is the position up to which everything has been marked. Before the first
// tick it is the world's when somebody first asked: who looks from then on sees
// what was before it.
func (h *Hub) marked() twin.Position {
	h.state.Lock()
	defer h.state.Unlock()
	if h.at == (twin.Position{}) {
		h.at = h.o.World.Position()
	}
	return h.at
}

// watch makes the hub mark what happens in what is looked at from now on. The
// client's tiles are at least as new as since; nil: nobody knows.
func (h *Hub) watch(v *view, look scope, since *twin.Position) {
	h.marking.Lock()
	defer h.marking.Unlock()
	h.forget(v)
	if len(look.kinds) > 0 {
		h.views.watch(v, geo.BoxOf(look.box))
	}
	p := look.painting()
	if ground, ok := p.ground(); ok {
		h.canvases.watch(&v.canvas, ground)
	}
	var missed []footprint
	known := false
	if since != nil {
		missed, known = h.redrawn.after(*since)
	}
	v.canvas.repaint(p, missed, known)
}

func (h *Hub) unwatch(v *view) {
	h.marking.Lock()
	defer h.marking.Unlock()
	h.forget(v)
}

// forget marks nothing more in the view. The caller holds marking.
func (h *Hub) forget(v *view) {
	h.views.unwatch(v)
	h.canvases.unwatch(&v.canvas)
}

// visible returns the thing if it is in the view, else nil. The caller holds the view's lock.
func (h *Hub) visible(v *view, fid assets.FID) *twin.Thing {
	t := h.o.World.ByFID(fid)
	if t == nil || !v.scope.holds(t) || !v.session.who.Scope.Sees(t.Asset) {
		return nil
	}
	return t
}

// inView returns what of the world is in the scope and seen by the session.
func (h *Hub) inView(s *session, look scope) []*twin.Thing {
	var all []*twin.Thing
	for _, kind := range look.kinds {
		all = h.o.World.Within(all, kind, look.box)
	}
	kept := all[:0]
	for _, t := range all {
		if s.who.Scope.Sees(t.Asset) {
			kept = append(kept, t)
		}
	}
	return kept
}
