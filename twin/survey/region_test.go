package survey_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin"
	"suhe/twin/filter"
	"suhe/twin/survey"
)

func TestOutlinesThatAreRefused(t *testing.T) {
	many := make(orb.MultiPoint, survey.MaxPoints+1)
	var line orb.LineString
	for i := range survey.MaxVertices + 1 {
		line = append(line, orb.Point{121 + float64(i)*1e-6, 31})
	}
	for i := range many {
		many[i] = orb.Point{121, 31}
	}
	bow := orb.Polygon{{{121, 31}, {122, 32}, {122, 31}, {121, 32}, {121, 31}}}
	for _, c := range []struct {
		name   string
		g      orb.Geometry
		metres geo.Metres
		want   string
	}{
		{"crosses itself", bow, 5, "ring crosses itself near 121.5"},
		{"none", nil, 5, "geometry: none"},
		{"no number", orb.Point{math.NaN(), 31}, 5, "want finite numbers"},
		{"swapped", orb.Point{31, 121}, 5, "swapped"},
		{"too many points", many, 5, "at most 200"},
		{"too many vertices", line, 5, "at most 200 and 10000"},
		{"open", orb.Polygon{{{121, 31}, {122, 31}, {122, 32}, {121, 32}}}, 5, "not closed"},
		{"too far", orb.Point{121, 31}, 20_001, "distance: 20001"},
		{"less than nothing", orb.Point{121, 31}, -1, "distance: -1"},
		{"no distance", orb.Point{121, 31}, geo.Metres(math.NaN()), "distance: NaN"},
	} {
		if _, err := survey.Around(c.g, c.metres); !errors.Is(err, assets.ErrInvalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	for _, make := range []func(orb.Geometry) (survey.Region, error){survey.Touching, survey.Inside} {
		if _, err := make(bow); !errors.Is(err, assets.ErrInvalid) {
			t.Errorf("a bow is taken: %v", err)
		}
	}
	if _, err := survey.Inside(orb.LineString{{121, 31}, {122, 32}}); !errors.Is(err, assets.ErrInvalid) {
		t.Errorf("within a line: %v", err)
	}
	h := open(t, nil, nil)
	for _, s := range []survey.Stretch{{From: -1, To: 5}, {From: 5, To: 4}, {To: 5, Bank: "north"}, {To: 5, Off: 2001}, {From: geo.Metres(math.NaN()), To: 5}} {
		if _, err := h.Along(s); !errors.Is(err, assets.ErrInvalid) {
			t.Errorf("%+v: %v", s, err)
		}
	}
}

// district is a scene of two areas with things of two sorts, one of which is hidden.
func district(t *testing.T) *house {
	area := func(id assets.ID, west float64) *assets.Asset {
		a := at(assets.Area, "area.street", id, orb.Polygon{{{west, 31.20}, {west + 0.03, 31.20}, {west + 0.03, 31.28}, {west, 31.28}, {west, 31.20}}})
		a.Properties = assets.Properties{{Key: "code", Value: string(id)}}
		return a
	}
	all := []*assets.Asset{area("310107001", 121.36), area("310107002", 121.39)}
	random := rand.New(rand.NewPCG(61, 1))
	for i := range 600 {
		kind, class := assets.Fixture, "asset.bench"
		if i%3 == 0 {
			kind, class = assets.Camera, "camera.bullet"
		}
		a := at(kind, class, assets.ID(fmt.Sprintf("%s-%03d", []string{"open", "secret"}[i%2], i)), somewhere(random))
		if kind == assets.Camera {
			a.Camera = &assets.CameraSpec{Azimuth: geo.Degrees(random.IntN(360)), MountHeight: 6, Tilt: 12, HorizontalFOV: 90, VerticalFOV: 40, Range: 120, PTZ: "fixed"}
		}
		all = append(all, a)
	}
	return open(t, nil, nil, all...)
}

// What is not seen is not there: all that is told is of what is seen, and as much as if
// there were nothing else.
func TestNothingUnseenIsTold(t *testing.T) {
	h := district(t)
	seen := func(a *assets.Asset) bool { return !strings.HasPrefix(string(a.ID), "secret") }
	var left []*assets.Asset
	for _, a := range h.all {
		if seen(a) {
			left = append(left, a)
		}
	}
	bare := open(t, nil, nil, left...)
	for name, region := range map[string]func(h *house, a *survey.Ask) (survey.Region, error){
		"an area":    func(h *house, a *survey.Ask) (survey.Region, error) { return h.Area(a, "310107001") },
		"a district": func(h *house, a *survey.Ask) (survey.Region, error) { return h.Area(a, "310107") },
		"a stretch": func(h *house, _ *survey.Ask) (survey.Region, error) {
			return h.Along(survey.Stretch{From: 2000, To: 9000, Bank: geo.Left})
		},
		"a corridor": func(*house, *survey.Ask) (survey.Region, error) {
			return survey.Around(orb.LineString{{121.37, 31.22}, {121.42, 31.25}}, 700)
		},
	} {
		t.Run(name, func(t *testing.T) {
			tell := func(h *house, sees func(*assets.Asset) bool) string {
				ask := everything()
				ask.Sees = sees
				var err error
				if ask.Region, err = region(h, &ask); err != nil {
					t.Fatal(err)
				}
				sum, err := h.Summary(t.Context(), ask)
				list, also := h.Select(t.Context(), ask, 0, 1000)
				groups, too := h.Aggregate(t.Context(), survey.Question{Ask: ask, Of: survey.Things, By: []survey.By{survey.ByGrid, survey.ByArea, survey.ByClass}})
				hot, hotter := h.Hotspots(t.Context(), survey.HotspotAsk{Events: survey.Events{Ask: ask}, Size: 400})
				clusters, last := h.Clusters(t.Context(), survey.ClusterAsk{Events: survey.Events{Ask: ask}, Reach: 300, Least: 3})
				if err := errors.Join(err, also, too, hotter, last); err != nil {
					t.Fatal(err)
				}
				if sum.Total < 10 || sum.Cameras.Total < 3 || len(groups.Groups) < 5 || sum.Total != list.Matched {
					t.Fatalf("too little is told: %+v", sum)
				}
				return fmt.Sprintf("%+v %+v %+v %+v %+v", jsonOf(t, sum), jsonOf(t, list), jsonOf(t, groups), jsonOf(t, hot), jsonOf(t, clusters))
			}
			if got, want := tell(h, seen), tell(bare, func(*assets.Asset) bool { return true }); got != want {
				t.Errorf("told is\n%.3000s\nwant\n%.3000s", got, want)
			}
		})
	}
	ask := everything()
	ask.Sees = func(a *assets.Asset) bool { return a.Kind != assets.Area }
	if _, err := h.Area(&ask, "310107001"); !errors.Is(err, assets.ErrInvalid) {
		t.Errorf("an area that is not seen: %v", err)
	}
	ask.Shows = func(f string) bool { return f != "area" }
	if _, err := h.Area(&ask, "310107001"); !errors.Is(err, access.ErrDenied) {
		t.Errorf("an area that is not shown: %v", err)
	}
	if _, err := h.Aggregate(t.Context(), survey.Question{Ask: ask, Of: survey.Things, By: []survey.By{survey.ByArea}}); !errors.Is(err, access.ErrDenied) {
		t.Errorf("by area: %v", err)
	}
	var nobody survey.Ask
	if rows, err := h.Select(t.Context(), nobody, 0, 10); err != nil || rows.Matched != 0 {
		t.Errorf("the zero ask is told of %d, %v", rows.Matched, err)
	}
}

// A field that is not shown is in no row and no count.
func TestFieldsThatAreNotShown(t *testing.T) {
	h := district(t)
	ask := everything()
	ask.Shows = func(string) bool { return false }
	sum, err := h.Summary(t.Context(), ask)
	list, also := h.Select(t.Context(), ask, 0, 1000)
	if err != nil || also != nil {
		t.Fatal(err, also)
	}
	told := jsonOf(t, sum) + jsonOf(t, list)
	for _, field := range []string{`"name"`, `"area":"`, `"state"`, `"states"`, `"severity"`, `"chainage"`, `"bank"`, `"offset"`} {
		if strings.Contains(told, field) {
			t.Errorf("%s is told", field)
		}
	}
}

// The worst of what is open is told, and how many there are.
func TestOpenCases(t *testing.T) {
	var all []*assets.Asset
	for i, severity := range []float64{4, 2, 3, 2} {
		for kind, prefix := range map[assets.Kind]string{assets.Incident: "310107001-20261129-", assets.Alarm: "A-20261129-"} {
			a := at(kind, "flood.ponding", assets.ID(fmt.Sprintf("%s%05d", prefix, i)), orb.Point{121.40, 31.23 + float64(i)*0.001})
			a.FID = assets.FID(1)<<52 + assets.FID(2*i)
			if kind == assets.Alarm {
				a.FID++
			}
			a.Lifecycle = assets.InUse
			a.Properties = assets.Properties{{Key: twin.MarkerSeverity, Value: severity}, {Key: twin.MarkerState, Value: "filed"}}
			all = append(all, a)
		}
	}
	h := open(t, nil, nil, all...)
	sum, err := h.Summary(t.Context(), everything())
	if err != nil || sum.Incidents.Open != 4 || sum.Alarms.Open != 4 || sum.Incidents.Worst.ID != "310107001-20261129-00001" || sum.Alarms.Worst.ID != "A-20261129-00001" {
		t.Errorf("%+v, %v", sum, err)
	}
	ask := everything()
	if ask.Filter, err = filter.Parse("severity = 2"); err != nil {
		t.Fatal(err)
	}
	groups, err := h.Aggregate(t.Context(), survey.Question{Ask: ask, Of: survey.Things, By: []survey.By{survey.ByKind, survey.BySeverity}})
	if err != nil || len(groups.Groups) != 2 || groups.Groups[0].Count != 2 || *groups.Groups[1].Severity != 2 {
		t.Errorf("%+v, %v", groups, err)
	}
}

// Periods begin when days, weeks and hours do in Shanghai.
func TestPeriods(t *testing.T) {
	for _, c := range []struct {
		every       survey.Every
		at          string
		floor, ceil string
	}{
		{survey.Hour, "2026-11-29T12:30:00Z", "2026-11-29T20:00:00+08:00", "2026-11-29T21:00:00+08:00"},
		{survey.Day, "2026-11-29T15:59:59Z", "2026-11-29T00:00:00+08:00", "2026-11-30T00:00:00+08:00"},
		{survey.Day, "2026-11-29T16:00:00Z", "2026-11-30T00:00:00+08:00", "2026-11-30T00:00:00+08:00"},
		{survey.Week, "2026-11-29T15:59:59Z", "2026-11-23T00:00:00+08:00", "2026-11-30T00:00:00+08:00"},
		{survey.Week, "1969-12-29T00:00:00+08:00", "1969-12-29T00:00:00+08:00", "1969-12-29T00:00:00+08:00"},
		{0, "2026-11-29T15:59:59Z", "2026-11-29T23:59:59+08:00", "2026-11-29T23:59:59+08:00"},
	} {
		parse := func(s string) time.Time {
			at, err := time.Parse(time.RFC3339, s)
			if err != nil {
				t.Fatal(err)
			}
			return at
		}
		if f, l := c.every.Floor(parse(c.at)), c.every.Ceil(parse(c.at)); !f.Equal(parse(c.floor)) || !l.Equal(parse(c.ceil)) {
			t.Errorf("%v of %s: %v to %v, want %s to %s", time.Duration(c.every), c.at, f, l, c.floor, c.ceil)
		}
	}
}

// What would cost too much is refused by its name.
func TestCostsAreBounded(t *testing.T) {
	h := district(t)
	ask := everything()
	if _, err := h.Aggregate(t.Context(), survey.Question{Ask: ask, Of: survey.Incidents, By: []survey.By{survey.ByHour}, From: now.AddDate(0, 0, -300), To: now}); !errors.Is(err, survey.ErrCost) {
		t.Errorf("7,200 hours: %v", err)
	}
	for _, q := range []survey.Question{
		{Of: "wishes"}, {Of: survey.Things, By: []survey.By{survey.ByDay}}, {Of: survey.Things, By: []survey.By{"moon"}}, {Of: survey.Things, By: []survey.By{survey.ByArea, survey.ByArea}},
		{Of: survey.Incidents, By: []survey.By{survey.ByDay, survey.ByHour}, From: now.Add(-1e13), To: now}, {Of: survey.Incidents, From: now, To: now},
		{Of: survey.Incidents, From: now.AddDate(-2, 0, 0), To: now}, {Of: survey.Observations, From: now.Add(-1e13), To: now, Phenomenon: "luck"},
		{Of: survey.Incidents, From: now.Add(-1e13), To: now, Against: []survey.Against{"never"}}, {Of: survey.Things, Size: 1}, {Of: survey.Things, Size: geo.Metres(math.Inf(1))},
	} {
		q.Ask = ask
		if _, err := h.Aggregate(t.Context(), q); !errors.Is(err, assets.ErrInvalid) {
			t.Errorf("%+v: %v", q, err)
		}
	}
	ask.Region = survey.Box(orb.Bound{Min: orb.Point{121, 31}, Max: orb.Point{122, 32}})
	if _, err := h.Hotspots(t.Context(), survey.HotspotAsk{Events: survey.Events{Ask: ask}, Size: 10}); !errors.Is(err, survey.ErrCost) {
		t.Errorf("a hundred million cells: %v", err)
	}
	if _, err := h.Hotspots(t.Context(), survey.HotspotAsk{Events: survey.Events{Ask: ask}, Size: 100, Reach: 19_000}); !errors.Is(err, survey.ErrCost) {
		t.Errorf("a hundred thousand neighbours: %v", err)
	}
}
