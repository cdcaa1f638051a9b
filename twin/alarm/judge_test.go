package alarm

import (
	"testing"

	"suhe/assets"
	"suhe/twin"
)

const high = "{'title': '高', 'titleEn': 'High', 'kind': 'threshold', 'classes': ['sensor.water_level'], 'phenomenon': 'water_level', 'when': 'value > high', 'severity': 2"

func TestHysteresis(t *testing.T) {
	c := newCourt(t, NewBook([]*Rule{rule(t, "high", high+", 'clear': 'value < high - 0.5'}")}, nil), gauge(1, "g"))
	c.value(1, 2.9).tells("")
	c.at(1).value(1, 3.1).tells("+high g")
	c.at(2).value(1, 2.8).tells("") // between the two
	c.at(3).value(1, 3.4).tells("")
	c.at(4).value(1, 2.4).tells("-high g: the value is back")
	c.at(5).value(1, 2.8).tells("")
}

func TestClearsWithoutHysteresis(t *testing.T) {
	c := newCourt(t, NewBook([]*Rule{rule(t, "high", high+"}")}, nil), gauge(1, "g"))
	c.value(1, 3.1).tells("+high g")
	c.at(1).value(1, 3).tells("-high g: the value is back")
}

func TestDurationPassesByTimeAndIsBrokenByAValue(t *testing.T) {
	c := newCourt(t, NewBook([]*Rule{rule(t, "high", high+", 'for': '60s'}")}, nil), gauge(1, "g"))
	c.value(1, 4).tells("")
	c.at(59).tells("")
	c.at(59.5).value(1, 2).tells("") // broken
	c.at(61).tells("")
	c.at(70).value(1, 4).tells("")
	c.at(129).tells("")
	c.at(130).tells("+high g")
	c.at(131).value(1, 2).tells("-high g: the value is back")
}

func TestDurationOfLateReportsIsJudgedByTheirTime(t *testing.T) {
	c := newCourt(t, NewBook([]*Rule{rule(t, "high", high+", 'for': '60s'}")}, nil), gauge(1, "g"))
	at := func(seconds int64, v float64) {
		o := twin.Observation{Asset: "g", Phenomenon: "water_level", Value: v, PhenomenonTime: t0 + seconds*second, ReceivedTime: t0 + hour}
		c.Observe(&twin.Heard{Observation: o, FID: 1, Valid: true}, t0+hour)
	}
	at(0, 4)
	at(30, 2)
	at(40, 4)
	c.tells("")
	at(101, 4)
	c.tells("+high g")
}

func TestRepeats(t *testing.T) {
	c := newCourt(t, NewBook([]*Rule{rule(t, "high", high+", 'times': 3, 'within': '60s'}")}, nil), gauge(1, "g"))
	c.value(1, 4)
	c.at(10).value(1, 4)
	c.at(20).value(1, 2)
	c.at(71).value(1, 4).tells("") // the first is too long ago
	c.at(72).value(1, 4).tells("")
	c.at(80).value(1, 4).tells("+high g")
	c.at(100).value(1, 2).tells("")
	c.at(139).tells("")
	c.at(140).tells("-high g: the value is back") // 60 s after the last
}

func TestRateOfChange(t *testing.T) {
	r := rule(t, "rising", "{'title': '涨', 'titleEn': 'Rising', 'kind': 'rate', 'classes': ['sensor.water_level'], 'phenomenon': 'water_level', 'over': '20m', 'when': 'rate > 1.0', 'clear': 'rate < 0.5', 'severity': 3}")
	c := newCourt(t, NewBook([]*Rule{r}, nil), gauge(1, "g"))
	level := 2.0
	for m := range 30 { // 1.2 m/h
		c.at(float64(m)*60).value(1, level)
		level += 0.02
		if m < 10 {
			c.tells("") // not known yet
		}
	}
	c.tells("+rising g")
	for m := 30; m < 60; m++ {
		c.at(float64(m)*60).value(1, level)
	}
	c.tells("-rising g: the value is back")
}

