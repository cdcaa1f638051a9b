package stream

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/twin"
)

// simClient is a client as docs/asyncapi.yaml tells it to be, on a link that has
// little room, may stall, and loses what is on its way when it drops.
type simClient struct {
	name   string
	who    access.Principal
	format format
	node   *node
	s      *session // nil: there is no connection
	flight []flying
	room   int
	stalls bool
	views  []*simView
	hello  twin.Position

	here    map[string]screenHeard
	follows bool

	got      map[uint64]bool       // events, of this epoch
	must     map[uint64]twin.Event // events that it must get
	last     uint64                // event of this connection
	rewinds  bool                  // events may begin anew, once
	resyncs  int
	goodbyes int
	hurried  error // it was told more often than it can take
	trace    func(format string, args ...any)
	page     *simPage // whose client it is; nil: nobody's
}

// flying is a frame on its way.
type flying struct {
	data []byte
	last bool
}

// simView is a view as the client knows it.
type simView struct {
	asked   ask // all that it asked for
	picture map[assets.FID]object
	cells   map[string][]cellHeard
	at      twin.Position // zero: the view was not told yet
	parts   bool          // more of a snapshot is to come
	redrawn bool          // what it holds has the fields and datum that it asks for
	void    bool          // a resync came, and no snapshot yet
	due     time.Time     // no delta comes before, if the client reads slowly

	ahead uint64 // up to where the world was seen before the hub heard of it
	calm  bool   // all of that was told
}

func (c *simClient) view(id string) *simView {
	for _, v := range c.views {
		if v.asked.ID == id {
			return v
		}
	}
	return nil
}

// connect opens a connection to the node and asks for what the client looked at.
func (c *simClient) connect(n *node) error {
	if c.page != nil {
		return c.page.connect(n)
	}
	hello := c.hello
	if err := c.link(n); err != nil {
		return err
	}
	for _, v := range c.views {
		v.parts, v.void, v.asked.Held = false, false, nil
		clear(v.cells)
		at := v.at
		if at == (twin.Position{}) {
			at = hello
		}
		v.asked.Position = &at
		if v.redrawn {
			for fid := range v.picture {
				v.asked.Held = append(v.asked.Held, fid)
			}
			slices.Sort(v.asked.Held)
		} else {
			clear(v.picture)
			v.redrawn = true
		}
		if err := c.subscribe(v); err != nil {
			return err
		}
	}
	return nil
}

// link opens a connection, by which nothing is asked for yet.
func (c *simClient) link(n *node) error {
	c.node, c.flight, c.stalls, c.last, c.rewinds = n, nil, false, 0, false
	c.here, c.follows = nil, false
	c.must = make(map[uint64]twin.Event)
	c.s = newSession(n.hub, c.who, c.format, c.name)
	if !n.hub.join(c.s) {
		return fmt.Errorf("not let in")
	}
	c.s.hello()
	return nil
}

// subscribe asks for a view that the client knows.
func (c *simClient) subscribe(v *simView) error {
	v.asked.Type, v.due = askSubscribe, time.Time{}
	c.sights(v)
	if err := c.say(v.asked); err != nil {
		return err
	}
	p := v.asked.Position
	if p == nil {
		return nil
	}
	is := c.s.view(v.asked.ID)
	if is == nil {
		return nil // it was refused
	}
	if is.fresh { // a resync says that events may be missing
		clear(c.must)
		return nil
	}
	c.rewinds = true
	for _, e := range c.node.log.events(p.Events, c.node.hub.marked().Events) {
		c.want(e)
	}
	return nil
}

// events are those after one up to another.
func (l *simLog) events(after, last uint64) (out []twin.Event) {
	for i := range l.entries {
		if e := l.entries[i].event; e != nil && e.Seq > after && e.Seq <= last {
			out = append(out, *e)
		}
	}
	return out
}

// sights notes that the view looks at the world, maybe before the hub heard of it.
func (c *simClient) sights(v *simView) {
	if c.node.hub.shown < c.node.shown || c.node.armed {
		v.ahead, v.calm = c.node.shown+1, false
	}
}

// want notes that the client must get the event if a view of it asks for it.
func (c *simClient) want(e twin.Event) {
	if !c.got[e.Seq] && c.wants(e) {
		c.must[e.Seq] = e
	}
}

func (c *simClient) wants(e twin.Event) bool {
	if e.Asset == nil {
		return len(c.views) > 0 && c.who.Scope.Covers(access.Open())
	}
	return c.who.Scope.Sees(e.Asset) && slices.ContainsFunc(c.views, func(v *simView) bool {
		return slices.Contains(v.asked.Layers, e.Asset.Kind.Layer())
	})
}

// review forgets events that nobody asks for any more.
func (c *simClient) review() {
	for seq, e := range c.must {
		if !c.wants(e) {
			delete(c.must, seq)
		}
	}
}

// drop loses the connection and what is on its way.
func (c *simClient) drop() {
	if c.s != nil {
		c.node.hub.leave(c.s)
	}
	if c.page != nil {
		c.page.lose()
	}
	c.s, c.flight = nil, nil
	clear(c.must)
}

// stall lets a write hang, or go on.
func (c *simClient) stall(hangs bool) {
	if c.stalls = hangs; c.s == nil {
		return
	}
	if c.s.writes.Store(0); hangs {
		c.s.writes.Store(c.node.log.now.UnixMilli())
	}
}

