package api_test

import (
	"net/http"
	"testing"

	"suhe/assets"
	"suhe/internal/access"
)

// Who sends may speak for itself, for what its mappings name, or for what it sees.
func TestForWhomOneMaySend(t *testing.T) {
	person := func(areas ...string) access.Principal {
		return access.Principal{ID: "anna", Scope: access.GrantOf([]access.Role{access.Operator}, areas).Compile(nil)}
	}
	for _, c := range []struct {
		name   string
		who    access.Principal
		device assets.ID
		want   bool
	}{
		{"a device, itself", access.DevicePrincipal("wl-1"), "wl-1", true},
		{"a device, another", access.DevicePrincipal("wl-2"), "wl-1", false},
		{"a device, one that is not there", access.DevicePrincipal("wl-2"), "wl-9", false},
		{"a gateway, of its mappings", access.GatewayPrincipal("gw-1"), "wl-2", true},
		{"a gateway, of none", access.GatewayPrincipal("gw-1"), "wl-1", false},
		{"another gateway", access.GatewayPrincipal("gw-2"), "wl-2", false},
		{"a device that is called as a gateway", access.DevicePrincipal("gw-1"), "wl-2", false},
		{"who sees all", person(access.Everywhere), "wl-1", true},
		{"who sees the street", person("310107"), "wl-1", true},
		{"who sees another", person("310110"), "wl-1", false},
		{"who sees another, of one that is not there", person("310110"), "wl-9", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := open()
			r.who, r.thing.Asset.Location.Area = c.who, "310107005"
			if answer := ask(handler(r, nil), http.MethodPost, "/v1/positions", "{}"); answer.Code != http.StatusOK {
				t.Fatalf("status %d: %s", answer.Code, answer.Body)
			}
			if got := r.from(c.device); got != c.want {
				t.Errorf("may send: %v, want %v", got, c.want)
			}
			want := http.StatusNotFound
			if c.want && c.device != "wl-9" {
				want = http.StatusNoContent
			}
			if answer := ask(handler(r, nil), http.MethodPost, "/v1/devices/"+string(c.device)+"/acks", "{}"); answer.Code != want {
				t.Errorf("the answer to a command: status %d, want %d", answer.Code, want)
			}
		})
	}
}

// Devices may do nothing else.
func TestDevicesOnlySend(t *testing.T) {
	for _, who := range []access.Principal{access.DevicePrincipal("wl-1"), access.GatewayPrincipal("gw-1")} {
		r := open()
		r.who = who
		for _, path := range []string{"/v1/assets/wl-1", "/v1/stream", "/v1/deadletters", "/tiles/sensors", "/v1/commands"} {
			if answer := ask(handler(r, nil), http.MethodGet, path, ""); answer.Code != http.StatusForbidden {
				t.Errorf("%s at %s: status %d, want 403", who.ID, path, answer.Code)
			}
		}
	}
}
