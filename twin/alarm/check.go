package alarm

import (
	"math"

	"github.com/google/cel-go/common/types/ref"

	"suhe/assets"
	"suhe/twin"
)

// never is a time that does not come, or did not.
const never = math.MaxInt64

// subject is a thing that some rule is about.
type subject struct {
	thing  *twin.Thing
	checks []*check
	crowds []*crowd  // that it may be one of
	others []*nearby // whose other it may be
}

// check is one rule and one thing, and what is remembered of the two.
type check struct {
	base *compiled // as it is for all
	rule *compiled // as it is for this thing
	of   *subject  // nil of a crowd

	low, high ref.Val // the normal range of what the rule measures
	unit      string

	on      *Condition // what it holds true; nil: nothing
	pending int64      // since when it would hold without a break, if that is not yet long enough; or never
	detail  detail     // of the begin of pending
	due     int64      // the deadline that stands in the heap for it, or never

	memory
}

// memory is what single kinds of rules remember.
type memory struct {
	hits    []int64  // threshold with times: when it was met, oldest first
	samples []sample // rate: thinned out, oldest first; stuck: the one that all since are like
	count   int      // stuck: reports since that one
	inside  bool     // fence: it has been inside since the fence stands
	other   *subject // near: to what
	until   int64    // finding: how long it holds
	hook    string   // finding: by whom
	byHook  map[string]*check
}

type sample struct {
	at    int64
	value float64
}

// detail is what is told of a condition beside its rule and thing.
type detail struct {
	value    float64
	valued   bool
	unit     string
	other    assets.ID
	finding  *Seen
	lon, lat float64 // only of a finding
}

// verdict is what a look says of a condition.
type verdict uint8

const (
	keep verdict = iota // nothing that would change it
	yes
	no
)

// key names the check's condition.
func (k *check) key() Key {
	switch {
	case k.of == nil:
		return Key{k.base.Name, assets.ID("fence:" + k.rule.Fence)}
	case k.hook != "":
		return Key{k.base.Name, k.of.thing.Asset.ID + assets.ID("@"+k.hook)}
	}
	return Key{k.base.Name, k.of.thing.Asset.ID}
}

// decide takes what a look says at a time. What would hold, but not yet for long
// enough, waits.
func (j *Judge) decide(k *check, is verdict, at int64, d detail, why string) {
	if k.base.closed {
		is, why = no, whyClosed
	}
	switch {
	case is == no && k.on != nil:
		j.end(k, at, why)
		fallthrough
	case is != yes:
		k.pending = never
		return
	case k.on != nil:
		return
	case k.pending == never:
		k.pending, k.detail = at, d
	}
	if length := k.rule.For.ms(); at-k.pending >= length {
		j.begin(k, at)
	} else {
		j.schedule(k, k.pending+length)
	}
}

// begin lets the check hold true.
func (j *Judge) begin(k *check, at int64) {
	k.on = j.condition(k, k.detail)
	k.on.Since = at
	k.pending = never
	j.held[k.on.Key] = k.on
	j.turns = append(j.turns, Turn{Condition: k.on, On: true, At: at})
}

// end lets the check hold nothing.
func (j *Judge) end(k *check, at int64, why string) {
	j.turns = append(j.turns, Turn{Condition: k.on, At: max(at, k.on.Since), Why: why})
	delete(j.held, k.on.Key)
	k.on, k.pending = nil, never
}

// condition describes what the check holds true.
func (j *Judge) condition(k *check, d detail) *Condition {
	c := &Condition{
		Key: k.key(), Severity: k.rule.Severity, Cause: k.base.cause(), Phenomenon: k.rule.Phenomenon,
		Unit: d.unit, Other: d.other, Fence: k.rule.Fence, Finding: d.finding, Reliability: k.rule.reliability(k.hook), rule: k.rule.Rule,
	}
	if d.valued {
		c.Value = &d.value
	}
	if k.of == nil {
		if f := j.fences[k.rule.Fence]; f != nil {
			p := f.middle()
			c.Lon, c.Lat, c.Area = tidy(p[0]), tidy(p[1]), j.locate(p).Area
		}
		return c
	}
	t := k.of.thing
	c.Asset, c.Kind, c.Class, c.Area = t.Asset.ID, t.Asset.Kind, t.Asset.Class, t.Location().Area
	c.Lon, c.Lat = tidy(t.Anchor[0]), tidy(t.Anchor[1])
	c.Sensitivity = t.Asset.Sensitivity
	if t.Asset.Sensor != nil {
		c.MountedOn = t.Asset.Sensor.MountedOn
	}
	if d.finding != nil {
		c.Lon, c.Lat = tidy(d.lon), tidy(d.lat)
		c.Reliability *= d.finding.Confidence
	}
	return c
}
