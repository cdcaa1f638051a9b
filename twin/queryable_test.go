package twin

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin/filter"
)

// everything has all that can be asked for.
func everything(t testing.TB) *Thing {
	t.Helper()
	a := gauge(7, "everything", orb.Point{121.42, 31.24})
	a.Owner = "水务局"
	a.Location = assets.Location{Area: "changfeng", Place: &geo.Place{Chainage: 1200, Bank: geo.Left}}
	a.Camera = &assets.CameraSpec{Azimuth: 90, HorizontalFOV: 60, Range: 80}
	a.Shape.Base, a.Shape.Height = 1, 12
	a.Revision.At = time.UnixMilli(t0 - hour)
	ps, err := assets.NewProperties(map[string]any{"name:en": "Gauge", "material": "steel", "lit": true, "floors": 3, "tags": []any{"x"}})
	if err != nil {
		t.Fatal(err)
	}
	a.Properties = ps
	is := NewThing(a)
	is.Last = []Observation{reading(a.ID, "level", 2.5, t0), reading(a.ID, "rain", 0, t0-minute)}
	is.State, is.Severity = State{Online, Fresh, Normal}, 4
	is.moveTo(&Live{Fix: fixAt(a.ID, orb.Point{121.42, 31.24}, t0-minute), Location: a.Location})
	return is
}

// Every queryable has a value of its type, and a filter may name it.
func TestQueryables(t *testing.T) {
	s := everything(t)
	names := map[string]string{valuesPrefix: "values.level", propertiesPrefix: "properties.material"}
	nothing := &Thing{Asset: &assets.Asset{}}
	seen := map[string]bool{}
	for _, q := range Queryables() {
		name := q.Name
		if member := names[name]; member != "" {
			name = member
		}
		if seen[q.Name] || q.Description == "" {
			t.Errorf("%s comes twice, or is not described", q.Name)
		}
		seen[q.Name] = true
		v := s.Property(name)
		if v.Type() == filter.TypeNull || q.Type != filter.TypeNull && v.Type() != q.Type {
			t.Errorf("%s is a %s, want a %s", name, v.Type(), q.Type)
		}
		// Numbers that every thing has are 0, and every thing is in some state.
		if v := nothing.Property(name); v.Type() == filter.TypeString && name != "state" || v.Type() == filter.TypeTime {
			t.Errorf("%s of nothing is a %s, want null", name, v.Type())
		}
		f, err := filter.Parse(name + " IS NOT NULL")
		if err != nil {
			t.Fatal(err)
		}
		if err := CheckFilter(f); err != nil || !f.Passes(s) {
			t.Errorf("%s: %v", f, err)
		}
	}
}

func TestThingPasses(t *testing.T) {
	s := everything(t)
	for text, want := range map[string]bool{
		"id = 'everything' AND kind = 'sensor' AND class = 'sensor.level' AND name = 'gauge'":     true,
		"name_en = 'Gauge' AND owner = '水务局' AND area = 'changfeng' AND lifecycle = 'in_use'":     true,
		"bank = 'left' AND chainage BETWEEN 1000 AND 2000 AND base = 1 AND height = 12":           true,
		"state = 'normal' AND communication = 'online' AND data = 'fresh' AND service = 'normal'": true,
		"severity = 4 AND azimuth = 90 AND hfov = 60 AND range = 80":                              true,
		"values.level > 2 AND values.rain = 0 AND values.flow IS NULL":                            true,
		"properties.material = 'steel' AND properties.lit = TRUE AND properties.floors = 3":       true,
		"properties.tags IS NOT NULL AND properties.absent IS NULL":                               true,
		"updated = TIMESTAMP('" + time.UnixMilli(t0).UTC().Format(time.RFC3339) + "')":            true,
		"S_WITHIN(geometry, BBOX(121.4,31.2,121.5,31.3))":                                         true,
		"values.level > 3": false,
		"properties.lit = TRUE AND properties.lit = FALSE": false,
	} {
		f, err := filter.Parse(text)
		if err == nil {
			err = CheckFilter(f)
		}
		if err != nil || f.Passes(s) != want {
			t.Errorf("%s: %v, want %v (%v)", text, f.Passes(s), want, err)
		}
		if n := testing.AllocsPerRun(20, func() { f.Passes(s) }); n > 0 {
			t.Errorf("%s: %v allocations", text, n)
		}
	}
}

// What passes a filter tells of the property that it names: who is not shown that
// property may not filter by it, nor by one that is made of it.
func TestCheckShown(t *testing.T) {
	for text, hidden := range map[string]string{
		"owner = 'x'":                                 "owner",
		"height > 3 AND NOT owner IS NULL":            "owner",
		"properties.phone LIKE '138%'":                "phone",
		"properties.stream IS NULL":                   "stream",
		"values.water_level > 3":                      "values",
		"communication = 'online'":                    "state",
		"state = 'normal'":                            "state",
		"updated > TIMESTAMP('2026-11-24T00:00:00Z')": "revision",
		"name_en = 'x'":                               "nameEn",
	} {
		f, err := filter.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := CheckShown(f, func(field string) bool { return field != hidden }); !errors.Is(err, access.ErrDenied) || !strings.Contains(err.Error(), hidden) {
			t.Errorf("%s without %s: %v", text, hidden, err)
		}
		if err := CheckShown(f, func(field string) bool { return field != "gbId" }); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestCheckFilter(t *testing.T) {
	const list = "id, kind, class, name, name_en, area, bank, chainage, owner, lifecycle, base, height, state, communication, data, service, severity, updated, azimuth, hfov, range, heading, speed, accuracy, values.…, properties.…"
	for text, want := range map[string]string{
		"":                           "",
		"height > 3":                 "",
		"height > base":              "",
		"properties.anything = 'x'":  "",
		"properties.anything > 3":    "",
		"colour = 'red'":             `invalid: filter: property "colour": want one of ` + list,
		"height > 3 AND values = 1":  `invalid: filter: property "values": want one of ` + list,
		`"values." = 1`:              `invalid: filter: property "values.": want one of ` + list,
		"geometry IS NULL":           `invalid: filter: property "geometry": want one of ` + list,
		"height = 'tall'":            "invalid: filter: height: compared with a text, want a number",
		"updated > '2026-11-24'":     "invalid: filter: updated: compared with a text, want a time",
		"CASEI(severity) = 'x'":      "invalid: filter: severity: compared with a text, want a number",
		"values.level IN ('a', 'b')": "invalid: filter: values.level: compared with a text, want a number",
	} {
		f, err := filter.Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		err = CheckFilter(f)
		switch {
		case want == "" && err != nil, want != "" && (err == nil || err.Error() != want || !errors.Is(err, assets.ErrInvalid)):
			t.Errorf("%s:\ngot  %v\nwant %s", text, err, want)
		}
	}
}

func BenchmarkThingPasses(b *testing.B) {
	s := everything(b)
	f, err := filter.Parse("severity IN (1, 2, 3, 4) AND class LIKE 'sensor.%' AND values.level > 2 AND properties.material = 'steel'")
	if err != nil || !f.Passes(s) {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		f.Passes(s)
	}
}
