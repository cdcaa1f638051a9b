package alarm

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"suhe/assets"
	"suhe/twin"
)

const flood = high + ", 'clear': 'value < high - 0.1', 'cause': 'flood', 'gather': 100, 'event': 'flood.level', 'promote': 'raised'}"

func TestLifeOfAnAlarm(t *testing.T) {
	see, far := camera(8, "cam-1", orb.Point{middle[0], middle[1] - 0.001}), camera(9, "cam-2", orb.Point{middle[0], middle[1] - 0.01})
	h := newHall(t, []*Rule{rule(t, "high", flood)}, gauge(1, "g"), see, far)
	h.hears(said{1, 3.5}).round()
	a := h.only()
	if a.ID != "A-20261123-000001" || a.State != IsRaised || a.Severity != 2 || a.Cause != "flood" || a.Title != "高" || !a.Promotes() || a.Area != "310107005" {
		t.Fatalf("raised %+v", a)
	}
	if len(a.Members) != 1 || *a.Members[0].Value != 3.5 || a.Members[0].Unit != "m" || a.Members[0].Phenomenon != "water_level" {
		t.Fatalf("members %+v", a.Members)
	}
	if len(a.Cameras) != 1 || a.Cameras[0].Camera != "cam-1" || a.Cameras[0].Metres < 100 || a.Cameras[0].Metres > 120 {
		t.Fatalf("cameras %+v", a.Cameras)
	}
	m := h.store.cases[a.ID].Marker
	if m.Kind != assets.Alarm || m.Class != "flood.level" || m.Name != "高" || m.Location.Area != a.Area || m.Sensitivity != assets.Internal {
		t.Fatalf("marker %+v", m)
	}

	h.must(a.ID, Order{Verb: Acknowledge})
	h.hears(said{1, 2}).passes(time.Second)
	if a = h.only(); a.State != IsAcknowledged || a.Active() != 0 || a.Acknowledged.By != "li" {
		t.Fatalf("acknowledged %+v", a)
	}
	h.passes(20 * time.Second).hears(said{1, 4}).passes(2 * time.Second) // before it is over
	if a = h.only(); a.Active() != 1 || *a.Members[0].Value != 4 {
		t.Fatalf("again %+v", a)
	}
	h.hears(said{1, 2}).passes(29 * time.Second)
	if a = h.only(); !a.Open() {
		t.Fatalf("over too early %+v", a)
	}
	h.passes(5 * time.Second)
	if a = h.only(); a.Open() || a.State != IsCleared || a.Members[0].Until == 0 {
		t.Fatalf("not over %+v", a)
	}
	if got := h.verbs(a.ID); got != "raise acknowledge change change change end" {
		t.Error(got)
	}
	h.hears(said{1, 4}).round()
	if all := h.alarms(); len(all) != 2 || all[1].ID != "A-20261123-000002" {
		t.Fatalf("alarms %+v", all)
	}
}

func TestOfSomethingShortNothingIsMissed(t *testing.T) {
	h := newHall(t, []*Rule{rule(t, "high", flood)}, gauge(1, "g"))
	h.hears(said{1, 3.5}).hears(said{1, 2}).round().passes(2 * time.Second)
	a := h.only()
	if a.Active() != 0 || a.Members[0].Until == 0 {
		t.Fatalf("%+v", a)
	}
}

