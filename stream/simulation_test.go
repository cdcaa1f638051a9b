package stream

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin"
)

// TestSimulation runs schedules of all that can happen between a world, two nodes
// that follow it and three clients on bad links. There is one goroutine, and time
// is what the schedule says. What is held to:
//
//   - In the end each view shows its node's world: the same objects with the fields
//     that it asked for, and the same counts.
//   - No frame tells a change of an object that the client does not hold.
//   - A view's position never goes back within an epoch, and is never ahead of an
//     event that the client has yet to get.
//   - Each event that a view wanted from when it happened on comes, once for each
//     connection and in order, or a resync was said.
//   - What is told of an object never goes back in time, but for a view that looked
//     at the world before the hub heard what it showed, until the hub has told that:
//     a view that moves is told things as the world shows them, and the changes
//     that led there after it.
func TestSimulation(t *testing.T) {
	const atOnce = 100 // schedules of one seed
	for range schedules / atOnce {
		rapid.Check(t, func(r *rapid.T) { newSimulation(r).run() })
		if t.Failed() {
			return
		}
	}
}

// simulation is one schedule on its way.
type simulation struct {
	*rapid.T
	log     simLog
	bounds  bounds
	nodes   []*node
	clients []*simClient
	chance  *rand.Rand
}

// Where things stand, and what is looked at.
var (
	simPlaces = []orb.Geometry{
		orb.Point{121.385, 31.22}, orb.Point{121.40, 31.221}, orb.Point{121.415, 31.222}, orb.Point{121.43, 31.223}, orb.Point{121.445, 31.224},
		orb.LineString{{121.395, 31.22}, {121.42, 31.22}},
	}
	simAreas  = []string{"west", "west", "east", "east", "", "west"}
	simBoxes  = [][]float64{{121.38, 31.2, 121.41, 31.25}, {121.40, 31.2, 121.44, 31.25}, {121.38, 31.2, 121.46, 31.25}, {121.414, 31.22, 121.416, 31.224}, {120, 30, 120.1, 30.1}}
	simTowns  = []string{"west", "east"}
	simLayers = [][]string{{"sensors"}, {"sensors", "cameras", "movers"}, {"cameras"}, {"movers"}}
	simFilter = []string{"", "values.level > 50", "severity > 0", "area = 'west'"}
	simFields = [][]string{fieldNames[:], {"values"}, {"lon", "lat", "severity"}, {"name", "state", "time"}, {}}
	simDatums = []string{"wgs84", "gcj02", "bd09"}
	simRates  = []float64{1000, 1, 0.2}
	simZooms  = []float64{14, 11, 12.5, 8}
	simSteps  = []time.Duration{50 * time.Millisecond, 200 * time.Millisecond, time.Second, 6 * time.Second}
)

const simThings = 12

func newSimulation(r *rapid.T) *simulation {
	s := &simulation{T: r, chance: rand.New(rand.NewPCG(seedOfAll.Draw(r, "seed"), 0)), bounds: bounds{objects: 3, events: 6, formers: 3, held: simThings}}
	s.log = simLog{at: twin.Position{Epoch: 1}, now: time.UnixMilli(1_795_400_000_000), first: 1}
	if s.oneOf(3) == 0 {
		s.bounds.held = simThings / 3 // then some have to begin anew
	}
	for range 4 + s.oneOf(16) {
		s.put()
	}
	for range 2 {
		s.nodes = append(s.nodes, startNode(&s.log, s.bounds))
	}
	for i := range 3 {
		c := &simClient{name: fmt.Sprint("c", i), trace: s.trace, who: access.Principal{ID: fmt.Sprint("who", i%2), Scope: access.Open()}, format: format(i % int(formats)), room: 1 + s.oneOf(6), got: make(map[uint64]bool)}
		s.clients = append(s.clients, c)
		s.ok(c.connect(s.nodes[i%2]))
		s.subscribe(c, "a")
	}
	return s
}

// oneOf draws one of n.
func (s *simulation) oneOf(n int) int { return s.chance.IntN(n) }

// bits draws numbers of n bits, each as likely as the others: rapid's own draws
// prefer what is small, and would seldom come to most of what can happen.
func bits(n int) *rapid.Generator[uint64] {
	bit := rapid.Bool()
	return rapid.Custom(func(r *rapid.T) (out uint64) {
		for range n {
			if out <<= 1; bit.Draw(r, "") {
				out |= 1
			}
		}
		return out
	})
}

