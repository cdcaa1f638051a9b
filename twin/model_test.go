package twin

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
)

// model is the world as plain maps, worked out anew at every look.
type model struct {
	assets  map[assets.FID]*assets.Asset
	heard   map[assets.FID]map[string][]Observation // what was applied, oldest first
	said    []saying                                // every observation of the log
	movers  map[assets.FID]moving                   // what the fixes that were heard led to
	fixed   []spoken                                // every fix of the log that can be
	started int64
}

// spoken is a fix of the log, and whether somebody was there to say it.
type spoken struct {
	KeptFix
	known bool
}

// saying is an observation, its sequence and the sensor that said it.
type saying struct {
	o   Observation
	seq uint64
	fid assets.FID
}

func (m *model) byID(id assets.ID) *assets.Asset {
	for _, a := range m.assets {
		if a.ID == id {
			return a
		}
	}
	return nil
}

func (m *model) hear(o Observation) {
	a := m.byID(o.Asset)
	if a == nil || a.Sensor == nil || measure(a.Sensor, o.Phenomenon) == nil || o.PhenomenonTime > o.ReceivedTime+2*minute {
		return
	}
	if m.heard[a.FID] == nil {
		m.heard[a.FID] = map[string][]Observation{}
	}
	all := m.heard[a.FID][o.Phenomenon]
	if len(all) > 0 && all[len(all)-1].PhenomenonTime >= o.PhenomenonTime {
		return
	}
	m.heard[a.FID][o.Phenomenon] = append(all, o)
}

// moving is a mover as its fixes tell.
type moving struct {
	belief Belief
	at     *Fix // the last that was believed
	heard  int64
}

func (m *model) fix(f Fix) {
	a := m.byID(f.Asset)
	if a == nil || a.Kind != assets.Mover || f.PhenomenonTime > f.ReceivedTime+2*minute {
		return
	}
	k := m.movers[a.FID]
	motion, _ := motions("")
	var result string
	switch k.belief, result = k.belief.Next(f, motion); result {
	case ResultLate, ResultRepeat:
		return
	case ResultApplied:
		k.at = &f
	}
	k.heard = max(k.heard, f.ReceivedTime)
	m.movers[a.FID] = k
}

// retrace hears the fixes of history again: of each mover from the last before
// the time on.
func (m *model) retrace(saved uint64, since int64) {
	m.movers = map[assets.FID]moving{}
	fixed := slices.Clone(m.fixed)
	slices.SortStableFunc(fixed, func(a, b spoken) int {
		return cmp.Or(cmp.Compare(a.PhenomenonTime, b.PhenomenonTime), cmp.Compare(a.Asset, b.Asset))
	})
	begin := map[assets.ID]int64{}
	// Of one time history keeps what was said first.
	kept := map[string]bool{}
	fixed = slices.DeleteFunc(fixed, func(f spoken) bool {
		key := fmt.Sprint(f.Asset, f.PhenomenonTime)
		drop := !f.known || f.Seq > saved || kept[key]
		kept[key] = kept[key] || !drop
		return drop
	})
	for _, f := range fixed {
		if f.PhenomenonTime < since {
			begin[f.Asset] = f.PhenomenonTime
		}
	}
	for _, f := range fixed {
		if f.PhenomenonTime >= begin[f.Asset] {
			m.fix(f.Fix)
		}
	}
	for _, f := range m.fixed {
		if f.Seq > saved {
			m.fix(f.Fix)
		}
	}
}

func (m *model) put(a *assets.Asset) {
	if was := m.assets[a.FID]; was != nil && was.Kind != a.Kind {
		delete(m.movers, a.FID)
	}
	m.assets[a.FID] = a
	for phenomenon := range m.heard[a.FID] {
		if a.Sensor == nil || measure(a.Sensor, phenomenon) == nil {
			delete(m.heard[a.FID], phenomenon)
		}
	}
}

// restart forgets all but what history has up to the position, and hears the rest again.
func (m *model) restart(saved uint64, now int64) {
	m.heard, m.started = map[assets.FID]map[string][]Observation{}, now
	newest := map[string]Observation{}
	for _, s := range m.said {
		key := fmt.Sprint(s.fid, s.o.Phenomenon)
		if s.o.PhenomenonTime > s.o.ReceivedTime+2*minute {
			continue // not kept
		}
		if was, ok := newest[key]; s.fid != 0 && s.seq <= saved && (!ok || s.o.PhenomenonTime > was.PhenomenonTime) {
			newest[key] = s.o
		}
	}
	for _, o := range newest {
		m.hear(o)
	}
	for _, s := range m.said {
		if s.seq > saved {
			m.hear(s.o)
		}
	}
}

