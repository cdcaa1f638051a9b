package alarm

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"suhe/assets"
	"suhe/assets/scene"
)

// wrongRules are documents that are refused, and what the error says. ' stands for ".
var wrongRules = map[string]struct{ doc, says string }{
	"no JSON":           {"{", "unexpected EOF"},
	"two":               {high + "} {}", "more than one"},
	"unknown field":     {high + ", 'colour': 'red'}", "colour"},
	"no title":          {"{'kind': 'threshold'}", "title"},
	"unknown kind":      {"{'title': 'x', 'titleEn': 'x', 'kind': 'feeling'}", "kind"},
	"nothing to meet":   {"{'title': 'x', 'titleEn': 'x', 'kind': 'threshold', 'classes': ['sensor.noise'], 'phenomenon': 'noise'}", "when: none"},
	"field of others":   {high + ", 'over': '5m'}", "over: a rule of kind threshold takes none"},
	"unknown class":     {strings.Replace(high, "sensor.water_level", "sensor.mood", 1) + "}", "classes"},
	"unknown kind.*":    {strings.Replace(high, "sensor.water_level", "mood.*", 1) + "}", "classes"},
	"unknown quantity":  {strings.Replace(high, "'phenomenon': 'water_level'", "'phenomenon': 'mood'", 1) + "}", "phenomenon"},
	"unknown variable":  {strings.Replace(high, "value > high", "valeu > high", 1) + "}", "undeclared reference to 'valeu'"},
	"other variable":    {strings.Replace(high, "value > high", "confidence > 0.5", 1) + "}", "undeclared reference to 'confidence'"},
	"types":             {strings.Replace(high, "value > high", "value > name", 1) + "}", "no matching overload"},
	"no condition":      {strings.Replace(high, "value > high", "value + 1.0", 1) + "}", "want a condition (bool)"},
	"syntax":            {strings.Replace(high, "value > high", "value >", 1) + "}", "Syntax error"},
	"loops":             {strings.Replace(high, "value > high", "[1, 2].all(i, value > 3.0)", 1) + "}", "undeclared reference"},
	"costs":             {strings.Replace(high, "value > high", strings.Repeat("name.contains(owner) && ", 30)+"true", 1) + "}", "it may cost"},
	"long expression":   {strings.Replace(high, "value > high", "value > high"+strings.Repeat(" ", 2000), 1) + "}", "at most 1000"},
	"severity":          {strings.Replace(high, "'severity': 2", "'severity': 5", 1) + "}", "severity"},
	"span":              {high + ", 'for': 60}", "want text like"},
	"negative span":     {high + ", 'for': '-1s'}", "want text like"},
	"endless span":      {high + ", 'for': '9000h'}", "at most 168h"},
	"times alone":       {high + ", 'times': 3}", "times and within"},
	"for and times":     {high + ", 'times': 3, 'within': '1m', 'for': '1m'}", "not both"},
	"day":               {high + ", 'schedule': {'days': [0]}}", "schedule.days"},
	"hour":              {high + ", 'schedule': {'from': '25:00'}}", "schedule.from"},
	"cause":             {high + ", 'cause': 'Big Flood'}", "cause"},
	"gather":            {high + ", 'gather': -1}", "gather"},
	"reliability":       {high + ", 'reliability': 2}", "reliability"},
	"promotes to what":  {high + ", 'promote': 'raised'}", "event"},
	"promote":           {high + ", 'promote': 'later', 'event': 'flood.level'}", "promote"},
	"override's id":     {high + ", 'overrides': {'a b': {}}}", "overrides"},
	"override's CEL":    {high + ", 'overrides': {'g': {'when': 'x'}}}", "overrides.g: "},
	"override's field":  {high + ", 'overrides': {'g': {'after': '5m'}}}", "overrides.g: "},
	"crossing":          {"{'title': 'x', 'titleEn': 'x', 'kind': 'fence', 'classes': ['mover.*'], 'fence': 'f', 'on': 'fly'}", "on: "},
	"dwells how long":   {"{'title': 'x', 'titleEn': 'x', 'kind': 'fence', 'classes': ['mover.*'], 'fence': 'f', 'on': 'dwell'}", "for: "},
	"unknown finding":   {"{'title': 'x', 'titleEn': 'x', 'kind': 'finding', 'findings': ['love'], 'when': 'true'}", "findings"},
	"source of nothing": {"{'title': 'x', 'titleEn': 'x', 'kind': 'finding', 'findings': ['crowd'], 'when': 'true', 'sources': {'a': 0}}", "sources.a"},
	"how near":          {"{'title': 'x', 'titleEn': 'x', 'kind': 'near', 'classes': ['mover.*'], 'others': ['mover.*'], 'metres': 9000}", "metres"},
	"no such incident":  {"{'title': 'x', 'titleEn': 'x', 'kind': 'stale', 'classes': ['sensor.noise'], 'phenomenon': 'noise', 'event': 'fun.fair'}", "event"},
	"a crowd of one":    {"{'title': 'x', 'titleEn': 'x', 'kind': 'crowding', 'classes': ['mover.*'], 'fence': 'f', 'count': 2, 'clear': 'name != id'}", "clear"},
	"how many":          {"{'title': 'x', 'titleEn': 'x', 'kind': 'crowding', 'classes': ['mover.*'], 'fence': 'f', 'count': -2}", "count"},
}

