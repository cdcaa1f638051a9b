package stream_test

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/stream"
	"suhe/twin"
)

const (
	ownArea   = "310107005"
	otherArea = "310107014"
)

// show sets a thing as it is, as an event of the registry.
func (w *world) show(is *twin.Thing) {
	w.mu.Lock()
	fid := is.Asset.FID
	w.at.Events++
	w.batch++
	is.Changed = w.at
	b := twin.Batch{At: w.at, Shown: w.batch, Changes: []twin.Change{{Was: w.things[fid], Is: is}},
		Events: []twin.Event{{Seq: w.at.Events, Time: time.Now(), Type: twin.AssetPut, FID: fid, ID: is.Asset.ID, Asset: is.Asset}}}
	w.things[fid] = is
	w.mu.Unlock()
	w.hub.Took(b)
}

// owned is a thing that belongs to an area.
func owned(fid assets.FID, kind assets.Kind, area string, s assets.Sensitivity) *twin.Thing {
	t := twin.NewThing(&assets.Asset{FID: fid, ID: assets.ID(fmt.Sprint("x", fid)), Kind: kind, Class: string(kind) + ".other", Name: fmt.Sprint("name-", fid),
		Sensitivity: s, Location: assets.Location{Area: area}, Shape: assets.Shape{Geometry: geo.Solid{Plane: here}}, Revision: assets.Revision{N: 1}})
	if kind == assets.Sensor {
		t.Last = []twin.Observation{{Phenomenon: "water_level", Value: float64(fid), PhenomenonTime: 1795400000000}}
	}
	if kind == assets.Mover {
		t.Live = &twin.Live{Fix: twin.Fix{Lon: here[0], Lat: here[1], Heading: twin.NotTold, Speed: twin.NotTold, Accuracy: twin.NotTold, PhenomenonTime: 1795400000000}}
	}
	return t
}

// grant gives the sessions of a principal the rights that it has now.
func grant(h *stream.Hub, who access.Principal) {
	h.Review(func(was access.Principal) (access.Principal, error) {
		if was.ID == who.ID {
			return who, nil
		}
		return was, nil
	})
}

// scopeOf is that of a role in areas.
func scopeOf(role access.Role, areas ...string) access.Scope {
	return access.GrantOf([]access.Role{role}, areas).Compile(nil)
}

// hearer is a client of either transport.
type hearer interface{ next() frame }

// picture follows what a client holds: the fids of its objects, and the sum of its
// counts.
type picture struct {
	of     hearer
	holds  map[assets.FID]object
	counts map[string]int
	events []frame
}

func (p *picture) take(f frame) {
	switch f.Type {
	case "resync":
		clear(p.holds)
	case "snapshot", "delta":
		for _, o := range append(f.Objects, f.Upsert...) {
			p.holds[o.FID] = o
		}
		for _, fid := range f.Remove {
			delete(p.holds, fid)
		}
	case "clusters":
		p.counts[f.Layer] = 0
		for _, c := range f.Cells {
			p.counts[f.Layer] += c.Count
		}
	case "event":
		p.events = append(p.events, f)
	}
}

// reach reads until the client holds these objects.
func (p *picture) reach(t *testing.T, fids ...assets.FID) {
	t.Helper()
	for !slices.Equal(slices.Sorted(maps.Keys(p.holds)), fids) {
		p.take(p.of.next())
	}
}

// count reads until so many of the layer are counted.
func (p *picture) count(layer string, n int) {
	for p.counts[layer] != n {
		p.take(p.of.next())
	}
}

func follow(of hearer) *picture {
	return &picture{of: of, holds: map[assets.FID]object{}, counts: map[string]int{}}
}

// both serves WebSockets and, at /events, server-sent events to one principal.
func both(who access.Principal) func(h *stream.Hub) http.HandlerFunc {
	return func(h *stream.Hub) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			serve := h.Serve
			if r.URL.Path == "/events" {
				serve = h.ServeEvents
			}
			if err := serve(w, r, who); err != nil {
				http.Error(w, err.Error(), http.StatusForbidden)
			}
		}
	}
}