var (
	seedOfAll  = bits(64)
	seedOfStep = rapid.SliceOfN(bits(16), 80, 300)
)

func pick[E any](s *simulation, all []E) E { return all[s.oneOf(len(all))] }

func (s *simulation) ok(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *simulation) run() {
	all := s.chance.Uint64()
	for _, seed := range seedOfStep.Draw(s.T, "steps") {
		s.chance = rand.New(rand.NewPCG(seed, all))
		s.step()
	}
	s.settle()
	s.compare()
}

// step does one thing.
func (s *simulation) step() {
	n, c := pick(s, s.nodes), pick(s, s.clients)
	what := s.oneOf(32)
	s.trace("step %d; node %d at %+v, batch %d, hub at %+v, batch %d; client %s, session %v, must %v", what, slices.Index(s.nodes, n), n.at, n.shown, n.hub.at, n.hub.shown,
		c.name, c.s != nil, slices.Sorted(maps.Keys(c.must)))
	switch what {
	case 0, 1, 2:
		s.put()
	case 3, 4, 5:
		s.observe()
	case 6:
		s.log.event(s.fid(), twin.AssetRemoved, nil)
	case 7, 8, 9:
		n.apply(1 + s.oneOf(4))
	case 10, 11:
		n.hear(1 + s.oneOf(3))
	case 12, 13, 14:
		s.tick(n)
	case 15:
		n.expire()
	case 16, 17, 18:
		s.disturb(c)
		s.update(c)
	case 19:
		s.disturb(c)
		s.subscribe(c, pick(s, []string{"a", "b"}))
	case 20:
		s.unsubscribe(c, "b")
	case 21, 22:
		s.drop(c)
	case 23:
		s.slow(c)
	case 24, 25, 26:
		if c.drain(1 + s.oneOf(6)); s.oneOf(2) == 0 {
			s.ok(c.receive(1 + s.oneOf(6)))
		}
	case 27, 28:
		s.ok(c.receive(1 + s.oneOf(6)))
	case 29:
		s.disturb(c)
		s.grant(c)
	case 30:
		s.rare(n)
	case 31:
		s.present(c)
	}
}

// trace tells of a schedule that failed how it went.
func (s *simulation) trace(format string, args ...any) {
	if testing.Verbose() {
		s.Logf(format, args...)
	}
}

// slow lets a write hang or go on, or hang while much happens.
func (s *simulation) slow(c *simClient) {
	c.stall(!c.stalls)
	if !c.stalls || s.oneOf(2) == 0 {
		return
	}
	s.live(c.node, 2+s.oneOf(6), 600*time.Millisecond)
	if s.oneOf(2) == 0 {
		return
	}
	c.stall(false)
	for range s.oneOf(6) {
		s.live(c.node, 1, 200*time.Millisecond)
		c.drain(c.room)
		s.ok(c.receive(c.room))
	}
}

// live lets a node hear of observations for some rounds.
func (s *simulation) live(n *node, rounds int, every time.Duration) {
	for range rounds {
		s.observe()
		n.apply(4)
		n.hear(4)
		s.log.now = s.log.now.Add(every)
		s.tickNow(n)
	}
}

// rare does what happens seldom.
func (s *simulation) rare(n *node) {
	switch s.oneOf(6) {
	case 0, 1:
		s.restart(n)
	case 2:
		s.log.first = s.log.at.Events + 1 - uint64(s.oneOf(8))
	case 3:
		for range 2*s.bounds.events + 2 {
			s.put()
		}
	case 4:
		n.reload()
	case 5:
		s.epoch()
	}
}

func (s *simulation) fid() assets.FID { return assets.FID(1 + s.oneOf(simThings)) }

func (s *simulation) put() {
	at, fid := s.oneOf(len(simPlaces)), s.fid()
	s.log.event(fid, twin.AssetPut, s.log.assetOf(fid, simPlaces[at], simAreas[at]))
}

func (s *simulation) observe() {
	for range 1 + s.oneOf(4) {
		s.log.observe(s.fid(), float64(s.oneOf(10)*10), twin.Severity(s.oneOf(3)), pick(s, simPlaces).Bound().Center())
	}
}