func TestWrongRulesAreRefusedWithTheField(t *testing.T) {
	for name, c := range wrongRules {
		_, err := ReadRule("r", []byte(strings.ReplaceAll(c.doc, "'", `"`)), tables())
		if !errors.Is(err, assets.ErrInvalid) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want it to say %q", name, err, c.says)
		}
	}
}

func TestDefaults(t *testing.T) {
	edition, rules, err := Defaults(tables())
	if err != nil || edition != tables().Edition() {
		t.Fatalf("edition %q, %v", edition, err)
	}
	seen := map[string]bool{}
	for _, r := range rules {
		for _, f := range r.Findings {
			seen[f] = true
		}
	}
	for _, f := range tables().Findings() {
		if !seen[f.Code] {
			t.Errorf("no rule about the finding %s", f.Code)
		}
	}
	if len(NewBook(rules, nil).rules) != len(rules) {
		t.Error("a rule does not compile")
	}
}

func FuzzReadRule(f *testing.F) {
	for _, c := range wrongRules {
		f.Add([]byte(strings.ReplaceAll(c.doc, "'", `"`)))
	}
	f.Add([]byte(strings.ReplaceAll(high+", 'for': '1m', 'schedule': {'days': [1], 'from': '22:00', 'to': '06:00'}, 'overrides': {'g': {'severity': 1}}}", "'", `"`)))
	var file struct{ Rules map[string]json.RawMessage }
	if err := json.Unmarshal(defaultsFile, &file); err != nil {
		f.Fatal(err)
	}
	for _, doc := range file.Rules {
		f.Add([]byte(doc))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		r, err := ReadRule("r", doc, tables())
		if err != nil {
			if !errors.Is(err, assets.ErrInvalid) {
				t.Fatal(err)
			}
			return
		}
		again, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ReadRule("r", again, tables()); err != nil {
			t.Fatalf("written as %s it is refused: %v", again, err)
		}
		c := newCourt(t, NewBook([]*Rule{r}, nil), gauge(1, "g"), mover(2, "m", middle, t0), camera(3, "c", middle))
		c.at(1).value(1, 4).at(60).goes(2, afar).value(1, -4).at(10000)
		c.Find(found("c", "h", "1", 0.9, c.now), c.now)
		for _, turn := range c.Take() {
			if turn.Condition.Severity > 4 {
				t.Fatalf("turn %+v", turn)
			}
		}
	})
}

