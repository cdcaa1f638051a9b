package postgis_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/assets/scene"
	"suhe/geo"
	"suhe/internal/audit"
	"suhe/internal/docket"
	"suhe/internal/pgtest"
	"suhe/internal/store/postgis"
	"suhe/twin"
	"suhe/twin/survey"
)

// counted is a store with two years of readings and incidents, a survey of it, and its
// database.
type counted struct {
	*survey.Survey
	url  string
	from time.Time
}

const countedDays = 800

func openCounted(t *testing.T, random *rand.Rand) *counted {
	t.Helper()
	url := pgtest.Start(t)
	s := openWith(t, url, postgis.Options{Connections: 4})
	registry := assets.NewRegistry(s, nil, scene.River())
	var ids []assets.ID
	var edits []assets.Edit
	for a := range scene.Generate(scene.Options{Size: scene.MinSize}) {
		gauge := a.Class == "sensor.water_level"
		if a.Kind == assets.Area || gauge {
			registry.Learn(a.ID, a)
			edits = append(edits, assets.Edit{Asset: a, WasRev: assets.AnyRev})
		}
		if gauge {
			ids = append(ids, a.ID)
		}
	}
	if err := registry.EditAll(t.Context(), "li", "", func(yield func(assets.Edit, error) bool) {
		for _, e := range edits {
			if !yield(e, nil) {
				return
			}
		}
	}, nil); err != nil {
		t.Fatal(err)
	}
	c := &counted{url: url, from: time.Date(2024, 9, 1, 0, 0, 0, 0, time.UTC)}
	fillPast(t, s, registry, random, ids, c.from)
	world, err := twin.New(twin.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := world.Load(t.Context(), twin.Source{Assets: registry, History: s, Log: twin.Position{Epoch: 1}}); err != nil {
		t.Fatal(err)
	}
	c.Survey = survey.New(survey.Options{World: world, River: scene.River(), Locate: registry.Locate, Classes: registry.Classes(), Past: s})
	return c
}

func fillPast(t *testing.T, s *postgis.Store, registry *assets.Registry, random *rand.Rand, ids []assets.ID, from time.Time) {
	t.Helper()
	for range 4 {
		var batch []twin.Kept
		for range 5000 {
			at := from.UnixMilli() + random.Int64N(countedDays*24*3600*1000)
			value := math.Round(random.NormFloat64()*400)/100 + 2 // some are none
			batch = append(batch, twin.Kept{Observation: twin.Observation{Asset: ids[random.IntN(len(ids))], Phenomenon: "water_level", Value: value, PhenomenonTime: at, ReceivedTime: at}, Seq: 1})
		}
		if err := s.Save(t.Context(), batch, 1); err != nil {
			t.Fatal(err)
		}
	}
	var changes []docket.Change
	for i := range 1500 {
		p := orb.Point{121.36 + random.Float64()*0.1, 31.22 + random.Float64()*0.05}
		begun := from.Add(time.Duration(random.Int64N(countedDays*24*3600)) * time.Second)
		state := []string{"filed", "closed", "merged"}[random.IntN(3)]
		m := &assets.Asset{ID: assets.ID(fmt.Sprintf("i-%04d", i)), Kind: assets.Incident, Class: []string{"flood.street", "noise.night"}[random.IntN(2)], Lifecycle: assets.InUse,
			Location: registry.Locate(p), Shape: assets.Shape{Geometry: geo.Solid{Plane: p}}, Properties: assets.Properties{{Key: "state", Value: state}}}
		changes = append(changes, docket.Change{Case: docket.Case{Marker: m, Open: state == "filed", Doc: json.RawMessage(fmt.Sprintf(`{"tally": {"begun": %q}}`, begun.Format(time.RFC3339)))},
			Event: docket.Event{Type: "incident.report", Doc: json.RawMessage(`{}`)}})
	}
	if _, err := s.CommitCases(t.Context(), changes, audit.Origin{Who: "li"}.Entry("incident", "", audit.Done)); err != nil {
		t.Fatal(err)
	}
}

// sql counts a span as plain SQL does, by area and by date_trunc in Shanghai.
func (c *counted) sql(t *testing.T, of survey.Of, unit, area string, from, to time.Time) map[string][4]float64 {
	t.Helper()
	start := "'1970-01-01'::timestamp"
	time := map[survey.Of]string{survey.Observations: "o.time", survey.Incidents: "(doc->'tally'->>'begun')::timestamptz"}[of]
	if unit != "" {
		start = fmt.Sprintf("date_trunc('%s', %s AT TIME ZONE 'Asia/Shanghai')", unit, time)
	}
	within := fmt.Sprintf("%s >= '%s' AND %s < '%s'", time, from.Format("2006-01-02T15:04:05.999Z07:00"), time, to.Format("2006-01-02T15:04:05.999Z07:00"))
	if area != "" {
		within += " AND area = '" + area + "'"
	}
	sql := "SELECT area, " + start + " AS s, count(*), avg(value), min(value), max(value) FROM suhe.observations o JOIN suhe.assets USING (fid) WHERE value BETWEEN -5 AND 15 AND " + within + " GROUP BY 1, 2"
	if of == survey.Incidents {
		sql = "SELECT area, " + start + " AS s, count(*), 0, 0, 0 FROM suhe.cases WHERE doc->'tally'->>'begun' IS NOT NULL AND marker->'properties'->>'state' <> 'merged' AND " + within + " GROUP BY 1, 2"
	}
	out := map[string][4]float64{}
	for _, row := range pgtest.Query(t, c.url, sql) {
		var v [4]float64
		for i := range v {
			v[i], _ = strconv.ParseFloat(row[2+i], 64)
		}
		out[row[0]+" "+row[1]] = v
	}
	return out
}

// Aggregates, and what they are compared with, are those of plain SQL.
func TestAggregatesAgainstSQL(t *testing.T) {
	random := rand.New(rand.NewPCG(51, 1))
	c := openCounted(t, random)
	valid, _ := assets.DefaultClasses().Phenomenon("water_level")
	if valid.Valid != [2]float64{-5, 15} {
		t.Fatalf("the range of water levels is %v", valid.Valid)
	}
	shanghai := time.FixedZone("", 8*3600)
	groups := 0
	for round := range 24 {
		of := []survey.Of{survey.Observations, survey.Incidents}[round%2]
		unit := []string{"", "hour", "day", "week"}[random.IntN(4)]
		days := 1 + random.IntN(60)
		from := c.from.AddDate(0, 0, 400+random.IntN(300)).Add(time.Duration(random.IntN(86400)) * time.Second)
		q := survey.Question{Of: of, By: []survey.By{survey.ByArea}, From: from, To: from.AddDate(0, 0, days), Phenomenon: "water_level", Against: []survey.Against{survey.Before, survey.LastWeek, survey.LastYear}}
		if unit != "" {
			q.By = append(q.By, survey.By(unit))
		}
		area := ""
		q.Ask = survey.Ask{Shows: func(string) bool { return true }, Sees: func(a *assets.Asset) bool { return area == "" || a.Location.Area == area }}
		if random.IntN(2) == 0 {
			area = "310107015"
		}
		got, err := c.Aggregate(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if unit != "" {
			row := pgtest.Query(t, c.url, fmt.Sprintf("SELECT date_trunc('%s', '%s'::timestamptz AT TIME ZONE 'Asia/Shanghai')", unit, from.Format(time.RFC3339)))
			if want, err := time.ParseInLocation("2006-01-02 15:04:05", row[0][0], shanghai); err != nil || !got.From.Equal(want) {
				t.Fatalf("by %s it begins at %v, want %v", unit, got.From, want)
			}
		}
		span := got.To.Sub(*got.From)
		lastYear := got.From.In(shanghai).AddDate(-1, 0, 0)
		if unit == "week" {
			lastYear = got.From.AddDate(0, 0, -364)
		}
		for against, begin := range map[survey.Against]time.Time{"": *got.From, survey.Before: got.From.Add(-span), survey.LastWeek: got.From.AddDate(0, 0, -7), survey.LastYear: lastYear} {
			truth := c.sql(t, of, unit, area, begin, begin.Add(span))
			told := 0
			for _, g := range got.Groups {
				f := g.Figures
				if against != "" {
					f = g.Against[against].Figures
				}
				if f.Count == 0 {
					continue
				}
				told++
				start := time.Unix(0, 0).UTC()
				if unit != "" {
					start = begin.Add(g.Start.Sub(*got.From)).In(shanghai)
				}
				v := truth[*g.Area+" "+start.Format("2006-01-02 15:04:05")]
				if float64(f.Count) != v[0] {
					t.Fatalf("%s by %s against %q: %s at %v: %d, SQL says %v", of, unit, against, *g.Area, start, f.Count, v[0])
				}
				if of == survey.Observations && (math.Abs(*f.Mean-v[1]) > 1e-9 || *f.Min != v[2] || *f.Max != v[3]) {
					t.Fatalf("%s by %s: %v %v %v, SQL says %v", of, unit, *f.Mean, *f.Min, *f.Max, v[1:])
				}
			}
			if told != len(truth) {
				t.Fatalf("%s by %s against %q: %d groups, SQL has %d", of, unit, against, told, len(truth))
			}
			groups += told
		}
		if slices.ContainsFunc(got.Groups, func(g survey.Group) bool { return area != "" && *g.Area != area }) {
			t.Fatalf("another area than %s is told", area)
		}
	}
	if groups < 500 {
		t.Errorf("only %d groups were compared", groups)
	}
}
