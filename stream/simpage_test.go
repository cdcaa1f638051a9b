package stream

import (
	"encoding/base64"
	"maps"
	"slices"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin"
)

// simPage is a page of ours in the simulation. It asks when and as web/src/lib/stream.ts
// does, and writes down what happens on its lines, so that the page's own tests can let
// the same happen to that.
type simPage struct {
	*simClient
	steps   []pageStep
	asked   ask
	greeted bool
	at      *twin.Position // up to where it knows the world; nil: it does not
	looked  *twin.Position // the same, when it last asked
	held    map[assets.FID]object
	told    map[uint64]bool     // events
	arrives map[assets.FID]bool // of a snapshot of which more is to come
}

// pageStep is one thing that happened to a page: one of these.
type pageStep struct {
	Open  bool      `json:"open,omitempty"`  // a connection stands
	Lost  bool      `json:"lost,omitempty"`  // and is gone
	Frame string    `json:"frame,omitempty"` // that came, in base64
	Look  *pageLook `json:"look,omitempty"`  // the user looks elsewhere
	Ask   *pageAsk  `json:"ask,omitempty"`   // the page has to ask, after the step before
}

type pageLook struct {
	Layers []string  `json:"layers"`
	BBox   []float64 `json:"bbox"`
	Zoom   float64   `json:"zoom"`
}

type pageAsk struct {
	Type string `json:"type"`
	pageLook
	Position *pagePosition `json:"position,omitempty"`
	Held     []assets.FID  `json:"held,omitempty"`
}

type pagePosition struct {
	Epoch  uint64 `json:"epoch"`
	Obs    uint64 `json:"obs"`
	Events uint64 `json:"events"`
}

// pageView is the name of the page's only view.
const pageView = "screen"

// turn lets the page into the simulation, and the user look somewhere.
func (s *simulation) turn() *simPage {
	p := &simPage{held: make(map[assets.FID]object), told: make(map[uint64]bool)}
	p.simClient = &simClient{name: "page", trace: s.trace, who: access.Principal{ID: "who", Scope: access.Open()}, format: asBinary,
		room: 1 + s.oneOf(6), got: make(map[uint64]bool), page: p}
	s.clients = append(s.clients, p.simClient)
	p.asked = ask{ID: pageView}
	s.glance(p)
	p.steps = []pageStep{{Look: p.view()}}
	s.ok(p.connect(pick(s, s.nodes)))
	return p
}

// glance draws what the user looks at: every other time as far as there is anything.
func (s *simulation) glance(p *simPage) {
	zoom := pick(s, simZooms)
	p.asked.Layers, p.asked.BBox, p.asked.Zoom = pick(s, simLayers), pick(s, simBoxes), &zoom
	if s.oneOf(2) == 0 {
		p.asked.Layers, p.asked.BBox = simLayers[1], simBoxes[2]
	}
}

func (p *simPage) view() *pageLook { return &pageLook{p.asked.Layers, p.asked.BBox, *p.asked.Zoom} }

// connect opens a connection; the page asks when it is greeted.
func (p *simPage) connect(n *node) error {
	p.steps = append(p.steps, pageStep{Open: true})
	p.views = nil
	return p.link(n)
}

// lose notes that the connection is gone.
func (p *simPage) lose() {
	if p.greeted = false; p.s != nil {
		p.steps = append(p.steps, pageStep{Lost: true})
	}
}

// hear does what the page does after a frame.
func (p *simPage) hear(f said, data []byte) error {
	p.steps = append(p.steps, pageStep{Frame: base64.StdEncoding.EncodeToString(data)})
	switch f.Type {
	case "hello":
		p.greeted, p.arrives = true, nil
		if p.at != nil && p.at.Epoch != f.At.Epoch {
			p.at = nil
		}
		return p.subscribe()
	case "resync":
		p.at = nil
	case "event":
		p.told[f.Event.Seq] = true
	case "snapshot":
		p.hold(f)
	case "delta":
		for _, o := range f.Entered {
			p.held[o.FID] = o
		}
		for _, o := range f.Changed {
			is := p.held[o.FID]
			is.merge(o)
			p.held[o.FID] = is
		}
		for _, fid := range f.Removed {
			delete(p.held, fid)
		}
		p.forward(f.At)
	}
	return nil
}

// hold takes a part of a snapshot; what is not in it is gone when all has come.
func (p *simPage) hold(f said) {
	if p.arrives == nil {
		p.arrives = make(map[assets.FID]bool)
	}
	for _, o := range f.Entered {
		p.arrives[o.FID], p.held[o.FID] = true, o
	}
	if f.More {
		return
	}
	maps.DeleteFunc(p.held, func(fid assets.FID, _ object) bool { return !p.arrives[fid] })
	p.arrives = nil
	p.forward(f.At)
}

