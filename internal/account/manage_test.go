package account_test

import (
	"errors"
	"strings"
	"testing"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/account"
	"suhe/internal/audit"
)

func TestAddRefuses(t *testing.T) {
	n := newTown(t).node(false)
	n.add("li", access.Operator)
	good := account.Spec{Roles: []access.Role{access.Patrol}}
	for _, c := range []struct {
		name string
		as   string
		spec account.Spec
		kind error
	}{
		{"a name that is taken", "li", good, assets.ErrConflict},
		{"no name", "", good, assets.ErrInvalid},
		{"a name of a device", "device:wl-1", good, assets.ErrInvalid},
		{"capitals", "Li", good, assets.ErrInvalid},
		{"a path", "../li", good, assets.ErrInvalid},
		{"a long name", strings.Repeat("a", 64), good, assets.ErrInvalid},
		{"no role", "wang", account.Spec{}, assets.ErrInvalid},
		{"no such role", "wang", account.Spec{Roles: []access.Role{"king"}}, assets.ErrInvalid},
		{"two administrators in one", "wang", account.Spec{Roles: []access.Role{access.System, access.Security}}, assets.ErrInvalid},
		{"an administrator beside a role", "wang", account.Spec{Roles: []access.Role{access.Auditor, access.Operator}}, assets.ErrInvalid},
		{"an empty area", "wang", account.Spec{Roles: good.Roles, Areas: []string{""}}, assets.ErrInvalid},
		{"many areas", "wang", account.Spec{Roles: good.Roles, Areas: make([]string, 101)}, assets.ErrInvalid},
		{"a long title", "wang", account.Spec{Roles: good.Roles, Title: strings.Repeat("x", 101)}, assets.ErrInvalid},
	} {
		if _, _, err := n.Add(t.Context(), c.as, c.spec, password); !errors.Is(err, c.kind) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if len(n.Accounts()) != 1 {
		t.Errorf("%d accounts", len(n.Accounts()))
	}
}

// Who admits others may do so with everybody's rights but their own, and somebody
// who may stays.
func TestWhoAdmitsStays(t *testing.T) {
	n := newTown(t).node(false)
	n.add("first", access.Security)
	n.add("li", access.Operator)
	first := audit.With(t.Context(), audit.Origin{Who: "first"})
	operator, admin := account.Spec{Roles: []access.Role{access.Operator}}, account.Spec{Roles: []access.Role{access.Security}, Areas: []string{access.Everywhere}}
	if _, err := n.Set(first, "first", assets.AnyRev, operator); !errors.Is(err, access.ErrDenied) {
		t.Errorf("another role for oneself: %v", err)
	}
	wider := admin
	wider.Areas = []string{"310107005"}
	if _, err := n.Set(first, "first", assets.AnyRev, wider); !errors.Is(err, access.ErrDenied) {
		t.Errorf("other areas for oneself: %v", err)
	}
	admin.Title = "第一"
	if _, err := n.Set(first, "first", assets.AnyRev, admin); err != nil {
		t.Errorf("another title for oneself: %v", err)
	}
	if err := n.Remove(first, "first", assets.AnyRev); !errors.Is(err, access.ErrDenied) {
		t.Errorf("removing oneself: %v", err)
	}
	for what, err := range map[string]error{
		"removing the last": n.Remove(t.Context(), "first", assets.AnyRev),
		"another role":      second(n.Set(t.Context(), "first", assets.AnyRev, operator)),
		"disabling":         second(n.Set(t.Context(), "first", assets.AnyRev, account.Spec{Roles: admin.Roles, Disabled: true})),
	} {
		if !errors.Is(err, assets.ErrConflict) {
			t.Errorf("%s who admits: %v", what, err)
		}
	}
	if _, err := n.Set(first, "li", assets.AnyRev, account.Spec{Roles: []access.Role{access.Security}}); err != nil {
		t.Fatal(err)
	}
	if err := n.Remove(t.Context(), "first", assets.AnyRev); err != nil {
		t.Errorf("removing the first of two: %v", err)
	}
}

func second[V any](_ V, err error) error { return err }

func TestRevisions(t *testing.T) {
	w := newTown(t)
	n, other := w.node(false), w.node(false)
	n.add("li", access.Operator)
	done(t, other.Refresh(t.Context()))
	planner := account.Spec{Roles: []access.Role{access.Planner}}
	a, err := n.Set(t.Context(), "li", 1, planner)
	if err != nil || a.Rev != 2 {
		t.Fatalf("%+v, %v", a, err)
	}
	for what, err := range map[string]error{
		"set by an old revision":                 second(n.Set(t.Context(), "li", 1, planner)),
		"removed by an old revision":             n.Remove(t.Context(), "li", 1),
		"set at a node that has not noticed yet": second(other.Set(t.Context(), "li", 1, planner)),
	} {
		if !errors.Is(err, assets.ErrConflict) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := other.Set(t.Context(), "li", assets.AnyRev, planner); err != nil {
		t.Errorf("of any revision, at a node that has not noticed yet: %v", err)
	}
	if err := n.Remove(t.Context(), "nobody", assets.AnyRev); !errors.Is(err, assets.ErrNotFound) {
		t.Errorf("nobody removed: %v", err)
	}
}