func TestPeopleAct(t *testing.T) {
	h := newHall(t, []*Rule{rule(t, "high", flood), rule(t, "higher", "{'title': '更高', 'titleEn': 'Higher', 'kind': 'threshold', 'classes': ['sensor.water_level'], 'phenomenon': 'water_level', 'when': 'value > 4.0', 'severity': 1, 'cause': 'flood', 'gather': 100}")}, gauge(1, "g"), gauge(2, "h"))
	h.hears(said{1, 3.5}).round()
	id := h.only().ID
	refuses := func(o Order, kind error) {
		t.Helper()
		if err := h.does(id, o); !errors.Is(err, kind) {
			t.Errorf("%s: %v, want %v", o.Verb, err, kind)
		}
	}
	refuses(Order{Verb: Resume}, assets.ErrConflict)
	refuses(Order{Verb: Suppress}, assets.ErrInvalid)
	refuses(Order{Verb: Acknowledge, Rev: 9}, assets.ErrConflict)
	h.must(id, Order{Verb: Acknowledge, Rev: 1})
	refuses(Order{Verb: Acknowledge}, assets.ErrConflict)

	h.hears(said{1, 5}).passes(time.Second) // worse than what was acknowledged
	if a := h.only(); a.State != IsRaised || a.Severity != 1 || len(a.Members) != 2 {
		t.Fatalf("%+v", a)
	}
	until := h.clock.Now().Add(10 * time.Second)
	h.must(id, Order{Verb: Suppress, Why: "works", Until: &until})
	if a := h.only(); a.State != IsSuppressed || a.Promotes() {
		t.Fatalf("%+v", a)
	}
	h.passes(11 * time.Second)
	if a := h.only(); a.State != IsRaised || !a.Promotes() {
		t.Fatalf("%+v", a)
	}
	h.must(id, Order{Verb: Clear, Why: "seen to"})
	h.hears(said{1, 4.5}).passes(3 * time.Second) // it goes on to hold, and bothers nobody
	if a := h.only(); a.State != IsCleared || !a.Open() {
		t.Fatalf("%+v", a)
	}
	h.hears(said{2, 4.5}).round() // another one is news
	if all := h.alarms(); len(all) != 2 || all[1].State != IsRaised {
		t.Fatalf("%+v", all)
	}
	if len(h.store.entries) != 3 || h.store.entries[0].Who != "li" {
		t.Errorf("entries %+v", h.store.entries)
	}
}

func TestFalseAlarmsAreCounted(t *testing.T) {
	fire := rule(t, "fire", "{'title': '火', 'titleEn': 'Fire', 'kind': 'finding', 'findings': ['fire_smoke'], 'when': 'confidence >= 0.6', 'hold': '1m', 'severity': 1, 'gather': 50, 'reliability': 0.5, 'event': 'safety.fire', 'promote': 'confirmed'}")
	h := newHall(t, []*Rule{fire}, camera(1, "cam", middle))
	h.finds(found("cam", "algo", "1", 0.8, h.clock.Now().UnixMilli())).round()
	a := h.only()
	if a.Promotes() || a.Confirmed != nil || a.Reliability != 0.4 || a.Members[0].Finding.ID != "1" {
		t.Fatalf("%+v", a)
	}
	h.must(a.ID, Order{Verb: Refute, Why: "steam"})
	h.passes(3 * time.Minute)
	if a = h.only(); a.Open() || a.False == nil {
		t.Fatalf("%+v", a)
	}
	h.finds(found("cam", "algo", "2", 0.8, h.clock.Now().UnixMilli())).round()
	h.finds(found("cam", "other", "1", 1, h.clock.Now().UnixMilli())).passes(time.Second)
	all := h.alarms()
	if len(all) != 2 || all[1].Confirmed == nil || !all[1].Promotes() || all[1].Reliability != 0.7 || len(all[1].Sources) != 2 {
		t.Fatalf("%+v", all)
	}
	var counted Tallies
	for i := range all {
		counted.Add(&all[i])
	}
	if got := fmt.Sprint(counted.All()); got != "[{hook algo 2 1 1 0.5} {rule fire 2 1 1 0.5} {hook other 1 1 0 0}]" {
		t.Error(got)
	}
}

func TestSilencesAndWhatARuleExplains(t *testing.T) {
	rules := []*Rule{rule(t, "high", flood),
		rule(t, "power", "{'title': '断电', 'titleEn': 'Power cut', 'kind': 'threshold', 'classes': ['sensor.other'], 'phenomenon': 'voltage', 'when': 'value < low', 'severity': 3, 'inhibits': {'causes': ['flood']}}")}
	h := newHall(t, rules, gauge(1, "g"), sensorOf(2, "v", "sensor.other", "voltage", middle))
	h.silences = []*Silence{{Name: "works", Match: Match{Assets: []string{"g"}}, Until: h.clock.Now().Add(time.Minute), Why: "x"}}
	h.hears(said{1, 3.5}).round()
	a := h.only()
	if a.State != IsSuppressed || a.Suppressed.Why != "silence works" || h.verbs(a.ID) != "raise" {
		t.Fatalf("%s: %+v", h.verbs(a.ID), a)
	}
	h.passes(time.Minute)
	if a = h.only(); a.State != IsRaised {
		t.Fatalf("%+v", a)
	}
	h.hears(said{2, 0}).round()
	if a = h.alarms()[0]; a.State != IsSuppressed || a.Suppressed.Why != "rule power explains it" {
		t.Fatalf("%+v", a)
	}
	h.hears(said{2, 2}).passes(2 * time.Second)
	if a = h.alarms()[0]; a.State != IsRaised {
		t.Fatalf("%+v", a)
	}
}