func (m *model) last(a *assets.Asset) []Observation {
	var out []Observation
	for _, phenomenon := range slices.Sorted(maps.Keys(m.heard[a.FID])) {
		all := m.heard[a.FID][phenomenon]
		out = append(out, all[len(all)-1])
	}
	return out
}

// state says what the package's doc says, by other means than the world.
func (m *model) state(a *assets.Asset, now int64) State {
	s := State{Unknown, None, Normal}
	if len(a.Properties) > 0 {
		s.Service = Service(a.Properties[0].Value.(string))
	}
	if k, some := m.movers[a.FID]; some {
		return m.moverState(s, k, now)
	}
	last := m.last(a)
	if len(last) == 0 {
		return s
	}
	patience := 3 * a.Sensor.ReportInterval.Milliseconds()
	if patience == 0 {
		patience = math.MaxInt64 / 2
	}
	heard := int64(0)
	stale, stuck, invalid := false, false, false
	for _, o := range last {
		heard = max(heard, o.ReceivedTime)
		stale = stale || now-o.PhenomenonTime >= patience
		invalid = invalid || o.Phenomenon == "level" && (o.Value < -5 || o.Value > 15) || o.Phenomenon == "rain" && (o.Value < 0 || o.Value > 500)
		stuck = stuck || o.Phenomenon == "level" && (o.Value >= -5 && o.Value <= 15) && m.stuck(a, o)
	}
	switch {
	case now-heard < patience:
		s.Communication = Online
	case now-m.started >= patience:
		s.Communication = Offline
	}
	switch {
	case invalid:
		s.Data = Invalid
	case stuck:
		s.Data = Stuck
	case stale:
		s.Data = Stale
	default:
		s.Data = Fresh
	}
	return s
}

func (m *model) moverState(s State, k moving, now int64) State {
	switch {
	case now-k.heard < 30_000:
		s.Communication = Online
	case now-m.started >= 30_000:
		s.Communication = Offline
	}
	if k.at != nil {
		s.Data = Stale
		if now-k.at.PhenomenonTime < 30_000 {
			s.Data = Fresh
		}
	}
	return s
}

func (m *model) stuck(a *assets.Asset, last Observation) bool {
	all := m.heard[a.FID][last.Phenomenon]
	n, since := 0, int64(0)
	for i := len(all) - 1; i >= 0 && all[i].Value == last.Value; i-- {
		n, since = n+1, all[i].PhenomenonTime
	}
	return n >= 20 && last.PhenomenonTime-since >= hour
}

func (m *model) severity(a *assets.Asset) Severity {
	worst := Severity(0)
	for _, o := range m.last(a) {
		normal := measure(a.Sensor, o.Phenomenon).Normal
		if r, _ := phenomena(o.Phenomenon); o.Value < r.Valid[0] || o.Value > r.Valid[1] {
			continue
		}
		width := normal[1] - normal[0]
		switch {
		case o.Value > normal[1]+width/2 || o.Value < normal[0]-width/2:
			worst = 3
		case (o.Value > normal[1] || o.Value < normal[0]) && worst == 0:
			worst = 4
		}
	}
	return worst
}

// machine draws what happens to both.
type machine struct {
	*rig
	*model
	rt   *rapid.T
	born int
	revs int64
}

func (m *machine) drawAsset(t *rapid.T) *assets.Asset {
	var a *assets.Asset
	fids := slices.Sorted(maps.Keys(m.model.assets))
	p := orb.Point{rapid.Float64Range(121, 122).Draw(t, "lon"), rapid.Float64Range(31, 32).Draw(t, "lat")}
	make := rapid.SampledFrom([]func(assets.FID, assets.ID, orb.Point) *assets.Asset{gauge, gauge, gauge, patrol, patrol, lamp}).Draw(t, "make")
	if len(fids) > 4 || len(fids) > 0 && rapid.Bool().Draw(t, "edit") {
		was := m.model.assets[rapid.SampledFrom(fids).Draw(t, "fid")]
		a = make(was.FID, was.ID, p)
		if rapid.Bool().Draw(t, "stays") {
			a.Shape = was.Shape
		}
	} else {
		m.born++
		a = make(assets.FID(m.born), named("s", m.born), p)
	}
	m.revs++
	a.Revision.N = m.revs
	if rapid.IntRange(0, 3).Draw(t, "line") == 0 {
		a.Shape.Geometry.Plane = orb.LineString{p, {p[0] + 0.3, p[1] - 0.2}}
	}
	if rapid.IntRange(0, 5).Draw(t, "fault") == 0 {
		a.Properties = assets.Properties{{Key: "service", Value: "fault"}}
	}
	if a.Sensor != nil {
		a.Sensor.ReportInterval = rapid.SampledFrom([]time.Duration{0, time.Minute, time.Minute, 5 * time.Minute}).Draw(t, "interval")
		a.Sensor.Measures = a.Sensor.Measures[rapid.IntRange(0, 1).Draw(t, "measures"):]
	}
	return a
}

