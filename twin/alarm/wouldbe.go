package alarm

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"suhe/assets"
)

// WouldBe is an alarm that a rule would have raised.
type WouldBe struct {
	Raised   time.Time  `json:"raised"`
	Over     *time.Time `json:"over,omitempty"` // none: it was open at the end
	Severity uint8      `json:"severity"`       // the worst of its members
	Area     string     `json:"area"`
	Lon      float64    `json:"lon"`
	Lat      float64    `json:"lat"`
	Held     int        `json:"held"`    // conditions of it, all in all
	Members  []Lasted   `json:"members"` // the first of them
}

// Lasted is a condition that held, and for how long.
type Lasted struct {
	Asset assets.ID  `json:"asset"`
	Since time.Time  `json:"since"`
	Until *time.Time `json:"until,omitempty"` // none: it held at the end
	Why   string     `json:"why,omitempty"`   // what ended it
	Value *float64   `json:"value,omitempty"` // what raised it
	Unit  string     `json:"unit,omitempty"`
}

// membersTold are how many members are told of one that would be.
const membersTold = 20

// wouldBes gathers conditions into alarms as a keeper does, of which nobody takes any
// notice: no silence, no other rule.
type wouldBes struct {
	linger time.Duration
	open   []*pack // oldest first
	of     map[Key]*pack
	at     map[Key]*Lasted // those that are told and hold
	all    map[*pack]*WouldBe
	order  []*WouldBe
}

// wouldBeOf makes alarms of turns, which must be in order of when they were known: at each
// time those of the clock first.
func wouldBeOf(turns []timed, linger time.Duration, end int64) []*WouldBe {
	w := &wouldBes{linger: linger, of: map[Key]*pack{}, at: map[Key]*Lasted{}, all: map[*pack]*WouldBe{}}
	for len(turns) > 0 {
		first, n := turns[0], 1
		for n < len(turns) && turns[n].now == first.now && turns[n].heard == first.heard {
			n++
		}
		if first.heard {
			w.end(time.UnixMilli(first.now))
		} else { // what comes with the clock is gathered before anything is over at that time
			w.end(time.UnixMilli(first.now - 1))
		}
		w.take(turns[:n], time.UnixMilli(first.now))
		turns = turns[n:]
	}
	w.end(time.UnixMilli(end))
	return w.order
}

// take takes what turned at one time.
func (w *wouldBes) take(turns []timed, now time.Time) {
	var fresh []*Condition
	for i := range turns {
		t := &turns[i]
		if t.On {
			fresh = append(fresh, t.Condition)
			continue
		}
		if w.of[t.Condition.Key] == nil { // it has just begun
			w.gather(fresh, now)
			fresh = nil
		}
		w.drop(w.of[t.Condition.Key], t, now)
	}
	w.gather(fresh, now)
}

// gather puts conditions into alarms: open ones, or new ones.
func (w *wouldBes) gather(fresh []*Condition, now time.Time) {
	open := map[kin][]*pack{}
	for _, p := range w.open {
		k := kin{p.is.Cause, p.is.Area}
		open[k] = append(open[k], p)
	}
	for _, c := range gather(fresh, open) {
		w.hold(w.packFor(c, now), c.conditions)
	}
}

// drop ends a condition.
func (w *wouldBes) drop(p *pack, t *timed, now time.Time) {
	key := t.Condition.Key
	p.drop(Leave{key, t.At, t.Why}, now)
	delete(w.of, key)
	if l := w.at[key]; l != nil {
		until := time.UnixMilli(t.At).In(shanghai)
		l.Until, l.Why = &until, t.Why
		delete(w.at, key)
	}
}

// packFor is the oldest alarm that the cluster touches, which takes over the others; or a
// new one.
func (w *wouldBes) packFor(c *cluster, now time.Time) *pack {
	if len(c.packs) == 0 {
		first := c.conditions[0]
		p := newPack(Alarm{ID: assets.ID(fmt.Sprint(len(w.order))), State: IsRaised, Cause: first.Cause, Area: first.Area}, 0)
		is := &WouldBe{Raised: now.In(shanghai), Area: first.Area, Lon: first.Lon, Lat: first.Lat, Members: make([]Lasted, 0, membersTold)}
		w.open, w.order, w.all[p] = append(w.open, p), append(w.order, is), is
		return p
	}
	oldest := slices.MinFunc(c.packs, func(a, b *pack) int { return cmp.Compare(slices.Index(w.open, a), slices.Index(w.open, b)) })
	for _, o := range c.packs {
		if o == oldest {
			continue
		}
		for key, is := range o.active {
			w.of[key] = oldest
			oldest.hold(is, true)
		}
		oldest.spots = append(oldest.spots, o.spots...)
		w.close(o, now)
	}
	return oldest
}

// hold adds conditions to an alarm.
func (w *wouldBes) hold(p *pack, all []*Condition) {
	is := w.all[p]
	for _, c := range all {
		p.hold(c, true)
		w.of[c.Key] = p
		is.Held++
		if is.Held == 1 || worse(c.Severity, is.Severity) {
			is.Severity = c.Severity
		}
		if len(is.Members) < membersTold {
			is.Members = append(is.Members, Lasted{Asset: c.Asset, Since: time.UnixMilli(c.Since).In(shanghai), Value: c.Value, Unit: c.Unit})
			w.at[c.Key] = &is.Members[len(is.Members)-1]
		}
	}
}

// end closes what nothing has held of for long enough by now.
func (w *wouldBes) end(now time.Time) {
	for _, p := range slices.Clone(w.open) {
		if over := p.empty.Add(w.linger); len(p.active) == 0 && !over.After(now) {
			w.close(p, over)
		}
	}
}

func (w *wouldBes) close(p *pack, over time.Time) {
	over = over.In(shanghai)
	w.all[p].Over = &over
	delete(w.all, p)
	w.open = slices.DeleteFunc(w.open, func(o *pack) bool { return o == p })
}
