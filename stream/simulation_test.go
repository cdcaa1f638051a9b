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
		rapid.Check(t, func(r *rapid.T) {
			s := newSimulation(r, seedOfAll.Draw(r, "seed"))
			s.invite()
			s.run(seedOfStep.Draw(r, "steps"))
		})
		if t.Failed() {
			return
		}
	}
}

// simulation is one schedule on its way.
type simulation struct {
	rapid.TB
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

// simScopes are what rights there are: to see all, nothing, one area, and all but
// movers. What is hidden of things is another test's: see TestRightsToFields.
var simScopes = []access.Scope{
	access.Open(), access.Open(),
	access.Grant{Actions: []access.Action{access.View}, Sensitivity: assets.Personal}.Compile(nil),
	access.GrantOf([]access.Role{access.Dispatcher}, []string{"west"}).Compile(nil),
	access.GrantOf([]access.Role{access.Patrol}, []string{access.Everywhere}).Compile(nil),
}

const simThings = 12

// newSimulation is a log with some things in it and two nodes that follow it.
func newSimulation(t rapid.TB, seed uint64) *simulation {
	s := &simulation{TB: t, chance: rand.New(rand.NewPCG(seed, 0)), bounds: bounds{objects: 3, events: 6, formers: 3, held: simThings}}
	s.log = simLog{at: twin.Position{Epoch: 1}, now: time.UnixMilli(1_795_400_000_000), first: 1}
	for range 4 + s.oneOf(16) {
		s.put()
	}
	return s
}

// open starts the nodes.
func (s *simulation) open() {
	for range 2 {
		s.nodes = append(s.nodes, startNode(&s.log, s.bounds))
	}
}

// invite opens the nodes and lets three clients look at the world.
func (s *simulation) invite() {
	if s.oneOf(3) == 0 {
		s.bounds.held = simThings / 3 // then some have to begin anew
	}
	s.open()
	for i := range 3 {
		c := &simClient{name: fmt.Sprint("c", i), trace: s.trace, who: access.Principal{ID: fmt.Sprint("who", i%2), Scope: access.Open()}, format: format(i % int(formats)), room: 1 + s.oneOf(6), got: make(map[uint64]bool)}
		s.clients = append(s.clients, c)
		s.ok(c.connect(s.nodes[i%2]))
		s.subscribe(c, "a")
	}
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

// run does a step for each seed, and compares in the end.
func (s *simulation) run(steps []uint64) {
	all := s.chance.Uint64()
	for _, seed := range steps {
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

// grant changes rights: of all sessions of one at once, as those who decide do.
func (s *simulation) grant(c *simClient) {
	to := access.Principal{ID: c.who.ID}
	to.Scope = pick(s, simScopes)
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
			of.s.regrant(to) // as Review does, but in an order that can be repeated
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
