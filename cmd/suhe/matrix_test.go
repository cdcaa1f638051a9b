package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/account"
	"suhe/internal/api"
	"suhe/internal/contract"
)

// expected is the status that the contract, the table of roles and the scope give
// together; 0: the door is open, and the answer one of those that the contract
// gives to who may.
func expected(o *contract.Operation, who access.Principal, named *assets.Asset) int {
	switch {
	case o.Takes == api.Open:
		return 0
	case o.Takes == api.Signed || who.ID == "":
		return http.StatusUnauthorized
	case o.Takes == api.Own:
		return 0
	case !who.Scope.May(access.Action(o.Takes)):
		return http.StatusForbidden
	case o.Scoped && !who.Scope.Sees(named):
		return http.StatusNotFound
	}
	return 0
}

// Every route of the contract, taken by everybody who may come: what each gets is
// what the contract, the table of roles and the scope say.
func TestMatrixOfRoutes(t *testing.T) {
	h := openHouse(t)
	c, err := contract.Open()
	if err != nil {
		t.Fatal(err)
	}
	visitors := h.visitors()
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
func (h *house) check(t *testing.T, c *contract.Contract, o *contract.Operation, by visitor) bool {
	t.Helper()
	call := h.example(o)
	if o.ID == "logout" && by.again != nil {
		by = by.again()
	}
	want := expected(o, by.who, h.named(call))
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
func (h *house) example(o *contract.Operation) contract.Call {
	call := o.Example()
	if strings.HasPrefix(o.Path, "/v1/accounts/") {
		h.lodge(call.Path["name"])
	}
	for _, p := range o.Parameters {
		switch p.In + " " + p.Name {
		case "path seq":
			call = call.With(p, fmt.Sprint(h.letter()))
		case "path command":
			call = call.With(p, h.order())
		}
	}
	return call
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

// named is the asset that the path is about, as it stands now.
func (h *house) named(call contract.Call) *assets.Asset {
	id := assets.ID(call.Path["id"])
	if call.Path["seq"] != "" {
		id = gauge
	}
	if thing := h.world.ByID(id); thing != nil {
		return thing.Asset
	}
	return nil
}

// take makes the call and checks the answer against the contract. Of what does
// not end only the beginning is read.
func (h *house) take(t *testing.T, c *contract.Contract, call contract.Call, by visitor) (status int, text string) {
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