func (m *machine) Put(t *rapid.T) {
	a := m.drawAsset(t)
	m.model.put(a)
	m.rig.put(a)
}

func (m *machine) Remove(t *rapid.T) {
	if len(m.model.assets) == 0 {
		t.Skip()
	}
	fid := rapid.SampledFrom(slices.Sorted(maps.Keys(m.model.assets))).Draw(t, "fid")
	a := m.model.assets[fid]
	delete(m.model.assets, fid)
	delete(m.heard, fid)
	delete(m.movers, fid)
	m.rig.remove(a)
}

func (m *machine) drawReading(t *rapid.T) Observation {
	now := m.now.Load()
	o := Observation{
		Asset:          named("s", rapid.IntRange(1, m.born+1).Draw(t, "asset")),
		Phenomenon:     rapid.SampledFrom([]string{"level", "level", "rain", "ph"}).Draw(t, "phenomenon"),
		Value:          rapid.SampledFrom([]float64{2, 2, 2.5, 3.5, 9, 99, -1}).Draw(t, "value"),
		PhenomenonTime: now - rapid.SampledFrom([]int64{0, 0, 1, minute, 4 * minute, -minute, -3 * minute}).Draw(t, "ago"),
	}
	o.ReceivedTime = now - rapid.SampledFrom([]int64{0, 0, 0, minute, 20 * minute}).Draw(t, "received")
	return o
}

func (m *machine) say(obs ...Observation) {
	seq := m.rig.report(obs...)
	var kept []Kept
	for _, o := range obs {
		fid := assets.FID(0)
		if a := m.byID(o.Asset); a != nil {
			fid = a.FID
		}
		m.said = append(m.said, saying{o, seq, fid})
		m.hear(o)
		if plausible(&o) {
			kept = append(kept, Kept{o, seq})
		}
	}
	m.shelf.Save(context.Background(), kept, 0)
}

func (m *machine) Say(t *rapid.T) {
	m.say(m.drawReading(t), m.drawReading(t), m.drawReading(t))
}

// Move lets movers say where they are, and sometimes where they are not.
func (m *machine) Move(t *rapid.T) {
	now := m.now.Load()
	var fixes []Fix
	for range 4 {
		f := fixAt(named("s", rapid.IntRange(1, m.born+1).Draw(t, "mover")),
			orb.Point{121.4 + rapid.SampledFrom([]float64{0, 1e-4, 2e-4, 0.1, 0.3}).Draw(t, "x"), 31.4},
			now-rapid.SampledFrom([]int64{0, 1, 2, 1000, 20_000, 10 * minute, -3 * minute}).Draw(t, "ago"))
		f.ReceivedTime = now - rapid.SampledFrom([]int64{0, 0, 0, minute}).Draw(t, "received")
		f.Accuracy = geo.Metres(rapid.SampledFrom([]float64{5, 5, 300}).Draw(t, "accuracy"))
		fixes = append(fixes, f)
	}
	seq := m.rig.moves(fixes...)
	for _, f := range fixes {
		m.model.fix(f)
		kept := spoken{KeptFix{f, seq}, m.byID(f.Asset) != nil}
		if f.plausible() {
			m.fixed = append(m.fixed, kept)
		}
		if f.plausible() && kept.known {
			m.shelf.SaveFixes(context.Background(), []KeptFix{kept.KeptFix})
		}
	}
}

// Drone lets a sensor say the same for an hour and more.
func (m *machine) Drone(t *rapid.T) {
	id := named("s", rapid.IntRange(1, m.born+1).Draw(t, "asset"))
	for range rapid.IntRange(18, 22).Draw(t, "times") {
		m.pass(3 * minute)
		m.say(reading(id, "level", 2.5, m.now.Load()))
	}
	m.Pass(t)
}

func (m *machine) Pass(t *rapid.T) {
	m.pass(rapid.SampledFrom([]int64{1, minute, 3*minute - 1, 3 * minute, 20 * minute}).Draw(t, "pass"))
}

