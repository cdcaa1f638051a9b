package stream

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin"
	"suhe/twin/filter"
)

// simLog is the log of the simulation, the same for all nodes.
type simLog struct {
	at      twin.Position
	now     time.Time
	entries []simEntry
	first   uint64 // the first event that is kept
}

// simEntry is one step of the log: an asset that is put, one that is removed, or
// an observation.
type simEntry struct {
	at      twin.Position
	fid     assets.FID
	event   *twin.Event
	values  []twin.Observation
	badness twin.Severity
	place   orb.Point // of a mover
}

// simPatience is after how long a thing that is silent is stale.
const simPatience = 20 * time.Second

func (l *simLog) event(fid assets.FID, kind string, a *assets.Asset) {
	l.at.Events++
	e := twin.Event{Seq: l.at.Events, Time: l.now, Type: kind, FID: fid, ID: assets.ID(fmt.Sprint("x", fid)), Asset: a}
	l.entries = append(l.entries, simEntry{at: l.at, fid: fid, event: &e})
}

// observe tells of a thing; version is unlike that of all other entries.
func (l *simLog) observe(fid assets.FID, level float64, badness twin.Severity, place orb.Point) {
	l.at.Obs++
	at := l.now.UnixMilli()
	id := assets.ID(fmt.Sprint("x", fid))
	l.entries = append(l.entries, simEntry{at: l.at, fid: fid, badness: badness, place: place, values: []twin.Observation{
		{Asset: id, Phenomenon: "level", Value: level, PhenomenonTime: at, ReceivedTime: at},
		{Asset: id, Phenomenon: "version", Value: float64(len(l.entries)), PhenomenonTime: at, ReceivedTime: at},
	}})
}

// assetOf makes an asset; every edit makes another.
func (l *simLog) assetOf(fid assets.FID, g orb.Geometry, area string) *assets.Asset {
	kind := assets.Sensor
	switch {
	case fid%4 == 0:
		kind = assets.Camera
	case fid%5 == 0:
		kind = assets.Mover
	}
	a := &assets.Asset{FID: fid, ID: assets.ID(fmt.Sprint("x", fid)), Kind: kind, Class: "class." + area, Name: fmt.Sprintf("名 %d", len(l.entries)),
		Shape: assets.Shape{Geometry: geo.Solid{Plane: g}}}
	a.Location = locationOf(g.Bound().Center(), area)
	return a
}

// locationOf is where a point is along the creek, if it is near.
func locationOf(p orb.Point, area string) assets.Location {
	l := assets.Location{Area: area}
	if p[0] < 121.42 {
		l.Place = &geo.Place{Chainage: geo.Metres((p[0] - 121.38) * 1e5)}
	}
	return l
}

// moved lets a mover be at the place of the entry.
func (e *simEntry) moved(t *twin.Thing) {
	area := "west"
	if e.place[0] > 121.41 {
		area = "east"
	}
	t.Anchor = e.place
	t.Live = &twin.Live{Location: locationOf(e.place, area), Fix: twin.Fix{PhenomenonTime: e.values[0].PhenomenonTime, ReceivedTime: e.values[0].ReceivedTime,
		Lon: e.place[0], Lat: e.place[1], Heading: 90, Speed: e.values[0].Value, Accuracy: twin.NotTold}}
}

// node is one server: a world of its own that follows the log, and a hub that
// hears of it later.
type node struct {
	log     *simLog
	read    int // entries of the log that are applied
	started time.Time
	things  map[assets.FID]*twin.Thing
	at      twin.Position
	shown   uint64
	waiting []twin.Batch // that the hub has not heard of
	hub     *Hub
	marked  []uint64 // by version of a thing: number of the batch that brought it
	looked  func()   // called when somebody looks at the world
	armed   bool     // it will change the world
	told    uint64   // events up to here have been settled
}