// Rights that change while somebody is connected count at once: what leaves the
// scope is sent as leaving, over both transports, one by one and in counts.
func TestRightsThatChange(t *testing.T) {
	w := newWorld()
	who := access.Principal{ID: "anna", Scope: scopeOf(access.Dispatcher, ownArea, otherArea)}
	url, _ := start(t, w, stream.Options{Recount: time.Millisecond}, both(who))
	for _, is := range []*twin.Thing{
		owned(1, assets.Sensor, ownArea, 0), owned(2, assets.Sensor, otherArea, 0), owned(3, assets.Mover, ownArea, assets.Personal),
		owned(4, assets.Camera, ownArea, assets.Restricted), owned(5, assets.Camera, otherArea, assets.Internal),
	} {
		w.show(is)
	}
	one := dial(t, "ws"+strings.TrimPrefix(url, "http"))
	one.send(`{"type":"subscribe","id":"v","layers":["sensors","cameras","movers"],"bbox":[121.39,31.21,121.41,31.23]}`)
	two := listen(t, url+"/events?layers=sensors,cameras,movers&bbox=121.39,31.21,121.41,31.23", "")
	far := dial(t, "ws"+strings.TrimPrefix(url, "http"))
	far.send(`{"type":"subscribe","id":"v","layers":["sensors","cameras"],"bbox":[121.39,31.21,121.41,31.23],"zoom":5}`)
	all := []*picture{follow(one), follow(two)}
	counts := follow(far)
	for _, step := range []struct {
		scope            access.Scope
		holds            []assets.FID
		sensors, cameras int
	}{
		{who.Scope, []assets.FID{1, 2, 3, 4, 5}, 2, 2},
		{scopeOf(access.Dispatcher, ownArea), []assets.FID{1, 3, 4}, 1, 1},
		{scopeOf(access.Patrol, ownArea), []assets.FID{1, 4}, 1, 1}, // patrols are known to who sends them
		{scopeOf(access.Handler, ownArea), []assets.FID{1}, 1, 0},
		{scopeOf(access.Handler, otherArea), []assets.FID{2, 5}, 1, 1},
		{access.Scope{}, nil, 0, 0},
		{scopeOf(access.Operator, access.Everywhere), []assets.FID{1, 2, 3, 4, 5}, 2, 2},
	} {
		grant(w.hub, access.Principal{ID: "nobody", Scope: access.Open()}) // another's rights are another's
		grant(w.hub, access.Principal{ID: "anna", Scope: step.scope})
		for _, p := range all {
			p.reach(t, step.holds...)
		}
		counts.count("sensors", step.sensors)
		counts.count("cameras", step.cameras)
	}
}

// What somebody is not shown of things is not told, whoever looks beside him, and no
// longer when the right is gone.
func TestRightsToFields(t *testing.T) {
	w := newWorld()
	hidden := access.GrantOf([]access.Role{access.Operator}, []string{access.Everywhere})
	hidden.Hidden = []string{"values", "name", "state"}
	who := access.Principal{ID: "anna", Scope: access.Open()}
	url, _ := start(t, w, stream.Options{}, both(who))
	w.show(owned(1, assets.Sensor, ownArea, 0))
	c := dial(t, "ws"+strings.TrimPrefix(url, "http"))
	c.send(`{"type":"subscribe","id":"v","layers":["sensors"],"bbox":[121.39,31.21,121.41,31.23]}`)
	p := follow(c)
	p.reach(t, 1)
	if p.holds[1].Values["water_level"] != 1 {
		t.Fatalf("%+v", p.holds)
	}
	grant(w.hub, access.Principal{ID: "anna", Scope: hidden.Compile(nil)})
	for len(p.holds[1].Values) > 0 {
		p.take(c.next())
	}
	last := c.frames[len(c.frames)-1].raw
	for _, secret := range []string{"name-1", "values", "communication", "summary"} {
		if strings.Contains(last, secret) {
			t.Errorf("%s is told: %s", secret, last)
		}
	}
	for _, filter := range []string{"values.water_level > 0", "state = 'normal'", "name LIKE '%'"} {
		c.send(`{"type":"subscribe","id":"x","layers":["sensors"],"bbox":[121.39,31.21,121.41,31.23],"filter":"%s"}`, filter)
		if f := c.until("error"); f.ID != "x" || !strings.Contains(f.Reason, "denied") {
			t.Errorf("%s: %s", filter, f.raw)
		}
		err := w.hub.ServeEvents(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/?layers=sensors&bbox=121,31,122,32&filter="+strings.ReplaceAll(strings.ReplaceAll(filter, " ", "+"), "%", "%25"), nil),
			access.Principal{ID: "x", Scope: hidden.Compile(nil)})
		if !errors.Is(err, access.ErrDenied) {
			t.Errorf("events by %s: %v", filter, err)
		}
	}
}

