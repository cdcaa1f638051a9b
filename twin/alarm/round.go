package alarm

import (
	"context"
	"slices"
	"time"

	"suhe/internal/docket"
)

// round takes what is new, decides what that makes of the alarms, and writes it.
func (k *Keeper) round(ctx context.Context) error {
	now := k.options.Now().UTC().Truncate(time.Millisecond)
	k.hear()
	turns, lost := k.options.Engine.Turns()
	if lost {
		held, ended, ready := k.options.Engine.Watch()
		if !ready {
			return nil
		}
		k.compare(held, ended)
		turns = nil
	}
	k.turns = append(k.turns, turns...)
	for len(k.turns) > 0 {
		if err := k.turn(ctx, k.turns[0], now); err != nil {
			return err
		}
		k.turns = k.turns[1:]
	}
	if err := k.gather(ctx, now); err != nil {
		return err
	}
	k.look(now)
	k.storms(now)
	return k.commit(ctx)
}

// hear takes what others did to alarms.
func (k *Keeper) hear() {
	k.mu.Lock()
	inbox := k.inbox
	k.inbox = nil
	k.mu.Unlock()
	for _, s := range inbox {
		p := k.packs[s.Marker.ID]
		if p == nil || s.Rev <= p.rev {
			continue
		}
		is, err := read(s.Case)
		if err != nil {
			k.options.Log.Error("what somebody did to an alarm cannot be read", "err", err)
			continue
		}
		k.rebase(p, is, s.Rev)
		if !s.Open {
			k.lost(p)
		}
	}
}

// rebase puts what is to be written on what others have made of the alarm. A step that
// it cannot take any more is none.
func (k *Keeper) rebase(p *pack, is Alarm, rev int64) {
	steps := p.steps
	p.stored, p.is, p.rev, p.steps = is, is, rev, nil
	for _, s := range steps {
		if err := p.do(s); err != nil {
			k.options.Log.Info("a step of an alarm came to nothing", "alarm", is.ID, "err", err)
		}
	}
}

// turn takes a condition that begins or ends.
func (k *Keeper) turn(ctx context.Context, t Turn, now time.Time) error {
	key := t.Condition.Key
	if t.On {
		k.fresh = append(k.fresh, t.Condition)
		return nil
	}
	p := k.members[key]
	if p == nil {
		// It began in this round, or is not known at all: then this does nothing.
		if err := k.gather(ctx, now); err != nil {
			return err
		}
		if p = k.members[key]; p == nil {
			return nil
		}
	}
	if slices.Contains(p.joined, t.Condition) {
		k.tell(p, now) // the begin is told before the end
	}
	delete(k.members, key)
	p.drop(Leave{key, t.At, t.Why}, now)
	return nil
}

// gather puts fresh conditions into alarms: open ones, or new ones.
func (k *Keeper) gather(ctx context.Context, now time.Time) error {
	if len(k.fresh) == 0 {
		return nil
	}
	open := map[kin][]*pack{}
	for _, p := range k.byAge() {
		if p.is.Open() {
			at := kin{p.is.Cause, p.is.Area}
			open[at] = append(open[at], p)
		}
	}
	clusters := gather(k.fresh, open)
	k.widen(k.fresh)
	if err := k.serials.reserve(ctx, k.options.Store, now); err != nil {
		return err
	}
	k.fresh = nil
	for _, c := range clusters {
		p := k.packFor(c, now)
		for _, is := range c.conditions {
			k.members[is.Key] = p
			p.hold(is, false)
		}
	}
	return nil
}

// packFor is the alarm that takes the cluster: the oldest of those that it touches,
// which takes over the members of the others, or a new one.
func (k *Keeper) packFor(c *cluster, now time.Time) *pack {
	var p *pack
	for _, o := range c.packs {
		if p == nil || compareIDs(o.is.ID, p.is.ID) < 0 {
			p = o
		}
	}
	if p == nil {
		p = newPack(Alarm{}, 0)
		k.raise(p, c.conditions[0], now)
		k.packs[p.is.ID] = p
		return p
	}
	for _, o := range c.packs {
		if o != p && o.is.State != IsAcknowledged { // what somebody deals with stays
			k.takeOver(p, o, now)
		}
	}
	return p
}

