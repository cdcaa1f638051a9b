package stream

import (
	"encoding/json"
	"fmt"
	"time"

	"suhe/assets"
	"suhe/internal/access"
)

const (
	retellEvery    = 10 * time.Second // how often a node tells of all its screens
	forgetAfter    = 3 * retellEvery  // when nothing more was heard of one
	screensKept    = 20_000           // of other nodes
	screensAtATime = 200              // in one message
)

// rumour is what one node tells the others of who is here. It may be lost: all is
// told again and again.
type rumour struct {
	Here []rumourScreen `json:"here,omitempty"`
	Gone []string       `json:"gone,omitempty"`
}

// rumourScreen is a screen on its way to another node.
type rumourScreen struct {
	Session  string     `json:"session"`
	Name     string     `json:"name"`
	Camera   *camera    `json:"camera,omitempty"`
	Selected assets.FID `json:"selected,omitempty"`
	Since    int64      `json:"since"` // Unix milliseconds

	Seen *access.Grant `json:"seen"` // what its owner sees; nil: nobody knows
}

// screen is what was heard, at a time.
func (r rumourScreen) screen(now time.Time) screen {
	scope := access.Open() // as if its owner saw everything: only who does is shown it
	if r.Seen != nil {
		scope = r.Seen.Compile(nil)
	}
	return screen{r.Session, r.Name, r.Camera, r.Selected, time.UnixMilli(r.Since), scope, now}
}

// rumour is what others are told of the screen.
func (s screen) rumour() rumourScreen {
	seen := s.scope.Seen()
	return rumourScreen{s.session, s.name, s.camera, s.selected, s.since.UnixMilli(), &seen}
}

// gossip tells the other nodes what is new of this one's screens, and now and then
// of all, and forgets screens of nodes that are silent.
func (h *Hub) gossip(now time.Time) {
	if h.o.Tell == nil {
		return
	}
	for _, r := range h.presence.rumours(now) {
		data, err := json.Marshal(r)
		if err == nil {
			err = h.o.Tell(data)
		}
		if err != nil {
			h.o.Log.Debug("other nodes are not told who is here", "err", err)
			return
		}
	}
}

// rumours are what other nodes have yet to be told.
func (p *presence) rumours(now time.Time) []rumour {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now.Sub(p.told) >= retellEvery {
		p.told = now
		p.retell(now)
	}
	var out []rumour
	r := rumour{}
	for session := range p.news {
		if s, here := p.here[session]; here {
			r.Here = append(r.Here, s.rumour())
		} else {
			r.Gone = append(r.Gone, session)
		}
		if len(r.Here)+len(r.Gone) == screensAtATime {
			out, r = append(out, r), rumour{}
		}
	}
	p.news = nil
	if len(r.Here)+len(r.Gone) > 0 {
		out = append(out, r)
	}
	return out
}

// retell notes that all is to be told, and forgets what is silent. The caller holds
// the lock.
func (p *presence) retell(now time.Time) {
	for session, s := range p.here {
		switch {
		case s.heard.IsZero():
			p.announce(session)
		case now.Sub(s.heard) > forgetAfter:
			delete(p.here, session)
			p.mark(session)
		}
	}
}

// Heard takes what another node tells of who is there; from this node itself it is
// nothing new. The error says what is wrong with it.
func (h *Hub) Heard(data []byte) error {
	var r rumour
	if err := json.Unmarshal(data, &r); err != nil {
		return fmt.Errorf("who is here: %w", err)
	}
	if len(r.Here)+len(r.Gone) > screensAtATime {
		return fmt.Errorf("who is here: %d screens at a time, want at most %d", len(r.Here)+len(r.Gone), screensAtATime)
	}
	h.presence.heard(r, h.o.Now())
	return nil
}

func (p *presence) heard(r rumour, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range r.Here {
		was, known := p.here[s.Session]
		if known && was.heard.IsZero() || !known && len(p.here) >= screensKept || len(s.Session) > maxText || len(s.Name) > maxText || s.Camera.check() != nil {
			continue
		}
		is := s.screen(now)
		if known && same(was, is) {
			p.here[s.Session] = is
			continue
		}
		p.put(is)
	}
	for _, session := range r.Gone {
		if s, known := p.here[session]; known && !s.heard.IsZero() {
			delete(p.here, session)
			p.mark(session)
		}
	}
}

// same says whether two show the same.
func same(a, b screen) bool {
	return a.name == b.name && a.scope.Class() == b.scope.Class() && a.selected == b.selected && (a.camera == nil) == (b.camera == nil) && (a.camera == nil || *a.camera == *b.camera)
}
