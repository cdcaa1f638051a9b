package twin

import (
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/twin/filter"
)

// bankAt is a bank line along a parallel.
func bankAt(fid assets.FID, lat float64) *assets.Asset {
	a := lamp(fid, named("bank", int(fid)), orb.Point{})
	a.Kind, a.Class = assets.Bank, "bank.wall"
	a.Shape.Geometry.Plane = orb.LineString{{121.3, lat}, {121.5, lat}}
	return a
}

func passes(t *testing.T, thing *Thing, text string) bool {
	t.Helper()
	f, err := filter.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := CheckFilter(f); err != nil {
		t.Fatal(err)
	}
	return f.Passes(thing)
}

func boxAround(p orb.Point) orb.Bound { return orb.Bound{Min: p, Max: p}.Pad(1e-4) }

func TestMoverIsWhereItsFixSays(t *testing.T) {
	home, there := orb.Point{121.4, 31.2}, orb.Point{121.4002, 31.2001}
	r := newRig(t, newShelf(patrol(1, "p-1", home), bankAt(2, 31.20015)))
	was := r.ByID("p-1")
	if was.Live != nil || was.Bound() != home.Bound() || was.Summary() != "unknown" || !r.Mover("p-1") || r.Mover("bank-2") {
		t.Fatalf("before all fixes %+v", was)
	}
	seq := r.moves(fixAt("p-1", there, t0))
	is := r.ByID("p-1")
	if is.Live == nil || is.Live.Fix != fixAt("p-1", there, t0) || orb.Point(is.Anchor) != there || is.Bound() != there.Bound() || is.Changed.Obs != seq {
		t.Fatalf("%+v, live %+v", is, is.Live)
	}
	if is.State != (State{Online, Fresh, Normal}) || is.Summary() != "normal" || is.Location().Area != "121.4" {
		t.Errorf("state %+v at %+v", is.State, is.Location())
	}
	if !is.Live.OnBank || is.Live.Snapped[1] < 31.20014 || is.Live.Snapped[1] > 31.20016 {
		t.Errorf("on the bank %v at %v", is.Live.OnBank, is.Live.Snapped)
	}
	for _, text := range []string{"speed = 1.4", "heading = 90", "accuracy < 6", "chainage > 121400.1", "area = '121.4'", "kind = 'mover'",
		"S_INTERSECTS(geometry, BBOX(121.4001, 31.2, 121.4003, 31.3))", "state = 'normal'"} {
		if !passes(t, is, text) {
			t.Errorf("%s does not pass", text)
		}
	}
	if passes(t, was, "speed = 1.4") {
		t.Error("the thing before the fix has its speed")
	}
	if got := r.Within(nil, assets.Mover, boxAround(there)); len(got) != 1 || got[0] != is {
		t.Errorf("the index finds %v", got)
	}
	if got := r.Within(nil, assets.Mover, boxAround(home)); len(got) != 0 {
		t.Errorf("it is still found at home: %v", got)
	}
	far := fixAt("p-1", orb.Point{121.4002, 31.201}, t0+60_000)
	far.Heading, far.Speed = NotTold, NotTold
	r.moves(far)
	if is = r.ByID("p-1"); is.Live.OnBank || passes(t, is, "speed >= 0") || !passes(t, is, "heading IS NULL") {
		t.Errorf("away from the bank, nothing told: %+v", is.Live)
	}
}

func TestMoverAnyFixHasAResult(t *testing.T) {
	home := orb.Point{121.4, 31.2}
	r := newRig(t, newShelf(patrol(1, "p-1", home), gauge(2, "g", home)))
	vague := fixAt("p-1", home, t0+50_000)
	vague.Accuracy = 500
	wrong := fixAt("p-1", home, t0+50_000)
	wrong.Lon = 200
	r.moves(
		fixAt("p-1", home, t0), fixAt("p-1", home, t0), fixAt("p-1", home, t0-1000), fixAt("p-1", orb.Point{121.5, 31.2}, t0+10_000),
		vague, wrong, Fix{Asset: "p-1", PhenomenonTime: t0 + hour, ReceivedTime: t0}, fixAt("nobody", home, t0), fixAt("g", home, t0),
	)
	for result, want := range map[string]float64{ResultApplied: 1, ResultRepeat: 1, ResultLate: 1, ResultHeld: 1, ResultVague: 1,
		ResultMalformed: 1, ResultFuture: 1, ResultUnknownDevice: 2} {
		if got := counted(r.metrics.fixes[result]); got != want {
			t.Errorf("%s: %v, want %v", result, got, want)
		}
	}
	if is := r.ByID("p-1"); is.Live.PhenomenonTime != t0 || len(is.Live.Track) != 1 {
		t.Errorf("live %+v", is.Live)
	}
}

func TestMoverFallsSilent(t *testing.T) {
	home := orb.Point{121.4, 31.2}
	w := new(witness)
	r := newRig(t, newShelf(patrol(1, "p-1", home)), w)
	r.moves(fixAt("p-1", home, t0))
	r.pass(29_999)
	if got := r.ByID("p-1").State; got != (State{Online, Fresh, Normal}) {
		t.Errorf("before three intervals %+v", got)
	}
	r.pass(1)
	if got := r.ByID("p-1"); got.State != (State{Offline, Stale, Normal}) || got.Summary() != "offline" {
		t.Errorf("after three intervals %+v", got.State)
	}
	// It is heard again, but what it says is no news of where it is.
	lost := fixAt("p-1", orb.Point{122, 31.2}, r.now.Load())
	r.moves(lost)
	if got := r.ByID("p-1"); got.State != (State{Online, Stale, Normal}) || got.Live.Lon != 121.4 {
		t.Errorf("heard and held %+v at %v", got.State, got.Anchor)
	}
	for range 2 {
		lost.PhenomenonTime += 1000
		r.moves(lost)
	}
	if got := r.ByID("p-1"); got.State.Data != Fresh || got.Live.Lon != 122 {
		t.Errorf("three agree %+v at %v", got.State, got.Anchor)
	}
	last := w.seen()[len(w.seen())-1].Changes[0]
	if last.Was.Live.Lon != 121.4 || last.Is.Live.Lon != 122 || last.Redraws() {
		t.Errorf("the sink was told %+v", last)
	}
}