func FuzzReadFence(f *testing.F) {
	for _, doc := range []string{
		yard,
		"{'title': '岸', 'titleEn': 'Bank', 'corridor': {'bank': 'left', 'from': 1000, 'to': 2000, 'width': 60}}",
		"{'title': '段', 'titleEn': 'Stretch', 'chainage': {'from': 1000, 'to': 2000}, 'schedule': {'from': '08:00'}}",
		"{'title': 'x', 'titleEn': 'x', 'polygon': {'type': 'Point', 'coordinates': [1, 2]}}",
		"{'title': 'x', 'titleEn': 'x', 'polygon': {'type': 'MultiPolygon', 'coordinates': []}}",
	} {
		f.Add([]byte(strings.ReplaceAll(doc, "'", `"`)))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		r, err := ReadFence("f", doc, scene.River())
		if err != nil {
			if !errors.Is(err, assets.ErrInvalid) {
				t.Fatal(err)
			}
			return
		}
		r.Holds(r.middle())
		again, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if same, err := ReadFence("f", again, scene.River()); err != nil || !same.Schedule.On(time.UnixMilli(t0)) != !r.Schedule.On(time.UnixMilli(t0)) {
			t.Fatalf("written as %s it is another: %v", again, err)
		}
	})
}

func TestWrongFencesAndSilences(t *testing.T) {
	for name, c := range map[string]struct{ doc, says string }{
		"no form":   {"{'title': 'x', 'titleEn': 'x'}", "0 of them, want one"},
		"two forms": {"{'title': 'x', 'titleEn': 'x', 'chainage': {'from': 0, 'to': 1}, 'corridor': {}}", "2 of them, want one"},
		"a point":   {"{'title': 'x', 'titleEn': 'x', 'polygon': {'type': 'Point', 'coordinates': [121, 31]}}", "Polygon or MultiPolygon"},
		"crosses":   {"{'title': 'x', 'titleEn': 'x', 'polygon': {'type': 'Polygon', 'coordinates': [[[0,0],[1,1],[1,0],[0,1],[0,0]]]}}", "polygon: "},
		"bank":      {"{'title': 'x', 'titleEn': 'x', 'corridor': {'bank': 'north', 'from': 0, 'to': 9, 'width': 9}}", "corridor.bank"},
		"width":     {"{'title': 'x', 'titleEn': 'x', 'corridor': {'bank': 'left', 'from': 0, 'to': 9}}", "corridor.width"},
		"backwards": {"{'title': 'x', 'titleEn': 'x', 'chainage': {'from': 9, 'to': 1}}", "chainage: from 9 to 1"},
		"too far":   {"{'title': 'x', 'titleEn': 'x', 'chainage': {'from': 0, 'to': 1e6}}", "chainage: from 0"},
	} {
		_, err := ReadFence("f", []byte(strings.ReplaceAll(c.doc, "'", `"`)), scene.River())
		if !errors.Is(err, assets.ErrInvalid) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("fence %s: %v, want it to say %q", name, err, c.says)
		}
	}
	for name, c := range map[string]struct{ doc, says string }{
		"nothing":  {"{'match': {}, 'until': '2026-12-01T00:00:00+08:00', 'why': 'x'}", "match: empty"},
		"for ever": {"{'match': {'rules': ['x']}, 'why': 'x'}", "until"},
		"no why":   {"{'match': {'rules': ['x']}, 'until': '2026-12-01T00:00:00+08:00'}", "why"},
		"class":    {"{'match': {'classes': ['x']}, 'until': '2026-12-01T00:00:00+08:00', 'why': 'x'}", "match.classes"},
		"too long": {"{'match': {'rules': ['x']}, 'from': '2026-01-01T00:00:00Z', 'until': '2026-12-01T00:00:00+08:00', 'why': 'x'}", "90 days"},
	} {
		_, err := ReadSilence("s", []byte(strings.ReplaceAll(c.doc, "'", `"`)), tables())
		if !errors.Is(err, assets.ErrInvalid) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("silence %s: %v, want it to say %q", name, err, c.says)
		}
	}
}

func TestScheduleOverMidnight(t *testing.T) {
	s := &Schedule{Days: []int{5}, From: "22:00", To: "06:00"} // Friday night
	if err := s.check(); err != nil {
		t.Fatal(err)
	}
	for text, on := range map[string]bool{
		"2026-11-27T21:59:59+08:00": false, "2026-11-27T22:00:00+08:00": true, "2026-11-28T05:59:59+08:00": true,
		"2026-11-28T06:00:00+08:00": false, "2026-11-27T05:00:00+08:00": false, "2026-11-28T23:00:00+08:00": false,
		"2026-11-27T14:30:00Z": true,
	} {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		if s.On(at) != on {
			t.Errorf("%s: %v", text, s.On(at))
		}
	}
}
