package main

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/account"
	"suhe/internal/account/key"
	"suhe/internal/account/link"
	"suhe/internal/wholefile"
	"suhe/stream/command"
)

// The passwords of the house: of the demo's accounts, of those that are added, and
// of backups.
const (
	demoWord  = "Ferry-crossing-41"
	addedWord = "Lock-keeper-1879"

	backupWord = "Barge-on-the-creek-77"
	playWord   = "Punt-pole-that-a-media-server-knows-too"
)

// elsewhere is a 街镇 in which nothing of the examples stands.
const elsewhere = "310107999"

// guest is somebody who comes to the doors.
type guest struct {
	name  string
	dress func(*http.Request) // puts the credential on
	who   access.Principal    // the zero Principal: not let in

	again func() guest // the same, by a login of its own; nil: who is not let in
}

// guests are nobody, those with tokens that are none, and everybody: each role
// everywhere, and those that see anything where the examples stand and elsewhere.
// They are the same for as long as the house stands.
func (h *house) guests() []guest {
	if h.known != nil {
		return h.known
	}
	token, _ := h.login("operator", demoWord)
	h.known = []guest{
		{name: "nobody"},
		{name: "garbage", dress: bearer("x.y.z")},
		{name: "no key", dress: bearer(account.KeyPrefix + "x")},
		{name: "expired", dress: bearer(h.forged(token, map[string]any{"exp": time.Now().Add(-time.Minute).Unix()}))},
		{name: "not yet", dress: bearer(h.forged(token, map[string]any{"nbf": time.Now().Add(time.Hour).Unix()}))},
		{name: "wrong audience", dress: bearer(h.forged(token, map[string]any{"aud": "another"}))},
		{name: "wrong issuer", dress: bearer(h.forged(token, map[string]any{"iss": "another"}))},
		{name: "no such session", dress: bearer(h.forged(token, map[string]any{"sid": "another"}))},
		{name: "a password instead of a token", dress: basic("operator", demoWord)},
	}
	here := h.world.ByID(gauge).Asset.Location.Area
	for _, spec := range access.Roles() {
		h.known = append(h.known, h.enter(string(spec.Role), string(spec.Role), demoWord, bearer))
		for where, area := range map[string]string{"here": here, "elsewhere": elsewhere} {
			if spec.Administers {
				continue // sees nothing anywhere
			}
			name := string(spec.Role) + "-" + where
			if _, _, err := h.logins.Add(context.Background(), name, account.Spec{Roles: []access.Role{spec.Role}, Areas: []string{area}}, addedWord); err != nil {
				h.t.Fatal(err)
			}
			h.known = append(h.known, h.enter(name, name, addedWord, bearer))
		}
	}
	h.known = append(h.known, h.enter("operator by cookie", "operator", demoWord, cookie),
		guest{name: "device", dress: basic(string(gauge), h.devices.Token(gauge)), who: access.DevicePrincipal(gauge)},
		guest{name: "another device", dress: basic(string(camera), h.devices.Token(camera)), who: access.DevicePrincipal(camera)},
		guest{name: "a device with another's token", dress: basic(string(camera), h.devices.Token(gauge))},
		guest{name: "gateway", dress: basic("gateway/gw-1", h.devices.GatewayToken("gw-1")), who: access.GatewayPrincipal("gw-1")},
		guest{name: "another gateway", dress: basic("gateway/gw-2", h.devices.GatewayToken("gw-2")), who: access.GatewayPrincipal("gw-2")},
		h.keyed("key", access.Grant{Sensitivity: assets.Personal}),
		h.keyed("key to look", access.Grant{Actions: []access.Action{access.View}, Sensitivity: assets.Internal}),
		h.keyed("key elsewhere", access.Grant{Areas: []string{elsewhere}, Sensitivity: assets.Personal}),
		h.ticketed("ticket"), h.used("a used ticket"),
		h.screen("screen", "127.0.0.1", access.Grant{Sensitivity: assets.Internal}),
		h.screen("screen elsewhere", "127.0.0.1", access.Grant{Areas: []string{elsewhere}, Sensitivity: assets.Personal}),
		h.screen("a screen at another address", "192.0.2.9", access.Grant{Sensitivity: assets.Personal}),
		guest{name: "no screen", dress: func(r *http.Request) { r.AddCookie(&http.Cookie{Name: link.Cookie, Value: "x"}) }})
	return h.known
}

// ticketed is the operator by a ticket, another for each request.
func (h *house) ticketed(name string) guest {
	h.t.Helper()
	_, who := h.login("operator", demoWord)
	return guest{name, func(r *http.Request) { present(r, h.issue(who)) }, who, func() guest { return h.ticketed(name) }}
}