// storm are cabinets in a row with sensors each.
func storm(cabinets, sensors int, apart float64) []*twin.Thing {
	var out []*twin.Thing
	for c := range cabinets {
		at := orb.Point{middle[0] + apart*float64(c)/95_000, middle[1]}
		for range sensors {
			s := sensorOf(assets.FID(len(out)+1), fmt.Sprintf("s-%05d", len(out)), "sensor.water_level", "water_level", at)
			s.Asset.Sensor.MountedOn = assets.ID(fmt.Sprintf("cab-%02d", c))
			out = append(out, s)
		}
	}
	return out
}

func TestStormOfOneCabinetIsOneAlarm(t *testing.T) {
	things := storm(1, 300, 0)
	h := newHall(t, []*Rule{rule(t, "high", flood)}, things...)
	for i := range things { // one by one, over some seconds
		h.hears(said{assets.FID(i + 1), 4})
		if i%60 == 59 {
			h.passes(time.Second)
		}
	}
	a := h.passes(2 * time.Second).only()
	if len(a.Members) != 300 || a.Active() != 300 || len(a.Sources) != 1 || a.Confirmed != nil {
		t.Fatalf("%d members, %d active, sources %v", len(a.Members), a.Active(), a.Sources)
	}
	if n := len(h.store.events[a.ID]); n > 12 {
		t.Errorf("%d events tell of it", n)
	}
}

