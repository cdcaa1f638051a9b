package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/internal/api"
	"suhe/internal/docket"
	"suhe/internal/search"
	"suhe/twin"
)

// row is a world of things in a row.
type row []*twin.Thing

func (r row) Each(kind assets.Kind, yield func(*twin.Thing) bool) {
	for _, t := range r {
		if t.Asset.Kind == kind && !yield(t) {
			return
		}
	}
}

func (r row) ByFID(fid assets.FID) *twin.Thing { return r[fid-1] }

// drawer holds cases that are over.
type drawer struct {
	api.Alarms
	over []docket.Case
}

func (d drawer) Case(_ context.Context, k assets.Kind, id assets.ID) (docket.Case, error) {
	for _, c := range d.over {
		if c.Marker.Kind == k && c.Marker.ID == id {
			return c, nil
		}
	}
	return docket.Case{}, assets.ErrNotFound
}

func (d drawer) Cases(_ context.Context, q docket.Query) (out []docket.Case, _ error) {
	for _, c := range d.over {
		if c.Marker.Kind == q.Kind && !c.At.Before(q.From) && (q.To.IsZero() || c.At.Before(q.To)) && c.Open == *q.Open {
			out = append(out, c)
		}
	}
	return out, nil
}

func thingAt(fid assets.FID, id assets.ID, kind assets.Kind, class, name string) *assets.Asset {
	return &assets.Asset{ID: id, FID: fid, Kind: kind, Class: class, Name: name, Owner: "区水务局", Lifecycle: assets.InUse,
		Location: assets.Location{Area: "310107005"}, Shape: assets.Shape{Geometry: geo.Solid{Plane: orb.Point{121.4, 31.25 + float64(fid)/1000}}},
		Revision: assets.Revision{N: 1, At: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)}}
}

func searching(t testing.TB, who access.Principal) http.Handler {
	lamp := thingAt(1, "lamp-1", assets.Fixture, "asset.lamp", "武宁路 3 号灯")
	trouble := thingAt(2, "310107005-20261128-00001", assets.Incident, "facility.lamp", "武宁路灯不亮")
	trouble.Properties = assets.Properties{{Key: twin.MarkerSeverity, Value: 2.0}, {Key: twin.MarkerState, Value: "filed"}}
	trouble.Sensitivity = assets.Internal
	over := thingAt(3, "310107005-20261101-00007", assets.Incident, "facility.lamp", "武宁路灯不亮")
	over.Properties = assets.Properties{{Key: twin.MarkerState, Value: "closed"}}
	all := row{twin.NewThing(lamp), twin.NewThing(trouble)}
	index := search.New(search.Options{World: all})
	index.Took(twin.Batch{})
	if err := index.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	r := open()
	r.who = who
	d := deps(r, fstest.MapFS{})
	d.Live.Search = index
	d.Alarms = drawer{over: []docket.Case{{Marker: over, Rev: 9, At: over.Revision.At}}}
	return api.New(d)
}