// Restart stops the node and starts it from some older position of store and history.
func (m *machine) Restart(t *rapid.T) {
	if err := m.stop(); err != nil {
		t.Fatal(err)
	}
	_, obs, _ := m.obs.Bounds(context.Background())
	_, events, _ := m.events.Bounds(context.Background())
	m.shelf.saved = rapid.Uint64Range(0, obs).Draw(t, "saved")
	m.shelf.events = rapid.Uint64Range(0, events).Draw(t, "events")
	m.model.restart(m.shelf.saved, m.now.Load())
	m.model.retrace(m.shelf.saved, m.now.Load()-30*minute)
	m.start()
	m.settled()
}

// Resync loads the running world anew: it keeps what it heard.
func (m *machine) Resync(t *rapid.T) {
	if err := m.stop(); err != nil {
		t.Fatal(err)
	}
	_, events, _ := m.events.Bounds(context.Background())
	m.shelf.saved, m.shelf.events = 0, events
	m.load()
	m.run()
	m.settled()
}

// Check compares every answer of the world with the model's.
func (m *machine) Check(t *rapid.T) {
	now := m.now.Load()
	box := orb.Bound{Min: orb.Point{121.2, 31.2}, Max: orb.Point{121.7, 31.7}}
	for i, k := range assets.Kinds() {
		want := Count{Kind: k, Classes: map[string]int{}, States: map[string]int{}}
		var all, within []assets.FID
		for _, fid := range slices.Sorted(maps.Keys(m.model.assets)) {
			a := m.model.assets[fid]
			if a.Kind != k {
				continue
			}
			want.Total++
			want.Classes[a.Class]++
			want.States[(&Thing{Asset: a, State: m.state(a, now)}).Summary()]++
			all = append(all, fid)
			bound := a.Shape.Geometry.Plane.Bound()
			if at := m.movers[fid].at; at != nil {
				bound = at.Point().Bound()
			}
			if bound.Intersects(box) {
				within = append(within, fid)
			}
			m.checkThing(t, a, now)
		}
		for class, n := range want.Classes {
			of := func(f access.Facet) bool { return f.Class == class }
			if got := m.Counts(of)[i]; got.Total != n || !maps.Equal(got.Classes, map[string]int{class: n}) {
				t.Fatalf("counts of %s %+v, want %d", class, got, n)
			}
		}
		if got := m.Counts(access.Open().SeesFacet)[i]; got.Total != want.Total || !maps.Equal(got.Classes, want.Classes) || !maps.Equal(got.States, want.States) {
			t.Fatalf("counts %+v, want %+v", got, want)
		}
		var each []assets.FID
		m.Each(k, func(t *Thing) bool { each = append(each, t.Asset.FID); return true })
		if !slices.Equal(each, all) {
			t.Fatalf("each %s: %v, want %v", k, each, all)
		}
		var found []assets.FID
		for _, thing := range m.Within(nil, k, box) {
			found = append(found, thing.Asset.FID)
		}
		slices.Sort(found)
		if !slices.Equal(found, within) {
			t.Fatalf("%s within the box: %v, want %v", k, found, within)
		}
	}
}

func (m *machine) checkThing(t *rapid.T, a *assets.Asset, now int64) {
	got := m.ByFID(a.FID)
	if got == nil || got != m.ByID(a.ID) {
		t.Fatalf("%s: by number %v, by name %v", a.ID, got, m.ByID(a.ID))
	}
	if got.Asset.Revision.N != a.Revision.N || got.Asset.Class != a.Class {
		t.Fatalf("%s: %+v, want revision %d", a.ID, got.Asset, a.Revision.N)
	}
	if want := m.last(a); !slices.Equal(got.Last, want) {
		t.Fatalf("%s: last %+v, want %+v", a.ID, got.Last, want)
	}
	if at := m.movers[a.FID].at; (at == nil) != (got.Live == nil) || at != nil && got.Live.Fix != *at {
		t.Fatalf("%s: live %+v, want %+v", a.ID, got.Live, at)
	}
	if want := m.state(a, now); got.State != want || got.Severity != m.severity(a) {
		t.Fatalf("%s: %+v severity %d, want %+v severity %d (last %+v)", a.ID, got.State, got.Severity, want, m.severity(a), got.Last)
	}
}

// The world against the model: edits, observations good and bad, time, restarts.
func TestWorldAsModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := &machine{rt: rt, model: &model{
			assets: map[assets.FID]*assets.Asset{}, heard: map[assets.FID]map[string][]Observation{}, movers: map[assets.FID]moving{}, started: t0,
		}}
		m.rig = newRig(rt, newShelf())
		rt.Repeat(map[string]func(*rapid.T){
			"Put": m.Put, "Remove": m.Remove, "Say": m.Say, "Say again": m.Say, "Move": m.Move, "Drone": m.Drone,
			"Pass": m.Pass, "Restart": m.Restart, "Resync": m.Resync, "": m.Check,
		})
	})
}