func TestStormOfNeighbouringCabinetsIsOneAlarm(t *testing.T) {
	for _, seed := range []uint64{1, 2, 3} {
		things := storm(20, 300, 80)
		h := newHall(t, []*Rule{rule(t, "high", flood)}, things...)
		var all []said
		for i := range things {
			all = append(all, said{assets.FID(i + 1), 4})
		}
		rand.New(rand.NewPCG(seed, 0)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		// The first come from afar, so that they become alarms of their own at first.
		for i, s := range all {
			h.hears(s)
			if i < 10 || i%500 == 499 {
				h.round()
			}
		}
		h.passes(2 * time.Second)
		var open []Alarm
		for _, a := range h.alarms() {
			if a.Open() {
				open = append(open, a)
			} else if a.Into != "A-20261123-000001" {
				t.Errorf("alarm %s ended, and joined %q", a.ID, a.Into)
			}
		}
		if len(open) != 1 || open[0].Active() != 6000 || len(open[0].Members) != MaxMembers {
			t.Fatalf("%d open alarms, first of %d", len(open), open[0].Active())
		}
		if len(open[0].Sources) != 20 || open[0].Confirmed == nil {
			t.Errorf("sources %v", open[0].Sources)
		}
		// A node that takes over finds the same.
		h.begin([]*Rule{rule(t, "high", flood)})
		h.passes(2 * time.Second)
		if n := len(h.alarms()); n > 10+1 {
			t.Errorf("%d alarms", n)
		}
		for i := range all {
			all[i].value = 1
		}
		h.hears(all...).passes(70 * time.Second)
		for _, a := range h.alarms() {
			if a.Open() || a.Active() != 0 {
				t.Errorf("alarm %s goes on with %d", a.ID, a.Active())
			}
		}
	}
}

func TestFarCabinetsAndOtherCausesAreAlarmsOfTheirOwn(t *testing.T) {
	things := storm(3, 2, 500)
	noise := sensorOf(100, "n", "sensor.noise", "noise", middle)
	h := newHall(t, []*Rule{rule(t, "high", flood), rule(t, "loud", "{'title': '吵', 'titleEn': 'Loud', 'kind': 'threshold', 'classes': ['sensor.noise'], 'phenomenon': 'noise', 'when': 'value > high', 'severity': 4, 'gather': 5000}")}, append(things, noise)...)
	h.hears(said{1, 4}, said{2, 4}, said{3, 4}, said{5, 4}, said{100, 9}).round()
	if all := h.alarms(); len(all) != 4 {
		t.Fatalf("%d alarms: %+v", len(all), all)
	}
}

func TestRestartRaisesNothingAgainAndEndsWhatIsOver(t *testing.T) {
	rules := []*Rule{rule(t, "high", flood)}
	h := newHall(t, rules, storm(2, 3, 500)...)
	h.hears(said{1, 4}, said{2, 4}, said{4, 4}).round()
	if len(h.alarms()) != 2 {
		t.Fatal(h.alarms())
	}
	h.begin(rules)
	h.passes(2 * time.Second)
	for _, a := range h.alarms() {
		if !a.Open() || len(h.store.events[a.ID]) != 1 {
			t.Errorf("%s: %s", a.ID, h.verbs(a.ID))
		}
	}
	h.begin(nil) // the rule went while no node ran
	h.passes(62 * time.Second)
	for _, a := range h.alarms() {
		if a.Open() || a.Members[0].Until == 0 {
			t.Errorf("%s: %+v", a.ID, a)
		}
	}
}

func TestStoreThatIsAwayLosesNothing(t *testing.T) {
	h := newHall(t, []*Rule{rule(t, "high", flood)}, gauge(1, "g"))
	h.store.away = assets.ErrBusy
	h.hears(said{1, 4})
	if err := h.keeper.round(t.Context()); !errors.Is(err, assets.ErrBusy) {
		t.Fatal(err)
	}
	h.hears(said{1, 2})
	_ = h.keeper.round(t.Context())
	h.store.away = nil
	h.passes(2 * time.Second)
	if a := h.only(); a.Active() != 0 || a.Members[0].Until == 0 {
		t.Fatalf("%+v", a)
	}
}

// Two keepers that believe to be the only one leave every alarm in order.
func TestTwoKeepersAtOnce(t *testing.T) {
	rules := []*Rule{rule(t, "high", flood)}
	a := newHall(t, rules, storm(6, 1, 500)...)
	b := newHall(t, rules, storm(6, 1, 500)...)
	b.store = a.store
	b.begin(rules)
	for i := range 6 {
		x, y := a, b
		if i%2 == 1 {
			x, y = b, a
		}
		x.hears(said{assets.FID(i + 1), 4}).round()
		y.hears(said{assets.FID(i + 1), 4})
		for range 3 {
			y.round()
		}
	}
	for range 5 {
		a.passes(time.Second)
		b.passes(time.Second)
	}
	a.alarms() // checks each against its events
}

// Whatever happens to an alarm, it is what its steps make of it, and what the keeper
// holds is what the judge does.
func TestRandomLives(t *testing.T) {
	rules := []*Rule{rule(t, "high", flood), rule(t, "higher", "{'title': '更高', 'titleEn': 'Higher', 'kind': 'threshold', 'classes': ['sensor.water_level'], 'phenomenon': 'water_level', 'when': 'value > 4.0', 'severity': 1, 'cause': 'flood', 'gather': 100}")}
	rapid.Check(t, func(r *rapid.T) {
		h := newHall(t, rules, storm(4, 2, 90)...)
		for range rapid.IntRange(1, 40).Draw(r, "steps") {
			switch rapid.IntRange(0, 5).Draw(r, "what") {
			case 0, 1:
				h.hears(said{assets.FID(rapid.IntRange(1, 8).Draw(r, "who")), rapid.SampledFrom([]float64{2, 3.5, 5}).Draw(r, "value")})
			case 2:
				h.round()
			case 3:
				h.passes(time.Duration(rapid.IntRange(1, 70).Draw(r, "seconds")) * time.Second)
			case 4:
				if all := h.alarms(); len(all) > 0 {
					id := all[rapid.IntRange(0, len(all)-1).Draw(r, "which")].ID
					err := h.does(id, Order{Verb: rapid.SampledFrom(Verbs()).Draw(r, "verb"), Why: "x"})
					if err != nil && !errors.Is(err, assets.ErrConflict) {
						r.Fatal(err)
					}
				}
			default:
				h.begin(rules)
			}
		}
		h.passes(3 * time.Second)
		active := map[Key]int{}
		for _, a := range h.alarms() {
			for _, m := range a.Members {
				if m.Until == 0 && a.Open() {
					active[m.Key]++
				}
			}
		}
		held, _, _ := h.engine.Watch()
		for _, c := range held {
			if active[c.Key] != 1 {
				r.Fatalf("%v holds, and is in %d alarms", c.Key, active[c.Key])
			}
			delete(active, c.Key)
		}
		if len(active) > 0 {
			r.Fatalf("%v hold no more, and are in alarms", active)
		}
	})
}