// What is found is told as the contract says, without what is not shown.
func TestSearch(t *testing.T) {
	anybody := access.Principal{ID: "test", Scope: access.Open()}
	planner := access.Principal{ID: "planner", Scope: access.Grant{Actions: []access.Action{access.View}, Kinds: assets.Kinds(),
		Sensitivity: assets.Public, Areas: []string{access.Everywhere}, Hidden: []string{"state", "severity"}}.Compile(nil)}
	for _, c := range []struct {
		who    access.Principal
		query  string
		status int
		want   string // is in the answer
		not    string // is not
	}{
		{anybody, "q=武宁路", 200, `"exact":true,"facets":{"kind":{"asset":1,"incident":1},"class":{"asset.lamp":1,"facility.lamp":1},"area":{"310107005":2},"state":{"filed":1,"normal":1}}}`, `"over"`},
		{anybody, "q=武宁路&kind=incident", 200, `"state":"filed","severity":2,"place":[121.4,31.252],"matches":[{"field":"name","text":"武宁路灯不亮","pieces":[[0,3]]}]`, "lamp-1"},
		{anybody, "q=wnl&limit=1", 200, `"next":"/v1/search?after=2-0-2-2`, "lamp-1"},
		{anybody, "q=wnl&limit=1&after=2-0-2-2", 200, `"id":"lamp-1"`, `"next"`},
		{anybody, "q=武宁路&near=121.4,31.251", 200, `"distance":0`, `"over"`},
		{anybody, "q=310107005-20261101-00007", 200, `"over":[{"id":"310107005-20261101-00007"`, `"open"`},
		{anybody, "from=2026-10-01T00:00:00Z&to=2026-12-01T00:00:00Z&q=灯", 200, `"state":"closed"`, ""},
		{anybody, "from=2026-11-02T00:00:00Z&q=灯", 200, `"total":0`, `"over"`},
		{planner, "q=武宁路", 200, `"total":1`, "normal"},
		{planner, "q=水务", 200, `"total":0`, "lamp"},
		{planner, "state=normal", 403, "state", ""},
		{planner, "from=2026-11-02T00:00:00Z", 403, "from", ""},
		{anybody, "kind=lamp", 400, "kind", ""},
		{anybody, "bbox=1,2,3", 400, "west,south,east,north", ""},
		{anybody, "bbox=3,2,1,4", 400, "west ≤ east", ""},
		{anybody, "near=1,NaN", 400, "near", ""},
		{anybody, "near=1,91", 400, "near", ""},
		{anybody, "limit=101", 400, "limit", ""},
		{anybody, "after=zzz", 400, "after", ""},
		{anybody, "to=yesterday", 400, "to", ""},
		{anybody, "q=" + strings.Repeat("a+", 9), 400, "at most 8", ""},
		{anybody, "q=%ff", 400, "UTF-8", ""},
	} {
		path := "/v1/search?" + strings.ReplaceAll(strings.ReplaceAll(c.query, "≤", ""), " ", "+")
		w := ask(searching(t, c.who), http.MethodGet, path, "")
		if body := w.Body.String(); w.Code != c.status || !strings.Contains(body, c.want) || c.not != "" && strings.Contains(body, c.not) {
			t.Errorf("%s by %s: %d %s\nwant %d with %s and without %s", c.query, c.who.ID, w.Code, body, c.status, c.want, c.not)
		}
	}
}

// Whatever is asked, the answer is a page or a refusal that names what is wrong.
func FuzzSearch(f *testing.F) {
	h := searching(f, access.Principal{ID: "test", Scope: access.Open()})
	for _, seed := range []string{"q=武宁路&near=121.4,31.2", "kind=asset,camera&bbox=1,2,3,4", "after=2-0-5-1&limit=3", "from=2026-10-01T00:00:00Z&class=a&area=3&state=normal", "q=" + url.QueryEscape("ＳＵＨＥ'; DROP TABLE assets --")} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		r := httptest.NewRequest(http.MethodGet, "/v1/search", nil)
		r.URL.RawQuery = query
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		var answer struct {
			Hits   []struct{ Matches []search.Match }
			Total  int
			Detail string
		}
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
			t.Fatal(err)
		}
		switch w.Code {
		case http.StatusOK:
			if len(answer.Hits) > 2 || answer.Total > 2 {
				t.Errorf("%d hits of %d, of two things", len(answer.Hits), answer.Total)
			}
			for _, h := range answer.Hits {
				for _, m := range h.Matches {
					for _, p := range m.Pieces {
						_ = []rune(m.Text)[p[0]:p[1]]
					}
				}
			}
		case http.StatusBadRequest:
			if answer.Detail == "" {
				t.Error("refused without a word")
			}
		default:
			t.Error(fmt.Sprint(w.Code, w.Body))
		}
	})
}
