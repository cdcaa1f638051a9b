package alarm

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/audit"
	"suhe/internal/docket"
	"suhe/internal/testclock"
	"suhe/twin"
)

// drawer is a store of cases in memory, by the contract of docket.Store.
type drawer struct {
	mu      sync.Mutex
	cases   map[assets.ID]docket.Case
	events  map[assets.ID][]docket.Event
	entries []audit.Entry
	away    error
}

func newDrawer() *drawer {
	return &drawer{cases: map[assets.ID]docket.Case{}, events: map[assets.ID][]docket.Event{}}
}

func (d *drawer) all() []docket.Case {
	var out []docket.Case
	for _, c := range d.cases {
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b docket.Case) int { return cmp.Compare(a.Marker.FID, b.Marker.FID) })
	return out
}

func (d *drawer) LoadCases(_ context.Context, yield func(docket.Case) error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.away != nil {
		return d.away
	}
	for _, c := range d.all() {
		if c.Open {
			if err := yield(c); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *drawer) Case(_ context.Context, _ assets.Kind, id assets.ID) (docket.Case, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c, ok := d.cases[id]
	if !ok {
		return c, fmt.Errorf("alarm %s: %w", id, assets.ErrNotFound)
	}
	return c, d.away
}

func (d *drawer) LastCase(_ context.Context, _ assets.Kind, prefix string) (assets.ID, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var last assets.ID
	for id := range d.cases {
		if strings.HasPrefix(string(id), prefix) {
			last = max(last, id)
		}
	}
	return last, d.away
}

func (d *drawer) CommitCases(_ context.Context, changes []docket.Change, entries ...audit.Entry) ([]docket.Case, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.away != nil {
		return nil, d.away
	}
	revs := map[assets.ID]int64{}
	for _, c := range changes {
		id := c.Marker.ID
		if _, seen := revs[id]; !seen {
			revs[id] = d.cases[id].Rev
		}
		if c.Was != revs[id] {
			return nil, fmt.Errorf("alarm %s: %w", id, assets.ErrConflict)
		}
		if len(c.Doc) > 512<<10 || len(c.Event.Doc) > 64<<10 {
			return nil, fmt.Errorf("alarm %s: %d and %d bytes: %w", id, len(c.Doc), len(c.Event.Doc), assets.ErrInvalid)
		}
		revs[id]++
	}
	var out []docket.Case
	for _, c := range changes {
		m := *c.Marker
		m.FID = docket.FirstFID + assets.FID(len(d.cases))
		if was, ok := d.cases[m.ID]; ok {
			m.FID = was.Marker.FID
		}
		c.Case.Marker, c.Case.Rev = &m, c.Was+1
		d.cases[m.ID] = c.Case
		c.Event.N = c.Was + 1
		d.events[m.ID] = append(d.events[m.ID], c.Event)
		out = append(out, c.Case)
	}
	d.entries = append(d.entries, entries...)
	return out, nil
}

// hall is an engine and a keeper without goroutines, with their world, clock and store.
type hall struct {
	t      *testing.T
	clock  *testclock.Clock
	things map[assets.FID]*twin.Thing
	shown  atomic.Uint64
	engine *Engine
	run    *run
	keeper *Keeper
	store  *drawer
	desk   *Desk

	silences []*Silence
	fences   map[string]*Fence
}

func newHall(t *testing.T, rules []*Rule, things ...*twin.Thing) *hall {
	h := &hall{t: t, clock: testclock.New(time.UnixMilli(t0)), things: map[assets.FID]*twin.Thing{}, store: newDrawer(), fences: map[string]*Fence{}}
	for _, s := range things {
		h.things[s.Asset.FID] = s
	}
	h.begin(rules)
	return h
}

func located(orb.Point) assets.Location {
	return assets.Location{Area: "310107005", Place: &geo.Place{Chainage: 100, Bank: geo.Left}}
}

// begin starts a node anew on the same world and store.
func (h *hall) begin(rules []*Rule) {
	h.t.Helper()
	var err error
	h.engine, err = NewEngine(EngineOptions{World: h, Locate: located, Now: h.clock.Now,
		Seeds: func(ctx context.Context) ([]*Condition, error) { return Holding(ctx, h.store) }})
	if err != nil {
		h.t.Fatal(err)
	}
	h.engine.Judge(NewBook(rules, nil))
	h.keeper = NewKeeper(KeeperOptions{Store: h.store, Engine: h.engine, Watching: h.watching, Locate: located, Now: h.clock.Now,
		Silences: func() []*Silence { return h.silences }, Fences: func() map[string]*Fence { return h.fences }})
	h.desk = NewDesk(DeskOptions{Store: h.store, Locate: located, Now: h.clock.Now})
	seeds, err := Holding(h.t.Context(), h.store)
	if err != nil {
		h.t.Fatal(err)
	}
	h.run = &run{Engine: h.engine, judge: NewJudge(h.clock.Now().UnixMilli(), located, seeds)}
	h.run.step()
	if ok, err := h.keeper.begin(h.t.Context()); !ok || err != nil {
		h.t.Fatal(ok, err)
	}
	h.round()
}

func (h *hall) Shown() uint64 { return h.shown.Load() }

func (h *hall) Each(kind assets.Kind, yield func(*twin.Thing) bool) {
	for _, s := range h.things {
		if s.Asset.Kind == kind && !yield(s) {
			return
		}
	}
}

// watching are the cameras of the hall that are near: how they look is not asked here.
func (h *hall) watching(p orb.Point) []Sight {
	out := []Sight{}
	h.Each(assets.Camera, func(s *twin.Thing) bool {
		if d := geo.Distance(s.Anchor, p); d < 200 {
			out = append(out, Sight{s.Asset.ID, d})
		}
		return true
	})
	return out
}

// said is what a sensor says now.
type said struct {
	fid   assets.FID
	value float64
}

// hears brings a batch of observations.
func (h *hall) hears(all ...said) *hall {
	b := twin.Batch{Shown: h.shown.Add(1)}
	now := h.clock.Now().UnixMilli()
	for _, s := range all {
		was := h.things[s.fid]
		is := *was
		o := twin.Observation{Asset: is.Asset.ID, Phenomenon: is.Asset.Sensor.Measures[0].Phenomenon, Value: s.value, PhenomenonTime: now, ReceivedTime: now}
		is.Last = []twin.Observation{o}
		h.things[s.fid] = &is
		b.Changes = append(b.Changes, twin.Change{Was: was, Is: &is})
		b.Heard = append(b.Heard, twin.Heard{Observation: o, FID: s.fid, Valid: true})
	}
	h.engine.Took(b)
	h.run.step()
	return h
}

func (h *hall) finds(f *twin.KeptFinding) *hall {
	h.engine.Took(twin.Batch{Shown: h.shown.Add(1), Findings: []twin.KeptFinding{*f}})
	h.run.step()
	return h
}

// round lets the keeper look once.
func (h *hall) round() *hall {
	h.t.Helper()
	if err := h.keeper.round(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	return h
}

// passes lets time pass second by second.
func (h *hall) passes(d time.Duration) *hall {
	for ; d > 0; d -= time.Second {
		h.clock.Pass(min(d, time.Second))
		h.run.step()
		h.round()
	}
	return h
}

// alarms are all alarms that the store has; each must be what its events make of it.
func (h *hall) alarms() []Alarm {
	h.t.Helper()
	var out []Alarm
	for _, c := range h.store.all() {
		var is Alarm
		if err := json.Unmarshal(c.Doc, &is); err != nil {
			h.t.Fatal(err)
		}
		again, err := Replay(h.store.events[is.ID])
		if err != nil {
			h.t.Fatal(err)
		}
		text, _ := json.Marshal(again)
		if !slices.Equal(text, c.Doc) {
			h.t.Fatalf("alarm %s is not what its events make of it:\n%s\n%s", is.ID, c.Doc, text)
		}
		if is.Open() != c.Open {
			h.t.Fatalf("alarm %s: open %v", is.ID, c.Open)
		}
		out = append(out, is)
	}
	return out
}

// only is the one alarm that there is.
func (h *hall) only() Alarm {
	h.t.Helper()
	all := h.alarms()
	if len(all) != 1 {
		h.t.Fatalf("%d alarms, want one: %+v", len(all), all)
	}
	return all[0]
}

// does lets somebody act on an alarm, and the keeper hear of it.
func (h *hall) does(id assets.ID, o Order) error {
	ctx := audit.With(h.t.Context(), audit.Origin{Who: "li"})
	c, err := h.desk.Do(ctx, id, o)
	if err == nil {
		h.keeper.Told(docket.Step{Case: c})
	}
	return err
}

func (h *hall) must(id assets.ID, o Order) {
	h.t.Helper()
	if err := h.does(id, o); err != nil {
		h.t.Fatal(err)
	}
}

// verbs are the steps of an alarm, in order.
func (h *hall) verbs(id assets.ID) string {
	var out []string
	for _, e := range h.store.events[id] {
		out = append(out, strings.TrimPrefix(e.Type, "alarm."))
	}
	return strings.Join(out, " ")
}
