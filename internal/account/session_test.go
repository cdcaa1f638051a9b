package account_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/account"
	"suhe/internal/audit"
	"suhe/internal/settings"
)

func TestSessionsEnd(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(t *testing.T, n *node, in account.Login)
		left bool
		here bool // at the other nodes it is otherwise
	}{
		{name: "nothing happens", do: func(*testing.T, *node, account.Login) {}, left: true},
		{"it is used within half an hour", func(_ *testing.T, n *node, in account.Login) {
			for range 4 {
				n.Age(29 * time.Minute)
				n.known(in.Token)
			}
		}, true, false},
		{"it is not used for longer", func(_ *testing.T, n *node, _ account.Login) { n.Age(31 * time.Minute) }, false, true},
		{"the clock is set by an hour", func(_ *testing.T, n *node, _ account.Login) { n.town.clock.Pass(time.Hour) }, true, true},
		{"half a day passes, however it is used", func(_ *testing.T, n *node, _ account.Login) { n.town.clock.Pass(12 * time.Hour) }, false, false},
		{"logged out", func(t *testing.T, n *node, in account.Login) { done(t, n.Logout(t.Context(), in.Who, false)) }, false, false},
		{"logged out elsewhere", func(t *testing.T, n *node, _ account.Login) { done(t, n.Logout(t.Context(), n.in("li").Who, false)) }, true, false},
		{"logged out everywhere", func(t *testing.T, n *node, _ account.Login) { done(t, n.Logout(t.Context(), n.in("li").Who, true)) }, false, false},
		{"another one logs out everywhere", func(t *testing.T, n *node, _ account.Login) { done(t, n.Logout(t.Context(), n.in("wang").Who, true)) }, true, false},
		{"disabled", func(t *testing.T, n *node, _ account.Login) {
			set(t, n, "li", account.Spec{Roles: []access.Role{access.Operator}, Disabled: true})
		}, false, false},
		{"other roles", func(t *testing.T, n *node, _ account.Login) {
			set(t, n, "li", account.Spec{Roles: []access.Role{access.Planner}})
		}, true, false},
		{"removed", func(t *testing.T, n *node, _ account.Login) { done(t, n.Remove(t.Context(), "li", assets.AnyRev)) }, false, false},
		{"removed and added again", func(t *testing.T, n *node, _ account.Login) {
			done(t, n.Remove(t.Context(), "li", assets.AnyRev))
			n.add("li", access.Operator)
		}, false, false},
		{"the password is reset", func(t *testing.T, n *node, _ account.Login) {
			_, err := n.ResetPassword(t.Context(), "li", "")
			done(t, err)
		}, false, false},
		{"the password is changed", func(t *testing.T, n *node, _ account.Login) {
			_, err := n.ChangePassword(t.Context(), account.Attempt{Name: "li", Password: password, Address: home}, "Kingfisher+77")
			done(t, err)
		}, false, false},
		{"unlocked", func(t *testing.T, n *node, _ account.Login) { done(t, n.Unlock(t.Context(), "li")) }, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newTown(t)
			n, other := w.node(false), w.node(false)
			n.add("li", access.Operator)
			n.add("wang", access.Operator)
			in := n.in("li")
			if !other.known(in.Token) {
				t.Fatal("another node does not know a session of a moment ago")
			}
			c.do(t, n, in)
			for name, node := range map[string]*node{"here": n, "at another node": other, "after a restart": w.node(false)} {
				done(t, node.Refresh(t.Context()))
				if c.here && node != n {
					continue
				}
				if got := node.known(in.Token); got != c.left {
					t.Errorf("%s: known %v, want %v", name, got, c.left)
				}
				if _, err := (account.Gate{node.Bearer()}).Still(in.Who); (err == nil) != c.left {
					t.Errorf("%s: what is connected: %v", name, err)
				}
			}
			n.Sweep()
			all, _, err := w.store.Settings(t.Context(), account.SessionKind)
			done(t, err)
			if kept := holds(all, in.Who.Session); kept != c.left {
				t.Errorf("kept in the store: %v, want %v", kept, c.left)
			}
		})
	}
}

