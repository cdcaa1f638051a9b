package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/account"
	"suhe/internal/account/key"
	"suhe/internal/account/link"
	"suhe/internal/api"
	"suhe/internal/contract"
	"suhe/internal/webhook"
	"suhe/stream"
	"suhe/twin"
	"suhe/twin/incident"
)

// expected is the status that the contract, the table of roles and the scope give
// together; 0: the door is open, and the answer one of those that the contract
// gives to who may.
func (h *house) expected(o *contract.Operation, who access.Principal, named *assets.Asset) int {
	switch {
	case o.Takes == api.Open:
		return 0
	case o.Takes == api.Signed || who.ID == "":
		return http.StatusUnauthorized
	case o.Login && who.Session == "":
		return http.StatusForbidden
	case o.Takes == api.Own:
		return 0
	case !who.Scope.May(access.Action(o.Takes)):
		return http.StatusForbidden
	case o.Field != "" && !who.Scope.Fields(h.registry.Classes().FieldSensitivity)(o.Field):
		return http.StatusForbidden
	case o.Everywhere && !who.Scope.Everywhere():
		return http.StatusForbidden
	case o.Scoped && !h.holds(who, named):
		return http.StatusNotFound
	case o.ID == "ogcAddItem" && !who.Scope.Reaches(h.world.ByID(gauge).Asset):
		return http.StatusForbidden
	case (o.ID == "beginIncident" || o.ID == "open311Report") && !who.Scope.Reaches(h.trouble()):
		return http.StatusForbidden
	}
	return 0
}

// holds says whether the asset is one that the principal sees, or speaks for.
func (h *house) holds(who access.Principal, named *assets.Asset) bool {
	if named == nil {
		return false
	}
	if device, is := who.Device(); is {
		return device == named.ID
	}
	if gateway, is := who.Gateway(); is {
		return h.intake.Speaks(gateway, named.ID)
	}
	return who.Scope.Sees(named)
}

// Every route of the contract, taken by everybody who may come: what each gets is
// what the contract, the table of roles and the scope say.
func TestMatrixOfRoutes(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	c, err := contract.Open()
	if err != nil {
		t.Fatal(err)
	}
	visitors := h.guests()
	for _, o := range c.Operations() {
		t.Run(o.ID, func(t *testing.T) {
			passed, refused := 0, 0
			for _, by := range visitors {
				if h.check(t, c, &o, by) {
					passed++
				} else {
					refused++
				}
			}
			if passed == 0 && o.Takes != api.Signed {
				t.Errorf("%s: nobody may take it", o.Pattern())
			}
			if refused == 0 && o.Takes != api.Open {
				t.Errorf("%s: nobody is refused", o.Pattern())
			}
		})
	}
}

// check lets a caller take an operation and compares; it says whether the caller
// was to pass.
func (h *house) check(t *testing.T, c *contract.Contract, o *contract.Operation, by guest) bool {
	t.Helper()
	call := h.exampleOf(o, by)
	if o.ID == "logout" && by.again != nil {
		by = by.again()
	}
	want := h.expected(o, by.who, h.named(call, by.who))
	if o.Hailed && by.dress == nil {
		want = 0 // to say who it is; that nobody is told anything before, the tests of stream show
	}
	status, text := h.take(t, c, call, by)
	switch {
	case want == 0 && !o.Gives(status):
		t.Errorf("%s by %s: %d %s, want it to pass", o.Pattern(), by.name, status, text)
	case want != 0 && status != want:
		t.Errorf("%s by %s: %d %.200s, want %d", o.Pattern(), by.name, status, text, want)
	}
	if o.Method != http.MethodGet && status < 300 && o.Scoped {
		h.furnish()
	}
	return want == 0
}

// example is the call of the examples, with what is made anew for each: a letter,
// a command.
func (h *house) example(o *contract.Operation) contract.Call { return h.exampleOf(o, guest{}) }

// exampleOf is example with what has to be the guest's own.
func (h *house) exampleOf(o *contract.Operation, by guest) contract.Call {
	call := o.Example()
	if expires := regexp.MustCompile(`"expires":"[^"]*"`); o.Body != nil {
		call.Body = expires.ReplaceAll(call.Body, fmt.Appendf(nil, `"expires":%q`, time.Now().Add(time.Hour).Format(time.RFC3339)))
	}
	if o.ID == "ack" {
		call.Body = []byte(strings.Replace(string(call.Body), "019a00000000-abcdefgh", h.order(), 1))
	}
	if strings.HasPrefix(o.Path, "/v1/accounts/") {
		h.lodge(call.Path["name"])
	}
	if o.ID == "removeTree" {
		h.plant(call.Path["name"])
	}
	if kind, is := papers[strings.TrimSuffix(o.Path, "/{name}")]; is && o.Method != http.MethodPut && call.Path["name"] != "" {
		h.shelve(kind, call.Path["name"])
	}
	if strings.HasPrefix(o.Path, "/v1/webhooks/") {
		h.hang(call.Path["name"])
	}
	for _, p := range o.Parameters {
		switch p.In + " " + p.Name {
		case "path seq":
			call = call.With(p, fmt.Sprint(h.letter()))
		case "path command":
			call = call.With(p, h.order())
		case "path id":
			call = call.With(p, h.own(o, by, call.Path["id"]))
		case "path file":
			call = call.With(p, h.proof())
		}
	}
	return call
}

