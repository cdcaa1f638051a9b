package account_test

import (
	"testing"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/account"
)

// An account is read again as soon as it is another, and only then: also one of
// the name and the revision of one that was removed.
func TestAccountsAreReadOnce(t *testing.T) {
	w := newTown(t)
	here, there := w.node(false), w.node(false)
	find := func(n *node, name string) *account.Account {
		t.Helper()
		if err := n.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		a, err := n.Account(name)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	here.add("anna", access.Handler)
	was, elsewhere := find(here, "anna"), find(there, "anna")
	here.add("li", access.Operator)
	if find(here, "anna") != was || find(there, "anna") != elsewhere {
		t.Error("anna is read again though only li is new")
	}
	if err := here.Unlock(t.Context(), "anna"); err != nil {
		t.Fatal(err)
	}
	if is := find(there, "anna"); is.Rev != 2 || is.Unlocked.IsZero() {
		t.Errorf("after a change: %+v", is)
	}
	if err := here.Remove(t.Context(), "li", assets.AnyRev); err != nil {
		t.Fatal(err)
	}
	here.add("li", access.Planner)
	for _, n := range []*node{here, there} {
		if is := find(n, "li"); is.Rev != 1 || is.Roles[0] != access.Planner {
			t.Errorf("another of the name: %+v", is)
		}
	}
}