// tick lets time pass and the hub tell.
func (s *simulation) tick(n *node) {
	s.log.now = s.log.now.Add(pick(s, simSteps))
	s.tickNow(n)
}

func (s *simulation) tickNow(n *node) {
	n.hub.tick(s.log.now)
	for _, e := range s.log.events(n.told, n.hub.marked().Events) {
		for _, c := range s.clients {
			if c.s != nil && c.node == n {
				c.want(e)
			}
		}
	}
	n.told = n.hub.marked().Events
}

// disturb makes the world and the hub go on while the client's next message is
// worked on.
func (s *simulation) disturb(c *simClient) {
	if c.s == nil || s.oneOf(3) != 0 {
		return
	}
	n, in := c.node, s.oneOf(3)
	s.observe()
	s.put()
	apply, hear, tick := s.oneOf(4), s.oneOf(3), s.oneOf(2)
	n.armed = true
	n.looked = func() {
		if in--; in >= 0 {
			return
		}
		n.looked = func() {}
		n.apply(apply)
		n.hear(hear)
		if tick == 1 {
			s.tickNow(n)
		}
	}
}

// calm ends what disturb began.
func (s *simulation) calm(c *simClient) { c.node.armed, c.node.looked = false, func() {} }

// region draws where to look.
func (s *simulation) region(a *ask) {
	a.BBox, a.Area, a.Chainage = nil, nil, nil
	switch s.oneOf(6) {
	case 0:
		town := pick(s, simTowns)
		a.Area = &town
	case 1:
		from := float64(s.oneOf(4) * 1000)
		a.Chainage = []float64{from, from + 1500}
	default:
		a.BBox = pick(s, simBoxes)
	}
}

// part draws one of what a view asks for.
func (s *simulation) part(a *ask) {
	switch s.oneOf(9) {
	case 0, 1, 2:
		s.region(a)
	case 3, 4:
		zoom := pick(s, simZooms)
		a.Zoom = &zoom
	case 5:
		text := pick(s, simFilter)
		a.Filter = &text
	case 6:
		a.Fields = pick(s, simFields)
	case 7:
		name := pick(s, simDatums)
		a.Datum = &name
		s.region(a) // it was in another datum
	case 8:
		a.Layers = pick(s, simLayers)
	}
	if s.oneOf(4) == 0 {
		rate := pick(s, simRates)
		a.Rate = &rate
	}
}

// subscribe opens a view, maybe in place of another.
func (s *simulation) subscribe(c *simClient, id string) {
	if c.s == nil {
		return
	}
	defer s.calm(c)
	v := c.view(id)
	opened := v != nil
	if !opened {
		v = &simView{picture: make(map[assets.FID]object), cells: make(map[string][]cellHeard)}
		c.views = append(c.views, v)
	}
	v.asked = ask{ID: id, Layers: pick(s, simLayers)}
	s.region(&v.asked)
	if s.oneOf(2) == 0 {
		s.part(&v.asked)
	}
	v.redrawn = !opened
	s.ok(c.subscribe(v))
	c.review()
	s.refused(c, v)
}

// refused takes the view away if it would hold too much.
func (s *simulation) refused(c *simClient, v *simView) {
	for _, data := range c.s.control {
		f, err := hear(c.format, data)
		s.ok(err)
		if f.Type == "error" && f.ID == v.asked.ID {
			c.s.control = slices.DeleteFunc(c.s.control, func(b []byte) bool { return string(b) == string(data) })
			if c.s.view(v.asked.ID) == nil {
				c.views = slices.DeleteFunc(c.views, func(w *simView) bool { return w == v })
				c.review()
			}
			return
		}
	}
}

// update moves views, one of them some times in a row.
func (s *simulation) update(c *simClient) {
	if c.s == nil || len(c.views) == 0 {
		return
	}
	defer s.calm(c)
	v := pick(s, c.views)
	for range 1 + s.oneOf(4)*s.oneOf(2) {
		a := ask{Type: askUpdate, ID: v.asked.ID}
		s.part(&a)
		was := v.asked
		combine(&v.asked, a)
		c.sights(v)
		if a.Fields != nil || a.Datum != nil {
			v.redrawn = false
		}
		s.ok(c.say(a))
		if _, err := c.node.hub.look(v.asked, nil); err != nil {
			s.Fatal(err)
		}
		before := len(c.s.control)
		if s.refused(c, v); len(c.s.control) < before {
			v.asked = was
		}
		c.review()
	}
}

