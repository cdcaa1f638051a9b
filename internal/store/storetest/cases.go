package storetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"golang.org/x/sync/errgroup"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/audit"
	"suhe/internal/docket"
	"suhe/twin"
)

// incident is a change that begins or goes on with one.
func incident(id assets.ID, was int64, step string, open bool) docket.Change {
	m := &assets.Asset{ID: id, Kind: assets.Incident, Class: "flood.street", Name: "路面积水", Lifecycle: assets.InUse, Sensitivity: assets.Internal,
		Location: assets.Location{Area: "310107015"}, Shape: assets.Shape{Geometry: geo.Solid{Plane: orb.Point{121.43, 31.25}}},
		Properties: assets.Properties{{Key: "state", Value: step}}}
	return docket.Change{Was: was,
		Case:  docket.Case{Marker: m, Open: open, Doc: json.RawMessage(fmt.Sprintf(`{"state": %q}`, step))},
		Event: docket.Event{Type: "incident." + step, Doc: json.RawMessage(`{"by": "li"}`)}}
}

// changed commits changes that must be taken.
func changed(t testing.TB, s docket.Store, changes ...docket.Change) []docket.Case {
	t.Helper()
	all, err := s.CommitCases(t.Context(), changes, audit.Origin{Who: "li"}.Entry("incident", "", audit.Done))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// open returns what LoadCases yields.
func open(t testing.TB, s docket.Store) (all []docket.Case) {
	t.Helper()
	err := s.LoadCases(t.Context(), func(c docket.Case) error {
		all = append(all, c)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func casesOneByOne(t *testing.T, h House) {
	s := h.Open(t)
	begun := changed(t, s, incident("I-1", 0, "report", true))[0]
	if begun.Rev != 1 || !begun.Open || begun.Marker.FID < docket.FirstFID || begun.At.IsZero() || begun.Marker.Revision.N != 1 {
		t.Errorf("it begins as %+v, %+v", begun, begun.Marker)
	}
	if got, err := h.Open(t).Case(t.Context(), assets.Incident, "I-1"); err != nil || !sameCase(got, begun) {
		t.Errorf("read %+v, %v; want %+v", got, err, begun)
	}
	filed := changed(t, s, incident("I-1", 1, "file", true))[0]
	if filed.Rev != 2 || filed.Marker.FID != begun.Marker.FID {
		t.Errorf("filed it is %+v", filed)
	}
	if all := open(t, s); len(all) != 1 || !sameCase(all[0], filed) {
		t.Errorf("open are %+v", all)
	}
	closed := changed(t, s, incident("I-1", 2, "close", false))[0]
	if all := open(t, s); closed.Rev != 3 || len(all) != 0 {
		t.Errorf("closed it is %+v, open are %+v", closed, all)
	}
	events, err := s.CaseEvents(t.Context(), assets.Incident, "I-1")
	if err != nil || len(events) != 3 {
		t.Fatalf("events %+v, %v", events, err)
	}
	for i, want := range []string{"incident.report", "incident.file", "incident.close"} {
		if e := events[i]; e.N != int64(i+1) || e.Type != want || string(e.Doc) != `{"by": "li"}` || e.At.IsZero() {
			t.Errorf("event %d is %+v", i+1, e)
		}
	}
	if last, err := s.LastCase(t.Context(), assets.Incident, "I-"); err != nil || last != "I-1" {
		t.Errorf("last %q, %v", last, err)
	}
	if last, err := s.LastCase(t.Context(), assets.Incident, "J-"); err != nil || last != "" {
		t.Errorf("last of none %q, %v", last, err)
	}
	if all, _ := loaded(t, s); len(all) != 0 {
		t.Errorf("the registry holds %v", all)
	}
}

// sameCase compares with documents as texts.
func sameCase(a, b docket.Case) bool {
	return a.Rev == b.Rev && a.Open == b.Open && a.At.Equal(b.At) && string(a.Doc) == string(b.Doc) &&
		assets.Equal(a.Marker, b.Marker) && a.Marker.FID == b.Marker.FID && a.Marker.Sensitivity == b.Marker.Sensitivity && a.Marker.Revision.N == b.Marker.Revision.N
}

func casesRefused(t *testing.T, h House) {
	s := h.Open(t)
	changed(t, s, incident("I-1", 0, "report", true))
	for name, c := range map[string]struct {
		of   docket.Change
		kind error
		says string
	}{
		"taken":      {incident("I-1", 0, "report", true), assets.ErrConflict, "exists in revision 1"},
		"behind":     {incident("I-1", 7, "file", true), assets.ErrConflict, "revision 7 is wanted, and it is in revision 1"},
		"none":       {incident("I-2", 1, "file", true), assets.ErrConflict, "does not exist"},
		"no marker":  {docket.Change{}, assets.ErrInvalid, "marker"},
		"a camera":   {with(incident("I-3", 0, "report", true), func(c *docket.Change) { c.Marker.Kind = assets.Camera }), assets.ErrInvalid, "marker.kind"},
		"no place":   {with(incident("I-3", 0, "report", true), func(c *docket.Change) { c.Marker.Shape = assets.Shape{} }), assets.ErrInvalid, "marker.geometry"},
		"no JSON":    {with(incident("I-3", 0, "report", true), func(c *docket.Change) { c.Doc = json.RawMessage("{") }), assets.ErrInvalid, "doc"},
		"long":       {with(incident("I-3", 0, "report", true), func(c *docket.Change) { c.Doc = json.RawMessage(`"` + strings.Repeat("x", 1<<20) + `"`) }), assets.ErrInvalid, "doc"},
		"other kind": {with(incident("I-3", 0, "report", true), func(c *docket.Change) { c.Event.Type = "alarm.raise" }), assets.ErrInvalid, "event.type"},
		"subject":    {with(incident("I-3", 0, "report", true), func(c *docket.Change) { c.Event.Type = "incident.>" }), assets.ErrInvalid, "event.type"},
	} {
		// Nothing of what comes with it is changed either.
		_, err := s.CommitCases(t.Context(), []docket.Change{incident("I-9", 0, "report", true), c.of})
		if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if all := open(t, s); len(all) != 1 || all[0].Rev != 1 {
		t.Errorf("open are %+v", all)
	}
	if _, err := s.Case(t.Context(), assets.Alarm, "I-1"); !errors.Is(err, assets.ErrNotFound) {
		t.Errorf("an alarm of that number: %v", err)
	}
	if events, err := s.CaseEvents(t.Context(), assets.Incident, "I-9"); err != nil || len(events) != 0 {
		t.Errorf("events of none: %v, %v", events, err)
	}
}

func with(c docket.Change, change func(*docket.Change)) docket.Change {
	change(&c)
	return c
}

// Many change one case at once: each revision is made once.
func casesTogether(t *testing.T, h House) {
	a, b := h.Open(t), h.Open(t)
	changed(t, a, incident("I-1", 0, "report", true))
	var won atomic.Int32
	var group errgroup.Group
	for i := range 8 {
		s := []Store{a, b}[i%2]
		group.Go(func() error {
			_, err := s.CommitCases(t.Context(), []docket.Change{incident("I-1", 1, "file", true)})
			if err == nil {
				won.Add(1)
			} else if !errors.Is(err, assets.ErrConflict) && !errors.Is(err, assets.ErrBusy) {
				return err
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	if events, _ := a.CaseEvents(t.Context(), assets.Incident, "I-1"); won.Load() != 1 || len(events) != 2 {
		t.Errorf("%d won, events %+v", won.Load(), events)
	}
}

func casesByPage(t *testing.T, h House) {
	now := time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)
	s := h.OpenWith(t, Options{Now: func() time.Time { return now }})
	for i := range 7 {
		c := incident(assets.ID(fmt.Sprintf("I-%d", i)), 0, "report", i%2 == 0)
		if i == 3 {
			c.Marker.Location.Area, c.Marker.Class = "310107020", "fire"
		}
		changed(t, s, c)
		now = now.Add(time.Hour)
	}
	yes, begin := true, time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		q    docket.Query
		want string
	}{
		"all":    {docket.Query{Limit: 10}, "6543210"},
		"page":   {docket.Query{Limit: 3}, "654"},
		"open":   {docket.Query{Open: &yes, Limit: 10}, "6420"},
		"area":   {docket.Query{Area: "310107020", Limit: 10}, "3"},
		"class":  {docket.Query{Class: "flood.street", Limit: 2}, "65"},
		"period": {docket.Query{From: begin.Add(2 * time.Hour), To: begin.Add(4 * time.Hour), Limit: 10}, "32"},
		"other":  {docket.Query{Kind: assets.Alarm, Limit: 10}, ""},
	} {
		if c.q.Kind == "" {
			c.q.Kind = assets.Incident
		}
		got, err := s.Cases(t.Context(), c.q)
		if err != nil {
			t.Fatal(err)
		}
		if text := numbers(got); text != c.want {
			t.Errorf("%s: %s, want %s", name, text, c.want)
		}
	}
	first, _ := s.Cases(t.Context(), docket.Query{Kind: assets.Incident, Limit: 3})
	if next, _ := s.Cases(t.Context(), docket.Query{Kind: assets.Incident, Limit: 3, Before: first[2].Marker.FID}); numbers(next) != "321" {
		t.Errorf("the next page is %s", numbers(next))
	}
}

func numbers(all []docket.Case) (text string) {
	for _, c := range all {
		text += string(c.Marker.ID[2:])
	}
	return text
}

// Every step is an event of the log, in order, also if many wait; edits of assets
// between them keep their place.
func casesAreTold(t *testing.T, h House) {
	s := h.Open(t)
	changed(t, s, incident("I-1", 0, "report", true), incident("I-1", 1, "file", true))
	put(t, s, plain(1))
	changed(t, s, incident("I-1", 2, "close", false))
	var told []string
	var all []twin.Event
	last, err := s.Publish(t.Context(), 0, func(a *assets.Asset) (*assets.Asset, error) { return a, nil }, func(e twin.Event) error {
		told, all = append(told, fmt.Sprint(e.Seq, " ", e.Type, " ", e.Open, " ", e.Rev)), append(all, e)
		return nil
	}, func(id assets.FID, err error) { t.Errorf("refused %d: %v", id, err) })
	want := []string{"1 incident.report true 1", "2 incident.file true 2", "3 asset.put false 0", "4 incident.close false 3"}
	if err != nil || last != 4 || !reflect.DeepEqual(told, want) {
		t.Fatalf("told %q, %d, %v; want %q", told, last, err, want)
	}
	is, err := s.Case(t.Context(), assets.Incident, "I-1")
	if e := all[3]; err != nil || !assets.Equal(e.Asset, is.Marker) || e.FID != is.Marker.FID || e.Asset.Sensitivity != assets.Internal || string(e.Doc) == "" || !e.Time.Equal(is.At) {
		t.Errorf("the last event is %+v of %+v, the case %+v (%v)", e, e.Asset, is, err)
	}
	page, err := s.AuditPage(t.Context(), audit.Query{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range page {
		if strings.HasPrefix(e.Who, "database:") {
			t.Errorf("taken for an edit by hand: %+v", e)
		}
	}
}

func caseEventsAreKept(t *testing.T, h House) {
	s := h.Open(t)
	changed(t, s, incident("I-1", 0, "report", true))
	for _, q := range []string{"DELETE FROM case_events", "UPDATE case_events SET type = 'incident.close'"} {
		if err := h.SQL(t)(q); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", q, err)
		}
	}
}
