package main

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"suhe/internal/access"
	"suhe/stream/command"
)

// elsewhere is a 街镇 in which nothing of the examples stands.
const elsewhere = "310107999"

// visitors are nobody, everybody with each role where the examples stand, and
// everybody with each role elsewhere.
func (h *house) visitors() []visitor {
	out := []visitor{
		{name: "nobody"},
		{name: "garbage", dress: bearer("x.y.z")},
	}
	here := h.world.ByID(gauge).Asset.Location.Area
	for _, area := range []string{here, elsewhere, access.Everywhere} {
		for _, role := range access.Roles() {
			name := fmt.Sprintf("%s of %s", role.Role, area)
			scope := access.GrantOf([]access.Role{role.Role}, []string{area}).Compile(nil)
			out = append(out, visitor{name: name, dress: bearer(string(role.Role) + "/" + area), who: access.Principal{ID: name, Scope: scope}})
		}
	}
	return out
}

func bearer(token string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }
}

// testGate lets in who names a role and an area.
type testGate struct{}

// Who implements api.Gate.
func (testGate) Who(r *http.Request) (access.Principal, error) {
	role, area, ok := strings.Cut(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), "/")
	if !ok {
		return access.Principal{}, access.ErrUnauthenticated
	}
	return access.Principal{ID: role + " of " + area, Scope: access.GrantOf([]access.Role{access.Role(role)}, []string{area}).Compile(nil)}, nil
}

func wishOf(name string, timeout time.Duration) command.Wish {
	return command.Wish{Name: name, Timeout: timeout}
}