func done(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func set(t *testing.T, n *node, name string, s account.Spec) {
	t.Helper()
	_, err := n.Set(t.Context(), name, assets.AnyRev, s)
	done(t, err)
}

func holds(all []settings.Setting, name string) bool {
	for _, s := range all {
		if s.Name == name {
			return true
		}
	}
	return false
}

// A session that is used at one node is not idle at another, nor after a restart.
func TestUseIsTold(t *testing.T) {
	w := newTown(t)
	here := w.node(false)
	here.add("li", access.Operator)
	in := here.in("li")
	there := w.node(false)
	there.Age(31 * time.Minute)
	w.clock.Pass(40 * time.Minute)
	time.Sleep(1100 * time.Millisecond) // use is noted by the second
	if !here.known(in.Token) {
		t.Fatal("it is not known")
	}
	here.Tell()
	for name, n := range map[string]*node{"another node": there, "after a restart": w.node(false)} {
		if !n.known(in.Token) {
			t.Errorf("%s: a session that was used just now is idle", name)
		}
	}
	there.Age(31 * time.Minute)
	w.clock.Pass(31 * time.Minute)
	if there.known(in.Token) {
		t.Error("a session that nobody used is not idle")
	}
}

// Rights that change hold for sessions that there are, here at once and at other
// nodes when they look next; a scope stays the same one as long as nothing changes.
func TestRightsHold(t *testing.T) {
	w := newTown(t)
	here, there := w.node(false), w.node(false)
	here.add("li", access.Operator)
	in := here.in("li")
	still := func(n *node) access.Principal {
		who, err := account.Gate{n.Bearer()}.Still(in.Who)
		done(t, err)
		return who
	}
	there.known(in.Token)
	before := still(there)
	done(t, there.Refresh(t.Context()))
	if still(there).Scope != before.Scope {
		t.Error("another scope for the same rights")
	}
	set(t, here, "li", account.Spec{Title: "李", Roles: []access.Role{access.Operator}, Areas: []string{access.Everywhere}})
	done(t, there.Refresh(t.Context()))
	if still(there).Scope != before.Scope {
		t.Error("another scope for another title")
	}
	set(t, here, "li", account.Spec{Roles: []access.Role{access.Handler}, Areas: []string{"310107005"}})
	if still(here).Scope.May(access.Edit) || !still(there).Scope.May(access.Edit) {
		t.Error("rights do not hold at once here, or are known before they can be there")
	}
	done(t, there.Refresh(t.Context()))
	if who := still(there); who.Scope.May(access.Edit) || !who.Scope.Holds("310107005") || who.Scope.Holds("310107014") {
		t.Errorf("at the other node: %+v", who)
	}
	tree, _ := json.Marshal(access.Trees{"水务": {"310107014"}})
	_, err := w.store.PutSetting(t.Context(), account.TreeKind, "departments", 0, tree, audit.Entry{})
	done(t, err)
	set(t, here, "li", account.Spec{Roles: []access.Role{access.Handler}, Areas: []string{"水务"}})
	done(t, there.Refresh(t.Context()))
	if who := still(there); !who.Scope.Holds("310107014") || who.Scope.Holds("310107005") {
		t.Error("the tree does not hold")
	}
	tree, _ = json.Marshal(access.Trees{"水务": {"310107005"}})
	_, err = w.store.PutSetting(t.Context(), account.TreeKind, "departments", 1, tree, audit.Entry{})
	done(t, err)
	done(t, there.Refresh(t.Context()))
	if who := still(there); who.Scope.Holds("310107014") || !who.Scope.Holds("310107005") {
		t.Error("the tree that changed does not hold")
	}
}

// away is a store that cannot be reached.
type away struct{ settings.Store }

var errAway = errors.New("no database")

func (away) SettingChanges(context.Context) (uint64, error) { return 0, errAway }
func (away) PutSetting(context.Context, settings.Kind, string, int64, json.RawMessage, audit.Entry) (settings.Setting, error) {
	return settings.Setting{}, errAway
}

// While the store is away who is logged in stays so, and who logs in is told to
// come again.
func TestTheStoreIsAway(t *testing.T) {
	n := newTown(t).node(false)
	n.add("li", access.Operator)
	in := n.in("li")
	kept := n.store.Store
	n.store.Store = away{kept}
	if err := n.Refresh(t.Context()); !errors.Is(err, errAway) {
		t.Errorf("Refresh: %v", err)
	}
	if !n.known(in.Token) {
		t.Error("a session is not known")
	}
	if _, err := n.try("li", password, ""); !errors.Is(err, assets.ErrBusy) {
		t.Errorf("login: %v", err)
	}
	n.store.Store = kept
	n.in("li")
}

// The oldest sessions of an account go when there are too many.
func TestSessionsAreBounded(t *testing.T) {
	w := newTown(t)
	n := w.node(false)
	n.add("li", access.Operator)
	a, err := n.Account("li")
	done(t, err)
	first, err := n.Begin(t.Context(), a, home)
	done(t, err)
	for range 500 {
		w.clock.Pass(time.Second)
		if _, err = n.Begin(t.Context(), a, home); err != nil {
			t.Fatal(err)
		}
	}
	all, _, err := w.store.Settings(t.Context(), account.SessionKind)
	if err != nil || len(all) != 500 || n.known(first.Token) {
		t.Errorf("%d sessions, %v", len(all), err)
	}
}
