package alarm

import (
	"slices"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/twin"
)

// replay lets a judge hear again what was heard of single things, by a clock that follows
// what it hears. It is for rules about values and silence: of these each thing is judged
// for itself.
type replay struct {
	book       *Book
	locate     func(orb.Point) assets.Location
	phenomenon func(string) (twin.Rule, bool) // as the world's
	from, to   int64                          // Unix milliseconds, whole seconds
	scheduled  bool                           // the rule has a schedule: every minute is looked at
}

// timed is a turn, and when the judge knew of it. At one time it looks at the clock first,
// and then hears.
type timed struct {
	Turn
	now   int64
	heard bool // it was something that was heard, not the clock
}

// look is how often time passes for a judge that lives, in milliseconds.
const look = 1000

// hear returns the turns of the thing. heard is in the order in which it was received.
func (r *replay) hear(t *twin.Thing, heard []twin.Observation) []timed {
	is := r.asItWas(t)
	j := NewJudge(r.from, r.locate, nil)
	j.Renew(r.book, slices.Values([]*twin.Thing{is}), r.from)
	var out []timed
	take := func(now int64, heard bool) {
		for _, turn := range j.Take() {
			out = append(out, timed{turn, now, heard})
		}
	}
	now := r.from
	take(now, false)
	pass := func(to int64) {
		for at := r.next(j, now); at <= to; at = r.next(j, at) {
			j.Tick(at)
			take(at, false)
			now = at
		}
	}
	for i := range heard {
		o := &heard[i]
		if o.ReceivedTime >= r.to {
			break
		}
		if pass(o.ReceivedTime); !becomes(is, o) {
			continue
		}
		now = max(now, o.ReceivedTime)
		rule, known := r.phenomenon(o.Phenomenon)
		j.Observe(&twin.Heard{Observation: *o, FID: is.Asset.FID, Valid: !known || rule.Holds(o.Value)}, now)
		j.Tick(now)
		take(now, true)
	}
	pass(r.to - 1)
	return out
}

// asItWas is the thing of which nothing was heard since the beginning: a copy that is
// changed by whoever plays it.
func (r *replay) asItWas(t *twin.Thing) *twin.Thing {
	is := *t
	is.Last, is.State.Data = nil, twin.None
	for _, o := range t.Last {
		if o.ReceivedTime < r.from && o.PhenomenonTime < r.from {
			is.Last = append(is.Last, o)
		}
	}
	return &is
}

// becomes makes o the state of the thing, unless it is late or told again.
func becomes(t *twin.Thing, o *twin.Observation) bool {
	i := slices.IndexFunc(t.Last, func(last twin.Observation) bool { return last.Phenomenon == o.Phenomenon })
	switch {
	case i < 0:
		t.Last = append(t.Last, *o)
	case !o.Follows(&t.Last[i]):
		return false
	default:
		t.Last[i] = *o
	}
	return true
}

// next is when a judge that looks every second would first find something to do after now.
func (r *replay) next(j *Judge, now int64) int64 {
	at := int64(never)
	if len(j.deadlines) > 0 {
		at = j.deadlines[0].at
	}
	if r.scheduled {
		at = min(at, (now/60_000+1)*60_000)
	}
	if at == never {
		return never
	}
	return max(at+(look-at%look)%look, now-now%look+look)
}
