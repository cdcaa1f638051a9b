package alarm

import (
	"math"
	"slices"

	"github.com/google/cel-go/common/types"
	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// crowd is a rule that counts who is inside a fence.
type crowd struct {
	check
	inside map[*subject]struct{}
}

// nearby is a rule about two that are too near to each other.
type nearby struct {
	rule   *compiled
	things geo.Index[assets.FID] // of its classes, where they are
	others geo.Index[assets.FID]
	boxes  map[assets.FID]bool              // in things
	pairs  map[*subject]map[*check]struct{} // checks that hold because of that other
}

// whereabouts is where the thing is, and since when that is known. A mover that was
// never heard is nowhere.
func whereabouts(t *twin.Thing, now int64) (p orb.Point, at int64, ok bool) {
	if t.Live != nil {
		return t.Live.Point(), t.Live.PhenomenonTime, true
	}
	return orb.Point(t.Anchor), now, !t.Moves()
}

// Move judges where a mover was since the last time, and where it is now. Between two
// batches the track tells where it was, a point a second.
func (j *Judge) Move(was, is *twin.Thing) {
	s := j.subjects[is.Asset.FID]
	if s == nil {
		return
	}
	s.thing = is
	for _, k := range s.checks {
		if k.rule.Kind == Missing {
			j.age(k, is.Live.ReceivedTime)
		}
	}
	from := int64(math.MinInt64)
	if was != nil && was.Live != nil {
		from = was.Live.PhenomenonTime
	} else if n := len(is.Live.Track); n > 0 {
		from = is.Live.Track[n-1].Time
	}
	for _, p := range is.Live.Track {
		if p.Time > from && p.Time < is.Live.PhenomenonTime {
			j.arrive(s, orb.Point{p.Lon, p.Lat}, p.Time)
		}
	}
	j.arrive(s, is.Live.Point(), is.Live.PhenomenonTime)
}

// arrive judges the subject at a place.
func (j *Judge) arrive(s *subject, p orb.Point, at int64) {
	for _, w := range s.crowds {
		j.stepInto(w, s, p, at)
	}
	for _, n := range s.others {
		j.moveOther(n, s, p, at)
	}
	for _, k := range s.checks {
		if k.rule.Kind == Inside || k.rule.Kind == Nearby {
			j.placed(k, p, at)
		}
	}
}

// placed judges a place against a fence, or against the others.
func (j *Judge) placed(k *check, p orb.Point, at int64) {
	if k.rule.Kind == Nearby {
		j.nearTo(k, p, at)
		return
	}
	f := j.fences[k.rule.Fence]
	if f == nil || k.base.closed {
		return // openAndClose and renewPlaces end what held
	}
	inside := f.Holds(p)
	was := k.inside
	k.inside = was || inside
	switch {
	case k.rule.On != Exit && inside, k.rule.On == Exit && !inside && was:
		j.decide(k, yes, at, detail{}, "")
	case k.rule.On == Exit:
		j.decide(k, no, at, detail{}, whyEntered)
	default:
		j.decide(k, no, at, detail{}, whyLeft)
	}
}

// renewPlaces makes crowds and pairs for the rules that are now, and sends exits
// from fences that are not what they were.
func (j *Judge) renewPlaces(was map[string]*Fence, now int64) {
	for _, s := range j.subjects {
		s.crowds, s.others = nil, nil
		for _, k := range s.checks {
			j.exitChanged(k, was, now)
			j.partWays(k)
		}
	}
	crowds, pairs := map[string]*crowd{}, map[string]*nearby{}
	for _, c := range j.rules {
		switch c.Kind {
		case Crowding:
			w := &crowd{check: check{base: c, rule: c, pending: never, due: never}, inside: map[*subject]struct{}{}}
			if old := j.crowds[c.Name]; old != nil && sameView(old.rule.Rule, c.Rule) && unchanged(c.Fence, was, j.fences) {
				w.on, w.pending, w.detail = old.on, old.pending, old.detail
				old.on = nil
			}
			j.sow(&w.check)
			if w.pending != never {
				j.schedule(&w.check, w.pending+c.For.ms())
			}
			crowds[c.Name] = w
		case Nearby:
			pairs[c.Name] = &nearby{rule: c, boxes: map[assets.FID]bool{}, pairs: map[*subject]map[*check]struct{}{}}
		}
	}
	for _, old := range j.crowds {
		if old.due = never; old.on != nil {
			j.end(&old.check, now, j.whyGone(old.rule.Fence, was))
		}
	}
	j.crowds, j.nearbys = crowds, pairs
}

// exitChanged ends what a fence said that is gone or stands elsewhere now.
func (j *Judge) exitChanged(k *check, was map[string]*Fence, now int64) {
	if k.rule.Kind != Inside || unchanged(k.rule.Fence, was, j.fences) {
		return
	}
	k.inside = false
	j.decide(k, no, now, detail{}, j.whyGone(k.rule.Fence, was))
}

func (j *Judge) whyGone(fence string, was map[string]*Fence) string {
	switch {
	case j.fences[fence] == nil:
		return whyFenceGone
	case !unchanged(fence, was, j.fences):
		return whyFence
	}
	return whyRule
}

func unchanged(name string, was, is map[string]*Fence) bool {
	a, b := was[name], is[name]
	return a != nil && b != nil && a.same(b)
}

// placeAmong lets the subject count in crowds and as the other of pairs.
func (j *Judge) placeAmong(s *subject, rules []*compiled, now int64) {
	was, others := s.crowds, s.others
	s.crowds, s.others = nil, nil
	p, at, there := whereabouts(s.thing, now)
	j.variables.of(s.thing.Asset, s.thing.Asset.Location)
	for _, c := range rules {
		w, n := j.crowds[c.Name], j.nearbys[c.Name]
		if w != nil && c.forAsset(s.thing.Asset, &j.variables) != nil {
			s.crowds = append(s.crowds, w)
		}
		if n != nil && s.thing.Asset.Lifecycle == assets.InUse && ofClass(c.Others, s.thing.Asset) {
			s.others = append(s.others, n)
		}
	}
	for _, w := range was {
		if !slices.Contains(s.crowds, w) {
			j.stepOut(w, s, now)
		}
	}
	for _, n := range others {
		if !slices.Contains(s.others, n) {
			n.apply(&n.others, s.thing.Asset.FID, nil)
			j.lookAgain(n, s, now)
		}
	}
	if !there {
		return
	}
	for _, w := range s.crowds {
		j.stepInto(w, s, p, at)
	}
	for _, n := range s.others {
		j.moveOther(n, s, p, at)
	}
}

// leaveAll takes the subject out of all crowds and pairs.
func (j *Judge) leaveAll(s *subject, now int64) {
	for _, w := range s.crowds {
		j.stepOut(w, s, now)
	}
	for _, n := range s.others {
		n.apply(&n.others, s.thing.Asset.FID, nil)
		j.lookAgain(n, s, now)
	}
	for _, n := range j.nearbys {
		if n.boxes[s.thing.Asset.FID] {
			n.apply(&n.things, s.thing.Asset.FID, nil)
			delete(n.boxes, s.thing.Asset.FID)
		}
	}
}

// stepInto counts the subject where it is now.
func (j *Judge) stepInto(w *crowd, s *subject, p orb.Point, at int64) {
	f := j.fences[w.rule.Fence]
	_, was := w.inside[s]
	is := f != nil && f.Holds(p)
	switch {
	case is == was:
		return
	case is:
		w.inside[s] = struct{}{}
	default:
		delete(w.inside, s)
	}
	j.countCrowd(w, at)
}

func (j *Judge) stepOut(w *crowd, s *subject, at int64) {
	if _, was := w.inside[s]; was {
		delete(w.inside, s)
		j.countCrowd(w, at)
	}
}

func (j *Judge) countCrowd(w *crowd, at int64) {
	n := len(w.inside)
	if j.gathering {
		return
	}
	if n >= w.rule.Count {
		j.decide(&w.check, yes, at, detail{value: float64(n), valued: true, unit: "1"}, "")
		return
	}
	if w.on != nil && w.rule.clear.there() {
		j.variables.value = types.Double(n)
		if clears, known := w.rule.clear.holds(&j.variables); !clears || !known {
			return
		}
	}
	j.decide(&w.check, no, at, detail{}, whyThinned)
}

// lookAtPlaces judges crowds and pairs when all things are there.
func (j *Judge) lookAtPlaces(now int64) {
	for _, w := range j.crowds {
		j.countCrowd(w, now)
	}
	if len(j.nearbys) == 0 {
		return
	}
	for _, s := range j.subjects {
		for _, k := range s.checks {
			if n := j.nearbys[k.base.Name]; n != nil {
				j.lookNear(n, s, now)
			}
		}
	}
}

// apply puts the thing where it is in one of the two indexes, or takes it out.
func (n *nearby) apply(x *geo.Index[assets.FID], fid assets.FID, p *orb.Point) {
	m := geo.Move[assets.FID]{Key: fid, Gone: p == nil}
	if p != nil {
		m.Is = p.Bound()
	}
	_ = x.Apply([]geo.Move[assets.FID]{m}) // only what is not finite is refused, and no fix is that
}

// nearest bounds how many are looked at around a place.
const nearest = 64

// nearTo judges whether one of the others is too near to the check's thing at p.
func (j *Judge) nearTo(k *check, p orb.Point, at int64) {
	n := j.nearbys[k.base.Name]
	fid := k.of.thing.Asset.FID
	n.apply(&n.things, fid, &p)
	n.boxes[fid] = true
	if j.gathering {
		return
	}
	for _, hit := range n.others.Nearest(nil, p, 2, k.rule.Metres) {
		if hit.Key == fid {
			continue
		}
		j.pair(n, k, j.subjects[hit.Key])
		j.decide(k, yes, at, detail{value: float64(hit.Distance), valued: true, unit: "m", other: k.other.thing.Asset.ID}, "")
		return
	}
	j.partWays(k)
	j.decide(k, no, at, detail{}, whyApart)
}

// pair remembers because of which other the check holds.
func (j *Judge) pair(n *nearby, k *check, other *subject) {
	if k.other == other {
		return
	}
	j.partWays(k)
	k.other = other
	if n.pairs[other] == nil {
		n.pairs[other] = map[*check]struct{}{}
	}
	n.pairs[other][k] = struct{}{}
}

// partWays forgets it.
func (j *Judge) partWays(k *check) {
	if k.other == nil {
		return
	}
	if n := j.nearbys[k.base.Name]; n != nil {
		delete(n.pairs[k.other], k)
		if len(n.pairs[k.other]) == 0 {
			delete(n.pairs, k.other)
		}
	}
	k.other = nil
}

// moveOther puts an other where it is, and judges whom that concerns.
func (j *Judge) moveOther(n *nearby, s *subject, p orb.Point, at int64) {
	n.apply(&n.others, s.thing.Asset.FID, &p)
	for _, hit := range n.things.Nearest(nil, p, nearest, n.rule.Metres) {
		if hit.Key != s.thing.Asset.FID {
			j.lookNear(n, j.subjects[hit.Key], at)
		}
	}
	j.lookAgain(n, s, at)
}

// lookAgain judges those that held because of the other.
func (j *Judge) lookAgain(n *nearby, other *subject, at int64) {
	for k := range n.pairs[other] {
		j.lookNear(n, k.of, at)
	}
}

// lookNear judges a thing of the rule where it is.
func (j *Judge) lookNear(n *nearby, s *subject, at int64) {
	for _, k := range s.checks {
		if p, _, ok := whereabouts(s.thing, at); ok && k.base == n.rule {
			j.nearTo(k, p, at)
		}
	}
}