func TestMoverTrackIsBounded(t *testing.T) {
	home := orb.Point{121.4, 31.2}
	r := newRig(t, newShelf(patrol(1, "p-1", home)))
	if err := r.stop(); err != nil { // from here on this test is the writer
		t.Fatal(err)
	}
	var early *Thing
	for i := range int64(4000) {
		r.now.Store(t0 + i*700)
		f := fixAt("p-1", orb.Point{121.4 + float64(i)*1e-6, 31.2}, t0+i*700)
		r.writer.begin()
		r.World.move(&f, 1)
		if err := r.show(&Batch{At: r.at, Changes: r.writer.settle()}); err != nil {
			t.Fatal(err)
		}
		if i == 1500 {
			early = r.ByID("p-1")
		}
	}
	for _, c := range []struct {
		thing *Thing
		last  int64
	}{{early, 1500}, {r.ByID("p-1"), 3998}} {
		track := c.thing.Live.Track
		if n := len(track); n > 1800 || n < 700 || track[n-1].Time != t0+c.last*700 {
			t.Fatalf("%d points to %d", n, track[n-1].Time-t0)
		}
		if !slices.IsSortedFunc(track, func(a, b TrackPoint) int { return int(a.Time - b.Time - 999) }) {
			t.Error("points lie nearer than a second, or out of order")
		}
		if first := track[0].Time; c.thing.Live.PhenomenonTime-first > TrackKept.Milliseconds() {
			t.Errorf("it reaches back %d ms", c.thing.Live.PhenomenonTime-first)
		}
	}
}

func TestMoverKeepsItsPlace(t *testing.T) {
	home := orb.Point{121.4, 31.2}
	s := newShelf(patrol(1, "p-1", home), patrol(2, "p-2", home))
	r := newRig(t, s)
	step := func(i int64) Fix { return fixAt("p-1", orb.Point{121.4 + float64(i)*1e-4, 31.2}, t0+10_000*i) }
	var seq uint64
	for i := range int64(4) {
		seq = r.moves(step(i))
		if err := s.SaveFixes(t.Context(), []KeptFix{{step(i), seq}}); err != nil {
			t.Fatal(err)
		}
	}
	check := func(when string) {
		t.Helper()
		is := r.ByID("p-1")
		if is.Live == nil || is.Live.Fix != step(3) || len(is.Live.Track) != 4 || is.Changed.Obs < seq || is.Location().Area != "121.4" {
			t.Fatalf("%s: %+v, live %+v", when, is, is.Live)
		}
		if got := r.Within(nil, assets.Mover, boxAround(step(3).Point())); len(got) != 1 {
			t.Errorf("%s: the index finds %v", when, got)
		}
		if got := r.ByID("p-2"); got.Live != nil || got.State.Communication != Unknown {
			t.Errorf("%s: the other %+v", when, got.Live)
		}
	}
	check("heard")

	edited := patrol(1, "p-1", home)
	edited.Name, edited.Revision.N = "renamed", 2
	r.put(edited)
	check("edited")
	if r.ByID("p-1").Asset.Name != "renamed" {
		t.Error("not edited")
	}

	// Loaded anew from the database while the node runs, edited meanwhile.
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	again := patrol(1, "p-1", home)
	again.Name, again.Revision.N = "again", 3
	s.assets[1], s.saved = again, 0
	_, s.events, _ = r.events.Bounds(t.Context())
	r.load()
	r.run()
	r.settled()
	check("reloaded")

	// A new node, with history up to the second last.
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	s.saved = seq - 1
	r.now.Store(t0 + 40_000)
	r.start()
	r.settled()
	check("restarted")
	if got := r.ByID("p-1").State; got != (State{Online, Fresh, Normal}) {
		t.Errorf("restarted: %+v", got)
	}

	// And one long after, of which history knows the last fix alone.
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	s.saved = seq
	r.now.Store(t0 + 5*hour)
	r.start()
	r.settled()
	is := r.ByID("p-1")
	if is.Live == nil || is.Live.Fix != step(3) || len(is.Live.Track) != 1 || is.State.Communication != Unknown || is.State.Data != Stale {
		t.Errorf("hours later: %+v, live %+v", is.State, is.Live)
	}
	if got := r.Within(nil, assets.Mover, boxAround(step(3).Point())); len(got) != 1 || got[0] != is {
		t.Errorf("hours later the index finds %v", got)
	}

	r.remove(again)
	if len(r.Within(nil, assets.Mover, Everywhere)) != 1 {
		t.Error("removed and still there")
	}
}

// Fixes that came while our clock was ahead do not hold up those after it was set
// back, and silence is counted by steady time.
func TestMoverOutlivesOurClock(t *testing.T) {
	home := orb.Point{121.4, 31.2}
	r := newRig(t, newShelf(patrol(1, "p-1", home)))
	r.moves(fixAt("p-1", home, t0+hour))
	r.moves(fixAt("p-1", orb.Point{121.4001, 31.2}, t0))
	is := r.ByID("p-1")
	if is.Live.PhenomenonTime != t0 || len(is.Live.Track) != 1 || counted(r.metrics.fixes[ResultApplied]) != 2 {
		t.Errorf("live %+v", is.Live)
	}
}