// used comes with a ticket that was taken before.
func (h *house) used(name string) guest {
	h.t.Helper()
	_, who := h.login("operator", demoWord)
	text := h.issue(who)
	if _, err := h.tickets.Redeem(h.t.Context(), text, time.Now()); err != nil {
		h.t.Fatal(err)
	}
	return guest{name: name, dress: func(r *http.Request) { present(r, text) }}
}

func (h *house) issue(who access.Principal) string {
	h.t.Helper()
	text, _, err := h.tickets.Issue(h.t.Context(), who, time.Now())
	if err != nil {
		h.t.Fatal(err)
	}
	return text
}

// present shows a ticket.
func present(r *http.Request, ticket string) {
	r.Header.Set("Sec-WebSocket-Protocol", access.TicketProtocol+ticket)
}

// screen is one that a link of the operator's opened at the address; only at that of
// the house it is somebody.
func (h *house) screen(name, address string, narrows access.Grant) guest {
	h.t.Helper()
	l, text, err := h.links.Add(context.Background(), link.Wish{Name: name, Account: "operator", Address: address, Page: "/", Grant: narrows, Expires: time.Now().Add(time.Hour)})
	if err != nil {
		h.t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, "/v1/open", nil)
	r.RemoteAddr = address + ":1"
	_, value, err := h.links.Open(r, text)
	if err != nil {
		h.t.Fatal(err)
	}
	by := guest{name: name, dress: func(r *http.Request) { r.AddCookie(&http.Cookie{Name: link.Cookie, Value: value}) }}
	if address == "127.0.0.1" {
		narrows.Actions = []access.Action{access.View}
		may := access.GrantOf([]access.Role{access.Operator}, []string{access.Everywhere}).Narrow(narrows)
		by.who = access.Principal{ID: "link:" + l.ID, Scope: may.Compile(nil)}
	}
	return by
}

// enter logs an account in.
func (h *house) enter(name, account, password string, dress func(string) func(*http.Request)) guest {
	h.t.Helper()
	token, who := h.login(account, password)
	return guest{name, dress(token), who, func() guest { return h.enter(name, account, password, dress) }}
}

// keyed is the operator by an API key of that grant.
func (h *house) keyed(name string, narrows access.Grant) guest {
	h.t.Helper()
	k, text, err := h.keys.Add(context.Background(), "operator", key.Wish{Name: name, Grant: narrows, Quota: key.Quota{Day: 100_000, Second: 1000}, Expires: time.Now().Add(time.Hour)})
	if err != nil {
		h.t.Fatal(err)
	}
	may := access.GrantOf([]access.Role{access.Operator}, []string{access.Everywhere}).Narrow(narrows)
	return guest{name: name, dress: bearer(text), who: access.Principal{ID: "key:" + k.ID, Scope: may.Compile(nil)}}
}

func (h *house) login(name, password string) (token string, who access.Principal) {
	h.t.Helper()
	in, err := h.logins.Login(context.Background(), account.Attempt{Name: name, Password: password})
	if err != nil {
		h.t.Fatalf("%s: %v", name, err)
	}
	return in.Token, in.Who
}

// forged is a token with other claims, signed by the key of the house.
func (h *house) forged(token string, claims map[string]any) string {
	h.t.Helper()
	seed, err := wholefile.Key(h.settings.place("login.key"))
	if err != nil {
		h.t.Fatal(err)
	}
	parts := strings.Split(token, ".")
	said := map[string]any{}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err == nil {
		err = json.Unmarshal(text, &said)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	for name, value := range claims {
		said[name] = value
	}
	text, _ = json.Marshal(said)
	signed := parts[0] + "." + base64.RawURLEncoding.EncodeToString(text)
	return signed + "." + base64.RawURLEncoding.EncodeToString(ed25519.Sign(ed25519.NewKeyFromSeed(seed), []byte(signed)))
}

// A token that is forged without another claim is good: what is refused is refused
// for its claims.
func TestForgedTokensAreSignedWell(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	token, _ := h.login("operator", demoWord)
	if _, err := h.logins.Token(context.Background(), h.forged(token, map[string]any{"jti": "x"})); err != nil {
		t.Error(err)
	}
}

func bearer(token string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }
}

func cookie(token string) func(*http.Request) {
	return func(r *http.Request) { r.AddCookie(&http.Cookie{Name: "suhe_session", Value: token}) }
}

func basic(user, password string) func(*http.Request) {
	return func(r *http.Request) { r.SetBasicAuth(user, password) }
}

func wishOf(name string, timeout time.Duration) command.Wish {
	return command.Wish{Name: name, Timeout: timeout}
}
