package account_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/account"
	"suhe/internal/audit"
)

func anna() account.Identity {
	return account.Identity{Source: "oidc:city", Subject: "4711", Username: "city.Anna", Title: "安娜", Roles: []access.Role{access.Operator}, Areas: []string{"310107"}}
}

// comes lets somebody of the city in.
func (n *node) comes(who account.Identity) account.Login {
	n.town.t.Helper()
	in, err := n.Federated(n.town.t.Context(), who, home)
	if err != nil {
		n.town.t.Fatal(err)
	}
	return in
}

func TestTheRightsOfTheLatestLogin(t *testing.T) {
	town := newTown(t)
	n, other := town.node(false), town.node(false)
	first := n.comes(anna())
	if first.Who.ID != "city.anna" || first.Who.Name != "安娜" || !first.Who.Scope.May(access.Edit) {
		t.Errorf("came as %+v", first.Who)
	}
	again := anna()
	again.Roles, again.Areas, again.Username = []access.Role{access.Handler}, []string{"310110"}, "city.anna-married"
	if in := other.comes(again); in.Who.ID != "city.anna" || in.Who.Scope.May(access.Edit) || in.Who.Areas[0] != "310110" {
		t.Errorf("on another node: %+v", in.Who)
	}
	if err := n.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if who, err := n.Token(t.Context(), first.Token); err != nil || who.Scope.May(access.Edit) {
		t.Errorf("the session of before: %+v, %v", who, err)
	}
	is, err := n.Account("city.anna")
	if err != nil || is.Source != "oidc:city" || is.Subject != "4711" || is.Password != "" {
		t.Errorf("account %+v, %v", is, err)
	}
}

// Nobody becomes somebody else by being called so at another place.
func TestNamesThatAreTaken(t *testing.T) {
	n := newTown(t).node(false)
	n.add("city.anna", access.Operator)
	names := map[string]bool{"city.anna": true}
	for _, who := range []struct{ source, subject, username string }{
		{"oidc:city", "1", "city.anna"}, {"oidc:city", "2", "city.anna"}, {"oidc:town", "1", "city.anna"},
		{"oidc:city", "3", "city."}, {"oidc:city", "4", ""}, {"oidc:city", "5", "city.安娜"}, {"oidc:city", "6", "city." + strings.Repeat("x", 300)},
		{"oidc:city", "7", "device:wl-1"}, {"oidc:city", "8", "../../etc/passwd"}, {"oidc:city", "9", "-"},
	} {
		is := anna()
		is.Source, is.Subject, is.Username = who.source, who.subject, who.username
		in := n.comes(is)
		if names[in.Who.ID] || strings.ContainsAny(in.Who.ID, ":/") {
			t.Errorf("%+v came as %s", who, in.Who.ID)
		}
		names[in.Who.ID] = true
		if again := n.comes(is); again.Who.ID != in.Who.ID {
			t.Errorf("%+v came as %s, then as %s", who, in.Who.ID, again.Who.ID)
		}
	}
}

func TestAnAccountOfTheCityHasNoPassword(t *testing.T) {
	n := newTown(t).node(false)
	n.comes(anna())
	if _, err := n.ResetPassword(t.Context(), "city.anna", password); !errors.Is(err, assets.ErrInvalid) {
		t.Errorf("a password: %v", err)
	}
	for _, text := range []string{"", password} {
		if _, err := n.try("city.anna", text, ""); !errors.Is(err, access.ErrUnauthenticated) {
			t.Errorf("in by %q: %v", text, err)
		}
	}
}