// combine takes over what an update asks for.
func combine(to *ask, from ask) {
	if from.BBox != nil || from.Area != nil || from.Chainage != nil {
		to.BBox, to.Area, to.Chainage = from.BBox, from.Area, from.Chainage
	}
	if from.Layers != nil {
		to.Layers = from.Layers
	}
	if from.Fields != nil {
		to.Fields = from.Fields
	}
	for _, part := range []struct{ to, from **float64 }{{&to.Zoom, &from.Zoom}, {&to.Rate, &from.Rate}} {
		if *part.from != nil {
			*part.to = *part.from
		}
	}
	for _, part := range []struct{ to, from **string }{{&to.Filter, &from.Filter}, {&to.Datum, &from.Datum}} {
		if *part.from != nil {
			*part.to = *part.from
		}
	}
}

func (s *simulation) unsubscribe(c *simClient, id string) {
	if c.s == nil || c.view(id) == nil {
		return
	}
	s.ok(c.say(ask{Type: askUnsubscribe, ID: id}))
	c.views = slices.DeleteFunc(c.views, func(v *simView) bool { return v.asked.ID == id })
	c.review()
}

// drop loses the connection, or opens another.
func (s *simulation) drop(c *simClient) {
	if c.s != nil {
		c.drop()
	}
	if s.oneOf(3) > 0 {
		s.connect(c)
	}
}

func (s *simulation) connect(c *simClient) {
	s.ok(c.connect(pick(s, s.nodes)))
	for _, v := range slices.Clone(c.views) {
		s.refused(c, v)
	}
}

// grant changes rights: of all sessions of one at once, as those who decide do.
func (s *simulation) grant(c *simClient) {
	to := access.Principal{ID: c.who.ID}
	if s.oneOf(3) > 0 {
		to.Scope = access.Open()
	}
	for _, of := range s.clients {
		if of.who.ID != to.ID {
			continue
		}
		of.who = to
		if of.s != nil {
			for _, v := range of.views {
				of.sights(v)
			}
			of.review()
			of.s.regrant(to) // as Grant does, but in an order that can be repeated
		}
	}
	for _, n := range s.nodes {
		n.armed, n.looked = false, func() {}
	}
}

// restart replaces a node by a new one; its clients lose their connection.
func (s *simulation) restart(n *node) {
	s.cut(n)
	*n = *startNode(&s.log, s.bounds)
	n.hub.o.World, n.hub.o.Past, n.hub.o.Clusters = n, n, n
}

func (s *simulation) cut(n *node) {
	for _, c := range s.clients {
		if c.s != nil && c.node == n {
			c.drop()
		}
	}
}

// epoch begins a new one: the log lost its tail of observations.
func (s *simulation) epoch() {
	for _, n := range s.nodes {
		s.cut(n)
	}
	s.log.at.Epoch++
	s.log.at.Obs -= min(s.log.at.Obs, uint64(s.oneOf(3)))
	for _, n := range s.nodes {
		s.restart(n)
	}
	for _, c := range s.clients {
		clear(c.got)
	}
}

func (s *simulation) present(c *simClient) {
	if c.s == nil {
		return
	}
	if s.oneOf(2) == 0 {
		c.follows = true
		s.ok(c.say(ask{Type: askFollow, Session: everybody}))
		return
	}
	s.ok(c.say(ask{Type: askPresent, Name: fmt.Sprint("屏", s.oneOf(9)), Camera: &camera{Lon: 121 + float64(s.oneOf(9))/8, Zoom: 3}, Selected: s.fid()}))
}

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
			l, err := c.node.hub.look(v.asked, nil)
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
	all := c.node.hub.presence.here
	if len(all) != len(c.here) {
		s.Fatalf("%+v are here, want %+v", c.here, all)
	}
	for session, is := range all {
		if got := c.here[session]; got.Name != is.name || got.Selected != is.selected || *got.Camera != *is.camera {
			s.Fatalf("%+v is here, want %+v", got, is)
		}
	}
}
