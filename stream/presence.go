package stream

import (
	"slices"
	"sync"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	pb "suhe/stream/suhev1"
)

// everybody is whom a session follows that follows all.
const everybody = "*"

// screen is a session that shows itself.
type screen struct {
	session  string
	name     string
	camera   *camera // nil: it did not say
	selected assets.FID
	since    time.Time
	scope    access.Scope // of who shows it
	heard    time.Time    // when another node last told of it; zero: it is of this one
}

// presence is who is here, on this node and others, and what they look at: the last
// of each counts. Sessions that follow are told on the next tick, and so are the
// other nodes. A screen is shown to those who see all that its owner may see: where
// it looks, and what is selected on it, then tells them nothing that they may not
// know. To others it is not there.
type presence struct {
	mu        sync.Mutex
	here      map[string]screen
	followers map[*session]*follower
	news      map[string]struct{} // sessions of this node that others have yet to be told of
	told      time.Time           // when the others were told of all
}

// follower is what a session has yet to be told.
type follower struct {
	of    string
	stale map[string]struct{} // sessions
	told  map[string]struct{} // sessions that it was told are here
}

func (f *follower) follows(session string) bool { return f.of == everybody || f.of == session }

// show notes what a session shows of itself.
func (p *presence) show(s screen) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if was, ok := p.here[s.session]; ok {
		s.since = was.since
	}
	p.put(s)
	p.announce(s.session)
}

// put notes a screen. The caller holds the lock.
func (p *presence) put(s screen) {
	if p.here == nil {
		p.here = make(map[string]screen)
	}
	p.here[s.session] = s
	p.mark(s.session)
}

// announce notes that others must be told of a session of this node. The caller
// holds the lock.
func (p *presence) announce(session string) {
	if p.news == nil {
		p.news = make(map[string]struct{})
	}
	p.news[session] = struct{}{}
}

// leave forgets a session.
func (p *presence) leave(s *session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.followers, s)
	if _, shown := p.here[s.name]; shown {
		delete(p.here, s.name)
		p.mark(s.name)
		p.announce(s.name)
	}
}

// mark notes that the followers of a session have news. The caller holds the lock.
func (p *presence) mark(session string) {
	for _, f := range p.followers {
		if f.follows(session) {
			f.stale[session] = struct{}{}
		}
	}
}

// follow makes the session follow another, everybody, or nobody ("").
func (p *presence) follow(s *session, of string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s.follows.Store(of != "")
	if of == "" {
		delete(p.followers, s)
		return
	}
	if p.followers == nil {
		p.followers = make(map[*session]*follower)
	}
	f := &follower{of: of, stale: make(map[string]struct{}), told: make(map[string]struct{})}
	if was := p.followers[s]; was != nil && was.of == of {
		f.stale, f.told = was.stale, was.told // or who left meanwhile would seem to be here
	}
	p.followers[s] = f
	if of != everybody {
		f.stale[of] = struct{}{}
		return
	}
	for session := range p.here {
		f.stale[session] = struct{}{}
	}
}

// regrant looks anew at whom the session may see, and at who may see it.
func (p *presence) regrant(s *session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if f := p.followers[s]; f != nil {
		for session := range p.here {
			if f.follows(session) {
				f.stale[session] = struct{}{}
			}
		}
	}
	if is, shown := p.here[s.name]; shown {
		is.scope = s.who().Scope
		p.put(is)
		p.announce(s.name)
	}
}

// nudge wakes the followers that have news.
func (p *presence) nudge() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for s, f := range p.followers {
		if len(f.stale) > 0 {
			s.nudge()
		}
	}
}

// next returns what the session has yet to be told; false if nothing.
func (p *presence) next(s *session) (out presenceFrame, ok bool) {
	if !s.follows.Load() {
		return out, false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	f := p.followers[s]
	if f == nil || len(f.stale) == 0 {
		return out, false
	}
	for session := range f.stale {
		at, here := p.here[session]
		_, told := f.told[session]
		switch {
		case here && s.who().Scope.Covers(at.scope):
			f.told[session] = struct{}{}
			out.here = append(out.here, at)
		case told || session == f.of:
			delete(f.told, session)
			out.gone = append(out.gone, session)
		}
	}
	clear(f.stale)
	if len(out.here)+len(out.gone) == 0 {
		return out, false
	}
	slices.SortFunc(out.here, func(a, b screen) int { return a.since.Compare(b.since) })
	slices.Sort(out.gone)
	return out, true
}

// screenBody is a screen as JSON has it.
type screenBody struct {
	Session  string     `json:"session"`
	Name     string     `json:"name"`
	Camera   *camera    `json:"camera,omitempty"`
	Selected assets.FID `json:"selected,omitempty"`
	Since    string     `json:"since"`
}

func presenceJSON(f presenceFrame) any {
	here := make([]screenBody, 0, len(f.here))
	for _, s := range f.here {
		here = append(here, screenBody{s.session, s.name, s.camera, s.selected, stamp(s.since)})
	}
	return struct {
		Type string       `json:"type"`
		Here []screenBody `json:"here"`
		Gone []string     `json:"gone"`
	}{"presence", here, append([]string{}, f.gone...)}
}

func presenceBinary(f presenceFrame) *pb.Presence {
	m := &pb.Presence{Gone: f.gone}
	for _, s := range f.here {
		of := &pb.Screen{Session: s.session, Name: s.name, Selected: uint64(s.selected), Since: s.since.UnixMilli()}
		if c := s.camera; c != nil {
			of.Camera = &pb.Camera{Lon: c.Lon, Lat: c.Lat, Zoom: c.Zoom, Bearing: c.Bearing, Pitch: c.Pitch}
		}
		m.Here = append(m.Here, of)
	}
	return m
}
