package twin

import (
	"context"
	"fmt"
	"sync"
	"time"

	"suhe/assets"
)

// Registry is what a world is loaded from: every asset, and the position in
// EVENTS that was read before the first. assets.Store and *assets.Registry are.
type Registry interface {
	Load(ctx context.Context, yield func(*assets.Asset) error) (events uint64, err error)
}

// Past is what a world needs of a History: the newest of each device and
// phenomenon, the last way of each mover, and what was found last.
type Past interface {
	Latest(ctx context.Context, yield func(Kept) error) (obs uint64, err error)
	LatestFixes(ctx context.Context, since time.Time, yield func(KeptFix) error) error
	LatestFindings(ctx context.Context, yield func(KeptFinding) error) error
}

// Source is what a world is loaded from.
type Source struct {
	Assets  Registry
	History Past
	Log     Position // the epoch, and the last of both streams: what Recover returns
}

// Load fills the world. Then Run follows from there. An asset that Prepare or
// the world refuses is logged, counted and left out.
//
// Loaded again, after ErrResync, the world becomes what the store says and
// keeps what it heard of devices, which is newer than history; sinks are told of
// the difference when Run begins. If Load fails the world stays as it was.
//
// Every thing's Changed has the position of Load as Events, and as Obs the
// sequence of its latest observation. A device whose state follows from the time
// is stamped later than all of Source.Log.Obs: a client that saw another state of
// it before the restart gets it when it resumes.
func (w *World) Load(ctx context.Context, from Source) error {
	begin := time.Now()
	l := newLoading(w, from)
	if err := l.assets(ctx); err != nil {
		return fmt.Errorf("load world: %w", err)
	}
	obs, err := from.History.Latest(ctx, l.remember)
	if err != nil {
		return fmt.Errorf("load world: %w", err)
	}
	if err := from.History.LatestFixes(ctx, w.options.Now().Add(-TrackKept), l.retrace); err != nil {
		return fmt.Errorf("load world: %w", err)
	}
	if err := from.History.LatestFindings(ctx, l.recall); err != nil {
		return fmt.Errorf("load world: %w", err)
	}
	l.at.Obs = obs
	if w.at.Epoch == l.at.Epoch {
		l.at.Obs = max(obs, w.at.Obs)
	}
	if err := l.situateAll(); err != nil {
		return fmt.Errorf("load world: %w", err)
	}
	l.finish()
	w.options.Log.Info("world loaded", "things", len(l.stock.ids), "refused", l.refused,
		"epoch", l.at.Epoch, "obs", l.at.Obs, "events", l.at.Events, "took", time.Since(begin).Round(time.Millisecond))
	return nil
}

// loading is one Load on its way.
type loading struct {
	world *World
	from  Source
	at    Position
	stock *stock

	mu      sync.Mutex            // guards what follows while things are made
	sensors []*Thing              // and movers, made by this Load: nobody else has them yet
	watches map[assets.FID]*watch // of those
	lives   map[assets.FID]*Live  // of movers that history tells of
	refused int
}

func newLoading(w *World, from Source) *loading {
	return &loading{world: w, from: from, at: Position{Epoch: from.Log.Epoch}, stock: newStock(), watches: make(map[assets.FID]*watch), lives: make(map[assets.FID]*Live)}
}

// assets reads the registry and makes its things.
func (l *loading) assets(ctx context.Context) error {
	var all []*assets.Asset
	events, err := l.from.Assets.Load(ctx, func(a *assets.Asset) error {
		all = append(all, a)
		return nil
	})
	if err != nil {
		return err
	}
	// What was put into EVENTS before is committed, so it was read.
	l.at.Events = max(events, l.from.Log.Events)
	return l.populate(all)
}

// maxComplaints bounds the log lines about assets that were refused.
const maxComplaints = 20

func (l *loading) refuse(a *assets.Asset, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.world.metrics.refused.Inc()
	if l.refused++; l.refused <= maxComplaints {
		l.world.options.Log.Error("an asset of the store is left out", "asset", a.ID, "error", err)
	}
}

// thing makes the thing of a in t, or takes the one that there is.
func (l *loading) thing(a *assets.Asset, t *Thing) *Thing {
	was := l.world.stock.things.get(a.FID)
	if was != nil && (was.Asset.ID != a.ID || was.Asset.Kind != a.Kind) {
		was = nil
	}
	if was != nil && same(was.Asset, a) {
		return was
	}
	t.begin(a)
	t.Changed.Epoch, t.Changed.Events = l.at.Epoch, l.at.Events
	if was != nil {
		t.Finding = was.Finding
	}
	if reports(a) {
		l.sensor(t, was)
	}
	return t
}

// same says whether two of one id are one revision in one place.
func same(a, b *assets.Asset) bool {
	p, q := a.Location.Place, b.Location.Place
	return a.Revision.N == b.Revision.N && a.Location.Area == b.Location.Area &&
		(p == nil) == (q == nil) && (p == nil || *p == *q)
}

// sensor gives a new sensor or mover what was heard of the old one.
func (l *loading) sensor(t, was *Thing) {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := &watch{due: never}
	l.watches[t.Asset.FID] = k
	l.sensors = append(l.sensors, t)
	if was == nil || !reports(was.Asset) {
		return
	}
	t.Changed.Obs = was.Changed.Obs
	t.Last = append(t.Last, was.Last...)
	if was.Live != nil {
		t.moveTo(was.Live)
	}
	if old := l.world.writer.watches[t.Asset.FID]; old != nil {
		k.runs, k.clock = append(k.runs, old.runs...), old.clock
		k.moves = old.moves
	}
	forget(t, k)
}

