package twin

import (
	"math"

	"suhe/assets"
)

// missed is how many report intervals may pass in silence.
const missed = 3

// A value is stuck when it came stuckReports times over stuckFor milliseconds.
const (
	stuckReports = 20
	stuckFor     = 60 * 60 * 1000
)

// Rule is what the phenomenon table says of a phenomenon's values.
type Rule struct {
	Valid    [2]float64 // closed range of what the quantity can be at all; empty if not Valid[0] < Valid[1]
	Restless bool       // it is never the same for an hour (a water level); rain or a tilt may well rest
}

// run is how long a phenomenon has kept its value.
type run struct {
	count uint32 // reports in a row with this value
	since int64  // PhenomenonTime of the first of them
}

// never is a deadline that does not come.
const never = math.MaxInt64

// health is what follows from a device's observations at one time.
type health struct {
	state    State
	severity Severity
	next     int64 // when the state may change by time alone, or never
}

// judge decides the health of a sensor at now. started is when this node began
// to listen. runs go with last. It is pure: rule is a table.
func judge(a *assets.Asset, last []Observation, runs []run, rule func(string) (Rule, bool), now, started int64) health {
	h := health{state: State{Communication: Unknown, Data: None, Service: service(a)}, next: never}
	if len(last) == 0 || a.Sensor == nil {
		return h
	}
	patience := missed * a.Sensor.ReportInterval.Milliseconds()
	h.listen(lastHeard(last), patience, now, started)
	for i, o := range last {
		r, known := Rule{}, false
		if rule != nil {
			r, known = rule(o.Phenomenon)
		}
		valid := !known || r.Holds(o.Value)
		switch {
		case !valid:
			h.atWorst(Invalid)
		case r.Restless && runs[i].stuck(o.PhenomenonTime):
			h.atWorst(Stuck)
		case h.before(o.PhenomenonTime+patience, patience, now):
			h.atWorst(Fresh)
		default:
			h.atWorst(Stale)
		}
		if valid {
			h.alarm(a.Sensor, o)
		}
	}
	return h
}

// judgeMover decides the health of a mover at now: its data is its place.
func judgeMover(t *Thing, k *moves, m assets.Motion, now, started int64) health {
	h := health{state: State{Communication: Unknown, Data: None, Service: service(t.Asset)}, next: never}
	if k == nil {
		return h
	}
	patience := missed * m.ReportInterval().Milliseconds()
	h.listen(k.heard, patience, now, started)
	if t.Live == nil {
		return h
	}
	h.atWorst(Stale)
	if h.before(t.Live.PhenomenonTime+patience, patience, now) {
		h.state.Data = Fresh
	}
	return h
}

// lastHeard is when the newest of the observations was received.
func lastHeard(last []Observation) int64 {
	heard := last[0].ReceivedTime
	for _, o := range last[1:] {
		heard = max(heard, o.ReceivedTime)
	}
	return heard
}

// listen decides the communication from when the device was heard last.
func (h *health) listen(heard, patience, now, started int64) {
	switch {
	case h.before(heard+patience, patience, now):
		h.state.Communication = Online
	case h.before(started+patience, patience, now):
		h.state.Communication = Unknown
	default:
		h.state.Communication = Offline
	}
}

// before says whether the deadline is still to come, and remembers it if so.
// Without patience no deadline comes.
func (h *health) before(deadline, patience, now int64) bool {
	if patience <= 0 {
		return true
	}
	if now >= deadline {
		return false
	}
	h.next = min(h.next, deadline)
	return true
}

// atWorst keeps the worse of what the data is and d.
func (h *health) atWorst(d Data) {
	if worth(d) < worth(h.state.Data) {
		h.state.Data = d
	}
}

func worth(d Data) int {
	switch d {
	case Invalid:
		return 0
	case Stuck:
		return 1
	case Stale:
		return 2
	case Fresh:
		return 3
	}
	return 4
}

// alarm keeps the worse of the severity and that of o: 4 outside the normal
// range, 3 outside it by more than half its width. An invalid value says
// nothing of the world and is not asked.
func (h *health) alarm(s *assets.SensorSpec, o Observation) {
	m := measure(s, o.Phenomenon)
	if m == nil || !(m.Normal[0] < m.Normal[1]) {
		return
	}
	out := max(m.Normal[0]-o.Value, o.Value-m.Normal[1])
	switch {
	case out <= 0:
		return
	case out > (m.Normal[1]-m.Normal[0])/2:
		h.severity = 3
	case h.severity == 0:
		h.severity = 4
	}
}

// Holds says whether the value is one that the quantity can have.
func (r Rule) Holds(v float64) bool {
	return !(r.Valid[0] < r.Valid[1]) || (r.Valid[0] <= v && v <= r.Valid[1])
}

func (r run) stuck(until int64) bool {
	return r.count >= stuckReports && until-r.since >= stuckFor
}

// next is the run after one more report.
func (r run) next(was, is Observation) run {
	if r.count == 0 || was.Value != is.Value {
		return run{count: 1, since: is.PhenomenonTime}
	}
	if r.count < math.MaxUint32 {
		r.count++
	}
	return r
}

// measure finds the sensor's measure of the phenomenon, or nil.
func measure(s *assets.SensorSpec, phenomenon string) *assets.Measure {
	for i := range s.Measures {
		if s.Measures[i].Phenomenon == phenomenon {
			return &s.Measures[i]
		}
	}
	return nil
}