// drain puts frames on the link while it has room; it says whether there were any.
func (c *simClient) drain(most int) (some bool) {
	for range most {
		if c.s == nil || c.stalls || len(c.flight) >= c.room || len(c.flight) > 0 && c.flight[len(c.flight)-1].last {
			return some
		}
		paced := c.paced()
		out, ok := c.s.next()
		if !ok {
			return some
		}
		if err := c.keepsPace(paced, out.data); err != nil {
			c.hurried = err
		}
		c.flight = append(c.flight, flying{out.data, out.last != nil})
		some = true
	}
	return some
}

// paced are the views that may be told what changed at most so often: nothing else
// is due of them.
func (c *simClient) paced() map[string]time.Duration {
	out := make(map[string]time.Duration)
	for _, v := range c.s.views {
		if every := c.s.pace.interval(); every > 0 && !v.answer && !v.fresh && !v.lost && len(v.queue) == 0 && v.round == 0 {
			out[v.id] = every
		}
	}
	return out
}

// keepsPace says whether a frame comes too early for a client that reads slowly.
func (c *simClient) keepsPace(paced map[string]time.Duration, data []byte) error {
	f, err := hear(c.format, data)
	if err != nil || f.Type != "delta" {
		return err
	}
	v, now := c.view(f.ID), c.node.log.now
	every, is := paced[f.ID]
	if v == nil || !is {
		return nil
	}
	if now.Before(v.due) {
		return fmt.Errorf("a delta %v too early", v.due.Sub(now))
	}
	v.due = now.Add(every)
	return nil
}

// receive takes frames off the link.
func (c *simClient) receive(most int) error {
	if c.hurried != nil {
		return c.hurried
	}
	for range min(most, len(c.flight)) {
		f := c.flight[0]
		c.flight = c.flight[1:]
		is, err := hear(c.format, f.data)
		if err != nil {
			return err
		}
		if err := c.take(is); err != nil {
			return fmt.Errorf("%w, by %+v", err, is)
		}
		if c.page != nil {
			if err := c.page.hear(is, f.data); err != nil {
				return err
			}
		}
		if f.last {
			c.drop()
			return nil
		}
	}
	return nil
}

// take takes over what a frame says.
func (c *simClient) take(f said) error {
	c.trace("  %s gets %s of %q at %+v: entered %+v, changed %+v, removed %v, more %v, seq %d, reason %q", c.s.name, f.Type, f.ID, f.At, f.Entered, f.Changed, f.Removed, f.More, f.Event.Seq, f.Reason)
	switch f.Type {
	case "hello":
		c.hello = f.At
	case "event":
		return c.takeEvent(f.Event)
	case "presence":
		c.takePresence(f)
	case "error":
		return fmt.Errorf("refused")
	case "bye":
		c.goodbyes++
		if !f.Reconnect {
			return fmt.Errorf("sent away")
		}
	case "resync", "snapshot", "delta", "clusters":
		v := c.view(f.ID)
		if v == nil {
			return nil // it was closed meanwhile
		}
		return c.takeView(v, f)
	}
	return nil
}

func (c *simClient) takeEvent(e eventHeard) error {
	if e.Seq <= c.last {
		if !c.rewinds {
			return fmt.Errorf("event after %d", c.last)
		}
		c.rewinds = false
	}
	c.last, c.got[e.Seq] = e.Seq, true
	delete(c.must, e.Seq)
	return nil
}

func (c *simClient) takePresence(f said) {
	if c.here == nil {
		c.here = make(map[string]screenHeard)
	}
	for _, s := range f.Here {
		c.here[s.Session] = s
	}
	for _, s := range f.Gone {
		delete(c.here, s)
	}
}

// takeView takes over what is told of a view.
func (c *simClient) takeView(v *simView, f said) error {
	switch f.Type {
	case "resync":
		c.resyncs++
		clear(v.picture)
		clear(v.cells)
		v.parts, v.void = false, true
		return nil
	case "clusters":
		if v.cells[f.Layer] = f.Cells; len(f.Cells) == 0 {
			delete(v.cells, f.Layer)
		}
		return nil
	case "snapshot":
		if !v.parts {
			clear(v.picture)
			clear(v.cells)
			v.at = twin.Position{} // the view may have replaced another of its id
		}
		v.parts, v.void = f.More, false
	}
	if v.void {
		return fmt.Errorf("a delta after a resync")
	}
	if err := c.takeObjects(v, f); err != nil {
		return err
	}
	if f.At.Epoch == v.at.Epoch && later(v.at, f.At) {
		return fmt.Errorf("position went back from %+v", v.at)
	}
	v.at = f.At
	for seq := range c.must {
		if seq <= f.At.Events {
			return fmt.Errorf("position is ahead of event %d", seq)
		}
	}
	return nil
}

func (c *simClient) takeObjects(v *simView, f said) error {
	for _, o := range f.Entered {
		if was, held := v.picture[o.FID]; held && v.calm && backwards(was, o) {
			return fmt.Errorf("%d went back in time from %+v", o.FID, was)
		}
		v.picture[o.FID] = o
	}
	for _, o := range f.Changed {
		is, held := v.picture[o.FID]
		if !held {
			return fmt.Errorf("%d changed and is not held", o.FID)
		}
		if v.calm && backwards(is, o) {
			return fmt.Errorf("%d went back in time from %+v", o.FID, is)
		}
		is.merge(o)
		v.picture[o.FID] = is
	}
	for _, fid := range f.Removed {
		delete(v.picture, fid)
	}
	return nil
}

// backwards says whether the values of an object are of before, as far as it tells
// them: one that was removed and put again has none.
func backwards(was, is object) bool { return version(is) > 0 && version(is) < version(was) }

// version is how new the values of an object are, 0 if it tells none.
func version(o object) (n int) {
	_, text, _ := strings.Cut(o.Values, `"version"=`)
	n, _ = strconv.Atoi(strings.TrimSuffix(text, ";"))
	return n
}
