package alarm

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/google/cel-go/common/types"
	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/twin"
)

// Why conditions end.
const (
	whyClear     = "the value is back"
	whyHeard     = "it is heard again"
	whyMoved     = "the value moves again"
	whyLeft      = "it left"
	whyEntered   = "it is back inside"
	whyApart     = "they are apart again"
	whyThinned   = "fewer are there"
	whyFaded     = "it was not seen again"
	whyClosed    = "the schedule ended"
	whyRule      = "the rule no longer says so"
	whyRemoved   = "the asset is gone"
	whyFence     = "the fence was changed"
	whyFenceGone = "the fence is gone"
)

// Judge decides which conditions hold. It is pure, and for one goroutine: times are
// given to it, in Unix milliseconds. Make one with NewJudge.
type Judge struct {
	locate  func(orb.Point) assets.Location
	started int64

	rules      []*compiled // in order of name
	candidates map[kindClass][]*compiled
	fences     map[string]*Fence
	crowds     map[string]*crowd  // by rule
	nearbys    map[string]*nearby // by rule
	warnings   map[string]*heeded // by name

	subjects  map[assets.FID]*subject
	cameras   map[assets.ID]*subject
	deadlines deadlines
	held      map[Key]*Condition
	turns     []Turn

	seeds     map[Key]*Condition         // what held before, until the first Renew
	seen      map[assets.ID][]*Condition // of these what algorithms saw, by camera
	gathering bool                       // not all things are there yet: who is near whom is not yet known

	variables variables
}

// Book is the rules, fences and warnings of one time. It is never changed.
type Book struct {
	rules    []*compiled
	fences   map[string]*Fence
	warnings []*Warning // in order of name
}

// NewBook compiles rules that were read. Rules that are off, and those whose
// expressions do not compile (ReadRule refuses them), are left out.
func NewBook(rules []*Rule, fences []*Fence, warnings ...*Warning) *Book {
	b := &Book{fences: make(map[string]*Fence, len(fences)), warnings: warnings}
	for _, r := range rules {
		if c, err := compileRule(r); err == nil && !r.Off {
			b.rules = append(b.rules, c)
		}
	}
	slices.SortFunc(b.rules, func(x, y *compiled) int { return cmp.Compare(x.Name, y.Name) })
	for _, f := range fences {
		b.fences[f.Name] = f
	}
	slices.SortFunc(b.warnings, func(x, y *Warning) int { return cmp.Compare(x.Name, y.Name) })
	return b
}

// same says whether the other book is of the same rules, fences and warnings.
func (b *Book) same(o *Book) bool {
	return slices.EqualFunc(b.rules, o.rules, func(x, y *compiled) bool { return x.Rule == y.Rule }) && maps.Equal(b.fences, o.fences) && slices.Equal(b.warnings, o.warnings)
}

// NewJudge makes a judge without rules. It began to listen at started: silence of
// before is nobody's fault. locate says where a point is in the district. What held
// before, seeds, holds until the opposite is seen.
func NewJudge(started int64, locate func(orb.Point) assets.Location, seeds []*Condition) *Judge {
	j := &Judge{
		started: started, locate: locate, subjects: map[assets.FID]*subject{}, cameras: map[assets.ID]*subject{},
		held: map[Key]*Condition{}, seeds: map[Key]*Condition{}, seen: map[assets.ID][]*Condition{},
	}
	for _, c := range seeds {
		if c.Finding != nil {
			j.seen[c.Asset] = append(j.seen[c.Asset], c)
			continue
		}
		j.seeds[c.Key] = c
	}
	return j
}

// Renew judges by another book, all things being those that are yielded. What held
// and is no longer asked for ends.
func (j *Judge) Renew(b *Book, things iter.Seq[*twin.Thing], now int64) {
	was := j.fences
	j.rules, j.fences, j.candidates = b.rules, b.fences, map[kindClass][]*compiled{}
	j.renewPlaces(was, now)
	for _, c := range j.rules {
		c.closed = !j.open(c, now)
	}
	there := make(map[assets.FID]bool, len(j.subjects))
	j.gathering = true
	for t := range things {
		j.Put(t, now)
		if fid := t.Asset.FID; j.subjects[fid] != nil {
			there[fid] = true
		}
	}
	j.gathering = false
	for fid := range j.subjects {
		if !there[fid] {
			j.Remove(fid, now)
		}
	}
	j.lookAtPlaces(now)
	j.renewWarnings(b.warnings, now)
	j.seeds, j.seen = nil, nil
}

// Take are the turns since the last call, in order.
func (j *Judge) Take() []Turn {
	out := j.turns
	j.turns = nil
	return out
}

// kindClass is what rules choose things by.
type kindClass struct {
	kind  assets.Kind
	class string
}

// about are the rules that may be about things like a.
func (j *Judge) about(a *assets.Asset) []*compiled {
	key := kindClass{a.Kind, a.Class}
	found, known := j.candidates[key]
	if !known {
		for _, c := range j.rules {
			if ofClass(c.Classes, a) || ofClass(c.Others, a) || c.Kind == Found && len(c.Classes) == 0 && a.Kind == assets.Camera {
				found = append(found, c)
			}
		}
		j.candidates[key] = found
	}
	return found
}