// remember takes one observation of history, if it is news.
func (l *loading) remember(o Kept) error {
	t := l.stock.byID(o.Asset)
	if t == nil || t.Asset.Sensor == nil {
		return nil
	}
	k := l.watches[t.Asset.FID]
	m := measure(t.Asset.Sensor, o.Phenomenon)
	if k == nil || m == nil {
		return nil // it lives on, or measures that no more
	}
	if i, found := seek(t.Last, o.Phenomenon); found && t.Last[i].PhenomenonTime >= o.PhenomenonTime && !ahead(&t.Last[i], &o.Observation) {
		return nil
	}
	o.Observation.Asset, o.Observation.Phenomenon = t.Asset.ID, m.Phenomenon
	k.clock = l.world.writer.clock.of(o.ReceivedTime)
	put(t, k, o.Observation)
	t.Changed.Obs = max(t.Changed.Obs, o.Seq)
	return nil
}

// retrace takes one fix of history, if it is news.
func (l *loading) retrace(f KeptFix) error {
	t := l.stock.byID(f.Asset)
	if t == nil || t.Asset.Kind != assets.Mover {
		return nil
	}
	fid := t.Asset.FID
	k := l.watches[fid]
	if k == nil || !f.plausible() || f.PhenomenonTime > l.world.options.Now().UnixMilli()+tooFar {
		return nil // it lives on, or was stamped by a clock that was ahead
	}
	k.clock = l.world.writer.clock.of(f.ReceivedTime)
	if k.hear(&f.Fix, l.world.motion(t.Asset.Class)) == ResultApplied {
		was := l.lives[fid]
		if was == nil {
			was = t.Live
		}
		f.Fix.Asset = t.Asset.ID
		l.lives[fid] = was.follow(f.Fix)
		t.Changed.Obs = max(t.Changed.Obs, f.Seq)
	}
	return nil
}

// recall takes the last finding of a camera, if it is news. Cameras that live on
// are shared and know it already.
func (l *loading) recall(f KeptFinding) error {
	t := l.stock.byID(f.Camera)
	if t == nil || t.Asset.Kind != assets.Camera || l.world.stock.things.get(t.Asset.FID) == t {
		return nil
	}
	if t.Finding == nil || t.Finding.PhenomenonTime < f.PhenomenonTime {
		t.Finding = &f.Finding
		t.Changed.Obs = max(t.Changed.Obs, f.Seq)
	}
	return nil
}

// situateAll moves the movers from home, where they were put into the index, to
// where history saw them last, or where they were when the world was loaded before.
func (l *loading) situateAll() error {
	layer := l.stock.layers[assets.Mover]
	for _, fid := range layer.index.Within(nil, Everywhere) {
		t := l.stock.things.get(fid)
		if is := l.lives[fid]; is != nil {
			l.world.situate(l.stock, is, t.Asset.Class)
			t.moveTo(is)
		}
		if t.Live != nil {
			layer.moved(t, false)
		}
	}
	return l.stock.index(nil)
}

// finish judges the sensors and lets the world be what was loaded.
func (l *loading) finish() {
	w := l.world
	now := w.options.Now().UnixMilli()
	if !w.writer.loaded {
		w.writer.started = now
	}
	for _, t := range l.sensors {
		l.settle(t, now)
	}
	changes := l.difference()
	for _, c := range changes {
		if c.Was != nil && (c.Is == nil || !reports(c.Is.Asset)) {
			delete(w.writer.watches, c.Was.Asset.FID)
		}
	}
	w.mu.Lock()
	w.stock, w.at = l.stock, l.at
	w.shown++
	b := Batch{At: l.at, Shown: w.shown, Changes: changes}
	w.mu.Unlock()
	if w.writer.loaded {
		if before := w.writer.pending; before != nil {
			b.Changes = append(before.Changes, b.Changes...)
		}
		w.writer.pending = &b
		return
	}
	w.writer.loaded = true
	w.tell(b, nil)
}

// settle decides the health of a sensor or mover that was read.
func (l *loading) settle(t *Thing, now int64) {
	w := l.world
	k := l.watches[t.Asset.FID]
	w.writer.watches[t.Asset.FID] = k
	layer := l.stock.layers[t.Asset.Kind]
	layer.count(t, -1)
	w.settleHealth(t, k, w.healthOf(t, now))
	layer.count(t, 1)
	if (len(t.Last) > 0 || t.Live != nil) && (t.State.Communication != Online || t.State.Data == Stale) {
		t.Changed.Obs = max(l.from.Log.Obs, l.at.Obs) + 1
	}
}

// difference is how the world becomes another; the first Load has nothing to tell.
func (l *loading) difference() (changes []Change) {
	if !l.world.writer.loaded {
		return nil
	}
	old := l.world.stock
	l.stock.things.each(func(t *Thing) {
		if was := old.things.get(t.Asset.FID); was != t {
			changes = append(changes, Change{was, t})
		}
	})
	old.things.each(func(t *Thing) {
		if l.stock.things.get(t.Asset.FID) == nil {
			changes = append(changes, Change{Was: t})
		}
	})
	return changes
}
