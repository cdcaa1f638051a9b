package alarm

import (
	"testing"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/assets/scene"
	"suhe/geo"
	"suhe/twin"
)

const patrols = "{'title': '进', 'titleEn': 'In', 'kind': 'fence', 'classes': ['mover.*'], 'fence': 'yard', 'severity': 3, 'on': "

func TestEnterExitAndDwell(t *testing.T) {
	rules := []*Rule{
		rule(t, "in", patrols+"'enter'}"), rule(t, "out", patrols+"'exit'}"), rule(t, "stay", patrols+"'dwell', 'for': '5m'}"),
	}
	c := newCourt(t, NewBook(rules, []*Fence{fence(t, "yard", yard)}), mover(1, "p", afar, t0))
	c.tells("") // outside, but it never was inside
	c.at(10).goes(1, middle).tells("+in p")
	c.at(309).tells("")
	c.at(310).tells("+stay p")
	c.at(320).goes(1, afar).tells("-in p: it left; +out p; -stay p: it left")
	c.at(330).goes(1, middle).tells("+in p; -out p: it is back inside")
}

func TestFenceThatChangesSendsItsExits(t *testing.T) {
	rules := []*Rule{rule(t, "in", patrols+"'enter'}")}
	c := newCourt(t, NewBook(rules, []*Fence{fence(t, "yard", yard)}), mover(1, "p", middle, t0))
	c.tells("+in p")

	same := "{'title': '别名', 'titleEn': 'Another name'," + yard[len("{'title': '院', 'titleEn': 'Yard',"):]
	c.Renew(NewBook(rules, []*Fence{fence(t, "yard", same)}), c.all(), t0)
	c.tells("")

	larger := "{'title': '院', 'titleEn': 'Yard', 'polygon': {'type':'Polygon','coordinates':[[[121.428,31.239],[121.431,31.239],[121.431,31.241],[121.428,31.241],[121.428,31.239]]]}}"
	c.Renew(NewBook(rules, []*Fence{fence(t, "yard", larger)}), c.all(), t0)
	c.tells("-in p: the fence was changed; +in p")

	c.Renew(NewBook(rules, nil), c.all(), t0)
	c.tells("-in p: the fence is gone")
}

func TestFenceWhoseScheduleEndsSendsItsExits(t *testing.T) {
	day := yard[:len(yard)-1] + ", 'schedule': {'to': '10:05'}}"
	rules := []*Rule{rule(t, "in", patrols+"'enter'}"), rule(t, "out", patrols+"'exit'}")}
	c := newCourt(t, NewBook(rules, []*Fence{fence(t, "yard", day)}), mover(1, "p", middle, t0))
	c.tells("+in p")
	c.at(299).tells("")
	c.at(300).tells("-in p: the schedule ended")
	c.at(301).goes(1, afar).tells("") // nothing is left that does not stand
	c.at(14*3600).goes(1, middle).tells("+in p")
}

func TestWhereAMoverWasBetweenTwoBatchesIsJudged(t *testing.T) {
	c := newCourt(t, NewBook([]*Rule{rule(t, "in", patrols+"'enter'}")}, []*Fence{fence(t, "yard", yard)}), mover(1, "p", afar, t0))
	was := c.things[1]
	is := moved(was, afar, t0+10*second)
	is.Live.Track = []twin.TrackPoint{{Time: t0, Lon: afar[0], Lat: afar[1]}, {Time: t0 + 4*second, Lon: middle[0], Lat: middle[1]}}
	c.Move(was, is)
	c.tells("+in p; -in p: it left")
}

func TestFormsOfFences(t *testing.T) {
	river := scene.River()
	at := func(chainage, offset geo.Metres, bank geo.Bank) orb.Point {
		return river.At(geo.Place{Chainage: chainage, Bank: bank, Offset: offset})
	}
	corridor := fence(t, "c", "{'title': '岸', 'titleEn': 'Bank', 'corridor': {'bank': 'left', 'from': 1000, 'to': 2000, 'width': 60}}")
	stretch := fence(t, "s", "{'title': '段', 'titleEn': 'Stretch', 'chainage': {'from': 1000, 'to': 2000}}")
	for name, c := range map[string]struct {
		p                 orb.Point
		corridor, stretch bool
	}{
		"on the bank":      {at(1500, 50, geo.Left), true, true},
		"too far from it":  {at(1500, 80, geo.Left), false, true},
		"the other bank":   {at(1500, 50, geo.Right), false, true},
		"upstream":         {at(900, 10, geo.Left), false, false},
		"far from the bed": {at(1500, 2500, geo.Right), false, false},
	} {
		if corridor.Holds(c.p) != c.corridor || stretch.Holds(c.p) != c.stretch {
			t.Errorf("%s: corridor %v, stretch %v", name, corridor.Holds(c.p), stretch.Holds(c.p))
		}
	}
	for _, f := range []*Fence{corridor, stretch, fence(t, "y", yard)} {
		if !f.Holds(f.middle()) {
			t.Errorf("fence %s does not hold its own middle", f.Name)
		}
	}
}