// own makes a key of the guest, or a link, and returns its id; other things are as
// the example says.
func (h *house) own(o *contract.Operation, by guest, usual string) string {
	h.t.Helper()
	switch {
	case strings.HasPrefix(o.Path, "/v1/incidents/"):
		return string(h.matter())
	case strings.HasPrefix(o.Path, "/open311/v2/requests/"):
		return string(h.matter()) + ".json"
	case o.ID == "revokeKey" && by.who.Session != "":
		k, _, err := h.keys.Add(context.Background(), by.who.ID, key.Wish{Name: "x", Expires: time.Now().Add(time.Hour)})
		if err != nil {
			h.t.Fatal(err)
		}
		return k.ID
	case o.ID == "revokeLink":
		l, _, err := h.links.Add(context.Background(), link.Wish{Name: "x", Account: "operator", Address: "127.0.0.1", Page: "/", Expires: time.Now().Add(time.Hour)})
		if err != nil {
			h.t.Fatal(err)
		}
		return l.ID
	}
	if strings.HasPrefix(o.Path, "/v1/alarms/") || strings.HasPrefix(o.Path, "/v1/cap/") {
		return string(h.alarmed())
	}
	return usual
}

// trouble is the marker of what the examples report: it is where the gauge stands.
func (h *house) trouble() *assets.Asset {
	m := *h.world.ByID(gauge).Asset
	m.Kind, m.Class = assets.Incident, "flood.ponding"
	return &m
}

// matter is an incident where the gauge stands.
func (h *house) matter() assets.ID {
	h.t.Helper()
	in, _, err := h.incidents.Begin(context.Background(), incident.Clerk(), incident.Finding{
		Channel: incident.Grid, Class: "facility.railing", Ref: "matter", Place: [2]float64{121.4348, 31.2502}, Contact: contactNumber})
	if err != nil {
		h.t.Fatal(err)
	}
	return in.ID
}

// proof is a file of it.
func (h *house) proof() string {
	h.t.Helper()
	ctx, id := context.Background(), h.matter()
	f, err := h.media.Put(ctx, string(id), strings.NewReader("%PDF-1.7 a proof"))
	if err == nil {
		_, err = h.incidents.Attach(ctx, incident.Clerk(), id, incident.Evidence{Kind: incident.OfFile, Ref: f.ID, Type: f.Type, When: incident.AfterWork})
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return f.ID
}

// plant makes a tree of areas, unless it is there.
func (h *house) plant(name string) {
	h.t.Helper()
	_, err := h.logins.PutTree(context.Background(), account.Tree{Name: name, Nodes: access.Trees{"water": {elsewhere}}})
	if err != nil && !errors.Is(err, assets.ErrConflict) {
		h.t.Fatal(err)
	}
}

// hang makes a webhook whose receiver is not to be reached.
func (h *house) hang(name string) {
	h.t.Helper()
	wish := webhook.NewWish()
	wish.Account, wish.URL, wish.Types, wish.Layers = "operator", "https://localhost/", []webhook.Type{webhook.Found}, []string{"cameras"}
	if _, _, err := h.webhooks.Put(context.Background(), name, assets.AnyRev, wish); err != nil {
		h.t.Fatal(err)
	}
}

// lodge makes an account, unless it is there.
func (h *house) lodge(name string) {
	h.t.Helper()
	_, err := h.logins.Account(name)
	if errors.Is(err, assets.ErrNotFound) {
		_, _, err = h.logins.Add(context.Background(), name, account.Spec{Roles: []access.Role{access.Handler}}, "")
	}
	if err != nil {
		h.t.Fatal(err)
	}
}

// named is the asset that the path is about, as it stands now for who asks.
func (h *house) named(call contract.Call, who access.Principal) *assets.Asset {
	id := assets.ID(strings.TrimSuffix(call.Path["id"], ".json"))
	if call.Path["seq"] != "" {
		id = gauge
	}
	if thing := h.worldOf(who).ByID(id); thing != nil {
		return thing.Asset
	}
	return nil
}

// worldOf is the world that the principal is shown: the public has one of its own,
// which is late.
func (h *house) worldOf(who access.Principal) *twin.World {
	if who.Scope.Delayed() {
		return h.public.view.World()
	}
	return h.world
}

// take makes the call and checks the answer against the contract. Of what does
// not end only the beginning is read.
func (h *house) take(t *testing.T, c *contract.Contract, call contract.Call, by guest) (status int, text string) {
	t.Helper()
	r, err := call.Request(h.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	if by.dress != nil {
		by.dress(r)
	}
	if call.Operation.ID == "stream" {
		upgrade(r)
	}
	response, err := h.server.Client().Do(r)
	if err != nil {
		t.Fatalf("%s by %s: %v", call.Operation.Pattern(), by.name, err)
	}
	defer response.Body.Close()
	var body []byte
	if response.StatusCode != http.StatusSwitchingProtocols && !strings.HasPrefix(response.Header.Get("Content-Type"), "text/event-stream") {
		if body, err = io.ReadAll(response.Body); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Check(r, response.StatusCode, response.Header, body); err != nil {
		t.Errorf("by %s: %v\n%.300s", by.name, err, body)
	}
	return response.StatusCode, string(body)
}

// upgrade asks for a WebSocket.
func upgrade(r *http.Request) {
	if ticket := r.Header.Get("Sec-WebSocket-Protocol"); ticket != "" {
		r.Header.Set("Sec-WebSocket-Protocol", stream.Protocol+", "+ticket)
	}
	r.Header.Set("Connection", "Upgrade")
	r.Header.Set("Upgrade", "websocket")
	r.Header.Set("Sec-WebSocket-Version", "13")
	r.Header.Set("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
}

// order sends the gauge a command and returns its id.
func (h *house) order() string {
	h.t.Helper()
	c, err := h.commands.Send(h.t.Context(), "test", h.world.ByID(gauge).Asset, wishOf("self_test", 2*time.Second))
	if err != nil {
		h.t.Fatal(err)
	}
	return c.ID
}
