package alarm

import (
	"math"
	"slices"

	"github.com/google/cel-go/common/types"

	"suhe/assets"
	"suhe/twin"
)

// Observe judges one observation that became the state. now is when.
func (j *Judge) Observe(h *twin.Heard, now int64) {
	s := j.subjects[h.FID]
	if s == nil {
		return
	}
	j.variables.value = types.Double(h.Value)
	for _, k := range s.checks {
		switch k.rule.Kind {
		case Threshold, Rate, Stuck:
			if h.Valid && h.Phenomenon == k.rule.Phenomenon {
				j.measure(k, &h.Observation)
			}
		case Stale, Missing:
			j.age(k, now)
		}
	}
}

// measure judges a value, which is that of the variables too. An invalid one says
// nothing of the world and is not asked.
func (j *Judge) measure(k *check, o *twin.Observation) {
	v := &j.variables
	v.of(k.of.thing.Asset, k.of.thing.Asset.Location)
	v.low, v.high = k.low, k.high
	d := detail{value: o.Value, valued: true, unit: k.unit}
	is, why := keep, whyClear
	switch k.rule.Kind {
	case Threshold:
		is = j.threshold(k, o.PhenomenonTime)
	case Rate:
		rate, known := k.rate(o)
		if known {
			v.rate = types.Double(rate)
			is = hysteresis(k, v)
		}
		d.value = rate
	case Stuck:
		is, why = k.stuck(o), whyMoved
	}
	j.decide(k, is, o.PhenomenonTime, d, why)
}

// setNormal takes from the sensor in which range a value is in order; without one
// every value is.
func (k *check) setNormal(s *assets.SensorSpec) {
	low, high := math.Inf(-1), math.Inf(1)
	for i := range s.Measures {
		m := &s.Measures[i]
		if m.Phenomenon != k.rule.Phenomenon {
			continue
		}
		if k.unit = m.Unit; k.rule.Kind == Rate {
			k.unit += "/h"
		}
		if m.Normal[0] < m.Normal[1] {
			low, high = m.Normal[0], m.Normal[1]
		}
	}
	k.low, k.high = types.Double(low), types.Double(high)
}

// hysteresis says what a value means for a condition that holds or does not: one
// that holds ends only by what clears it.
func hysteresis(k *check, v *variables) verdict {
	e := k.rule.when
	ends := k.on != nil && k.rule.clear.there()
	if ends {
		e = k.rule.clear
	}
	holds, known := e.holds(v)
	switch {
	case !known:
		return keep
	case holds != ends:
		return yes
	}
	return no
}

// threshold judges a value against the rule's condition.
func (j *Judge) threshold(k *check, at int64) verdict {
	if k.rule.Times == 0 {
		return hysteresis(k, &j.variables)
	}
	if k.on != nil && k.rule.clear.there() {
		if clears, known := k.rule.clear.holds(&j.variables); clears && known {
			k.hits = k.hits[:0]
			return no
		}
	}
	holds, known := k.rule.when.holds(&j.variables)
	if !holds || !known {
		return keep
	}
	if n := len(k.hits); n > 0 && k.hits[n-1] == at {
		return keep // it is looked at again
	}
	if len(k.hits) == k.rule.Times {
		k.hits = slices.Delete(k.hits, 0, 1)
	}
	k.hits = append(k.hits, at)
	if len(k.hits) < k.rule.Times || at-k.hits[0] > k.rule.Within.ms() {
		return keep
	}
	if !k.rule.clear.there() {
		j.schedule(k, at+k.rule.Within.ms())
	}
	return yes
}

// forgetHits ends what was met too often, when it was not met for that time.
func (j *Judge) forgetHits(k *check, now int64) {
	if k.on == nil || k.rule.Times == 0 || k.rule.clear.there() {
		return
	}
	last := k.on.Since
	if n := len(k.hits); n > 0 {
		last = k.hits[n-1]
	}
	if until := last + k.rule.Within.ms(); until > now {
		j.schedule(k, until)
		return
	}
	j.decide(k, no, now, detail{}, whyClear)
}

// samplesKept bounds what a rate is reckoned by.
const samplesKept = 32

// rate is how much the value changes in an hour: between now and the oldest sample
// that is not longer ago than the rule looks back. Known only from half of that on.
func (k *check) rate(o *twin.Observation) (perHour float64, known bool) {
	over := k.rule.Over.ms()
	for len(k.samples) > 0 && (o.PhenomenonTime-k.samples[0].at > over || k.samples[0].at > o.PhenomenonTime) {
		k.samples = slices.Delete(k.samples, 0, 1)
	}
	if n := len(k.samples); n == 0 || o.PhenomenonTime-k.samples[n-1].at > over/samplesKept {
		k.samples = append(k.samples, sample{o.PhenomenonTime, o.Value})
	}
	first := k.samples[0]
	past := o.PhenomenonTime - first.at
	if past <= 0 || past < over/2 {
		return 0, false
	}
	return (o.Value - first.value) * 3_600_000 / float64(past), true
}

// leastStuck is how many reports in a row must be alike.
const leastStuck = 3

// stuck says whether the value stays where it is. One report more or less says nothing.
func (k *check) stuck(o *twin.Observation) verdict {
	if len(k.samples) == 0 {
		k.samples = append(k.samples, sample{o.PhenomenonTime, o.Value})
		k.count = 1
		return keep
	}
	first := &k.samples[0]
	if math.Abs(o.Value-first.value) > k.rule.Band || o.PhenomenonTime < first.at {
		*first, k.count = sample{o.PhenomenonTime, o.Value}, 1
		return no
	}
	if o.PhenomenonTime > first.at { // the same one may be looked at again
		k.count++
	}
	if k.count >= leastStuck && o.PhenomenonTime-first.at >= k.rule.Over.ms() {
		return yes
	}
	return keep
}

// missedReports is how many report intervals may pass in silence if the rule does
// not say how long.
const missedReports = 3

// age judges how old the newest is that is known of the check's thing.
func (j *Judge) age(k *check, now int64) {
	after := k.rule.After.ms()
	t := k.of.thing
	if after == 0 && t.Asset.Sensor != nil {
		after = missedReports * t.Asset.Sensor.ReportInterval.Milliseconds()
	}
	last, ever := k.last()
	if after == 0 || !ever && !k.rule.Unseen {
		j.decide(k, no, now, detail{}, whyRule)
		return
	}
	if k.on == nil { // silence of before the judge began counts only for what held already
		last = max(last, j.started)
	}
	if now-last < after {
		j.decide(k, no, now, detail{}, whyHeard)
		j.schedule(k, last+after)
		return
	}
	j.decide(k, yes, now, detail{value: float64(now-last) / 1000, valued: true, unit: "s"}, "")
}

// last is when the newest was true (stale) or heard (missing); ever is false if
// there is none.
func (k *check) last() (at int64, ever bool) {
	t := k.of.thing
	if t.Live != nil {
		return t.Live.ReceivedTime, true
	}
	for i := range t.Last {
		switch o := &t.Last[i]; {
		case k.rule.Kind == Missing:
			at, ever = max(at, o.ReceivedTime), true
		case o.Phenomenon == k.rule.Phenomenon:
			at, ever = o.PhenomenonTime, true
		}
	}
	return at, ever
}