// A view that filters by what may be shown no more ends with all that it has.
func TestAFilterThatIsNoLongerAllowed(t *testing.T) {
	w := newWorld()
	url, _ := start(t, w, stream.Options{}, both(access.Principal{ID: "anna", Scope: access.Open()}))
	w.show(owned(1, assets.Sensor, ownArea, 0))
	c := dial(t, "ws"+strings.TrimPrefix(url, "http"))
	c.send(`{"type":"subscribe","id":"v","layers":["sensors"],"bbox":[121.39,31.21,121.41,31.23],"filter":"values.water_level > 0"}`)
	p := follow(c)
	p.reach(t, 1)
	g := access.GrantOf([]access.Role{access.Operator}, []string{access.Everywhere})
	g.Hidden = []string{"values"}
	grant(w.hub, access.Principal{ID: "anna", Scope: g.Compile(nil)})
	p.reach(t)
	if !slices.ContainsFunc(c.frames, func(f frame) bool { return f.Type == "error" && f.ID == "v" }) {
		if f := c.until("error"); f.ID != "v" {
			t.Errorf("%s", f.raw)
		}
	}
}

// Of what is removed those are told who saw it.
func TestRemovalsAreToldToWhoSawThem(t *testing.T) {
	w := newWorld()
	url, _ := start(t, w, stream.Options{}, both(access.Principal{ID: "anna", Scope: scopeOf(access.Operator, ownArea)}))
	gone := func(fid assets.FID) {
		w.mu.Lock()
		was := w.things[fid]
		delete(w.things, fid)
		w.at.Events++
		w.batch++
		b := twin.Batch{At: w.at, Shown: w.batch, Changes: []twin.Change{{Was: was}},
			Events: []twin.Event{{Seq: w.at.Events, Time: time.Now(), Type: twin.AssetRemoved, FID: fid, ID: was.Asset.ID, Was: was.Asset}}}
		w.mu.Unlock()
		w.hub.Took(b)
	}
	for fid := assets.FID(1); fid <= 4; fid++ {
		area := ownArea
		if fid%2 == 0 {
			area = otherArea
		}
		w.show(owned(fid, assets.Sensor, area, 0))
	}
	c := dial(t, "ws"+strings.TrimPrefix(url, "http"))
	c.send(`{"type":"subscribe","id":"v","layers":["sensors"],"bbox":[121.39,31.21,121.41,31.23]}`)
	p := follow(c)
	p.reach(t, 1, 3)
	gone(2)
	gone(1)
	gone(4)
	w.show(owned(5, assets.Sensor, ownArea, 0))
	p.reach(t, 3, 5)
	told := 0
	for !slices.ContainsFunc(p.events, func(f frame) bool { return strings.Contains(f.raw, `"x5"`) }) {
		p.take(c.next())
	}
	for _, f := range p.events {
		if strings.Contains(f.raw, `"x2"`) || strings.Contains(f.raw, `"x4"`) {
			t.Errorf("others are told of: %s", f.raw)
		}
		if strings.Contains(f.raw, twin.AssetRemoved) && strings.Contains(f.raw, `"x1"`) {
			told++
		}
	}
	if told != 1 {
		t.Errorf("the removal of the own is told %d times", told)
	}
}

// A screen is there for those who see all that its owner sees.
func TestWhoSeesWhosePresence(t *testing.T) {
	w := newWorld()
	scopes := map[string]access.Scope{
		"district": scopeOf(access.Operator, "310107"), "own": scopeOf(access.Operator, ownArea), "other": scopeOf(access.Operator, otherArea),
		"handler": scopeOf(access.Handler, ownArea),
	}
	url, _ := start(t, w, stream.Options{}, func(h *stream.Hub) http.HandlerFunc {
		return func(rw http.ResponseWriter, r *http.Request) {
			name := strings.TrimPrefix(r.URL.Path, "/")
			h.Serve(rw, r, access.Principal{ID: name, Scope: scopes[name]})
		}
	})
	join := func(name string) *client { return dial(t, "ws"+strings.TrimPrefix(url, "http")+"/"+name) }
	all := map[string]*client{}
	for name := range scopes {
		all[name] = join(name)
		all[name].send(`{"type":"present","name":"%s"}`, name)
		all[name].send(`{"type":"follow","session":"*"}`)
	}
	heard := func(name string) func(who ...string) {
		here := map[string]string{}
		return func(who ...string) {
			t.Helper()
			slices.Sort(who)
			for !slices.Equal(slices.Sorted(maps.Values(here)), who) {
				f := all[name].until("presence")
				for _, s := range f.Here {
					here[s.Session] = s.Name
				}
				for _, session := range f.Gone {
					if _, told := here[session]; !told {
						t.Errorf("%s is told that somebody is gone of whom it never knew", name)
					}
					delete(here, session)
				}
			}
		}
	}
	district, own, other, handler := heard("district"), heard("own"), heard("other"), heard("handler")
	district("district", "own", "other", "handler")
	own("own", "handler")
	other("other")
	handler("handler")
	// Who follows another by its name, which it may not know, hears what it hears of
	// one that is not there.
	all["other"].send(`{"type":"follow","session":"%s"}`, all["own"].frames[0].Session)
	if f := all["other"].until("presence"); len(f.Gone) != 1 || len(f.Here) != 0 {
		t.Errorf("got %s", f.raw)
	}
	// Rights change on either side.
	grant(w.hub, access.Principal{ID: "own", Scope: scopes["handler"]})
	own("own", "handler")
	handler("own", "handler")
	grant(w.hub, access.Principal{ID: "district", Scope: scopes["other"]})
	district("district", "other")
}

