package stream

import (
	"maps"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"suhe/geo"
)

// settle lets all be told: every node hears all, time passes, every link works.
func (s *simulation) settle() {
	for round := range 12 {
		for _, n := range s.nodes {
			n.apply(len(s.log.entries))
			if round == 0 {
				n.expire() // and not later: then all would be told once more, and hide what was not
			}
			n.hear(len(n.waiting))
			s.tickNow(n)
		}
		for _, c := range s.clients {
			if c.s == nil {
				s.connect(c)
			}
			c.stall(false)
			for c.drain(c.room) || len(c.flight) > 0 {
				s.ok(c.receive(c.room))
			}
		}
		if round == 0 {
			s.soothe()
		}
		s.log.now = s.log.now.Add(11 * time.Second)
	}
}

// soothe notes that from here on nothing may go back in time.
func (s *simulation) soothe() {
	for _, c := range s.clients {
		for _, v := range c.views {
			v.calm = v.ahead <= c.node.hub.shown
		}
	}
}

// compare compares what the clients show with the world.
func (s *simulation) compare() {
	for _, c := range s.clients {
		for seq := range c.must {
			s.Fatalf("event %d did not come", seq)
		}
		for _, v := range c.views {
			l, err := c.node.hub.look(v.asked, nil, c.who.Scope)
			s.ok(err)
			s.compareObjects(c, v, l)
			s.compareCounts(c, v, l)
		}
		s.comparePresence(c)
	}
}

func (s *simulation) compareObjects(c *simClient, v *simView, l *look) {
	n := 0
	for _, fid := range c.node.fids() {
		t := c.node.things[fid]
		if !l.holds(t) || !c.who.Scope.Sees(t.Asset) {
			continue
		}
		n++
		if is, want := v.picture[fid], objectOf(t, l); !is.only(l.fields).near(want) {
			s.Fatalf("%s shows %+v, want %+v; asked for %+v", c.format.name(), is, want, v.asked)
		}
	}
	if n != len(v.picture) {
		s.Fatalf("%d objects %+v, want %d", len(v.picture), v.picture, n)
	}
}

func (f format) name() string { return [...]string{Protocol, ProtocolBinary}[f] }

func (s *simulation) compareCounts(c *simClient, v *simView, l *look) {
	want := make(map[string][]cellHeard)
	for _, kind := range l.counted {
		for _, is := range c.node.Clusters(kind, l.wholeZoom(), geo.BoxOf(l.region.box), c.who.Scope, l.filter) {
			at := l.datum.of(orb.Point{is.Lon, is.Lat})
			want[kind.Layer()] = append(want[kind.Layer()], cellHeard{is.Cell, at[0], at[1], is.Count, is.Severity, is.State})
		}
	}
	if len(want) != len(v.cells) {
		s.Fatalf("counts %+v, want %+v", v.cells, want)
	}
	for layer, cells := range want {
		if !slices.EqualFunc(cells, v.cells[layer], nearCell) {
			s.Fatalf("counts %+v, want %+v", v.cells, want)
		}
	}
}

func nearCell(a, b cellHeard) bool {
	d := max(a.Lon-b.Lon, b.Lon-a.Lon, a.Lat-b.Lat, b.Lat-a.Lat)
	a.Lon, a.Lat = b.Lon, b.Lat
	return a == b && d <= 2e-7
}

func (s *simulation) comparePresence(c *simClient) {
	if !c.follows {
		return
	}
	all := maps.Clone(c.node.hub.presence.here)
	maps.DeleteFunc(all, func(_ string, is screen) bool { return !c.who.Scope.Covers(is.scope) })
	if len(all) != len(c.here) {
		s.Fatalf("%+v are here, want %+v", c.here, all)
	}
	for session, is := range all {
		if got := c.here[session]; got.Name != is.name || got.Selected != is.selected || *got.Camera != *is.camera {
			s.Fatalf("%+v is here, want %+v", got, is)
		}
	}
}
