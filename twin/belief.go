package twin

import (
	"suhe/assets"
	"suhe/geo"
)

// Belief is what the fixes of one mover have led to. It is a value: Next makes
// the next one and changes nothing. The zero Belief takes the first fix.
//
// Satellites jump: between high walls and under bridges a receiver is now and
// then hundreds of metres off, and sure of it. A fix is believed if the mover can
// have got there: the distance from the last believed one, less what both may be
// off, is no more than the top speed of its class in the time between. One that
// is not is held back, unless enough fixes in a row agree with each other on the
// new place: then the old one was wrong, or nobody saw how it got there, as after
// a tunnel. A fix less sure than the class allows says nothing at all.
type Belief struct {
	last   Fix
	some   bool              // last is one
	doubts [agreeing - 1]Fix // newer than last, not yet believed; each agrees with the one before
	held   int               // how many there are
}

const (
	// agreeing is how many fixes in a row make a new place believed.
	agreeing = 3
	// usualAccuracy is what a receiver that tells none may be off.
	usualAccuracy geo.Metres = 15
)

// Next judges a fix of a mover that moves by m, and returns the belief after it
// with the fix's result: ResultApplied, ResultLate and ResultRepeat as with
// observations, ResultHeld or ResultVague. The belief is another only after
// ResultApplied and ResultHeld.
func (b Belief) Next(f Fix, m assets.Motion) (Belief, string) {
	newest, some := b.newest()
	if some && newest > f.ReceivedTime+tooFar {
		b, some = Belief{}, false // stamped by a clock that was ahead and has been set back since
	}
	if some && f.PhenomenonTime <= newest {
		if f.PhenomenonTime == newest || b.some && f.PhenomenonTime == b.last.PhenomenonTime {
			return b, ResultRepeat
		}
		return b, ResultLate
	}
	switch {
	case m.MaxAccuracy > 0 && f.Accuracy > m.MaxAccuracy:
		return b, ResultVague
	case !b.some || reachable(&b.last, &f, m.TopSpeed):
	case b.held > 0 && !reachable(&b.doubts[b.held-1], &f, m.TopSpeed):
		b.doubts[0], b.held = f, 1
		return b, ResultHeld
	case b.held < len(b.doubts):
		b.doubts[b.held] = f
		b.held++
		return b, ResultHeld
	}
	return Belief{last: f, some: true}, ResultApplied
}

// newest is the time of the newest fix that counts.
func (b *Belief) newest() (int64, bool) {
	if b.held > 0 {
		return b.doubts[b.held-1].PhenomenonTime, true
	}
	return b.last.PhenomenonTime, b.some
}

// reachable says whether what was at a can be at b; any speed will do if top is 0.
func reachable(a, b *Fix, top float64) bool {
	if top <= 0 {
		return true
	}
	seconds := float64(b.PhenomenonTime-a.PhenomenonTime) / 1000
	return float64(geo.Distance(a.Point(), b.Point())-off(a)-off(b)) <= top*seconds
}

// off is how far the fix may be from the truth.
func off(f *Fix) geo.Metres {
	if f.Accuracy < 0 {
		return usualAccuracy
	}
	return f.Accuracy
}

// Believed returns the fixes, which are in order of time, that a mover that
// moves by m was believed to have.
func Believed(fixes []Fix, m assets.Motion) []Fix {
	var b Belief
	var out []Fix
	for _, f := range fixes {
		var result string
		if b, result = b.Next(f, m); result == ResultApplied {
			out = append(out, f)
		}
	}
	return out
}