// takeOver moves the members of one alarm into another, and ends it.
func (k *Keeper) takeOver(p, o *pack, now time.Time) {
	for key, c := range o.active {
		k.members[key] = p
		p.hold(c, false)
		o.left = append(o.left, Leave{key, now.UnixMilli(), "it joined " + string(p.is.ID)})
	}
	o.active, o.empty = map[Key]*Condition{}, now
	p.spots = append(p.spots, o.spots...)
	k.tell(o, now)
	k.do(o, Step{Verb: End, By: Rules, At: now, Why: "its members joined " + string(p.is.ID), Into: p.is.ID})
}

// raise begins an alarm with its first member's place and words.
func (k *Keeper) raise(p *pack, c *Condition, now time.Time) {
	h := &Head{ID: k.serials.take(), Title: c.Rule, TitleEn: c.Rule, Rule: c.Rule, Cause: c.Cause, Area: c.Area, Lon: c.Lon, Lat: c.Lat}
	if r := c.rule; r != nil {
		h.Title, h.TitleEn, h.Event, h.Promote = r.Title, r.TitleEn, r.Event, r.Promote
	}
	s := Step{Verb: Raise, By: Rules, At: now, Head: h, Severity: &c.Severity}
	if k.options.Watching != nil {
		s.Cameras = k.options.Watching(c.point())
	}
	k.do(p, s)
}

// do makes a step that the keeper knows to be possible.
func (k *Keeper) do(p *pack, s Step) {
	if err := p.do(s); err != nil {
		k.options.Log.Error("a step of an alarm is impossible", "alarm", p.is.ID, "err", err)
	}
}

// tell makes the steps of what joined and left.
func (k *Keeper) tell(p *pack, now time.Time) {
	steps := p.news(now)
	p.settle(steps, now)
	if p.begins() && len(steps) > 0 {
		p.steps[0].with(&steps[0])
		k.rebase(p, Alarm{}, 0)
		steps = steps[1:]
	}
	for _, s := range steps {
		k.do(p, s)
	}
}

// calmly is how often an alarm tells of members that join and leave.
const calmly = time.Second

// look tells what changed in each alarm, suppresses and resumes, and ends what is over.
func (k *Keeper) look(now time.Time) {
	muted := k.newMuter(now)
	for _, p := range k.byAge() {
		if !p.is.Open() {
			continue
		}
		if p.rev == 0 || now.Sub(p.wrote) >= calmly || worse(p.worst(), p.is.Severity) {
			k.tell(p, now)
		}
		k.mute(p, muted, now)
		if len(p.active) == 0 && now.Sub(p.empty) >= k.options.Linger {
			k.tell(p, now)
			k.do(p, Step{Verb: End, By: Rules, At: now, Why: "nothing of it holds any more"})
		}
	}
}

// commitAtOnce bounds the changes of one transaction.
const commitAtOnce = 200

// commit writes all steps that are not yet written. Those of one alarm are written
// together.
func (k *Keeper) commit(ctx context.Context) error {
	var group []*pack
	var changes []docket.Change
	for _, p := range k.byAge() {
		if len(p.steps) == 0 {
			continue
		}
		own, err := p.changes(k.options.Locate)
		if err != nil {
			return err
		}
		if len(changes) > 0 && len(changes)+len(own) > commitAtOnce {
			if err := k.write(ctx, group, changes); err != nil {
				return err
			}
			group, changes = nil, nil
		}
		group, changes = append(group, p), append(changes, own...)
	}
	return k.write(ctx, group, changes)
}

// forget takes an alarm that is over out of the keeper's mind.
func (k *Keeper) forget(p *pack) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.packs, p.is.ID)
}

// lost takes what an alarm held back: somebody else ended it.
func (k *Keeper) lost(p *pack) {
	for key, c := range p.active {
		delete(k.members, key)
		k.fresh = append(k.fresh, c)
	}
	k.forget(p)
}

// renumber gives all alarms that the store does not have yet other numbers, since
// somebody else took one of theirs.
func (k *Keeper) renumber(ctx context.Context, now time.Time) error {
	k.serials = serials{}
	if err := k.serials.reserve(ctx, k.options.Store, now); err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, p := range k.byAge() {
		if p.rev > 0 {
			continue
		}
		delete(k.packs, p.is.ID)
		h := *p.steps[0].Head
		h.ID = k.serials.take()
		p.is.ID, p.steps[0].Head = h.ID, &h
		k.packs[h.ID] = p
	}
	return nil
}
