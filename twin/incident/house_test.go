package incident_test

import (
	"context"
	"encoding/json"
	"iter"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/docket"
	"suhe/internal/seal"
	"suhe/internal/store/geopackage"
	"suhe/internal/testclock"
	"suhe/twin/incident"
)

// house is a desk with a real store and real keys.
type house struct {
	*incident.Desk
	store *geopackage.Store
	clock *testclock.Clock
}

// west and east are places in two streets; nowhere is in none.
var (
	west    = [2]float64{121.42, 31.24}
	east    = [2]float64{121.44, 31.24}
	nowhere = [2]float64{120, 30}
)

const (
	westCode = "310107005"
	eastCode = "310107014"
)

func locate(p orb.Point) assets.Location {
	switch {
	case p[0] < 121:
		return assets.Location{}
	case p[0] < 121.43:
		return assets.Location{Area: westCode}
	}
	return assets.Location{Area: eastCode}
}

func open(t testing.TB) house {
	t.Helper()
	clock := testclock.New(at(t, "2026-03-04 10:00"))
	store, err := geopackage.Open(t.Context(), filepath.Join(t.TempDir(), "suhe.gpkg"), geopackage.Options{Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	keys, err := seal.Open(filepath.Join(t.TempDir(), "seal.key"))
	if err != nil {
		t.Fatal(err)
	}
	h := house{store: store, clock: clock}
	h.Desk = incident.New(incident.Options{Tables: tables(t), Store: store, Open: h.open(t), Locate: locate, Keys: keys, Now: clock.Now})
	return h
}

// open are all that are open, as the store has them.
func (h house) open(t testing.TB) func() iter.Seq[incident.Incident] {
	return func() iter.Seq[incident.Incident] {
		return func(yield func(incident.Incident) bool) {
			var all []incident.Incident
			err := h.store.LoadCases(context.Background(), func(c docket.Case) error {
				held, err := docket.Read[incident.Incident](c)
				all = append(all, held.Is)
				return err
			})
			if err != nil {
				t.Error(err)
			}
			for _, in := range all {
				if !yield(in) {
					return
				}
			}
		}
	}
}

// everybody may do everything with incidents, but belongs to nobody's work.
func everybody(id string) access.Principal {
	return can(id, here, file, access.Dispatch, handle, check, supervise, access.Report)
}

// begin begins one that must begin.
func (h house) begin(t testing.TB, who access.Principal, f incident.Finding) incident.Incident {
	t.Helper()
	in, begun, err := h.Begin(t.Context(), who, f)
	if err != nil || !begun {
		t.Fatalf("begun %v, %v", begun, err)
	}
	return in
}

// do does what must be possible.
func (h house) do(t testing.TB, who access.Principal, id assets.ID, v incident.Verb, ask incident.Ask) incident.Incident {
	t.Helper()
	in, err := h.Do(t.Context(), who, id, v, ask, incident.AnyRev)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// get reads one as the store has it, and proves that its events make it again.
func (h house) get(t testing.TB, id assets.ID) incident.Incident {
	t.Helper()
	in, err := h.Get(t.Context(), everybody("any"), id)
	if err != nil {
		t.Fatal(err)
	}
	events, err := h.Events(t.Context(), everybody("any"), id)
	if err != nil {
		t.Fatal(err)
	}
	again, err := incident.Replay(events)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(again, in) {
		is, _ := json.Marshal(in)
		made, _ := json.Marshal(again)
		t.Fatalf("stored\n%s\nof its events\n%s", is, made)
	}
	return in
}

// marker is the marker of one as the store has it.
func (h house) marker(t testing.TB, id assets.ID) *assets.Asset {
	t.Helper()
	c, err := h.store.Case(t.Context(), assets.Incident, id)
	if err != nil {
		t.Fatal(err)
	}
	return c.Marker
}

// holds says whether anything that is kept of incidents, the outbox and the record
// holds the text.
func (h house) holds(t testing.TB, id assets.ID, text string) bool {
	t.Helper()
	c, err := h.store.Case(t.Context(), assets.Incident, id)
	if err != nil {
		t.Fatal(err)
	}
	marker, _ := json.Marshal(c.Marker)
	all := string(marker) + string(c.Doc)
	events, err := h.store.CaseEvents(t.Context(), assets.Incident, id)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		all += string(e.Doc)
	}
	for e, err := range h.store.Audit(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		line, _ := json.Marshal(e)
		all += string(line)
	}
	return strings.Contains(all, text)
}

func rubbish(place [2]float64, channel incident.Channel, by string) incident.Finding {
	return incident.Finding{Channel: channel, Class: "water.rubbish", Place: place, By: by, Reliability: 0.7}
}

// pass lets time pass.
func (h house) pass(d time.Duration) { h.clock.Pass(d) }