func TestWhoOfTheCityIsNotLetIn(t *testing.T) {
	town := newTown(t)
	n := town.node(false)
	in := n.comes(anna())
	if err := n.NotFederated(t.Context(), "oidc:city", "", home, "stale"); err != nil || !n.known(in.Token) {
		t.Errorf("a refusal of somebody unknown: %v, logged in %v", err, n.known(in.Token))
	}
	if err := n.NotFederated(t.Context(), "oidc:city", "4711", home, "no_group"); err != nil || n.known(in.Token) {
		t.Errorf("rights that are lost: %v, logged in %v", err, n.known(in.Token))
	}
	var last audit.Entry
	for e, err := range town.store.Audit(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		last = e
	}
	if last.Action != "login" || last.Outcome != audit.Refused || last.Who != "city.anna" || last.Address != home.String() || !strings.Contains(string(last.Detail), "no_group") {
		t.Errorf("record has %+v %s", last, last.Detail)
	}
	in = n.comes(anna())
	is, _ := n.Account("city.anna")
	if _, err := n.Set(t.Context(), "city.anna", is.Rev, account.Spec{Roles: is.Roles, Areas: is.Areas, Disabled: true}); err != nil || n.known(in.Token) {
		t.Errorf("closed: %v, logged in %v", err, n.known(in.Token))
	}
	if _, err := n.Federated(t.Context(), anna(), home); !errors.Is(err, access.ErrDenied) {
		t.Errorf("comes to a closed account: %v", err)
	}
	both := anna()
	both.Subject, both.Roles = "8", []access.Role{access.System, access.Security}
	if _, err := n.Federated(t.Context(), both, home); !errors.Is(err, assets.ErrInvalid) {
		t.Errorf("two administrators: %v", err)
	}
}

func TestMachines(t *testing.T) {
	devices, err := access.OpenDevices(filepath.Join(t.TempDir(), "device.key"))
	if err != nil {
		t.Fatal(err)
	}
	m := account.Machines{Devices: devices}
	device, gateway := devices.Token("wl-1"), devices.GatewayToken("wl-1")
	for name, c := range map[string]struct {
		user, token, who string
	}{
		"a device":            {"wl-1", device, "device:wl-1"},
		"a gateway":           {"gateway/wl-1", gateway, "gateway:wl-1"},
		"another":             {"wl-2", device, ""},
		"a gateway's token":   {"wl-1", gateway, ""},
		"a device's token":    {"gateway/wl-1", device, ""},
		"no token":            {"wl-1", "", ""},
		"nobody":              {"", device, ""},
		"no id":               {"a b", devices.Token("a b"), ""},
		"no gateway":          {"gateway/", devices.GatewayToken(""), ""},
		"a gateway's gateway": {"gateway/gateway/wl-1", devices.GatewayToken("gateway/wl-1"), ""},
	} {
		r := httptest.NewRequest(http.MethodPost, "/v1/observations", nil)
		r.SetBasicAuth(c.user, c.token)
		who, presented, err := m.Who(r)
		if !presented || who.ID != c.who || (err == nil) != (c.who != "") || err != nil && err != access.ErrUnauthenticated {
			t.Errorf("%s: %q, %v, %v", name, who.ID, presented, err)
		}
	}
	for header, presented := range map[string]bool{"": false, "Bearer x": false, "Basic": true, "basic !!!": true, "Basic d2wtMQ==": true} {
		r := httptest.NewRequest(http.MethodPost, "/v1/observations", nil)
		r.Header.Set("Authorization", header)
		if who, is, err := m.Who(r); is != presented || who.ID != "" || is && err != access.ErrUnauthenticated {
			t.Errorf("%q: %q, %v, %v", header, who.ID, is, err)
		}
	}
	if _, _, err := (account.Machines{}).Who(httptest.NewRequest(http.MethodGet, "/", nil)); err != nil {
		t.Error(err)
	}
}

// What an account may is compiled for its keys when it changes, and not before.
func TestOwners(t *testing.T) {
	n := newTown(t).node(false)
	n.add("anna", access.Operator)
	var d account.Deputy
	act := func() (access.Principal, bool) {
		return d.Act(n, "anna", access.Grant{Sensitivity: assets.Internal}, access.Edit)
	}
	first, ok := act()
	if !ok || first.Scope.May(access.Edit) || !first.Scope.May(access.Command) {
		t.Errorf("acts as %+v, %v", first, ok)
	}
	n.add("bert", access.Operator)
	if again, _ := act(); again.Scope != first.Scope {
		t.Error("compiled again for another's change")
	}
	is, _ := n.Account("anna")
	if _, err := n.Set(t.Context(), "anna", is.Rev, account.Spec{Roles: []access.Role{access.Handler}, Areas: is.Areas}); err != nil {
		t.Fatal(err)
	}
	if now, _ := act(); now.Scope.May(access.Command) {
		t.Error("acts with the rights of before")
	}
	if err := n.Remove(t.Context(), "anna", assets.AnyRev); err != nil {
		t.Fatal(err)
	}
	if _, ok := act(); ok {
		t.Error("acts for nobody")
	}
	if _, ok := d.Act(n, "nobody", access.Grant{}); ok {
		t.Error("acts for nobody")
	}
}
