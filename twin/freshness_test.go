package twin

import (
	"testing"

	"suhe/assets"
)

func TestJudge(t *testing.T) {
	at := func(ago int64) int64 { return t0 - ago }
	level := func(v float64, ago int64) Observation { return reading("g", "level", v, at(ago)) }
	rain := func(v float64, ago int64) Observation { return reading("g", "rain", v, at(ago)) }
	long := run{count: 20, since: at(hour)}
	for _, c := range []struct {
		name          string
		last          []Observation
		runs          []run
		started       int64
		edit          func(*assets.Asset)
		communication Communication
		data          Data
		severity      Severity
		next          int64
	}{
		{name: "nothing heard", communication: Unknown, data: None, next: never},
		{name: "just heard", last: []Observation{level(2, 0)}, communication: Online, data: Fresh, next: t0 + 3*minute},
		{name: "last moment", last: []Observation{level(2, 3*minute-1)}, communication: Online, data: Fresh, next: t0 + 1},
		{name: "three intervals", last: []Observation{level(2, 3*minute)}, communication: Offline, data: Stale, next: never},
		{name: "silent while we were away", last: []Observation{level(2, hour)}, started: t0 - minute, communication: Unknown, data: Stale, next: t0 + 2*minute},
		{name: "silent since we listen", last: []Observation{level(2, hour)}, started: t0 - 3*minute, communication: Offline, data: Stale, next: never},
		{name: "late report", last: []Observation{{"g", "level", 2, at(hour), t0}}, communication: Online, data: Stale, next: t0 + 3*minute},
		{name: "one phenomenon old", last: []Observation{level(2, hour), rain(0, minute)}, communication: Online, data: Stale, next: t0 + 2*minute},
		{name: "on change only", last: []Observation{level(2, 100*hour)}, edit: func(a *assets.Asset) { a.Sensor.ReportInterval = 0 }, communication: Online, data: Fresh, next: never},
		{name: "stuck", last: []Observation{level(2, 0)}, runs: []run{long}, communication: Online, data: Stuck, next: t0 + 3*minute},
		{name: "too few for stuck", last: []Observation{level(2, 0)}, runs: []run{{19, at(2 * hour)}}, communication: Online, data: Fresh, next: t0 + 3*minute},
		{name: "too soon for stuck", last: []Observation{level(2, 0)}, runs: []run{{30, at(hour - 1)}}, communication: Online, data: Fresh, next: t0 + 3*minute},
		{name: "no rain for long", last: []Observation{rain(0, 0)}, runs: []run{long}, communication: Online, data: Fresh, next: t0 + 3*minute},
		{name: "invalid", last: []Observation{level(99, 0)}, runs: []run{long}, communication: Online, data: Invalid, next: t0 + 3*minute},
		{name: "invalid is worse than stale", last: []Observation{level(99, 0), rain(0, hour)}, communication: Online, data: Invalid, next: t0 + 3*minute},
		{name: "at the valid bound", last: []Observation{level(15, 0)}, communication: Online, data: Fresh, severity: 3, next: t0 + 3*minute},
		{name: "at the normal bound", last: []Observation{level(3, 0)}, communication: Online, data: Fresh, next: t0 + 3*minute},
		{name: "above normal", last: []Observation{level(3.01, 0)}, communication: Online, data: Fresh, severity: 4, next: t0 + 3*minute},
		{name: "half the width above", last: []Observation{level(4, 0)}, communication: Online, data: Fresh, severity: 4, next: t0 + 3*minute},
		{name: "far below normal", last: []Observation{level(-0.01, 0)}, communication: Online, data: Fresh, severity: 3, next: t0 + 3*minute},
		{name: "the worse counts", last: []Observation{level(9, 0), rain(21, 0)}, communication: Online, data: Fresh, severity: 3, next: t0 + 3*minute},
		{name: "no normal range", last: []Observation{level(9, 0)}, edit: func(a *assets.Asset) { a.Sensor.Measures[1].Normal = [2]float64{} }, communication: Online, data: Fresh, next: t0 + 3*minute},
		{name: "unknown phenomenon is valid", last: []Observation{reading("g", "x", 1e9, t0)}, communication: Online, data: Fresh, next: t0 + 3*minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := gauge(1, "g", [2]float64{121.4, 31.2})
			if c.edit != nil {
				c.edit(a)
			}
			runs := c.runs
			for len(runs) < len(c.last) {
				runs = append(runs, run{1, c.last[len(runs)].PhenomenonTime})
			}
			got := judge(a, c.last, runs, phenomena, t0, c.started)
			want := health{State{c.communication, c.data, Normal}, c.severity, c.next}
			if got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

// A state that changes by time changes at the deadline that judge gives, and not before.
func TestJudgeNext(t *testing.T) {
	a := gauge(1, "g", [2]float64{121.4, 31.2})
	last := []Observation{{"g", "level", 2, t0 - 2*minute, t0}, {"g", "rain", 0, t0 - minute, t0 - minute}}
	runs := []run{{1, t0}, {1, t0}}
	for now, started := t0, t0-2*minute; ; {
		h := judge(a, last, runs, phenomena, now, started)
		if h.next == never {
			return
		}
		for at := now; at < h.next; at += 997 {
			if h2 := judge(a, last, runs, phenomena, at, started); h2.state != h.state {
				t.Fatalf("at %d: %+v, before the deadline %d of %+v", at, h2.state, h.next, h.state)
			}
		}
		if h.next <= now {
			t.Fatalf("deadline %d is not after %d", h.next, now)
		}
		now = h.next
	}
}

func TestRunCounts(t *testing.T) {
	var r run
	was := reading("g", "level", 1, t0)
	r = r.next(was, was)
	for i := int64(1); i < 5; i++ {
		is := reading("g", "level", 1, t0+i*minute)
		r, was = r.next(was, is), is
	}
	if r != (run{5, t0}) {
		t.Errorf("five alike: %+v", r)
	}
	r = r.next(was, reading("g", "level", 2, t0+hour))
	if r != (run{1, t0 + hour}) {
		t.Errorf("after another value: %+v", r)
	}
}

func TestSummary(t *testing.T) {
	for _, c := range []struct {
		kind  assets.Kind
		state State
		want  string
	}{
		{assets.Sensor, State{Offline, Invalid, Retired}, "retired"},
		{assets.Sensor, State{Offline, Invalid, Maintenance}, "maintenance"},
		{assets.Sensor, State{Offline, Invalid, Fault}, "fault"},
		{assets.Sensor, State{Offline, Invalid, Normal}, "offline"},
		{assets.Sensor, State{Online, Invalid, Normal}, "invalid"},
		{assets.Sensor, State{Online, Stuck, Normal}, "stuck"},
		{assets.Sensor, State{Unknown, Stale, Normal}, "stale"},
		{assets.Sensor, State{Online, Fresh, Normal}, "normal"},
		{assets.Sensor, State{Unknown, None, Normal}, "unknown"},
		{assets.Camera, State{Unknown, None, Normal}, "unknown"},
		{assets.Camera, State{Unknown, None, Fault}, "fault"},
		{assets.Bridge, State{Unknown, None, Normal}, "normal"},
		{assets.Bridge, State{Unknown, None, Maintenance}, "maintenance"},
		{assets.Bridge, State{Unknown, None, Retired}, "retired"},
	} {
		thing := &Thing{Asset: &assets.Asset{Kind: c.kind}, State: c.state}
		if got := thing.Summary(); got != c.want {
			t.Errorf("%s %+v: %s, want %s", c.kind, c.state, got, c.want)
		}
	}
}

func TestServiceOfProperties(t *testing.T) {
	for _, c := range []struct {
		life  assets.Lifecycle
		value any
		want  Service
	}{
		{assets.InUse, nil, Normal},
		{assets.InUse, "maintenance", Maintenance},
		{assets.InUse, "fault", Fault},
		{assets.InUse, "normal", Normal},
		{assets.InUse, "retired", Normal}, // that is what the lifecycle is for
		{assets.InUse, 7.0, Normal},
		{assets.Planned, nil, Normal},
		{assets.Retired, "fault", Retired},
	} {
		a := &assets.Asset{Lifecycle: c.life, Properties: assets.Properties{{Key: "service", Value: c.value}}}
		if got := service(a); got != c.want {
			t.Errorf("%s with service %v: %s, want %s", c.life, c.value, got, c.want)
		}
	}
}