// Put makes t the thing of its number: new, edited, or with another service. What is
// known of it is looked at.
func (j *Judge) Put(t *twin.Thing, now int64) {
	fid := t.Asset.FID
	rules := j.about(t.Asset)
	s := j.subjects[fid]
	if s != nil && s.thing.Asset.ID != t.Asset.ID {
		j.Remove(fid, now)
		s = nil
	}
	switch {
	case len(rules) == 0 && s == nil:
		return
	case s == nil:
		s = &subject{}
		j.subjects[fid] = s
		if t.Asset.Kind == assets.Camera {
			j.cameras[t.Asset.ID] = s
		}
	}
	s.thing = t
	was := s.checks
	s.checks = nil
	if t.State.Service != twin.Maintenance && t.State.Service != twin.Retired {
		j.enlist(s, rules, was)
	}
	for _, k := range was {
		if !slices.Contains(s.checks, k) {
			j.dismiss(k, now, whyRule)
		}
	}
	j.placeAmong(s, rules, now)
	j.look(s, now)
}

// Change makes t the thing of its number, which is the same asset with the same
// service as before: only what was heard of it changed, and is told on its own.
func (j *Judge) Change(t *twin.Thing) {
	if s := j.subjects[t.Asset.FID]; s != nil {
		s.thing = t
	}
}

// enlist gives the subject a check for each rule that judges it. One that was there
// goes on if the rule looks at the same as before.
func (j *Judge) enlist(s *subject, rules []*compiled, was []*check) {
	a := s.thing.Asset
	j.variables.of(a, a.Location)
	for _, c := range rules {
		own := c.forAsset(a, &j.variables)
		if own == nil || c.Kind == Crowding || !(ofClass(c.Classes, a) || c.Kind == Found && len(c.Classes) == 0) {
			continue
		}
		if i := slices.IndexFunc(was, func(k *check) bool { return k.base.Name == c.Name && sameView(k.rule.Rule, own.Rule) }); i >= 0 {
			was[i].base, was[i].rule = c, own
			s.checks = append(s.checks, was[i])
		} else {
			k := &check{base: c, rule: own, of: s, pending: never, due: never}
			j.sow(k)
			s.checks = append(s.checks, k)
		}
		if k := s.checks[len(s.checks)-1]; a.Sensor != nil {
			k.setNormal(a.Sensor)
		}
	}
}

// sameView says whether what was remembered for one rule is good for the other.
func sameView(a, b *Rule) bool {
	return a.Kind == b.Kind && a.Phenomenon == b.Phenomenon && a.Fence == b.Fence && a.On == b.On && a.Over == b.Over && a.Band == b.Band &&
		a.Times == b.Times && a.Within == b.Within && a.Severity == b.Severity && a.cause() == b.cause() && a.Metres == b.Metres
}

// sow lets the check hold what held before this judge.
func (j *Judge) sow(k *check) {
	if seed := j.seeds[k.key()]; seed != nil {
		j.resume(k, seed)
		k.inside = true
	}
}

// resume lets the check hold the condition of before.
func (j *Judge) resume(k *check, seed *Condition) {
	is := *seed
	is.rule = k.rule.Rule
	k.on = &is
	j.held[is.Key] = k.on
}

// Remove takes a thing away; all that held of it ends.
func (j *Judge) Remove(fid assets.FID, now int64) {
	s := j.subjects[fid]
	if s == nil {
		return
	}
	for _, k := range s.checks {
		j.dismiss(k, now, whyRemoved)
	}
	j.leaveAll(s, now)
	delete(j.subjects, fid)
	if j.cameras[s.thing.Asset.ID] == s {
		delete(j.cameras, s.thing.Asset.ID)
	}
}

// dismiss ends what the check held; it is looked at no more.
func (j *Judge) dismiss(k *check, now int64, why string) {
	for _, own := range k.byHook {
		j.dismiss(own, now, why)
	}
	j.partWays(k)
	if k.on != nil {
		j.end(k, now, why)
	}
	k.due, k.pending = never, never
}

// look judges the subject by what is known of it.
func (j *Judge) look(s *subject, now int64) {
	for _, k := range s.checks {
		switch k.rule.Kind {
		case Threshold, Rate, Stuck:
			if s.thing.State.Data == twin.Invalid {
				continue
			}
			for i := range s.thing.Last {
				if o := &s.thing.Last[i]; o.Phenomenon == k.rule.Phenomenon {
					j.variables.value = types.Double(o.Value)
					j.measure(k, o)
				}
			}
		case Stale, Missing:
			j.age(k, now)
		case Inside, Nearby:
			if p, at, ok := whereabouts(s.thing, now); ok {
				j.placed(k, p, at)
			}
		case Found:
			j.sowFindings(k, now)
		}
	}
}

// open says whether the rule counts now: its schedule and that of its fence are on.
func (j *Judge) open(c *compiled, now int64) bool {
	at := time.UnixMilli(now)
	if !c.Schedule.On(at) {
		return false
	}
	f := j.fences[c.Fence]
	return c.Fence == "" || f != nil && f.Schedule.On(at)
}

// openAndClose lets schedules begin and end.
func (j *Judge) openAndClose(now int64) {
	for _, c := range j.rules {
		if closed := !j.open(c, now); closed != c.closed {
			c.closed = closed
			j.turnSchedule(c, now)
		}
	}
}

// turnSchedule looks at everything that the rule is about: it has just begun or
// ceased to count.
func (j *Judge) turnSchedule(c *compiled, now int64) {
	if w := j.crowds[c.Name]; w != nil {
		j.countCrowd(w, now)
		return
	}
	for _, s := range j.subjects {
		for _, k := range s.checks {
			if k.base != c {
				continue
			}
			if c.closed {
				k.inside = false
				j.decide(k, no, now, detail{}, whyClosed)
				for _, own := range k.byHook {
					j.decide(own, no, now, detail{}, whyClosed)
				}
				continue
			}
			whole := subject{thing: s.thing, checks: []*check{k}}
			j.look(&whole, now)
		}
	}
}