// startNode loads a world from the log and puts a hub beside it.
func startNode(l *simLog, small bounds) *node {
	n := &node{log: l, things: make(map[assets.FID]*twin.Thing), started: l.now, looked: func() {}}
	n.load()
	n.hub = New(Options{World: n, Ground: simGround(), Clusters: n, Past: n, Beat: 1e6 * time.Hour,
		Now: func() time.Time { return l.now }, Log: slog.New(slog.DiscardHandler)})
	chance := rand.New(rand.NewPCG(uint64(len(l.entries)), 0)) // the same whenever a schedule is run
	n.hub.chance = func(less time.Duration) time.Duration { return time.Duration(chance.Int64N(int64(less))) }
	n.hub.behind, n.hub.bounds, n.hub.events.kept = 0, small, small.events
	n.told = n.hub.marked().Events
	n.hub.recall(context.Background(), n.told)
	return n
}

// load makes the world what the log says, stamped as twin.World.Load stamps it.
func (n *node) load() {
	n.apply(len(n.log.entries) - n.read)
	n.at = n.log.at
	n.waiting = []twin.Batch{{At: n.at, Shown: n.shown}}
	for fid, t := range n.things {
		is := *t
		is.State = n.health(t)
		is.Changed.Epoch, is.Changed.Events = n.at.Epoch, n.at.Events
		if len(t.Last) > 0 && is.State.Communication != twin.Online {
			is.Changed.Obs = n.at.Obs + 1
		}
		n.things[fid] = &is
	}
}

// reload is what a world does that lost the log: it jumps to its end, and tells
// what changed without the events between.
func (n *node) reload() {
	n.apply(len(n.log.entries) - n.read)
	if len(n.waiting) > 0 {
		n.waiting[len(n.waiting)-1].Events = nil
	}
}

// apply takes the next entries of the log as one batch.
func (n *node) apply(most int) {
	entries := n.log.entries[n.read:][:min(most, len(n.log.entries)-n.read)]
	if len(entries) == 0 {
		return
	}
	was := make(map[assets.FID]*twin.Thing)
	var order []assets.FID
	b := twin.Batch{}
	for i := range entries {
		e := &entries[i]
		if _, known := was[e.fid]; !known {
			was[e.fid] = n.things[e.fid]
			order = append(order, e.fid)
		}
		n.applyOne(e)
		n.at = twin.Position{Epoch: n.log.at.Epoch, Obs: max(n.at.Obs, e.at.Obs), Events: max(n.at.Events, e.at.Events)}
		if e.event != nil {
			b.Events = append(b.Events, *e.event)
		}
		n.read++
		for len(n.marked) < n.read {
			n.marked = append(n.marked, n.shown+1)
		}
	}
	for _, fid := range order {
		if is := n.things[fid]; is != was[fid] {
			b.Changes = append(b.Changes, twin.Change{Was: was[fid], Is: is})
		}
	}
	n.show(b)
}

func (n *node) show(b twin.Batch) {
	n.shown++
	b.At, b.Shown = n.at, n.shown
	n.waiting = append(n.waiting, b)
}

func (n *node) applyOne(e *simEntry) {
	was := n.things[e.fid]
	switch {
	case e.event != nil && e.event.Asset == nil:
		delete(n.things, e.fid)
		return
	case e.event != nil:
		a := e.event.Asset
		is := &twin.Thing{Asset: a, Flat: geo.Flatten(a.Shape.Geometry.Plane), Anchor: geo.Anchor(a.Shape.Geometry.Plane),
			Changed: twin.Position{Epoch: e.at.Epoch, Events: e.at.Events}}
		if was != nil {
			is.Last, is.Changed.Obs, is.Severity, is.Live = was.Last, was.Changed.Obs, was.Severity, was.Live
			if is.Live != nil {
				is.Anchor = was.Anchor
			}
		}
		is.State = n.health(is)
		n.things[e.fid] = is
	case was != nil:
		is := *was
		if is.Moves() {
			e.moved(&is)
		}
		is.Last, is.Severity, is.Changed.Epoch, is.Changed.Obs = e.values, e.badness, e.at.Epoch, e.at.Obs
		is.State = n.health(&is)
		n.things[e.fid] = &is
	}
}

// health is the state that follows from the time, as twin.judge has it.
func (n *node) health(t *twin.Thing) twin.State {
	s := twin.State{Communication: twin.Unknown, Data: twin.None, Service: twin.Normal}
	if len(t.Last) == 0 {
		return s
	}
	switch now := n.log.now; {
	case now.Before(time.UnixMilli(t.Last[0].ReceivedTime).Add(simPatience)):
		s.Communication, s.Data = twin.Online, twin.Fresh
	case now.Before(n.started.Add(simPatience)):
		s.Data = twin.Stale
	default:
		s.Communication, s.Data = twin.Offline, twin.Stale
	}
	return s
}