func TestStuck(t *testing.T) {
	r := rule(t, "stuck", "{'title': '死', 'titleEn': 'Stuck', 'kind': 'stuck', 'classes': ['sensor.water_level'], 'phenomenon': 'water_level', 'over': '10m', 'band': 0.01, 'severity': 4}")
	c := newCourt(t, NewBook([]*Rule{r}, nil), gauge(1, "g"))
	for m := range 10 {
		c.at(float64(m)*60).value(1, 2+0.005*float64(m%2)).tells("")
	}
	c.at(600).value(1, 2).tells("+stuck g")
	c.at(660).value(1, 2.1).tells("-stuck g: the value moves again")
}

func TestStaleAndMissing(t *testing.T) {
	stale := rule(t, "stale", "{'title': '旧', 'titleEn': 'Stale', 'kind': 'stale', 'classes': ['sensor.*'], 'phenomenon': 'water_level', 'after': '2m', 'severity': 4}")
	missing := rule(t, "missing", "{'title': '失', 'titleEn': 'Missing', 'kind': 'missing', 'classes': ['sensor.*'], 'severity': 4}")
	c := newCourt(t, NewBook([]*Rule{stale, missing}, nil), gauge(1, "g"), gauge(2, "never"))
	c.at(10).value(1, 2).tells("")
	c.at(129).tells("")
	c.at(130).tells("+stale g")
	c.at(190).tells("+missing g") // three report intervals
	c.at(200).value(1, 2).tells("-missing g: it is heard again; -stale g: it is heard again")
	c.at(201).tells("")
}

func TestUnseenIsMissingOnceTheJudgeHasListenedForThatLong(t *testing.T) {
	missing := rule(t, "missing", "{'title': '失', 'titleEn': 'Missing', 'kind': 'missing', 'classes': ['sensor.*'], 'unseen': true, 'after': '5m', 'severity': 4}")
	c := newCourt(t, NewBook([]*Rule{missing}, nil), gauge(1, "never"))
	c.at(299).tells("")
	c.at(300).tells("+missing never")
}

func TestRestartAnnouncesNoSilenceOfBefore(t *testing.T) {
	missing := rule(t, "missing", "{'title': '失', 'titleEn': 'Missing', 'kind': 'missing', 'classes': ['sensor.*'], 'severity': 4}")
	old := func(fid assets.FID, id string) *twin.Thing {
		s := gauge(fid, id)
		s.Last = []twin.Observation{{Asset: s.Asset.ID, Phenomenon: "water_level", Value: 2, PhenomenonTime: t0 - hour, ReceivedTime: t0 - hour}}
		return s
	}
	held := &Condition{Key: Key{"missing", "held"}, Since: t0 - 2*hour}
	c := newCourtAfter(t, []*Condition{held}, NewBook([]*Rule{missing}, nil), old(1, "g"), old(2, "held"))
	c.tells("")
	if c.held[held.Key] == nil {
		t.Fatal("what held before holds no more")
	}
	c.at(1).value(2, 2).tells("-missing held: it is heard again")
	c.at(180).tells("+missing g")
}

func TestRestartKeepsWhatLiesBetweenTheThresholds(t *testing.T) {
	b := NewBook([]*Rule{rule(t, "high", high+", 'clear': 'value < high - 0.5'}")}, nil)
	between := func(fid assets.FID, id string) *twin.Thing {
		s := gauge(fid, id)
		s.Last = []twin.Observation{{Asset: s.Asset.ID, Phenomenon: "water_level", Value: 2.8, PhenomenonTime: t0 - 1, ReceivedTime: t0 - 1}}
		return s
	}
	c := newCourtAfter(t, []*Condition{{Key: Key{"high", "held"}, Since: t0 - hour}}, b, between(1, "held"), between(2, "other"))
	c.tells("")
	c.at(1).value(1, 2.4).value(2, 2.4).tells("-high held: the value is back")
}

