package alarm

import (
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/twin"
)

const wide = high + ", 'cause': 'flood', 'gather': 500, 'across': true}"

// inArea is a gauge so many metres east of the middle, in an area.
func inArea(fid assets.FID, id, area string, east float64) *twin.Thing {
	s := sensorOf(fid, id, "sensor.water_level", "water_level", orb.Point{middle[0] + east/95_300, middle[1]})
	s.Asset.Location.Area = area
	return s
}

// named are the storms of the alarms by area; each area has one alarm.
func (h *hall) named() map[string]string {
	h.t.Helper()
	out := map[string]string{}
	for _, a := range h.alarms() {
		if _, twice := out[a.Area]; twice {
			h.t.Fatalf("area %s has two alarms", a.Area)
		}
		out[a.Area] = a.Storm
		if said := h.store.cases[a.ID].Marker.Properties.Text(twin.MarkerStorm); said != a.Storm {
			h.t.Errorf("the marker of %s says %q, want %q", a.ID, said, a.Storm)
		}
	}
	return out
}

func TestStormGoesOverAreas(t *testing.T) {
	rules := []*Rule{rule(t, "high", wide)}
	h := newHall(t, rules, inArea(1, "a", "A", 0), inArea(2, "b", "B", 400), inArea(3, "c", "C", 800), inArea(4, "d", "D", 3000), inArea(5, "e", "E", 3400), inArea(6, "f", "C", 820))
	h.hears(said{1, 4}, said{3, 4}, said{4, 4}).round()
	if got := h.named(); got["A"]+got["C"]+got["D"] != "" {
		t.Fatalf("what does not touch is no storm: %v", got)
	}
	h.passes(2*time.Second).hears(said{2, 4}, said{5, 4}).passes(2 * time.Second)
	got := h.named()
	first := got["A"]
	if !strings.HasPrefix(first, "flood-20261123-") || got["B"] != first || got["C"] != first || got["D"] == "" || got["D"] != got["E"] || got["D"] == first {
		t.Fatalf("storms %v", got)
	}
	verbs := h.verbs("A-20261123-000001")
	h.begin(rules) // a node that takes over goes on with it
	h.hears(said{6, 4}).passes(3 * time.Second)
	if again := h.named(); again["C"] != first || again["D"] != got["D"] || h.verbs("A-20261123-000001") != verbs {
		t.Fatalf("storms %v, steps %s", again, h.verbs("A-20261123-000001"))
	}
}

// Two storms that come to touch are one, by the name of the older.
func TestStormsJoin(t *testing.T) {
	h := newHall(t, []*Rule{rule(t, "high", wide)}, inArea(1, "a", "A", 0), inArea(2, "b", "B", 400), inArea(3, "c", "C", 800), inArea(4, "d", "D", 1200), inArea(5, "e", "E", 1600))
	h.hears(said{4, 4}, said{5, 4}).passes(time.Second).hears(said{1, 4}, said{2, 4}).passes(2 * time.Second)
	before := h.named()
	if before["A"] == before["E"] || before["A"] != before["B"] || before["D"] != before["E"] {
		t.Fatalf("storms %v", before)
	}
	h.hears(said{3, 4}).passes(2 * time.Second)
	for area, storm := range h.named() {
		if storm != before["E"] {
			t.Errorf("area %s is of %q, want %q", area, storm, before["E"])
		}
	}
}

func TestOnlyRulesThatSaySoLookOverAreas(t *testing.T) {
	h := newHall(t, []*Rule{rule(t, "high", high+", 'cause': 'flood', 'gather': 500}")}, inArea(1, "a", "A", 0), inArea(2, "b", "B", 400))
	h.hears(said{1, 4}, said{2, 4}).passes(2 * time.Second)
	if got := h.named(); len(got) != 2 || got["A"]+got["B"] != "" {
		t.Errorf("storms %v", got)
	}
}
