package api_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/internal/api"
	"suhe/internal/docket"
	"suhe/twin"
	"suhe/twin/incident"
)

// inbox is a board of open incidents, and nothing else.
type inbox struct {
	api.Incidents
	open   []*docket.Held[incident.Incident]
	tables incident.Tables
}

func (i *inbox) All() []*docket.Held[incident.Incident] { return i.open }
func (i *inbox) Tables() incident.Tables                { return i.tables }

// fullInbox is one of so many incidents in ten streets, which began a minute apart.
func fullInbox(b *testing.B, n int) *inbox {
	b.Helper()
	tables, err := incident.ReadTables("")
	if err != nil {
		b.Fatal(err)
	}
	class := tables.Classes.All()[0]
	box := &inbox{tables: tables}
	for i := range n {
		area, begun := fmt.Sprintf("3101070%02d", i%10), time.Now().Add(-time.Duration(i)*time.Minute).UTC()
		id := assets.ID(fmt.Sprintf("%s-20261129-%05d", area, i))
		in := incident.Incident{ID: id, Rev: 3, State: incident.Filed, What: incident.What{Class: class.Code, Title: class.Name, Severity: 1 + i%4, Place: [2]float64{121.43, 31.25}, Area: area},
			Terms: class.Terms, Sources: []incident.Source{{Channel: incident.Patrol, By: "patrol", At: begun}}, Tally: incident.Tally{Begun: begun, Filed: begun}}
		marker := &assets.Asset{Kind: assets.Incident, ID: id, FID: docket.FirstFID + assets.FID(i), Class: class.Code, Name: class.Name, Lifecycle: assets.InUse, Sensitivity: assets.Internal,
			Location: assets.Location{Area: area}, Shape: assets.Shape{Geometry: geo.Solid{Plane: orb.Point(in.What.Place)}}, Properties: assets.Properties{{Key: twin.MarkerLight, Value: float64(i % 3)}}}
		box.open = append(box.open, &docket.Held[incident.Incident]{Case: docket.Case{Marker: marker, Rev: 3, Open: true, At: begun}, Is: in})
	}
	return box
}

// BenchmarkOpenIncidents lists a hundred of 5,000 open incidents, by a scope of three
// streets, as a whole request.
func BenchmarkOpenIncidents(b *testing.B) {
	r := open()
	r.who = access.Principal{ID: "dispatcher", Scope: access.GrantOf([]access.Role{access.Dispatcher}, []string{"310107001", "310107005", "310107009"}).Compile(nil)}
	d := deps(r, fstest.MapFS{})
	d.Incidents = fullInbox(b, 5000)
	h := api.New(d)
	var times []time.Duration
	for b.Loop() {
		began := time.Now()
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(context.Background(), http.MethodGet, "/v1/incidents?severity=3", nil))
		if times = append(times, time.Since(began)); w.Code != http.StatusOK || w.Body.Len() < 10_000 {
			b.Fatalf("%d %s", w.Code, w.Body)
		}
	}
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)*99/100].Microseconds())/1000, "p99-ms")
}