// forward goes on, and never back within an epoch.
func (p *simPage) forward(to twin.Position) {
	if p.at != nil && p.at.Epoch == to.Epoch {
		to.Obs, to.Events = max(to.Obs, p.at.Obs), max(to.Events, p.at.Events)
	}
	p.at = &to
}

// subscribe asks for the view, from where the page knows the world.
func (p *simPage) subscribe() error {
	v := &simView{picture: make(map[assets.FID]object), cells: make(map[string][]cellHeard), asked: p.asked}
	if p.at != nil {
		v.asked.Position, v.asked.Held, v.picture = p.at, slices.Sorted(maps.Keys(p.held)), maps.Clone(p.held)
	}
	p.views, p.looked = []*simView{v}, p.at
	p.ask(askSubscribe, v.asked)
	return p.simClient.subscribe(v)
}

// ask notes what the page has to ask.
func (p *simPage) ask(kind string, a ask) {
	is := &pageAsk{Type: kind, pageLook: *p.view(), Held: a.Held}
	if at := a.Position; at != nil {
		is.Position = &pagePosition{at.Epoch, at.Obs, at.Events}
	}
	p.steps = append(p.steps, pageStep{Ask: is})
}

// glide lets the user look elsewhere.
func (s *simulation) glide(p *simPage) {
	s.glance(p)
	p.steps = append(p.steps, pageStep{Look: p.view()})
	if p.s == nil || !p.greeted {
		return
	}
	s.disturb(p.simClient)
	defer s.calm(p.simClient)
	v := p.views[0]
	a := ask{Type: askUpdate, ID: pageView, Layers: p.asked.Layers, BBox: p.asked.BBox, Zoom: p.asked.Zoom, Position: p.looked}
	combine(&v.asked, a)
	p.sights(v)
	p.ask(askUpdate, a)
	p.looked = p.at
	s.ok(p.say(a))
	p.review()
}

// pageTape is what happened to a page in one schedule, and what it has to show then.
type pageTape struct {
	Seed   uint64                `json:"seed"`
	Steps  []pageStep            `json:"steps"`
	Shows  []pageShows           `json:"shows"`
	Counts map[string][]pageCell `json:"counts"` // by layer
	Events []uint64              `json:"events"` // that came, at least once
}

type pageShows struct {
	FID      assets.FID         `json:"fid"`
	ID       string             `json:"id"`
	Layer    string             `json:"layer"`
	Class    string             `json:"class"`
	Name     string             `json:"name"`
	Lon      float64            `json:"lon"`
	Lat      float64            `json:"lat"`
	State    twin.State         `json:"state"`
	Summary  string             `json:"summary"`
	Severity twin.Severity      `json:"severity"`
	Values   map[string]float64 `json:"values"`
	Time     int64              `json:"time,omitempty"`
}

type pageCell struct {
	Cell     uint64        `json:"cell"`
	Lon      float64       `json:"lon"`
	Lat      float64       `json:"lat"`
	Count    uint32        `json:"count"`
	Severity twin.Severity `json:"severity"`
	State    string        `json:"state"`
}

// tape is what happened, and what the world is that the page looks at.
func (p *simPage) tape(seed uint64) (pageTape, error) {
	out := pageTape{Seed: seed, Steps: p.steps, Shows: []pageShows{}, Counts: map[string][]pageCell{}, Events: slices.AppendSeq([]uint64{}, maps.Keys(p.told))}
	slices.Sort(out.Events)
	l, err := p.node.hub.look(p.views[0].asked, nil, p.who.Scope)
	if err != nil {
		return out, err
	}
	for _, fid := range p.node.fids() {
		if t := p.node.things[fid]; l.holds(t) && p.who.Scope.Sees(t.Asset) {
			out.Shows = append(out.Shows, pageShowing(t, l))
		}
	}
	for _, kind := range l.counted {
		for _, c := range p.node.Clusters(kind, l.wholeZoom(), geo.BoxOf(l.region.box), p.who.Scope, l.filter) {
			at := l.datum.of(orb.Point{c.Lon, c.Lat})
			out.Counts[kind.Layer()] = append(out.Counts[kind.Layer()], pageCell{c.Cell, at[0], at[1], c.Count, c.Severity, c.State})
		}
	}
	return out, nil
}

func pageShowing(t *twin.Thing, l *look) pageShows {
	o := objectOf(t, l)
	is := pageShows{FID: o.FID, ID: o.ID, Layer: o.Layer, Class: o.Class, Name: o.Name, Lon: o.Lon, Lat: o.Lat,
		State: o.State, Summary: o.Summary, Severity: o.Severity, Values: map[string]float64{}, Time: o.Time}
	values(t, func(name string, value float64) { is.Values[name] = value })
	return is
}