func TestCrowding(t *testing.T) {
	r := rule(t, "crowd", "{'title': '多', 'titleEn': 'Many', 'kind': 'crowding', 'classes': ['mover.*'], 'fence': 'yard', 'count': 2, 'for': '10s', 'severity': 3}")
	b := NewBook([]*Rule{r}, []*Fence{fence(t, "yard", yard)})
	c := newCourt(t, b, mover(1, "p", middle, t0), mover(2, "q", afar, t0))
	c.at(1).goes(2, middle).tells("")
	c.at(11).tells("+crowd fence:yard")
	c.Renew(b, c.all(), c.now) // nothing of it changed
	c.tells("")
	c.at(12).goes(1, afar).tells("-crowd fence:yard: fewer are there")
	c.at(13).goes(1, middle).at(24).tells("+crowd fence:yard")
	c.Remove(1, c.now)
	c.tells("-crowd fence:yard: fewer are there")
}

// A crowd that is told of goes on to be one until it has become as small as clear says.
func TestCrowdClears(t *testing.T) {
	r := rule(t, "crowd", "{'title': '多', 'titleEn': 'Many', 'kind': 'crowding', 'classes': ['mover.*'], 'fence': 'yard', 'count': 3, 'clear': 'value < 2.0', 'severity': 3}")
	c := newCourt(t, NewBook([]*Rule{r}, []*Fence{fence(t, "yard", yard)}), mover(1, "p", middle, t0), mover(2, "q", middle, t0), mover(3, "r", afar, t0))
	c.at(1).tells("")
	c.at(2).goes(3, middle).tells("+crowd fence:yard")
	c.at(3).goes(3, afar).tells("")
	c.at(4).goes(3, middle).tells("")
	c.at(5).goes(3, afar).goes(2, afar).tells("-crowd fence:yard: fewer are there")
	c.at(6).goes(2, middle).tells("")
}

func TestNear(t *testing.T) {
	r := rule(t, "near", "{'title': '近', 'titleEn': 'Near', 'kind': 'near', 'classes': ['mover.patrol'], 'others': ['sensor.*', 'mover.patrol'], 'metres': 50, 'severity': 3}")
	b := NewBook([]*Rule{r}, nil)
	gauge := gauge(9, "g")
	c := newCourt(t, b, mover(1, "p", afar, t0), mover(2, "q", orb.Point{121.46, 31.24}, t0), gauge)
	c.at(1).goes(1, middle).tells("+near p")
	c.Renew(b, c.all(), c.now)
	c.tells("")
	c.at(2).goes(1, afar).tells("-near p: they are apart again")
	c.at(3).goes(2, orb.Point{afar[0] + 0.0001, afar[1]}) // both are near to the other
	if got := c.told(); got != "+near p; +near q" && got != "+near q; +near p" {
		t.Fatal(got)
	}
	c.at(4).goes(2, orb.Point{121.46, 31.24})
	if got := c.told(); got != "-near p: they are apart again; -near q: they are apart again" && got != "-near q: they are apart again; -near p: they are apart again" {
		t.Fatal(got)
	}
	c.at(5).goes(1, middle).tells("+near p")
	c.Remove(9, c.now)
	c.tells("-near p: they are apart again")
}

func found(camera, hook, id string, confidence float64, at int64) *twin.KeptFinding {
	f := twin.Finding{Camera: assets.ID(camera), Hook: hook, ID: id, Class: "fire_smoke", Confidence: confidence, PhenomenonTime: at, Lon: middle[0], Lat: middle[1]}
	return &twin.KeptFinding{Finding: f}
}

func TestFindings(t *testing.T) {
	r := rule(t, "fire", "{'title': '火', 'titleEn': 'Fire', 'kind': 'finding', 'findings': ['fire_smoke'], 'when': 'confidence >= 0.6', 'hold': '1m', 'severity': 1, 'reliability': 0.5, 'sources': {'good': 0.9}}")
	b := NewBook([]*Rule{r}, nil)
	c := newCourt(t, b, camera(1, "cam", middle))
	c.Find(found("cam", "algo", "1", 0.5, t0), t0)
	c.Find(found("cam", "algo", "2", 0.8, t0-2*minute), t0) // long over
	c.tells("")
	c.Find(found("cam", "algo", "3", 0.8, t0), t0)
	c.Find(found("cam", "good", "1", 1, t0), t0)
	turns := c.Take()
	if len(turns) != 2 || turns[0].Condition.About != "cam@algo" || turns[0].Condition.Reliability != 0.4 || turns[1].Condition.Reliability != 0.9 {
		t.Fatalf("turns %+v", turns)
	}
	held := turns[0].Condition
	c.at(30).Find(found("cam", "algo", "4", 0.7, c.now), c.now)
	c.at(60).tells("-fire cam@good: it was not seen again")
	c.at(89).tells("")
	c.at(90).tells("-fire cam@algo: it was not seen again")

	after := newCourtAfter(t, []*Condition{held}, b, camera(1, "cam", middle))
	after.at(59).tells("")
	after.at(60).tells("-fire cam@algo: it was not seen again")
}