// The public view and the live one never meet.
func TestTheHubOfAnotherView(t *testing.T) {
	public := access.Principal{ID: "public", Scope: scopeOf(access.Public, access.Everywhere)}
	live := access.Principal{ID: "anna", Scope: scopeOf(access.Operator, access.Everywhere)}
	for _, test := range []struct {
		delayed bool
		who     access.Principal
		status  int
	}{{false, public, http.StatusForbidden}, {true, live, http.StatusForbidden}, {true, public, http.StatusSwitchingProtocols}} {
		w := newWorld()
		url, _ := start(t, w, stream.Options{Delayed: test.delayed}, both(test.who))
		request, _ := http.NewRequest(http.MethodGet, url, nil)
		for name, value := range map[string]string{"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
			"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol": stream.Protocol} {
			request.Header.Set(name, value)
		}
		answer, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
		if err != nil || answer.StatusCode != test.status {
			t.Errorf("delayed %v, %s: %v %v", test.delayed, test.who.ID, answer, err)
		}
		answer.Body.Close()
	}
	w := newWorld()
	url, _ := start(t, w, stream.Options{Delayed: true}, both(public))
	c := dial(t, "ws"+strings.TrimPrefix(url, "http"))
	for _, m := range []string{`{"type":"present","name":"x"}`, `{"type":"follow","session":"*"}`} {
		c.send("%s", m)
		if f := c.until("error"); !strings.Contains(f.Reason, "denied") {
			t.Errorf("got %s", f.raw)
		}
	}
	grant(w.hub, access.Principal{ID: "public", Scope: live.Scope})
	if f := c.until("bye"); f.Code != 4003 {
		t.Errorf("got %s", f.raw)
	}
}

// Who may not know of an area is told what is told of one that there is not, whatever
// else is wrong, and when rights change loses the view.
func TestAnAreaThatIsNotSeenIsNoArea(t *testing.T) {
	const there = "310107001"
	w := newWorld()
	url, _ := start(t, w, stream.Options{}, both(access.Principal{ID: "anna", Scope: access.Open()}))
	hidden := access.GrantOf([]access.Role{access.Operator}, []string{there})
	hidden.Hidden = []string{"area"}
	for name, scope := range map[string]access.Scope{"another area": scopeOf(access.Operator, otherArea), "not shown areas": hidden.Compile(nil)} {
		for _, more := range []string{"", "&filter=x+=", "&fields=none", "&zoom=99", "&filter=owner='x'", "&rate=0"} {
			var said []string
			for _, code := range []string{there, "310107002"} {
				err := w.hub.ServeEvents(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/?layers=sensors&area="+code+more, nil), access.Principal{ID: "x", Scope: scope})
				if err == nil {
					t.Fatalf("%s, %s%s: seen", name, code, more)
				}
				said = append(said, strings.ReplaceAll(err.Error(), code, "CODE"))
			}
			if said[0] != said[1] {
				t.Errorf("%s%s: told %q of an area, %q of none", name, more, said[0], said[1])
			}
		}
	}
	w.show(owned(1, assets.Sensor, there, 0))
	c := dial(t, "ws"+strings.TrimPrefix(url, "http"))
	c.send(`{"type":"subscribe","id":"v","layers":["sensors"],"area":"%s"}`, there)
	p := follow(c)
	p.reach(t, 1)
	grant(w.hub, access.Principal{ID: "anna", Scope: scopeOf(access.Operator, otherArea)})
	p.reach(t)
	if !slices.ContainsFunc(c.frames, func(f frame) bool { return f.Type == "error" && f.ID == "v" }) {
		if f := c.until("error"); f.ID != "v" || !strings.Contains(f.Reason, "is no area") {
			t.Errorf("%s", f.raw)
		}
	}
}