func TestSchedule(t *testing.T) {
	c := newCourt(t, NewBook([]*Rule{rule(t, "high", high+", 'schedule': {'days': [1], 'from': '10:01', 'to': '10:02'}}")}, nil), gauge(1, "g"))
	c.value(1, 4).tells("")
	c.at(60).tells("+high g")
	c.at(119).tells("")
	c.at(120).tells("-high g: the schedule ended")
}

func TestOverrides(t *testing.T) {
	r := rule(t, "high", high+", 'overrides': {'low-one': {'when': 'value > 2.0', 'severity': 1}, 'quiet': {'off': true}}}")
	c := newCourt(t, NewBook([]*Rule{r}, nil), gauge(1, "g"), gauge(2, "low-one"), gauge(3, "quiet"))
	c.value(1, 2.5).value(3, 9).tells("")
	c.value(2, 2.5)
	if turns := c.Take(); len(turns) != 1 || turns[0].Condition.About != "low-one" || turns[0].Condition.Severity != 1 {
		t.Fatalf("turns %+v", turns)
	}
}

func TestWhereAndService(t *testing.T) {
	r := rule(t, "high", high+", 'where': 'has(properties.pump) && properties.pump == true'}")
	pump, other, idle := gauge(1, "pump"), gauge(2, "other"), gauge(3, "idle")
	pump.Asset.Properties = assets.Properties{{Key: "pump", Value: true}}
	idle.Asset.Properties, idle.State.Service = pump.Asset.Properties, twin.Maintenance
	c := newCourt(t, NewBook([]*Rule{r}, nil), pump, other, idle)
	c.value(1, 4).value(2, 4).value(3, 4).tells("+high pump")
	rest := *c.things[1]
	rest.State.Service = twin.Maintenance
	c.Put(&rest, t0)
	c.tells("-high pump: the rule no longer says so")
}

func TestRulesThatChangeAndGo(t *testing.T) {
	one := func(text string) *Book { return NewBook([]*Rule{rule(t, "high", text)}, nil) }
	c := newCourt(t, one(high+"}"), gauge(1, "g"))
	c.value(1, 3.5).tells("+high g")
	c.Renew(one(high+", 'clear': 'value < 1.0'}"), c.all(), t0)
	c.tells("") // it holds by both
	c.Renew(one("{'title': '高', 'titleEn': 'High', 'kind': 'threshold', 'classes': ['sensor.water_level'], 'phenomenon': 'water_level', 'when': 'value > 9.0', 'severity': 2}"), c.all(), t0)
	c.tells("-high g: the value is back")
	c.Renew(one(high+"}"), c.all(), t0)
	c.tells("+high g")
	c.Renew(NewBook(nil, nil), c.all(), t0)
	c.tells("-high g: the rule no longer says so")
}

func TestAssetThatGoes(t *testing.T) {
	c := newCourt(t, NewBook([]*Rule{rule(t, "high", high+"}")}, nil), gauge(1, "g"))
	c.value(1, 4).tells("+high g")
	c.Remove(1, t0)
	c.tells("-high g: the asset is gone")
}

func TestInvalidValuesAndUnknownPropertiesDecideNothing(t *testing.T) {
	r := rule(t, "high", "{'title': '高', 'titleEn': 'High', 'kind': 'threshold', 'classes': ['sensor.water_level'], 'phenomenon': 'water_level', 'when': 'value > properties.warning_m', 'severity': 2}")
	known := gauge(2, "known")
	known.Asset.Properties = assets.Properties{{Key: "warning_m", Value: 3.8}}
	c := newCourt(t, NewBook([]*Rule{r}, nil), gauge(1, "g"), known)
	c.value(1, 9).tells("")
	c.value(2, 3.9).tells("+high known")
	o := twin.Observation{Asset: "known", Phenomenon: "water_level", Value: -99, PhenomenonTime: t0 + 1}
	c.Observe(&twin.Heard{Observation: o, FID: 2}, t0)
	c.tells("")
}