// expire makes stale what is silent; it has no place in the log, and is stamped as
// twin's afterLog stamps it.
func (n *node) expire() {
	b := twin.Batch{}
	for _, fid := range n.fids() {
		was := n.things[fid]
		if state := n.health(was); state != was.State {
			is := *was
			is.State = state
			is.Changed = twin.Position{Epoch: n.at.Epoch, Obs: max(was.Changed.Obs, n.at.Obs+1), Events: was.Changed.Events}
			n.things[fid] = &is
			b.Changes = append(b.Changes, twin.Change{Was: was, Is: &is})
		}
	}
	if len(b.Changes) > 0 {
		n.show(b)
	}
}

func (n *node) fids() []assets.FID {
	var out []assets.FID
	for fid := range n.things {
		out = append(out, fid)
	}
	slices.Sort(out)
	return out
}

// hear lets the hub hear of the next batches.
func (n *node) hear(most int) {
	for range min(most, len(n.waiting)) {
		b := n.waiting[0]
		n.waiting = n.waiting[1:]
		n.hub.Took(b)
	}
}

// Look implements World.
func (n *node) Look(dst []*twin.Thing, kinds []assets.Kind, b orb.Bound) ([]*twin.Thing, uint64) {
	n.looked()
	for _, fid := range n.fids() {
		if t := n.things[fid]; slices.Contains(kinds, t.Asset.Kind) && t.Bound().Intersects(b) {
			dst = append(dst, t)
		}
	}
	return dst, n.shown
}

// Shown implements World.
func (n *node) Shown() uint64 { return n.shown }

// Position implements World.
func (n *node) Position() twin.Position { return n.at }

// Events implements Past.
func (n *node) Events(_ context.Context, after uint64, most int) (out []twin.Event, err error) {
	if after+1 < n.log.first {
		return nil, fmt.Errorf("event %d is no longer here", after+1)
	}
	for i := range n.log.entries[:n.read] {
		if e := n.log.entries[i].event; e != nil && e.Seq > after && len(out) < most {
			out = append(out, *e)
		}
	}
	return out, nil
}

// Below implements Clusters.
func (n *node) Below(assets.Kind) uint32 { return simClusterZoom }

// Clusters implements Clusters: two halves of the ground, counted.
func (n *node) Clusters(kind assets.Kind, zoom uint32, b geo.Box, scope access.Scope, f filter.Filter) []Cluster {
	var out []Cluster
	for half := range uint64(2) {
		c := Cluster{Cell: uint64(zoom)<<8 | half, Lon: 121.4 + float64(half)/10, Lat: 31.2}
		for _, fid := range n.fids() {
			t := n.things[fid]
			in := geo.BoxOf(t.Bound())
			if t.Asset.Kind == kind && uint64(fid)%2 == half && in.Max[0] >= b.Min[0] && in.Min[0] <= b.Max[0] && in.Max[1] >= b.Min[1] && in.Min[1] <= b.Max[1] &&
				scope.Sees(t.Asset) && f.Passes(t) {
				c.Count, c.Severity, c.State = c.Count+1, max(c.Severity, t.Severity), t.Summary()
			}
		}
		if c.Count > 0 {
			out = append(out, c)
		}
	}
	return out
}

// simClusterZoom is the zoom below which things are counted.
const simClusterZoom = 12

// simGround knows two areas and a river.
func simGround() Ground {
	river, err := geo.NewRiver(orb.LineString{{121.38, 31.22}, {121.46, 31.22}})
	if err != nil {
		panic(err)
	}
	return Ground{
		River: river,
		Area: func(code string, _ access.Scope) (orb.Bound, bool) {
			return orb.Bound{Min: orb.Point{121.3, 31.1}, Max: orb.Point{121.5, 31.4}}, code == "west" || code == "east"
		},
	}
}

// fidAt is the fid of the i-th of some things.
func fidAt(i int) assets.FID { return assets.FID(i + 1) }
